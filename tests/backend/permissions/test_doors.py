"""No page stands outside the doors, and no unsafe request of a browser passes without its token."""

import pytest
from django.db import transaction

from tests.backend.permissions.addresses import all_addresses
from tests.backend.permissions.asking import sent
from tests.backend.permissions.table import declared

pytestmark = pytest.mark.django_db

# A password for a device's token is no deed of a browser; whether the server is well is told whatever the method.
WITHOUT_TOKEN = {"api/v1/login", "healthz"}
UNSAFE = [
    row
    for row in declared()
    if row.method != "GET" and row.pattern not in WITHOUT_TOKEN and not row.other.startswith("session=")
]


def doors_of(view):
    """The decorators of backend/pages/desk.py around it, outermost first."""
    found = []
    while view is not None:
        if view.__code__.co_filename.endswith("backend/pages/desk.py"):
            found.append(view.__code__.co_qualname.partition(".")[0])
        view = getattr(view, "__wrapped__", None)
    return found


def pages_below(start):
    return {one.pattern: doors_of(one.view) for one in all_addresses() if one.pattern.startswith(start)}


def test_every_page_of_the_console_names_the_verbs_that_open_it():
    pages = pages_below("console/")
    assert pages.pop("console/") == ["anybody", "signed_in"]
    assert {
        pattern for pattern, doors in pages.items() if doors != ["anybody", "signed_in", "at_desk"]
    } == set()


def test_every_page_of_results_has_a_door():
    assert [pattern for pattern, doors in pages_below("results/").items() if not doors] == []


@pytest.mark.parametrize("row", UNSAFE, ids=lambda row: row.name)
def test_a_browser_without_its_csrf_token_changes_nothing(row, stage):
    with transaction.atomic():
        answer = sent(row, "mira", stage, by="session", strictly=True)
        transaction.set_rollback(True)
    assert answer.status_code in (403, 405)
