"""What the addresses of this room take and answer."""

from typing import Any

from rest_framework import serializers

from backend.indicators.methods import method_named
from backend.indicators.models import Computation, PublishedResult, Result
from backend.indicators.rules import Level, round_half_up
from backend.rest.forms import In
from backend.units.rules import InstitutionClass

CLASSES = [klass.value for klass in InstitutionClass]
LEVELS = [level.value for level in Level]


class ComputationIn(In):
    """`checklist` (a digest) where visits of several checklists share a period; without it, the most used."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField()
    period = serializers.CharField(max_length=20)
    method = serializers.CharField(max_length=40, default="IKKT")
    checklist = serializers.CharField(max_length=60, default="", allow_blank=True)


class ComputationsQuery(In):
    programme = serializers.UUIDField(required=False)
    period = serializers.CharField(max_length=20, required=False)
    method = serializers.CharField(max_length=40, required=False)


class ResultsQuery(In):
    level = serializers.ChoiceField(LEVELS, required=False)
    region = serializers.CharField(max_length=13, required=False)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "class": serializers.ChoiceField(CLASSES, required=False)}


class PublishedQuery(In):
    method = serializers.CharField(max_length=40, required=False)
    year = serializers.IntegerField(min_value=2000, max_value=2099, required=False)
    region = serializers.CharField(max_length=13, required=False)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "class": serializers.ChoiceField(CLASSES, required=False)}


class BreakdownQuery(In):
    period = serializers.CharField(max_length=20)
    checklist = serializers.CharField(max_length=60, default="", allow_blank=True)


class WordsOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    en = serializers.CharField()


# Methods and reference results


class BandOut(serializers.Serializer[Any]):
    start = serializers.CharField()
    category = serializers.CharField()
    zone = serializers.CharField()
    label = WordsOut()  # type: ignore[assignment]  # DRF has an attribute of that name


class MethodOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    title = WordsOut()
    computed = serializers.BooleanField()
    years = serializers.ListField(child=serializers.IntegerField())
    classes = serializers.ListField(child=serializers.CharField())
    scale_min = serializers.CharField()
    scale_max = serializers.CharField()
    weights = serializers.SerializerMethodField()
    bands = BandOut(many=True)
    visits_min = serializers.IntegerField()
    inspectors_min = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # likewise

    def get_weights(self, method: Any) -> dict[str, str]:
        return {code: str(round_half_up(weight)) for code, weight in method.weights.items()}


class MethodsOut(serializers.Serializer[Any]):
    results = MethodOut(many=True)
    next = serializers.CharField(allow_null=True)


class ClassOut(serializers.Serializer[Any]):
    """Something with an institution class, which JSON calls `class`."""

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "class": serializers.CharField(source="institution_class")}


class PublishedResultOut(ClassOut):
    """`zone` and `category` follow from the method; the `…_as_printed` are what the source says, or null."""

    method = serializers.CharField()
    body = serializers.CharField()
    region = serializers.CharField()
    year = serializers.IntegerField()
    value = serializers.CharField(source="printed")
    average = serializers.BooleanField()
    zone = serializers.SerializerMethodField()
    category = serializers.SerializerMethodField()
    zone_as_printed = serializers.SerializerMethodField()
    category_as_printed = serializers.SerializerMethodField()
    rank_as_printed = serializers.IntegerField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]  # likewise
    note = serializers.CharField()

    def get_zone(self, row: PublishedResult) -> str | None:
        band = method_named(row.method).zone_of(row.value)
        return band.zone if band else None

    def get_category(self, row: PublishedResult) -> str | None:
        band = method_named(row.method).zone_of(row.value)
        return (band.category or None) if band else None

    def get_zone_as_printed(self, row: PublishedResult) -> str | None:
        return row.zone_as_printed or None

    def get_category_as_printed(self, row: PublishedResult) -> str | None:
        return row.category_as_printed or None


# Computations


class ChecklistName(serializers.Serializer[Any]):
    digest = serializers.CharField()
    code = serializers.CharField()
    version = serializers.CharField()
    title = WordsOut()


class OtherChecklist(serializers.Serializer[Any]):
    checklist = serializers.CharField()
    code = serializers.CharField()
    version = serializers.CharField()
    visits = serializers.IntegerField()


class ComputationOut(serializers.Serializer[Computation]):
    """visits = counted + incomplete + detected; `others` were made with other checklists and left out."""

    id = serializers.UUIDField()
    programme = serializers.UUIDField(source="programme_id")
    period = serializers.CharField()
    method = serializers.CharField()
    checklist = ChecklistName()
    visits = serializers.IntegerField()
    counted = serializers.IntegerField()
    incomplete = serializers.IntegerField()
    detected = serializers.IntegerField()
    others = OtherChecklist(many=True)
    computed_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


class FigureOut(serializers.DecimalField):
    """A figure as it is published: text with two decimals, or null."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=6, decimal_places=2, allow_null=True, **options)


class ResultOut(ClassOut):
    level = serializers.ChoiceField(LEVELS)
    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.UUIDField(source="unit_id", allow_null=True)
    unit_type = serializers.CharField()
    region = serializers.CharField()
    n = serializers.IntegerField()
    units = serializers.IntegerField()
    value = FigureOut()
    spread = FigureOut()
    min = FigureOut(source="least")
    max = FigureOut(source="most")
    zone = serializers.SerializerMethodField()
    category = serializers.SerializerMethodField()
    rank = serializers.IntegerField(allow_null=True)
    of = serializers.IntegerField(allow_null=True)
    critical = serializers.IntegerField()
    enough = serializers.BooleanField()
    dimensions = serializers.DictField(child=serializers.CharField())
    zones = serializers.DictField(child=serializers.IntegerField())

    def get_zone(self, row: Result) -> str | None:
        return row.zone or None

    def get_category(self, row: Result) -> str | None:
        return row.category or None


# One visit


class IndicatorScoreOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    value = serializers.CharField(source="rounded", allow_null=True)
    answered = serializers.CharField()


class DimensionScoreOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    value = serializers.CharField(source="rounded", allow_null=True)
    points = serializers.CharField(allow_null=True)
    answered = serializers.CharField()
    valid = serializers.BooleanField()
    indicators = IndicatorScoreOut(many=True)


class CriticalOut(serializers.Serializer[Any]):
    item = serializers.CharField()
    question = WordsOut()


class ScoreOut(serializers.Serializer[Any]):
    """`value` is null for an incomplete visit. One visit has no zone; a unit has, from three visits on."""

    visit = serializers.UUIDField()
    checklist = serializers.CharField()
    value = FigureOut()
    valid = serializers.BooleanField()
    dimensions = DimensionScoreOut(many=True)
    items = serializers.DictField(child=serializers.CharField())
    criticals = CriticalOut(many=True)


# One unit


class SummaryOut(serializers.Serializer[Any]):
    n = serializers.IntegerField(source="summary.n")
    mean = FigureOut(source="summary.mean")
    spread = FigureOut(source="summary.spread")
    critical = serializers.IntegerField()


class ItemSummaryOut(SummaryOut):
    code = serializers.CharField(source="told.code")
    question = WordsOut(source="told.question")


class IndicatorSummaryOut(SummaryOut):
    code = serializers.CharField(source="told.code")
    title = WordsOut(source="told.title")
    items = ItemSummaryOut(source="parts", many=True)


class DimensionSummaryOut(SummaryOut):
    code = serializers.CharField(source="told.code")
    title = WordsOut(source="told.title")
    indicators = IndicatorSummaryOut(source="parts", many=True)


class BreakdownOut(serializers.Serializer[Any]):
    """`dimensions` is empty for readers of published results while there is not enough data."""

    unit = serializers.UUIDField()
    period = serializers.CharField()
    checklist = serializers.CharField(allow_null=True)
    enough = serializers.BooleanField()
    n = serializers.IntegerField()
    mean = FigureOut()
    spread = FigureOut()
    dimensions = DimensionSummaryOut(many=True)
