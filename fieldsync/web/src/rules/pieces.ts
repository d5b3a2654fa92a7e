/** How large the next piece of a photo is, so that a cut costs little and a good line is used (protocol 6.7). */

export const PIECE_BYTES_MIN = 16 * 1024;
export const PIECE_BYTES_MAX = 1024 * 1024;
const PIECE_SECONDS = 8;
/** A piece of a quarter of what passes between two cuts costs an eighth more, whatever is kept of it. */
const CUT_PART = 4;
const KEPT_BYTES_REMEMBERED = 512 * 1024;
const REMEMBERED_AFTER_CUT = 0.75;
const STRETCH = 1.25;
const EXCHANGE_SECONDS_USUAL = 0.5;

/** What is known of the line. Sizes in bytes, times in seconds of a monotonic clock. */
export interface Piece {
  /** Bytes a second of the last pieces; 0 while nothing is known. */
  readonly rate: number;
  /** Bytes that arrived, the older the less they count. */
  readonly kept: number;
  /** How often the line broke meanwhile, likewise. */
  readonly cuts: number;
  /** After a cut at most a quarter of that piece, doubled by every piece that arrives. */
  readonly ceiling: number;
  /** What the server takes (413), or what arrives unharmed (460); for this run. */
  readonly most: number;
}

/** A line that nothing is known of: it is trusted. */
export const FIRST_PIECE: Piece = { rate: 0, kept: 0, cuts: 0, ceiling: PIECE_BYTES_MAX, most: PIECE_BYTES_MAX };

/** The size of the next piece: what passes in 8 seconds, and a quarter of what passes between two cuts; 16 KiB to 1 MiB. */
export function pieceSize(piece: Piece): number {
  const quick = piece.rate ? piece.rate * PIECE_SECONDS : PIECE_BYTES_MAX;
  const whole = piece.cuts ? piece.kept / (CUT_PART * piece.cuts) : PIECE_BYTES_MAX;
  return Math.floor(Math.max(PIECE_BYTES_MIN, Math.min(quick, whole, piece.ceiling, piece.most)));
}

/** The next piece of a photo of which so many bytes remain: a short rest goes along. */
export function sizeFor(piece: Piece, remaining: number): number {
  const size = pieceSize(piece);
  return remaining <= Math.min(size * STRETCH, piece.most) ? remaining : Math.min(size, remaining);
}

/** A request and its answer, `size` bytes both ways. Only a slow one says something about the line. */
export function afterExchange(piece: Piece, size: number, seconds: number): Piece {
  const late = seconds - EXCHANGE_SECONDS_USUAL;
  return late > 0 && !piece.rate ? { ...piece, rate: Math.max(1, size / late) } : piece;
}

/** A piece arrived after so many seconds. */
export function afterKept(piece: Piece, size: number, seconds: number): Piece {
  const rate = size / Math.max(seconds, 0.001);
  const kept = piece.kept + size;
  const forgotten = Math.min(1, KEPT_BYTES_REMEMBERED / kept);
  return {
    ...piece,
    rate: piece.rate ? (piece.rate + rate) / 2 : rate,
    kept: kept * forgotten,
    cuts: piece.cuts * forgotten,
    ceiling: Math.min(PIECE_BYTES_MAX, piece.ceiling * 2),
  };
}

/** The line broke during a piece; how much of it arrived is not known. */
export function afterCut(piece: Piece, size: number): Piece {
  const [kept, cuts] = [piece.kept * REMEMBERED_AFTER_CUT, piece.cuts * REMEMBERED_AFTER_CUT + 1];
  return { ...piece, kept, cuts, ceiling: Math.max(PIECE_BYTES_MIN, Math.floor(size / CUT_PART)) };
}

/** The server takes no piece as large as this one. */
export function afterRefused(piece: Piece, size: number): Piece {
  return { ...piece, most: Math.max(PIECE_BYTES_MIN, Math.floor(size / 2)) };
}

/** As small as pieces get, after damage on the way. */
export function smallest(piece: Piece): Piece {
  return { ...piece, most: PIECE_BYTES_MIN };
}

/** What the next run may know: how reliable the line was. Its speed is measured anew, it may be another. */
export function memoryOf(piece: Piece): { readonly kept: number; readonly cuts: number } {
  return { kept: piece.kept, cuts: piece.cuts };
}

/**
 * A run's first Piece, from the memory of the last one; old cuts count as one, so that a better line is soon used.
 * Anything unreadable is forgotten.
 */
export function rememberedPiece(memory: unknown): Piece {
  const { kept, cuts } = (memory ?? {}) as { kept?: unknown; cuts?: unknown };
  if (!isCount(kept) || !isCount(cuts)) return FIRST_PIECE;
  const many = Math.max(1, cuts);
  return { ...FIRST_PIECE, kept: Math.min(kept / many, KEPT_BYTES_REMEMBERED), cuts: cuts / many };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < 2 ** 63;
}
