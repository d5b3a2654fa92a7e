"""Where tests stand: the cast as fixtures, photos in a folder of each test, Hypothesis' notes in var/."""

import itertools
import os
from pathlib import Path

import hypothesis
import pytest

pytest_plugins = ["tests.cast"]

os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).parents[1] / "var/hypothesis"))
# A shared machine is slow at times, so no example has a deadline. The parent is Hypothesis' own choice,
# which in CI is the same examples every time.
hypothesis.settings.register_profile("samar", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("samar")

counted = itertools.count()


@pytest.fixture(autouse=True)
def photos_of_this_test(settings, tmp_path_factory):
    """Rows are rolled back after each test; the bytes must not outlive them either."""
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / f"media-{next(counted)}"
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(settings.MEDIA_ROOT)}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The long stories first, on one worker, while the others do all the rest."""
    items.sort(key=lambda item: "journeys" not in item.path.parts)


def pytest_make_parametrize_id(val, argname):
    """Bytes are named by their length: a ZIP holds the second it was made in, and each worker makes its own."""
    return f"{argname} of {len(val)} bytes" if isinstance(val, bytes) else None
