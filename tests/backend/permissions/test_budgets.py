"""No page makes more than fifteen statements, and none makes more because there is more to show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.backend.permissions.asking import sent, text_of
from tests.backend.permissions.growing import grow
from tests.backend.permissions.table import declared

pytestmark = pytest.mark.django_db

STATEMENTS_MAX = 15
READERS = ("budi", "mira", "dewi", "root")
FRAMES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
PAGES = [row for row in declared() if row.method == "GET" and not row.written.startswith(("api/", "app"))]
LOOKS = [(row, who) for row in PAGES for who in READERS if row.answers[who] == "200"]


@pytest.fixture(scope="module")
def statements(stage):
    """(page, reader) -> how many with few and with many of everything."""
    grow(stage, 1)
    few = {(row.written, who): asked_for(row, who, stage) for row, who in LOOKS}
    grow(stage, 12)
    return {(row.written, who): (few[row.written, who], asked_for(row, who, stage)) for row, who in LOOKS}


def asked_for(row, who, stage):
    """The statements of a second look: the first may fill what a process keeps."""
    text_of(sent(row, who, stage, by="session"))
    with CaptureQueriesContext(connection) as seen:
        text_of(sent(row, who, stage, by="session"))
    return [query["sql"] for query in seen.captured_queries if not query["sql"].startswith(FRAMES)]


@pytest.mark.parametrize(("row", "who"), LOOKS, ids=lambda part: getattr(part, "written", part))
def test_a_page_asks_no_more_for_more_and_never_much(row, who, statements):
    few, many = statements[row.written, who]
    assert len(many) == len(few), "\n".join(sql[:300] for sql in many)
    assert len(many) <= STATEMENTS_MAX, "\n".join(sql[:300] for sql in many)
