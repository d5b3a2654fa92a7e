/** The quick way out. Whoever shows the app registers what hiding does; until then there is nothing to hide. */

let doing: () => void = () => undefined;
let expected = 0;

export function whenHidden(action: () => void): void {
  doing = action;
}

/** Show the notebook, at once. */
export function hide(): void {
  doing();
}

const QUICK_MS = 400;

/** Two quick taps on a title hide everything, as ✕ does: a gesture that needs no aim. `{@attach quickWayOut}` */
export function quickWayOut(title: HTMLElement): () => void {
  let before = -Infinity;
  const tapped = (event: PointerEvent) => {
    if (event.timeStamp - before < QUICK_MS) hide();
    before = event.timeStamp;
  };
  title.addEventListener("pointerup", tapped);
  return () => title.removeEventListener("pointerup", tapped);
}

/** The phone's own camera or gallery is about to cover us: coming back from it needs no PIN, for so many seconds. */
export function leaveFor(seconds = 180): void {
  expected = performance.now() + seconds * 1000;
}

export function isExpectedBack(): boolean {
  return performance.now() < expected;
}

export function cameBack(): void {
  expected = 0;
}
