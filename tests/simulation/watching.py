"""What must hold, I1 to I17 of docs/protocol.md: looked at in every answer, after every step, and at the quiet end."""

from typing import Any

from tests.simulation.model_phone import shown
from tests.simulation.model_photos import Onlooker
from tests.simulation.papers import JSON


class Watched:
    """The half of the machine that looks. A complaint begins with the invariant's number."""

    server: Any
    phones: list[Any]
    finished: dict[tuple[str, str], JSON]  # what was told, by (id, digest)
    pictures: dict[str, bytes]
    poisoned: set[str]
    lost_with_a_phone: set[str]
    stood_at: dict[str, tuple[str, int]]  # by device: the cursor as it was
    hers: dict[str, set[str]]  # by inspector: every visit that was ever hers

    # How messages travel

    def ask(self, token: str | None, phone: Any, said: JSON) -> tuple[int, JSON]:
        """The server hears a request; its answer is looked at before anybody hears it."""
        if token is None:
            return 401, {}
        status, answer = self.server.sync(token, said)
        if status == 200:
            self.watch_answer(phone, said, answer)
        return status, answer

    def watch_answer(self, phone: Any, said: JSON, answer: JSON) -> None:
        visits = {change["id"] for change in answer["changes"] if change["kind"] == "visit"}
        assert visits <= self.hers[phone.user], "I14 an answer names somebody else's visit"
        asked = set(said["kept"])
        assert set(answer["durable"]) <= asked, "I14 durable names what nobody asked about"
        named = {one["id"] for one in said["photos"]}
        assert {upload["photo"] for upload in answer["uploads"]} <= named, "I14 uploads of others"
        assert answer["more"] == (answer["check"] is None), "I15 a last page without a sum"
        if self.poisoned & {item.get("id") for item in said["items"]}:
            late = [
                r for r in answer["results"] if r.get("status") == "retry" and r["id"] not in self.poisoned
            ]
            assert not late, "I17 a poisonous item held up another"
            assert len(answer["results"]) == len(said["items"]), "I17 an item was passed over"

    def hear(self, phone: Any, status: int, answer: JSON) -> None:
        kept, photos = dict(phone.kept), {n: p for n, p in phone.photos.items() if p.state == "stored"}
        phone.hear(status, answer)
        gone = [name for name in kept if name not in phone.kept and name not in phone.outbox]
        gone += [name for name in photos if name not in phone.photos]
        assert set(gone) <= set(answer.get("durable", [])), f"I13 freed without being durable: {gone}"
        self.watch_cursor(phone)

    def watch_cursor(self, phone: Any) -> None:
        """Within one epoch it never goes back; a phone that reads anew because of a wrong sum says so (I15)."""
        assert phone.healed == 0, "I15 the list did not add up"
        if phone.cursor is None:
            return
        epoch, _, seq = phone.cursor.rpartition(".")
        before = self.stood_at.get(phone.device, ("", 0))
        assert epoch != before[0] or int(seq) >= before[1], f"I8 the cursor went back from {before} to {seq}"
        self.stood_at[phone.device] = (epoch, int(seq))

    def exchange(self, phone: Any) -> None:
        status, answer = self.ask(phone.token if phone.signed_in else None, phone, phone.request())
        self.hear(phone, status, answer)

    def upload(self, phone: Any, most: int) -> None:
        for _ in range(6):
            piece = phone.next_piece(most)
            if piece is None:
                return
            phone.hear_of_piece(piece, self.server.piece(phone.token, piece.url, piece.offset, piece.content))

    # What must hold

    def onlooker(self) -> Onlooker:
        found: Onlooker = self.server.onlooker()
        return found

    def look(self, seen: Onlooker) -> None:
        assert not seen.broken, " · ".join(seen.broken)
        for name, told in self.finished.items():
            kept = seen.told.get(name)
            said = tuple(told[member] for member in ("visit", "attempt", "checklist", "doc"))
            assert kept is None or kept[:4] == said, "I3 a kept submission changed"
            here = any(name[0] in phone.outbox or name[0] in phone.kept for phone in self.phones)
            assert kept or here or name[0] in self.lost_with_a_phone, f"I1 lost: {name}"
        for name, content in self.pictures.items():
            state, there = seen.photos.get(name, ("", b""))
            assert state != "stored" or there == content, "I6 a stored photo has other bytes"
            here = any(name in phone.photos for phone in self.phones)
            assert state == "stored" or here or name in self.lost_with_a_phone, f"I6 photo lost: {name}"

    def state_of(self, phone: Any) -> Any:
        drafts = [(visit, draft.rev, draft.acked) for visit, draft in phone.drafts.items()]
        photos = [(name, photo.state, photo.offset) for name, photo in phone.photos.items()]
        return phone.cursor, sorted(phone.outbox), sorted(phone.kept), drafts, photos

    def all_agree(self, phone: Any, seen: Onlooker) -> None:
        lists = seen.lists[phone.user]
        assert set(phone.items) <= set(lists), "I5 a phone shows what is not (or no longer) hers"
        assert set(phone.items) == set(lists), "I4 a phone does not show what is hers"
        for name, facts in lists.items():
            here = phone.items[name]
            assert here["seq"] == facts["seq"], f"I4 {name} under another number"
            differing = {key for key, value in shown(facts).items() if here.get(key) != value}
            assert not differing, f"I4 {name} differs in {differing}"
        assert set(phone.outbox) <= self.poisoned, "I9 a submission was never taken"
        assert all((told["id"], told["digest"]) in seen.told for told in phone.kept.values()), "I9 not there"
        for name, photo in phone.photos.items():
            state = seen.photos.get(name, ("",))[0]
            settled = photo.sent_with is None or (photo.state == state and state in ("stored", "bad"))
            assert settled, f"I9 photo {name} is {photo.state} here and {state} there"
        for visit, draft in phone.drafts.items():
            clean = draft.doc is None and draft.acked >= draft.rev
            kept = seen.drafts.get((visit, phone.device))
            assert clean or kept == (draft.rev, draft.doc), f"I10 draft {draft.rev} is kept as {kept}"
