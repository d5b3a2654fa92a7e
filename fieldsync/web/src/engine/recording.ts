/** Recording a visit, without any network. Every call is durable when its promise resolves (K1). */

import {
  AlreadyTold,
  NotAPicture,
  PhotoForbidden,
  PhotoGone,
  PhotosTooMany,
  UnknownItem,
  UnknownWord,
  VisitGone,
} from "@/errors-inside";
import { NO_PHOTO_REASONS, photoRule, valueFits, valueWrong } from "@/rules/answers";
import { type Draft, type NewPhoto, PRACTICE, type Reader } from "@/store/records";
import {
  discardDraft,
  draftOf,
  insertPhoto,
  photoContent,
  photoName,
  removePhoto,
  saveDraft,
  stands,
  told,
} from "@/store/records";
import type { PhotoRow, SubmissionRow, Writer } from "@/store/types";
import { documentText } from "@/wire/document";
import { localText, sha256Bytes, sha256Text, utcText, uuid7 } from "@/wire/names";
import {
  type Answer,
  type Context,
  type Fields,
  type Item,
  MARKS,
  type Mark,
  type MarkName,
  type Place,
  type Visit,
} from "@/wire/types";
import { firstFields } from "./beginning";
import { withAnswer, withPhoto, withoutPhoto } from "./editing";
import { MAY_BEGIN } from "./listing";
import { Looking } from "./looking";
import type { AnswerGiven, Picture } from "./types";

export const PHOTOS_MAX = 40; // of one visit
const PHOTO_BYTES_MAX = 8 * 1024 * 1024;
const JPEG = [0xff, 0xd8, 0xff];

type Edit = (fields: Fields, writer: Writer) => Fields;

export class Recorder extends Looking {
  /**
   * Begin a visit, or go on with it. The draft is pinned to the checklist of this moment; a returned visit is filled from
   * what was told before, its photos by id. Raises NoSuchVisit, VisitGone, AlreadyTold, ChecklistMissing.
   */
  async start(visit: string): Promise<Draft> {
    const before = this.toldBefore(visit);
    return this.book.change((writer) => {
      const [known, draft] = [this.visit(visit), draftOf(writer, visit)];
      if (draft && draft.attempt >= known.attempt) return draft;
      this.checkMayBegin(writer, known);
      this.instrument(known.checklist);
      const fields = firstFields(known, draft?.fields ?? before, this.edges.clock());
      return saveDraft(writer, { visit, attempt: known.attempt, checklist: known.checklist, fields });
    });
  }

  /** Note a moment, now or `at` another; the same moment noted again replaces it. Raises UnknownWord, NotStarted. */
  mark(visit: string, what: MarkName, { at, place }: { at?: Date; place?: Place } = {}): Promise<Draft> {
    if (!MARKS.includes(what)) return Promise.reject(new UnknownWord({ word: what, known: MARKS.join(", ") }));
    return this.edit(visit, (fields) => {
      const now = this.edges.clock();
      const moment = localText(at ?? now);
      const before = fields.marks.find((mark) => mark.what === what);
      // A place that comes seconds later does not change when the moment was noted.
      const noted: Mark = before?.at === moment ? before : { what, at: moment, recorded_at: localText(now) };
      const others = fields.marks.filter((mark) => mark.what !== what);
      return { ...fields, marks: [...others, noted], place: place ? { ...fields.place, [what]: place } : fields.place };
    });
  }

  unmark(visit: string, what: MarkName): Promise<Draft> {
    return this.edit(visit, (fields) => {
      const { [what]: _gone, ...place } = fields.place;
      return { ...fields, marks: fields.marks.filter((mark) => mark.what !== what), place };
    });
  }

  /** A short note on the way; `at` is its name, so no two share one. The one named is said anew, in its place. */
  jot(visit: string, text: string, amountRupiah?: number, at?: string): Promise<Draft> {
    return this.edit(visit, (fields) => {
      const taken = new Set(fields.jottings.map((jotting) => jotting.at));
      let now = this.edges.clock();
      while (taken.has(localText(now))) now = new Date(now.getTime() + 1000);
      const amount = amountRupiah === undefined ? {} : { amount_rupiah: amountRupiah };
      const told = { at: at ?? localText(now), text, ...amount };
      const jottings = fields.jottings.map((jotting) => (jotting.at === told.at ? told : jotting));
      return { ...fields, jottings: taken.has(told.at) ? jottings : [...jottings, told] };
    });
  }

  unjot(visit: string, at: string): Promise<Draft> {
    return this.edit(visit, (fields) => ({ ...fields, jottings: fields.jottings.filter((jotting) => jotting.at !== at) }));
  }

  /**
   * Answer an item; what is not given stays as it was. Values by type: see rules/answers. Raises NotStarted, UnknownItem,
   * ValueWrong, UnknownWord (no_photo), PhotoForbidden, PhotoGone.
   */
  async answer(visit: string, item: string, given: AnswerGiven): Promise<Draft> {
    const asked = this.#item(visit, item);
    const { value, no_photo, photos } = given;
    if (value != null && !valueFits(asked, value, this.facts(visit))) throw valueWrong(asked, value);
    if (no_photo != null && !(NO_PHOTO_REASONS as readonly string[]).includes(no_photo)) {
      throw new UnknownWord({ word: no_photo, known: NO_PHOTO_REASONS.join(", ") });
    }
    if (photos?.length && photoRule(asked) === "forbidden") throw new PhotoForbidden({ item });
    return this.edit(visit, (fields) => {
      const known = new Set(fields.photos.map((photo) => photo.id));
      for (const photo of photos ?? []) if (!known.has(photo)) throw new PhotoGone({ photo });
      const answer = withAnswer(fields.answers[item], given, this.edges.clock());
      return { ...fields, answers: { ...fields.answers, [item]: answer } };
    });
  }

  /** Take an answer back. */
  unanswer(visit: string, item: string): Promise<Draft> {
    return this.edit(visit, (fields) => {
      const { [item]: _gone, ...answers } = fields.answers as Record<string, Answer>;
      return { ...fields, answers };
    });
  }

  /** Circumstances, the free narrative, and the inspector's statement that this is what happened. */
  describe(visit: string, given: { context?: Context; narrative?: string; signed?: boolean }): Promise<Draft> {
    const { context, narrative, signed } = given;
    return this.edit(visit, (fields) => ({
      ...fields,
      context: { ...fields.context, ...context },
      narrative: narrative ?? fields.narrative,
      statement: signed === undefined ? fields.statement : { signed, at: localText(this.edges.clock()) },
    }));
  }

  /**
   * Keep a photo of the visit, as evidence for `item` if given. With `insteadOf` it takes the place of another in every
   * answer; that one goes, if it was not sent yet. Raises NotStarted, UnknownItem, PhotoForbidden, NotAPicture,
   * PhotosTooMany, PhotoGone (of `insteadOf`), StoreFull.
   */
  async addPhoto(visit: string, picture: Picture, given: { item?: string; insteadOf?: string } = {}): Promise<PhotoRow> {
    const { item, insteadOf } = given;
    if (item !== undefined && photoRule(this.#item(visit, item)) === "forbidden") throw new PhotoForbidden({ item });
    this.begun(this.book, visit);
    const photo = await this.#newPhoto(visit, picture);
    const row = await this.book.change((writer) => {
      const draft = this.begun(writer, visit);
      checkRoom(draft.fields, photo.id, insteadOf);
      const kept = insertPhoto(writer, photo);
      const absent = draft.absent.filter((id) => id !== insteadOf);
      const told = descriptor(picture, photo);
      saveDraft(writer, { ...draft, fields: withPhoto(draft.fields, told, { item, insteadOf }), absent });
      if (insteadOf !== undefined) removeUnsent(writer, insteadOf);
      return kept;
    });
    await photoContent(this.book, row); // what cannot be read back was not kept
    return row;
  }

  /** Take a photo out of a draft; one that was not sent yet is deleted. Raises NotStarted. */
  removePhoto(visit: string, photo: string): Promise<Draft> {
    return this.book.change((writer) => {
      const draft = this.begun(writer, visit);
      removeUnsent(writer, photo);
      const absent = draft.absent.filter((id) => id !== photo);
      return saveDraft(writer, { ...draft, fields: withoutPhoto(draft.fields, photo), absent });
    });
  }

  /** Throw the draft away, with the photos only it knew. Raises NotStarted. */
  discard(visit: string): Promise<void> {
    return this.book.change((writer) => {
      this.begun(writer, visit);
      discardDraft(writer, visit);
    });
  }

  /**
   * Finish a visit for ever: the exact text is made and kept, and the next sync sends it. Nothing is refused for being
   * incomplete; ask `missing` before. Raises NotStarted, AlreadyTold, PhotoGone (its bytes are not what was recorded),
   * TextTooLong.
   */
  async finish(visit: string): Promise<SubmissionRow> {
    const whole = new Set<string>();
    for (;;) {
      const draft = this.begun(this.book, visit);
      await this.#checkPhotos(draft.fields, whole);
      const now = this.edges.clock();
      const text = documentText({ ...draft.fields, finished_at: localText(now) });
      const digest = await sha256Text(text);
      const row = await this.book.change((writer) => {
        // A tap that was quicker may have finished it (AlreadyTold) or changed it: then the text is made anew.
        if (this.begun(writer, visit).rev !== draft.rev) return null;
        return submit(writer, draft, { doc: text, digest, made_at: utcText(now) });
      });
      if (row) return row;
    }
  }

  // Inside

  protected checkMayBegin(book: Reader, visit: Visit): void {
    if (visit.removed !== null) throw new VisitGone({ reason: visit.removed });
    const before = told(book, visit.id, visit.attempt);
    if (!MAY_BEGIN.includes(visit.state) || (before && stands(before))) throw new AlreadyTold();
  }

  /** Read inside the change, so that of two taps at once both are kept. */
  protected edit(visit: string, edit: Edit): Promise<Draft> {
    return this.book.change((writer) => {
      const draft = this.begun(writer, visit);
      return saveDraft(writer, { ...draft, fields: edit(draft.fields, writer) });
    });
  }

  #item(visit: string, code: string): Item {
    this.begun(this.book, visit);
    const item = this.items(visit).find((each) => each.code === code);
    if (!item) throw new UnknownItem({ item: code });
    return item;
  }

  async #newPhoto(visit: string, picture: Picture): Promise<NewPhoto> {
    const { content } = picture;
    if (JPEG.some((byte, at) => content[at] !== byte)) throw new NotAPicture({ why: "JPEG" });
    if (content.length > PHOTO_BYTES_MAX) throw new NotAPicture({ why: `${Math.floor(content.length / 1024 ** 2)} MiB` });
    const id = photoName(picture.id ?? uuid7());
    const sha256 = await sha256Bytes(content);
    return { id, visit, content, sha256, type: "image/jpeg", made_at: utcText(this.edges.clock()) };
  }

  /** Every photo that was made for this draft is still as it was. */
  async #checkPhotos(fields: Fields, whole: Set<string>): Promise<void> {
    for (const { id } of fields.photos) {
      const row = this.book.get("photos", id);
      if (!row || row.submission !== null || whole.has(id)) continue;
      await photoContent(this.book, row);
      whole.add(id);
    }
  }
}

function checkRoom(fields: Fields, photo: string, insteadOf: string | undefined): void {
  const isHere = (id: string) => fields.photos.some((each) => each.id === id);
  if (insteadOf !== undefined && !isHere(insteadOf)) throw new PhotoGone({ photo: insteadOf });
  if (insteadOf === undefined && !isHere(photo) && fields.photos.length >= PHOTOS_MAX) {
    throw new PhotosTooMany({ most: PHOTOS_MAX });
  }
}

function descriptor(picture: Picture, photo: NewPhoto): Fields["photos"][number] {
  const { id, sha256, content, type } = photo;
  const place = picture.place ? { place: picture.place } : {};
  const blurred = picture.blurred ? { blurred: picture.blurred } : {};
  return { id, sha256, size: content.length, type, taken_at: localText(picture.takenAt), ...place, ...blurred };
}

function removeUnsent(writer: Writer, photo: string): void {
  if (writer.get("photos", photo)?.submission === null) removePhoto(writer, photo);
}

/** The exact text, its photos, the outbox; the draft ends (K2). One to learn with is not for the outbox. */
function submit(writer: Writer, draft: Draft, told: Pick<SubmissionRow, "doc" | "digest" | "made_at">): SubmissionRow {
  const { visit, attempt, checklist, rev } = draft;
  const fresh = { slot: null, received_at: null, damaged: false, trouble: null, asked: 0 };
  const state = visit === PRACTICE ? "kept" : "outbox";
  const row: SubmissionRow = { id: uuid7(), visit, attempt, checklist, ...told, state, ...fresh };
  writer.put("submissions", row.id, row);
  for (const { id } of draft.fields.photos) {
    const photo = writer.get("photos", id);
    if (photo?.submission === null) writer.put("photos", id, { ...photo, submission: row.id });
  }
  // The server's copy of the draft is obsolete with its attempt; there is nothing more to say about it.
  writer.put("drafts", visit, { ...draft, fields: null, acked: rev, absent: [] });
  return row;
}
