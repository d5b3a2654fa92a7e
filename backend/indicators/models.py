"""Scores of visits, computations over a period, and results other bodies published."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from backend.core.ids import uuid7
from backend.indicators.rules import Level, Period
from backend.people.models import User
from backend.people.rules import Verb
from backend.visits.models import Visit


class VisitScoreQuerySet(models.QuerySet["VisitScore"]):
    def fresh(self) -> VisitScoreQuerySet:
        """Scores of what the visit says now; a later attempt leaves an older score behind."""
        return self.filter(submission=F("visit__submission"))

    def accepted(self, programme: UUID, period: Period) -> VisitScoreQuerySet:
        """Fresh scores of the accepted visits of these days; an undone acceptance is not among them."""
        return self.fresh().filter(visit__in=accepted_visits(programme, period))


def accepted_visits(programme: UUID, period: Period) -> models.QuerySet[Visit]:
    """The accepted visits whose day, in the unit's own time zone, lies in the period."""
    return Visit.objects.accepted().filter(programme=programme, local_date__range=(period.first, period.last))


class VisitScore(models.Model):
    """One visit's score, written by machine from its current submission and written anew when that changes.

    value       exact, "n/d" (rules.exact); None when the visit is incomplete
    dimensions  [{"code", "weight", "value", "rounded", "points", "answered", "valid",
                "indicators": [{"code", "value", "rounded", "answered"}]}]; value exact, the rest as published
    items       {item code: exact score} of the scored items
    criticals   codes of the items with a critical finding
    """

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, primary_key=True, related_name="score")
    submission = models.ForeignKey("visits.Submission", on_delete=models.CASCADE, related_name="+")
    checklist = models.ForeignKey("checklists.Checklist", on_delete=models.PROTECT, related_name="+")
    value = models.TextField(null=True)
    rounded = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    valid = models.BooleanField()
    dimensions = models.JSONField()
    items = models.JSONField()
    criticals = models.JSONField()
    computed_at = models.DateTimeField()

    objects = VisitScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid=True, value__isnull=False, rounded__isnull=False)
                | Q(valid=False, value=None, rounded=None),
                name="score_i4_a_value_when_valid",
            ),
        ]


class ComputationQuerySet(models.QuerySet["Computation"]):
    def published(self) -> ComputationQuerySet:
        return self.filter(published_at__isnull=False)

    def visible_to(self, user: User) -> ComputationQuerySet:
        """All of a programme for those who work on its results, the published ones for its consumers."""
        standings = user.standings.items()
        staff = [programme for programme, standing in standings if standing.may(Verb.SEE_RESULTS)]
        readers = [programme for programme, standing in standings if standing.may(Verb.SEE_PUBLISHED)]
        return self.filter(Q(programme__in=staff) | Q(programme__in=readers, published_at__isnull=False))

    def with_names(self) -> ComputationQuerySet:
        return self.select_related("checklist").defer("checklist__text")


class Computation(models.Model):
    """The figures of one programme, period, method and checklist, as they stood when somebody asked for them.

    Named by whoever asked. Nothing in it changes afterwards but its publication.
    others   [{"checklist", "code", "version", "visits"}]: accepted visits on other checklists, never mixed in
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    programme = models.ForeignKey("people.Programme", on_delete=models.PROTECT, related_name="computations")
    period = models.CharField(max_length=7)
    method = models.CharField(max_length=40)
    checklist = models.ForeignKey("checklists.Checklist", on_delete=models.PROTECT, related_name="+")
    asked_checklist = models.CharField(max_length=60, blank=True)  # "" when the most used one was taken
    visits = models.PositiveIntegerField()
    counted = models.PositiveIntegerField()
    incomplete = models.PositiveIntegerField()
    detected = models.PositiveIntegerField()
    others = models.JSONField(default=list)
    computed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    computed_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(null=True)

    objects = ComputationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["programme", "-computed_at"], name="computation_newest_first")]

    def measured_like(self, other: Computation) -> bool:
        """Whether the figures of the two may be compared: they were made by one method and one checklist."""
        return (self.method, self.checklist_id) == (other.method, other.checklist_id)


class CountedVisit(models.Model):
    """Lineage: this visit's score, with this submission, went into this computation."""

    computation = models.ForeignKey(Computation, on_delete=models.CASCADE, related_name="counted_visits")
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="counted_in")
    submission = models.ForeignKey("visits.Submission", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "computation"], name="counted_i13_once_in_a_computation"
            ),
        ]


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, user: User) -> ResultQuerySet:
        return self.filter(computation__in=Computation.objects.visible_to(user))


class Result(models.Model):
    """One line of a computation. Names are kept as they were on that day.

    code       of the unit, the institution, the province, or the class
    value      None, as are spread, least, most, zone and rank, when there is not enough data
    of         how many were ranked with it
    zones      {zone: number of institutions}, for regions and classes
    dimensions {code: value as published}
    """

    computation = models.ForeignKey(Computation, on_delete=models.CASCADE, related_name="results")
    level = models.CharField(max_length=12, choices=[(level.value, level.value) for level in Level])
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=160)
    unit = models.ForeignKey("units.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    unit_type = models.CharField(max_length=3, blank=True)
    institution_class = models.CharField(max_length=10)
    region = models.CharField(max_length=13, blank=True)
    n = models.PositiveIntegerField()
    units = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    spread = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    least = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    most = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    zone = models.CharField(max_length=10, blank=True)
    category = models.CharField(max_length=2, blank=True)
    rank = models.PositiveIntegerField(null=True)
    of = models.PositiveIntegerField(null=True)
    critical = models.PositiveIntegerField()
    enough = models.BooleanField()
    dimensions = models.JSONField(default=dict)
    zones = models.JSONField(default=dict)

    objects = ResultQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["computation", "level", "institution_class", "code"], name="result_i12_one_line_each"
            ),
            models.CheckConstraint(
                condition=Q(enough=True, value__isnull=False)
                | Q(enough=False, value=None, spread=None, rank=None, zone=""),
                name="result_i5_no_figure_without_enough",
            ),
        ]


class PublishedResult(models.Model):
    """A score another body printed, as printed: shown beside ours, never averaged with them."""

    method = models.CharField(max_length=40)
    body = models.CharField(max_length=160)
    institution_class = models.CharField(max_length=10)
    region = models.CharField(max_length=13)
    year = models.PositiveSmallIntegerField()
    value = models.DecimalField(max_digits=7, decimal_places=3)
    printed = models.CharField(max_length=12)  # the digits of the source: 74.367 stays 74.367
    average = models.BooleanField(default=False)  # a mean over bodies, not a body
    zone_as_printed = models.CharField(max_length=10, blank=True)
    category_as_printed = models.CharField(max_length=2, blank=True)
    rank_as_printed = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=300)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["method", "year", "region", "body"], name="published_i14_once_a_year"
            ),
        ]
