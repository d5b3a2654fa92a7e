"""python -m fieldsync: the field client on a command line, for a laptop or Termux.

Exit codes: 0 done · 1 a problem, said in words · 2 not understood · 3 something still waits or is missing ·
4 sign in again · 130 interrupted (nothing is lost).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from fieldsync import errors
from fieldsync.commands import (
    DONE,
    INTERRUPTED,
    PROBLEM,
    SIGN_IN,
    SIGN_IN_CODES,
    Desk,
    language_of,
    parser_for,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Understand the arguments, do one thing, say how it went."""
    said = list(sys.argv[1:] if arguments is None else arguments)
    language = language_of(said)
    options = parser_for(language).parse_args(said)
    desk = Desk(options, language)
    with desk:
        try:
            return int(options.act(desk, options))
        except errors.Problem as problem:
            desk.complain(problem.words(language))
            return SIGN_IN if problem.code in SIGN_IN_CODES else PROBLEM
        except KeyboardInterrupt:
            desk.complain(desk.say("Dihentikan. Tidak ada yang hilang.", "Interrupted. Nothing is lost."))
            return INTERRUPTED
        except BrokenPipeError:  # whoever read our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE


if __name__ == "__main__":
    sys.exit(main())
