"""The spacing of covert visits, in values."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from backend.assignments.errors import AccountRotation, InquiryOnly, Rotation, Spacing, WindowClosesFirst
from backend.assignments.rules import (
    CHANGEABLE,
    OPEN,
    Hindrance,
    OrderState,
    Planned,
    Scenario,
    Window,
    check_spacing,
    check_terms,
    hindrances,
)

SARI, RINA, TONO = (UUID(int=n) for n in (1, 2, 3))
SAMSAT, SAMSAT_2, PUSKESMAS = (UUID(int=n) for n in (11, 12, 13))
ACCOUNT = {
    SAMSAT: ("samsat", "63.01"),
    SAMSAT_2: ("samsat", "63.01"),
    PUSKESMAS: ("pemda", "63.01"),
}
DAY = date(2026, 6, 1)


def planned(who, where, day, order=100):
    return Planned(UUID(int=order), who, where, ACCOUNT[where], day)


def after(days):
    return DAY + timedelta(days=days)


@pytest.mark.parametrize(
    ("who", "where", "days", "problem"),
    [
        (SARI, SAMSAT, 179, Rotation),
        (SARI, SAMSAT, 180, None),
        (SARI, SAMSAT, -179, Rotation),
        (SARI, SAMSAT, -180, None),
        (SARI, SAMSAT, 0, Rotation),
        (SARI, SAMSAT_2, 89, AccountRotation),
        (SARI, SAMSAT_2, 90, None),
        (SARI, SAMSAT_2, -89, AccountRotation),
        (SARI, PUSKESMAS, 0, None),
        (RINA, SAMSAT, 6, Spacing),
        (RINA, SAMSAT, 7, None),
        (RINA, SAMSAT, -6, Spacing),
        (RINA, SAMSAT, -7, None),
        (RINA, SAMSAT_2, 0, None),
    ],
)
def test_a2_a3_how_near_another_visit_may_be(who, where, days, problem):
    other = planned(SARI, SAMSAT, DAY, order=5)
    wanted = planned(who, where, after(days))
    found = [hindrance.problem for hindrance in hindrances(wanted, [other])]
    assert found == ([problem] if problem else [])


def test_a2_an_inspector_of_another_region_or_class_is_another_account():
    other = Planned(UUID(int=5), SARI, SAMSAT, ("samsat", "63.01"), DAY)
    elsewhere = Planned(UUID(int=6), SARI, SAMSAT_2, ("samsat", "63.02"), DAY)
    assert hindrances(elsewhere, [other]) == []


def test_the_reason_names_the_other_order_and_the_first_free_day():
    other = planned(SARI, SAMSAT, DAY, order=5)
    found = hindrances(planned(SARI, SAMSAT, after(10)), [other])
    assert found == [Hindrance(Rotation, UUID(int=5), date(2026, 11, 28))]
    free = planned(SARI, SAMSAT, found[0].free_from)
    assert hindrances(free, [other]) == []


def test_the_worst_reason_comes_first_and_all_are_told():
    others = [
        planned(RINA, SAMSAT, after(3), order=5),
        planned(SARI, SAMSAT_2, after(1), order=6),
        planned(SARI, SAMSAT, after(-100), order=7),
        planned(SARI, SAMSAT, after(-50), order=8),
        planned(TONO, SAMSAT_2, after(0), order=9),
    ]
    with pytest.raises(Rotation) as refused:
        check_spacing(planned(SARI, SAMSAT, DAY), others)
    assert refused.value.facts == {
        "order": UUID(int=8),
        "free_from": date(2026, 10, 9),
        "hindrances": [
            {"code": "rotation", "order": str(UUID(int=8)), "free_from": "2026-10-09"},
            {"code": "rotation", "order": str(UUID(int=7)), "free_from": "2026-08-20"},
            {"code": "account-rotation", "order": str(UUID(int=6)), "free_from": "2026-08-31"},
            {"code": "spacing", "order": str(UUID(int=5)), "free_from": "2026-06-11"},
        ],
    }


def test_an_order_does_not_hinder_itself():
    same = planned(SARI, SAMSAT, DAY)
    assert hindrances(planned(SARI, SAMSAT, after(2)), [same]) == []


def test_a4_days_are_the_units_own():
    evening = datetime(2026, 6, 1, 16, 30, tzinfo=UTC)
    window = Window(evening, evening + timedelta(days=1))
    assert window.opening_day("Asia/Jakarta") == date(2026, 6, 1)
    assert window.opening_day("Asia/Makassar") == date(2026, 6, 2)


def test_a_window_holds_its_first_moment_and_not_its_last():
    opens, closes = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
    window = Window(opens, closes)
    assert [window.holds(moment) for moment in (opens, closes, closes - timedelta(microseconds=1))] == [
        True,
        False,
        True,
    ]


def test_a1_a_window_that_closes_first_is_refused():
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for closes in (noon, noon - timedelta(minutes=1)):
        with pytest.raises(WindowClosesFirst):
            check_terms(Window(noon, closes), Scenario.INQUIRY, "")


def test_a10_nobody_is_sent_to_report_a_crime_that_was_none():
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    window = Window(noon, noon + timedelta(days=1))
    check_terms(window, Scenario.INQUIRY, "SPKT")
    check_terms(window, Scenario.TRANSACTION, "SKCK")
    with pytest.raises(InquiryOnly):
        check_terms(window, Scenario.TRANSACTION, "SPKT")


def test_a9_decided_and_cancelled_orders_stay_as_they_are():
    closed = set(OrderState) - OPEN
    assert closed == {OrderState.ACCEPTED, OrderState.REJECTED, OrderState.CANCELLED}
    assert not closed & set(CHANGEABLE)
