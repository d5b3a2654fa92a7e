"""A province full of visits, for pages: a first thousand through the models, and the rest copied by the database.

What is waiting for a judgement is many from the beginning, so that a page of it is as full as it will ever be.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models

from backend.assignments.models import Assignment
from backend.core.clock import now
from backend.core.digests import sha256_text
from backend.core.ids import uuid7
from backend.evidence.models import Blob, Photo
from backend.indicators import actions as indicators
from backend.indicators.models import CountedVisit, Result, VisitScore
from backend.journal.models import Entry
from backend.people.rules import Role
from backend.review.models import Decision
from backend.units.models import Institution, Unit
from backend.visits.models import Submission, Visit
from tests import world
from tests.bench.filling import ROWS_PER_STATEMENT, answers_of_a_day, chunks, copied, text_of
from tests.world import Person

REGENCIES = (*(f"63.{number:02}" for number in range(1, 12)), "63.71", "63.72")
UNITS_A_REGENCY, UNITS_AN_INSTITUTION, UNITS_VISITED = 40, 4, 4
AWAITING, JUDGED, OPEN = 52 * len(REGENCIES), 324, 10 * len(REGENCIES)  # a thousand visits, and orders
PHOTOS_A_VISIT = 2
FLAGS = [{"flag": "outside_window", "saw": {"hours": 3}}, {"flag": "too_quick", "saw": {"minutes": 9}}]


@dataclass(frozen=True)
class Times:
    """How many times over the first thousand is there: what awaits a judgement, what was judged, open orders,
    units."""

    awaiting: int
    judged: int
    open: int
    units: int

    @property
    def visits(self) -> int:
        return AWAITING * self.awaiting + JUDGED * self.judged


MANY = Times(
    awaiting=7, judged=604, open=39, units=10
)  # 200,428 visits, 4,732 of which await their judgement
SOME = Times(awaiting=2, judged=28, open=2, units=2)


@dataclass(frozen=True)
class Province:
    people: dict[str, Person]
    inspectors: list[Person]
    units: list[Unit]


def first_thousand() -> Province:
    people = {
        "budi": world.person("budi", Role.COORDINATOR, regions=(REGENCIES[0],)),
        "mira": world.person("mira", Role.MANAGER),
    }
    inspectors = [world.person(f"inspector{number}", Role.INSPECTOR) for number in range(2 * len(REGENCIES))]
    province = Province(people, inspectors, units_of_all())
    dice = random.Random(7)
    days = [answers_of_a_day(dice) for _ in range(60)]
    states = ["submitted"] * AWAITING + [
        "accepted",
        "returned",
        "accepted",
        "accepted",
        "rejected",
        "accepted",
    ] * 54
    keep_all(made(number, state, province, dice, dice.choice(days)) for number, state in enumerate(states))
    Assignment.objects.bulk_create(
        an_order(number, province, now() - timedelta(days=dice.uniform(0.5, 12))) for number in range(OPEN)
    )
    judged_on = {
        visit.local_date.year for visit in Visit.objects.filter(state="accepted") if visit.local_date
    }
    asked = {"programme": world.programme().pk, "period": str(max(judged_on)), "method": "IKKT"}
    figures, _ = indicators.compute(uuid7(), **asked, by=people["mira"].user)
    indicators.publish_computation(figures, by=people["mira"].user)
    with connection.cursor() as cursor:
        cursor.execute(PLACES)
    lines_for_all()
    settle()
    return province


def units_of_all() -> list[Unit]:
    first = world.unit("U-0000", belongs_to=world.institution("I-0000", klass="samsat"))
    bodies, units = [], []
    for code in REGENCIES:
        here = world.region(code, f"Kabupaten {code}")
        for _ in range(UNITS_A_REGENCY // UNITS_AN_INSTITUTION):
            body = copied(first.institution, code=f"I-{len(bodies) + 1:04}", region=here)
            bodies.append(body)
            units += [
                copied(first, code=f"U-{len(units) + n:04}", institution=body, region=here)
                for n in range(1, UNITS_AN_INSTITUTION + 1)
            ]
    Institution.objects.bulk_create(bodies)
    Unit.objects.bulk_create(units)
    return units


def keep_all(rows: Iterator[list[models.Model]]) -> None:
    """Each row is what one visit leaves behind, in the order in which it must be written."""
    for chunk in chunks(rows, ROWS_PER_STATEMENT):
        for kind in (Assignment, Submission, Visit, Decision, Blob, Photo, Entry):
            kind.objects.bulk_create(row for left in chunk for row in left if isinstance(row, kind))


def made(
    number: int, state: str, province: Province, dice: random.Random, answers: dict[str, Any]
) -> list[models.Model]:
    """What a told visit leaves behind. Those that wait were told within three days, the others within the last week."""
    told_at = now() - timedelta(hours=dice.uniform(1, 70) if state == "submitted" else dice.uniform(80, 160))
    order = an_order(number, province, told_at - timedelta(hours=3))
    text, budi = text_of(order, answers), province.people["budi"].user
    device = province.inspectors[number % len(province.inspectors)].device
    flags = [dice.choice(FLAGS)] if dice.random() < 0.3 else []
    blob = Blob(
        key=f"photo/{number}", sha256="x" * 43, size=300_000, owner=order.inspector, state="kept", touched_at=told_at
    )  # fmt: skip
    photos = [
        Photo(
            id=uuid7(), visit=order.pk, inspector=order.inspector, device=device, sha256="x" * 43, size=300_000,
            media_type="image/jpeg", state="stored", blob=blob, width=1600, height=1200, announced_at=told_at,
            stored_at=told_at,
        )
        for _ in range(PHOTOS_A_VISIT)
    ]  # fmt: skip
    told = Submission(
        id=number + 1, uuid=uuid7(), digest=sha256_text(text), visit=order.pk, attempt=1, device=device,
        inspector=order.inspector, checklist=order.checklist_id, doc=text.encode(), slot="current", flags=flags,
        photos=[str(photo.pk) for photo in photos], started_at=told_at - timedelta(hours=2),
        finished_at=told_at - timedelta(hours=1), received_at=told_at,
    )  # fmt: skip
    visit = Visit(
        assignment=order, programme_id=order.programme_id, unit_id=order.unit_id, state=state,
        submission_id=told.pk, flags=flags, local_date=told_at.date(), photos_announced=len(photos), told_at=told_at,
    )  # fmt: skip
    lines: list[models.Model] = [line("visit.told", visit, told_at, order.inspector)]
    if state != "submitted":
        visit.decided_at = told_at + timedelta(hours=9)
        lines.append(line(f"visit.{state}", visit, visit.decided_at, budi))
        lines.append(
            Decision(
                id=uuid7(), visit=visit, submission_id=told.pk, attempt=1, verdict=state,
                ground="incomplete" if state == "rejected" else "", by=budi, decided_at=visit.decided_at,
            )
        )  # fmt: skip
    return [order, blob, *photos, told, visit, *lines]


def an_order(number: int, province: Province, opens: datetime) -> Assignment:
    """The regencies take turns; in each a few units get all of the visits, so that there is enough for figures."""
    place = (number % len(REGENCIES)) * UNITS_A_REGENCY + number // len(REGENCIES) % UNITS_VISITED
    unit, inspector = province.units[place], province.inspectors[number % len(province.inspectors)]
    return Assignment(
        id=uuid7(), programme_id=unit.programme_id, unit=unit, product=world.product(), checklist=world.checklist(),
        inspector=inspector.user, scenario="inquiry", window_opens=opens, window_closes=opens + timedelta(days=14),
        created_by=province.people["budi"].user, created_at=opens,
    )  # fmt: skip


def line(event: str, visit: Visit, at: datetime, by: Any) -> Entry:
    return Entry(
        at=at, event=event, actor=by, programme=visit.programme_id, subject_kind="visit", subject=str(visit.pk)
    )  # fmt: skip


# The rest. Every table is copied column by column, whatever columns it has; what is named here differs.


def grow(times: Times) -> None:
    """The first thousand so many times over, spread over this year's days and over more units."""
    body, unit, visit = (
        "JOIN grown_body g ON g.old = t.id",
        "JOIN grown_unit g ON g.old = t.id",
        "JOIN grown g ON",
    )
    numbered, told = "t.code || '-' || g.n", {"visit_id": "g.new", "submission_id": "g.new_told"}
    with connection.cursor() as cursor:
        cursor.execute(MORE_BODIES, times.__dict__)
        copy(Institution, body, id="g.new", code=numbered)
        cursor.execute(MORE_UNITS, times.__dict__)
        copy(Unit, unit, id="g.new", code=numbered, institution_id="g.body")
        cursor.execute(PLACES)
        cursor.execute(MORE_VISITS, times.__dict__)
    copy(
        Assignment,
        f"{visit} g.old = t.id",
        "window_opens window_closes created_at",
        id="g.new",
        unit_id="g.unit",
    )
    copy(Submission, f"{visit} g.old = t.visit", "started_at finished_at received_at", id="g.new_told",
         uuid="gen_random_uuid()", visit="g.new")  # fmt: skip
    copy(Visit, f"{visit} g.old = t.assignment_id", "told_at decided_at local_date", assignment_id="g.new",
         unit_id="g.unit", submission_id="g.new_told")  # fmt: skip
    copy(Decision, f"{visit} g.old = t.visit_id", "decided_at", id="gen_random_uuid()", **told)
    copy(VisitScore, f"{visit} g.old = t.visit_id", **told)
    copy(CountedVisit, f"{visit} g.old = t.visit_id", **told)
    copy(Photo, f"{visit} g.old = t.visit", id="gen_random_uuid()", visit="g.new")
    copy(Entry, f"{visit} g.old::text = t.subject", "at", subject="g.new::text")
    lines_for_all()
    settle()


def lines_for_all() -> None:
    """A line of the figures for every unit and institution, like that of one in its region that was visited."""
    copy(Result, "JOIN placed b ON b.id = t.unit_id JOIN placed g ON g.region_id = b.region_id "
         f"AND g.place % {UNITS_VISITED} = b.place", unit_id="g.id", code="g.code")  # fmt: skip
    copy(Result, "JOIN units_institution b ON t.level = 'institution' AND b.code = t.code "
         "JOIN units_institution g ON g.region_id = b.region_id", code="g.code")  # fmt: skip


MORE_BODIES = """CREATE TEMP TABLE grown_body AS SELECT id AS old, n, gen_random_uuid() AS new
    FROM units_institution, generate_series(1, %(units)s - 1) n"""
MORE_UNITS = """CREATE TEMP TABLE grown_unit AS SELECT u.id AS old, b.n, gen_random_uuid() AS new, b.new AS body
    FROM units_unit u JOIN grown_body b ON b.old = u.institution_id"""
PLACES = """DROP TABLE IF EXISTS placed; CREATE TEMP TABLE placed AS SELECT id, code, region_id,
    row_number() OVER (PARTITION BY region_id ORDER BY length(code), code) - 1 AS place,
    count(*) OVER (PARTITION BY region_id) AS places FROM units_unit; ANALYZE placed"""
# What waits keeps within its three days; what was judged is spread over the year so far.
MORE_VISITS = f"""CREATE TEMP TABLE grown AS
    SELECT a.id AS old, v.submission_id AS old_told, many.n, gen_random_uuid() AS new, there.id AS unit,
        (SELECT max(id) FROM visits_submission) + row_number() OVER () AS new_told,
        CASE WHEN v.state IS NULL OR v.state = 'submitted' THEN interval '0'
            ELSE (many.n * 7 %% greatest(extract(doy FROM now())::int - 9, 1)) * interval '1 day' END AS earlier
    FROM assignments_assignment a
    LEFT JOIN visits_visit v ON v.assignment_id = a.id
    JOIN LATERAL generate_series(1, CASE WHEN v.state IS NULL THEN %(open)s
        WHEN v.state = 'submitted' THEN %(awaiting)s ELSE %(judged)s END - 1) AS many(n) ON true
    JOIN placed here ON here.id = a.unit_id
    JOIN placed there ON there.region_id = here.region_id
        AND there.place = (here.place + {UNITS_VISITED} * many.n) %% here.places;
    ANALYZE grown"""  # noqa: S608


def copy(model: type[models.Model], joined: str, earlier: str = "", **differs: str) -> None:
    """`earlier`: moments and days that lie before those of the original."""
    quote, meta = connection.ops.quote_name, model._meta
    moved = {name: f"t.{name} - g.earlier" for name in earlier.split()}
    values = {
        field.column: {**moved, **differs}.get(field.column, f"t.{quote(field.column)}")
        for field in meta.concrete_fields
        if field.column in differs or not (field.primary_key and isinstance(field, models.AutoField))
    }
    order = f"ORDER BY {values['at']}" if "at" in values else ""
    table, columns = quote(meta.db_table), ", ".join(map(quote, values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {', '.join(values.values())} FROM {table} t {joined} {order} "  # noqa: S608
            "ON CONFLICT DO NOTHING"
        )


def settle() -> None:
    """What a server in use has seen to: sealed lines, numbers that go on, statistics."""
    with connection.cursor() as cursor:
        for statement in SETTLING:
            cursor.execute(statement)


SETTLING = [
    """INSERT INTO journal_seal (number, entry_id, hash)
    SELECT (SELECT coalesce(max(number), 0) FROM journal_seal) + row_number() OVER (ORDER BY id), id, md5(id::text)
    FROM journal_entry e WHERE NOT EXISTS (SELECT 1 FROM journal_seal s WHERE s.entry_id = e.id)""",
    "SELECT setval(pg_get_serial_sequence('visits_submission', 'id'), max(id)) FROM visits_submission",
    "DROP TABLE IF EXISTS grown, grown_unit, grown_body, placed",
    "VACUUM ANALYZE",
]
