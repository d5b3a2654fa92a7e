"""The protocol as a model: thousands of histories without a violation, and every broken rule is noticed.

EXAMPLES=20000 STEPS=90 lengthens it; SEED repeats one search.
"""

import os

import pytest

from tests.simulation.model import machine, play, run
from tests.simulation.mutants import MUTANTS, Mutant

EXAMPLES, STEPS = int(os.environ.get("EXAMPLES", "300")), int(os.environ.get("STEPS", "60"))
SEED = int(os.environ["SEED"]) if os.environ.get("SEED") else None
SEARCHED = 400  # histories in which a mutant must be met; most are met in the first ten
WITH_A_HISTORY = [mutant for mutant in MUTANTS if mutant.history]


def test_i1_to_i17_hold_in_random_histories_of_three_phones_and_a_bad_network():
    run(EXAMPLES, STEPS, SEED)


def meet(mutant: Mutant) -> None:
    broken = machine(mutant.server, mutant.phone)
    if mutant.history:
        play(mutant.history, broken)
    else:
        run(SEARCHED, 50, 5, played=broken, shrink=False)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.rule)
def test_a_protocol_that_breaks_this_rule_is_caught(mutant: Mutant):
    with pytest.raises(AssertionError) as complaint:
        meet(mutant)
    assert str(complaint.value).split()[0] in mutant.caught


@pytest.mark.parametrize("mutant", WITH_A_HISTORY, ids=lambda mutant: mutant.rule)
def test_the_same_history_ends_well_where_the_rule_is_kept(mutant: Mutant):
    assert mutant.history
    play(mutant.history)
