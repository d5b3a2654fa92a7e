/** What a person does with the phone, as the screens see it. `Engine` (entry.ts) is the one implementation. */

import type { Problem } from "@/errors";
import type { Budget } from "@/rules/budget";
import type { Gap } from "@/rules/answers";
import type { Draft, Identity } from "@/store/records";
import type { PhotoRow, SubmissionRow } from "@/store/types";
import type { Answer, Context, Fields, Instrument, Item, Json, MarkName, Place, Visit } from "@/wire/types";
import type { OtherDraft } from "@/wire/visit";

/** A visit with what this phone knows of it. `ready`: its checklist is here, so it can begin offline. */
export interface Listed {
  readonly visit: Visit;
  readonly ready: boolean;
  readonly begun: boolean;
  readonly told: SubmissionRow | null;
  /** Photos of finished attempts that still have to be sent. */
  readonly photosWaiting: number;
  /** Open points of a return. */
  readonly tasks: number;
}

/** One point of a return: what the coordinator wrote, and whether the draft says something else there by now. */
export interface Task {
  readonly item: string | null;
  readonly photo: string | null;
  readonly reason: string;
  readonly note: string;
  readonly done: boolean;
}

/** A ready JPEG: its bytes are kept as they are. */
export interface Picture {
  readonly content: Uint8Array;
  readonly takenAt: Date;
  readonly place?: Place;
  readonly blurred?: number;
  readonly id?: string;
}

export interface AnswerGiven {
  /** undefined: stays as it was; null: value and na are taken back, note and photos stay. */
  readonly value?: Json;
  readonly na?: boolean;
  readonly note?: string;
  readonly photos?: readonly string[];
  /** null takes the reason back. */
  readonly no_photo?: string | null;
  readonly observedAt?: Date;
}

export interface PhotoOfDraft {
  readonly id: string;
  readonly where: "here" | "server" | "missing";
  readonly items: readonly string[];
}

export interface Unsent {
  readonly drafts: number;
  readonly submissions: number;
  readonly photos: number;
  readonly photo_bytes: number;
  readonly oldest: string | null;
}

/** What a sync is doing: `offset` and `size` in bytes of the photo under way, `left` photos, `seconds` of a wait. */
export interface Event {
  readonly step: "wait" | "exchange" | "fetch" | "upload" | "done";
  readonly photo?: string;
  readonly offset?: number;
  readonly size?: number;
  readonly left?: number;
  readonly seconds?: number;
  readonly problem?: Problem | null;
}

export interface Report {
  readonly problem: Problem | null;
  readonly notes: readonly Problem[];
  readonly remains: Unsent;
  readonly submissions: number;
  readonly drafts: number;
  readonly photos: number;
  readonly photo_bytes: number;
  readonly changes: number;
  readonly papers: number;
  readonly requests: number;
  readonly bytes_up: number;
  readonly bytes_down: number;
  readonly seconds: number;
  readonly healed: number;
  readonly server_time: string | null;
}

export interface SyncOptions {
  readonly push?: boolean;
  readonly budget?: Budget;
  readonly failuresMax?: number;
  /** Ends the run at the next step, or in the midst of a wait; nothing is lost. */
  readonly signal?: AbortSignal;
  readonly progress?: (event: Event) => void;
}

/** Everything that changes something is durable when its promise resolves. Raises Problems. */
export interface Phone {
  identity(): Identity;

  // Looking: no network, no waiting
  visits(): Listed[];
  visit(id: string): Visit;
  draft(visit: string): Draft | null;
  /** The document of the attempt told before a return, if its text is here. */
  toldBefore(visit: string): Fields | null;
  instrument(digest: string): Instrument;
  /** All items of a visit's checklist (of its draft's, once begun), in order, asked or not. */
  items(visit: string): Item[];
  /** Those that are asked, given the answers so far. */
  asked(visit: string): Item[];
  facts(visit: string): Record<string, Json>;
  missing(visit: string): Gap[];
  tasks(visit: string): Task[];
  receipts(): SubmissionRow[];
  photos(visit: string): PhotoRow[];
  photo(id: string): PhotoRow | null;
  /** Raises PhotoGone. */
  photoContent(id: string): Promise<Uint8Array>;
  unsent(): Unsent;
  lastSync(): { readonly at: string; readonly problem: string | null } | null;
  runs(): readonly Record<string, Json>[];
  budget(): Budget;

  // Recording: no network
  start(visit: string): Promise<Draft>;
  startPractice(): Promise<Visit>;
  mark(visit: string, what: MarkName, given?: { at?: Date; place?: Place }): Promise<Draft>;
  unmark(visit: string, what: MarkName): Promise<Draft>;
  /** `at`: the jotting noted at that moment is said anew (it is saved while it is being typed). */
  jot(visit: string, text: string, amountRupiah?: number, at?: string): Promise<Draft>;
  unjot(visit: string, at: string): Promise<Draft>;
  answer(visit: string, item: string, given: AnswerGiven): Promise<Draft>;
  unanswer(visit: string, item: string): Promise<Draft>;
  describe(visit: string, given: { context?: Context; narrative?: string; signed?: boolean }): Promise<Draft>;
  addPhoto(visit: string, picture: Picture, given?: { item?: string; insteadOf?: string }): Promise<PhotoRow>;
  removePhoto(visit: string, photo: string): Promise<Draft>;
  discard(visit: string): Promise<void>;
  /** Finish for ever. Nothing is refused for being incomplete; ask `missing` before. */
  finish(visit: string): Promise<SubmissionRow>;

  // Other devices: need a network
  draftsElsewhere(visit: string): OtherDraft[];
  continueHere(visit: string, device: string): Promise<Draft>;
  photosOfDraft(visit: string): PhotoOfDraft[];

  // The line
  sync(options?: SyncOptions): Promise<Report>;
  setBudget(budget: Budget): Promise<void>;
  /** Everything the server has not acknowledged, as a zip that POST /unsent-work takes. */
  exportUnsent(): Promise<Blob>;
  /** Sign in again (expired, or another password): same user; keeps everything. */
  signInAgain(password: string): Promise<void>;
  signOut(): Promise<void>;
  /** After a revocation only unsent work is left, unreadable until signing in again. */
  sealed(): boolean;
}

export type { Answer, Budget, Draft, Gap, Identity, OtherDraft };
