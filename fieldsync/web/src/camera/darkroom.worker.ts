/** The darkroom behind its door: one job at a time comes in as a message, one answer goes out. */

import type { Box } from "./boxes";
import { type Negative, type Print, expose, print } from "./darkroom";
import { readHeic } from "./heic";
import { NotAPicture, ReaderNotHere } from "./problems";

export type Job =
  | { readonly n: number; readonly expose: Blob | ImageBitmap }
  | { readonly n: number; readonly print: ImageBitmap; readonly boxes: readonly Box[] };
/** Problems do not survive the way as classes: their code does, and why. */
export type Answer =
  | { readonly n: number; readonly done: Negative | Print }
  | { readonly n: number; readonly code: string; readonly why: string };

const here = globalThis as unknown as DedicatedWorkerGlobalScope;

here.onmessage = async ({ data: job }: MessageEvent<Job>) => {
  try {
    if ("expose" in job) {
      const done = await expose(job.expose, readHeic);
      here.postMessage({ n: job.n, done } satisfies Answer, [done.picture]);
    } else {
      const done = await print(job.print, job.boxes);
      job.print.close();
      here.postMessage({ n: job.n, done } satisfies Answer, [done.content.buffer]);
    }
  } catch (error) {
    const [code, why] = error instanceof NotAPicture || error instanceof ReaderNotHere ? [error.code, String(error.facts["why"])] : ["", String(error)];
    here.postMessage({ n: job.n, code, why } satisfies Answer);
  }
};
