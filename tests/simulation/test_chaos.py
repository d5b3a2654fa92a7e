"""Whatever networks, power cuts and dying phones do to Sari's visits: none is lost, none is doubled, all come to rest;
and what it costs on the line."""

import os
from pathlib import Path

import pytest

from tests.simulation.chaos import history
from tests.simulation.places import places

SEED = int(os.environ.get("CHAOS_SEED") or 20261122)
SECONDS = float(os.environ.get("CHAOS_SECONDS") or 6)


@pytest.mark.parametrize(
    ("database", "store"),
    [("sqlite", "disk"), ("postgresql", "s3")],
)
def test_i1_to_i17_hold_after_cuts_kills_and_repeated_requests(tmp_path: Path, database: str, store: str):
    with places(tmp_path) as kept:
        told = history(
            tmp_path / "history", SEED, SECONDS, database=kept.database(database), store=kept.store(store)
        )

    assert told.problems == [], told.sentence()
    assert (told.counts["lost"], told.counts["doubled"]) == (0, 0), told.sentence()
