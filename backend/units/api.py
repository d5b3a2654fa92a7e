"""Regions, institutions, units, products and standards to read; tables to import."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.db.models import Model, Q
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.people.errors import NoSuchProgramme
from backend.people.models import Programme, User
from backend.rest.forms import In
from backend.rest.once import Once
from backend.units import actions, errors
from backend.units.models import Institution, Product, PublishedStandard, Region, Unit
from backend.units.shapes import (
    ImportIn,
    InstitutionOut,
    InstitutionsAsked,
    ProductOut,
    ProductsAsked,
    RegionOut,
    RegionsAsked,
    ReportOut,
    StandardOut,
    StandardsAsked,
    UnitDetailOut,
    UnitOut,
    UnitsAsked,
)
from backend.units.sheets import FILE_BYTES_MAX

FORM_BYTES_MAX = FILE_BYTES_MAX + 16 * 1024  # the file and the other fields

M = TypeVar("M", bound=Model)


# What a list may be narrowed by: query parameters, and what each means as a condition.


def named(column: str) -> Callable[[str], Q]:
    """By id, or by code; "" is the row itself."""
    prefix = f"{column}__" if column else ""

    def condition(value: str) -> Q:
        try:
            return Q(**{f"{prefix}id": UUID(value)})
        except ValueError:
            return Q(**{f"{prefix}code": value})

    return condition


def below(column: str) -> Callable[[str], Q]:
    """In a region or any part of it."""
    return lambda code: Q(**{column: code}) | Q(**{f"{column}__startswith": code + "."})


def equal(column: str) -> Callable[[Any], Q]:
    return lambda value: Q(**{column: value})


def holding(*columns: str) -> Callable[[str], Q]:
    """Where any of these columns holds the words, in whatever case."""

    def condition(words: str) -> Q:
        found = Q(pk__in=[])
        for column in columns:
            found |= Q(**{f"{column}__icontains": words})
        return found

    return condition


class Listing(ListAPIView[M]):
    """What she may see, narrowed by what she asks."""

    asked: ClassVar[type[In]]
    meaning: ClassVar[Mapping[str, Callable[[Any], Q]]]

    def filter_queryset(self, queryset: Any) -> Any:
        asked = self.asked.read(self.request.query_params)
        conditions = [self.meaning[name](value) for name, value in asked.items() if value != ""]
        return queryset.visible_to(self.request.user).filter(*conditions)


@extend_schema(parameters=[RegionsAsked])
class Regions(Listing[Region]):
    """Provinces, regencies and cities under their official codes."""

    queryset = Region.objects.all()
    serializer_class = RegionOut
    ordering = ("code",)
    asked = RegionsAsked
    meaning: ClassVar = {"region": below("code"), "kind": equal("kind"), "q": holding("name", "code")}


@extend_schema(parameters=[InstitutionsAsked])
class Institutions(Listing[Institution]):
    """The bodies that answer for units."""

    queryset = Institution.objects.with_names()
    serializer_class = InstitutionOut
    ordering = ("code", "id")
    asked = InstitutionsAsked
    meaning: ClassVar = {
        "programme": named("programme"),
        "region": below("region__code"),
        "institution_class": equal("institution_class"),
        "q": holding("name", "code"),
    }


@extend_schema(parameters=[UnitsAsked])
class Units(Listing[Unit]):
    """The places that can be visited."""

    queryset = Unit.objects.with_names()
    serializer_class = UnitOut
    ordering = ("code", "id")
    asked = UnitsAsked
    meaning: ClassVar = {
        "programme": named("programme"),
        "region": below("region__code"),
        "type": equal("unit_type"),
        "institution": named("institution"),
        "q": holding("name", "code"),
    }


class UnitDetail(APIView):
    @extend_schema(responses=UnitDetailOut)
    def get(self, request: Request, unit: UUID) -> Response:
        """One unit, and the booths it hosts."""
        found = Unit.objects.visible_to(cast(User, request.user)).with_names().filter(pk=unit).first()
        if found is None:
            raise errors.NoSuchUnit(unit=unit)
        return Response(UnitDetailOut(found).data)


@extend_schema(parameters=[ProductsAsked])
class Products(Listing[Product]):
    """What the public asks units for."""

    queryset = Product.objects.all()
    serializer_class = ProductOut
    ordering = ("code", "id")
    asked = ProductsAsked
    meaning: ClassVar = {
        "programme": named("programme"),
        "type": equal("unit_type"),
        "q": holding("name_id", "name_en", "code"),
    }


@extend_schema(parameters=[StandardsAsked])
class Standards(Listing[PublishedStandard]):
    """What was officially published about products: fees, completion and waiting times, with dates."""

    queryset = PublishedStandard.objects.with_names()
    serializer_class = StandardOut
    ordering = ("valid_from", "id")
    asked = StandardsAsked
    meaning: ClassVar = {
        "programme": named("product__programme"),
        "product": named("product"),
        "region": equal("region"),
        "unit": named("unit"),
        "on": lambda day: Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day)),
    }


class BoundedForm(MultiPartParser):
    """A form whose announced size is looked at before its file is spooled to the disk."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        announced = str((parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0")
        if not announced.isdecimal() or int(announced) > FORM_BYTES_MAX:
            raise errors.FileTooLarge(limit=FILE_BYTES_MAX)
        return super().parse(stream, media_type, parser_context)


class Imports(Once):
    parser_classes = [BoundedForm]

    @extend_schema(request={"multipart/form-data": ImportIn}, responses=ReportOut)
    def post(self, request: Request) -> HttpResponseBase:
        """Import a CSV or XLSX table: all or nothing. A rehearsal (`dry_run`) always answers with a report.
        Errors in a table that was to be stored are the problem `table-refused`, with the report's members."""
        given, user = ImportIn.read(request.data), cast(User, request.user)
        programme = Programme.objects.visible_to(user).filter(named("")(given["programme"])).first()
        if programme is None:
            raise NoSuchProgramme()

        @cache
        def table() -> actions.ReadTable:
            content, name = given["file"].read(FILE_BYTES_MAX + 1), given["file"].name
            return actions.read_table(given["kind"], content, name, programme=programme, by=user)

        def imported() -> Response:
            report = actions.bring_in(table(), programme=programme, by=user, dry_run=given["dry_run"])
            if report.errors and not report.dry_run:
                raise errors.TableRefused(**asdict(report))
            return Response(ReportOut(report).data)

        return self.once(imported, first=table)


urlpatterns = [
    path("regions", Regions.as_view()),
    path("institutions", Institutions.as_view()),
    path("units", Units.as_view()),
    path("units/<uuid:unit>", UnitDetail.as_view()),
    path("products", Products.as_view()),
    path("standards", Standards.as_view()),
    path("imports", Imports.as_view()),
]
