"""The same histories against the real views, on SQLite or PostgreSQL as DATABASE_URL says.

REAL_EXAMPLES=1000 lengthens it; SEED repeats one search.
"""

import os
from typing import Any

import pytest

from tests.simulation.machine import Histories
from tests.simulation.model import play, run
from tests.simulation.model_phone import ModelPhone
from tests.simulation.mutants import (
    CleanUpToNow,
    FreesWhatIsAcknowledged,
    OffersNoPhotosAgain,
    OffersNoSubmissionsAgain,
    ThrowsAllAwayWhenSignedOut,
)
from tests.simulation.real import RealHistories, RealServer, make_the_database_stumble

EXAMPLES, STEPS = int(os.environ.get("REAL_EXAMPLES", "40")), int(os.environ.get("REAL_STEPS", "50"))
SEED = int(os.environ["SEED"]) if os.environ.get("SEED") else None

pytestmark = pytest.mark.django_db


def test_i1_to_i17_hold_in_random_histories_on_the_real_server():
    make_the_database_stumble()
    run(EXAMPLES, STEPS, SEED, played=RealHistories)


class RestoredInSilence(RealServer):
    """Rows of yesterday under today's epoch."""

    def restore(self) -> None:
        epoch, self.new_history = self.present_epoch(), lambda: None
        super().restore()
        assert self.present_epoch() == epoch


def a_day_is_lost(m: Histories) -> None:
    m.day_after_the_backup_is_lost(p=0, n=0, photos=1, begun=True)


def an_edit_while_syncing(m: Histories) -> None:
    m.edit(p=0, n=0, note=1)
    m.edit_while_a_request_is_underway(p=0, n=0)


def signed_out_with_work(m: Histories) -> None:
    m.whole_visit(p=0, n=0, photos=0)
    m.token_expires(p=0)


HISTORIES: list[tuple[Any, Any, Any, str]] = [
    (RealServer, OffersNoSubmissionsAgain, a_day_is_lost, "I9"),
    (RealServer, OffersNoPhotosAgain, a_day_is_lost, "I9"),
    (RealServer, FreesWhatIsAcknowledged, a_day_is_lost, "I13"),
    (RealServer, CleanUpToNow, an_edit_while_syncing, "I10"),
    (RealServer, ThrowsAllAwayWhenSignedOut, signed_out_with_work, "I1"),
    (RestoredInSilence, ModelPhone, a_day_is_lost, "I8"),
]


def between(server: Any, phone: Any) -> type[Histories]:
    class Played(RealHistories):
        Phone = phone

        def make_server(self) -> Any:
            return server()

    return Played


@pytest.mark.parametrize(("server", "phone", "history", "caught"), HISTORIES)
def test_a_broken_rule_is_caught_on_the_real_server_too(server, phone, history, caught):
    play(history, between(RealServer, ModelPhone))
    with pytest.raises(AssertionError, match=f"^{caught} "):
        play(history, between(server, phone))
