"""Random histories of coordinators, inspectors, a bad network and disasters, as a state machine.

The machine plays on `make_server()`: the model (model.py), or the real views (real.py). What must hold is named
I1 to I17 as in docs/protocol.md, section What must always hold; a failure begins with the number.
"""

import copy
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.simulation.model_phone import ModelPhone, Piece
from tests.simulation.model_server import ModelServer
from tests.simulation.papers import JSON, described, document, picture, submission
from tests.simulation.watching import Watched

INSPECTORS = ("sari", "rina")
VISITS_MAX = 6
UNDERWAY_MAX = 12
QUIET_ROUNDS = 40

which = st.integers(0, 40)
someone = st.sampled_from(INSPECTORS)
size = st.integers(1, 400)


class Histories(Watched, RuleBasedStateMachine):
    """Sari has two phones, Rina one. Messages wait in the air: they come late, twice, cut, or never."""

    Phone: Any = ModelPhone
    look_every = 1  # steps between two looks at everything

    def make_server(self) -> Any:
        return ModelServer()

    def name(self) -> str:
        """A new id, as a phone makes one."""
        self.count += 1
        return str(UUID(int=self.count))

    def enroll(self, device: str, user: str) -> str:
        """A phone is registered; its token."""
        self.server.devices[device] = user
        return device

    @initialize()
    def begin(self) -> None:
        self.count = self.steps = 0
        self.server = self.make_server()
        self.phones: list[Any] = []
        self.tokens: dict[str, str] = {}
        self.visits: list[str] = []
        self.requests: list[tuple[Any, JSON]] = []
        self.answers: list[tuple[str, int, JSON]] = []
        self.pieces: list[Piece] = []
        self.replies: list[tuple[Piece, Any]] = []
        self.finished: dict[tuple[str, str], JSON] = {}
        self.pictures: dict[str, bytes] = {}
        self.poisoned: set[str] = set()
        self.lost_with_a_phone: set[str] = set()
        self.began_with: dict[str, str] = {}
        self.stood_at: dict[str, tuple[str, int]] = {}
        self.hers: dict[str, set[str]] = {user: set() for user in INSPECTORS}
        for user in ("sari", "sari", "rina"):
            self.unpack_a_phone(user)
        for user in ("sari", "sari", "rina"):
            self.make_order(user)
        for phone in self.phones:
            self.exchange(phone)

    def unpack_a_phone(self, user: str) -> None:
        device = self.name()
        self.tokens[device] = self.enroll(device, user)
        self.phones.append(self.Phone(device, user, self.tokens[device]))

    def phone(self, n: int) -> Any:
        return self.phones[n % len(self.phones)]

    def visit(self, n: int) -> str:
        return self.visits[n % len(self.visits)]

    # The coordinator

    @precondition(lambda self: len(self.visits) < VISITS_MAX)
    @rule(user=someone)
    def make_order(self, user: str) -> None:
        self.visits.append(self.name())
        self.hers[user].add(self.visits[-1])
        self.server.give(self.visits[-1], user)

    @rule(n=which, user=someone)
    def give_to(self, n: int, user: str) -> None:
        self.hers[user].add(self.visit(n))
        self.server.give(self.visit(n), user)

    @rule(n=which, sure=which)
    def cancel(self, n: int, sure: int) -> None:
        if sure % 4 == 0:
            self.server.cancel(self.visit(n))

    @rule(n=which)
    def send_back(self, n: int) -> None:
        self.server.send_back(self.visit(n))

    @rule(n=which)
    def undo_return(self, n: int) -> None:
        self.server.undo_return(self.visit(n))

    @rule(n=which)
    def take_what_came_late(self, n: int) -> None:
        self.server.take(self.visit(n))

    @rule(n=which)
    def accept(self, n: int) -> None:
        self.server.accept(self.visit(n))

    @rule()
    def publish(self) -> None:
        self.server.publish()

    # The inspector

    @rule(p=which, n=which, note=which)
    def edit(self, p: int, n: int, note: int) -> None:
        self.edited(self.phone(p), n, note)

    def edited(self, phone: Any, n: int, note: int) -> str | None:
        """The visit that was begun or gone on with."""
        visits = phone.open_visits()
        if not visits:
            return None
        visit = str(visits[n % len(visits)])
        before = phone.drafts.get(visit)
        attempt = before.attempt if before and before.doc is not None else 0
        phone.edit(visit, note)
        if phone.drafts[visit].attempt > attempt:
            self.began_with[phone.device, visit] = phone.items["visit", visit]["checklist"]
        return visit

    @rule(p=which, n=which)
    def photograph(self, p: int, n: int) -> None:
        for visit in self.chosen(self.begun(self.phone(p)), n):
            self.photographed(self.phone(p), visit)

    def photographed(self, phone: Any, visit: str) -> None:
        name = self.name()
        self.pictures[name] = picture(self.count)
        phone.photograph(visit, name, self.pictures[name])

    @rule(p=which, n=which)
    def discard(self, p: int, n: int) -> None:
        phone = self.phone(p)
        for visit in self.chosen(self.begun(phone), n):
            before = set(phone.photos)
            phone.discard(visit)
            for name in before - set(phone.photos):
                del self.pictures[name]

    @rule(p=which, n=which)
    def finish(self, p: int, n: int) -> None:
        for visit in self.chosen(self.begun(self.phone(p)), n):
            self.finished_on(self.phone(p), visit)

    def finished_on(self, phone: Any, visit: str) -> None:
        told = phone.finish(visit, self.name())
        self.finished[told["id"], told["digest"]] = told
        assert told["checklist"] == self.began_with[phone.device, visit], "I11 told on another checklist"

    @rule(p=which, n=which, photos=st.integers(0, 2))
    def whole_visit(self, p: int, n: int, photos: int) -> None:
        visit = self.edited(self.phone(p), n, n)
        for _ in range(photos if visit else 0):
            self.photographed(self.phone(p), str(visit))
        if visit:
            self.finished_on(self.phone(p), visit)

    @rule(p=which, n=which, photos=st.integers(0, 2))
    def whole_visit_and_sent(self, p: int, n: int, photos: int) -> None:
        self.whole_visit(p=p, n=n, photos=photos)
        self.exchange(self.phone(p))
        self.upload(self.phone(p), 1_000)

    def begun(self, phone: Any) -> list[str]:
        return [visit for visit, draft in phone.drafts.items() if draft.doc is not None]

    def chosen(self, among: list[str], n: int) -> list[str]:
        """One of them, or none where there is none."""
        return [among[n % len(among)]] if among else []

    # The network

    @rule(p=which)
    def exchange_once(self, p: int) -> None:
        self.exchange(self.phone(p))

    @rule(p=which)
    def answer_is_lost(self, p: int) -> None:
        phone = self.phone(p)
        self.ask(phone.token if phone.signed_in else None, phone, phone.request())

    @rule(p=which, n=which)
    def edit_while_a_request_is_underway(self, p: int, n: int) -> None:
        phone = self.phone(p)
        status, answer = self.ask(phone.token if phone.signed_in else None, phone, phone.request())
        self.edit(p=p, n=n, note=n)
        self.hear(phone, status, answer)

    @rule(p=which, n=which, note=which)
    def request_comes_again_when_it_is_old(self, p: int, n: int, note: int) -> None:
        phone = self.phone(p)
        old = phone.request()
        self.edited(phone, n, note)
        self.exchange(phone)
        self.ask(phone.token, phone, old)

    @rule(p=which, n=which, user=someone)
    def answer_is_overtaken(self, p: int, n: int, user: str) -> None:
        """A request gets its answer only after the world has gone on and the phone has asked again."""
        phone = self.phone(p)
        status, old = self.ask(phone.token, phone, phone.request())
        self.server.send_back(self.visit(n))
        self.give_to(n=n, user=user)
        self.exchange(phone)
        self.hear(phone, status, old)

    @rule(p=which)
    def send(self, p: int) -> None:
        self.requests = [*self.requests, (self.phone(p), self.phone(p).request())][-UNDERWAY_MAX:]

    @precondition(lambda self: self.requests)
    @rule(n=which, again=st.booleans())
    def server_handles(self, n: int, again: bool) -> None:
        """A request arrives: not necessarily the oldest, and not necessarily for the last time."""
        at = n % len(self.requests)
        phone, said = self.requests[at] if again else self.requests.pop(at)
        status, answer = self.ask(phone.token, phone, copy.deepcopy(said))
        self.answers = [*self.answers, (phone.device, status, answer)][-UNDERWAY_MAX:]

    @precondition(lambda self: self.answers)
    @rule(n=which, again=st.booleans())
    def deliver(self, n: int, again: bool) -> None:
        at = n % len(self.answers)
        device, status, answer = self.answers[at] if again else self.answers.pop(at)
        for phone in self.phones:
            if phone.device == device:
                self.hear(phone, status, copy.deepcopy(answer))

    @rule(p=which, most=size)
    def send_piece(self, p: int, most: int) -> None:
        piece = self.phone(p).next_piece(most)
        if piece:
            self.pieces = [*self.pieces, piece][-UNDERWAY_MAX:]

    @precondition(lambda self: self.pieces)
    @rule(n=which, again=st.booleans(), lost=st.booleans(), cut=st.integers(0, 300))
    def piece_arrives(self, n: int, again: bool, lost: bool, cut: int) -> None:
        """Whole or cut short; its answer is lost or on its way."""
        at = n % len(self.pieces)
        piece = self.pieces[at] if again else self.pieces.pop(at)
        content = piece.content[: max(0, len(piece.content) - cut)]
        reply = self.server.piece(self.tokens[piece.device], piece.url, piece.offset, content)
        if not lost:
            self.replies = [*self.replies, (piece, reply)][-UNDERWAY_MAX:]

    @precondition(lambda self: self.replies)
    @rule(n=which)
    def piece_is_answered(self, n: int) -> None:
        piece, reply = self.replies.pop(n % len(self.replies))
        for phone in self.phones:
            if phone.device == piece.device:
                phone.hear_of_piece(piece, reply)

    @rule(p=which, most=size, wrong=st.booleans())
    def piece_arrives_twice(self, p: int, most: int, wrong: bool) -> None:
        """The second time, or the first, with a wrong byte on the line."""
        phone = self.phone(p)
        piece = phone.next_piece(most)
        if piece is None:
            self.exchange(phone)
            piece = phone.next_piece(most)
        if piece:
            garbled = piece.content[:-1] + bytes([piece.content[-1] ^ 1])
            for content in (garbled if wrong else piece.content, piece.content):
                reply = self.server.piece(phone.token, piece.url, piece.offset, content)
            phone.hear_of_piece(piece, reply)

    @rule(p=which, most=st.integers(100, 400))
    def all_pieces(self, p: int, most: int) -> None:
        self.upload(self.phone(p), most)

    # Disasters

    @rule(p=which)
    def reinstall(self, p: int) -> None:
        phone = self.phone(p)
        self.lost_with_a_phone |= {*phone.outbox, *phone.kept, *phone.photos}
        self.phones.remove(phone)
        self.unpack_a_phone(phone.user)

    @rule(p=which)
    def token_expires(self, p: int) -> None:
        self.hear(self.phone(p), 401, {})

    @rule(p=which)
    def sign_in_again(self, p: int) -> None:
        self.phone(p).signed_in = True

    @rule()
    def begin_backup(self) -> None:
        self.server.begin_backup()

    @rule()
    def go_on_with_backup(self) -> None:
        self.server.copy_for_backup()

    @rule()
    def complete_backup(self) -> None:
        self.server.complete_backup()

    @rule()
    def whole_backup(self) -> None:
        self.server.begin_backup()
        self.server.copy_for_backup()
        self.server.complete_backup()

    @rule()
    def restore(self) -> None:
        self.server.restore()

    @rule(p=which, n=which, photos=st.integers(0, 2), begun=st.booleans())
    def day_after_the_backup_is_lost(self, p: int, n: int, photos: int, begun: bool) -> None:
        """The backup of last night, a day of work, perhaps the next backup begun, and the disk is gone."""
        self.whole_backup()
        self.whole_visit_and_sent(p=p, n=n, photos=photos)
        if begun:
            self.server.begin_backup()
        self.exchange(self.phone(p))
        self.server.restore()

    @rule(n=which)
    def upload_expires(self, n: int) -> None:
        names = sorted(self.pictures)
        if names and names[n % len(names)] in self.server.announced():
            self.server.expire(names[n % len(names)])

    @rule()
    def sweep(self) -> None:
        self.server.sweep()

    # Strangers

    @rule(p=which, n=which)
    def client_uses_an_id_again(self, p: int, n: int) -> None:
        """A faulty client tells something else under the id of a submission the phone keeps."""
        phone = self.phone(p)
        if phone.kept:
            one = sorted(phone.kept.values(), key=lambda told: told["id"])[n % len(phone.kept)]
            doc = document(one["visit"], one["attempt"], one["checklist"], [], other=n)
            other = submission(one["id"], one["visit"], one["attempt"], one["checklist"], doc)
            self.ask(phone.token, phone, {**phone.request(), "items": [other]})

    @rule(p=which)
    def poison(self, p: int) -> None:
        """An item at which the server stumbles waits in front of all others (I17)."""
        phone = self.phone(p)
        if not self.poisoned & set(phone.outbox):
            name, visit = self.name(), self.visits[0]
            told = submission(name, visit, 1, "poison", document(visit, 1, "poison", [], poison=name))
            self.poisoned.add(name)
            phone.outbox = {name: told, **phone.outbox}

    @rule(p=which, n=which)
    def stranger_has_the_same_picture(self, p: int, n: int) -> None:
        """Somebody else announces the very bytes of another's photo, and pokes into its upload (I14)."""
        phone, known = self.phone(p), self.server.announced()
        owners = {name: other.user for other in self.phones for name in other.photos if name in known}
        others = sorted(name for name, user in owners.items() if user != phone.user)
        for theirs in self.chosen(others, n):
            own = self.name()
            said = [
                {"visit": self.visits[0], **described(name, self.pictures[theirs])} for name in (own, theirs)
            ]
            _, answer = self.ask(phone.token, phone, {**phone.request(), "photos": said, "items": []})
            states = {upload["photo"]: upload["state"] for upload in answer["uploads"]}
            assert states == {own: "need", theirs: "bad"}, "I14 a hash was a key to somebody else's picture"
            poked = self.server.piece(phone.token, f"/api/v1/uploads/{theirs}.0", 0, b"x")
            assert poked.status in (403, 404), "I14 somebody wrote into another's upload"

    # What must hold

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if not hasattr(self, "steps"):
            return
        self.steps += 1
        if self.steps % self.look_every == 0:
            self.look(self.onlooker())

    def teardown(self) -> None:
        """The faults stop, everybody signs in and syncs until all is quiet; then all must agree."""
        if not hasattr(self, "steps"):
            return
        for phone in self.phones:
            phone.signed_in = True
        for _ in range(QUIET_ROUNDS):
            before = [self.state_of(phone) for phone in self.phones]
            for phone in self.phones:
                self.exchange(phone)
                self.upload(phone, 10_000)
            if before == [self.state_of(phone) for phone in self.phones]:
                break
        seen = self.onlooker()
        self.look(seen)
        for phone in self.phones:
            self.all_agree(phone, seen)
