"""Random histories with the real client and the real server in one process; between them the line of engines.py.

ENGINE_EXAMPLES=500 lengthens it; SEED repeats one search.
"""

import os

import pytest

from fieldsync.store import pages
from tests.simulation.engines import EngineHistories
from tests.simulation.model import play, run

EXAMPLES, STEPS = int(os.environ.get("ENGINE_EXAMPLES", "20")), int(os.environ.get("ENGINE_STEPS", "25"))
SEED = int(os.environ["SEED"]) if os.environ.get("SEED") else None

pytestmark = pytest.mark.django_db


def test_i1_to_i17_hold_for_real_phones_on_a_bad_line():
    run(EXAMPLES, STEPS, SEED, played=EngineHistories)


def a_day_is_lost(m: EngineHistories) -> None:
    m.day_after_the_backup_is_lost(p=0, n=0, photos=1, faults=[])


@pytest.mark.parametrize("broken", ["_offer_again", "_settle_submissions"])
def test_a_phone_that_forgets_this_rule_is_caught(monkeypatch, broken):
    """A test of the test: the field client without one of its functions."""
    play(a_day_is_lost, EngineHistories)
    monkeypatch.setattr(pages, broken, lambda *arguments: None)
    with pytest.raises(AssertionError, match="^I9 "):
        play(a_day_is_lost, EngineHistories)
