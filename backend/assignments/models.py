"""Orders: who visits what, when, under which scenario. Written by the server side only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backend.assignments.rules import Scenario, Window
from backend.people.models import User, regions_where
from backend.people.rules import Verb


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def visible_to(self, user: User) -> AssignmentQuerySet:
        """Her own as an inspector, those of her regions as a coordinator, all as a manager."""
        return self.filter(
            Q(inspector=user, programme__in=user.standings)
            | regions_where(user, Verb.SEE_VISITS, programme="programme", region="unit__region")
        )

    def standing(self) -> AssignmentQuerySet:
        return self.filter(cancelled_at=None)

    def with_names(self) -> AssignmentQuerySet:
        return self.select_related(
            "unit", "unit__institution", "unit__region", "product", "inspector", "checklist", "programme"
        )


class Assignment(models.Model):
    """One order. Its id is the visit's id everywhere: on the phone, on the wire, in exports' lineage."""

    id = models.UUIDField(primary_key=True)
    programme = models.ForeignKey("people.Programme", on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey("units.Unit", on_delete=models.PROTECT, related_name="assignments")
    product = models.ForeignKey("units.Product", on_delete=models.PROTECT, related_name="assignments")
    checklist = models.ForeignKey("checklists.Checklist", on_delete=models.PROTECT, related_name="assignments")
    inspector = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
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
        ]

    @property
    def window(self) -> Window:
        return Window(self.window_opens, self.window_closes)
