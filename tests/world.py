"""The cast, and how to make things. Plain functions; every one of them goes through the rooms' own actions or
models, never around a constraint.

Sari     inspects and has an order today          Rina   inspects in the same programme
Budi     coordinates Sari's region (63.01)         Wati   coordinates another region (63.71)
Mira     manages the programme                     Dewi   consumes the published findings
Agus     does everything in another programme      Root   administers the installation
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.test import Client
from rest_framework.test import APIClient

from backend.assignments.models import Assignment
from backend.checklists.actions import publish_builtin
from backend.checklists.models import Checklist
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.feed.actions import Touch
from backend.journal.actions import one_transaction, record
from backend.people.models import Device, DeviceToken, Membership, Programme, User
from backend.people.rules import Role
from backend.units.models import Institution, Product, PublishedStandard, Region, Unit

PASSWORD = "kopi-pahit-di-pasar"
A_UUID = UUID("01900000-0000-7000-8000-000000000001")


@dataclass
class Person:
    """A member of the cast, with the device she carries and a client that speaks with its token."""

    user: User
    device: Device
    token: str

    @property
    def id(self) -> UUID:
        return self.user.pk

    @cached_property
    def api(self) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}")
        return client


def browser_of(person: Person | None, language: str = "id", **more: Any) -> Client:
    """A browser in which this person, or nobody, has signed in; `more` as Client takes it."""
    browser = Client(**more)
    browser.cookies["django_language"] = language
    if person is not None:
        browser.force_login(person.user)
    return browser


@cache
def hashed_password() -> str:
    """Argon2 is slow on purpose; the whole cast shares one password and one hash."""
    return make_password(PASSWORD)


def programme(code: str = "kalsel", name: str = "Kalimantan Selatan") -> Programme:
    return Programme.objects.get_or_create(code=code, defaults={"name": name})[0]


def person(
    username: str,
    *roles: Role,
    of: Programme | None = None,
    regions: tuple[str, ...] = (),
    administrator: bool = False,
) -> Person:
    user = User.objects.create(
        username=username,
        password=hashed_password(),
        name=username.capitalize(),
        language="id",
        is_administrator=administrator,
    )
    for role in roles:
        codes = list(regions) if role is Role.COORDINATOR else []
        Membership.objects.create(programme=of or programme(), user=user, role=role.value, region_codes=codes)
    device = Device.objects.create(id=uuid7(), user=user, name=f"Telepon {user.name}")
    _, token = DeviceToken.objects.create(user, device=device)
    return Person(user, device, token)


def region(code: str = "63.01", name: str = "Tanah Laut") -> Region:
    province, _ = Region.objects.get_or_create(
        code="63", defaults={"name": "Kalimantan Selatan", "kind": "province"}
    )
    kind = "city" if code.split(".")[-1].startswith("7") else "regency"
    return Region.objects.get_or_create(code=code, defaults={"name": name, "kind": kind, "parent": province})[
        0
    ]


def institution(
    code: str = "PEMDA-63.01", *, of: Programme | None = None, klass: str = "pemda", where: str = "63.01"
) -> Institution:
    return Institution.objects.get_or_create(
        programme=of or programme(),
        code=code,
        defaults={
            "name": f"Institusi {code}",
            "institution_class": klass,
            "kind": "kabupaten" if klass == "pemda" else "",
            "region": region(where),
        },
    )[0]


def unit(
    code: str = "SAM-01",
    *,
    of: Programme | None = None,
    type: str = "SAM",
    belongs_to: Institution | None = None,
    where: str = "63.01",
) -> Unit:
    return Unit.objects.get_or_create(
        programme=of or programme(),
        code=code,
        defaults={
            "name": f"Unit {code}",
            "institution": belongs_to or institution(f"I-{code}", of=of, klass="samsat", where=where),
            "unit_type": type,
            "region": region(where),
            "address": "Jl. A. Yani 1",
            "latitude": "-3.800000",
            "longitude": "114.760000",
            "opening_hours": "Mon-Fri 08:00-15:30",
            "time_zone": "Asia/Makassar",
        },
    )[0]


def product(code: str = "STNK-5TH-R2", *, of: Programme | None = None, type: str = "SAM") -> Product:
    return Product.objects.get_or_create(
        programme=of or programme(),
        code=code,
        defaults={"name_id": f"Produk {code}", "name_en": f"Product {code}", "unit_type": type, "group": ""},
    )[0]


def standard(
    of: Product, *, fee: int = 100_000, wait: int | None = None, since: str = "2021-01-01"
) -> PublishedStandard:
    return PublishedStandard.objects.create(
        product=of,
        fee_rupiah=fee,
        wait_minutes=wait,
        source="PP 76/2020",
        valid_from=date.fromisoformat(since),
    )


def checklist() -> Checklist:
    """The instrument that comes with Samar."""
    return publish_builtin()


@one_transaction
def order(
    inspector: Person,
    *,
    by: Person | None = None,
    of: Programme | None = None,
    at: Unit | None = None,
    what: Product | None = None,
    opens: datetime | None = None,
    days: int = 14,
    scenario: str = "inquiry",
    id: UUID | None = None,
) -> Assignment:
    """An order, told to the inspector's feed; without the spacing rules, which have tests of their own."""
    opens = opens or datetime.now(UTC) - timedelta(days=1)
    made = Assignment.objects.create(
        id=id or uuid7(),
        programme=of or programme(),
        unit=at or unit(of=of),
        product=what or product(of=of),
        checklist=checklist(),
        inspector=inspector.user,
        scenario=scenario,
        briefing="Tanyakan syarat dan biaya.",
        window_opens=opens,
        window_closes=opens + timedelta(days=days),
        created_by=(by or inspector).user,
        created_at=now(),
    )
    record(
        "assignment.made",
        made,
        by=(by or inspector).user,
        programme=made.programme_id,
        hears=[Touch(inspector.id, "visit", made.pk)],
    )
    return made


def told(api: APIClient, path: str, body: Any = None, method: str = "post") -> Any:
    """POST (or another verb) and the answer's JSON, with the status in front: `(201, {...})`."""
    answer = getattr(api, method)(f"/api/v1/{path}", body, format="json")
    return answer.status_code, (answer.json() if answer.content else None)
