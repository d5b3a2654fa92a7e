/** From a picture as it came to the photo as it is kept. Runs in a worker. */

import { bare } from "./bare";
import { type Box, hide, inPixels } from "./boxes";
import { HEAD_BYTES, type Known, known } from "./metadata";
import { NotAPicture } from "./problems";
import { PIXELS_MAX, SOURCE_BYTES_MAX, isHeic, sizeIn } from "./sizes";

const LONG_SIDE_PIXELS = 1600;
/** Tried in turn until the photo is not larger than CONTENT_BYTES_MAX; the last one counts whatever comes out. */
const QUALITIES = [0.75, 0.66, 0.56, 0.45] as const;
const CONTENT_BYTES_MAX = 450_000;

/** A picture upright and small, with nothing hidden yet: it is looked at, and never kept. */
export interface Negative extends Known {
  readonly picture: ImageBitmap;
}

/** `content`: JPEG bytes without metadata. */
export interface Print {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

type Reader = (source: Blob) => Promise<ImageBitmap>;

/** `heic` reads what the browser cannot. Closes a source that is a bitmap. Raises NotAPicture, ReaderNotHere. */
export async function expose(source: Blob | ImageBitmap, heic: Reader): Promise<Negative> {
  const said: Known = source instanceof Blob ? await checked(source) : { takenAt: null, place: null };
  const whole = source instanceof Blob ? await decoded(source, heic) : source;
  try {
    return { picture: small(whole), ...said };
  } finally {
    whole.close();
  }
}

/** The boxes are made unrecognizable, then the picture becomes a JPEG. `picture` stays as it is. */
export async function print(picture: ImageBitmap, boxes: readonly Box[]): Promise<Print> {
  const { width, height } = picture;
  const { canvas, pen } = drawing(width, height);
  pen.drawImage(picture, 0, 0);
  for (const box of boxes) {
    const area = inPixels(box, width, height);
    const pixels = pen.getImageData(area.x, area.y, area.width, area.height);
    hide(pixels);
    pen.putImageData(pixels, area.x, area.y);
  }
  let blob: Blob;
  for (const quality of QUALITIES) {
    blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (blob.size <= CONTENT_BYTES_MAX) break;
  }
  const content = bare(new Uint8Array(await blob!.arrayBuffer()));
  return { content, width, height };
}

async function checked(source: Blob): Promise<Known> {
  if (source.size > SOURCE_BYTES_MAX) throw new NotAPicture({ why: `${Math.round(source.size / 1024 ** 2)} MB` });
  const head = new Uint8Array(await source.slice(0, HEAD_BYTES).arrayBuffer());
  const size = sizeIn(head);
  if (size && size.width * size.height > PIXELS_MAX) throw new NotAPicture({ why: `${size.width} × ${size.height}` });
  const said = known(head);
  if (said.takenAt || !isHeic(head)) return said;
  return known(new Uint8Array(await source.slice(-HEAD_BYTES).arrayBuffer())); // some write it behind the picture
}

async function decoded(source: Blob, heic: Reader): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(source, { imageOrientation: "from-image" });
  } catch {
    const head = new Uint8Array(await source.slice(0, 12).arrayBuffer());
    if (isHeic(head)) return heic(source);
    throw new NotAPicture({ why: source.type || "?" });
  }
}

/** Halved as long as that leaves enough: one large step would skip pixels, and letters on a board would break. */
function small(whole: ImageBitmap): ImageBitmap {
  const share = Math.min(1, LONG_SIDE_PIXELS / Math.max(whole.width, whole.height));
  const [width, height] = [whole.width, whole.height].map((side) => Math.max(1, Math.round(side * share))) as [number, number];
  let drawn: OffscreenCanvas | ImageBitmap = whole;
  while (drawn.width > width * 2) drawn = redrawn(drawn, Math.ceil(drawn.width / 2), Math.ceil(drawn.height / 2));
  return redrawn(drawn, width, height).transferToImageBitmap();
}

function redrawn(source: OffscreenCanvas | ImageBitmap, width: number, height: number): OffscreenCanvas {
  const { canvas, pen } = drawing(width, height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(source, 0, 0, width, height);
  return canvas;
}

/** On white paper: what shines through a picture would become black. */
function drawing(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  if (!pen) throw new NotAPicture({ why: `${width} × ${height}` });
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, width, height);
  return { canvas, pen };
}
