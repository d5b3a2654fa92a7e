/** Keyboards and screen readers begin where something new begins: at its heading. */

function focus(heading: HTMLElement): void {
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** `{@attach arrival}` on the heading of a screen, which is seen from its beginning. */
export function arrival(heading: HTMLElement): void {
  focus(heading);
  scrollTo(0, 0);
}

/** `{@attach over}` on a dialog: it lies over the screen, and what was used before it is at hand again afterwards. */
export function over(dialog: HTMLDialogElement): () => void {
  const before = document.activeElement as HTMLElement | null;
  dialog.showModal();
  focus(dialog.querySelector("h1, h2")!);
  return () => before?.focus({ preventScroll: true });
}
