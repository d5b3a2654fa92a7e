/** libheif as WebAssembly, spoken to through its C interface (libheif/heif.h).
 *
 * Of libheif-js only its .wasm is used: the JavaScript it puts before it would be a fifth of this whole app, nearly all of
 * it for what nobody asks here. A new memory for every picture: nothing has to be given back, and 12 megapixels leave nothing.
 */

/** What libheif-js 1.23.2 shortened the names to; tests/phone/libheif.test.ts compares them with its own JavaScript. */
export const SHORT = {
  memory: "Q",
  __wasm_call_ctors: "R",
  malloc: "Na",
  heif_context_alloc: "la",
  heif_context_read_from_memory_without_copy: "mh",
  heif_context_get_primary_image_handle: "Ca",
  heif_decode_image: "Da",
  heif_image_get_width: "Ia",
  heif_image_get_height: "Ja",
  heif_image_get_plane_readonly: "cb",
} as const;
/** And what it asks of its surroundings, of all that it could: how to copy, and how to get more memory. */
export const ASKED = { memcpy: "I", resize_heap: "D" } as const;

const [COLOUR_RGB, CHROMA_RGBA, CHANNEL_INTERLEAVED] = [1, 11, 10] as const;
const PAGE_BYTES = 65_536;
const REFUSED = 8; // EBADF: there are no files, no environment and no JavaScript classes here

type C = (...values: number[]) => number;

/** `pixels`: RGBA, width × height × 4 bytes. */
export interface Pixels {
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** The picture a HEIC file is about, with its own turns applied; null when libheif cannot read it. */
export async function pixelsIn(file: Uint8Array, libheif: WebAssembly.Module): Promise<Pixels | null> {
  const refused = WebAssembly.Module.imports(libheif).map(({ name }) => [name, () => REFUSED] as const);
  const given = {
    [ASKED.memcpy]: (to: number, from: number, bytes: number) => void new Uint8Array(memory.buffer).copyWithin(to, from, from + bytes),
    [ASKED.resize_heap]: (bytes: number) => grown(memory, bytes >>> 0),
  };
  const { exports } = await WebAssembly.instantiate(libheif, { a: { ...Object.fromEntries(refused), ...given } });
  const memory = exports[SHORT.memory] as WebAssembly.Memory;
  const c = (name: keyof typeof SHORT, ...values: number[]) => (exports[SHORT[name]] as C)(...values);
  try {
    c("__wasm_call_ctors");
    return decoded(file, c, memory);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return null; // it gave up by itself
    throw error;
  }
}

function decoded(file: Uint8Array, c: (name: keyof typeof SHORT, ...values: number[]) => number, memory: WebAssembly.Memory): Pixels | null {
  const answer = c("malloc", 16); // struct heif_error, whose first word is 0 when all is well; and a pointer behind it
  const pointer = answer + 12;
  const word = (at: number) => new DataView(memory.buffer).getUint32(at, true);
  const went = () => word(answer) === 0;
  const context = c("heif_context_alloc");
  const at = c("malloc", file.length) >>> 0;
  new Uint8Array(memory.buffer).set(file, at);
  c("heif_context_read_from_memory_without_copy", answer, context, at, file.length, 0);
  if (!went()) return null;
  c("heif_context_get_primary_image_handle", answer, context, pointer);
  if (!went()) return null;
  c("heif_decode_image", answer, word(pointer), pointer, COLOUR_RGB, CHROMA_RGBA, 0);
  if (!went()) return null;
  const image = word(pointer);
  const [width, height] = [c("heif_image_get_width", image, CHANNEL_INTERLEAVED), c("heif_image_get_height", image, CHANNEL_INTERLEAVED)];
  const start = c("heif_image_get_plane_readonly", image, CHANNEL_INTERLEAVED, pointer) >>> 0;
  const [stride, row] = [word(pointer), width * 4];
  const pixels = new Uint8ClampedArray(row * height);
  for (let y = 0; y < height; y += 1) pixels.set(new Uint8Array(memory.buffer, start + y * stride, row), y * row);
  return { pixels, width, height };
}

/** 1: there is as much now. */
function grown(memory: WebAssembly.Memory, bytes: number): number {
  try {
    memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES));
    return 1;
  } catch {
    return 0;
  }
}
