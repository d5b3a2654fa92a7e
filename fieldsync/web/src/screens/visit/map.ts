/** Where an office lies, for the phone's own map, or for a public one; the addresses say nothing of us. */

import type { Unit } from "@/wire/visit";

/** An address the phone's map app opens; null when neither a point nor an address is known. */
export function onMap(unit: Unit): string | null {
  const [lat, lon] = [unit.latitude, unit.longitude];
  if (lat !== null && lon !== null) return `geo:${lat},${lon}?q=${lat},${lon}(${encodeURIComponent(unit.name)})`;
  return unit.address ? `geo:0,0?q=${encodeURIComponent(`${unit.name}, ${unit.address}`)}` : null;
}

/** The same for phones without a map app. */
export function elsewhere(unit: Unit): string {
  const [lat, lon] = [unit.latitude, unit.longitude];
  if (lat !== null && lon !== null) return `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=17/${lat}/${lon}`;
  return `https://www.openstreetmap.org/search?query=${encodeURIComponent(`${unit.name}, ${unit.address}`)}`;
}
