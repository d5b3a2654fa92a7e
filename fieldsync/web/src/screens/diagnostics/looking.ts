/** Looks at the phone, the browser and the line: what support asks for first. */

import type { Phone } from "@/engine/types";
import { space } from "@/store/space";
import { size } from "@/words/figures";

export interface Finding {
  readonly name: string;
  readonly label: readonly [id: string, en: string];
  readonly value: string;
  readonly bad?: boolean;
}

const CLOCK_OFF_SECONDS = 120;

/** Everything at once. `serverTime`: what the last answer told, while the app is open. Never raises. */
export async function look(phone: Phone, serverTime: string | null): Promise<Finding[]> {
  const [room, lasting, worker, camera, position] = await Promise.all([
    space(),
    navigator.storage?.persisted?.() ?? false,
    navigator.serviceWorker?.getRegistration() ?? undefined,
    permission("camera"),
    permission("geolocation"),
  ]);
  const unsent = phone.unsent();
  const visits = phone.visits();
  return [
    { name: "version", label: ["Versi", "Version"], value: __BUILT__ },
    { name: "offline", label: ["Siap tanpa jaringan", "Ready without network"], value: worker?.active ? "✓" : "✗", bad: !worker?.active },
    { name: "installed", label: ["Terpasang di layar utama", "On the home screen"], value: matchMedia("(display-mode: standalone)").matches ? "✓" : "✗" },
    { name: "lasting", label: ["Penyimpanan dijaga peramban", "Storage protected"], value: lasting ? "✓" : "✗", bad: !lasting },
    { name: "used", label: ["Ruang terpakai", "Space used"], value: room.quota ? `${size(room.used)} / ${size(room.quota)}` : "?", bad: room.share > 0.8 },
    { name: "visits", label: ["Tugas di ponsel", "Orders here"], value: String(visits.length) },
    { name: "ready", label: ["Siap dikerjakan", "Ready to begin"], value: String(visits.filter((listed) => listed.ready).length) },
    { name: "unsent", label: ["Belum diterima", "Not received"], value: `${unsent.submissions} + ${unsent.photos} 📷 + ${unsent.drafts} ✎` },
    clockFinding(serverTime),
    { name: "camera", label: ["Kamera", "Camera"], value: camera, bad: camera === "denied" },
    { name: "position", label: ["Lokasi", "Location"], value: position, bad: position === "denied" },
    { name: "gzip", label: ["Pemampatan", "Compression"], value: "CompressionStream" in globalThis ? "✓" : "✗" },
    { name: "faces", label: ["Usulan wajah", "Face suggestions"], value: "FaceDetector" in globalThis ? "✓" : "✗" },
    { name: "device", label: ["Nomor ponsel di server", "This phone's number"], value: phone.identity().device },
    { name: "browser", label: ["Peramban", "Browser"], value: navigator.userAgent },
  ];
}

function clockFinding(serverTime: string | null): Finding {
  const label = ["Jam ponsel terhadap server", "Phone's clock against the server's"] as const;
  if (!serverTime) return { name: "clock", label, value: "?" };
  const seconds = Math.round((Date.now() - new Date(serverTime).getTime()) / 1000);
  return { name: "clock", label, value: `${seconds > 0 ? "+" : ""}${seconds} s`, bad: Math.abs(seconds) > CLOCK_OFF_SECONDS };
}

async function permission(name: string): Promise<string> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state;
  } catch {
    return "?"; // this browser does not tell
  }
}
