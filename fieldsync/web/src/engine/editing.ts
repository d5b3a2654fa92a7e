/** Changes of a document, as pure functions: the one given stays as it is. */

import { localText } from "@/wire/names";
import type { Answer, Fields, PhotoTold } from "@/wire/types";
import type { AnswerGiven } from "./types";

/** What is not given stays as it was; a value takes the place of "does not apply", and the other way round. */
export function withAnswer(before: Answer | undefined, given: AnswerGiven, now: Date): Answer {
  const told: { -readonly [name in keyof Answer]: Answer[name] } = { ...before };
  if (given.value !== undefined || given.na !== undefined) delete told.na;
  if (given.value !== undefined || given.na) delete told.value;
  if (given.value != null) told.value = given.value;
  if (given.note !== undefined) told.note = given.note;
  if (given.no_photo === null) delete told.no_photo;
  else if (given.no_photo !== undefined) told.no_photo = given.no_photo;
  const noted = localText(now);
  told.observed_at = given.observedAt ? localText(given.observedAt) : (before?.observed_at ?? noted);
  told.recorded_at = noted;
  if (given.na) told.na = true;
  if (given.photos !== undefined) told.photos = given.photos;
  return told;
}

/** A photo more, as evidence for `item`; or in the place of another, in every answer that referred to it. */
export function withPhoto(
  fields: Fields,
  photo: PhotoTold,
  { item, insteadOf }: { item?: string | undefined; insteadOf?: string | undefined },
): Fields {
  const others = fields.photos.filter((each) => each.id !== photo.id);
  const photos = insteadOf === undefined ? [...others, photo] : others.map((each) => (each.id === insteadOf ? photo : each));
  const answers: Record<string, Answer> = {};
  for (const [code, told] of Object.entries(fields.answers)) {
    answers[code] = insteadOf !== undefined && told.photos?.includes(insteadOf) ? referring(told, insteadOf, photo.id) : told;
  }
  if (item !== undefined) answers[item] = referring(answers[item] ?? {}, "", photo.id);
  return { ...fields, photos, answers };
}

export function withoutPhoto(fields: Fields, photo: string): Fields {
  const answers: Record<string, Answer> = {};
  for (const [code, told] of Object.entries(fields.answers)) {
    answers[code] = told.photos?.includes(photo) ? { ...told, photos: told.photos.filter((id) => id !== photo) } : told;
  }
  return { ...fields, photos: fields.photos.filter((each) => each.id !== photo), answers };
}

/** An answer that refers to `photo`, where it referred to `old` if it did; a reason for no photo has gone with that. */
function referring(answer: Answer, old: string, photo: string): Answer {
  const { no_photo: _reason, ...told } = answer;
  const named = [...(told.photos ?? []).map((id) => (id === old ? photo : id)), photo];
  return { ...told, photos: [...new Set(named)] };
}
