"""Virtual environments in `var/`, made from hashed requirements by the standard library and pip alone."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
VERSION = "{}.{}".format(*sys.version_info)
RUN = "backend/requirements.txt"
TESTS = "tests/requirements.txt"
APP = "fieldsync/web/requirements.txt"  # Node, which builds the phone app; no server needs it
NAMES = {RUN: "venv", TESTS: "test-venv", APP: "app-venv"}
LOG_LINES_SHOWN = 12


class CannotPrepare(Exception):
    """Why there is no environment, in words a person can act on, English first, then Indonesian."""


def prepared(requirements: str) -> Path:
    """The Python of the environment that has these requirements; made now if it is not there yet.

    The stamp is written last, so an interrupted installation is begun again; a changed requirement file or
    another interpreter makes a new environment.
    """
    place = VAR / f"{NAMES[requirements]}-{VERSION}"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = place / "stamp"
    wanted = hashlib.sha256((ROOT / requirements).read_bytes()).hexdigest() + "\n" + sys.version
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    check_the_ground()
    say(f"Installing {requirements} into {place.relative_to(ROOT)}: once, about half a minute.")
    say("Memasang pustaka: sekali saja, sekitar setengah menit.")
    install(place, python, requirements)
    stamp.write_text(wanted)
    return python


def check_the_ground() -> None:
    """Raises CannotPrepare when nothing could be installed here anyway."""
    try:
        VAR.mkdir(exist_ok=True)
        (VAR / "pip.log").touch()
    except OSError as error:
        raise CannotPrepare(
            f"Cannot write in {VAR} ({error.strerror}). Make it writable, or copy Samar elsewhere.",
            f"Tidak dapat menulis di {VAR}. Beri izin tulis, atau salin Samar ke folder lain.",
        ) from error
    try:
        import ensurepip  # noqa: F401  (Debian and Ubuntu ship it apart)
        import venv  # noqa: F401
    except ImportError as error:
        raise CannotPrepare(
            f"This Python {VERSION} has no venv. On Debian or Ubuntu: apt install python3-venv",
            f"Python {VERSION} ini tanpa venv. Di Debian atau Ubuntu: apt install python3-venv",
        ) from error


def install(place: Path, python: Path, requirements: str) -> None:
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    hashed = ["--require-hashes", "--only-binary=:all:", "-r", requirements]
    steps = [[sys.executable, "-m", "venv", "--clear", place], [*pip, *hashed]]
    with open(VAR / "pip.log", "w+") as log:
        for step in steps:
            if subprocess.call(step, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log) == 0:
                continue
            log.seek(0)
            tail = [line for line in log.read().splitlines() if line.strip()][-LOG_LINES_SHOWN:]
            raise CannotPrepare(
                "Installing failed. Is there a network? The end of var/pip.log is above.",
                "Pemasangan gagal. Apakah ada jaringan? Akhir var/pip.log ada di atas.",
                *tail,
            )


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def tell(reason: CannotPrepare) -> None:
    in_english, in_indonesian, *log = reason.args
    for line in [*log, in_english, in_indonesian]:
        say(line)
