/** The service worker: it keeps the app's files here, and a newer version waits in it until somebody wants it. */

const LATER_SECONDS = 20;

let waiting = $state.raw<ServiceWorker | null>(null);
let taken = false;

/** A newer version is here, complete, and waits. */
export function newerIsReady(): boolean {
  return waiting !== null;
}

/** Let it take over; the page is loaded anew as soon as it has (see `mayReload`). */
export function changeOver(): void {
  waiting?.postMessage("ganti");
}

let mayReload: () => boolean = () => false;

/** `allowed`: whether nobody has anything open now. Asked when a new version has taken over, and by `settle`. */
export function watchForUpdates(allowed: () => boolean): void {
  const workers = (navigator as Partial<Navigator>).serviceWorker; // not in every private window
  if (!import.meta.env.PROD || !workers) return;
  mayReload = allowed;
  let served = workers.controller !== null;
  workers.addEventListener("controllerchange", () => {
    taken ||= served; // the first to serve us is no other version
    served = true;
    settle();
  });
  workers
    .register("/app/sw.js", { scope: "/app/", updateViaCache: "none" })
    .then(watch)
    .catch(() => undefined); // online it works without
}

/** Nothing is open any more: if another version serves us by now, begin again with it. Else look whether there is one. */
export function settle(): void {
  if (taken && mayReload()) location.reload();
}

/** Ask the server whether there is a newer version. */
export function lookForNewer(): void {
  void (navigator as Partial<Navigator>).serviceWorker?.getRegistration("/app/").then((found) => found?.update()).catch(() => undefined);
}

function watch(registration: ServiceWorkerRegistration): void {
  const look = () => {
    waiting = navigator.serviceWorker.controller ? registration.waiting : null;
  };
  look();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  // Large files that few phones need: after everything else, and not where data are dear.
  const dear = (navigator as { connection?: { saveData?: boolean } }).connection?.saveData;
  if (!dear) setTimeout(() => registration.active?.postMessage("sisanya"), LATER_SECONDS * 1000);
}
