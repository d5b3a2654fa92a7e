"""Phones with finished visits, ready to send: people, devices and orders written straight into the tables."""

from __future__ import annotations

import hashlib
import json
import random
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from itertools import cycle, islice
from typing import Any
from uuid import UUID

from backend.assignments.models import Assignment
from backend.checklists.rules import PhotoRule
from backend.core.digests import sha256_text
from backend.core.ids import uuid7
from backend.feed.models import Item, Scope
from backend.people.models import Device, DeviceToken, Membership, User
from backend.people.rules import Role
from backend.units.models import Unit
from tests import world
from tests.backend.indicators.answers import best, ikkt
from tests.bench.filling import ROWS_PER_STATEMENT, chunks, copied

VARIANT = "GEN"  # on an inquiry 56 of its items are asked: 53 are answered here, three do not apply
NOT_APPLICABLE = ("I2.6", "I4.1", "P3.3")
NOTED = ("I1.4", "I4.3", "P4.2", "O1.1", "C3.2")
REMARK = "Petugas di loket dua menjelaskan syarat dan biaya tanpa diminta; antrean bergerak lambat."
ORDERS_PER_INSPECTOR = 40
UNITS = 2000
PICTURES = 6
PICTURE_BYTES = 300_000
CLIENT = "fieldsync/0.1.0"


@dataclass(frozen=True)
class Picture:
    """A JPEG in two parts, so that many pictures share the memory of the second."""

    id: str
    start: bytes
    rest: bytes
    sha256: str

    @property
    def size(self) -> int:
        return len(self.start) + len(self.rest)


@dataclass(frozen=True)
class Told:
    """A finished visit as its phone sends it: the item's and the announcements' JSON, and the pictures."""

    submission: str
    item: str
    photos: str
    pictures: tuple[Picture, ...]
    payload: int


@dataclass
class Phone:
    """One inspector's phone, the cursor it has pulled to, and what it has to send."""

    device: UUID
    token: str
    cursor: str | None = None
    visits: list[Told] = field(default_factory=list)

    def request(self, visits: list[Told]) -> str:
        """The body of a sync that sends these."""
        pictures = sum(len(visit.pictures) for visit in visits)
        head = {
            "protocol": 1, "device": str(self.device), "client": CLIENT, "sent_at": datetime.now(UTC).isoformat(),
            "cursor": self.cursor, "limit": 100,
            "pending": {"drafts": 0, "submissions": len(visits), "photos": pictures},
        }  # fmt: skip
        items = ",".join(visit.item for visit in visits)
        photos = ",".join(visit.photos for visit in visits if visit.photos)
        return f'{json.dumps(head)[:-1]},"photos":[{photos}],"items":[{items}]}}'


def prepare(clients: int, visits_each: int, *, photos: int = 0) -> list[list[Phone]]:
    """For each client the phones it plays one after the other, with `visits_each` visits in all."""
    units = cycle(some_units())  # each visit at another place, as far as they go
    made = []
    for _ in range(clients):
        counts = [
            min(ORDERS_PER_INSPECTOR, visits_each - begun)
            for begun in range(0, visits_each, ORDERS_PER_INSPECTOR)
        ]
        made.append([a_phone(count, units, photos) for count in counts])
    return made


@cache
def some_units() -> list[Unit]:
    first = world.unit("B-000", type=VARIANT)
    more = [copied(first, code=f"B-{number:03}") for number in range(1, UNITS)]
    Unit.objects.bulk_create(more, batch_size=ROWS_PER_STATEMENT)
    random.Random(7).shuffle(more)
    return [first, *more]


def a_phone(orders: int, units: Iterator[Unit], photos: int) -> Phone:
    key = uuid7()
    user = User.objects.create(id=key, username=f"b{key.hex}", name="Sari", password=world.hashed_password())
    Membership.objects.create(programme=world.programme(), user=user, role=Role.INSPECTOR.value)
    device = Device.objects.create(id=uuid7(), user=user, name="Telepon Sari")
    _, token = DeviceToken.objects.create(user, device=device)
    at = datetime.now(UTC) - timedelta(days=1)
    made = [order_for(user, unit, at) for unit in islice(units, orders)]
    scope = Scope.objects.create(key=user.pk, seq=orders)
    items = (
        Item(scope=scope, kind="visit", entity=order.pk, seq=number) for number, order in enumerate(made, 1)
    )
    for chunk in chunks(iter(made), ROWS_PER_STATEMENT):
        Assignment.objects.bulk_create(chunk)
    for batch in chunks(items, ROWS_PER_STATEMENT):
        Item.objects.bulk_create(batch)
    return Phone(device.pk, token, visits=[told_by(order, list(take_pictures(photos))) for order in made])


def order_for(user: User, unit: Unit, opens: datetime) -> Assignment:
    return Assignment(
        id=uuid7(), programme_id=unit.programme_id, unit=unit, product=world.product("SURAT", type=VARIANT),
        checklist=world.checklist(), inspector=user, scenario="inquiry", briefing="Tanyakan syarat dan biaya.",
        window_opens=opens, window_closes=opens + timedelta(days=14), created_by=user, created_at=opens,
    )  # fmt: skip


def told_by(order: Assignment, pictures: list[Picture]) -> Told:
    listed = [
        {"id": picture.id, "sha256": picture.sha256, "size": picture.size, "type": "image/jpeg"}
        for picture in pictures
    ]
    taken_at = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    text = packed(document(order, [{**one, "taken_at": taken_at} for one in listed]))
    name = str(uuid7())
    item = {
        "kind": "submission", "id": name, "visit": str(order.pk), "attempt": 1, "checklist": order.checklist_id,
        "digest": sha256_text(text), "doc": text,
    }  # fmt: skip
    announced = ",".join(packed({**one, "visit": str(order.pk)}) for one in listed)
    size = len(text.encode()) + sum(picture.size for picture in pictures)
    return Told(name, packed(item), announced, tuple(pictures), size)


def document(order: Assignment, photos: list[dict[str, Any]]) -> dict[str, Any]:
    """What a phone writes after an unremarkable inquiry of forty minutes: 53 answers, five with a remark."""
    ended = datetime.now(UTC) - timedelta(hours=1)
    began = ended - timedelta(minutes=40)
    here = {"lat": -3.8, "lon": 114.76, "accuracy_m": 12, "mock": False}
    return {
        "form": 1, "visit": str(order.pk), "attempt": 1, "checklist": order.checklist_id, "scenario": "inquiry",
        "started_at": began.isoformat(), "finished_at": ended.isoformat(),
        "marks": [{"what": "arrived", "at": began.isoformat()}, {"what": "left", "at": ended.isoformat()}],
        "place": {"arrived": here, "left": here},
        "context": {"ticket_number": "A12", "waiting_people": 7, "companion": False, "detected": "no"},
        "answers": answers(began, [photo["id"] for photo in photos]), "photos": photos,
        "narrative": "Kunjungan berjalan biasa saja. " + REMARK,
        "statement": {"signed": True, "at": ended.isoformat()}, "parent": None,
    }  # fmt: skip


def answers(began: datetime, photos: list[str]) -> dict[str, Any]:
    waiting, given = list(photos), dict[str, Any]()
    for number, item in enumerate(asked()):
        at = (began + timedelta(seconds=30 * number)).isoformat()
        said: dict[str, Any] = {"na": True} if item.code in NOT_APPLICABLE else dict(best(VARIANT)[item.code])
        if item.code in NOTED:
            said["note"] = REMARK
        if item.photo is PhotoRule.REQUIRED:
            said |= {"photos": [waiting.pop(0)]} if waiting else {"no_photo": "forbidden_sign"}
        given[item.code] = {**said, "observed_at": at, "recorded_at": at}
    return given


@cache
def asked() -> list[Any]:
    return [item for item in ikkt().items_for(VARIANT) if item.asked_if is None]


def take_pictures(count: int) -> Iterator[Picture]:
    """Each has its own bytes: a comment in its head nobody else has."""
    for number in range(count):
        base, name = a_jpeg(number % PICTURES), uuid7()
        start, rest = base[:2] + b"\xff\xfe\x00\x12" + name.bytes, memoryview(base)[2:]
        digest = hashlib.sha256(start)
        digest.update(rest)
        whole = urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
        yield Picture(str(name), start, bytes_of(number % PICTURES), whole)


@cache
def bytes_of(number: int) -> bytes:
    return a_jpeg(number)[2:]


@cache
def a_jpeg(number: int, *, size: int = PICTURE_BYTES) -> bytes:
    """A real JPEG of 1600 x 1200 pixels: a gradient under noise, with as much of it as makes 300 KB."""
    from PIL import Image

    dice = random.Random(number)
    exif = Image.Exif()
    exif[0x8825] = {1: "S", 2: (3.0, 48.0, 0.0), 3: "E", 4: (114.0, 45.0, 36.0)}
    noise = Image.effect_noise((1600, 1200), 40)
    base = Image.linear_gradient("L").resize((1600, 1200)).rotate(dice.choice((0, 90, 180)))
    low, high, made = 0.0, 1.0, b""
    for _ in range(8):
        share = (low + high) / 2
        grey = Image.blend(base, noise, share)
        out = BytesIO()
        Image.merge("RGB", (grey, grey.transpose(Image.Transpose.ROTATE_180), base)).save(
            out, "JPEG", quality=75, exif=exif
        )
        made = out.getvalue()
        low, high = (share, high) if len(made) < size - 22 else (low, share)
    return made


def packed(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
