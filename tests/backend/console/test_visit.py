"""The page of one visit: everything that is known of it, for those who may see it; and nothing breaks it."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core.ids import uuid7
from backend.review.actions import decide
from backend.review.rules import Judgement, Point, Verdict
from backend.visits.models import Visit
from tests import world
from tests.backend.console.desk import INBOX, address, photo_of, told_by, visits_to
from tests.backend.visits.telling import HERE, answers, doc, tell, telling
from tests.world import browser_of

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert('x')</script>"


@pytest.fixture
def visit(sari, order):
    return told_by(sari, order)


def open_page(person, visit, query="", language="en"):
    answer = browser_of(person, language).get(address(visit) + query)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def item_of(answer, code):
    found = [
        item
        for dimension in answer.context["dimensions"]
        for indicator in dimension.indicators
        for item in indicator.items
        if item.code == code
    ]
    return found[0]


@pytest.mark.parametrize(
    ("name", "status"),
    [("sari", 403), ("dewi", 403), ("wati", 404), ("agus", 404), ("mira", 200), ("budi", 200)],
)
def test_who_opens_a_visit(name, status, request, visit):
    assert browser_of(request.getfixturevalue(name)).get(address(visit)).status_code == status


def test_a_visit_of_another_programme_is_not_here(agus, visit):
    assert browser_of(agus, "en").get(f"/console/papua/visits/{visit.pk}/").status_code == 404


def test_budi_reads_what_was_told(budi, visit):
    html = open_page(budi, visit)
    assert "Unit SAM-01" in html
    assert "Antrean tertib." in html
    assert "No flags: place, time, clock, answers and papers are as expected." in html
    assert "On arrival 0 m from the unit, give or take 12 m." in html
    assert "3 days" not in html
    assert "2 days 23 hours left" in html
    assert 'form="return"' in html


def test_mira_reads_the_same_and_returns_nothing(mira, visit):
    html = open_page(mira, visit)
    assert "Antrean tertib." in html
    assert 'form="return"' not in html


def test_the_page_speaks_indonesian(budi, visit):
    html = open_page(budi, visit, language="id")
    assert "Apakah tempat duduk ruang tunggu mencukupi" in html
    assert 'lang="id"' in html


def test_next_and_previous_stay_in_the_list_it_was_opened_from(budi, sari):
    first, second, third = visits_to(sari, 3)
    visits_to(sari, 1, where="63.02", type="KTH")
    html = open_page(budi, second, "?type=SAM")
    assert f'href="{address(third)}?type=SAM" rel="next" data-key="j"' in html
    assert f'href="{address(first)}?type=SAM" rel="prev" data-key="k"' in html
    assert f'href="{INBOX}?type=SAM"' in html
    assert 'rel="next"' not in open_page(budi, third, "?type=SAM")
    assert 'rel="next"' in open_page(budi, third, "?type=nonsense")


def test_flags_say_what_they_saw_and_lead_there(budi, sari, order):
    given = answers(order)
    del given["O1.1"]
    visit = told_by(sari, order, answers=given, place={"arrived": {**HERE, "lat": -3.83, "accuracy_m": 20}})
    html = open_page(budi, visit)
    assert "On arrival, the phone was 3,336 m from the unit, give or take 20 m. 300 m is usual." in html
    assert "These items are asked here and have no answer." in html
    assert 'href="#item-O1.1"' in html


def test_the_standard_stands_beside_what_was_observed(budi, sari, order):
    world.standard(order.product, fee=100_000, wait=30)
    given = answers(order) | {"O1.1": {"value": 77}, "O2.1": {"value": [150_000, 120_000]}}
    answer = browser_of(budi, "en").get(address(told_by(sari, order, answers=given)))
    lines = [(line.what, line.published, line.observed, line.verdict) for line in answer.context["beside"]]
    assert lines[:2] == [
        (
            "Fee",
            "Rp 100,000",
            "Rp 150,000 asked; Rp 120,000 named as official",
            "Rp 50,000 more than is published",
        ),
        ("Waiting, as answered", "30 minutes", "77 minutes", "47 minutes longer"),
    ]
    assert "PP 76/2020" in answer.content.decode()


def test_no_standard_and_no_point_are_said(budi, sari, order):
    unit = order.unit
    unit.latitude = unit.longitude = None
    unit.save()
    html = open_page(budi, told_by(sari, order))
    assert "No standard is on file for this product here on the day of the visit." in html
    assert "The unit's own point is not on file, so there is no distance." in html


def test_an_item_shows_its_photos_and_its_score(budi, sari, order):
    photo = photo_of(sari, order)
    given = answers(order)
    given["I1.1"] = {"value": "sebagian_berdiri", "photos": [photo["id"]], "note": "Ramai."}
    answer = browser_of(budi, "en").get(address(told_by(sari, order, answers=given, photos=[photo])))
    item = item_of(answer, "I1.1")
    assert (item.answer, str(item.score), item.note) == ("Some visitors have to stand", "50.00", "Ramai.")
    assert item.norms[0] == "UU 25/2009 Pasal 21 komponen 7 (sarana, prasarana, dan/atau fasilitas)"
    html = answer.content.decode()
    assert html.count(f'src="/api/v1/photos/{photo["id"]}/thumbnail"') == 2
    assert f'name="photo" value="{photo["id"]}" form="return"' in html


def test_only_stored_photos_are_shown_and_the_others_said(budi, sari, order):
    """An SVG, a cut picture, bytes that never came, an id that was made up: words in place of a picture."""
    bad = photo_of(sari, order, state="bad", reason="not-an-image")
    missing = photo_of(sari, order, content=b"lain", state="need")
    made_up = str(uuid7())
    given = answers(order)
    given["I1.1"] |= {"photos": [bad["id"], made_up]}
    html = open_page(budi, told_by(sari, order, answers=given, photos=[bad, missing]))
    assert "<img src" not in html
    assert "This photo cannot be shown: it is not a picture." in html
    assert "Has not arrived" in html
    assert "Not listed by this visit" in html


def test_anothers_photo_is_not_shown_by_naming_it(budi, sari, rina, order):
    theirs = photo_of(rina, world.order(rina, at=world.unit("SAM-44")))
    html = open_page(budi, told_by(sari, order, photos=[theirs]))
    assert f"/api/v1/photos/{theirs['id']}" not in html


def test_script_in_every_free_text_is_text(budi, sari, order):
    given = {code: {**answer, "note": SCRIPT, "no_photo": SCRIPT} for code, answer in answers(order).items()}
    given["I1.1"] = {"value": SCRIPT, "note": SCRIPT}
    given[SCRIPT] = {"value": SCRIPT, "note": SCRIPT}
    visit = told_by(
        sari,
        order,
        answers=given,
        narrative=SCRIPT,
        context={"ticket_number": SCRIPT, SCRIPT: SCRIPT, "day_type": SCRIPT, "detected": SCRIPT},
        jottings=[{"at": "2026-01-01T00:00:00+00:00", "text": SCRIPT, "amount_rupiah": 5}],
        statement={"signed": True, "at": SCRIPT},
        **{SCRIPT: SCRIPT},
    )
    html = open_page(budi, visit)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html


@pytest.mark.parametrize(
    "odd",
    [
        {"answers": None},
        {"answers": []},
        {
            "answers": {
                "I1.1": 5,
                "O1.1": {"value": "1e400"},
                "O2.1": {"value": [None, None]},
                "C3.3": {"value": -1},
            }
        },
        {
            "answers": {
                "O1.1": {"value": 1e300},
                "O2.1": {"value": [10**17, True]},
                "P1.6": {"value": {"a": [1]}},
            }
        },
        {"place": 7, "marks": {}, "context": [], "photos": {}, "statement": "ya", "narrative": {"a": 1}},
        {"place": {"arrived": {"lat": 0, "lon": 0, "accuracy_m": 1e308}, "left": {"lat": 90, "lon": 180}}},
        {
            "marks": [{"what": "left", "at": "2199-12-31T23:59:59+00:00"}, {"what": "called"}],
            "started_at": "kemarin",
        },
        {"finished_at": "2001-01-01T00:00:00+00:00", "jottings": [5, {"text": {"x": 1}, "at": 3}]},
        {"photos": [{"id": "x"}, 5, {"id": str(uuid7()), "taken_at": 7}]},
        {"narrative": "x" * 100_000},
    ],
)
def test_odd_testimony_breaks_no_page(budi, sari, order, odd):
    visit = told_by(sari, order, **odd)
    for language in ("en", "id"):
        open_page(budi, visit, language=language)


def test_what_was_set_aside_is_named_and_kept_apart(budi, sari, visit, order):
    tell(sari, telling(order, narrative="Lain lagi."))
    tell(sari, telling(order, text="{", digest="sha256:x", damaged=True))
    html = open_page(budi, visit)
    assert "Also told for this visit" in html
    assert "Lain lagi." not in html
    assert html.count("Look at it") == 2


def test_what_changed_between_attempts(budi, sari, order):
    old, new = photo_of(sari, order, b"gelap"), photo_of(sari, order, b"terang")
    given = answers(order)
    given["I1.1"] = {"value": "sebagian_berdiri", "photos": [old["id"]]}
    visit = told_by(sari, order, answers=given, photos=[old])
    points = (Point("unreadable_photo", item="I1.1", note="Terlalu gelap."),)
    decide(visit.pk, Judgement(Verdict.RETURNED, points=points), decision=uuid7(), attempt=1, by=budi.user)
    given["I1.1"] = {"value": "cukup", "photos": [new["id"]]}
    tell(sari, telling(order, attempt=2, answers=given, photos=[new], narrative="Setelah difoto lagi."))
    answer = browser_of(budi, "en").get(address(visit))
    (pair,) = answer.context["compared"]
    assert (pair.old.attempt, pair.new.attempt) == (1, 2)
    (change,) = pair.difference.changes
    assert (change.code, change.old, change.new) == ("I1.1", "Some visitors have to stand", "Sufficient")
    assert (pair.difference.photos_added, pair.difference.photos_removed) == ((new["id"],), (old["id"],))
    html = answer.content.decode()
    assert "The photo cannot be read" in html
    assert "Terlalu gelap." in html
    assert "<ins>Setelah difoto lagi.</ins>" in html
    assert f'href="/api/v1/photos/{old["id"]}"' in html


def test_thirty_photos_and_three_attempts_cost_what_one_costs(budi, sari, order):
    browser = browser_of(budi, "en")
    visit = told_by(sari, order, photos=[photo_of(sari, order)])
    browser.get(address(visit))

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address(visit) + "?flags=no").status_code == 200
        return len(queries)

    one = cost()
    for attempt in (1, 2):
        judgement = Judgement(Verdict.RETURNED, note="Lagi.")
        decide(visit.pk, judgement, decision=uuid7(), attempt=attempt, by=budi.user)
        photos = [photo_of(sari, order, bytes([attempt, number])) for number in range(30)]
        tell(sari, telling(order, attempt=attempt + 1, photos=photos))
        tell(sari, telling(order, attempt=attempt, narrative="Telat."))
    assert Visit.objects.get().attempt == 3
    assert cost() == one <= 15


def test_a_document_as_deep_and_long_as_can_be_is_shown(budi, sari, order):
    deep = json.loads("[" * 35 + "]" * 35)
    whole = doc(order, context={f"k{number}": deep for number in range(200)})
    text = json.dumps(whole)
    visit = told_by(sari, order, text=text)
    assert len(open_page(budi, visit)) < 1_000_000
