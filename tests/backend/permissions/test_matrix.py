"""Every address of the URL map × every method it answers × every member of the cast: table.txt says what happens.

`pytest -k missing` prints a line, as it stands now, for every address that the table does not know yet.
"""

import pytest

from tests.backend.permissions.addresses import METHODS, all_addresses
from tests.backend.permissions.asking import asked
from tests.backend.permissions.staging import PEOPLE
from tests.backend.permissions.table import Row, declared, line_of

pytestmark = pytest.mark.django_db  # each test in the transaction of the whole file

ROWS = declared()
KNOWN = {(row.pattern, row.method) for row in ROWS}
ADDRESSES = all_addresses()
REFUSED = {"401", "403", "404", "405", "in"}

programs = [row for row in ROWS if row.for_programs]
pages = [row for row in ROWS if not row.for_programs]
looked_at = [row for row in ROWS if row.method == "GET"]


def each(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


def answered(row, stage):
    """A line of the table as it is now."""
    return {who: asked(row, who, stage, by=row.door) for who in PEOPLE}


@each(ROWS)
def test_everybody_is_answered_as_the_table_says(row, stage):
    found = answered(row, stage)
    assert line_of(row.written, row.method, found) == line_of(row.written, row.method, row.answers)


@each(programs)
def test_a_browser_session_and_a_device_token_open_the_same_doors_unless_the_table_says_otherwise(row, stage):
    other = "token" if row.door == "session" else "session"
    found = {who: asked(row, who, stage, by=other) for who in PEOPLE if who != "nobody"}
    assert found == {who: row.elsewhere or row.answers[who] for who in found}


@each(pages)
def test_a_device_token_opens_no_page(row, stage):
    assert asked(row, "mira", stage, by="token") == row.answers["nobody"]


@each(looked_at)
def test_head_is_answered_wherever_get_is(row, stage):
    heads = {who: asked(row, who, stage, by=row.door, method="HEAD") for who in ("mira", "nobody")}
    assert without_content(heads) == without_content({who: row.answers[who] for who in heads})


def without_content(answers):
    return {who: answer.replace("none", "200") for who, answer in answers.items()}


def test_no_address_is_missing_from_the_table(stage):
    missing = [
        Row(address.pattern, method, {})
        for address in ADDRESSES
        for method in METHODS
        if (address.pattern, method) not in KNOWN
    ]
    found = [(row, answered(row, stage)) for row in missing]
    lines = [line_of(row.written, row.method, cells) for row, cells in found if not is_refused(cells)]
    assert not lines, "table.txt lacks (judge each before it goes in):\n" + "\n".join(lines)


def is_refused(cells):
    """A method that this address does not know: nobody gets anywhere, and somebody is told so."""
    return set(cells.values()) <= REFUSED and "405" in cells.values()


def test_every_line_of_the_table_has_its_address():
    there = {address.pattern for address in ADDRESSES}
    assert [row.name for row in ROWS if row.pattern not in there] == []
    assert len({row.name for row in ROWS}) == len(ROWS)
