/** What is open: nothing, the notebook, or what the PIN opens besides; and when it closes again. */

import { type Component, flushSync } from "svelte";
import { Problem } from "@/problem";
import { type OpenBook, openBook } from "@/store/book";
import { forget, mark, tell } from "@/store/canary";
import { type Turn, takeTurn } from "@/store/oneTab";
import { StoreBroken } from "@/store/problems";
import { persist } from "@/store/space";
import { Vault } from "@/store/vault";
import type { Book } from "@/store/types";
import { whenInstalled } from "@/ui/installing.svelte";
import { lookForNewer, settle } from "@/ui/updating.svelte";
import { deviceName } from "./device";
import { cameBack, isExpectedBack, whenHidden } from "./hiding";

export type View = "starting" | "elsewhere" | "emptied" | "first" | "pin" | "notebook" | "inner" | "stuck";
type Inside = typeof import("./inside");

/** So long it stays behind the notebook, and the notebook behind other apps. Then the PIN is asked, whichever it is. */
const KEPT_SECONDS = 120;
const LOOK_SECONDS = 5;

interface Shown {
  view: View;
  /** With "stuck": why. */
  problem: Problem | null;
  /** With "emptied": how many things were not sent. */
  lost: number;
}

const shown = $state<Shown>({ view: "starting", problem: null, lost: 0 });
let Inner = $state.raw<Component | null>(null);
let notes = $state.raw<OpenBook | null>(null);
let vault: Vault | null = null;
let turn: Turn | null = null;
let inner: OpenBook | null = null;
let opened: ReturnType<Inside["open"]> | null = null;
let leftAt: number | null = null; // Date.now() when the page went out of sight
let closing: ReturnType<typeof setTimeout> | undefined;

export const opening = {
  get view(): View {
    return shown.view;
  },
  get problem(): Problem | null {
    return shown.problem;
  },
  get lost(): number {
    return shown.lost;
  },
  get Inner(): Component | null {
    return Inner;
  },
  /** The notebook's own book, while it is open. */
  get notes(): OpenBook | null {
    return notes;
  },
  /** The other one; null under the second PIN. */
  get book(): Book | null {
    return inner;
  },
  get vault(): Vault {
    if (!vault) throw new Error("locked");
    return vault;
  },
  /** Nobody has anything open. */
  get idle(): boolean {
    return !["notebook", "inner"].includes(shown.view);
  },
};

/** `steal`: although another tab has it. */
export async function start({ steal = false } = {}): Promise<void> {
  shown.view = "starting";
  try {
    turn = await takeTurn({ steal });
    if (!turn) return show("elsewhere");
    void turn.taken.then(letGo);
    vault = await Vault.open();
    if (!vault.isNew) return show("pin");
    const lost = await mark();
    shown.lost = lost ?? 0;
    show(lost === null ? "first" : "emptied");
  } catch (error) {
    shown.problem = error instanceof Problem ? error : new StoreBroken({ why: String(error) });
    show("stuck");
  }
}

/** The loss was read. */
export async function startAnew(): Promise<void> {
  await forget();
  show("first");
}

/** Raises PinTooWeak, StoreFull. */
export async function choosePin(pin: string): Promise<void> {
  const keys = await opening.vault.create(pin);
  await openBooks(keys);
  void tell(0);
  void askToKeep();
  show("notebook");
}

/** Raises WrongPin, and what opening the books raises. */
export async function unlock(pin: string): Promise<void> {
  const keys = await opening.vault.unlock(pin);
  clearTimeout(closing);
  if (!keys.inner) closeInner(); // whoever opened the notes alone shall find nothing else open
  await openBooks(keys);
  if (keys.inner && !opened) await openInner();
  const seen = document.visibilityState === "visible";
  show(opened && seen ? "inner" : "notebook");
  if (!seen) closeLater();
}

export function lock(): void {
  show("pin");
  notes?.close();
  notes = null;
  if (!opened) closeInner(); // else it is kept a while
  lookForNewer();
}

/**
 * Sign in with a network, and open what it is for. Where that cannot be, it looks like a wrong password.
 * Raises Refused, NoAnswer, NotOurServer, …
 */
export async function signIn(username: string, password: string): Promise<void> {
  const inside = await import("./inside");
  if (!inner || opened) throw await asIfRefused(inside);
  opened = await inside.enter({ book: inner, username, password, deviceName: deviceName() });
  Inner = inside.Inner;
  show("inner");
}

/** After as long as a server would take. */
async function asIfRefused(inside: Inside): Promise<Problem> {
  await new Promise((waited) => setTimeout(waited, 700 + Math.random() * 600));
  return inside.refusal();
}

async function openBooks(keys: { notes: CryptoKey; inner: CryptoKey | null }): Promise<void> {
  const { db } = opening.vault;
  notes = await openBook({ db, storeName: "halaman", key: keys.notes });
  if (keys.inner && !inner) inner = await openBook({ db, storeName: "arsip", key: keys.inner });
}

async function openInner(): Promise<void> {
  const inside = await import("./inside");
  if (!inner || !inside.isSignedIn(inner)) return;
  opened = inside.open(inner);
  Inner = inside.Inner;
}

function closeInner(): void {
  opened?.stop();
  inner?.close();
  opened = inner = null;
}

/** Another tab took over: forget everything here. */
function letGo(): void {
  show("elsewhere");
  closeInner();
  notes?.close();
  notes = null;
  vault?.seal();
  vault = turn = null;
}

function show(view: View): void {
  flushSync(() => (shown.view = view)); // what was there is gone when this returns
  scrollTo(0, 0);
  if (opening.idle) settle();
}

/** To the notebook, at once; what was open stays behind it a while. */
function hideInner(): void {
  if (shown.view !== "inner") return;
  show("notebook");
  closeLater();
}

function closeLater(): void {
  clearTimeout(closing);
  closing = setTimeout(() => {
    if (opened && shown.view !== "inner") closeInner();
    if (leftAt !== null && shown.view === "notebook") lock();
  }, KEPT_SECONDS * 1000);
}

function left(): void {
  leftAt ??= Date.now();
  if (isExpectedBack()) {
    setTimeout(() => document.visibilityState === "hidden" && left(), LOOK_SECONDS * 1000);
    return;
  }
  hideInner();
  closeLater();
}

function returned(): void {
  const expected = isExpectedBack();
  const away = leftAt === null ? 0 : (Date.now() - leftAt) / 1000;
  leftAt = null;
  if (expected) return cameBack();
  hideInner();
  if (away < KEPT_SECONDS) return;
  if (shown.view === "notebook") lock(); // timers stand still in a sleeping page
  closeInner();
}

export function watchTheDoor(): void {
  whenHidden(hideInner);
  whenInstalled(() => void askToKeep());
  document.addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? left() : returned()));
  addEventListener("pagehide", left);
}

/** Ask the browser to keep what is here, and remember what it said, for whoever looks for the cause of a loss. */
async function askToKeep(): Promise<void> {
  const granted = await persist();
  const value = { granted, asked_at: new Date().toISOString() };
  await inner?.change((writer) => writer.put("facts", "persist", { value })).catch(() => undefined);
}
