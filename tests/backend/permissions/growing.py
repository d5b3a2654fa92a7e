"""The staged world with many more of everything, copied row by row: to see whether pages ask more for it."""

from datetime import timedelta
from typing import Any

from django.db.models import Model

from backend.assignments.models import Assignment, ConflictOfInterest
from backend.core.ids import uuid7
from backend.evidence.models import Photo
from backend.indicators.models import Computation, CountedVisit, Result, VisitScore
from backend.journal.models import Entry
from backend.people.models import Device, Membership
from backend.review.models import Decision
from backend.visits.models import Submission, Visit
from tests import world
from tests.backend.permissions.staging import Stage


def grow(stage: Stage, times: int) -> None:
    """So many more of everything; a second call adds to the first."""
    things(times)
    visits(stage, times)
    people(stage, times)
    for made in Computation.objects.all():
        for number in range(2):
            again = copied(made, id=uuid7(), computed_at=made.computed_at - timedelta(days=number + 1))
            again.save()
            more(Result.objects.filter(computation=made), lambda _, n, to=again: {"computation": to}, times=1)
    more(Entry.objects.all(), lambda row, n: {}, times=times)


def things(times: int) -> None:
    """Units under institutions of their own, products with standards, another regency."""
    for number in range(times):
        code = f"MORE-{times}-{number}"
        body = world.institution(code, where="63.01")
        for place in ("A", "B", "C"):
            world.unit(f"{code}-{place}", belongs_to=body)
        world.standard(world.product(code), wait=number + 10)
    world.region("63.05", "Tapin")
    world.unit("MORE-TAPIN", where="63.05")


def visits(stage: Stage, times: int) -> None:
    """Every order and told visit many times over, and the visit that is looked at with many photos and attempts."""
    for order in Assignment.objects.select_related("told", "told__submission"):
        for number in range(times):
            at = {"window_opens": order.window_opens + timedelta(days=number)}
            twin = copied(order, id=uuid7(), **at)
            twin.save()
            if told := getattr(order, "told", None):
                copy_told(told, twin)
    visit = Visit.objects.get(pk=stage.here["visit"])
    first = Photo.objects.get(pk=stage.here["photo"])
    Photo.objects.bulk_create(copied(first, id=uuid7()) for _ in range(times))
    late = Submission.objects.get(pk=stage.here["late"])
    more(Submission.objects.filter(pk=late.pk), lambda row, n: {"uuid": uuid7()}, times=times)
    Decision.objects.bulk_create(
        Decision(
            id=uuid7(), visit=visit, submission=visit.submission, attempt=1, verdict="returned", note="Sekali lagi.",
            by=stage.people["budi"].user, decided_at=visit.told_at + timedelta(minutes=number),
        )
        for number in range(times)
    )  # fmt: skip


def copy_told(told: Visit, order: Assignment) -> None:
    submission = copied(told.submission, id=None, uuid=uuid7(), visit=order.pk)
    submission.save()
    twin = copied(told, assignment=order, submission=submission)
    twin.save()
    said = {"visit": twin, "submission": submission}
    VisitScore.objects.bulk_create(copied(score, **said) for score in VisitScore.objects.filter(visit=told))
    CountedVisit.objects.bulk_create(
        copied(counted, id=None, **said) for counted in CountedVisit.objects.filter(visit=told)
    )


def people(stage: Stage, times: int) -> None:
    sari = stage.people["sari"].user
    for number in range(times):
        person = copied(sari, id=uuid7(), username=f"more-{times}-{number}", name=f"Orang {number}")
        person.save()
        Membership.objects.create(programme=world.programme(), user=person, role="inspector")
        Device.objects.create(id=uuid7(), user=person, name=f"Telepon {number}")
        Device.objects.create(id=uuid7(), user=sari, name=f"Telepon {number}")

    def elsewhere(row: Any, n: int) -> dict[str, Any]:
        return {"id": uuid7(), "unit": world.unit(f"MORE-{times}-{n}-A")}

    more(ConflictOfInterest.objects.all()[:1], elsewhere, times=times)


def more(rows: Any, changes: Any, *, times: int) -> None:
    for row in list(rows):
        named = {} if "id" in changes(row, 0) else {"id": None}
        type(row).objects.bulk_create(copied(row, **named, **changes(row, number)) for number in range(times))


def copied(row: Model, **changes: Any) -> Any:
    fields = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields}
    return type(row)(**{**fields, **changes})
