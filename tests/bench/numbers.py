"""Scoring and aggregating, in this process."""

from __future__ import annotations

import os

from django.db.models import Avg

from backend.indicators import actions
from backend.indicators.models import VisitScore
from backend.indicators.rules import parse_period
from backend.indicators.scoring import score_answers
from tests import world
from tests.backend.indicators.answers import ikkt, samsat_vector
from tests.bench.measuring import forget_peak, memory_mib, middle, ms, say, say_growth, seconds
from tests.world import A_UUID, Person

PERIOD = "2026"
REPEATS = 200


def scoring(visits: int) -> None:
    facts = ikkt().facts_for("SAM", scenario="inquiry", official_fee=100_000)
    answers = samsat_vector()
    alone = middle([seconds(lambda: score_answers(ikkt(), "SAM", answers, facts)) for _ in range(REPEATS)])
    say("one visit of 60 answers, decided", ms(alone), "aim: below 1 ms")
    whole = seconds(lambda: actions.score_accepted(world.programme().pk, parse_period(PERIOD)))
    each = whole / visits
    say("the same, read from and kept in the database", ms(each), f"{each / alone:.1f} x deciding it")


def aggregating(mira: Person, visits: int) -> None:
    def plain() -> None:
        rows = VisitScore.objects.values("visit__assignment__unit").annotate(mean=Avg("rounded"))
        assert len(rows) > 0

    def computed() -> None:
        made, _ = actions.compute(
            A_UUID, programme=world.programme().pk, period=PERIOD, method="IKKT", by=mira.user
        )
        assert made.visits == visits

    floor = min(seconds(plain) for _ in range(3))
    forget_peak(os.getpid())
    before = memory_mib(os.getpid())
    took = seconds(computed)
    say(f"figures of {visits:,} visits", f"{took:.2f} s", f"{took / visits * 1000:.3f} ms a visit")
    say(
        "  beside the database's own mean for each unit",
        f"{took / floor:.0f} x",
        f"that took {floor * 1000:.0f} ms",
    )
    say_growth("  memory grew by at most", os.getpid(), before)
