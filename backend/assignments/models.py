"""Orders: who visits what, when, under which scenario. Written by the server side only."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backend.assignments.rules import FARTHEST_DAYS, Bar, OrderState, Planned, Scenario, Window
from backend.people.models import User, regions_where
from backend.people.rules import Verb
from backend.units.models import Unit


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, user: User) -> AssignmentQuerySet:
        """Her own as an inspector, those of her regions as a coordinator, all as a manager."""
        return self.filter(
            Q(inspector=user, programme__in=user.standings)
            | regions_where(user, Verb.SEE_VISITS, programme="programme", region="unit__region__code")
        )

    def standing(self) -> AssignmentQuerySet:
        return self.filter(cancelled_at=None)

    def in_state(self, state: OrderState) -> AssignmentQuerySet:
        if state is OrderState.CANCELLED:
            return self.exclude(cancelled_at=None)
        if state is OrderState.ASSIGNED:
            return self.standing().filter(told=None)
        return self.standing().filter(told__state=state.value)

    def untold(self) -> AssignmentQuerySet:
        """Standing, and nothing was told of them."""
        return self.standing().filter(told=None)

    def of_account(self, unit: Unit) -> AssignmentQuerySet:
        """At the unit and its sisters: units of its institution, and those of its class in its region."""
        return self.filter(sisters_of(unit, "unit__"))

    def near(self, unit: Unit, inspector: UUID, opens: datetime) -> AssignmentQuerySet:
        """Near enough in time to hinder: of this unit, or of this inspector in its class and region."""
        reach = timedelta(days=FARTHEST_DAYS + 1)
        account = Q(
            inspector=inspector,
            unit__region=unit.region_id,
            unit__institution__institution_class=unit.institution.institution_class,
        )
        return self.filter(
            Q(unit=unit) | account,
            programme=unit.programme_id,
            window_opens__range=(opens - reach, opens + reach),
        ).select_related("unit__institution")

    def with_names(self) -> AssignmentQuerySet:
        """All that a list shows; not the checklist, whose text is long and whose digest is here already."""
        return self.select_related("unit", "unit__institution", "product", "inspector", "told")


class Assignment(models.Model):
    """One order. Its id is the visit's id everywhere: on the phone, on the wire, in exports' lineage."""

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey("people.Programme", on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="assignments")
    product = models.ForeignKey("units.Product", on_delete=models.PROTECT, related_name="assignments")
    checklist = models.ForeignKey(
        "checklists.Checklist", on_delete=models.PROTECT, related_name="assignments"
    )
    inspector = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments"
    )
    scenario = models.CharField(max_length=12, choices=[(s.value, s.value) for s in Scenario])
    briefing = models.TextField(blank=True)
    window_opens = models.DateTimeField()
    window_closes = models.DateTimeField()
    rev = models.PositiveIntegerField(default=1)  # +1 with every change a phone can see, whoever made it
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=200, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(window_closes__gt=F("window_opens")), name="assignment_a1_window_opens_first"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "window_opens"], name="assignment_by_unit"),
            models.Index(fields=["inspector", "window_opens"], name="assignment_by_inspector"),
            models.Index(fields=["programme", "created_at"], name="assignment_by_programme"),
            models.Index(fields=["programme", "window_opens", "id"], name="assignment_by_opening"),
            models.Index(fields=["programme", "window_closes"], name="assignment_by_closing"),
        ]

    @property
    def window(self) -> Window:
        return Window(self.window_opens, self.window_closes)

    @property
    def planned(self) -> Planned:
        """As the spacing rules see it."""
        account = (self.unit.institution.institution_class, self.unit.region_id)
        day = self.window.opening_day(self.unit.time_zone)
        return Planned(self.pk, self.inspector_id, self.unit_id, account, day)

    @property
    def state(self) -> OrderState:
        """Its visit's state once something was told; `told` is the visit's row, which a room above keeps."""
        if self.cancelled_at is not None:
            return OrderState.CANCELLED
        told = getattr(self, "told", None)
        return OrderState(told.state) if told else OrderState.ASSIGNED


def sisters_of(unit: Unit, path: str = "") -> Q:
    """Where people know the unit's people: `path` leads to the units that are sought ("unit__", or "" for units)."""
    of_class = {
        f"{path}region": unit.region_id,
        f"{path}institution__institution_class": unit.institution.institution_class,
    }
    return Q(**{f"{path}institution": unit.institution_id}) | Q(**of_class)


class ConflictOfInterest(models.Model):
    """An inspector is not sent to this unit or institution: she, her family or friends work there, or she may have been
    recognised there. Declared, and kept."""

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey("people.Programme", on_delete=models.PROTECT, related_name="+")
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("units.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey(
        "units.Institution", null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(
        max_length=10, choices=[(b.value, b.value) for b in Bar], default=Bar.INTEREST.value
    )
    reason = models.CharField(max_length=200, blank=True)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["programme", "-declared_at"], name="conflict_by_programme"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, institution=None) | Q(unit=None, institution__isnull=False),
                name="conflict_a6_one_place",
            ),
        ]
