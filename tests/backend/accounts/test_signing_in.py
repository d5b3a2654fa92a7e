"""Signing in at a browser: by name or address and password, locked after too many tries, ended from elsewhere."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client

from backend.core.clock import now
from backend.journal.models import Entry
from backend.people.models import User
from tests.backend.accounts.hands import LOGIN, sign_in, words_on
from tests.world import PASSWORD, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_tried_yet():
    cache.clear()


def journal():
    return list(Entry.objects.order_by("id").values_list("event", "data"))


def test_budi_signs_in_and_is_led_to_where_he_wanted_to_go(budi):
    browser = Client()
    assert sign_in(browser, budi, next="/console/kalsel/inbox/") == (302, "/console/kalsel/inbox/")
    assert browser.get("/console/kalsel/inbox/").status_code == 200
    assert journal() == [("person.signed_in", {"by": ["password"]})]


def test_he_may_say_his_e_mail_address_in_place_of_his_name(budi):
    User.objects.filter(pk=budi.id).update(email="budi@contoh.id")
    browser = Client()
    answer = browser.post(LOGIN, {"login": "Budi@Contoh.id", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/console/")


def test_nobody_is_led_to_another_site(budi):
    assert sign_in(Client(), budi, next="https://jahat.example/")[1] == "/console/"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", "Nama pengguna dan kata sandi tidak cocok."),
        ("en", "This name and password do not belong together."),
    ],
)
def test_p8_a_wrong_name_and_a_wrong_password_sound_the_same(budi, language, words):
    browser = Client(headers={"accept-language": language})
    wrong = browser.post(LOGIN, {"login": "budi", "password": "salah"})
    unknown = browser.post(LOGIN, {"login": "entah", "password": "salah"})
    assert [(one.status_code, words in words_on(one)) for one in (wrong, unknown)] == [(200, True)] * 2


def test_p8_an_unknown_name_is_hashed_as_a_known_one_is(budi, monkeypatch):
    from django.contrib.auth.hashers import Argon2PasswordHasher

    hashed = []
    real = Argon2PasswordHasher.encode
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *sent: hashed.append(1) or real(*sent))
    Client().post(LOGIN, {"login": "entah", "password": "salah"})
    assert len(hashed) == 1


def test_p8_after_ten_wrong_tries_the_page_says_when_to_try_again(budi, wati):
    browser = Client(headers={"accept-language": "en"})
    statuses = [sign_in(browser, budi, password="salah")[0] for _ in range(10)]
    locked = browser.post(LOGIN, {"login": "budi", "password": PASSWORD})
    assert statuses == [200] * 9 + [429]
    assert (locked.status_code, locked["Retry-After"]) == (429, "900")
    assert "locked at this address for a while. Nothing is lost" in words_on(locked)
    assert "Try again in 15 minutes." in words_on(locked)
    assert sign_in(Client(), wati)[0] == 302
    assert sign_in(Client(), budi, REMOTE_ADDR="203.0.113.5")[0] == 302
    assert journal()[0] == ("person.locked_out", {})
    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=15, seconds=1))
    assert sign_in(browser, budi)[0] == 302


def test_p8_the_phones_door_counts_with_the_browsers(sari):
    for _ in range(10):
        sign_in(Client(), sari, password="salah")
    device = {"id": str(sari.device.pk), "name": "HP"}
    body = {"username": "sari", "password": PASSWORD, "device": device}
    from rest_framework.test import APIClient

    assert told(APIClient(), "login", body)[1]["code"] == "locked-out"
    assert told(sari.api, "me", method="get")[0] == 200  # a phone that has its token goes on


def test_what_was_typed_is_not_kept_with_the_tries(budi):
    Client().post(LOGIN, {"login": "budi", "password": "rahasia-sekali", "next": "/console/x/"})
    kept = AccessAttempt.objects.get()
    assert (kept.username, "rahasia" in kept.post_data, "/console/x/" in kept.post_data) == (
        "budi",
        False,
        False,
    )


def test_somebody_who_is_switched_off_hears_so_only_with_the_right_password(budi):
    User.objects.filter(pk=budi.id).update(is_active=False)
    browser = Client(headers={"accept-language": "en"})
    right = browser.post(LOGIN, {"login": "budi", "password": PASSWORD})
    wrong = browser.post(LOGIN, {"login": "budi", "password": "salah"})
    said = "This account has been switched off."
    assert [said in words_on(one) for one in (right, wrong)] == [True, False]
    assert browser.get("/accounts/me/").status_code == 302


def test_whoever_is_switched_off_while_signed_in_is_out_at_once(budi):
    browser = Client()
    sign_in(browser, budi)
    User.objects.filter(pk=budi.id).update(is_active=False)
    assert browser.get("/accounts/me/").status_code == 302


def test_a_new_password_ends_the_other_browsers_and_keeps_this_one(budi):
    here, elsewhere = Client(), Client()
    sign_in(here, budi)
    sign_in(elsewhere, budi)
    new = {"oldpassword": PASSWORD, "password1": "sasirangan-biru-71", "password2": "sasirangan-biru-71"}
    assert here.post("/accounts/password/change/", new).status_code == 302
    assert [one.get("/accounts/me/").status_code for one in (here, elsewhere)] == [200, 302]
    assert journal()[-1][0] == "password.changed"
    assert sign_in(Client(), budi)[0] == 200
    assert sign_in(Client(), budi, password="sasirangan-biru-71")[0] == 302
    assert told(budi.api, "me", method="get")[0] == 200


@pytest.mark.parametrize("weak", ["pendek", "password123", "1234567890"])
def test_a_weak_password_is_refused_in_words(budi, weak):
    browser = Client()
    sign_in(browser, budi)
    typed = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    answer = browser.post("/accounts/password/change/", typed)
    assert (answer.status_code, "errorlist" in answer.content.decode()) == (200, True)


def test_budi_sees_where_he_is_signed_in_and_ends_what_is_not_his(budi, wati):
    here, lost, third, other = Client(), Client(headers={"user-agent": "Warnet"}), Client(), Client()
    for browser in (here, lost, third):
        sign_in(browser, budi)
    sign_in(other, wati)
    page = here.get("/accounts/sessions/").content.decode()
    assert (page.count("<tr>"), "Warnet" in page) == (4, True)
    number = page.split("Warnet")[1].split('value="')[2].split('"')[0]
    here.post("/accounts/sessions/", {"end": number})
    assert [one.get("/accounts/me/").status_code for one in (here, lost, third)] == [200, 302, 200]
    here.post("/accounts/sessions/", {"end": "others"})
    assert [one.get("/accounts/me/").status_code for one in (here, third, other)] == [200, 302, 200]
    assert [one for one in journal() if one[0] == "session.ended"] == [("session.ended", {"count": 1})] * 2


def test_a_session_opened_by_the_api_is_on_the_list_too(budi):
    api = Client()
    words = {"username": "budi", "password": PASSWORD}
    api.post("/api/v1/session", words, content_type="application/json")
    assert api.get("/accounts/sessions/").content.decode().count("<tr>") == 2


def test_nobody_ends_the_session_of_somebody_else(budi, wati):
    browser, hers = Client(), Client()
    sign_in(browser, budi)
    sign_in(hers, wati)
    from allauth.usersessions.models import UserSession

    number = UserSession.objects.get(user=wati.id).pk
    browser.post("/accounts/sessions/", {"end": str(number)})
    assert hers.get("/accounts/me/").status_code == 200


def test_signing_out_needs_a_press_of_a_button(budi):
    browser = Client()
    sign_in(browser, budi)
    assert browser.get("/accounts/logout/").status_code == 200
    assert browser.get("/accounts/me/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/accounts/me/").status_code == 302


@pytest.mark.parametrize(
    "closed",
    [
        "signup/",
        "email/",
        "confirm-email/",
        "login/code/confirm/",
        "password/set/",
        "inactive/",
        "2fa/trust/",
    ],
)
def test_there_is_no_page_that_nobody_needs(db, closed):
    assert Client().get(f"/accounts/{closed}").status_code == 404


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_ends_after_a_working_day(budi):
    browser = Client()
    sign_in(browser, budi)
    cookie = browser.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 12 * 60 * 60)


def test_pages_cost_no_query_more_where_no_role_needs_a_second_factor(budi, django_assert_max_num_queries):
    browser = Client()
    sign_in(browser, budi)
    with django_assert_max_num_queries(5):
        assert browser.get("/accounts/me/").status_code == 200
