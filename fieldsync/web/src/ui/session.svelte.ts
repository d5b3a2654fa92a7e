/** The phone as the screens see it: what it remembers, re-read after every change, and the sync that is under way. */

import type { Event, Phone, Report } from "@/engine/types";
import { Problem } from "@/errors";

interface Shown {
  version: number;
  event: Event | null;
  syncing: boolean;
  report: Report | null;
  /** What has to be said to the person now; shown by App until she takes it away. */
  message: string | null;
}

const shown = $state<Shown>({ version: 0, event: null, syncing: false, report: null, message: null });
let opened: Phone | null = null;
let syncing: () => void = () => undefined;

export const session = {
  /** Reading it makes a component follow every change that was kept. */
  get phone(): Phone {
    void shown.version;
    if (!opened) throw new Error("locked");
    return opened;
  },
  get syncing(): boolean {
    return shown.syncing;
  },
  /** Something is on the line now: asking for a sync would change nothing. In its pauses it would. */
  get busy(): boolean {
    return shown.syncing && shown.event?.step !== "wait";
  },
  get event(): Event | null {
    return shown.event;
  },
  get report(): Report | null {
    return shown.report;
  },
  get message(): string | null {
    return shown.message;
  },
  /** `syncNow`: what a tap on "send now" does. */
  open(phone: Phone, syncNow: () => void): void {
    opened = phone;
    syncing = syncNow;
    shown.version += 1;
  },
  syncNow(): void {
    syncing();
  },
  close(): void {
    opened = null;
    syncing = () => undefined;
    shown.report = shown.event = shown.message = null;
    shown.syncing = false;
  },
  changed(): void {
    shown.version += 1;
  },
  began(): void {
    shown.syncing = true;
  },
  heard(event: Event): void {
    shown.event = event;
  },
  ended(report: Report | null): void {
    shown.syncing = false;
    shown.event = null;
    shown.report = report;
  },
  say(message: string | null): void {
    shown.message = message;
  },
};

/** Do it, and tell the person what went wrong in words. True when it was done. */
export async function attempt(doing: () => Promise<unknown>, language: "id" | "en"): Promise<boolean> {
  try {
    await doing();
    return true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    session.say(problem.words(language));
    return false;
  }
}
