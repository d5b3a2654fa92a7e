/** Reading again after every change, rendering again only what differs. */

import { untrack } from "svelte";

/** The same object for as long as it says the same; what looks at it is left alone meanwhile. */
export function steady<T>(read: () => T): { readonly now: T } {
  let value = $state.raw(untrack(read));
  let text = JSON.stringify(untrack(() => value));
  $effect.pre(() => {
    const fresh = read();
    const said = JSON.stringify(fresh);
    if (said !== text) [text, value] = [said, fresh];
  });
  return {
    get now() {
      return value;
    },
  };
}
