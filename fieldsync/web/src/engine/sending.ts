/** Photos on their way: one at a time, documents before them, and never more than the person allows (protocol 6.7). */

import { type Problem, ServerTrouble } from "@/errors";
import { BudgetSpent, PhotoGone, PhotosLater, PhotosOff } from "@/errors-inside";
import { A_PHOTO, type Course } from "@/engine/course";
import { type Budget, HEADS_BYTES, documentsMayGo, photoRoom } from "@/rules/budget";
import { PIECE_BYTES_MIN, rememberedPiece } from "@/rules/pieces";
import type { Ledger } from "@/store/ledger";
import { photoContent } from "@/store/records";
import type { PhotoRow } from "@/store/types";
import type { Traffic, Transport } from "@/transport";
import { type Gate, type Turn, Uploader } from "@/upload";

/**
 * What may still be spent today. The day is the one at the run's begin, whatever the phone's clock does later; within a
 * run only bytes are counted, and they are written down before they are spent.
 */
export class Purse {
  private readonly before: number;

  constructor(
    private readonly ledger: Ledger,
    private readonly transport: Pick<Transport, "traffic">,
    private readonly budget: Budget,
    private readonly day: string,
  ) {
    this.before = ledger.spent(day) - total(transport.traffic);
  }

  private get spent(): number {
    return this.before + total(this.transport.traffic);
  }

  /** How many of `wanted` bytes of a photo may go now; 0 when only crumbs are left. */
  async room(wanted: number): Promise<number> {
    const left = photoRoom(this.budget, this.spent);
    const allowed = left === null || left >= wanted ? wanted : left >= PIECE_BYTES_MIN ? left : 0;
    if (allowed) await this.ledger.spend(this.day, this.spent + allowed + HEADS_BYTES);
    return allowed;
  }

  /** Whether no photo may go. */
  isClosed(): boolean {
    const left = photoRoom(this.budget, this.spent);
    return left !== null && left < PIECE_BYTES_MIN;
  }

  documentsMayGo(): boolean {
    return documentsMayGo(this.budget, this.spent);
  }

  /** Why photos wait here. */
  why(): Problem {
    if (this.budget.documents_only) return new PhotosOff();
    return new BudgetSpent({ kib: Math.floor((this.budget.bytes_a_day ?? 0) / 1024) });
  }

  close(): Promise<void> {
    return this.ledger.spend(this.day, this.spent);
  }
}

/** The photos of one run. */
export class Photos {
  readonly uploader: Uploader;
  held: boolean;
  private readonly unsure = new Set<string>();
  private readonly later = new Set<string>(); // the server takes these when others are through
  private through = 0;

  constructor(
    private readonly course: Course,
    ledger: Ledger,
    private readonly purse: Purse,
  ) {
    this.uploader = new Uploader(course.transport, course.edges.watch, rememberedPiece(ledger.line()));
    this.held = purse.isClosed();
  }

  /** When photos may go, every address is asked for anew; when they may not, they are only announced, once. */
  async begin(): Promise<void> {
    if (this.course.given.push && !this.held) await this.course.outbox.begin();
  }

  /** How many photos can be sent now. */
  left(): number {
    const { course } = this;
    if (!course.given.push || this.held) return 0;
    const left = course.outbox.uploadsLeft(course.skip);
    if (!left && this.later.size && this.through) {
      // There is room again: ask once more.
      for (const photo of this.later) course.skip.delete(photo);
      this.later.clear();
      this.through = 0;
    }
    return left;
  }

  /** The server takes these later. */
  hold(photos: readonly string[]): void {
    for (const photo of photos) {
      this.later.add(photo);
      this.course.skip.add(photo);
    }
  }

  /** The next photo's turn. Its bytes are in memory only as long as that. */
  async step(): Promise<void> {
    const { course } = this;
    const photo = course.outbox.nextUpload(course.skip);
    if (photo === null) return;
    const gate = this.gate(photo);
    gate.passed(photo.offset);
    const content = await this.content(photo);
    if (content === null) return;
    const { url, careful } = photo;
    const parcel = { content, url: url ?? "", epoch: course.outbox.epoch(), unsure: this.unsure.has(photo.id), careful };
    const turn = await this.uploader.send(parcel, { offset: photo.offset, gate });
    course.count.photo_bytes += turn.sent;
    this.unsure.delete(photo.id);
    if (turn.offset > photo.offset) course.wentWell();
    await this.after(photo, turn);
  }

  /** The bytes of a photo; null when they are no longer as recorded, which is told. */
  private async content(photo: PhotoRow): Promise<Uint8Array | null> {
    try {
      return await photoContent(this.course.book, photo);
    } catch (problem) {
      if (!(problem instanceof PhotoGone)) throw problem;
      await this.course.outbox.notePhoto(photo.id, "lost", { offset: photo.offset, reason: "file" });
      this.course.notes.push(problem);
      return null;
    }
  }

  /** Between two pieces: documents that were finished meanwhile go first, and the purse may be empty. */
  private gate(photo: PhotoRow): Gate {
    const { course } = this;
    const left = course.outbox.uploadsLeft(course.skip);
    return {
      room: async (wanted) => {
        if (course.isOver || course.outbox.documentsWait(course.skip)) return 0;
        const allowed = await this.purse.room(wanted);
        this.held ||= !allowed;
        return allowed;
      },
      passed: (offset) => course.tell({ step: "upload", photo: photo.id, offset, size: photo.size, left }),
    };
  }

  private async after(photo: PhotoRow, turn: Turn): Promise<void> {
    const { course } = this;
    if (turn.end === "stored") {
      course.wentWell();
      await course.outbox.notePhoto(photo.id, "stored", { offset: photo.size });
      course.count.photos += 1;
      this.through += 1;
    } else if (turn.end === "renew" || turn.end === "bad") {
      // /sync knows the reason, or another address.
      const careful = turn.problem?.facts["status"] === 410;
      await course.outbox.notePhoto(photo.id, "captured", { offset: 0, careful });
      await course.tryAgain(photo.id, "renew", A_PHOTO);
    } else {
      await course.outbox.notePhoto(photo.id, "sending", { offset: turn.offset });
      this.halted(photo, turn);
    }
  }

  private halted(photo: PhotoRow, turn: Turn): void {
    const problem = turn.problem ?? new ServerTrouble({ status: "?" });
    if (turn.end === "cut") this.unsure.add(photo.id);
    if (turn.end === "stop") this.course.stop(problem);
    else if (turn.end !== "held") this.course.failed(problem, turn.retryAfter);
  }

  /** Why photos that could go did not; [] when none waits. */
  whyWaiting(): Problem[] {
    const held = this.held && this.course.outbox.pending().photos ? [this.purse.why()] : [];
    return this.later.size ? [...held, new PhotosLater({ count: this.later.size })] : held;
  }
}

/** Bytes both ways. */
export function total({ up, down }: Traffic): number {
  return up + down;
}
