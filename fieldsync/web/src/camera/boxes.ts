/** Boxes over what nobody must recognize: where they are, and what becomes of the pixels in them. */

/** In shares of the picture's width and height, 0 to 1, whatever its size. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Few enough that a face is no face any more, not even to a machine that has learned to read mosaics. */
const CELLS_MAX = 4;
const CELL_PIXELS_MIN = 16;
/** Averages are rounded to so many levels, so that little of the original is in them. */
const LEVELS_APART = 8;
export const SIDE_MIN = 0.03;
const SUGGESTION_GROWS = 0.2;

/** The box between two points, in whatever order they were touched. */
export function between(a: { x: number; y: number }, b: { x: number; y: number }): Box {
  return inside({ x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(a.x - b.x), height: Math.abs(a.y - b.y) });
}

/** Cut to the picture, and never smaller than a finger can see. */
export function inside(box: Box): Box {
  const left = clamp(box.x, 0, 1 - SIDE_MIN);
  const top = clamp(box.y, 0, 1 - SIDE_MIN);
  const right = clamp(box.x + box.width, left + SIDE_MIN, 1);
  const bottom = clamp(box.y + box.height, top + SIDE_MIN, 1);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The same box elsewhere; at the edge it stops. */
export function moved(box: Box, x: number, y: number): Box {
  return { ...box, x: clamp(box.x + x, 0, 1 - box.width), y: clamp(box.y + y, 0, 1 - box.height) };
}

/** Larger (or smaller, below 0) by so much on all sides together. */
export function grown(box: Box, width: number, height: number): Box {
  const wide = Math.max(SIDE_MIN, box.width + width);
  const high = Math.max(SIDE_MIN, box.height + height);
  return inside({ x: box.x + (box.width - wide) / 2, y: box.y + (box.height - high) / 2, width: wide, height: high });
}

/** Somewhat more than the face a detector found: hair and chin belong to it. */
export function suggested(face: Box): Box {
  return inside(grown(face, face.width * SUGGESTION_GROWS, face.height * SUGGESTION_GROWS));
}

/** In whole pixels of a picture of that size, rounded outwards. */
export function inPixels(box: Box, width: number, height: number): Box {
  const [left, top] = [Math.floor(box.x * width), Math.floor(box.y * height)];
  const right = Math.min(width, Math.ceil((box.x + box.width) * width));
  const bottom = Math.min(height, Math.ceil((box.y + box.height) * height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * Write over all pixels with a blurred mosaic: at most CELLS_MAX by CELLS_MAX average colours, one run into the other.
 * What comes out depends on these averages only, so no more than they can ever be read back.
 */
export function hide(pixels: Pixels): void {
  const columns = cellsAlong(pixels.width);
  const rows = cellsAlong(pixels.height);
  const colours = averages(pixels, columns, rows);
  const across = mixes(pixels.width, columns);
  const down = mixes(pixels.height, rows);
  const { data, width } = pixels;
  for (let at = 0, y = 0; y < pixels.height; y += 1) {
    const [above, below, low] = down[y]!;
    for (let x = 0; x < width; x += 1, at += 4) {
      const [left, right, far] = across[x]!;
      for (let channel = 0; channel < 3; channel += 1) {
        const colour = (row: number, column: number) => colours[(row * columns + column) * 3 + channel]!;
        const upper = colour(above, left) * (1 - far) + colour(above, right) * far;
        const lower = colour(below, left) * (1 - far) + colour(below, right) * far;
        data[at + channel] = upper * (1 - low) + lower * low;
      }
      data[at + 3] = 255;
    }
  }
}

function cellsAlong(pixels: number): number {
  return clamp(Math.floor(pixels / CELL_PIXELS_MIN), 1, CELLS_MAX);
}

function averages({ data, width, height }: Pixels, columns: number, rows: number): Float32Array {
  const sums = new Float64Array(columns * rows * 4);
  for (let at = 0, y = 0; y < height; y += 1) {
    const row = Math.floor((y * rows) / height);
    for (let x = 0; x < width; x += 1, at += 4) {
      const cell = (row * columns + Math.floor((x * columns) / width)) * 4;
      for (let channel = 0; channel < 3; channel += 1) sums[cell + channel]! += data[at + channel]!;
      sums[cell + 3]! += 1;
    }
  }
  return Float32Array.from({ length: columns * rows * 3 }, (_, n) => {
    const cell = Math.floor(n / 3) * 4;
    return Math.round(sums[cell + (n % 3)]! / sums[cell + 3]! / LEVELS_APART) * LEVELS_APART;
  });
}

/** For every pixel along a side: the two cells it lies between, and how far it is from the first to the second. */
function mixes(pixels: number, cells: number): readonly (readonly [number, number, number])[] {
  return Array.from({ length: pixels }, (_, n) => {
    const along = clamp(((n + 0.5) * cells) / pixels - 0.5, 0, cells - 1);
    const first = Math.floor(along);
    return [first, Math.min(first + 1, cells - 1), along - first] as const;
  });
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
