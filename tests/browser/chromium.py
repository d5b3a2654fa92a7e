"""Chromium as it is started here, and how it is killed."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

DEAD_SECONDS_MAX = 10
FLAGS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-crash-restore-bubble",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
# Chromium tells every page ten gigabytes more than it uses, whatever there is; with this it tells its real limit.
TELLS_ITS_LIMIT = "--disable-features=StaticStorageQuota"


def installed() -> str:
    """Its path; empty when there is none."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), "")


def kill(profile: Path) -> None:
    """Every process of the browser that uses this profile, at once and without a word."""
    heads = [pid for pid in processes() if f"--user-data-dir={profile}" in words(pid) and is_head(pid)]
    assert heads, f"no browser runs on {profile}"
    for pid in heads:
        with suppress(ProcessLookupError):
            os.killpg(os.getpgid(pid), signal.SIGKILL)
    until = time.monotonic() + DEAD_SECONDS_MAX
    while any(words(pid) for pid in heads):
        assert time.monotonic() < until, "it does not die"
        time.sleep(0.02)


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def words(pid: int) -> list[str]:
    """Its command line; empty when it is gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return []


def is_head(pid: int) -> bool:
    return not any(word.startswith("--type=") for word in words(pid))
