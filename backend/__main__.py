"""python -m backend <command>: Samar's own commands (see backend/commands.py) and all of Django's."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["python -m backend", *sys.argv[1:]])


if __name__ == "__main__":
    main()
