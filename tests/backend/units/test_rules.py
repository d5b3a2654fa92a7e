from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.units.rules import (
    Point,
    Span,
    UnreadableHours,
    clashing,
    codes_above,
    going_round,
    metres_between,
    parse_opening_hours,
    standard_on,
)

SAMSAT, BOOTH = UUID(int=1), UUID(int=2)
WITA = ZoneInfo("Asia/Makassar")


def test_a_week_with_a_noon_break_is_read():
    assert parse_opening_hours("Mon-Tue 08:00-12:00,13:00-15:30; Fri 08:00-11:00").spans == (
        Span(0, 480, 720),
        Span(0, 780, 930),
        Span(1, 480, 720),
        Span(1, 780, 930),
        Span(4, 480, 660),
    )


def test_nobody_knows_the_hours_of_an_empty_text():
    assert parse_opening_hours("").known is False


def test_the_report_desk_never_closes():
    desk = parse_opening_hours("Mon-Sun 00:00-24:00")
    assert all(desk.open_at(datetime(2026, 3, 1, hour, 59, tzinfo=WITA)) for hour in range(24))


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-05 07:59", False),  # Thursday
        ("2026-03-05 08:00", True),
        ("2026-03-05 12:00", False),  # noon break: the closing minute is closed
        ("2026-03-05 13:00", True),
        ("2026-03-06 09:00", False),  # Friday is not named
    ],
)
def test_sari_sees_whether_the_office_is_open(moment, is_open):
    office = parse_opening_hours("Mon-Thu 08:00-12:00,13:00-15:30")
    assert office.open_at(datetime.fromisoformat(moment).replace(tzinfo=WITA)) is is_open


@pytest.mark.parametrize(
    "text",
    [
        "Senin 08:00-15:00",
        "Mon",
        "Mon 8-15",
        "Mon 08:00-15:60",
        "Mon 24:30-25:00",
        "Mon 15:00-08:00",
        "Mon 08:00-08:00",
        "Fri-Mon 08:00-15:00",
        "Mon,Mon 08:00-15:00",
        "Mon 08:00-12:00,11:00-15:00",
        "Mon-Wed 08:00-12:00; Tue 10:00-11:00",
        "Mon ٠٨:٠٠-١٥:٠٠",
        "Mon 08:00-15:00" + " " * 200,
    ],
)
def test_unreadable_hours_are_refused(text):
    with pytest.raises(UnreadableHours):
        parse_opening_hours(text)


@given(st.text(max_size=60))
def test_whatever_is_typed_as_hours_is_read_or_refused(text):
    with suppress(UnreadableHours):
        parse_opening_hours(text)


@dataclass(frozen=True)
class Promise:
    name: str
    valid_from: date = date(2021, 1, 1)
    valid_to: date | None = None
    unit_id: UUID | None = None
    region_id: str | None = None


def binding(*promises: Promise, on: date = date(2026, 3, 4), unit: UUID = SAMSAT, region: str = "63.01"):
    found = standard_on(on, promises, unit=unit, region=region)
    return found.name if found else None


NATION, PROVINCE = Promise("nation"), Promise("province", region_id="63")
REGENCY, OWN = Promise("regency", region_id="63.01"), Promise("own", unit_id=SAMSAT)


def test_the_nearest_promise_binds():
    assert binding(NATION, OWN, PROVINCE, REGENCY) == "own"
    assert binding(PROVINCE, REGENCY, NATION) == "regency"
    assert binding(NATION, PROVINCE) == "province"
    assert binding(NATION) == "nation"


def test_promises_of_others_do_not_bind():
    assert binding(OWN, REGENCY, unit=BOOTH, region="63.71") is None
    assert binding(Promise("six", region_id="6"), Promise("63.0", region_id="63.0")) is None


def test_a_promise_holds_on_its_first_and_last_day_only():
    old = Promise("old", date(2010, 6, 26), date(2017, 1, 5))
    new = Promise("new", date(2017, 1, 6))
    days = [date(2010, 6, 25), date(2010, 6, 26), date(2017, 1, 5), date(2017, 1, 6), date(2026, 1, 1)]
    assert [binding(old, new, on=day) for day in days] == [None, "old", "old", "new", "new"]


def test_of_two_promises_the_later_binds():
    assert binding(Promise("2024", date(2024, 1, 1)), Promise("2021"), on=date(2025, 1, 1)) == "2024"


def test_a_past_promise_of_the_unit_gives_way_to_the_nation():
    assert binding(Promise("past", unit_id=SAMSAT, valid_to=date(2022, 1, 1)), NATION) == "nation"


def test_a_code_knows_what_it_lies_below():
    assert codes_above("63.01.05") == ["63", "63.01", "63.01.05"]


DAYS = st.integers(0, 30).map(lambda days: date(2026, 1, 1) + timedelta(days=days))
VALIDITY = st.tuples(DAYS, st.none() | DAYS).filter(lambda v: v[1] is None or v[0] <= v[1])


@given(st.lists(VALIDITY, max_size=8))
def test_u7_whatever_shares_a_day_is_found(validities):
    def share(one, other):
        return (other[1] is None or one[0] <= other[1]) and (one[1] is None or other[0] <= one[1])

    pairs = combinations(range(len(validities)), 2)
    by_hand = {x for i, j in pairs if share(validities[i], validities[j]) for x in (i, j)}
    assert clashing(validities) == by_hand


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefg"), max_size=6))
def test_u4_whoever_comes_back_to_itself_is_found(hosts):
    def comes_back(start):
        here = hosts.get(start)
        for _ in hosts:
            if here == start:
                return True
            here = hosts.get(here)
        return False

    assert going_round(hosts) == {one for one in hosts if comes_back(one)}


def test_one_degree_along_the_equator_is_111_kilometres():
    assert round(metres_between(Point(0, 114), Point(0, 115))) == 111_195


def test_from_pelaihari_to_banjarmasin_is_about_57_kilometres():
    assert round(metres_between(Point(-3.7985, 114.7720), Point(-3.3190, 114.5910)) / 1000) == 57


def test_the_other_side_of_the_earth_is_far_and_here_is_near():
    assert metres_between(Point(-3.3, 114.6), Point(-3.3, 114.6)) == 0
    assert round(metres_between(Point(0, 0), Point(0, 180)) / 1000) == 20_015
