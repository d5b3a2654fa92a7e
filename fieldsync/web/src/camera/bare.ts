/** A JPEG that is silent about itself: whatever an encoder wrote beside the picture is left out. */

import { NotAPicture } from "./problems";

const [SOI, EOI, SOS, COMMENT] = [0xd8, 0xd9, 0xda, 0xfe] as const;
const [APP0, APP14, APP15] = [0xe0, 0xee, 0xef] as const;

/** Without Exif, XMP, colour profile, comment and anything behind the end. Raises NotAPicture when it is not whole. */
export function bare(jpeg: Uint8Array): Uint8Array<ArrayBuffer> {
  if (jpeg[0] !== 0xff || jpeg[1] !== SOI) throw new NotAPicture({ why: "JPEG" });
  const kept: Uint8Array[] = [jpeg.subarray(0, 2)];
  let at = 2;
  while (at + 2 <= jpeg.length) {
    if (jpeg[at] !== 0xff) break;
    const marker = jpeg[at + 1]!;
    if (marker === EOI) return joined([...kept, jpeg.subarray(at, at + 2)]);
    const end = at + 2 + ((jpeg[at + 2]! << 8) | jpeg[at + 3]!);
    if (!(end > at + 3 && end < jpeg.length)) break;
    if (!tells(marker)) kept.push(jpeg.subarray(at, end));
    at = end;
    if (marker === SOS) {
      while (at < jpeg.length && !isMarker(jpeg, at)) at += 1;
      kept.push(jpeg.subarray(end, at));
    }
  }
  throw new NotAPicture({ why: "JPEG" });
}

/** JFIF (density) and Adobe (how colours are meant) are needed to show it, and say nothing else. */
function tells(marker: number): boolean {
  return marker === COMMENT || (marker > APP0 && marker <= APP15 && marker !== APP14);
}

/** Inside a scan 0xff stands for itself when 0 follows, and restarts are part of it. */
function isMarker(jpeg: Uint8Array, at: number): boolean {
  const next = jpeg[at + 1];
  return jpeg[at] === 0xff && next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
