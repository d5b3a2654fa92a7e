/** Putting the notebook on the home screen, where the browser lets a page ask for it. Loaded at once: it asks only once. */

interface Offer extends Event {
  prompt(): Promise<unknown>;
}

let offered = $state.raw<Offer | null>(null);
let told: () => void = () => undefined;

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offered = event as Offer;
});
addEventListener("appinstalled", () => {
  offered = null;
  told();
});

export function canInstall(): boolean {
  return offered !== null;
}

/** The browser asks the person; an offer holds for one time. */
export async function install(): Promise<void> {
  const offer = offered;
  offered = null;
  await offer?.prompt();
}

export function whenInstalled(action: () => void): void {
  told = action;
}
