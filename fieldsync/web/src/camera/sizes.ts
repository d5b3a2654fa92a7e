/** How large a picture says it is, read from its first bytes, so that one that would fill the memory is not opened. */

/** Decoded, a pixel takes four bytes; phones with 64-megapixel cameras can still hold this. */
export const PIXELS_MAX = 70_000_000;
export const SOURCE_BYTES_MAX = 60 * 1024 ** 2;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** null: it does not say, or not in a way we know. Never throws. */
export function sizeIn(head: Uint8Array): Size | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const letters = (at: number) => String.fromCharCode(...head.subarray(at, at + 4));
  if (view.byteLength < 30) return null;
  if (view.getUint16(0) === 0xffd8) return ofJpeg(view);
  if (letters(1).startsWith("PNG")) return { width: view.getUint32(16), height: view.getUint32(20) };
  if (letters(0) === "GIF8") return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (letters(0) === "RIFF" && letters(8) === "WEBP") return ofWebp(view, letters(12));
  if (letters(4) === "ftyp") return ofHeif(view);
  return null;
}

/** HEIC and its relatives, by their brand. */
export function isHeic(head: Uint8Array): boolean {
  const brand = String.fromCharCode(...head.subarray(4, 12));
  return /^ftyp(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand);
}

function ofJpeg(view: DataView): Size | null {
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // a filling byte
    } else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    } else {
      at += 2 + Math.max(2, view.getUint16(at + 2));
    }
  }
  return null;
}

function ofWebp(view: DataView, kind: string): Size | null {
  const three = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (kind === "VP8X") return { width: three(24) + 1, height: three(27) + 1 };
  if (kind === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  const bits = view.getUint32(21, true);
  return kind === "VP8L" ? { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 } : null;
}

/** Every tile has its own size beside that of the whole: the largest counts. */
function ofHeif(view: DataView): Size | null {
  let largest: Size | null = null;
  for (let at = 8; at + 16 <= view.byteLength; at += 1) {
    if (view.getUint32(at) !== 0x69737065) continue; // ispe
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}
