/**
 * A photo ready to be kept, from whatever a camera or a gallery gave: upright, long side at most 1600 pixels, a JPEG of
 * about 300 KB, silent about itself, and with what must not be recognized made unrecognizable. One photo at a time.
 */

import type { Place } from "@/wire/types";
import type { Box } from "./boxes";
import type { Negative, Print } from "./darkroom";
import type { Answer, Job } from "./darkroom.worker";
import { NotAPicture, ReaderNotHere, TooOldForPhotos } from "./problems";

/** `takenAt`, `place`: as the camera said; the clock's now where it did not. `blurred`: how many boxes. */
export interface Developed {
  readonly content: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly takenAt: Date;
  readonly place?: Place;
  readonly blurred: number;
}

/** Small and upright, to look at and to draw boxes on; lives in memory only, until `picture.close()`. */
export interface Exposed {
  readonly picture: ImageBitmap;
  readonly takenAt: Date;
  readonly place?: Place;
}

const WAIT_SECONDS_MAX = 120; // a HEIC on a slow phone takes its time; a decoder that hangs is let go

/** Closes a source that is a bitmap. Raises NotAPicture, ReaderNotHere. */
export async function exposed(source: Blob | ImageBitmap, { clock }: { clock: () => Date }): Promise<Exposed> {
  const now = clock();
  const { picture, takenAt, place } = (await inTurn({ expose: source })) as Negative;
  return { picture, takenAt: takenAt ?? now, ...(place ? { place } : {}) };
}

/** What `exposed` gave, with boxes; `picture` stays open. Raises NotAPicture. */
export async function printed({ picture, ...said }: Exposed, boxes: readonly Box[]): Promise<Developed> {
  const made = (await inTurn({ print: picture, boxes })) as Print;
  return { ...made, ...said, blurred: boxes.length };
}

/** Both steps at once. Closes a source that is a bitmap. Raises NotAPicture, ReaderNotHere. */
export async function develop(
  source: Blob | ImageBitmap,
  { boxes, clock }: { boxes: readonly Box[]; clock: () => Date },
): Promise<Developed> {
  const negative = await exposed(source, { clock });
  try {
    return await printed(negative, boxes);
  } finally {
    negative.picture.close();
  }
}

/** Nothing more is to be developed for now: give the memory back. What is under way is finished first. */
export function rest(): void {
  void queue.then(dismiss);
}

type Order = { expose: Blob | ImageBitmap } | { print: ImageBitmap; boxes: readonly Box[] };

let worker: Worker | null = null;
let queue: Promise<unknown> = Promise.resolve();
let told = 0;

function inTurn(order: Order): Promise<Negative | Print> {
  const turn = queue.then(() => inTheWorker(order));
  queue = turn.catch(() => undefined);
  return turn;
}

function inTheWorker(order: Order): Promise<Negative | Print> {
  if (typeof OffscreenCanvas === "undefined") throw new TooOldForPhotos();
  worker ??= new Worker(new URL("./darkroom.worker.ts", import.meta.url), { type: "module" });
  const busy = worker;
  told += 1;
  const job: Job = { n: told, ...order };
  return new Promise<Negative | Print>((done, failed) => {
    const late = setTimeout(() => lost("…"), WAIT_SECONDS_MAX * 1000);
    const lost = (why: string) => {
      clearTimeout(late);
      dismiss();
      failed(new NotAPicture({ why }));
    };
    busy.onerror = (event) => lost(event.message || "?");
    busy.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (data.n !== job.n) return;
      clearTimeout(late);
      if ("done" in data) done(data.done);
      else failed(data.code === "reader-not-here" ? new ReaderNotHere() : new NotAPicture({ why: data.why }));
    };
    // A frame is handed over; the picture she looks at is copied, for she may want it once more.
    const moved = "expose" in job && job.expose instanceof ImageBitmap ? [job.expose] : [];
    busy.postMessage(job, moved);
  });
}

function dismiss(): void {
  worker?.terminate();
  worker = null;
}
