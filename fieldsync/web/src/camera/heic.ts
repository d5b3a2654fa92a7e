/** HEIC where the browser has no decoder of its own: libheif, fetched only when such a picture comes. */

import wasm from "libheif-js/libheif-wasm/libheif.wasm?url";
import { pixelsIn } from "./libheif";
import { NotAPicture, ReaderNotHere } from "./problems";

let libheif: WebAssembly.Module | null = null;

/** Upright: the picture's own turns are applied. Raises NotAPicture, ReaderNotHere. */
export async function readHeic(source: Blob): Promise<ImageBitmap> {
  libheif ??= await load();
  const found = await pixelsIn(new Uint8Array(await source.arrayBuffer()), libheif);
  if (!found) throw new NotAPicture({ why: "HEIC" });
  return createImageBitmap(new ImageData(found.pixels, found.width, found.height));
}

async function load(): Promise<WebAssembly.Module> {
  const answer = await fetch(wasm).catch(() => null);
  if (!answer?.ok) throw new ReaderNotHere();
  return WebAssembly.compile(await answer.arrayBuffer());
}
