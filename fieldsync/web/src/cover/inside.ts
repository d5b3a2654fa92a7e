/** All that the PIN opens, in one piece: it is never needed in parts. */

export { enter, isSignedIn, open, refusal } from "@/ui/opened";
export { default as Inner } from "./Inner.svelte";
