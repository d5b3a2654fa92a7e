/** HEIC where the browser has no decoder of its own: libheif as WebAssembly, fetched only when such a picture comes. */

import libheif from "libheif-js/libheif-wasm/libheif.js";
import wasm from "libheif-js/libheif-wasm/libheif.wasm?url";
import { NotAPicture, ReaderNotHere } from "./problems";

interface HeifImage {
  get_width(): number;
  get_height(): number;
  is_primary(): boolean;
  display(into: ImageData, done: (filled: ImageData | null) => void): void;
  free(): void;
}
interface Heif {
  readonly HeifDecoder: new () => { decode(file: Uint8Array): HeifImage[] };
}

let loaded: Heif | null = null;

/** Upright: the picture's own turns are applied. Raises NotAPicture, ReaderNotHere. */
export async function readHeic(source: Blob): Promise<ImageBitmap> {
  loaded ??= await load();
  const images = new loaded.HeifDecoder().decode(new Uint8Array(await source.arrayBuffer()));
  const image = images.find((each) => each.is_primary()) ?? images[0];
  if (!image) throw new NotAPicture("HEIC");
  try {
    const into = new ImageData(image.get_width(), image.get_height());
    const filled = await new Promise<ImageData | null>((done) => image.display(into, done));
    if (!filled) throw new NotAPicture("HEIC");
    return await createImageBitmap(filled);
  } finally {
    for (const each of images) each.free();
  }
}

async function load(): Promise<Heif> {
  const answer = await fetch(wasm).catch(() => null);
  if (!answer?.ok) throw new ReaderNotHere();
  return libheif({ wasmBinary: await answer.arrayBuffer() }) as unknown as Heif;
}
