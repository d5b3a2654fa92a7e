"""The protocol as an executable model: random histories on dictionaries, thousands a minute.

    python -m tests.simulation.model 20000 80 7      20,000 histories of at most 80 steps, from seed 7

`run` is what tests and `make torture` call. A failure prints the history as a program, and the seed that leads to it.
"""

import sys
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.machine import Histories
from tests.simulation.model_phone import ModelPhone
from tests.simulation.model_server import ModelServer

EXAMPLES, STEPS = 300, 60


def machine(server: Any = ModelServer, phone: Any = ModelPhone) -> type[Histories]:
    """A machine that plays with these two; mutants.py puts broken ones in their place."""

    class Played(Histories):
        Phone = phone

        def make_server(self) -> Any:
            return server()

    return Played


def run(
    examples: int = EXAMPLES,
    steps: int = STEPS,
    seed_number: int | None = None,
    *,
    played: Any = None,
    shrink: bool = True,
) -> None:
    """Play that many random histories. Raises AssertionError that begins with the invariant's number; the
    history is printed as a program.

    seed_number   where the search begins; None takes Hypothesis' own choice, and keeps failures for the next run
    """
    played = played or machine()
    phases = [Phase.explicit, Phase.generate] + ([Phase.shrink] if shrink else [])
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=False,
        database=None,
        phases=phases,
        verbosity=Verbosity.quiet if not shrink else Verbosity.normal,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    try:
        if seed_number is None:
            run_state_machine_as_test(played, settings=chosen)
        else:
            run_state_machine_as_test(seed(seed_number)(played), settings=chosen)
    except AssertionError as failure:
        failure.add_note(f"seed {seed_number}, {examples} examples of {steps} steps")
        raise


def play(history: Callable[[Any], None], played: Any = None) -> None:
    """One given history, from the beginning to the quiet end. Raises AssertionError as `run` does."""
    told = (played or machine())()
    told.begin()
    history(told)
    told.teardown()


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    run(*numbers)
    sys.stdout.write(f"no violation: {numbers}\n")
