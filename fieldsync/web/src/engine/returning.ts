/** A return, as small tasks: what the coordinator wrote, and whether the draft says something else there by now. */

import type { Answer, Fields, Visit } from "@/wire/types";
import { type Point, returnedOf } from "@/wire/visit";
import type { Task } from "./types";

/** `before`: what was told for the attempt that was judged; `now`: the draft, or what was finished since. */
export function tasksOf(visit: Visit, before: Fields | null, now: Fields | null): Task[] {
  const points = visit.state === "returned" ? (returnedOf(visit)?.points ?? []) : [];
  return points.map((point) => ({ ...point, done: now !== null && isDone(point, before, now) }));
}

function isDone(point: Point, before: Fields | null, now: Fields): boolean {
  if (point.photo !== null) return !speaksOf(now, point.photo, before);
  if (point.item !== null) return said(before?.answers[point.item]) !== said(now.answers[point.item]);
  return now.statement?.signed === true; // about the visit as a whole: whoever signs it again has looked
}

/** Whether a photo still counts: an answer refers to it or, if none ever did, it is among the visit's photos. */
function speaksOf(fields: Fields, photo: string, before: Fields | null): boolean {
  const refers = (told: Fields) => Object.values(told.answers).some((answer) => answer.photos?.includes(photo));
  return refers(fields) || (!(before && refers(before)) && fields.photos.some((each) => each.id === photo));
}

/** An answer in a form that compares, whenever it was given. */
function said(answer: Answer | undefined): string {
  const { observed_at: _seen, recorded_at: _noted, ...rest } = answer ?? {};
  return JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
}
