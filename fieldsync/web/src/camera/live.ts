/** The phone's camera as a stream: no sound, no light, and only as long as it is looked through. */

import { CameraDenied, NoCamera } from "./problems";

const BACK: MediaTrackConstraints = { facingMode: { ideal: "environment" } };
const LARGE: MediaTrackConstraints = { ...BACK, width: { ideal: 4000 }, height: { ideal: 3000 } };

/** The camera at the back, as large as it can; else any. Raises CameraDenied, NoCamera. */
export async function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw new NoCamera({ why: "https" });
  let why = "?";
  for (const video of [LARGE, BACK, true]) {
    try {
      return await navigator.mediaDevices.getUserMedia({ audio: false, video });
    } catch (error) {
      why = error instanceof Error ? error.name : String(error);
      if (why === "NotAllowedError" || why === "SecurityError") throw new CameraDenied();
      if (why === "NotFoundError") break;
    }
  }
  throw new NoCamera({ why });
}

export function closeCamera(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
