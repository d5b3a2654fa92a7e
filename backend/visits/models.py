"""What the inspector told us: submissions kept word for word, drafts, and where each visit stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q

from backend.assignments.models import Assignment
from backend.checklists.models import Checklist
from backend.checklists.rules import Instrument
from backend.evidence.models import Photo
from backend.people.models import Membership, User, regions_where
from backend.people.rules import Verb
from backend.statements import prepared, prepared_update
from backend.units.models import PublishedStandard
from backend.units.rules import standard_on
from backend.visits.rules import Slot, VisitState, Why
from backend.visits.testimony import answers_in, as_text

VERSIONS_LOOKED_AT_MAX = 50


def facts_for(
    order: Assignment, instrument: Instrument, day: date, standards: Iterable[PublishedStandard]
) -> dict[str, Any]:
    """The facts that conditions, flags and scores look at: what the unit had published on that day.

    standards   those of the order's product; see `units.rules.standard_on`
    Answers {"scenario", "variant", "product_group", "waiting_minutes", "official_fee"}.
    """
    unit = order.unit
    standard = standard_on(day, standards, unit=unit.pk, region=unit.region_id)
    return instrument.facts_for(
        unit.unit_type,
        scenario=order.scenario,
        product_group=order.product.group or None,
        waiting_minutes=standard.wait_minutes if standard else None,
        official_fee=standard.fee_rupiah if standard else None,
    )


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: User) -> SubmissionQuerySet:
        """Her own, and those she follows."""
        return self.filter(Q(inspector=user) | _for_orders(user))

    def followed_by(self, user: User) -> SubmissionQuerySet:
        """All that anybody told for orders of her regions as a coordinator, of her programmes as a manager: also where
        nothing current was told, and there is no visit yet."""
        return self.filter(_for_orders(user))

    def set_aside(self) -> SubmissionQuerySet:
        """Late and quarantined ones."""
        return self.exclude(slot=Slot.CURRENT.value)

    def for_programme(self, programme: UUID) -> SubmissionQuerySet:
        return self.filter(visit__in=Assignment.objects.filter(programme=programme).values("pk"))

    def for_no_order(self, programme: UUID) -> SubmissionQuerySet:
        """Those that name a visit nobody ordered, told by people of this programme."""
        known = Assignment.objects.filter(pk=OuterRef("visit"))
        told_by = Membership.objects.filter(user=OuterRef("inspector"), programme=programme)
        return self.filter(~Exists(known), Exists(told_by), slot=Slot.QUARANTINED.value)

    def highest_attempt(self, visit: UUID) -> int:
        """Of those that are or were current; 0 for none. Phones take these attempts for told."""
        held = self.filter(Q(slot=Slot.CURRENT.value) | Q(slot=Slot.LATE.value, why=Why.REPLACED.value))
        return int(held.filter(visit=visit).aggregate(highest=Max("attempt"))["highest"] or 0)

    def in_brief(self) -> SubmissionQuerySet:
        """Without the text, which can be a megabyte."""
        return self.defer("doc")


class Submission(models.Model):
    """One told visit: the exact bytes of its text, and what the server saw when it came. Only its slot may change.

    Named by (uuid, digest): the same id with another text is a second row, so nobody can overwrite or block it.
    `visit` is the id the phone gave and may name nothing we know; then the submission is quarantined, never lost.
    """

    uuid = models.UUIDField()
    digest = models.CharField(max_length=60)
    visit = models.UUIDField(db_index=True)
    attempt = models.IntegerField()
    device = models.ForeignKey("people.Device", on_delete=models.PROTECT, related_name="+")
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checklist = models.CharField(max_length=60)  # as the phone said it; checked against ours when it is known
    # The exact text in UTF-8, and the only copy of its answers. Bytes: a text column would refuse some of them.
    doc = models.BinaryField()
    photos = models.JSONField(default=list)  # ids of the photos its text lists
    slot = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Slot])
    why = models.CharField(max_length=60, blank=True)  # why late or quarantined, a stable word
    started_at = models.DateTimeField(null=True)  # the phone says
    finished_at = models.DateTimeField(null=True)  # the phone says
    sent_at = models.DateTimeField(null=True)  # the phone says
    received_at = models.DateTimeField()  # the server saw
    flags = models.JSONField(default=list)  # see rules.Doubt.as_json
    backup = models.PositiveIntegerField(null=True)  # the first backup that covers it

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uuid", "digest"], name="submission_v1_told_twice_is_kept_once"),
            models.UniqueConstraint(
                fields=["visit", "attempt"],
                condition=Q(slot=Slot.CURRENT.value),
                name="submission_v2_one_current_an_attempt",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(backup=None), name="submission_uncovered"),
            models.Index(
                fields=["received_at", "id"],
                condition=~Q(slot=Slot.CURRENT.value),
                name="submission_set_aside",
            ),
        ]

    @property
    def text(self) -> str:
        return as_text(self.doc)

    @property
    def answers(self) -> Mapping[str, Any] | None:
        """By item code, as far as they can be read; None when quarantined."""
        return None if self.slot == Slot.QUARANTINED else answers_in(self.text)


def _for_orders(user: User) -> Q:
    followed = regions_where(user, Verb.SEE_VISITS, programme="programme", region="unit__region__code")
    return Q(visit__in=Assignment.objects.filter(followed).values("pk"))


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, user: User) -> VisitQuerySet:
        """Her own as an inspector, and those she follows; never a consumer's."""
        return self.filter(Q(assignment__inspector=user, programme__in=user.standings) | _followed(user))

    def followed_by(self, user: User) -> VisitQuerySet:
        """Those of her regions as a coordinator, all as a manager: with all that anybody told of them."""
        return self.filter(_followed(user))

    def awaiting_review(self) -> VisitQuerySet:
        return self.filter(state=VisitState.SUBMITTED.value, assignment__cancelled_at=None)

    def complete(self) -> VisitQuerySet:
        return self.filter(photos_missing=0)

    def accepted(self) -> VisitQuerySet:
        return self.filter(state=VisitState.ACCEPTED.value, assignment__cancelled_at=None)

    def with_names(self) -> VisitQuerySet:
        return self.select_related(
            "submission",
            "assignment",
            "assignment__unit",
            "assignment__unit__institution",
            "assignment__unit__region",
            "assignment__product",
            "assignment__inspector",
        )

    def with_photos(self) -> VisitQuerySet:
        """Only what counting photos reads: this happens at every photo."""
        own = ("programme", "flags", "photos_announced", "photos_missing")
        order = ("assignment__inspector", "assignment__cancelled_at")
        told = ("visit", "inspector", "photos", "flags")
        names = (*own, *order, *(f"submission__{name}" for name in told))
        return self.select_related("submission", "assignment").only(*names)

    def in_brief(self) -> VisitQuerySet:
        """With names, but without the submission's text, which can be a megabyte."""
        return self.defer("submission__doc")

    def in_region(self, code: str) -> VisitQuerySet:
        """Of units in this region or below it; everywhere for ""."""
        place = "unit__region__code"
        here = Q(**{place: code}) | Q(**{f"{place}__startswith": f"{code}."})
        return self.filter(here) if code else self


def _followed(user: User) -> Q:
    place = "unit__region__code"
    return regions_where(user, Verb.SEE_VISITS, programme="programme", region=place)


class Visit(models.Model):
    """Where a told visit stands. It exists from the first submission on; before that there is only the order."""

    assignment = models.OneToOneField(
        "assignments.Assignment", on_delete=models.PROTECT, primary_key=True, related_name="told"
    )
    programme = models.ForeignKey("people.Programme", on_delete=models.PROTECT, related_name="+")
    # The order's, which never changes: lists are narrowed by region without going through every order.
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in VisitState])
    attempt = models.PositiveSmallIntegerField(default=1)  # the attempt now expected or under review
    submission = models.ForeignKey(Submission, null=True, on_delete=models.PROTECT, related_name="+")
    flags = models.JSONField(default=list)  # of the current submission and of its photos
    photos_announced = models.PositiveIntegerField(default=0)  # how many its current submission lists
    photos_missing = models.PositiveIntegerField(default=0)  # how many of those are still to come
    detected = models.CharField(max_length=8, default="no")  # no | doubt | yes, as the inspector told it
    local_date = models.DateField(
        null=True
    )  # the day of the visit in the unit's own time zone, computed once
    told_at = models.DateTimeField()  # the current submission's received_at
    decided_at = models.DateTimeField(null=True)

    objects = VisitQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["programme", "state", "told_at"], name="visit_inbox"),
            models.Index(fields=["programme", "told_at"], name="visit_by_arrival"),
            models.Index(fields=["programme", "state", "local_date"], name="visit_by_day"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.unit_id is None:
            self.unit_id = self.assignment.unit_id
        super().save(*args, **kwargs)


class Draft(models.Model):
    """A visit being filled in on one device: the highest revision that device ever had acknowledged."""

    visit = models.UUIDField()
    device = models.ForeignKey("people.Device", on_delete=models.CASCADE, related_name="drafts")
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rev = models.BigIntegerField()
    digest = models.CharField(max_length=60)
    doc = models.BinaryField(null=True)  # null: the inspector threw it away
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "device"], name="draft_v3_one_a_device"),
        ]

    @property
    def text(self) -> str | None:
        return None if self.doc is None else as_text(self.doc)


# What the telling of a visit asks, many times a minute.


@prepared
def orders_locked(ids: list[UUID]) -> models.QuerySet[Assignment]:
    """Orders with unit and product; nobody else tells or judges their visits until the commit."""
    orders = Assignment.objects.select_for_update(of=("self",)).select_related("unit", "product")
    return orders.filter(pk__in=ids).order_by("pk")


@prepared
def visits_of(orders: list[UUID]) -> models.QuerySet[Visit]:
    return Visit.objects.filter(pk__in=orders)


@prepared
def told_before(
    ids: list[UUID], visits: list[UUID]
) -> models.QuerySet[Submission, tuple[UUID, str, UUID, int, str]]:
    """(uuid, digest, visit, attempt, slot) of submissions that have one of these ids or visits."""
    found = Submission.objects.filter(Q(uuid__in=ids) | Q(visit__in=visits))
    return found.values_list("uuid", "digest", "visit", "attempt", "slot")


@prepared
def told_at(
    inspector: UUID, units: list[UUID], days: list[date]
) -> models.QuerySet[Visit, tuple[UUID, date | None, UUID]]:
    """(unit, day, visit) of what this inspector told of these units on these days."""
    found = Visit.objects.filter(
        assignment__unit__in=units, local_date__in=days, submission__inspector=inspector
    )
    return found.values_list("assignment__unit", "local_date", "pk")


@prepared
def photos_told(ids: list[UUID]) -> models.QuerySet[Photo, tuple[UUID, UUID, UUID, str, str]]:
    """(photo, visit, inspector, state, reason)"""
    return Photo.objects.filter(pk__in=ids).values_list("pk", "visit", "inspector", "state", "reason")


@prepared
def standards_of(products: list[UUID]) -> models.QuerySet[PublishedStandard]:
    return PublishedStandard.objects.filter(product__in=products)


@prepared
def versions_of(code: str) -> models.QuerySet[Checklist, tuple[str, str, datetime]]:
    """(digest, version, published_at) of a checklist, the newest first."""
    found = Checklist.objects.filter(code=code).order_by("-published_at", "-digest")
    return found.values_list("digest", "version", "published_at")[:VERSIONS_LOOKED_AT_MAX]


@prepared_update
def orders_changed(ids: list[UUID]) -> tuple[models.QuerySet[Assignment], dict[str, Any]]:
    """Phones see something new of these orders."""
    return Assignment.objects.filter(pk__in=ids), {"rev": F("rev") + 1}


@prepared
def order_locked(visit: UUID) -> models.QuerySet[Assignment, tuple[UUID]]:
    """Nobody else tells or judges this visit until the commit. What is read after this is what they left."""
    return Assignment.objects.select_for_update().filter(pk=visit).values_list("pk")


@prepared
def told_for_counting(visit: UUID) -> models.QuerySet[Visit]:
    return Visit.objects.with_photos().filter(pk=visit, submission__isnull=False)


@prepared_update
def count_missing(visit: UUID, missing: int) -> tuple[models.QuerySet[Visit], dict[str, Any]]:
    return Visit.objects.filter(pk=visit), {"photos_missing": missing}
