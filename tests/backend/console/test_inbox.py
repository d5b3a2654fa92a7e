"""Budi's inbox: what waits, for how long, narrowed how; and nothing of anybody else's."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from backend.assignments.actions import cancel
from backend.core.ids import uuid7
from backend.review.actions import decide
from backend.review.rules import Judgement, Verdict
from backend.visits.models import Visit
from tests import world
from tests.backend.console.desk import INBOX, address, at, photo_of, told_by, visits_to
from tests.backend.visits.telling import HERE
from tests.world import browser_of

pytestmark = pytest.mark.django_db

FAR = {"arrived": {**HERE, "lat": -3.0}, "left": HERE}
SCRIPT = "<script>alert('x')</script>"


def units_on(answer):
    return [row.visit.assignment.unit.code for row in answer.context["rows"]]


def count_of(answer, group, title):
    with translation.override("en"):
        return next(link.count for link in answer.context[group] if str(link.title) == title)


def judged(visit, verdict, by):
    judgement = Judgement(verdict, note="Lihat lagi.", ground=None)
    decide(visit.pk, judgement, decision=uuid7(), attempt=visit.attempt, by=by.user)


def test_budi_sees_the_oldest_first(budi, sari):
    visits_to(sari, 3)
    answer = browser_of(budi, "en").get(INBOX)
    assert answer.status_code == 200
    assert units_on(answer) == ["SAM-63.01-000", "SAM-63.01-001", "SAM-63.01-002"]
    html = answer.content.decode()
    assert "69 hours" not in html
    assert "2 days 21 hours left" in html
    assert "Sari" in html


def test_what_is_overdue_says_so_and_is_a_filter(budi, sari):
    old, _new = visits_to(sari, 2)
    at(old, timedelta(hours=75, minutes=5))
    browser = browser_of(budi, "en")
    answer = browser.get(INBOX)
    assert "Overdue by 3 hours 5 minutes" in answer.content.decode()
    assert count_of(answer, "facets", "Overdue") == 1
    assert units_on(browser.get(f"{INBOX}?due=overdue")) == ["SAM-63.01-000"]


def test_budi_sees_nothing_of_watis_region(budi, wati, sari):
    visits_to(sari, 1, where="63.71")
    assert units_on(browser_of(budi, "en").get(INBOX)) == []
    assert units_on(browser_of(budi, "en").get(f"{INBOX}?region=63.71")) == []
    assert units_on(browser_of(wati, "en").get(INBOX)) == ["SAM-63.71-000"]


@pytest.mark.parametrize(("name", "status"), [("sari", 403), ("dewi", 403), ("agus", 404), ("mira", 200)])
def test_who_opens_the_inbox(name, status, request, programme):
    assert browser_of(request.getfixturevalue(name)).get(INBOX).status_code == status


def test_mira_reads_and_chooses_nothing(mira, sari):
    visits_to(sari, 1)
    answer = browser_of(mira, "en").get(INBOX)
    assert units_on(answer) == ["SAM-63.01-000"]
    assert 'name="visit"' not in answer.content.decode()


def test_only_what_needs_no_look_can_be_chosen(budi, sari):
    plain = visits_to(sari, 1)[0]
    flagged = told_by(sari, world.order(sari, at=world.unit("SAM-02")), place=FAR)
    order = world.order(sari, at=world.unit("SAM-03"))
    waiting = told_by(sari, order, photos=[photo_of(sari, order, state="need")])
    html = browser_of(budi, "en").get(INBOX).content.decode()
    assert f'value="{plain.pk}:1"' in html
    assert f"{flagged.pk}:" not in html
    assert f"{waiting.pk}:" not in html
    assert "Far from the unit" in html
    assert "1 photo missing" in html


def test_filters_narrow_and_are_counted(budi, sari):
    visits_to(sari, 2)
    visits_to(sari, 1, where="63.02", type="KTH")
    told_by(sari, world.order(sari, at=world.unit("SAM-09")), place=FAR)
    browser = browser_of(budi, "en")
    answer = browser.get(INBOX)
    with translation.override("en"):
        links = [*answer.context["trays"], *answer.context["facets"]]
        counts = {str(link.title): link.count for link in links}
    assert counts == {
        "Awaiting review": 4,
        "Returned": 0,
        "Accepted": 0,
        "Rejected": 0,
        "All": None,
        "Flagged": 1,
        "Not flagged": 3,
        "Photos missing": 0,
        "Overdue": 0,
    }
    assert units_on(browser.get(f"{INBOX}?flags=yes")) == ["SAM-09"]
    assert units_on(browser.get(f"{INBOX}?type=KTH")) == ["KTH-63.02-000"]
    assert units_on(browser.get(f"{INBOX}?region=63.02&flags=no")) == ["KTH-63.02-000"]
    assert units_on(browser.get(f"{INBOX}?region=63.02&flags=yes")) == []
    assert 'aria-current="true"' in browser.get(f"{INBOX}?flags=yes").content.decode()


@pytest.mark.parametrize(
    "query", ["photos=missing&flags=yes", "photos=missing&due=overdue", "flags=no&due=overdue"]
)
def test_filters_hold_together(query, budi, sari):
    order = world.order(sari, at=world.unit("SAM-03"))
    photo = photo_of(sari, order, state="need")
    at(
        told_by(sari, order, photos=[photo], place=FAR if "yes" in query else {"arrived": HERE}),
        timedelta(days=4),
    )
    visits_to(sari, 1)
    if "photos" not in query:
        Visit.objects.update(photos_missing=0)
    assert units_on(browser_of(budi, "en").get(f"{INBOX}?{query}")) == ["SAM-03"]


def test_what_was_judged_lies_in_its_own_tray(budi, sari):
    first, second, _third = visits_to(sari, 3)
    judged(first, Verdict.ACCEPTED, budi)
    judged(second, Verdict.RETURNED, budi)
    browser = browser_of(budi, "en")
    assert units_on(browser.get(INBOX)) == ["SAM-63.01-002"]
    assert units_on(browser.get(f"{INBOX}?state=accepted")) == ["SAM-63.01-000"]
    assert units_on(browser.get(f"{INBOX}?state=returned")) == ["SAM-63.01-001"]
    assert units_on(browser.get(f"{INBOX}?state=all")) == ["SAM-63.01-002", "SAM-63.01-001", "SAM-63.01-000"]


def test_a_cancelled_order_awaits_nothing(budi, mira, sari):
    visit = visits_to(sari, 1)[0]
    cancel(visit.pk, reason="Unit tutup", by=mira.user)
    browser = browser_of(budi, "en")
    assert units_on(browser.get(INBOX)) == []
    assert "Order cancelled" in browser.get(f"{INBOX}?state=all").content.decode()


def test_search_finds_units_by_name_and_code_and_opens_a_visit_by_its_id(budi, wati, sari):
    visits_to(sari, 3)
    wanted = Visit.objects.get(assignment__unit__code="SAM-63.01-001")
    browser = browser_of(budi, "en")
    assert units_on(browser.get(INBOX, {"q": "01-001"})) == ["SAM-63.01-001"]
    assert units_on(browser.get(INBOX, {"q": "unit sam-63"})) == [f"SAM-63.01-00{n}" for n in range(3)]
    assert units_on(browser.get(INBOX, {"q": "kantor pos"})) == []
    assert browser.get(INBOX, {"q": str(wanted.pk)})["Location"] == address(wanted)
    assert units_on(browser_of(wati, "en").get(INBOX, {"q": str(wanted.pk)})) == []


@pytest.mark.parametrize(
    "query",
    [
        "state=perhaps",
        "flags=some",
        "photos=1",
        "due=soon",
        "state=accepted&due=overdue",
        "region=63.99.x",
        "region=%00",
        "type=XXX",
        "q=a%00b",
        f"q={'a' * 101}",
        "after=nonsense",
    ],
)
def test_a_filter_that_makes_no_sense_gets_a_clear_page(budi, query):
    answer = browser_of(budi, "en").get(f"{INBOX}?{query}")
    assert answer.status_code == 400
    assert "<h1" in answer.content.decode()


def test_paging_keeps_the_filters_and_forgets_nobody(budi, sari):
    visits_to(sari, 53)
    browser = browser_of(budi, "en")
    first = browser.get(f"{INBOX}?flags=no&type=SAM")
    assert "flags=no&type=SAM&after=" in first.context["list"].next
    second = browser.get(INBOX + first.context["list"].next)
    assert len(units_on(first)) == 50
    assert units_on(second) == [f"SAM-63.01-0{n}" for n in (50, 51, 52)]


def test_words_of_people_are_text(budi, sari):
    unit = world.unit("SAM-77")
    unit.name = SCRIPT
    unit.save()
    told_by(sari, world.order(sari, at=unit))
    answer = browser_of(budi, "en").get(INBOX, {"q": SCRIPT})
    assert units_on(answer) == ["SAM-77"]
    assert SCRIPT not in answer.content.decode()


def test_thirty_visits_cost_what_one_costs(budi, sari):
    visits_to(sari, 1)
    browser = browser_of(budi, "en")
    browser.get(INBOX)
    counts = []
    for more in (0, 30):
        visits_to(sari, more, where="63.02")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser.get(f"{INBOX}?flags=no&q=sam&region=63")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_a_search_in_place_that_names_a_visit_moves_the_whole_window_there(budi, sari):
    """htmx follows a redirect out of sight, and would put one page into another."""
    visit = told_by(sari, world.order(sari))
    answer = browser_of(budi, "en").get(f"{INBOX}?q={visit.pk}", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, address(visit))
