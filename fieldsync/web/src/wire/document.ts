/** The exact text of a draft or submission. */

import { TextTooLong, ValueWrong } from "@/errors-inside";
import { DOC_BYTES_MAX, bytesOf } from "./names";

/**
 * Made once; from then on the text is kept, never made again. Members that are undefined are left out.
 *
 * Raises ValueWrong for what JSON cannot say (NaN, a circle, …) and TextTooLong above DOC_BYTES_MAX.
 */
export function documentText(fields: object): string {
  let text: string;
  try {
    text = JSON.stringify(fields, exact);
  } catch (error) {
    const why = String(error).slice(0, 120);
    throw new ValueWrong({ value: "?", item: "?", expected: why, expected_id: why });
  }
  // A keyboard may hand us half a character, which JSON.stringify writes as an escape; no reader could keep it.
  text = text.replace(/\\(?:(ud[89a-f]..)|.)/g, (escape, half: string | undefined) => (half ? "\uFFFD" : escape));
  if (sizeOnWire(text) > DOC_BYTES_MAX) throw new TextTooLong();
  return text;
}

/** Bytes of a document as a JSON string inside a request. */
export function sizeOnWire(doc: string | null): number {
  return bytesOf(JSON.stringify(doc)).length;
}

function exact(_: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new TypeError(`${value}`);
  return value;
}
