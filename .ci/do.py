"""What `make` calls: python3 .ci/do.py run|story|test|lint|...

This file must parse under any old Python, so that a person who has only that is told so in one line.
Everything else is in commands.py, which needs Python 3.11.
"""

import sys

if sys.version_info < (3, 11):
    sys.stderr.write(
        "Samar needs Python 3.11 or newer; this is %d.%d. Install one, then: make run PYTHON=python3.11\n"
        "Samar perlu Python 3.11 atau lebih baru; ini %d.%d. Pasang, lalu: make run PYTHON=python3.11\n"
        % (sys.version_info[:2] * 2)
    )
    sys.exit(2)

sys.dont_write_bytecode = True
import commands  # noqa: E402  (only a new enough Python may read it)

sys.exit(commands.main(sys.argv[1:]))
