/** Going on with a visit that was begun on another device, or before this one was set up anew (protocol 6.6.2). */

import { AnswerBroken } from "@/errors";
import { AlreadyBegun, NoSuchDraft } from "@/errors-inside";
import { type Draft, type Reader, draftOf, otherDrafts, photosOf, saveDraft } from "@/store/records";
import type { Book } from "@/store/types";
import { type Reply, type Transport, problemOf } from "@/transport";
import { isMapping, readDraftText } from "@/wire/heard";
import { readMoment, sha256Text } from "@/wire/names";
import type { Raw, Visit } from "@/wire/types";
import { type OtherDraft, returnedOf } from "@/wire/visit";
import { firstFields, readDocument } from "./beginning";
import type { Edges } from "./edges";
import { MAY_BEGIN } from "./listing";
import { Recorder } from "./recording";
import type { PhotoOfDraft } from "./types";

/** A Recorder that can go on with drafts of other devices. */
export class Continuer extends Recorder {
  constructor(
    book: Book,
    edges: Edges,
    protected readonly transport: Transport,
  ) {
    super(book, edges);
  }

  /**
   * Drafts of this visit on other devices of the same inspector, as of the last sync, the newest first. None for a visit
   * that cannot be begun now; and after a return only drafts written since.
   */
  draftsElsewhere(visit: string): OtherDraft[] {
    const known = this.visit(visit);
    if (known.removed !== null || !MAY_BEGIN.includes(known.state)) return [];
    const [here, since] = [this.identity().device, momentOf(returnedOf(known)?.decided_at ?? "")];
    const others = otherDrafts(this.book, visit).filter((each) => each.device !== here && momentOf(each.updated_at) > since);
    return others.sort((a, b) => momentOf(b.updated_at) - momentOf(a.updated_at));
  }

  /**
   * Fetch the draft of another device and go on with it here, in a NEW draft of this device, whose `parent` is the digest
   * of the text it continues. The other draft stays as it is, and whoever finishes first has the visit.
   *
   * Needs a network. Raises AlreadyBegun (nothing is ever written over), NoSuchDraft, NoSuchVisit, VisitGone, AlreadyTold,
   * ChecklistMissing, SignInAgain, Barred, NoAnswer, NotOurServer, AnswerBroken.
   */
  async continueHere(visit: string, device: string): Promise<Draft> {
    this.#checkMayContinue(this.book, this.visit(visit));
    const { digest, fields } = await this.#fetch(visit, device);
    const absent = await this.#absent(fields);
    return this.book.change((writer) => {
      const known = this.visit(visit);
      this.#checkMayContinue(writer, known);
      const theirs = fields["checklist"];
      // Pinned when the visit began, there.
      const pinned = fields["attempt"] === known.attempt && typeof theirs === "string" && writer.get("papers", theirs);
      const checklist = pinned ? pinned.digest : known.checklist;
      this.instrument(checklist);
      const mine = { ...firstFields(known, fields, this.edges.clock()), parent: digest, checklist };
      return saveDraft(writer, { visit, attempt: known.attempt, checklist, fields: mine, absent });
    });
  }

  /** The photos our draft of a visit speaks of, and where their bytes are. Raises NotStarted. */
  photosOfDraft(visit: string): PhotoOfDraft[] {
    const { fields, absent } = this.begun(this.book, visit);
    const here = new Set(
      photosOf(this.book, visit)
        .filter((row) => row.state !== "lost" && row.state !== "freed")
        .map((row) => row.id),
    );
    return fields.photos.map(({ id }) => ({
      id,
      where: here.has(id) ? "here" : absent.includes(id) ? "missing" : "server",
      items: Object.entries(fields.answers)
        .filter(([, told]) => told.photos?.includes(id))
        .map(([code]) => code),
    }));
  }

  #checkMayContinue(book: Reader, known: Visit): void {
    this.checkMayBegin(book, known);
    if (draftOf(book, known.id)) throw new AlreadyBegun();
  }

  async #fetch(visit: string, device: string): Promise<{ digest: string; fields: Raw }> {
    const reply = await this.transport.draft(visit, device);
    check(reply);
    const { digest, doc } = readDraftText(reply.content);
    if (doc === null) throw new NoSuchDraft();
    const fields = (await sha256Text(doc)) === digest ? readDocument(doc) : null;
    if (!fields) throw new AnswerBroken({ why: "draft" });
    return { digest, fields };
  }

  /** Photos of another device's draft whose bytes the server has not. */
  async #absent(fields: Raw): Promise<string[]> {
    const told = Array.isArray(fields["photos"]) ? fields["photos"].filter(isMapping) : [];
    const absent: string[] = [];
    for (const { id } of told) {
      if (typeof id === "string" && !this.book.get("photos", id) && !(await this.#isThere(id))) absent.push(id);
    }
    return absent;
  }

  async #isThere(photo: string): Promise<boolean> {
    const reply = await this.transport.photoThere(photo);
    if (reply.status === 404) return false;
    check(reply);
    return true;
  }
}

function check(reply: Reply): void {
  if (reply.status === 404) throw new NoSuchDraft();
  if (reply.status !== 200) throw problemOf(reply);
}

/** A moment of the server's as a number; what cannot be read is before everything. */
function momentOf(text: string): number {
  return readMoment(text)?.getTime() ?? 0;
}
