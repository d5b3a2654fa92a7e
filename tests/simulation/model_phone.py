"""The phone's half of docs/protocol.md as a model. Its attributes are what its durable store holds; every public
method is one transaction. A rule that a mutant may break (mutants.py) is a method of its own.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.model_photos import Reply
from tests.simulation.papers import JSON, described, document, draft, submission

WORDS_OF_THE_FEED = ("seq", "kind", "id")
Names = Callable[[], str]


@dataclass
class Drafting:
    """A visit being recorded. `attempt` and `checklist` were pinned when it began; `doc` None: it was ended."""

    attempt: int
    checklist: str
    rev: int
    acked: int = 0
    doc: str | None = None
    photos: list[str] = field(default_factory=list)


@dataclass
class Picture:
    """A photo. Sent only once a submission names it. state: captured, declared, stored, bad; freed ones are gone."""

    visit: str
    content: bytes
    sent_with: str | None = None
    state: str = "captured"
    offset: int = 0
    url: str = ""


@dataclass
class Piece:
    """Bytes on their way. `of_epoch` is what the phone believed when it sent them."""

    device: str
    photo: str
    url: str
    offset: int
    content: bytes


class ModelPhone:
    """One installation. `limit` changes are asked for at a time."""

    def __init__(self, device: str, user: str, token: str, limit: int = 2) -> None:
        self.device, self.user, self.token, self.limit = device, user, token, limit
        self.signed_in = True
        self.cursor: str | None = None
        self.epoch: str | None = None
        self.reading_anew = False
        self.healed = 0
        self.items: dict[tuple[str, str], JSON] = {}
        self.unseen: set[tuple[str, str]] = set()
        self.drafts: dict[str, Drafting] = {}
        self.revs: dict[str, int] = {}
        self.outbox: dict[str, JSON] = {}
        self.kept: dict[str, JSON] = {}
        self.photos: dict[str, Picture] = {}
        self.told_photos: dict[str, list[str]] = {}  # of the last submission of a visit, for corrections

    # The inspector's side

    def open_visits(self) -> list[str]:
        """Visits that may be made."""
        shown = (entity for (kind, entity), facts in self.items.items() if may_be_made(kind, facts))
        return sorted(shown)

    def edit(self, visit: str, note: int) -> None:
        """Begin a visit or go on with it."""
        shown = self.items["visit", visit]
        begun = self.drafts.get(visit)
        if begun is None or begun.doc is None or begun.attempt < shown["attempt"]:
            again = list(begun.photos if begun and begun.doc else self.told_photos.get(visit, []))
            begun = Drafting(shown["attempt"], shown["checklist"], rev=self.revs.get(visit, 0), photos=again)
            begun.acked = begun.rev
            self.drafts[visit] = begun
        self._write(visit, begun, note=note)

    def photograph(self, visit: str, name: str, content: bytes) -> None:
        begun = self.drafts[visit]
        self.photos[name] = Picture(visit, content)
        begun.photos.append(name)
        self._write(visit, begun, note=name)

    def discard(self, visit: str) -> None:
        begun = self.drafts[visit]
        for name in begun.photos:
            if name in self.photos and self.photos[name].sent_with is None:
                del self.photos[name]
        begun.photos = []
        self.revs[visit] = begun.rev = begun.rev + 1
        begun.doc = None

    def finish(self, visit: str, name: str) -> JSON:
        """The exact text is made for good; the draft ends, and there is nothing more to say about it."""
        begun = self.drafts[visit]
        told = submission(name, visit, begun.attempt, self._pinned(visit, begun), str(begun.doc))
        self.outbox[name] = told
        for photo in begun.photos:
            if photo in self.photos and self.photos[photo].sent_with is None:
                self.photos[photo].sent_with = name
        self.told_photos[visit] = list(begun.photos)
        begun.doc, begun.acked = None, begun.rev
        return copy.deepcopy(told)

    def _pinned(self, visit: str, begun: Drafting) -> str:
        return begun.checklist

    def _write(self, visit: str, begun: Drafting, **said: Any) -> None:
        self.revs[visit] = begun.rev = begun.rev + 1
        photos = [
            described(name, self.photos[name].content) if name in self.photos else {"id": name}
            for name in begun.photos
        ]
        begun.doc = document(visit, begun.attempt, self._pinned(visit, begun), photos, **said)

    # POST /sync

    def request(self) -> JSON:
        wanting = {name: photo for name, photo in self.photos.items() if self._to_be_offered(photo)}
        said = {
            "protocol": 1,
            "device": self.device,
            "cursor": self.cursor,
            "limit": self.limit,
            "photos": [
                {"visit": photo.visit, **described(name, photo.content)} for name, photo in wanting.items()
            ],
            "items": [
                *self.outbox.values(),
                *(draft(v, d.rev, d.doc) for v, d in self.drafts.items() if d.rev > d.acked),
            ],
            "kept": [*self.kept, *(name for name, photo in self.photos.items() if photo.state == "stored")],
        }
        return copy.deepcopy(said)

    def _to_be_offered(self, photo: Picture) -> bool:
        return photo.sent_with is not None and photo.state in ("captured", "declared")

    def hear(self, status: int, answer: JSON) -> None:
        """Apply an answer, whole or not at all."""
        if status != 200:
            self._told_to_sign_in()
            return
        if not self._answers_me(answer):
            return
        epoch = answer["cursor"].rpartition(".")[0]
        if epoch != self.epoch:
            self.epoch = epoch
            self._offer_submissions_again()
            self._offer_photos_again()
            self._offer_drafts_again()
        for result in answer["results"]:
            self._settle(result)
        for upload in answer["uploads"]:
            self._settle_photo(upload)
        self._free(answer)
        self._read_page(answer)

    def _told_to_sign_in(self) -> None:
        self.signed_in = False

    def _answers_me(self, answer: JSON) -> bool:
        return bool(answer["for"] == self.cursor)

    def _offer_submissions_again(self) -> None:
        self.outbox.update(self.kept)
        self.kept = {}

    def _offer_photos_again(self) -> None:
        for photo in self.photos.values():
            photo.state, photo.offset, photo.url = "captured", 0, ""

    def _offer_drafts_again(self) -> None:
        for begun in self.drafts.values():
            begun.acked = 0 if begun.doc is not None else begun.acked

    def _settle(self, result: JSON) -> None:
        if "draft" in result:
            begun = self.drafts.get(result["draft"])
            if begun:
                begun.acked = self._clean_up_to(begun, result["rev"])
        elif result["status"] in ("stored", "duplicate"):
            told = self.outbox.get(result["id"])
            if told and told["digest"] == result["digest"]:
                self.kept[result["id"]] = self.outbox.pop(result["id"])

    def _clean_up_to(self, begun: Drafting, rev: int) -> int:
        return max(begun.acked, min(rev, begun.rev))

    def _settle_photo(self, upload: JSON) -> None:
        photo = self.photos.get(upload["photo"])
        if photo is None:
            return
        if upload["state"] in ("stored", "have"):
            photo.state = "stored"
        elif upload["state"] == "need":
            photo.state, photo.offset, photo.url = "declared", upload["offset"], upload["url"]
        elif upload["state"] == "bad":
            photo.state = "bad"

    def _free(self, answer: JSON) -> None:
        """Only what is durable may go."""
        for name in answer["durable"]:
            self.kept.pop(name, None)
            if name in self.photos and self.photos[name].state == "stored":
                del self.photos[name]

    def _read_page(self, answer: JSON) -> None:
        if answer["reset"] or answer["for"] is None:
            self.unseen, self.reading_anew = set(self.items), True
        for change in answer["changes"]:
            name = (change["kind"], change["id"])
            self.unseen.discard(name)
            if "removed" in change:
                self.items.pop(name, None)
            else:
                self.items[name] = change
        self.cursor = answer["cursor"]
        if not answer["more"]:
            self._drop_unseen()
            self._add_up(answer["check"])

    def _drop_unseen(self) -> None:
        for name in self.unseen if self.reading_anew else ():
            self.items.pop(name, None)
        self.unseen, self.reading_anew = set(), False

    def _add_up(self, check: list[int]) -> None:
        numbers = [facts["seq"] for facts in self.items.values()]
        if [len(numbers), sum(numbers)] != check:
            self.healed += 1
            self.cursor = None

    # Pieces

    def next_piece(self, most: int) -> Piece | None:
        """The next bytes of the first photo that has an address."""
        for name, photo in self.photos.items():
            if photo.state == "declared" and photo.sent_with:
                content = photo.content[photo.offset : photo.offset + most]
                return Piece(self.device, name, photo.url, photo.offset, content)
        return None

    def hear_of_piece(self, piece: Piece, reply: Reply) -> None:
        photo = self.photos.get(piece.photo)
        if photo is None or photo.state != "declared" or not self._of_my_epoch(reply):
            return
        if reply.photo_state in ("stored", "bad"):
            photo.state = reply.photo_state
        elif reply.status in (204, 409) and reply.offset is not None and piece.url == photo.url:
            photo.offset = reply.offset
            if photo.offset >= len(photo.content):
                photo.state = "captured"  # nobody said it is stored: the next sync will
        elif reply.status in (403, 404, 410):
            photo.state = "captured"

    def _of_my_epoch(self, reply: Reply) -> bool:
        return reply.epoch == self.epoch


def may_be_made(kind: str, facts: JSON) -> bool:
    return kind == "visit" and facts["state"] in ("assigned", "returned")


def shown(facts: JSON) -> JSON:
    """What a phone shows of a thing, without the words of the feed."""
    return {name: value for name, value in facts.items() if name not in WORDS_OF_THE_FEED}


def text_of(doc: str | None) -> JSON:
    return dict(json.loads(doc)) if doc else {}
