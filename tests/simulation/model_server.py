"""The server's half of docs/protocol.md as a model: dictionaries instead of tables, and no network.

It speaks the wire's own words, so the state machine can put the real views in its place. Every public method is one
transaction. A rule that a mutant may break (mutants.py) is a method of its own.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from fieldsync.wire import sha256_bytes, sha256_text
from tests.simulation.model_photos import Onlooker, Photo, PhotoRoom
from tests.simulation.papers import JSON


@dataclass(frozen=True)
class Order:
    """An order and its visit. `judged`: the attempt of what is judged; `highest`: the highest that was ever current."""

    inspector: str
    checklist: str
    state: str = "assigned"
    attempt: int = 1
    rev: int = 1
    judged: int = 0
    highest: int = 0


@dataclass(frozen=True)
class Told:
    """A submission as it is kept. `backup` is the number of the first backup that covers it."""

    visit: str
    attempt: int
    checklist: str
    doc: str
    inspector: str
    slot: str
    backup: int | None = None


class ModelServer(PhotoRoom):
    """What the server remembers, and its rules. `page` changes at most in one answer."""

    def __init__(self, page: int = 2) -> None:
        self.page = page
        self.devices: dict[str, str] = {}  # device -> its inspector; a token is its device's name
        self.checklist = "checklist 1"
        self.epochs = 1
        self.epoch = "epoch-1"
        self.counters: dict[str, int] = {}
        self.feeds: dict[str, dict[tuple[str, str], tuple[int, bool]]] = {}
        self.orders: dict[str, Order] = {}
        self.told: dict[Any, Told] = {}
        self.drafts: dict[tuple[str, str], tuple[int, str | None]] = {}
        self.photos: dict[str, Photo] = {}
        self.objects: dict[str, bytes] = {}
        self.backups = 0
        self.completed: set[int] = set()
        self.copies: dict[int, JSON] = {}

    # The coordinator's side

    def give(self, visit: str, inspector: str) -> None:
        """A new order, or one that goes to somebody else."""
        before = self.orders.get(visit)
        if before is None:
            self.orders[visit] = Order(inspector, self.checklist)
        elif before.inspector == inspector or before.state not in ("assigned", "submitted", "returned"):
            return
        else:
            self._change(visit, inspector=inspector)
            self._remove_from(before.inspector, visit)
        self._touch(inspector, "visit", visit)

    def cancel(self, visit: str) -> None:
        order = self.orders.get(visit)
        if order and order.state in ("assigned", "submitted", "returned"):
            self._change(visit, state="cancelled")
            self._remove_from(order.inspector, visit)

    def send_back(self, visit: str) -> None:
        """The coordinator asks for a correction: another attempt."""
        order = self.orders.get(visit)
        if order and order.state in ("submitted", "accepted"):
            self._change(visit, state="returned", attempt=order.highest + 1)
            self._tell_return(order.inspector, visit)

    def undo_return(self, visit: str) -> None:
        """The coordinator accepts what was told after all, as long as nothing was told since."""
        order = self.orders.get(visit)
        if order and order.state == "returned" and not self._missing(visit):
            self._change(visit, state="accepted", attempt=order.judged)
            self._touch(order.inspector, "visit", visit)

    def take(self, visit: str) -> None:
        """The coordinator makes the first late submission the one that is judged; what it replaces becomes late."""
        order = self.orders.get(visit)
        late = [name for name, told in self.told.items() if (told.visit, told.slot) == (visit, "late")]
        if order is None or order.state == "cancelled" or not late:
            return
        attempt = self.told[late[0]].attempt
        for name, told in self.told.items():
            if (told.visit, told.slot) == (visit, "current") and told.attempt in (attempt, order.judged):
                self.told[name] = replace(told, slot="late")
        self.told[late[0]] = replace(self.told[late[0]], slot="current")
        highest = max(attempt, order.highest)
        self._change(visit, state="submitted", attempt=attempt, judged=attempt, highest=highest)
        self._touch(order.inspector, "visit", visit)

    def accept(self, visit: str) -> None:
        order = self.orders.get(visit)
        if order and order.state == "submitted" and not self._missing(visit):
            self._change(visit, state="accepted")
            self._touch(order.inspector, "visit", visit)

    def publish(self) -> None:
        """A new checklist. The protocol lets the server point orders nobody began to it; the product leaves them."""
        self.checklist = f"checklist {int(self.checklist.split()[1]) + 1}"
        for visit, order in self.orders.items():
            if order.state == "assigned":
                self._change(visit, checklist=self.checklist)
                self._touch(order.inspector, "visit", visit)

    # POST /sync

    def sync(self, token: str, asked: JSON) -> tuple[int, JSON]:
        """Status and body."""
        user = self.devices[token]
        uploads = [self._announce(user, token, one) for one in asked["photos"]]
        results = self._hear_all(user, token, asked["items"])
        page = self._page(user, asked["cursor"])
        durable = [name for name in asked["kept"] if self._is_durable(name, user)]
        return 200, {**page, "results": results, "uploads": uploads, "durable": durable, "notices": []}

    def _hear_all(self, user: str, device: str, items: list[JSON]) -> list[JSON]:
        return [self._hear(user, device, item) for item in items]

    def _hear(self, user: str, device: str, item: JSON) -> JSON:
        try:
            if item["kind"] == "draft":
                return {"draft": item["visit"], "rev": self._keep_draft(user, device, item)}
            return self._tell(user, item)
        except ZeroDivisionError:  # whatever this item did to us, the others must not feel it
            return {"id": item["id"], "digest": item["digest"], "status": "retry", "reason": "trouble"}

    def _tell(self, user: str, item: JSON) -> JSON:
        answer = {"id": item["id"], "digest": item["digest"]}
        if is_poison(item):
            raise ZeroDivisionError
        known = self.told.get(self._name(item))
        if known:
            return {**answer, "status": "duplicate", "slot": known.slot}
        slot = self._slot(user, item)
        if slot is None:
            return {**answer, "status": "refused"}
        kept = Told(item["visit"], item["attempt"], item["checklist"], item["doc"], user, slot)
        self.told[self._name(item)] = kept
        if slot == "current":
            attempt = item["attempt"]
            highest = max(attempt, self.orders[item["visit"]].highest)
            self._change(item["visit"], state="submitted", judged=attempt, highest=highest)
            self._touch(user, "visit", item["visit"])
        return {**answer, "status": "stored", "slot": slot}

    def _name(self, item: JSON) -> Any:
        return item["id"], item["digest"]

    def _slot(self, user: str, item: JSON) -> str | None:
        order = self.orders.get(item["visit"])
        if order is None:
            return "quarantined"
        fits = order.inspector == user and order.attempt == item["attempt"]
        return "current" if fits and order.state in ("assigned", "returned") else "late"

    def _keep_draft(self, user: str, device: str, item: JSON) -> int:
        key = (item["visit"], device)
        kept = self.drafts.get(key, (-1, None))[0]
        if self._is_newer(item["rev"], kept):
            self.drafts[key] = (item["rev"], item["doc"])
            self._touch(user, "draft", draft_id(*key), removed=item["doc"] is None)
        return self.drafts[key][0]

    def _is_newer(self, rev: int, kept: int) -> bool:
        return rev > kept

    def _is_durable(self, name: str, user: str) -> bool:
        mine = [told.backup for (own, _), told in self.told.items() if own == name and told.inspector == user]
        photo = self.photos.get(name)
        if photo and photo.state == "stored" and photo.inspector == user:
            mine.append(photo.backup)
        return bool(mine) and all(self._covers(number) for number in mine)

    def _covers(self, backup: int | None) -> bool:
        return backup in self.completed

    # The feed

    def _touch(self, user: str, kind: str, entity: str, *, removed: bool = False) -> None:
        self.counters[user] = self.counters.get(user, 0) + 1
        self.feeds.setdefault(user, {})[kind, entity] = (self.counters[user], removed)

    def _remove_from(self, user: str, visit: str) -> None:
        self._touch(user, "visit", visit, removed=True)

    def _tell_return(self, user: str, visit: str) -> None:
        self._touch(user, "visit", visit)

    def _page(self, user: str, cursor: str | None) -> JSON:
        """The next changes after a cursor; from zero, without what is gone, where there is none to go on from."""
        epoch, _, seq = (cursor or "").rpartition(".")
        reset = self._must_start_again(cursor, epoch, int(seq or 0), user)
        after = 0 if reset else int(seq)
        feed = self.feeds.get(user, {})
        rows = sorted((seq, *name, gone) for name, (seq, gone) in feed.items() if seq > after)
        rows = [row for row in rows if not (reset and row[3])]
        page, more = rows[: self.page], len(rows) > self.page
        return {
            "protocol": 1,
            "server_time": "2026-03-04T02:20:13Z",
            "for": cursor,
            "reset": reset,
            "changes": [self._change_told(row) for row in page],
            "cursor": f"{self.epoch}.{self._position(user, page, after)}",
            "more": more,
            "check": None if more else self._check(feed),
        }

    def _must_start_again(self, cursor: str | None, epoch: str, seq: int, user: str) -> bool:
        return cursor is None or epoch != self.epoch or seq > self.counters.get(user, 0)

    def _position(self, user: str, page: list[Any], after: int) -> int:
        return page[-1][0] if page else after

    def _check(self, feed: dict[tuple[str, str], tuple[int, bool]]) -> list[int]:
        live = [seq for seq, gone in feed.values() if not gone]
        return [len(live), sum(live)]

    def _change_told(self, row: tuple[int, str, str, bool]) -> JSON:
        seq, kind, entity, gone = row
        head = {"seq": seq, "kind": kind, "id": entity}
        return {**head, "removed": "gone"} if gone else {**head, **self.facts(kind, entity)}

    def facts(self, kind: str, entity: str) -> JSON:
        """What phones are told of a thing."""
        if kind == "draft":
            (rev,) = (rev for key, (rev, _) in self.drafts.items() if draft_id(*key) == entity)
            return {"rev": rev}
        order = self.orders[entity]
        return {name: getattr(order, name) for name in ("state", "attempt", "checklist", "rev")}

    def _missing(self, visit: str) -> bool:
        (paper,) = (
            told
            for told in self.told.values()
            if (told.visit, told.attempt, told.slot) == (visit, self.orders[visit].judged, "current")
        )
        named = [self.photos.get(one["id"]) for one in json.loads(paper.doc)["photos"]]
        return any(photo is None or photo.state == "need" for photo in named)

    # Backups

    def begin_backup(self) -> None:
        """Mark what no completed backup covers with this backup's number; the copy is made at some later moment."""
        self.backups += 1
        for key, told in self.told.items():
            if not self._covers(told.backup):
                self.told[key] = replace(told, backup=self.backups)
        for photo in self.photos.values():
            if photo.state == "stored" and not self._covers(photo.backup):
                photo.backup = self.backups

    def copy_for_backup(self) -> None:
        if self.backups and self.backups not in self.completed:
            self.copies[self.backups] = copy.deepcopy(self._remembered())

    def complete_backup(self) -> None:
        if self.backups in self.copies:
            self.completed.add(self.backups)

    def restore(self) -> None:
        """From the newest completed backup; a restored server has another epoch."""
        if not self.completed:
            return
        newest = max(self.completed)
        for name, value in copy.deepcopy(self.copies[newest]).items():
            setattr(self, name, value)
        self.epochs += 1
        self.epoch = f"epoch-{self.epochs * 7919 % 1009}"

    def _remembered(self) -> JSON:
        names = ("checklist", "counters", "feeds", "orders", "told", "drafts", "photos", "objects")
        return {name: getattr(self, name) for name in names}

    def _change(self, visit: str, **to: Any) -> None:
        order = self.orders[visit]
        self.orders[visit] = replace(order, rev=order.rev + 1, **to)

    # What an onlooker sees: the state machine compares phones with this

    def announced(self) -> set[str]:
        return set(self.photos)

    def onlooker(self) -> Onlooker:
        return Onlooker(
            told={
                (item[0], item[1]): (told.visit, told.attempt, told.checklist, told.doc, told.slot)
                for item, told in self.told.items()
            },
            photos={
                name: (photo.state, self.objects.get(photo.key, b"") if photo.state == "stored" else b"")
                for name, photo in self.photos.items()
            },
            drafts=dict(self.drafts),
            lists={user: self._list_of(user) for user in set(self.devices.values())},
            broken=list(self._broken()),
        )

    def _list_of(self, user: str) -> dict[tuple[str, str], JSON]:
        live = [(name, seq) for name, (seq, gone) in self.feeds.get(user, {}).items() if not gone]
        return {name: {"seq": seq, **self.facts(*name)} for name, seq in live}

    def _broken(self) -> Iterator[str]:
        """Invariants of the server's own rows."""
        current = [(told.visit, told.attempt) for told in self.told.values() if told.slot == "current"]
        if len(current) > len(set(current)):
            yield "I2 an attempt has two current submissions"
        for name, told in self.told.items():
            if sha256_text(told.doc) != name[1]:
                yield "I3 a kept text does not hash to its name"
        for photo in self.photos.values():
            if photo.state == "stored" and sha256_bytes(self.objects.get(photo.key, b"")) != photo.sha256:
                yield "I6 a stored photo's bytes are missing or others"
            if photo.offset > photo.size:
                yield "I12 an upload holds more than was announced"
        for user, feed in self.feeds.items():
            numbers = [seq for seq, _ in feed.values()]
            if len(numbers) > len(set(numbers)) or max(numbers) > self.counters[user]:
                yield "I7 a number was given twice"
            live = {entity for (kind, entity), (_, gone) in feed.items() if kind == "visit" and not gone}
            hers = {v for v, o in self.orders.items() if o.inspector == user and o.state != "cancelled"}
            if live != hers:
                yield "I5 somebody's list is not her orders"


def is_poison(item: JSON) -> bool:
    """An item at which the server raises."""
    return item.get("checklist") == "poison"


def draft_id(visit: str, device: str) -> str:
    return str(uuid5(UUID(visit), device))
