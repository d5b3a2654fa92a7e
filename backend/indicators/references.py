"""Results other bodies published, brought in from the files that come with Samar."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from backend.indicators.models import PublishedResult

FOLDER = Path(__file__).parent / "published"
ROWS_PER_STATEMENT = 500
NAME = ["method", "year", "region", "body"]


def load_published_results(folder: Path = FOLDER) -> int:
    """Bring the table of reference results in line with these files; returns how many there are.

    Not a deed of anybody and told to nobody, hence no line in the journal.
    """
    rows = [row for path in sorted(folder.glob("*.csv")) for row in _printed(path)]
    kept = {(row.method, row.year, row.region, row.body) for row in rows}
    with transaction.atomic():
        told = PublishedResult.objects.values_list("pk", *NAME)
        PublishedResult.objects.filter(pk__in=[pk for pk, *name in told if tuple(name) not in kept]).delete()
        fields = [field.name for field in PublishedResult._meta.concrete_fields]
        PublishedResult.objects.bulk_create(
            rows,
            batch_size=ROWS_PER_STATEMENT,
            update_conflicts=True,
            unique_fields=NAME,
            update_fields=[name for name in fields if name not in ("id", *NAME)],
        )
    return len(rows)


def _printed(path: Path) -> Iterator[PublishedResult]:
    with open(path, newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            yield PublishedResult(
                method=row["method"],
                body=row["body"],
                institution_class=row["class"],
                region=row["region"],
                year=int(row["year"]),
                value=Decimal(row["value"]),
                printed=row["value"],
                average=path.stem.endswith("-averages"),
                zone_as_printed=row["zone_as_printed"],
                category_as_printed=row["category_as_printed"],
                rank_as_printed=int(row["rank_as_printed"]) if row["rank_as_printed"] else None,
                source=row["source"],
                note=row["note"],
            )
