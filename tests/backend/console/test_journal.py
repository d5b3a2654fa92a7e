"""The journal as pages show it: who reads what, narrowed how, and what leaves as a file."""

import ast
import csv
import io
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

import backend
from backend.console.deeds import SENTENCES, sentence_of
from backend.journal.actions import one_transaction, record
from backend.journal.models import Entry
from backend.people.models import Programme
from tests import world
from tests.world import browser_of

pytestmark = pytest.mark.django_db

HERE = "/console/kalsel/journal/"


@one_transaction
def deed(event, by, subject=None, of=None, **facts):
    of = of or world.programme()
    record(event, subject or of, by=by.user if by else None, programme=of.pk, data=facts)


def lines_of(answer):
    return [(told["who"], told["deed"]) for told in answer.context["lines"]]


def test_mira_reads_who_did_what_newest_first(mira, budi):
    deed("visit.accepted", budi)
    deed("table.imported", mira, kind="units", created=3, updated=1, unchanged=0)
    deed("visit.scored", None, value="81.5")
    deed("visit.photos-counted", None, missing=1)
    people = [
        ("Mira", "brought in the table units: 3 new, 1 changed, 0 as they were"),
        ("Budi", "accepted a visit"),
    ]
    machine = [
        ("The system", "counted which photos a visit still lacks: 1 of –"),
        ("The system", "scored a visit: 81.5"),
    ]
    assert lines_of(browser_of(mira, "en").get(HERE)) == people
    assert lines_of(browser_of(mira, "en").get(f"{HERE}?event=all")) == [*machine, *people]


@pytest.mark.parametrize("name", ["sari", "budi", "dewi"])
def test_who_does_not_run_the_programme_does_not_read_its_journal(name, request, programme):
    browser = browser_of(request.getfixturevalue(name))
    assert browser.get(HERE).status_code == 403
    assert browser.post(f"{HERE}taken/").status_code == 403


def test_agus_finds_no_such_programme(agus, programme):
    assert browser_of(agus, "en").get(HERE).status_code == 404


def test_another_programmes_lines_are_not_there(mira, agus):
    deed("visit.accepted", agus, of=Programme.objects.get(code="papua"))
    assert lines_of(browser_of(mira, "en").get(HERE)) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("event=visit.accepted", ["accepted a visit"]),
        ("person=BUDI", ["accepted a visit"]),
        ("person=Mira", ["changed an order"]),
        ("from=2000-01-01&to=2001-01-01", []),
        ("from=2000-01-01", ["changed an order", "accepted a visit"]),
        ("event=&person=&subject=&from=&to=", ["changed an order", "accepted a visit"]),
    ],
)
def test_mira_narrows_the_journal(mira, budi, query, expected):
    deed("visit.accepted", budi)
    deed("assignment.changed", mira)
    assert [said for _who, said in lines_of(browser_of(mira, "en").get(f"{HERE}?{query}"))] == expected


def test_mira_asks_what_happened_to_one_order(mira, order):
    deed("assignment.changed", mira, order)
    deed("assignment.changed", mira)
    answer = browser_of(mira, "en").get(f"{HERE}?subject={order.pk}")
    assert [said for _who, said in lines_of(answer)] == ["changed an order", "ordered a visit of unit –"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("event=visit.eaten", "event"),
        ("event=%00", "event"),
        ("person=nobody", "person"),
        ("person=a%00b", "person"),
        ("subject=%00x", "subject"),
        ("from=2026-02-30", "from"),
        ("to=tomorrow", "to"),
        ("from=9999-12-31", "from"),
        ("from=2026-02-02&to=2026-02-01", "to"),
        ("scope=world", "scope"),
    ],
)
def test_a_filter_that_makes_no_sense_is_said_to_be_none(mira, query, field):
    answer = browser_of(mira, "en").get(f"{HERE}?{query}")
    assert answer.status_code == 400
    assert list(answer.context["asked"].wrong) == [field]
    assert "This filter makes no sense" in answer.content.decode()


def test_root_reads_that_a_visit_was_told_and_not_by_whom(root, sari, programme):
    deed("visit.told", sari, flags=[])
    deed("assignment.made", root, unit="SAM-01", inspector=str(sari.id))
    browser = browser_of(root, "en")
    answer = browser.get(HERE)
    assert lines_of(answer) == [("Root", "ordered a visit of unit SAM-01"), ("An inspector", "told a visit")]
    assert str(sari.id) not in answer.content.decode()
    assert "sari" not in answer.content.decode().lower()
    assert lines_of(browser.get(f"{HERE}?person=sari")) == []


def test_root_does_not_learn_it_from_the_api_or_the_file_either(root, sari, programme):
    deed("visit.told", sari, inspector=str(sari.id))
    told = world.told(root.api, f"journal?programme={programme.pk}", method="get")[1]["results"]
    assert [(line["actor"], line["device"], line["data"]) for line in told] == [(None, None, {})]
    assert [row["who"] for row in taken(browser_of(root, "en"))] == ["root", ""]


def test_mira_who_follows_the_visits_sees_who_told_them(mira, sari):
    deed("visit.told", sari)
    assert lines_of(browser_of(mira, "en").get(HERE)) == [("Sari", "told a visit")]


def test_root_reads_the_lines_of_no_programme_and_mira_does_not(root, mira, rina):
    world.told(rina.api, "logout")
    assert lines_of(browser_of(root, "en").get(f"{HERE}?scope=installation"))[-1] == (
        "Rina",
        "signed out of a phone",
    )
    assert browser_of(mira, "en").get(f"{HERE}?scope=installation").status_code == 403


def test_mira_takes_the_lines_along_and_the_journal_notes_it(mira, budi):
    deed("visit.returned", budi, note="=cmd|' /C calc'!A0")
    rows = taken(browser_of(mira, "en"), event="visit.returned")
    assert [(row["event"], row["who"], row["facts"]) for row in rows] == [
        ("visit.returned", "budi", '{"note": "=cmd|\' /C calc\'!A0"}')
    ]
    line = Entry.objects.latest("id")
    assert (line.event, line.actor_id, line.data) == (
        "export.made",
        mira.id,
        {"what": "journal", "form": "csv", "event": "visit.returned"},
    )


def test_a_file_of_a_filter_without_sense_is_not_made(mira):
    assert browser_of(mira, "en").post(f"{HERE}taken/", {"from": "soon"}).status_code == 400
    assert not Entry.objects.filter(event="export.made").exists()


def test_script_in_a_fact_is_text(mira):
    deed("assignment.cancelled", mira, reason="<script>alert(1)</script>")
    words = browser_of(mira, "en").get(HERE).content.decode()
    assert "<script>alert" not in words
    assert "&lt;script&gt;alert(1)" in words


def test_pages_follow_each_other_and_cost_the_same(mira):
    for _ in range(120):
        deed("assignment.changed", mira)
    browser = browser_of(mira, "en")
    with CaptureQueriesContext(connection) as first:
        answer = browser.get(HERE)
    seen = [told["line"].pk for told in answer.context["lines"]]
    with CaptureQueriesContext(connection) as second:
        answer = browser.get(HERE + answer.context["list"].next)
    seen += [told["line"].pk for told in answer.context["lines"]]
    assert len(set(seen)) == 100
    assert seen == sorted(seen, reverse=True)
    assert len(first) == len(second) <= 10
    assert browser.get(f"{HERE}?after=nonsense").status_code == 400


def taken(browser, **asked):
    answer = browser.post(f"{HERE}taken/", asked)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


# Words


def recorded_events():
    """Every event that a call of record() names in the sources; f-strings as patterns."""
    for file in Path(backend.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and node.args:
                yield from texts_in(node.args[0])


def texts_in(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(re.escape(p.value) if isinstance(p, ast.Constant) else r"[a-z-]+" for p in node.values)
    else:
        for child in ast.iter_child_nodes(node):
            yield from (text for text in texts_in(child) if r"\." in text)


def test_every_event_has_a_sentence():
    events = set(recorded_events())
    assert len(events) > 25
    assert sorted(one for one in events if not any(re.fullmatch(one, known) for known in SENTENCES)) == []


def test_an_event_without_a_sentence_is_told_by_its_name():
    assert sentence_of("visit.eaten", {"x": 1}) == "visit.eaten"


def test_a_fact_that_is_not_there_leaves_a_dash():
    with override("en"):
        assert sentence_of("computation.made", {}) == "computed the figures of –"
