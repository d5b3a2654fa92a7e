"""What the addresses of this room take and answer."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.rest.forms import In
from backend.units.actions import Report
from backend.units.models import Institution, Product, PublishedStandard, Region, Unit
from backend.units.rules import CODE_LENGTH_MAX, InstitutionClass, RegionKind, UnitType
from backend.units.tables import TABLES
from backend.units.written import Change

BOOTHS_LISTED_MAX = 200
WORDS_LENGTH_MAX = 80


class RegionOut(serializers.ModelSerializer[Region]):
    class Meta:
        model = Region
        fields = ["code", "name", "kind", "parent"]


class RegionName(serializers.ModelSerializer[Region]):
    class Meta:
        model = Region
        fields = ["code", "name"]


class InstitutionName(serializers.ModelSerializer[Institution]):
    class Meta:
        model = Institution
        fields = ["id", "code", "name"]


class InstitutionOut(serializers.ModelSerializer[Institution]):
    region = RegionName()

    class Meta:
        model = Institution
        fields = ["id", "programme", "code", "name", "institution_class", "kind", "region"]


class UnitName(serializers.ModelSerializer[Unit]):
    class Meta:
        model = Unit
        fields = ["id", "code", "name", "unit_type"]


class UnitOut(serializers.ModelSerializer[Unit]):
    institution = InstitutionName()
    region = RegionName()
    host = UnitName(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)

    class Meta:
        model = Unit
        fields = [
            *("id", "programme", "code", "name", "unit_type", "institution", "region", "host"),
            *("address", "latitude", "longitude", "opening_hours", "time_zone"),
        ]


class UnitDetailOut(UnitOut):
    booths = serializers.SerializerMethodField()

    class Meta(UnitOut.Meta):
        fields = [*UnitOut.Meta.fields, "booths"]

    @extend_schema_field(UnitName(many=True))
    def get_booths(self, unit: Unit) -> Any:
        return UnitName(unit.booths.order_by("code")[:BOOTHS_LISTED_MAX], many=True).data


class ProductOut(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields = ["id", "programme", "code", "name_id", "name_en", "unit_type", "group"]


class ProductName(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields = ["id", "code", "name_id", "name_en"]


class StandardOut(serializers.ModelSerializer[PublishedStandard]):
    product = ProductName()
    unit = UnitName(allow_null=True)

    class Meta:
        model = PublishedStandard
        fields = [
            *("id", "product", "region", "unit", "fee_rupiah", "completion_amount", "completion_unit"),
            *("wait_minutes", "source", "valid_from", "valid_to"),
        ]


def text(length: int = CODE_LENGTH_MAX) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, max_length=length)


def choice(values: Any) -> serializers.ChoiceField:
    return serializers.ChoiceField(required=False, choices=[value.value for value in values])


class RegionsAsked(In):
    region = text()
    kind = choice(RegionKind)
    q = text(WORDS_LENGTH_MAX)


class InstitutionsAsked(In):
    programme = text()
    region = text()
    institution_class = choice(InstitutionClass)
    q = text(WORDS_LENGTH_MAX)


class UnitsAsked(In):
    programme = text()
    region = text()
    type = choice(UnitType)
    institution = text()
    q = text(WORDS_LENGTH_MAX)


class ProductsAsked(In):
    programme = text()
    type = choice(UnitType)
    q = text(WORDS_LENGTH_MAX)


class StandardsAsked(In):
    programme = text()
    product = text()
    region = text()
    unit = text()
    on = serializers.DateField(required=False, help_text="valid on this day")


class ImportIn(In):
    kind = serializers.ChoiceField(choices=list(TABLES))
    programme = serializers.CharField(max_length=CODE_LENGTH_MAX, help_text="id or code")
    file = serializers.FileField(allow_empty_file=True)
    dry_run = serializers.BooleanField(default=False)


class ComplaintWords(serializers.Serializer[Any]):
    id = serializers.CharField()
    en = serializers.CharField()


class RowErrorOut(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="as the spreadsheet counts, the first row is 1")
    column = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    words = ComplaintWords()


class ChangeOut(serializers.Serializer[Change]):
    row = serializers.IntegerField()
    key = serializers.CharField()
    column = serializers.CharField()
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)


class ReportOut(serializers.Serializer[Report]):
    kind = serializers.CharField()
    dry_run = serializers.BooleanField()
    stored = serializers.BooleanField()
    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    ignored_columns = serializers.ListField(child=serializers.CharField())
    error_count = serializers.IntegerField()
    errors = RowErrorOut(many=True)  # type: ignore[assignment]  # DRF takes declared fields off the class
    added = serializers.ListField(child=serializers.CharField())
    change_count = serializers.IntegerField()
    changes = ChangeOut(many=True)
