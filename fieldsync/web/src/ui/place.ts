/**
 * Where the phone is. The person is asked once, on the briefing, by a button she pressed; afterwards it is looked up in
 * the background, and never with a question in the midst of a visit.
 */

import type { Place } from "@/wire/types";

const SECONDS_MAX = 20;
const ALLOWANCE_SECONDS = 5; // some browsers never answer

export type Found = { readonly place: Place } | { readonly why: "denied" | "unknown" | "slow" | "missing" };

let answeredYes = false; // for browsers that do not tell what is allowed

/** Look it up now; the browser may ask. Never raises. Positions in degrees, accuracy in metres. */
export async function locate(secondsMax = SECONDS_MAX): Promise<Found> {
  const locator = globalThis.navigator?.geolocation;
  if (!locator) return { why: "missing" };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<Found>((answer) => {
    timer = setTimeout(answer, (secondsMax + ALLOWANCE_SECONDS) * 1000, { why: "slow" });
  });
  const asked = new Promise<Found>((answer) => {
    const options = { enableHighAccuracy: true, timeout: secondsMax * 1000, maximumAge: 0 };
    locator.getCurrentPosition((position) => answer({ place: placeOf(position) }), (error) => answer({ why: whyOf(error) }), options);
  });
  const found = await Promise.race([asked, silence]);
  clearTimeout(timer);
  if ("place" in found) answeredYes = true;
  return found;
}

/** Look it up only if that needs no question; null when it is not known. */
export async function locateQuietly(): Promise<Place | null> {
  if ((await allowed()) !== "granted") return null;
  const found = await locate();
  return "place" in found ? found.place : null;
}

export async function allowed(): Promise<"granted" | "denied" | "prompt"> {
  try {
    return (await navigator.permissions.query({ name: "geolocation" })).state;
  } catch {
    return answeredYes ? "granted" : "prompt";
  }
}

function placeOf(position: GeolocationPosition): Place {
  const { latitude, longitude, accuracy } = position.coords;
  const place = { lat: rounded(latitude, 6), lon: rounded(longitude, 6), accuracy_m: rounded(accuracy, 1) };
  // An accuracy of 0 is told as it is: whether that is a trick is judged by a person. Only the browser says "mocked".
  return saysMocked(position) || saysMocked(position.coords) ? { ...place, mock: true } : place;
}

function saysMocked(told: object): boolean {
  return ["mocked", "isMocked", "isFromMockProvider"].some((name) => (told as Record<string, unknown>)[name] === true);
}

function whyOf(error: GeolocationPositionError): "denied" | "unknown" | "slow" {
  return error.code === 1 ? "denied" : error.code === 3 ? "slow" : "unknown";
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
