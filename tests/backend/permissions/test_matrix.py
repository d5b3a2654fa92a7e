"""Every address of the URL map × every method it answers × every member of the cast: table.txt says what happens.

`pytest -k missing` prints a line, as it stands now, for every address that the table does not know yet.
"""

import re

import pytest

from tests.backend.permissions.addresses import METHODS, all_addresses
from tests.backend.permissions.asking import heard, sent
from tests.backend.permissions.staging import PEOPLE
from tests.backend.permissions.table import Row, declared, line_of

pytestmark = pytest.mark.django_db  # each test in the transaction of the whole file

ROWS = declared()
ADDRESSES = all_addresses()
LOOKS = [row for row in ROWS if row.method == "GET"]

# What looking writes: that somebody was there, who took rows out of the house, and the thumbnail of a first look.
WRITTEN_BY_LOOKING = {"django_session", "usersessions_usersession", "people_devicetoken"}
ALSO_WRITTEN = {"/exports/": "journal_entry", "/photos/": "evidence_photo"}
# What must never be read by those whom it does not concern: names of visitors, and what they told.
UNREAD = {
    "dewi": "Sari|Rina|Antrean tertib",
    "agus": "Sari|Rina|Antrean tertib|Unit SAM",
    "sari": "Rina",
    "rina": "Sari",
}


def each(rows):
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.name)


def answered(row, stage, by="", people=PEOPLE):
    """A line of the table as it is now."""
    return {who: heard(row, who, stage, by=by or row.door).cell for who in people}


@each(ROWS)
def test_everybody_is_answered_as_the_table_says(row, stage):
    found = answered(row, stage)
    says, hears = (line_of(row.written, row.method, cells, row.other) for cells in (row.answers, found))
    assert found == row.answers, f"\ntable.txt says  {says}\nand it is       {hears}"


@each([row for row in ROWS if row.for_programs])
def test_a_browser_session_and_a_device_token_open_the_same_doors_unless_the_table_says_otherwise(row, stage):
    other = "token" if row.door == "session" else "session"
    found = answered(row, stage, by=other, people=stage.people)
    assert found == {who: row.elsewhere or row.answers[who] for who in found}


@each([row for row in ROWS if not row.for_programs])
def test_a_device_token_opens_no_page(row, stage):
    assert heard(row, "mira", stage, by="token").cell == row.answers["nobody"]


@each(LOOKS)
def test_looking_changes_nothing(row, stage):
    wrote = {table for who in PEOPLE for table in heard(row, who, stage, by=row.door).wrote}
    also = {table for part, table in ALSO_WRITTEN.items() if part in row.pattern}
    assert wrote - WRITTEN_BY_LOOKING - also == set()


@each(LOOKS)
def test_head_is_answered_wherever_get_is(row, stage):
    head = heard(row, "mira", stage, by=row.door, method="HEAD")
    assert (head.cell, head.text) == (row.answers["mira"].replace("none", "200"), "")


@pytest.mark.parametrize("who", UNREAD)
def test_nowhere_is_read_who_visited_by_whom_it_does_not_concern(who, stage):
    texts = {row.name: heard(row, who, stage, by=row.door).text for row in LOOKS}
    assert {name: hit[0] for name, text in texts.items() if (hit := re.search(UNREAD[who], text))} == {}


@each([row for row in LOOKS if row.pattern.startswith("results/")])
def test_results_that_a_setting_opens_tell_nobody_more_than_a_consumer(row, stage, settings):
    settings.RESULTS_PUBLIC = True
    answer = sent(row, "nobody", stage, by="session")
    assert str(answer.status_code) == row.answers["dewi"]
    assert re.search(UNREAD["dewi"], answer.content.decode()) is None


def test_no_address_is_missing_from_the_table(stage):
    known = {(row.pattern, row.method) for row in ROWS}
    as_written = {row.pattern: row.written.partition("?")[0] for row in ROWS}
    missing = [
        Row(as_written.get(address.pattern, address.pattern), method, {})
        for address in ADDRESSES
        for method in METHODS
        if (address.pattern, method) not in known
    ]
    lines = [line for row in missing if (line := to_be_judged(row, stage))]
    assert not lines, "table.txt lacks (judge each before it goes in):\n" + "\n".join(lines)


def to_be_judged(row, stage):
    """A line of the table as it is now; "" for a method that this address does not know, whoever asks."""
    try:
        if heard(row, "mira", stage, by=row.door).cell == "405":
            return ""
        return line_of(row.written, row.method, answered(row, stage))
    except KeyError as name:
        return f"{row.name}: staging.py names nothing {name}"


def test_every_line_of_the_table_has_its_address():
    there = {address.pattern for address in ADDRESSES}
    assert [row.name for row in ROWS if row.pattern not in there] == []
    assert len({row.name for row in ROWS}) == len(ROWS)
