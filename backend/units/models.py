"""Regions, institutions, units, products and what was published about them. Written by imports only."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from backend.core.ids import uuid7
from backend.people.models import Programme, User
from backend.people.rules import Verb
from backend.units.rules import (
    ADDRESS_LENGTH_MAX,
    CODE_LENGTH_MAX,
    NAME_LENGTH_MAX,
    OPENING_HOURS_LENGTH_MAX,
    SOURCE_LENGTH_MAX,
    CompletionUnit,
    InstitutionClass,
    InstitutionKind,
    OpeningHours,
    Point,
    RegionKind,
    TimeZone,
    UnitType,
    codes_above,
    parse_opening_hours,
    standard_on,
)

FILE_NAME_LENGTH_MAX = 120
CHECKED_TABLE_KEPT = timedelta(days=1)


def choices(values: type[StrEnum]) -> list[tuple[str, str]]:
    return [(value.value, value.value) for value in values]


def programmes_of(user: User) -> list[UUID]:
    """Programmes whose units she may see."""
    return [programme for programme, standing in user.standings.items() if standing.may(Verb.SEE_UNITS)]


class RegionQuerySet(models.QuerySet["Region"]):
    def visible_to(self, user: User) -> RegionQuerySet:
        """Everybody's: regions are the state's list of names and hold nothing of any programme."""
        return self if user.is_active else self.none()


class Region(models.Model):
    """A province, regency or city under its Kemendagri code; shared by all programmes."""

    code = models.CharField(max_length=13, primary_key=True)
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    kind = models.CharField(max_length=10, choices=choices(RegionKind))
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")

    objects = RegionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=RegionKind.PROVINCE.value, parent=None)
                | (~Q(kind=RegionKind.PROVINCE.value) & Q(parent__isnull=False)),
                name="region_u2_only_provinces_have_no_parent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def visible_to(self, user: User) -> InstitutionQuerySet:
        return self if user.is_administrator else self.filter(programme__in=programmes_of(user))

    def with_names(self) -> InstitutionQuerySet:
        return self.select_related("region")


class Institution(models.Model):
    """A body that answers for units: a regional government, a Polres, a land office."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="institutions")
    code = models.CharField(max_length=CODE_LENGTH_MAX)
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    institution_class = models.CharField(max_length=10, choices=choices(InstitutionClass))
    kind = models.CharField(max_length=10, blank=True, choices=choices(InstitutionKind))
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="institutions")

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "code"], name="institution_u1_code_once_per_programme"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class UnitQuerySet(models.QuerySet["Unit"]):
    def visible_to(self, user: User) -> UnitQuerySet:
        """Those of her programmes, whatever her role: a unit is a public office with a signboard."""
        return self if user.is_administrator else self.filter(programme__in=programmes_of(user))

    def with_names(self) -> UnitQuerySet:
        return self.select_related("institution", "region", "host")


class Unit(models.Model):
    """A place where the public is served and which can be visited."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="units")
    code = models.CharField(max_length=CODE_LENGTH_MAX)
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="units")
    host = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="booths")
    unit_type = models.CharField(max_length=3, choices=choices(UnitType))
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="units")
    address = models.CharField(max_length=ADDRESS_LENGTH_MAX, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    opening_hours = models.CharField(max_length=OPENING_HOURS_LENGTH_MAX, blank=True)
    time_zone = models.CharField(max_length=20, choices=choices(TimeZone))

    objects = UnitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="unit_u1_code_once_per_programme"),
            models.CheckConstraint(
                # A check that comes to NULL passes, so "both are there" is said aloud.
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="unit_u3_a_place_is_a_pair_on_earth",
            ),
            models.CheckConstraint(condition=~Q(host=F("id")), name="unit_u4_nobody_hosts_itself"),
        ]
        indexes = [models.Index(fields=["programme", "region", "unit_type"], name="unit_by_region_and_type")]

    def __str__(self) -> str:
        return self.code

    @property
    def place(self) -> Point | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Point(float(self.latitude), float(self.longitude))

    @property
    def hours(self) -> OpeningHours:
        return parse_opening_hours(self.opening_hours)


class ProductQuerySet(models.QuerySet["Product"]):
    def visible_to(self, user: User) -> ProductQuerySet:
        return self if user.is_administrator else self.filter(programme__in=programmes_of(user))


class Product(models.Model):
    """Something the public asks a type of unit for. Checklists ask alike of all products of a `group`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="products")
    code = models.CharField(max_length=CODE_LENGTH_MAX)
    name_id = models.CharField(max_length=NAME_LENGTH_MAX)
    name_en = models.CharField(max_length=NAME_LENGTH_MAX)
    unit_type = models.CharField(max_length=3, choices=choices(UnitType))
    group = models.CharField(max_length=CODE_LENGTH_MAX, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="product_u1_code_once_per_programme"),
        ]

    def __str__(self) -> str:
        return self.code


class PublishedStandardQuerySet(models.QuerySet["PublishedStandard"]):
    def visible_to(self, user: User) -> PublishedStandardQuerySet:
        return self if user.is_administrator else self.filter(product__programme__in=programmes_of(user))

    def with_names(self) -> PublishedStandardQuerySet:
        return self.select_related("product", "unit")

    def binding(self, product: Product, unit: Unit, day: date) -> PublishedStandard | None:
        """What was published for this product at this unit on a day: by itself, its region or the nation."""
        here = Q(unit=unit) | Q(unit=None, region=None) | Q(region__in=codes_above(unit.region_id))
        return standard_on(day, self.filter(here, product=product), unit=unit.pk, region=unit.region_id)


def once_per_day(name: str, *place: str, **where: Any) -> models.UniqueConstraint:
    """One standard of a product for a place begins on a day; NULLs never collide, so one per place."""
    return models.UniqueConstraint(
        fields=["product", *place, "valid_from"], condition=Q(**where), name=f"standard_u7_once_a_day_{name}"
    )


class PublishedStandard(models.Model):
    """What a product officially costs and how long it takes, for a unit, a region or the nation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="standards")
    region = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="standards")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="standards")
    fee_rupiah = models.PositiveBigIntegerField(null=True)
    completion_amount = models.PositiveIntegerField(null=True)
    completion_unit = models.CharField(max_length=12, blank=True, choices=choices(CompletionUnit))
    wait_minutes = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=SOURCE_LENGTH_MAX)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    objects = PublishedStandardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="standard_u5_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=Q(region=None) | Q(unit=None), name="standard_u6_one_place"),
            once_per_day("nation", region=None, unit=None),
            once_per_day("region", "region", region__isnull=False),
            once_per_day("unit", "unit", unit__isnull=False),
            models.CheckConstraint(
                condition=Q(completion_amount=None, completion_unit="")
                | (Q(completion_amount__isnull=False) & ~Q(completion_unit="")),
                name="standard_u8_an_amount_has_a_unit",
            ),
        ]


class CheckedTableQuerySet(models.QuerySet["CheckedTable"]):
    def of(self, user: User, programme: Programme, moment: datetime) -> CheckedTableQuerySet:
        """The one she checked in this programme, if it is still kept."""
        return self.filter(owner=user, programme=programme, checked_at__gte=moment - CHECKED_TABLE_KEPT)

    def stale(self, moment: datetime) -> CheckedTableQuerySet:
        return self.filter(checked_at__lt=moment - CHECKED_TABLE_KEPT)


class CheckedTable(models.Model):
    """A table between its rehearsal and its import. One a person: the next one takes its place."""

    owner = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=FILE_NAME_LENGTH_MAX)
    content = models.BinaryField()  # at most FILE_BYTES_MAX of sheets.py; empty once it was brought in
    digest = models.CharField(max_length=60)
    checked_at = models.DateTimeField()
    report = models.JSONField(null=True)  # once it was brought in: {"created", "updated", "unchanged"}

    objects = CheckedTableQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
