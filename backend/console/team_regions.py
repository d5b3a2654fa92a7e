"""Regions to choose from: those of the programme's units, and the provinces above them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from backend.units.models import Region, Unit
from backend.units.rules import codes_above

REGIONS_MAX = 600  # Indonesia has 514 regencies and cities


@dataclass(frozen=True)
class RegionChoice:
    code: str
    name: str
    whole: bool  # a province, with all that lies in it
    chosen: bool


def region_choices(programme: UUID, chosen: Iterable[str]) -> list[RegionChoice]:
    """By code, so that a province stands above its regencies. What is chosen already is there, whatever it is."""
    wanted = set(chosen)
    used = Unit.objects.filter(programme=programme).order_by().values_list("region", flat=True).distinct()
    codes = {code for one in used[:REGIONS_MAX] for code in codes_above(one)} | wanted
    named = {region.code: region for region in Region.objects.filter(code__in=codes)}
    return [
        RegionChoice(code, named[code].name if code in named else "", "." not in code, code in wanted)
        for code in sorted(codes)[:REGIONS_MAX]
    ]
