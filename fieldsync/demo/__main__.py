"""python -m fieldsync.demo --server http://127.0.0.1:8000 --home var/story"""

import argparse
import os
import sys
from pathlib import Path

from fieldsync.demo.story import Story


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fieldsync.demo", description="Play the demo programme.")
    parser.add_argument("--server", default="http://127.0.0.1:8000")
    parser.add_argument(
        "--home", type=Path, default=Path("var/story"), help="where the phones' stores are kept"
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--units", type=int, help="visit only the first so many units (a shorter story)")
    parser.add_argument(
        "--unjudged", default="", metavar="CODES", help="regions whose visits nobody judges: 63.03,63.04"
    )
    parser.add_argument("--administrator", default="admin")
    arguments = parser.parse_args()
    password = os.environ.get("SAMAR_ADMIN_PASSWORD", "")
    if not password:
        print("Set SAMAR_ADMIN_PASSWORD to the administrator's password.", file=sys.stderr)
        return 2
    administrator = (arguments.administrator, password)
    unjudged = frozenset(filter(None, arguments.unjudged.split(",")))
    Story(arguments.server, arguments.home, arguments.seed, administrator, arguments.units, unjudged).play()
    return 0


if __name__ == "__main__":
    sys.exit(main())
