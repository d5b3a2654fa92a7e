/** How large a piece is: a good line is used, and a bad one wastes little of what Sari pays for. */

import {
  FIRST_PIECE,
  type Piece,
  afterCut,
  afterExchange,
  afterKept,
  afterRefused,
  memoryOf,
  pieceSize,
  rememberedPiece,
  sizeFor,
  smallest,
} from "@/rules/pieces";
import { randomFrom } from "./chance";

const KIB = 1024;
const PHOTO = 300 * KIB;
/** Of a PATCH and its answer. */
const HEADS = 520;
/** A HEAD and its answer, after every cut. */
const ASKED = 450;
const DOCUMENTS = 4000;
/** Bytes between two cuts, on average. */
const BAD = 60_000;
const GOOD = 10 ** 9;

/** A line that breaks after so many bytes on average, without memory; of a broken piece nothing is kept. */
class Line {
  private goodFor: number;
  private readonly random: () => number;

  constructor(
    private readonly betweenCuts: number,
    seed: number,
  ) {
    this.random = randomFrom(seed);
    this.goodFor = this.untilNext();
  }

  private untilNext(): number {
    return -Math.log(1 - this.random()) * this.betweenCuts;
  }

  /** Bytes that went over the line, and whether it held. */
  send(size: number): [went: number, held: boolean] {
    if (size < this.goodFor) {
      this.goodFor -= size;
      return [size, true];
    }
    const went = this.goodFor;
    this.goodFor = this.untilNext();
    return [went, false];
  }
}

/** Application bytes of a visit over its payload, and what was learned. */
function ratio(piece: Piece, line: Line, photos = 5): [number, Piece] {
  let spent = DOCUMENTS;
  for (let photo = 0; photo < photos; photo += 1) {
    let offset = 0;
    while (offset < PHOTO) {
      const size = sizeFor(piece, PHOTO - offset);
      let [went, held] = line.send(size + HEADS);
      spent += went;
      if (held) {
        offset += size;
        piece = afterKept(piece, size, size / 50_000);
        continue;
      }
      piece = afterCut(piece, size);
      while (!held) {
        [went, held] = line.send(ASKED);
        spent += went;
      }
    }
  }
  return [spent / (photos * PHOTO), piece];
}

/** The ratios of so many visits, each in a run of its own that remembers the last. */
function visits(count: number, betweenCuts: number, seed: number): number[] {
  const line = new Line(betweenCuts, seed);
  let piece = FIRST_PIECE;
  return Array.from({ length: count }, () => {
    const [one, learned] = ratio(piece, line);
    piece = rememberedPiece(memoryOf(learned));
    return one;
  });
}

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed);
const mean = (numbers: number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

test("a line cut every 60 KB costs at most a quarter more", () => {
  expect(mean(seeds(40).flatMap((seed) => visits(10, BAD, seed)))).toBeLessThanOrEqual(1.25);
});

test("the very first visit on such a line learns within that quarter", () => {
  expect(mean(seeds(300).flatMap((seed) => visits(1, BAD, seed)))).toBeLessThanOrEqual(1.25);
});

test("a line that turns bad is found out within a visit", () => {
  const [, goodBefore] = ratio(FIRST_PIECE, new Line(GOOD, 0));
  expect(mean(seeds(100).map((seed) => ratio(goodBefore, new Line(BAD, seed))[0]))).toBeLessThanOrEqual(1.35);
});

test.each([
  [250_000, 1.2],
  [1_000_000, 1.12],
  [10_000_000, 1.06],
])("better lines cost less: a cut every %i bytes costs at most %f", (betweenCuts, most) => {
  expect(mean(seeds(200).flatMap((seed) => visits(10, betweenCuts, seed)))).toBeLessThanOrEqual(most);
});

test("a good line sends photos whole and costs nothing to speak of", () => {
  const [found, piece] = ratio(FIRST_PIECE, new Line(GOOD, 0));
  expect(found).toBeLessThanOrEqual(1.005);
  expect(sizeFor(piece, PHOTO)).toBe(PHOTO);
});

test("a line that became good is used again after a few photos", () => {
  let piece = FIRST_PIECE;
  for (let n = 0; n < 50; n += 1) piece = afterCut(piece, pieceSize(piece));
  expect(pieceSize(piece)).toBe(16 * KIB);
  piece = rememberedPiece(memoryOf(piece));
  for (let n = 0; n < 4; n += 1) [, piece] = ratio(piece, new Line(GOOD, 0));
  expect(sizeFor(piece, PHOTO)).toBe(PHOTO);
});

test("a slow line gets pieces of eight seconds", () => {
  const piece = afterExchange(FIRST_PIECE, 2_500, 1.5); // 2.5 KB/s beside the usual half second
  expect(pieceSize(piece)).toBe(20_000);
  expect(pieceSize(afterKept(piece, 20_000, 5))).toBe(((2_500 + 4_000) / 2) * 8);
});

test("a quick exchange says nothing against a line, nor does a second one", () => {
  expect(afterExchange(FIRST_PIECE, 2_500, 0.4)).toEqual(FIRST_PIECE);
  const measured = { ...FIRST_PIECE, rate: 9_000 };
  expect(afterExchange(measured, 2_500, 60)).toEqual(measured);
});

test("after a cut pieces are a quarter as large, and every one that arrives makes them larger", () => {
  const cut = afterCut(FIRST_PIECE, 400_000);
  expect(cut).toEqual({ ...FIRST_PIECE, cuts: 1, ceiling: 100_000 });
  const kept = afterKept(cut, 100_000, 1);
  expect(kept).toEqual({ ...cut, rate: 100_000, kept: 100_000, ceiling: 200_000 });
  expect(afterCut(kept, 8_000)).toEqual({ ...kept, kept: 75_000, cuts: 1.75, ceiling: 16 * KIB });
});

test("what is long ago counts less: half a MiB is remembered, and of many cuts one", () => {
  const piece = { ...FIRST_PIECE, rate: 1000, kept: 768 * KIB, cuts: 6 };
  expect(afterKept(piece, 256 * KIB, 256)).toEqual({ ...piece, rate: 1012, kept: 512 * KIB, cuts: 3 });
  expect(rememberedPiece(memoryOf(piece))).toEqual({ ...FIRST_PIECE, kept: 128 * KIB, cuts: 1 });
  expect(rememberedPiece({ kept: 4096 * KIB, cuts: 0.5 })).toEqual({ ...FIRST_PIECE, kept: 512 * KIB, cuts: 0.5 });
});

test("a short rest goes along with the last piece", () => {
  const piece = { ...FIRST_PIECE, rate: 12_800 }; // 100 KiB a piece
  expect([50, 120, 130, 500].map((rest) => sizeFor(piece, rest * 1000))).toEqual([50_000, 120_000, 102_400, 102_400]);
});

test("what the server refused is not tried again in this run", () => {
  let piece = afterRefused(FIRST_PIECE, PHOTO);
  for (let n = 0; n < 20; n += 1) piece = afterKept(piece, pieceSize(piece), 0.1);
  expect([pieceSize(piece), sizeFor(piece, PHOTO)]).toEqual([PHOTO / 2, PHOTO / 2]);
  expect(pieceSize(smallest(piece))).toBe(16 * KIB);
});

test("whatever happens a piece is whole bytes between 16 KiB and 1 MiB", () => {
  const random = randomFrom(7);
  for (let run = 0; run < 300; run += 1) {
    let piece = FIRST_PIECE;
    for (let event = 0; event < 60; event += 1) {
      const [size, what, seconds] = [pieceSize(piece), random(), random() ** 8 * 1e6];
      piece = what < 0.4 ? afterKept(piece, size, seconds) : what < 0.8 ? afterCut(piece, size) : afterRefused(piece, size);
      for (const next of [pieceSize(piece), pieceSize(rememberedPiece(memoryOf(piece)))]) {
        expect(Number.isInteger(next) && next >= 16 * KIB && next <= 1024 * KIB, `run ${run}: ${next}`).toBe(true);
      }
    }
  }
});

test.each([
  {},
  null,
  7,
  { kept: "x", cuts: 1 },
  { kept: -1, cuts: 1 },
  { kept: 1e99, cuts: 1 },
  { kept: true },
  { kept: NaN, cuts: 1 },
])("a memory nobody can read is forgotten: %o", (memory) => {
  expect(rememberedPiece(memory)).toEqual(FIRST_PIECE);
});
