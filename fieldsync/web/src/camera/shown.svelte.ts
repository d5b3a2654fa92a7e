/** A kept photo as an address an <img> can show; taken back when it is not wanted any more. */

import { untrack } from "svelte";
import { session } from "@/ui/session.svelte";

export interface Shown {
  readonly url: string | null;
  /** Its bytes are not on this phone, or cannot be read. */
  readonly gone: boolean;
}

/** Follows both; a change of anything else that is recorded does not fetch it again. Call it while a component starts. */
export function shown(photo: () => string, wanted: () => boolean): Shown {
  let state = $state.raw<Shown>({ url: null, gone: false });
  $effect(() => {
    if (!wanted()) return;
    const id = photo();
    let current: string | null | undefined = null; // undefined: too late
    untrack(() => session.phone).photoContent(id).then(
      (content) => {
        if (current === undefined) return;
        current = URL.createObjectURL(new Blob([content as BlobPart], { type: "image/jpeg" }));
        state = { url: current, gone: false };
      },
      () => {
        if (current !== undefined) state = { url: null, gone: true };
      },
    );
    return () => {
      if (current) URL.revokeObjectURL(current);
      current = undefined;
      state = { url: null, gone: false };
    };
  });
  return {
    get url() {
      return state.url;
    },
    get gone() {
      return state.gone;
    },
  };
}
