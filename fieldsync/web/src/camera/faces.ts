/** Where the browser can find faces (some phones), it suggests boxes. It finds neither all of them nor only them. */

import { type Box, suggested } from "./boxes";

interface FaceDetector {
  detect(picture: ImageBitmap): Promise<readonly { readonly boundingBox: DOMRectReadOnly }[]>;
}
type Kind = new (options: { fastMode: boolean; maxDetectedFaces: number }) => FaceDetector;

const FACES_MAX = 20;

/** Never raises: a suggestion that does not come is none. */
export async function facesIn(picture: ImageBitmap): Promise<Box[]> {
  const kind = (globalThis as { FaceDetector?: Kind }).FaceDetector;
  if (!kind) return [];
  try {
    const found = await new kind({ fastMode: false, maxDetectedFaces: FACES_MAX }).detect(picture);
    const { width, height } = picture;
    return found.map(({ boundingBox: at }) => suggested({ x: at.x / width, y: at.y / height, width: at.width / width, height: at.height / height }));
  } catch {
    return []; // it is there by name only, or the picture closed meanwhile
  }
}
