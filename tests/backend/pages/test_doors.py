"""The doors of pages: who is let in, who is told what, and what is kept for whom."""

import pytest
from django.test import Client, RequestFactory
from django.urls import include, path

from backend.pages.desk import at_desk
from backend.pages.kept import kept_form, signed
from backend.pages.page import page
from backend.people.rules import Verb
from tests import world

pytestmark = pytest.mark.django_db


@at_desk(Verb.REVIEW)
def judging(request, desk):
    words = kept_form(request)
    return page(request, "pages/base.html", {"title": words["note"] if words else ""})


handler404 = "backend.pages.problems.not_found"
urlpatterns = [path("", include("backend.urls")), path("console/<slug:programme>/judging/", judging)]


@pytest.fixture(autouse=True)
def with_a_page_to_judge_on(settings):
    settings.ROOT_URLCONF = __name__


def browser_of(person, **more):
    browser = Client(**more)
    browser.force_login(person.user)
    return browser


HERE = "/console/kalsel/judging/"


def test_budi_is_let_in_and_sees_where_he_may_go(budi):
    answer = browser_of(budi).get(HERE)
    assert answer.status_code == 200
    assert [place["url"] for place in answer.context["places"]] == [
        "/console/kalsel/inbox/",
        "/console/kalsel/plan/",
        "/results/kalsel/",
        "/console/kalsel/devices/",
    ]


def test_mira_who_does_not_judge_is_told_so(mira):
    answer = browser_of(mira).get(HERE)
    assert (answer.status_code, answer.context["problem"].code) == (403, "not-allowed")
    assert "Peran Anda tidak mengizinkan tindakan ini." in answer.content.decode()


def test_agus_learns_nothing_of_another_programme(agus):
    answer = browser_of(agus).get(HERE)
    assert (answer.status_code, answer.context["problem"].code) == (404, "no-such-programme")


def test_nobody_is_asked_to_sign_in_and_comes_back_here():
    answer = Client().get(f"{HERE}?a=1")
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/accounts/login/?next=/console/kalsel/judging/%3Fa%3D1",
    )


def test_htmx_is_sent_to_the_sign_in_page_with_the_whole_window():
    answer = Client().get(HERE, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"/accounts/login/?next={HERE}")


def test_w4_what_budi_typed_before_his_session_ended_is_there_when_he_is_back(budi):
    browser = Client()
    browser.post(HERE, {"who": signed(budi.user), "note": "Foto papan tarif buram."})
    browser.force_login(budi.user)
    assert browser.get(HERE).context["title"] == "Foto papan tarif buram."
    assert browser.get(HERE).context["title"] == ""  # given out once


def test_w4_nobody_else_at_that_browser_is_shown_it(budi):
    wati = world.person("ratna", world.Role.COORDINATOR, regions=("63.71",))
    browser = Client()
    browser.post(HERE, {"who": signed(budi.user), "note": "Foto papan tarif buram."})
    browser.force_login(wati.user)
    assert browser.get(HERE).context["title"] == ""


@pytest.mark.parametrize("who", ["", "budi", "01900000-0000-7000-8000-000000000001:xyz"])
def test_w4_a_form_that_we_gave_to_nobody_is_not_kept(who):
    browser = Client()
    browser.post(HERE, {"who": who, "note": "x" * 100})
    assert "kept-form" not in browser.session


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "javascript:alert(1)", ""])
def test_a_form_never_leads_to_another_site(budi, elsewhere):
    answer = Client().post(HERE, {"who": signed(budi.user), "page": elsewhere})
    assert answer["Location"] == f"/accounts/login/?next={HERE}"


def test_a_form_of_a_page_leads_back_to_that_page(budi):
    answer = Client().post(HERE, {"who": signed(budi.user), "page": "/console/kalsel/inbox/?flagged=1"})
    assert answer["Location"] == "/accounts/login/?next=/console/kalsel/inbox/%3Fflagged%3D1"


def test_a_form_from_elsewhere_is_told_so_in_words(budi):
    answer = browser_of(budi, enforce_csrf_checks=True).post(HERE, {})
    assert (answer.status_code, answer.context["problem"].code) == (403, "form-from-elsewhere")


def test_what_is_not_there_is_a_page_for_people_and_a_document_for_programs(budi):
    browser = browser_of(budi, headers={"Accept": "text/html,*/*;q=0.8"})
    page, program = browser.get("/nothing/"), Client().get("/nothing/")
    assert (page.status_code, page["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert (program.status_code, program["Content-Type"]) == (404, "application/problem+json")
    assert browser.get("/api/v1/nothing")["Content-Type"] == "application/problem+json"


def test_w3_pages_run_nothing_but_our_own_files(budi):
    policy = browser_of(budi).get(HERE)["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def test_w8_phones_get_no_header_of_pages(sari):
    answer = sari.api.get("/api/v1/me")
    assert {"Content-Security-Policy", "Content-Language", "Vary"} & set(answer.headers) == set()


def test_pages_speak_the_readers_language(budi):
    browser = browser_of(budi)
    assert browser.get(HERE)["Content-Language"] == "id"
    browser.post("/language/", {"language": "en", "next": HERE})
    assert browser.get(HERE)["Content-Language"] == "en"
    browser.cookies.clear()
    assert RequestFactory().get(HERE).COOKIES == {}
    assert Client(headers={"Accept-Language": "en-GB,en"}).get("/accounts/login/")["Content-Language"] == "en"
    assert Client(headers={"Accept-Language": "fr"}).get("/accounts/login/")["Content-Language"] == "id"
