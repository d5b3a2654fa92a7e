/** Pictures of an iPhone on Sari's phone: libheif is spoken to directly, so its names must be those of the version we have. */

import board from "../browser/pictures/board.heic?url&inline";
import glue from "../../fieldsync/web/node_modules/libheif-js/libheif-wasm/libheif.js?raw";
import wasm from "../../fieldsync/web/node_modules/libheif-js/libheif-wasm/libheif.wasm?url&inline";
import { ASKED, SHORT, pixelsIn } from "@/camera/libheif";

const bytesOf = (inline: string) => Uint8Array.from(atob(inline.slice(inline.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
const libheif = await WebAssembly.compile(bytesOf(wasm));
const file = bytesOf(board);

test("every name is the one that libheif-js gave it", () => {
  const { memory, __wasm_call_ctors, ...functions } = SHORT;
  const named = Object.fromEntries([...glue.matchAll(/t\._(\w+)=a\.([\w$]+)/g)].map(([, name, short]) => [name, short]));
  const malloc = /malloc=a\.([\w$]+)/.exec(glue)![1];
  expect({ ...named, malloc }).toMatchObject(functions);
  expect(glue).toContain(`a=i.exports,ve=a.${memory},`);
  expect(glue).toContain(`r_(a.${__wasm_call_ctors})`);
  expect(glue).toContain(`${ASKED.memcpy}:St,`);
  expect(glue).toContain(`St=(e,r,_)=>M.copyWithin(e,r,r+_)`);
  expect(glue).toContain(`${ASKED.resize_heap}:Xt,`);
});

test("the notice board is read, upright and in its colours", async () => {
  const { pixels, width, height } = (await pixelsIn(file, libheif))!;
  const colour = (x: number, y: number) => [...pixels.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
  expect([width, height, pixels.length]).toEqual([640, 480, 640 * 480 * 4]);
  expect(colour(10, 10)).toEqual([254, 0, 0]);
  expect(colour(630, 470).map((value) => Math.round(value / 20) * 20)).toEqual([140, 120, 100]);
});

test("what breaks off, or is none, is no picture, and the next one is read all the same", async () => {
  expect(await pixelsIn(file.subarray(0, 3000), libheif)).toBeNull();
  expect(await pixelsIn(new Uint8Array([1, 2, 3]), libheif)).toBeNull();
  expect(await pixelsIn(new Uint8Array(0), libheif)).toBeNull();
  expect((await pixelsIn(file, libheif))?.width).toBe(640);
});
