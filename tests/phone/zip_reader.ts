/** A zip as anybody may read it: by the directory at its end. Throws when it is not whole. */

export interface Entry {
  readonly content: Uint8Array;
  /** 0: as it is; 8: deflated. */
  readonly method: number;
  /** Date and time as a zip writes them. */
  readonly dated: number;
}

export async function entriesOf(zip: Blob): Promise<Map<string, Entry>> {
  const bytes = new Uint8Array(await zip.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  if (view.getUint32(end, true) !== 0x06054b50) throw new Error("no end");
  const found = new Map<string, Entry>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Error("no entry");
    const [method, dated] = [view.getUint16(at + 10, true), view.getUint32(at + 12, true)];
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [nameSize, moreSize] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameSize));
    const local = view.getUint32(at + 42, true);
    const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const content = await unpacked(bytes.slice(begin, begin + packed), method);
    if (content.length !== size) throw new Error(`${name} is not whole`);
    found.set(name, { content, method, dated });
    at += 46 + nameSize + moreSize;
  }
  return found;
}

async function unpacked(content: Uint8Array<ArrayBuffer>, method: number): Promise<Uint8Array> {
  if (method === 0) return content;
  const stream = new Blob([content]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
