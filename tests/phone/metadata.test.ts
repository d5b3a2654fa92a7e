/** What a camera wrote beside Sari's picture becomes fields; nothing of it stays in the file, and nonsense harms nobody. */

import board from "../browser/pictures/board.heic?url&inline";
import lying from "../browser/pictures/lying.jpg?inline";
import { bare } from "@/camera/bare";
import { HEAD_BYTES, known } from "@/camera/metadata";
import { isHeic, sizeIn } from "@/camera/sizes";
import { NotAPicture } from "@/camera/problems";

const bytesOf = (inline: string) => Uint8Array.from(atob(inline.slice(inline.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
const pictures = { "lying.jpg": bytesOf(lying), "board.heic": bytesOf(board) };
const picture = (name: keyof typeof pictures) => pictures[name];
const NOTHING = { takenAt: null, place: null };
const BANJARMASIN = { takenAt: new Date("2026-03-04T09:40:00+08:00"), place: { lat: -3.319, lon: 114.591, accuracy_m: 12 } };

type Field = readonly [tag: number, type: number, count: number, value: readonly number[]];

/** A TIFF with three directories, behind the letters that announce it. Values are bytes. */
function exif({ first = [], details = [], gps = [], little = false }: Partial<Record<"first" | "details" | "gps", Field[]>> & { little?: boolean }) {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  let free = 400;
  const write = (at: number, fields: readonly Field[]) => {
    view.setUint16(at, fields.length, little);
    fields.forEach(([tag, type, count, value], n) => {
      const entry = at + 2 + n * 12;
      view.setUint16(entry, tag, little);
      view.setUint16(entry + 2, type, little);
      view.setUint32(entry + 4, count, little);
      if (value.length > 4) view.setUint32(entry + 8, free, little);
      bytes.set(value, value.length > 4 ? free : entry + 8);
      if (value.length > 4) free += value.length;
    });
  };
  const long = (value: number) => [...new Uint8Array(new Uint32Array([little ? value : swapped(value)]).buffer)];
  view.setUint32(0, little ? 0x49492a00 : 0x4d4d002a);
  view.setUint32(4, 8, little);
  write(8, [...first, [0x8769, 4, 1, long(150)], [0x8825, 4, 1, long(250)]]);
  write(150, details);
  write(250, gps);
  return new Uint8Array([0xff, 0xd8, 0xff, 0xe1, 4, 8, ...text("Exif\0\0"), ...bytes]);
}

const swapped = (value: number) => ((value & 0xff) << 24) | ((value & 0xff00) << 8) | ((value >> 8) & 0xff00) | (value >>> 24);
const text = (letters: string) => [...letters].map((letter) => letter.charCodeAt(0));
const date = (tag: number, said: string): Field => [tag, 2, said.length + 1, text(`${said}\0`)];
const parts = (...values: number[]) => values.flatMap((value) => [0, 0, value >> 8, value & 0xff, 0, 0, 0, 1]);
const letters = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("when and where a picture was taken", () => {
  test("is read from a JPEG and from a HEIC alike", () => {
    expect(known(picture("lying.jpg"))).toEqual(BANJARMASIN);
    expect(known(picture("board.heic"))).toEqual(BANJARMASIN);
  });

  test("is read from the small end as well", () => {
    const said = exif({ little: true, details: [date(0x9003, "2026:03:04 09:40:00"), date(0x9011, "+08:00")] });
    expect(known(said)).toEqual({ takenAt: BANJARMASIN.takenAt, place: null });
  });

  test("a camera without a zone is believed to be where Sari is", () => {
    vi.stubEnv("TZ", "Asia/Makassar");
    expect(known(exif({ first: [date(0x0132, "2026:03:04 09:40:00")] }))).toEqual({ takenAt: BANJARMASIN.takenAt, place: null });
  });

  test("the moment of taking counts, not that of the last change", () => {
    const said = exif({ first: [date(0x0132, "2026:05:05 10:00:00")], details: [date(0x9003, "2026:03:04 01:40:00"), date(0x9011, "Z")] });
    expect(known(said).takenAt).toEqual(BANJARMASIN.takenAt);
  });

  test("north and east are positive, accuracy may be missing", () => {
    const gps: Field[] = [[1, 2, 2, text("N\0")], [2, 5, 3, parts(3, 30, 0)], [3, 2, 2, text("E\0")], [4, 5, 3, parts(114, 0, 36)]];
    expect(known(exif({ gps }))).toEqual({ takenAt: null, place: { lat: 3.5, lon: 114.01 } });
  });

  test.each([
    ["no picture at all", new Uint8Array()],
    ["text", new Uint8Array(text("Exif\0\0 is what it says, and no more"))],
    ["a date that never was", exif({ details: [date(0x9003, "0000:00:00 25:61:61")] })],
    ["a clock that was never set", exif({ details: [date(0x9003, "    :  :     :  :  ")] })],
    ["an offset of nonsense", exif({ details: [date(0x9003, "2026:03:04 09:40:00"), date(0x9011, "soon")] })],
    ["a place that is none", exif({ gps: [[1, 2, 2, text("S\0")], [2, 5, 3, parts(999, 0, 0)], [3, 2, 2, text("E\0")], [4, 5, 3, parts(1, 0, 0)]] })],
    ["fractions of nothing", exif({ gps: [[1, 2, 2, text("S\0")], [2, 5, 3, Array(24).fill(0)], [3, 2, 2, text("E\0")], [4, 5, 3, parts(1, 0, 0)]] })],
    ["a half without its letter", exif({ gps: [[2, 5, 3, parts(3, 0, 0)], [4, 5, 3, parts(114, 0, 0)]] })],
    ["text where numbers belong", exif({ gps: [[1, 2, 2, text("S\0")], [2, 2, 30, text("three".repeat(6))], [3, 2, 2, text("E\0")], [4, 5, 3, parts(1, 0, 0)]] })],
    ["a text longer than the file", exif({ details: [[0x9003, 2, 0xffffffff, text("2026:0")]] })],
  ])("is not known from %s", (_, head) => {
    expect(known(head)).toEqual(NOTHING);
  });

  test("no damage makes it throw or stand still", () => {
    const good = picture("lying.jpg").slice(0, 1000);
    for (let seed = 1, n = 0; n < 20_000; n += 1) {
      const damaged = good.slice(0, 40 + (n % 900));
      for (let wounds = 0; wounds < 4; wounds += 1) {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        damaged[seed % damaged.length] = (seed >> 16) & 0xff;
      }
      expect(() => [known(damaged), sizeIn(damaged), isHeic(damaged)]).not.toThrow();
    }
    const many = new Uint8Array(HEAD_BYTES).map((_, n) => text("Exif\0\0")[n % 6]!);
    expect(known(many)).toEqual(NOTHING);
  });
});

describe("how large a picture is", () => {
  const bytes = (...said: (string | number)[]) => {
    const found = said.flatMap((each) => (typeof each === "string" ? text(each) : [each]));
    return new Uint8Array([...found, ...Array(40).fill(0)]);
  };

  test.each([
    ["a JPEG", picture("lying.jpg"), { width: 2000, height: 1500 }],
    ["a HEIC", picture("board.heic"), { width: 640, height: 480 }],
    ["a PNG", bytes(0x89, "PNG\r\n\x1a\n", 0, 0, 0, 13, "IHDR", 0, 0, 0x2e, 0xe0, 0, 0, 0x23, 0x28), { width: 12_000, height: 9_000 }],
    ["a GIF", bytes("GIF89a", 0x40, 1, 0xf0, 0), { width: 320, height: 240 }],
    ["a WebP", bytes("RIFF", 0, 0, 0, 0, "WEBPVP8X", 10, 0, 0, 0, 0, 0, 0, 0, 0xdf, 0x2e, 0, 0x27, 0x23, 0), { width: 12_000, height: 9_000 }],
    ["an old WebP", bytes("RIFF", 0, 0, 0, 0, "WEBPVP8 ", 0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xf0, 0), { width: 320, height: 240 }],
    ["a WebP without loss", bytes("RIFF", 0, 0, 0, 0, "WEBPVP8L", 0, 0, 0, 0, 0x2f, 0x3f, 0xc1, 0x3b, 0), { width: 320, height: 240 }],
    ["something else", bytes("BM, and so on"), null],
  ])("is read from the first bytes of %s", (_, head, size) => {
    expect(sizeIn(head)).toEqual(size);
  });

  test("a HEIC is known by its brand", () => {
    expect([picture("board.heic"), picture("lying.jpg"), new Uint8Array()].map(isHeic)).toEqual([true, false, false]);
  });
});

describe("a photo that is kept", () => {
  const markers = (jpeg: Uint8Array) => {
    const found: number[] = [];
    for (let at = 2; jpeg[at] === 0xff && jpeg[at + 1] !== 0xda; at += 2 + ((jpeg[at + 2]! << 8) | jpeg[at + 3]!)) found.push(jpeg[at + 1]!);
    return found;
  };

  test("says nothing about itself: no Exif, no profile, no comment, nothing behind the end", () => {
    const source = picture("lying.jpg");
    expect(markers(source)).toEqual([0xe0, 0xe1, 0xfe, 0xdb, 0xdb, 0xc0, 0xc4, 0xc4, 0xc4, 0xc4]);
    const silent = bare(new Uint8Array([...source, ...text("Telepon Sari 12345")]));
    expect(markers(silent)).toEqual([0xe0, 0xdb, 0xdb, 0xc0, 0xc4, 0xc4, 0xc4, 0xc4]);
    expect(letters(silent)).not.toContain("Telepon");
    expect([...silent.slice(-2)]).toEqual([0xff, 0xd9]);
    expect(letters(source).endsWith(letters(silent.slice(-20_000)))).toBe(true); // the picture itself is untouched
    expect(bare(silent)).toEqual(silent);
  });

  test("metadata between two scans is found too", () => {
    const scan = [0xff, 0xda, 0, 2, 1, 0xff, 0, 2, 0xff, 0xd0, 3];
    const hidden = [0xff, 0xed, 0, 6, ...text("Sari")];
    expect([...bare(new Uint8Array([0xff, 0xd8, ...scan, ...hidden, ...scan, 0xff, 0xd9]))]).toEqual([0xff, 0xd8, ...scan, ...scan, 0xff, 0xd9]);
  });

  test("is whole, or is none", () => {
    const source = picture("lying.jpg");
    for (const broken of [new Uint8Array(), new Uint8Array([0xff, 0xd8]), source.slice(0, 700), source.slice(0, -2), source.slice(2)]) {
      expect(() => bare(broken)).toThrow(NotAPicture);
    }
  });
});
