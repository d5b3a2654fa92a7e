/** Writing a zip (APPNOTE 6.3.10, 4.3) part by part: what was added is with the browser, not in our memory. */

import { bytesOf } from "@/wire/names";

type Bytes = Uint8Array<ArrayBuffer>;

const VERSION = 20; // the oldest that knows folders and deflate
const UNIX = 3 << 8;
const FIRST_OF_JANUARY_1980 = (1 << 5) | 1; // no date: the file says nothing that its contents do not say
const FOR_ITS_OWNER = 0o600 << 16;

export class ZipFile {
  readonly #parts: Blob[] = [];
  readonly #directory: Bytes[] = [];
  #size = 0;

  /** `packed`: deflate it, where the browser can. */
  async add(name: string, content: Uint8Array, { packed = false } = {}): Promise<void> {
    const deflated = packed ? await deflate(content as Bytes) : null;
    const kept = deflated ?? (content as Bytes);
    const path = bytesOf(name);
    const sizes = [4, crc32(content), 4, kept.length, 4, content.length, 2, path.length, 2, 0];
    const about = [2, VERSION, 2, 0, 2, deflated ? 8 : 0, 2, 0, 2, FIRST_OF_JANUARY_1980, ...sizes];
    this.#directory.push(
      little(4, 0x02014b50, 2, UNIX | VERSION, ...about, 2, 0, 2, 0, 2, 0, 4, FOR_ITS_OWNER, 4, this.#size),
      path,
    );
    this.#push(little(4, 0x04034b50, ...about), path, kept);
  }

  end(): Blob {
    const [begin, count] = [this.#size, this.#directory.length / 2];
    this.#push(...this.#directory);
    this.#push(little(4, 0x06054b50, 2, 0, 2, 0, 2, count, 2, count, 4, this.#size - begin, 4, begin, 2, 0));
    return new Blob(this.#parts, { type: "application/zip" });
  }

  #push(...pieces: Bytes[]): void {
    const part = new Blob(pieces);
    this.#parts.push(part);
    this.#size += part.size;
  }
}

/** Numbers of 2 or 4 bytes, the lowest first: width, number, width, number, … */
function little(...told: number[]): Bytes {
  const bytes: number[] = [];
  for (let at = 0; at < told.length; at += 2) {
    for (let shift = 0; shift < told[at]! * 8; shift += 8) bytes.push((told[at + 1]! >>> shift) & 0xff);
  }
  return Uint8Array.from(bytes);
}

async function deflate(content: Bytes): Promise<Bytes | null> {
  try {
    const stream = new Blob([content]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    return null; // an older browser: it goes as it is
  }
}

let table: Uint32Array | null = null;

function crc32(content: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  let crc = 0xffffffff;
  for (const byte of content) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}
