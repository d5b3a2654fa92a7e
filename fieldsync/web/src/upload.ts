/**
 * One photo on its way: tus pieces, sent until it is stored or something else must happen first (protocol 6.7).
 *
 * Nobody waits and nothing is stored here: `send` returns how far it came and why it ended.
 */

import { AnswerBroken, type Problem, raised } from "@/errors";
import { type Piece, FIRST_PIECE, afterCut, afterKept, afterRefused, sizeFor, smallest } from "@/rules/pieces";
import { afterUpload } from "@/rules/steps";
import { type Reply, type Transport, problemOf } from "@/transport";
import { base64 } from "@/wire/names";

const MOVES_MAX = 6;
const RESENDS_BEFORE_SMALL = 3;
const RESENDS_MAX = 8;
/** As seen by a server or proxy that could still say so. */
const LINE_BROKE: readonly number[] = [400, 408];

/**
 * Why a photo's turn ended:
 *
 *     stored  the server verified and keeps it
 *     bad     the server has it and cannot use it
 *     renew   the address is gone or exhausted: ask /sync for another
 *     cut     no answer: where the server stands is unknown (HEAD first, after a wait)
 *     wait    the server asked for time
 *     held    the gate is closed: documents go first, or nothing more may be spent
 *     stop    nothing more can be sent now
 */
export type End = "stored" | "bad" | "renew" | "cut" | "wait" | "held" | "stop";

/** Who is asked before each piece, and told after it. */
export interface Gate {
  /** How many of `wanted` bytes may go now; 0 when the photo has to wait. */
  room(wanted: number): number | Promise<number>;
  /** The server keeps `offset` bytes of the photo. */
  passed(offset: number): unknown;
}

/** A photo to be sent: its bytes, the address the server named, and in which epoch it did. */
export interface Parcel {
  readonly content: Uint8Array;
  readonly url: string;
  readonly epoch: string | null;
  /** The last request got no answer, so the server is asked first where it stands. */
  readonly unsure?: boolean;
  /** Every piece goes with a checksum, after the photo arrived damaged once. */
  readonly careful?: boolean;
}

/** How far a photo came. */
export interface Turn {
  /** In bytes, as the server last told it. */
  readonly offset: number;
  readonly piece: Piece;
  readonly end: End | null;
  /** Why, for cut, wait, renew and stop. */
  readonly problem: Problem | null;
  readonly retryAfter: number | null;
  /** Bytes of body that went on the line. */
  readonly sent: number;
  readonly moves: number;
  readonly resends: number;
}

export type Ended = Turn & { readonly end: End };

const BEGUN = { end: null, problem: null, retryAfter: null, sent: 0, moves: 0, resends: 0 } as const;

/** Sends one photo at a time and knows how large pieces may be on this line. */
export class Uploader {
  constructor(
    private readonly transport: Pick<Transport, "piece" | "where">,
    /** A monotonic clock in seconds. */
    private readonly watch: () => number,
    public piece: Piece = FIRST_PIECE,
  ) {}

  /** Send a photo from `offset` on, until the turn ends. */
  async send(parcel: Parcel, { offset, gate }: { readonly offset: number; readonly gate: Gate }): Promise<Ended> {
    let turn: Turn = { ...BEGUN, offset, piece: this.piece };
    if (parcel.unsure) turn = await this.ask(turn, parcel);
    for (;;) {
      const { end } = turn;
      if (end !== null) {
        this.piece = turn.piece;
        return { ...turn, end };
      }
      if (turn.offset >= parcel.content.length) {
        turn = ended(turn, "renew"); // all is there, but nobody said it is stored: /sync will
      } else {
        turn = await this.sendPiece(turn, parcel, gate);
        await gate.passed(turn.offset);
      }
    }
  }

  private async ask(turn: Turn, parcel: Parcel): Promise<Turn> {
    let reply: Reply;
    try {
      reply = await this.transport.where(parcel.url);
    } catch (error) {
      return unanswered(turn, raised(error));
    }
    if (isElsewhere(reply, parcel)) return ended(turn, "renew");
    if (afterUpload(reply.status) !== "kept") return notKept(turn, reply, 0);
    const settled = settledBy(reply);
    if (settled) return ended(turn, settled);
    const offset = reply.offset();
    return offset === null ? ended(turn, "renew") : { ...turn, offset };
  }

  private async sendPiece(before: Turn, parcel: Parcel, gate: Gate): Promise<Turn> {
    const room = await gate.room(sizeFor(before.piece, parcel.content.length - before.offset));
    if (room <= 0) return ended(before, "held");
    const part = parcel.content.slice(before.offset, before.offset + room);
    const checksum = parcel.careful ? base64(new Uint8Array(await crypto.subtle.digest("SHA-256", part))) : null;
    const turn = { ...before, sent: before.sent + part.length };
    const began = this.watch();
    let reply: Reply;
    try {
      reply = await this.transport.piece(parcel.url, turn.offset, part, checksum);
    } catch (error) {
      return unanswered({ ...turn, piece: afterCut(turn.piece, part.length) }, raised(error));
    }
    if (isElsewhere(reply, parcel)) return ended(turn, "renew");
    if (afterUpload(reply.status) !== "kept") return notKept(turn, reply, part.length);
    return kept(turn, reply, part.length, this.watch() - began);
  }
}

function ended(turn: Turn, end: End, problem: Problem | null = null, retryAfter: number | null = null): Turn {
  return { ...turn, end, problem, retryAfter };
}

function unanswered(turn: Turn, problem: Problem): Turn {
  return ended(turn, problem.waitingHelps ? "cut" : "stop", problem);
}

function kept(turn: Turn, reply: Reply, size: number, seconds: number): Turn {
  const offset = reply.offset();
  if (offset === null || offset <= turn.offset || offset > turn.offset + size) {
    return ended(turn, "wait", new AnswerBroken({ why: "Upload-Offset" }));
  }
  const further = { ...turn, offset, piece: afterKept(turn.piece, size, seconds), moves: 0, resends: 0 };
  const settled = settledBy(reply);
  return settled ? ended(further, settled) : further;
}

function notKept(turn: Turn, reply: Reply, size: number): Turn {
  const go = afterUpload(reply.status, reply.code());
  if (go === "move") {
    const offset = reply.offset();
    return offset !== null && turn.moves < MOVES_MAX ? { ...turn, offset, moves: turn.moves + 1 } : ended(turn, "renew");
  }
  if (go === "resend" || go === "shrink") return again(turn, reply, go === "shrink" ? size : null);
  if (go === "renew") return ended(turn, "renew", problemOf(reply));
  const broke = LINE_BROKE.includes(reply.status) && size > 0;
  const learned = broke ? { ...turn, piece: afterCut(turn.piece, size) } : turn;
  return ended(learned, go === "wait" ? "wait" : "stop", problemOf(reply), reply.retryAfter);
}

/** The same bytes again: fewer when `refused` were too many, and as few as may be when they keep arriving damaged. */
function again(turn: Turn, reply: Reply, refused: number | null): Turn {
  if (turn.resends >= RESENDS_MAX) return ended(turn, "wait", problemOf(reply));
  const resends = turn.resends + 1;
  if (refused !== null) return { ...turn, resends, piece: afterRefused(turn.piece, refused) };
  return { ...turn, resends, piece: resends >= RESENDS_BEFORE_SMALL ? smallest(turn.piece) : turn.piece };
}

function settledBy(reply: Reply): "stored" | "bad" | null {
  const state = reply.photoState();
  return state === "stored" || state === "bad" ? state : null;
}

/** Whether the answer comes from another history of the server, about which /sync has to be asked first. */
function isElsewhere(reply: Reply, parcel: Parcel): boolean {
  return reply.epoch() !== null && reply.epoch() !== parcel.epoch;
}
