"""Recording a visit, without any network. Every call is on the disk when it returns (K1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from fieldsync import camera, rules, wire
from fieldsync.engine.beginning import FORM, Fields, first_fields
from fieldsync.errors import (
    AlreadyTold,
    ChecklistMissing,
    FileUnreadable,
    NotAPicture,
    NotStarted,
    PhotoForbidden,
    PhotoGone,
    UnknownItem,
    UnknownWord,
    VisitGone,
)
from fieldsync.rules import Gap
from fieldsync.store import Draft, Listed, NewPhoto, Photo, Receipt, Store
from fieldsync.store.records import photo_name
from fieldsync.wire import Submission, Visit

MARKS = ("arrived", "ticket", "called", "served", "paid", "left")
MAY_BEGIN = ("assigned", "returned")
PHOTO_BYTES_MAX = 8 * 1024 * 1024


@dataclass(frozen=True)
class Picture:
    """A ready JPEG for `record`: its bytes are kept as they are. `taken_at` with an offset; `place` {"lat", "lon"}."""

    content: bytes = field(repr=False)
    taken_at: datetime | None = None
    id: str = field(default_factory=wire.uuid7)
    place: Mapping[str, float] | None = field(default=None, hash=False)


class Recorder:
    """Records visits into one store.

    clock: gives the present moment, aware, in the zone the person lives by.
    """

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self.store = store
        self.clock = clock

    # Looking

    def visits(self) -> list[Listed]:
        """All visits on this phone, those that are no longer ours last."""
        return self.store.visits()

    def visit(self, visit: str) -> Visit:
        """One visit by its id. Raises NoSuchVisit."""
        return self.store.visit(visit)

    def draft(self, visit: str) -> Draft | None:
        """The visit as recorded so far; None when it is not begun, discarded or finished."""
        return self.store.draft(visit)

    def instrument(self, digest: str) -> dict[str, Any]:
        """A checklist as parsed JSON. Raises ChecklistMissing, ChecklistUnreadable."""
        text = self.store.paper(digest)
        if text is None:
            raise ChecklistMissing()
        return rules.read_instrument(text)

    def items(self, visit: str) -> list[dict[str, Any]]:
        """All items of a visit's checklist (of its draft's, once begun), in order, asked or not."""
        known, draft = self.visit(visit), self.draft(visit)
        return rules.items_for(self.instrument(draft.checklist if draft else known.checklist), known.variant)

    def facts(self, visit: str) -> dict[str, Any]:
        """The facts that conditions and scores of this visit look at."""
        known, draft = self.visit(visit), self.draft(visit)
        return rules.facts_for(self.instrument(draft.checklist if draft else known.checklist), known.facts())

    def missing(self, visit: str) -> list[Gap]:
        """What the draft still lacks. It can be finished all the same. Raises NotStarted, ChecklistMissing."""
        draft = self._begun(visit)
        answers, absent = draft.fields.get("answers") or {}, self.store.absent_photos(visit)
        lacking = [code for code, told in answers.items() if absent & {*(told.get("photos") or ())}]
        elsewhere = [Gap(code, "photo-elsewhere") for code in lacking]
        return [*rules.gaps_in(self.items(visit), answers, self.facts(visit)), *elsewhere]

    def returned(self, visit: str) -> Mapping[str, Any] | None:
        """What the coordinator wrote back: {"attempt", "note", "points": [{"item", "photo", "reason", "note"}],
        "decided_at"}; None unless the visit was returned."""
        return self.visit(visit).returned

    # Recording

    def start(self, visit: str) -> Draft:
        """Begin a visit, or go on with it. The draft is pinned to the checklist of this moment; a returned visit is
        filled from what was told before, its photos by id.

        Raises NoSuchVisit, VisitGone, AlreadyTold, ChecklistMissing.
        """
        with self.store.changing():
            known, draft = self.visit(visit), self.draft(visit)
            if draft and draft.attempt >= known.attempt:
                return draft
            self._check_may_begin(known)
            fields = first_fields(self.store, known, draft, began=self.clock())
            self.instrument(known.checklist)
            return self.store.save_draft(visit, fields, attempt=known.attempt, checklist=known.checklist)

    def mark(
        self, visit: str, what: str, *, at: datetime | None = None, place: Mapping[str, Any] | None = None
    ) -> Draft:
        """Note a moment: arrived, ticket, called, served, paid or left. `place` {"lat", "lon", "accuracy_m", "mock"}
        goes with arrived and left. Raises UnknownWord, NotStarted."""
        if what not in MARKS:
            raise UnknownWord(word=what, known=", ".join(MARKS))

        def edit(fields: Fields) -> None:
            others = [mark for mark in fields.get("marks") or () if mark.get("what") != what]
            fields["marks"] = [*others, {"what": what, "at": wire.local_text(at or self.clock())}]
            if place is not None:
                fields["place"] = {**(fields.get("place") or {}), what: dict(place)}

        return self._change(visit, edit)

    def answer(
        self,
        visit: str,
        item: str,
        value: Any = None,
        *,
        na: bool = False,
        note: str | None = None,
        photos: Iterable[str] | None = None,
        no_photo: str | None = None,
        observed_at: datetime | None = None,
    ) -> Draft:
        """Answer an item; what is not given stays as it was. Values by type: see rules.answers.

        Raises NotStarted, UnknownItem, ValueWrong, UnknownWord (no_photo), PhotoForbidden, PhotoGone.
        """
        asked = self._item(visit, item)
        if value is not None and not rules.value_fits(asked, value, self.facts(visit)):
            raise rules.value_wrong(asked, value)
        if no_photo is not None and no_photo not in rules.NO_PHOTO_REASONS:
            raise UnknownWord(word=no_photo, known=", ".join(rules.NO_PHOTO_REASONS))
        if photos and rules.photo_rule(asked) == "forbidden":
            raise PhotoForbidden(item=item)
        said = {"value": value, "note": note, "no_photo": no_photo}
        said = {name: what for name, what in said.items() if what is not None}
        named = None if photos is None else list(photos)

        def edit(fields: Fields) -> None:
            before = fields["answers"].get(item) or {}
            if na or value is not None:
                before = {name: what for name, what in before.items() if name not in ("value", "na")}
            now = wire.local_text(self.clock())
            seen = wire.local_text(observed_at) if observed_at else before.get("observed_at", now)
            told = {**before, **said, "observed_at": seen, "recorded_at": now} | ({"na": True} if na else {})
            if named is not None:
                _check_known(fields, named)
                told["photos"] = named
            fields["answers"][item] = told

        return self._change(visit, edit)

    def unanswer(self, visit: str, item: str) -> Draft:
        """Take an answer back."""
        return self._change(visit, lambda fields: fields["answers"].pop(item, None))

    def describe(
        self,
        visit: str,
        *,
        context: Mapping[str, Any] | None = None,
        narrative: str | None = None,
        signed: bool | None = None,
    ) -> Draft:
        """Circumstances (ticket_number, waiting_people, day_type, companion, detected, photo_forbidden_signs), the
        free narrative, and the inspector's statement that this is what happened."""

        def edit(fields: Fields) -> None:
            if context is not None:
                fields["context"] = {**(fields.get("context") or {}), **context}
            if narrative is not None:
                fields["narrative"] = narrative
            if signed is not None:
                fields["statement"] = {"signed": signed, "at": wire.local_text(self.clock())}

        return self._change(visit, edit)

    def add_photo(
        self, visit: str, source: Path | str | bytes, *, item: str | None = None, as_is: bool = False
    ) -> Photo:
        """Keep a photo of the visit, as evidence for `item` if given.

        The picture is made small (1600 pixels), upright and bare of metadata; when and where it was taken goes into
        the document. With `as_is` a ready JPEG is kept byte for byte, metadata and all: strip it before.
        Raises NotStarted, UnknownItem, PhotoForbidden, NotAPicture, FileUnreadable, StoreFull.
        """
        if item is not None and rules.photo_rule(self._item(visit, item)) == "forbidden":
            raise PhotoForbidden(item=item)
        content = source if isinstance(source, bytes) else _read(Path(source))
        picture = Picture(content) if as_is else self._developed(content)
        photo = self._new_photo(visit, picture)
        with self.store.changing():
            draft = self._begun(visit)
            draft.fields["photos"].append(self._descriptor(picture, photo))
            if item is not None:
                told = draft.fields["answers"].setdefault(item, {})
                told["photos"] = [*(told.get("photos") or ()), photo.id]
                told.pop("no_photo", None)
            self.store.save_draft(
                visit, draft.fields, attempt=draft.attempt, checklist=draft.checklist, photo=photo
            )
        found = self.store.photo(photo.id)
        assert found is not None
        return found

    def remove_photo(self, visit: str, photo: str) -> None:
        """Take a photo out of a draft; one that was not sent yet is deleted. Raises NotStarted."""
        with self.store.changing():
            draft = self._begun(visit)
            fields = draft.fields
            fields["photos"] = [each for each in fields["photos"] if each["id"] != photo]
            for told in fields["answers"].values():
                if photo in (told.get("photos") or ()):
                    told["photos"] = [name for name in told["photos"] if name != photo]
            self.store.remove_photo(photo, draft, fields)

    def discard(self, visit: str) -> None:
        """Throw the draft away, with the photos only it knew. Raises NotStarted."""
        self._begun(visit)
        self.store.discard_draft(visit)

    # Finishing

    def finish(self, visit: str) -> Receipt:
        """Finish a visit for ever: the exact text is made and kept, and the next sync sends it.

        Nothing is refused for being incomplete; ask `missing` before. Raises NotStarted, AlreadyTold, PhotoGone (a
        photo's file is not what was recorded), TextTooLong.
        """
        with self.store.changing():
            draft = self._begun(visit)
            for photo in draft.fields["photos"]:
                kept = self.store.photo(photo["id"])
                if kept and kept.submission is None and not self.store.files.holds(kept.id, kept.sha256):
                    raise PhotoGone(photo=kept.id)
            fields = draft.fields | {"finished_at": wire.local_text(self.clock())}
            return self._submit(visit, fields, draft.attempt, draft.checklist, ())

    def record(
        self, visit: str, fields: Mapping[str, Any], photos: Iterable[Picture] = (), *, force: bool = False
    ) -> Receipt:
        """A whole visit at once, for callers that already have the answers: start, fill and finish in one
        transaction.

        fields: members of the submission document (started_at, finished_at, marks, place, context, answers,
        narrative, statement), laid over the draft or the returned submission; answers item by item. Times are texts
        with an offset and are the caller's. photos: ready JPEGs, kept byte for byte; answers refer to their ids.
        force: also when the server says that the visit is not to be made now (it is kept there as late).
        Raises NoSuchVisit, VisitGone, AlreadyTold, NotAPicture, TextTooLong, StoreFull.
        """
        known, draft = self.visit(visit), self.draft(visit)
        if not force and not draft:
            self._check_may_begin(known)
        begun = draft if draft and draft.attempt >= known.attempt else None
        base = begun.fields if begun else first_fields(self.store, known, draft, began=self.clock())
        pictures = list(photos)
        kept = [self._new_photo(visit, picture) for picture in pictures]
        filled = {**base, **fields, "answers": {**base["answers"], **(fields.get("answers") or {})}}
        filled["photos"] = [*base["photos"], *map(self._descriptor, pictures, kept)]
        filled.setdefault("finished_at", wire.local_text(self.clock()))
        pinned = (begun.attempt, begun.checklist) if begun else (known.attempt, known.checklist)
        return self._submit(visit, filled, *pinned, kept)

    # Inside

    def _begun(self, visit: str) -> Draft:
        draft = self.store.draft(visit)
        if draft is None:
            raise NotStarted()
        return draft

    def _item(self, visit: str, code: str) -> Mapping[str, Any]:
        self._begun(visit)
        for item in self.items(visit):
            if item["code"] == code:
                return item
        raise UnknownItem(item=code)

    def _change(self, visit: str, edit: Callable[[Fields], Any]) -> Draft:
        with self.store.changing():
            draft = self._begun(visit)
            edit(draft.fields)
            return self.store.save_draft(
                visit, draft.fields, attempt=draft.attempt, checklist=draft.checklist
            )

    def _check_may_begin(self, visit: Visit) -> None:
        if visit.removed is not None:
            raise VisitGone(reason=visit.removed)
        told = self.store.told(visit.id, visit.attempt)
        if visit.state not in MAY_BEGIN or (told and told.stands):
            raise AlreadyTold()

    def _developed(self, content: bytes) -> Picture:
        made = camera.develop(content, zone=self.clock().tzinfo)
        return Picture(made.content, taken_at=made.taken_at, place=made.place)

    def _new_photo(self, visit: str, picture: Picture) -> NewPhoto:
        if not picture.content.startswith(b"\xff\xd8\xff"):
            raise NotAPicture(why="JPEG")
        if len(picture.content) > PHOTO_BYTES_MAX:
            raise NotAPicture(why=f"{len(picture.content) // 1024**2} MiB")
        made_at = wire.utc_text(self.clock())
        return NewPhoto(photo_name(picture.id), visit, picture.content, "image/jpeg", made_at)

    def _descriptor(self, picture: Picture, photo: NewPhoto) -> Fields:
        told: Fields = {
            "id": photo.id,
            "sha256": wire.sha256_bytes(photo.content),
            "size": len(photo.content),
        }
        told |= {"type": photo.type, "taken_at": wire.local_text(picture.taken_at or self.clock())}
        return told | ({"place": dict(picture.place)} if picture.place else {})

    def _submit(
        self, visit: str, fields: Fields, attempt: int, checklist: str, new_photos: Iterable[NewPhoto]
    ) -> Receipt:
        fields = {**fields, "form": FORM, "visit": visit, "attempt": attempt, "checklist": checklist}
        doc = wire.document(fields)
        digest = wire.sha256_text(doc)
        told = Submission(wire.uuid7(), visit, attempt, checklist, digest, doc)
        names = [each["id"] for each in fields["photos"]]
        made_at = wire.utc_text(self.clock())
        self.store.submit(told, photos=names, new_photos=list(new_photos), made_at=made_at)
        receipt = self.store.told(visit, attempt)
        assert receipt is not None
        return receipt


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(file=str(path), why=error.strerror or "?") from error


def _check_known(fields: Fields, photos: list[str]) -> None:
    known = {each["id"] for each in fields["photos"]}
    for photo in photos:
        if photo not in known:
            raise PhotoGone(photo=photo)
