"""Decisions of the console in values: filters, spans, flags in words, the map, times, comparisons. No database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import translation

from backend.assignments.rules import Window
from backend.console.errors import UnknownFilter
from backend.console.flags import TITLES, explain, tags_of
from backend.console.inbox_filters import Asked, regions_listed
from backend.console.spans import deadline, in_words
from backend.console.visit.attempts import difference
from backend.console.visit.norms import norm_words
from backend.console.visit.place_map import HEIGHT, WIDTH, bar_metres, drawn
from backend.console.visit.standard import beside
from backend.console.visit.testimony import Written, plain, written
from backend.console.visit.timeline import durations, on_day, ranges, timeline, waited_minutes
from backend.console.visit.wording import answer_words
from backend.units.rules import Point
from backend.visits.rules import Flag
from backend.visits.testimony import Place, Told
from tests.backend.indicators.answers import ikkt

NINE = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # nine o'clock in Makassar
MAKASSAR = "Asia/Makassar"
UNIT = Point(-3.8, 114.76)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def later(**span):
    return NINE + timedelta(**span)


# Filters


def test_filters_are_read_and_written_back():
    asked = Asked.read({"state": "accepted", "flags": "no", "q": " samsat & co ", "unknown": "x"})
    assert asked == Asked(state="accepted", flags="no", q="samsat & co")
    assert asked.query == "?state=accepted&flags=no&q=samsat+%26+co"
    assert Asked().query == ""


def test_leaving_what_waits_leaves_the_deadline():
    assert Asked(due="overdue").but(state="accepted") == Asked(state="accepted")
    assert Asked(due="overdue").but(flags="yes") == Asked(due="overdue", flags="yes")


@pytest.mark.parametrize("query", [{"state": "x"}, {"region": "63.0"}, {"due": "overdue", "state": "all"}])
def test_nonsense_is_refused(query):
    with pytest.raises(UnknownFilter):
        Asked.read(query)


def test_many_regions_are_chosen_by_province_first():
    regions = [("63", "Kalsel"), ("64", "Kaltim")]
    regions += [(f"6{p}.{n:02}", "x") for p in (3, 4) for n in range(30)]
    assert regions_listed(regions, "") == regions[:2]
    assert [code for code, _ in regions_listed(regions, "64.05")] == [
        "63",
        "64",
        *(f"64.{n:02}" for n in range(30)),
    ]
    assert regions_listed(regions[:10], "") == regions[:10]


# Spans


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ({"seconds": 30}, "0 minutes"),
        ({"minutes": 1}, "1 minute"),
        ({"hours": 25}, "1 day 1 hour"),
        ({"days": 2, "minutes": 5}, "2 days 5 minutes"),
        ({"days": 2, "hours": 3, "minutes": 5}, "2 days 3 hours"),
        ({"minutes": -65}, "−1 hour 5 minutes"),
    ],
)
def test_spans_in_words(span, words):
    assert in_words(timedelta(**span)) == words


def test_a_deadline_warns_on_its_last_day_and_says_what_is_overdue():
    told = [(deadline(NINE, later(hours=h)).words, deadline(NINE, later(hours=h)).tone) for h in (1, 50, 80)]
    assert told == [("2 days 23 hours left", ""), ("22 hours left", "warn"), ("Overdue by 8 hours", "bad")]


# Flags


def test_every_flag_has_a_name_and_a_sentence():
    assert set(TITLES) == set(Flag)
    for flag in Flag:
        (told,) = explain(
            [{"flag": flag.value, "saw": {"minutes_late": 3, "same_visit": 1, "phone_ahead_seconds": 9}}]
        )
        assert told.title != flag.value
        assert told.sentence or flag is Flag.BAD_VALUE


@pytest.mark.parametrize(
    ("doubt", "sentence"),
    [
        (
            {"flag": "outside_window", "saw": {"minutes_early": 75}},
            "The visit began 1 hour 15 minutes before its window opened.",
        ),
        (
            {"flag": "too_quick", "saw": {"minutes": 4, "minutes_expected": 10}},
            "It took 4 minutes; a visit with so many items takes at least 10 minutes.",
        ),
        (
            {"flag": "far_from_unit", "saw": {"when": "left", "metres": 3330, "accuracy_metres": 17}},
            "On leaving, the phone was 3,330 m from the unit, give or take 17 m. 300 m is usual.",
        ),
        (
            {"flag": "odd_clock", "saw": {"phone_ahead_seconds": -4000, "ended_before_began_seconds": 500}},
            "When it sent, the phone's clock was 1 hour 6 minutes behind ours; up to 10 minutes is usual. "
            "The visit ends 8 minutes before it begins.",
        ),
        (
            {"flag": "fee_differs", "saw": {"item": "O2.1", "told": 120_000, "published": 100_000}},
            "She was told that the official fee is Rp 120,000; published is Rp 100,000.",
        ),
        (
            {"flag": "bad_photo", "saw": {"photos": [{"photo": "x", "reason": "not-an-image"}]}},
            "Photos that cannot be shown: it is not a picture.",
        ),
    ],
)
def test_a_flag_says_what_it_saw(doubt, sentence):
    assert explain([doubt])[0].sentence == sentence


def test_flags_of_newer_servers_and_broken_facts_are_no_reason_to_fail():
    odd = [{"flag": "from_the_future", "saw": 5}, {"flag": "far_from_unit"}, {"flag": None}, 7, {}]
    assert [told.title for told in explain(odd)] == ["from the future", "Far from the unit", "None", ""]
    assert explain("x") == [] == tags_of(None)


# The map


def test_the_map_fits_what_it_shows_and_keeps_north_up():
    place = Place(Point(-3.803, 114.763), accuracy=50)
    sheet = drawn(UNIT, {"arrived": place, "left": None})
    unit, arrived = sheet.spots
    assert (unit.name, arrived.name, arrived.metres) == ("unit", "arrived", 471)
    assert arrived.x > unit.x
    assert arrived.y > unit.y
    for spot in sheet.spots:
        assert spot.radius <= spot.x <= WIDTH - spot.radius
        assert spot.radius <= spot.y <= HEIGHT - spot.radius
    assert sheet.bar_metres == 200


def test_a_map_without_a_unit_and_one_without_a_place():
    assert drawn(UNIT, {"arrived": None, "left": None}) is None
    sheet = drawn(None, {"arrived": Place(UNIT, 10), "left": None})
    assert (sheet.unit, sheet.phone[0].metres) == (None, None)


@pytest.mark.parametrize(
    "place", [Place(Point(90, 180), 0), Place(Point(-3.8, 114.76), 1e308), Place(Point(3, -60), 5, mock=True)]
)
def test_the_map_survives_what_phones_believe(place):
    for spot in drawn(UNIT, {"arrived": place, "left": None}).spots:
        assert 0 <= spot.x <= WIDTH
        assert 0 <= spot.y <= HEIGHT


def test_scale_bars_are_round():
    assert [bar_metres(most) for most in (0.1, 9, 10, 49, 51, 2300)] == [1, 5, 10, 20, 50, 2000]


# Times


def test_the_timeline_tells_two_clocks_and_what_is_odd():
    told = Told(
        started_at=later(minutes=2),
        finished_at=later(minutes=50),
        marks={"arrived": NINE, "called": later(minutes=20)},
    )
    photo = UUID(int=1)
    said = Written(noted={"called": later(minutes=40)}, taken={photo: later(minutes=5)})
    events = timeline(
        told,
        said,
        window=Window(later(days=-1), later(days=1)),
        sent_at=later(hours=3),
        received_at=later(hours=2),
        numbers={photo: 1},
        decisions=[(later(days=2), "Accepted by Budi")],
    )
    assert [(event.what, event.photos, event.remark) for event in events] == [
        ("Window opens", "", ""),
        ("Arrived", "", ""),
        ("Began to record", "", ""),
        ("Photos taken", "1", ""),
        ("Was called", "", "noted 20 minutes later"),
        ("Finished recording", "", ""),
        (
            "Sent, and arrived here",
            "",
            "the phone's clock is 1 hour 0 minutes ahead".replace(" 0 minutes", ""),
        ),
        ("Window closes", "", ""),
        ("Accepted by Budi", "", ""),
    ]
    assert [(one.what, one.span) for one in durations(told, later(hours=2))] == [
        ("Waiting to be called", "20 minutes"),
        ("The whole visit", "50 minutes"),
        ("From finishing to arriving here", "1 hour 10 minutes"),
    ]
    assert waited_minutes(told) == 20


def test_a_visit_that_ends_before_it_begins_is_shown_so():
    told = Told(marks={"arrived": NINE, "left": later(minutes=-30), "called": later(minutes=-10)})
    assert [(one.span, one.odd) for one in durations(told, NINE)] == [
        ("−10 minutes", True),
        ("−20 minutes", True),
        ("−30 minutes", True),
    ]
    assert waited_minutes(told) is None


def test_another_day_shows_its_date():
    assert on_day(NINE, MAKASSAR, NINE.date()) == "09:00"
    assert on_day(later(days=1), MAKASSAR, NINE.date()) == "09:00, 5 Mar 2026"
    assert on_day(None, MAKASSAR, NINE.date()) == ""


def test_numbers_in_a_row_are_a_range():
    assert ranges([3, 1, 2, 7, 9, 8]) == "1–3, 7–9"
    assert ranges([5]) == "5"


# Beside


class Standard:
    fee_rupiah, wait_minutes, completion_amount, completion_unit = 100_000, None, 15, "minutes"


def test_without_observations_the_promises_stand_alone():
    lines = beside(Standard(), default_wait=30, items=[], answers={}, marked_wait=None)
    assert [(line.what, line.published) for line in lines] == [
        ("Fee", "Rp 100,000"),
        ("Completion", "15 minutes"),
    ]
    assert beside(None, default_wait=None, items=[], answers={}, marked_wait=None) == []


def test_a_wait_is_measured_by_the_checklist_where_nothing_is_published():
    (line,) = beside(Standard(), default_wait=30, items=[], answers={}, marked_wait=45)
    assert (line.published, line.verdict, line.tone) == (
        "30 minutes, the checklist's own measure",
        "15 minutes longer",
        "bad",
    )


# Answers in words


@pytest.mark.parametrize(
    ("code", "answer", "words"),
    [
        ("I1.1", {"value": "cukup"}, "Sufficient"),
        ("I1.2", {"value": False}, "No"),
        ("I1.2", {"value": "yes"}, "“yes”, which this item cannot have"),
        ("I2.6", {"na": True}, "Does not apply"),
        ("I4.1", {"value": [6, 7]}, "6 of 7"),
        ("P1.6", {"value": 5}, "5 of 7"),
        ("O1.1", {"value": 1}, "1 minute"),
        ("O1.1", {"value": 7.5}, "7.5 minutes"),
        ("O1.2", {"value": [45, 30]}, "45, where 30 was announced"),
        ("O2.1", {"value": [30_000, None]}, "Rp 30,000 asked"),
        ("O2.1", {"value": [30_000, 25_000]}, "Rp 30,000 asked; Rp 25,000 named as official"),
        ("C3.3", {"value": "none"}, "No answer came"),
        ("C3.3", {"value": 3}, "3 working days"),
        ("C3.3", {}, "Not answered"),
        ("C3.3", None, "Not answered"),
        ("C3.3", [1], "“[1]”, which this item cannot have"),
    ],
)
def test_answers_in_words(code, answer, words):
    items = {item.code: item for item in ikkt().items_for("SAM")}
    assert answer_words(items[code], answer) == words


# Free parts, attempts, norms


def test_free_parts_are_bounded():
    assert plain("x" * 400) == "x" * 300 + "…"
    assert plain({"a": [1, None]}) == '{"a": [1, null]}'
    assert plain(None) == ""
    many = written({"context": {str(n): n for n in range(99)}, "jottings": [{"text": "a"}] * 500})
    assert (len(many.context), len(many.jottings)) == (40, 100)


def test_attempts_are_compared_also_where_the_checklist_knows_nothing():
    old = {"answers": {"X1": {"value": 1, "note": "a"}}, "narrative": "n"}
    new = {"answers": {"X1": {"value": 2, "note": "a"}}, "narrative": "n"}
    found = difference(old, new, [], (["p"], ["p", "q"]))
    assert [(change.code, change.old, change.new, change.note_differs) for change in found.changes] == [
        ("X1", "1", "2", False)
    ]
    assert (found.photos_added, found.photos_removed, found.narrative_differs) == (("q",), (), False)
    assert not difference(old, old, [], ([], [])).anything
    assert not difference({"answers": 5}, {}, [], ([], [])).anything


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("U21-4", "UU 25/2009 Pasal 21 komponen 4 (jangka waktu penyelesaian)"),
        ("U15f", "UU 25/2009 Pasal 15 huruf f"),
        ("U36", "UU 25/2009 Pasal 36"),
        ("PP76-2020", "PP 76/2020"),
        ("UU27-2022", "UU 27/2022"),
        ("PK-F03-4", "PEKPPP F-03 pernyataan 4"),
        ("F26", "F26"),
    ],
)
def test_norms_are_written_out(short, full):
    assert norm_words(short) == full
