"""Budi decides at his desk: alone, beside Siti, twice, and after his session has ended."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.assignments import actions as orders
from backend.assignments.models import Assignment
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.evidence.models import Blob, Photo
from backend.people.models import Membership
from backend.people.rules import Role
from backend.review.actions import decide
from backend.review.models import Decision
from backend.review.rules import Judgement, Verdict
from backend.visits.models import Submission, Visit
from tests import world
from tests.backend.console.desk import address
from tests.backend.visits.telling import HERE, listed, tell, telling
from tests.world import browser_of

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert('x')</script>"
FAR = {"arrived": {**HERE, "lat": -3.0}, "left": HERE}


def form_in(answer, where=0):
    """The hidden fields and the typed ones of a form of this page, as a browser would send them."""
    html = answer.content.decode()
    form = re.findall(r'<form (?:id="bulk" )?method="post".*?</form>', html, re.S)[where]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    fields |= dict(re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form))
    return {name: unescape(value) for name, value in fields.items()}


def forms(answer):
    """The forms of the panel by their verdict; "returned" is the one that goes to the step."""
    html = answer.content.decode()
    count = len(re.findall(r"<form method=\"post\"", html))
    found = [form_in(answer, number) for number in range(count)]
    named = {one["verdict"]: one for one in found if "verdict" in one}
    steps = [one for one in found if "told" in one and "verdict" not in one]
    return {**named, **({"returned": steps[0]} if steps else {})}


def open_form(browser, visit, verdict="accepted", query=""):
    answer = browser.get(address(visit) + query)
    assert answer.status_code == 200
    return forms(answer)[verdict]


def send(browser, visit, form, **more):
    return browser.post(address(visit, "decide/"), {**form, **more})


def told(answer):
    """The messages on the page one is sent to."""
    return [str(message) for message in answer.context["messages"]]


def stand(visit):
    visit.refresh_from_db()
    return visit.state, visit.attempt


@pytest.fixture
def visit(sari, order):
    tell(sari, telling(order))
    return Visit.objects.get()


@pytest.fixture
def later(sari, visit):
    """Another visit, told after the first."""
    other = world.order(sari, at=world.unit("SAM-02"))
    tell(sari, telling(other))
    return Visit.objects.get(pk=other.pk)


@pytest.fixture
def siti(programme):
    """Coordinates the same regions as Budi, and more."""
    return world.person("siti", Role.COORDINATOR, regions=("63",))


def photographed(sari, order):
    """Sari's visit with one photo, announced and stored as far as the row is concerned."""
    one = listed(b"papan")
    blob = Blob.objects.create(
        key="k", sha256=one["sha256"], size=one["size"], owner=sari.user, state="stored", touched_at=now()
    )
    Photo.objects.create(
        id=one["id"],
        visit=order.pk,
        inspector=sari.user,
        device=sari.device,
        sha256=one["sha256"],
        size=one["size"],
        media_type="image/jpeg",
        state="stored",
        blob=blob,
        stored_at=now(),
        announced_at=now(),
    )
    given = telling(order, photos=[one])
    tell(sari, given)
    return Visit.objects.get(pk=order.pk), one["id"]


# One decision


def test_budi_accepts_and_goes_on_to_the_next(budi, visit, later):
    browser = browser_of(budi, "en")
    answer = send(browser, visit, open_form(browser, visit), then="next")
    assert (answer.status_code, answer["Location"]) == (302, address(later))
    assert stand(visit) == ("accepted", 1)
    assert told(browser.get(address(later))) == [
        f'Accepted: Unit SAM-01. <a href="{address(visit)}#decision" data-key="z">Look again or undo</a>'
    ]


def test_he_may_stay(budi, visit, later):
    browser = browser_of(budi, "en")
    answer = send(browser, visit, open_form(browser, visit), then="stay")
    assert answer["Location"] == f"{address(visit)}#decision"
    html = browser.get(address(visit)).content.decode()
    assert "by Budi" in html
    assert "To undo this, return or reject the visit." in html


def test_the_filters_of_his_list_go_along(budi, visit, later):
    browser = browser_of(budi, "en")
    form = open_form(browser, visit, query="?flags=no")
    assert form["query"] == "flags=no"
    assert send(browser, visit, form)["Location"] == f"{address(later)}?flags=no"


def test_after_the_last_he_is_at_his_inbox(budi, visit):
    browser = browser_of(budi, "en")
    answer = send(browser, visit, open_form(browser, visit))
    assert answer["Location"] == "/console/kalsel/inbox/"
    assert "That was the last visit of this list." in told(browser.get(answer["Location"]))


def test_d5_a_rejection_without_a_ground_comes_back_with_all_that_was_typed(budi, visit):
    browser = browser_of(budi, "en")
    form = open_form(browser, visit, "rejected")
    answer = send(browser, visit, form, ground="other", note=" ")
    assert (answer.status_code, answer.context["problem"].code) == (400, "rejection-needs-ground")
    again = send(browser, visit, form, note=SCRIPT)
    assert again.status_code == 400
    html = again.content.decode()
    assert SCRIPT not in html
    assert forms(again)["rejected"]["note"] == SCRIPT
    done = send(browser, visit, {**forms(again)["rejected"], "ground": "invented"}, then="stay")
    assert done.status_code == 302
    made = Decision.objects.get()
    assert (made.verdict, made.ground, made.note) == ("rejected", "invented", SCRIPT)
    assert SCRIPT not in browser.get(address(visit)).content.decode()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"decision": "x"}, "form-incomplete"),
        ({"attempt": "-1"}, "form-incomplete"),
        ({"rev": ""}, "form-incomplete"),
        ({"rev": "9" * 30}, "form-incomplete"),
        ({"verdict": "praised"}, "form-incomplete"),
        ({"verdict": "rejected", "ground": "boredom"}, "form-incomplete"),
        ({"note": "x" * 4001}, "words-too-long"),
        ({"rev": "99"}, "changed-meanwhile"),
    ],
)
def test_a_form_that_is_bent_decides_nothing(budi, visit, change, code):
    browser = browser_of(budi, "en")
    answer = send(browser, visit, open_form(browser, visit), **change)
    assert answer.context["problem"].code == code
    assert answer.status_code in (400, 412)
    assert not Decision.objects.exists()


def test_w5_a_double_click_is_one_decision(budi, visit):
    browser = browser_of(budi, "en")
    form = open_form(browser, visit)
    assert [send(browser, visit, form, then="stay").status_code for _ in range(2)] == [302, 302]
    assert Decision.objects.count() == 1


def test_an_old_form_sent_again_after_others_decided_undoes_nothing(budi, siti, visit):
    browser = browser_of(budi, "en")
    form = open_form(browser, visit)
    send(browser, visit, form)
    decide(visit.pk, Judgement(Verdict.RETURNED, note="Ulang."), decision=uuid7(), attempt=1, by=siti.user)
    answer = send(browser, visit, form)
    assert answer["Location"] == f"{address(visit)}#decision"
    assert told(browser.get(address(visit)))[-1] == (
        "This decision was made before; others have followed it since."
    )
    assert stand(visit) == ("returned", 2)


# Two at once


def test_the_slower_of_two_reads_who_decided_what_and_keeps_her_words(budi, siti, visit):
    browser = browser_of(siti, "en")
    form = open_form(browser, visit, "rejected")
    hers = browser_of(budi, "en")
    send(hers, visit, open_form(hers, visit))
    answer = send(browser, visit, form, ground="invented", note="Fotonya dari internet.")
    assert (answer.status_code, answer.context["problem"].code) == (412, "changed-meanwhile")
    html = unescape(answer.content.decode())
    assert "The last decision here: Accepted, by Budi," in html
    again = forms(answer)["rejected"]
    assert again["note"] == "Fotonya dari internet."
    assert 'value="invented" selected' in html
    assert stand(visit) == ("accepted", 1)
    assert send(browser, visit, again, ground="invented", then="stay").status_code == 302
    assert stand(visit) == ("rejected", 1)


def test_what_was_told_meanwhile_is_looked_at_first_and_the_words_go_along(budi, siti, sari, visit, order):
    browser = browser_of(siti, "en")
    form = open_form(browser, visit, "rejected")
    decide(visit.pk, Judgement(Verdict.RETURNED, note="Ulang."), decision=uuid7(), attempt=1, by=budi.user)
    tell(sari, telling(order, attempt=2))
    answer = send(browser, visit, form, ground="invented", note="Fotonya dari internet.")
    assert answer.status_code == 412
    assert "Fotonya dari internet." in answer.content.decode()
    assert forms(answer) == {}
    there = browser.get(answer.context["back"])
    assert forms(there)["rejected"]["note"] == "Fotonya dari internet."
    assert forms(there)["rejected"]["attempt"] == "2"
    assert stand(visit) == ("submitted", 2)


# Who, and in which state


def test_d2_nobody_is_offered_her_own_visit(sari, visit):
    Membership.objects.create(
        programme=visit.programme, user=sari.user, role=Role.COORDINATOR.value, region_codes=["63"]
    )
    answer = browser_of(sari, "en").get(address(visit))
    assert "another coordinator judges it" in answer.content.decode()
    assert forms(answer) == {}


def test_who_only_sees_visits_gets_no_panel_and_no_decision(mira, wati, agus, dewi, budi, visit):
    assert browser_of(mira, "en").get(address(visit)).context["deciding"] is None
    form = open_form(browser_of(budi, "en"), visit)
    for person, status in ((mira, 403), (wati, 404), (agus, 404), (dewi, 403)):
        for step in ("decide/", "return/"):
            assert (
                browser_of(person, "en").post(address(visit, step), {**form, "send": "1"}).status_code
                == status
            )
    assert not Decision.objects.exists()


def test_d3_what_misses_photos_cannot_be_accepted_and_says_why(budi, sari, order):
    tell(sari, telling(order, photos=[listed(b"one")]))
    visit = Visit.objects.get()
    browser = browser_of(budi, "en")
    html = browser.get(address(visit)).content.decode()
    assert "1 photo has not arrived, so this cannot be accepted yet." in html
    assert re.search(r'<button name="then" value="next" data-key="a" disabled', html)
    answer = send(browser, visit, open_form(browser, visit))
    assert (answer.status_code, answer.context["problem"].code) == (409, "photos-missing")


def test_a_cancelled_visit_is_decided_no_more(budi, visit):
    orders.cancel(visit.pk, reason="Tutup", by=budi.user)
    answer = browser_of(budi, "en").get(address(visit))
    assert "nothing is decided here" in answer.content.decode()
    assert forms(answer) == {}


# Returning


def test_ticked_items_and_photos_go_back_with_reasons_in_the_inspectors_language(budi, sari, order):
    visit, photo = photographed(sari, order)
    browser = browser_of(budi, "en")
    form = open_form(browser, visit, "returned")
    step = browser.post(address(visit, "return/"), {**form, "item": ["I1.1"], "photo": [photo, "x"]})
    assert step.status_code == 200
    assert [(one.typed.key, one.photo is not None) for one in step.context["points"]] == [
        ("I1.1|", False),
        (f"|{photo}", True),
    ]
    html = step.content.decode()
    assert f"/api/v1/photos/{photo}/thumbnail" in html
    assert "The photo cannot be read" in html
    sent = form_in(step) | {
        "point": ["I1.1|", f"|{photo}"],
        "reason": ["explain", "unreadable_photo"],
        "words": ["Biaya mana?", ""],
        "note": "Terima kasih.",
        "then": "stay",
    }
    answer = browser.post(address(visit, "return/"), sent)
    assert answer.status_code == 302
    made = Decision.objects.get()
    assert (made.verdict, made.note, made.points) == (
        "returned",
        "Terima kasih.",
        [
            {"item": "I1.1", "photo": None, "reason": "Mohon dijelaskan lebih lanjut", "note": "Biaya mana?"},
            {"item": None, "photo": photo, "reason": "Foto tidak terbaca", "note": ""},
        ],
    )


def test_d8_the_return_is_in_the_inspectors_next_sync(budi, sari, visit):
    browser = browser_of(budi, "en")
    step = browser.post(address(visit, "return/"), {"item": ["I1.1"]})
    sent = form_in(step) | {"point": ["I1.1|"], "reason": [""], "words": ["Loket mana?"], "note": ""}
    browser.post(address(visit, "return/"), sent)
    body = {"protocol": 1, "device": str(sari.device.pk)}
    status, answer = world.told(sari.api, "sync", body)
    (change,) = answer["changes"]
    assert (status, change["state"], change["attempt"]) == (200, "returned", 2)
    assert change["returned"]["points"] == [
        {"item": "I1.1", "photo": None, "reason": "Loket mana?", "note": ""}
    ]


def test_a_point_without_reason_comes_back_with_the_others(budi, visit):
    browser = browser_of(budi, "en")
    step = browser.post(address(visit, "return/"), {"item": ["I1.1", "I1.2"]})
    sent = form_in(step) | {
        "point": ["I1.1|", "I1.2|"],
        "reason": ["explain", ""],
        "words": [SCRIPT, ""],
        "note": "Catatan.",
    }
    answer = browser.post(address(visit, "return/"), sent)
    assert (answer.status_code, answer.context["problem"].code) == (400, "point-needs-reason")
    html = answer.content.decode()
    assert SCRIPT not in html
    assert unescape(html).count(SCRIPT) == 1
    assert "Catatan." in html
    done = browser.post(address(visit, "return/"), {**sent, "leave": "I1.2|", "then": "stay"})
    assert done.status_code == 302
    assert [point["item"] for point in Decision.objects.get().points] == ["I1.1"]


def test_a_return_needs_a_point_or_a_note(budi, visit):
    browser = browser_of(budi, "en")
    step = browser.get(address(visit, "return/"))
    assert "No item or photo was ticked." in step.content.decode()
    answer = browser.post(address(visit, "return/"), form_in(step))
    assert (answer.status_code, answer.context["problem"].code) == (400, "return-needs-words")


def test_long_words_of_ones_own_go_into_the_points_note(budi, visit):
    browser, words = browser_of(budi, "en"), "Jelaskan " * 40
    step = browser.post(address(visit, "return/"), {"item": ["I1.1"]})
    sent = form_in(step) | {"point": ["I1.1|"], "reason": [""], "words": [words], "then": "stay"}
    assert browser.post(address(visit, "return/"), sent).status_code == 302
    (point,) = Decision.objects.get().points
    assert (point["reason"], point["note"]) == ("Mohon dijelaskan lebih lanjut", words.strip())


def test_an_item_that_was_not_asked_is_refused_and_nothing_typed_is_lost(budi, visit):
    browser = browser_of(budi, "en")
    step = browser.post(address(visit, "return/"), {"item": ["Z9.9"]})
    sent = form_in(step) | {"point": ["Z9.9|"], "reason": ["explain"], "words": ["Ini."], "note": ""}
    answer = browser.post(address(visit, "return/"), sent)
    assert (answer.status_code, answer.context["problem"].code) == (400, "unknown-point")
    assert "Ini." in answer.content.decode()


def test_the_slower_of_two_returns_keeps_every_point(budi, siti, visit):
    browser = browser_of(siti, "en")
    step = browser.post(address(visit, "return/"), {"item": ["I1.1"]})
    decide(visit.pk, Judgement(Verdict.ACCEPTED), decision=uuid7(), attempt=1, by=budi.user)
    sent = form_in(step) | {
        "point": ["I1.1|"],
        "reason": ["explain"],
        "words": ["Biaya mana?"],
        "then": "stay",
    }
    answer = browser.post(address(visit, "return/"), sent)
    assert answer.status_code == 412
    html = unescape(answer.content.decode())
    assert "The last decision here: Accepted, by Budi," in html
    assert "Biaya mana?" in html
    again = form_in(answer) | {
        "point": ["I1.1|"],
        "reason": ["explain"],
        "words": ["Biaya mana?"],
        "then": "stay",
    }
    assert browser.post(address(visit, "return/"), again).status_code == 302
    assert stand(visit) == ("returned", 2)


# Undoing


def test_d7_a_return_is_undone_from_the_page_and_a_correction_is_kept_as_late(budi, sari, visit, order):
    browser = browser_of(budi, "en")
    decide(visit.pk, Judgement(Verdict.RETURNED, note="Ulang."), decision=uuid7(), attempt=1, by=budi.user)
    html = browser.get(address(visit)).content.decode()
    assert "The inspector has not answered yet." in html
    assert send(browser, visit, open_form(browser, visit), then="stay").status_code == 302
    assert stand(visit) == ("accepted", 1)
    assert tell(sari, telling(order, attempt=2)).slot == "late"
    assert "(undone since)" in browser.get(address(visit)).content.decode()


# After the session has ended


def test_w4_what_he_typed_before_his_session_ended_is_there_again_and_nothing_was_sent(budi, visit):
    browser = browser_of(budi, "en")
    form = open_form(browser, visit, "rejected")
    browser.session.flush()  # it has ended; the browser itself knows nothing of that
    answer = send(browser, visit, form, ground="invented", note="Fotonya dari internet.")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")
    browser.force_login(budi.user)
    there = browser.get(address(visit))
    html = there.content.decode()
    assert "You were signed out before this was sent. Nothing was decided" in html
    assert forms(there)["rejected"]["note"] == "Fotonya dari internet."
    assert 'value="invented" selected' in html
    assert not Decision.objects.exists()


def test_w4_nor_are_the_points_of_a_return(budi, visit):
    browser = browser_of(budi, "en")
    step = browser.post(address(visit, "return/"), {"item": ["I1.1"]})
    sent = form_in(step) | {"point": ["I1.1|"], "reason": ["explain"], "words": ["Biaya mana?"], "note": "N."}
    browser.session.flush()  # it has ended; the browser itself knows nothing of that
    browser.post(address(visit, "return/"), sent)
    browser.force_login(budi.user)
    there = browser.get(address(visit, "return/"))
    html = there.content.decode()
    assert "Nothing was decided; what you typed is here again." in html
    assert "Biaya mana?" in html
    assert 'value="explain" selected' in html
    assert not Decision.objects.exists()


# Many at once


def accept_many(browser, *sent, **more):
    return browser.post("/console/kalsel/accept-many/", {"id": str(uuid7()), **more, "visit": list(sent)})


def test_many_are_accepted_and_he_is_back_at_his_list(budi, visit, later):
    browser = browser_of(budi, "en")
    sent = [f"{one.pk}:1" for one in (visit, later)]
    answer = accept_many(browser, *sent, query="flags=no")
    assert (answer.status_code, answer["Location"]) == (302, "/console/kalsel/inbox/?flags=no")
    assert told(browser.get(answer["Location"])) == [
        "2 visits accepted. "
        '<a href="/console/kalsel/inbox/?state=accepted" data-key="z">Look again or undo</a>'
    ]
    assert (stand(visit), stand(later)) == (("accepted", 1), ("accepted", 1))


def test_those_that_need_a_look_are_named_with_the_reason(budi, sari, wati, visit):
    flagged = world.order(sari, at=world.unit("SAM-02"))
    waiting = world.order(sari, at=world.unit("SAM-03"))
    elsewhere = world.order(sari, at=world.unit("SAM-71", where="63.71"))
    tell(sari, telling(flagged, place=FAR))
    tell(sari, telling(waiting, photos=[listed(b"one")]))
    tell(sari, telling(elsewhere))
    browser = browser_of(budi, "en")
    answer = accept_many(browser, *[f"{each.pk}:1" for each in (visit, flagged, waiting, elsewhere)])
    assert answer.status_code == 200
    left = [(row.visit and row.visit.assignment.unit.code, row.why) for row in answer.context["left"]]
    assert left == [
        ("SAM-02", "It has flags: open it first."),
        ("SAM-03", "1 photo is missing."),
        (None, "There is no such visit, or it is not yours to see."),
    ]
    assert "SAM-71" not in answer.content.decode()
    assert stand(visit) == ("accepted", 1)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([], "none-chosen"),
        (["x"], "form-incomplete"),
        ([f"{uuid7()}:1"] * 51, "too-many-visits"),
        ([f"{uuid7()}:999999"], "form-incomplete"),
    ],
)
def test_a_bent_bulk_form_accepts_nothing(budi, visit, sent, code):
    answer = accept_many(browser_of(budi, "en"), *sent)
    assert (answer.status_code, answer.context["problem"].code) == (400, code)


def test_a_filter_that_makes_no_sense_leads_to_the_whole_inbox(budi, visit):
    answer = accept_many(
        browser_of(budi, "en"), f"{visit.pk}:1", query="state=x&then=https://elsewhere.example/"
    )
    assert answer["Location"] == "/console/kalsel/inbox/"


def test_w4_what_was_ticked_before_the_session_ended_is_ticked_again(budi, visit, later):
    browser = browser_of(budi, "en")
    fields = form_in(browser.get("/console/kalsel/inbox/?flags=no"))
    browser.session.flush()  # it has ended; the browser itself knows nothing of that
    accept_many(browser, f"{visit.pk}:1", **fields)
    browser.force_login(budi.user)
    there = browser.get("/console/kalsel/inbox/?flags=no")
    assert there.context["ticked"] == {visit.pk}
    assert "what you had chosen is ticked again" in there.content.decode()
    assert not Decision.objects.exists()


def test_w4_nor_is_anything_taken_by_a_form_whose_session_ended(budi, order, reassigned):
    browser, where = browser_of(budi, "en"), f"/console/kalsel/late/{reassigned.pk}/"
    fields = form_in(browser.get(where))
    browser.session.flush()  # it has ended; the browser itself knows nothing of that
    answer = browser.post(f"{where}take/", fields)
    assert answer["Location"] == f"/accounts/login/?next={where}"
    assert not Visit.objects.exists()


# What was set aside


def late(browser, more=""):
    return browser.get(f"/console/kalsel/late/{more}")


@pytest.fixture
def reassigned(sari, rina, budi, order):
    """Sari told it after the order had gone to Rina: nothing current is there, and no visit."""
    orders.reassign(order.pk, inspector=rina.id, reason="x", by=budi.user)
    tell(sari, telling(order, narrative=SCRIPT))
    return Submission.objects.get()


def test_a_late_submission_is_listed_read_saved_and_taken(budi, order, reassigned):
    browser = browser_of(budi, "en")
    rows = late(browser).context["rows"]
    assert [(row.told.pk, row.why) for row in rows] == [
        (reassigned.pk, "The order had gone to somebody else when this arrived.")
    ]
    there = late(browser, f"{reassigned.pk}/")
    html = there.content.decode()
    assert SCRIPT not in html
    assert SCRIPT in unescape(html)
    text = late(browser, f"{reassigned.pk}/text/")
    assert (text.content.decode(), text["Content-Type"], text["X-Content-Type-Options"]) == (
        reassigned.text,
        "text/plain; charset=utf-8",
        "nosniff",
    )
    assert text["Content-Disposition"] == f'attachment; filename="{reassigned.uuid}.txt"'
    answer = browser.post(f"/console/kalsel/late/{reassigned.pk}/take/", form_in(there))
    visit = Visit.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, address(visit))
    assert (visit.state, visit.submission_id) == ("submitted", reassigned.pk)
    assert browser.get(address(visit)).status_code == 200
    assert late(browser).context["rows"] == []


def test_an_old_form_takes_nothing(budi, order, reassigned):
    browser = browser_of(budi, "en")
    answer = browser.post(f"/console/kalsel/late/{reassigned.pk}/take/", {"rev": "1"})
    assert (answer.status_code, answer.context["problem"].code) == (412, "changed-meanwhile")
    assert not Visit.objects.exists()


def test_why_it_cannot_be_taken_is_said_in_words(budi, mira, sari, order, reassigned):
    orders.cancel(order.pk, reason="Tutup", by=budi.user)
    assert "what is cancelled stays so" in late(browser_of(budi, "en"), f"{reassigned.pk}/").content.decode()
    assert (
        "A coordinator of this region decides"
        in late(browser_of(mira, "en"), f"{reassigned.pk}/").content.decode()
    )


def test_who_sees_what_was_set_aside(budi, wati, mira, root, dewi, agus, sari, order):
    """Of orders: whoever follows the region. Of no order at all: whoever manages its teller."""
    tell(sari, telling(order, text="bukan JSON"))
    tell(sari, telling(order, visit=uuid7()))
    seen = {
        person.user.username: [row.told.why for row in late(browser_of(person, "en")).context["rows"]]
        for person in (budi, wati, mira, root)
    }
    assert seen == {
        "budi": ["unparsable"],
        "wati": [],
        "mira": ["unknown-visit", "unparsable"],
        "root": ["unknown-visit"],
    }
    for person, status in ((dewi, 403), (sari, 403), (agus, 404)):
        assert late(browser_of(person, "en")).status_code == status
    stray = Submission.objects.get(why="unknown-visit")
    assert late(browser_of(budi, "en"), f"{stray.pk}/").status_code == 404
    assert late(browser_of(budi, "en"), f"{stray.pk}/text/").status_code == 404
    assert late(browser_of(mira, "en"), f"{stray.pk}/").status_code == 200


def test_the_kinds_are_filters_and_another_is_refused(budi, sari, order, reassigned):
    tell(sari, telling(order, text="bukan JSON"))
    browser = browser_of(budi, "en")
    assert [row.told.slot for row in late(browser, "?kind=late").context["rows"]] == ["late"]
    assert [row.told.slot for row in late(browser, "?kind=quarantined").context["rows"]] == ["quarantined"]
    assert late(browser, "?kind=x").status_code == 400


def test_half_letters_and_nul_are_shown_and_saved_as_they_came(budi, sari, order):
    tell(sari, telling(order, text='{"x": "\ud800\x00"'))
    kept, browser = Submission.objects.get(), browser_of(budi, "en")
    assert late(browser, f"{kept.pk}/").status_code == 200
    assert late(browser, f"{kept.pk}/text/").content == bytes(kept.doc)


# What it costs


def queries(browser, where):
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert browser.get(where).status_code == 200
    return len(found)


def test_no_page_asks_more_than_fifteen_questions_however_much_there_is(budi, sari, rina, order):
    visit, _photo = photographed(sari, order)
    browser = browser_of(budi, "en")
    for _ in range(12):
        tell(sari, telling(order, narrative=str(_)))
    for number in range(20):
        Decision.objects.create(
            id=uuid7(),
            visit=visit,
            submission=visit.submission,
            attempt=1,
            verdict="rejected",
            by=budi.user,
            decided_at=now(),
            note=str(number),
        )
    one = Submission.objects.filter(slot="late").first()
    for where in (
        address(visit),
        address(visit, "return/"),
        "/console/kalsel/late/",
        f"/console/kalsel/late/{one.pk}/",
    ):
        assert queries(browser, where) <= 15, where


def test_the_order_counts_what_happened_to_its_visit(budi, visit):
    assert open_form(browser_of(budi, "en"), visit)["rev"] == str(Assignment.objects.get().rev)
