"""The protocol with one rule broken, many times over: each must be caught, or the machine proves nothing.

A mutant is a server or a phone of the model with one method changed. `caught` names the invariants of which one must
complain. Those that a random search meets too seldom have a `history`: steps that end well where the rule is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulation.machine import Histories
from tests.simulation.model_phone import Drafting, ModelPhone
from tests.simulation.model_photos import Photo, Reply
from tests.simulation.model_server import ModelServer
from tests.simulation.papers import JSON


@dataclass(frozen=True)
class Mutant:
    """`rule` in words, who breaks it, who must notice, and where chance would take too long, how."""

    rule: str
    caught: tuple[str, ...]
    server: Any = ModelServer
    phone: Any = ModelPhone
    history: Callable[[Histories], None] | None = None


def an_old_answer_tells_of_a_stored_photo(m: Histories) -> None:
    """The photo was stored in a history that is no more; the news arrives after the restore."""
    m.whole_backup()
    m.whole_visit(p=0, n=0, photos=1)
    m.exchange_once(p=0)
    m.send_piece(p=0, most=1_000)
    m.piece_arrives(n=0, again=False, lost=False, cut=0)
    m.restore()
    m.exchange_once(p=0)
    m.exchange_once(p=0)
    m.piece_is_answered(n=0)


def a_photo_of_the_second_generation_is_swept(m: Histories) -> None:
    m.whole_visit(p=0, n=0, photos=1)
    m.piece_arrives_twice(p=0, most=1_000, wrong=True)
    m.exchange_once(p=0)
    m.exchange_once(p=0)
    m.all_pieces(p=0, most=1_000)
    m.sweep()


def an_old_draft_comes_again(m: Histories) -> None:
    m.edit(p=0, n=0, note=1)
    m.request_comes_again_when_it_is_old(p=0, n=0, note=2)


def a_piece_comes_twice(m: Histories) -> None:
    m.whole_visit(p=0, n=0, photos=1)
    m.piece_arrives_twice(p=0, most=100, wrong=False)
    m.all_pieces(p=0, most=400)


def a_faulty_client_was_first_after_the_restore(m: Histories) -> None:
    m.whole_backup()
    m.whole_visit_and_sent(p=0, n=0, photos=0)
    m.restore()
    m.client_uses_an_id_again(p=0, n=0)


class NeverTellsTheOldInspector(ModelServer):
    def _remove_from(self, user: str, visit: str) -> None:
        pass


class TwoCurrent(ModelServer):
    def _slot(self, user: str, item: JSON) -> str | None:
        order = self.orders.get(item["visit"])
        return "current" if order and order.inspector == user else "late"


class NamedByIdOnly(ModelServer):
    def _name(self, item: JSON) -> Any:
        return next((name for name in self.told if name[0] == item["id"]), (item["id"], item["digest"]))


class LaterTextOverwrites(ModelServer):
    def _tell(self, user: str, item: JSON) -> JSON:
        for name in [name for name in self.told if name[0] == item["id"] and name[1] != item["digest"]]:
            del self.told[name]
        return super()._tell(user, item)


class RefusesTheUnassigned(ModelServer):
    def _slot(self, user: str, item: JSON) -> str | None:
        slot = super()._slot(user, item)
        return None if slot == "late" else slot


class ForgetsItsEpoch(ModelServer):
    def _must_start_again(self, cursor: str | None, epoch: str, seq: int, user: str) -> bool:
        return cursor is None


class CursorJumpsToTheEnd(ModelServer):
    def _position(self, user: str, page: list[Any], after: int) -> int:
        return self.counters.get(user, 0)


class NumbersNothingAnew(ModelServer):
    def _tell_return(self, user: str, visit: str) -> None:
        pass


class GivesANumberTwice(ModelServer):
    def _touch(self, user: str, kind: str, entity: str, *, removed: bool = False) -> None:
        super()._touch(user, kind, entity, removed=removed)
        self.counters[user] -= kind == "draft"


class CountsTheRemoved(ModelServer):
    def _check(self, feed: dict[tuple[str, str], tuple[int, bool]]) -> list[int]:
        return [len(feed), sum(seq for seq, _ in feed.values())]


class BlindAppend(ModelServer):
    """Neither the offset is compared nor the hash looked at; each alone is covered by the other."""

    def _fits(self, photo: Photo, offset: int) -> bool:
        return True

    def _is_the_announced(self, photo: Photo, content: bytes) -> bool:
        return True


class SameAddressAfterAWrongHash(ModelServer):
    """The failed generation's address goes on, so late pieces of it fall into the new one."""

    def _renew(self, photo: Photo) -> None:
        photo.failures = 0
        photo.pieces = [b"?"]


class BytesOfAnybody(ModelServer):
    def _kept_already(self, new: Photo) -> str:
        alike = (photo.key for photo in self.photos.values() if photo.sha256 == new.sha256)
        return next((key for key in alike if key), "") or (
            "unknown" if any(p.sha256 == new.sha256 for p in self.photos.values() if p is not new) else ""
        )


class SweepsWhatIsInUse(ModelServer):
    def _in_use(self) -> set[str]:
        return {photo.key for photo in self.photos.values() if photo.generation == 0}


class AnyDraft(ModelServer):
    def _is_newer(self, rev: int, kept: int) -> bool:
        return True


class PoisonHoldsUpTheRest(ModelServer):
    def _hear_all(self, user: str, device: str, items: list[JSON]) -> list[JSON]:
        try:
            return [
                {"draft": i["visit"], "rev": self._keep_draft(user, device, i)}
                if i["kind"] == "draft"
                else self._tell(user, i)
                for i in items
            ]
        except ZeroDivisionError:
            told = [item for item in items if item["kind"] == "submission"]
            return [{"id": i["id"], "digest": i["digest"], "status": "retry"} for i in told]


class DurableByTheClock(ModelServer):
    """What was stored some time ago must be in a backup by now."""

    def _covers(self, backup: int | None) -> bool:
        return self.backups > 0


class DurableBeforeTheBackupIsComplete(ModelServer):
    def _covers(self, backup: int | None) -> bool:
        return backup is not None


class NotAnswersItsUploads(ModelServer):
    """A photo of another inspector may be written to by whoever knows its address."""

    def _piece(self, user: str, name: str, offset: int, content: bytes) -> Reply:
        photo = self.photos.get(name.rpartition(".")[0])
        return super()._piece(photo.inspector if photo else user, name, offset, content)


class OffersNoSubmissionsAgain(ModelPhone):
    def _offer_submissions_again(self) -> None:
        pass


class OffersNoPhotosAgain(ModelPhone):
    def _offer_photos_again(self) -> None:
        pass


class OffersNoDraftsAgain(ModelPhone):
    def _offer_drafts_again(self) -> None:
        pass


class FreesWhatIsAcknowledged(ModelPhone):
    def _free(self, answer: JSON) -> None:
        super()._free({**answer, "durable": [*self.kept, *self.photos]})


class HearsEveryAnswer(ModelPhone):
    def _answers_me(self, answer: JSON) -> bool:
        return True


class CleanUpToNow(ModelPhone):
    def _clean_up_to(self, begun: Drafting, rev: int) -> int:
        return begun.rev


class ThrowsAllAwayWhenSignedOut(ModelPhone):
    def _told_to_sign_in(self) -> None:
        super()._told_to_sign_in()
        self.outbox = {}


class KeepsWhatAResetDidNotShow(ModelPhone):
    def _drop_unseen(self) -> None:
        self.unseen, self.reading_anew = set(), False


class TakesTheNewestChecklist(ModelPhone):
    def _pinned(self, visit: str, begun: Drafting) -> str:
        shown = self.items.get(("visit", visit))
        return str(shown["checklist"]) if shown else begun.checklist


class BelievesAnyEpoch(ModelPhone):
    """A photo stored in a history that is no more, and therefore never offered again."""

    def _of_my_epoch(self, reply: Reply) -> bool:
        return True


MUTANTS = [
    Mutant("the old inspector is told of a reassignment", ("I5",), server=NeverTellsTheOldInspector),
    Mutant("one current submission an attempt", ("I2",), server=TwoCurrent),
    Mutant(
        "a submission is named by id and digest",
        ("I1", "I3", "I9"),
        server=NamedByIdOnly,
        history=a_faulty_client_was_first_after_the_restore,
    ),
    Mutant("a later text under the same id is a second row", ("I1", "I9"), server=LaterTextOverwrites),
    Mutant("nothing is refused", ("I9",), server=RefusesTheUnassigned),
    Mutant("another epoch is a reset", ("I4", "I5", "I8", "I15"), server=ForgetsItsEpoch),
    Mutant("the cursor is the last change of the page", ("I4", "I15"), server=CursorJumpsToTheEnd),
    Mutant("every visible change gets a new number", ("I4",), server=NumbersNothingAnew),
    Mutant("a number is given once", ("I7", "I8", "I15", "I4"), server=GivesANumberTwice),
    Mutant("the sum is of what is live", ("I15",), server=CountsTheRemoved),
    Mutant("offset compared, hash verified", ("I6",), server=BlindAppend, history=a_piece_comes_twice),
    Mutant("a wrong hash renews the address", ("I9", "I12"), server=SameAddressAfterAWrongHash),
    Mutant("a hash is no key to another's picture", ("I14", "I6"), server=BytesOfAnybody),
    Mutant(
        "only what nobody refers to is swept",
        ("I6", "I16"),
        server=SweepsWhatIsInUse,
        history=a_photo_of_the_second_generation_is_swept,
    ),
    Mutant("a draft goes forward only", ("I10",), server=AnyDraft, history=an_old_draft_comes_again),
    Mutant("an item's trouble is its own", ("I17",), server=PoisonHoldsUpTheRest),
    Mutant("a completed backup makes durable, no clock", ("I1", "I6"), server=DurableByTheClock),
    Mutant("a begun backup makes nothing durable", ("I1", "I6"), server=DurableBeforeTheBackupIsComplete),
    Mutant("an upload belongs to its inspector", ("I14",), server=NotAnswersItsUploads),
    Mutant("another epoch: submissions are offered again", ("I1", "I9"), phone=OffersNoSubmissionsAgain),
    Mutant("another epoch: photos are offered again", ("I9",), phone=OffersNoPhotosAgain),
    Mutant("another epoch: drafts are offered again", ("I10",), phone=OffersNoDraftsAgain),
    Mutant("only the durable is freed", ("I13", "I1"), phone=FreesWhatIsAcknowledged),
    Mutant("a stale answer is dropped", ("I8", "I4", "I15"), phone=HearsEveryAnswer),
    Mutant("a draft is clean up to what the server named", ("I10",), phone=CleanUpToNow),
    Mutant("signing out throws nothing away", ("I1",), phone=ThrowsAllAwayWhenSignedOut),
    Mutant("a reset drops what it did not show", ("I15", "I5"), phone=KeepsWhatAResetDidNotShow),
    Mutant("a draft is pinned to its checklist", ("I11",), phone=TakesTheNewestChecklist),
    Mutant(
        "PATCH answers count in their own epoch",
        ("I9",),
        phone=BelievesAnyEpoch,
        history=an_old_answer_tells_of_a_stored_photo,
    ),
]
