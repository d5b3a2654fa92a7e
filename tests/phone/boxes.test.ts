/** What Sari draws a box over cannot be recognized any more, by nobody and nothing. */

import { type Box, between, grown, hide, inPixels, inside, moved, suggested } from "@/camera/boxes";

/** The shares to three places, for floating point is not the point. */
const rounded = (box: Box) => Object.fromEntries(Object.entries(box).map(([name, share]) => [name, Math.round(share * 1000) / 1000]));

function pixels(width: number, height: number, colour: (x: number, y: number) => readonly [number, number, number]) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0, n = 0; n < width * height; n += 1, at += 4) data.set([...colour(n % width, Math.floor(n / width)), 255], at);
  return { width, height, data };
}

const GREY = [120, 120, 120] as const;

describe("a box", () => {
  test("lies between where the finger began and where it ended, whichever way it went", () => {
    const expected = { x: 0.2, y: 0.3, width: 0.5, height: 0.3 };
    expect(rounded(between({ x: 0.2, y: 0.3 }, { x: 0.7, y: 0.6 }))).toEqual(expected);
    expect(rounded(between({ x: 0.7, y: 0.6 }, { x: 0.2, y: 0.3 }))).toEqual(expected);
  });

  test("stays inside the picture, and large enough to be seen", () => {
    expect(rounded(inside({ x: -0.5, y: 0.9, width: 0.7, height: 0.7 }))).toEqual({ x: 0, y: 0.9, width: 0.2, height: 0.1 });
    expect(rounded(inside({ x: 1, y: 1, width: 0, height: 0 }))).toEqual({ x: 0.97, y: 0.97, width: 0.03, height: 0.03 });
    expect(rounded(moved({ x: 0.8, y: 0.1, width: 0.1, height: 0.1 }, 0.5, -0.5))).toEqual({ x: 0.9, y: 0, width: 0.1, height: 0.1 });
  });

  test("grows and shrinks around its middle", () => {
    expect(rounded(grown({ x: 0.4, y: 0.4, width: 0.2, height: 0.2 }, 0.1, 0))).toEqual({ x: 0.35, y: 0.4, width: 0.3, height: 0.2 });
    expect(rounded(grown({ x: 0.4, y: 0.4, width: 0.2, height: 0.2 }, -1, 0))).toEqual({ x: 0.485, y: 0.4, width: 0.03, height: 0.2 });
  });

  test("over a found face takes in hair and chin", () => {
    expect(rounded(suggested({ x: 0.4, y: 0.4, width: 0.2, height: 0.2 }))).toEqual({ x: 0.38, y: 0.38, width: 0.24, height: 0.24 });
  });

  test("covers every pixel it touches", () => {
    expect(inPixels({ x: 0.1001, y: 0, width: 0.2, height: 1 }, 1000, 333)).toEqual({ x: 100, y: 0, width: 201, height: 333 });
  });
});

describe("pixels in a box", () => {
  test("two faces with the same averages come out the same, to the byte", () => {
    const one = pixels(64, 64, (x, y) => ((x + y) % 2 ? [240, 240, 240] : [0, 0, 0]));
    const other = pixels(64, 64, (x) => (x % 2 ? [0, 0, 0] : [240, 240, 240]));
    expect(one.data).not.toEqual(other.data);
    hide(one);
    hide(other);
    expect(one.data).toEqual(other.data);
    expect(one.data).toEqual(pixels(64, 64, () => GREY).data);
  });

  test("no more than four by four colours are left, run into each other", () => {
    const face = pixels(160, 160, (x, y) => [x, y, (x * 7 + y * 13) % 256]);
    hide(face);
    const middles = [20, 60, 100, 140];
    const said = new Set<string>();
    for (const y of middles) for (const x of middles) said.add([...face.data.slice((y * 160 + x) * 4, (y * 160 + x) * 4 + 2)].join());
    expect(said.size).toBe(16);
    for (let at = 4; at < face.data.length; at += 4) {
      if (at % (160 * 4)) expect(Math.abs(face.data[at]! - face.data[at - 4]!)).toBeLessThanOrEqual(2); // no edge anywhere
    }
  });

  test("one small stroke changes nothing that can be seen", () => {
    const plain = pixels(80, 80, () => GREY);
    const stroke = pixels(80, 80, (x, y) => (x > 30 && x < 34 && y === 40 ? [0, 0, 0] : GREY));
    hide(plain);
    hide(stroke);
    expect(stroke.data).toEqual(plain.data);
  });

  test("a box of a few pixels becomes one colour", () => {
    const small = pixels(12, 3, (x) => (x < 6 ? [0, 0, 0] : [240, 240, 240]));
    hide(small);
    expect(small.data).toEqual(pixels(12, 3, () => GREY).data);
  });
});
