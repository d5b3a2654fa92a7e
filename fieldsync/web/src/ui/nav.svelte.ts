/** Where one is in the app. The address never says it: only the depth stands in the browser's history, for its back key. */

export type Place =
  | { readonly screen: "list" }
  | { readonly screen: "visit"; readonly visit: string }
  | { readonly screen: "fill"; readonly visit: string; readonly item?: string }
  | { readonly screen: "finish"; readonly visit: string }
  | { readonly screen: "photo"; readonly visit: string; readonly photo: string }
  | { readonly screen: "sync" }
  | { readonly screen: "settings" }
  | { readonly screen: "diagnostics" }
  | { readonly screen: "help" };

const path = $state<{ places: Place[] }>({ places: [{ screen: "list" }] });

export const nav = {
  get place(): Place {
    return path.places.at(-1)!;
  },
  get depth(): number {
    return path.places.length;
  },
  go(place: Place): void {
    path.places.push(place);
    history.pushState({ depth: path.places.length }, "");
    scrollTo(0, 0);
  },
  /** The same step, elsewhere: the back key leads to where it led before. */
  replace(place: Place): void {
    path.places[path.places.length - 1] = place;
    scrollTo(0, 0);
  },
  back(): void {
    if (path.places.length > 1) history.back();
  },
  home(): void {
    if (path.places.length > 1) history.go(1 - path.places.length);
  },
  /** As at the beginning, without touching what the browser shows now. */
  forget(): void {
    path.places = [{ screen: "list" }];
    history.replaceState({ ...history.state, depth: 1 }, "");
  },
};

addEventListener("popstate", (event: PopStateEvent) => {
  const depth = (event.state as { depth?: number } | null)?.depth ?? 1;
  path.places = path.places.slice(0, Math.max(1, depth));
  scrollTo(0, 0);
});
