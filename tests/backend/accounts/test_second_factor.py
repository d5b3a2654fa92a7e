"""Second factors: set up, asked for, required by a role, lost."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from backend.core.ids import uuid7
from backend.journal.models import Entry
from tests.backend.accounts.hands import (
    app_of,
    code_of,
    opened,
    recovery_codes_of,
    secret_kept,
    sign_in,
    words_on,
)
from tests.world import PASSWORD, told

pytestmark = pytest.mark.django_db
CODE = "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def nobody_tried_yet():
    cache.clear()


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR_ROLES = ["coordinator", "administrator"]


def credentials(person, **more):
    device = {"id": str(uuid7()), "name": "Laptop"}
    return {"username": person.user.username, "password": PASSWORD, "device": device, **more}


def session(person, **more):
    browser = APIClient()
    status, answer = told(
        browser, "session", {"username": person.user.username, "password": PASSWORD, **more}
    )
    return browser, status, answer.get("code", answer.get("username"))


def test_mira_sets_an_app_up_and_it_is_asked_for_from_then_on(mira, django_capture_on_commit_callbacks):
    browser = Client()
    sign_in(browser, mira)
    asked = browser.get("/accounts/2fa/totp/activate/")
    assert asked["Location"].startswith("/accounts/reauthenticate/")
    again = browser.post(asked["Location"], {"password": PASSWORD, "next": "/accounts/2fa/totp/activate/"})
    form = browser.get(again["Location"])
    secret = form.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        done = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    codes = browser.get(done["Location"]).context["unused_codes"]
    other = Client()
    assert sign_in(other, mira, next="/console/kalsel/people/") == (302, CODE)
    assert other.get("/console/kalsel/people/").status_code == 302
    came = other.post(CODE, {"code": codes[0]})
    assert (came.status_code, came["Location"]) == (302, "/console/kalsel/people/")
    assert other.get("/console/kalsel/people/").status_code == 200
    third = Client()
    sign_in(third, mira)
    assert third.post(CODE, {"code": codes[0]}).status_code == 200  # used
    events = [
        (one.event, one.data)
        for one in Entry.objects.order_by("id")
        if one.event.startswith(("second", "person"))
    ]
    assert events == [
        ("person.signed_in", {"by": ["password"]}),
        ("second-factor.added", {"kind": "totp"}),
        ("second-factor.added", {"kind": "recovery_codes"}),
        ("person.signed_in", {"by": ["password", "recovery_codes"]}),
    ]


def test_the_secret_in_the_database_opens_nothing_without_the_servers_key(mira, settings):
    secret = app_of(mira)
    assert (secret in secret_kept(mira), opened(secret_kept(mira))) == (False, secret)
    settings.SECRET_KEY = "another"
    browser = Client()
    sign_in(browser, mira)
    assert browser.post(CODE, {"code": code_of(secret)}).status_code == 200


def test_a_code_opens_once(mira):
    code = code_of(app_of(mira))
    first, second = Client(), Client()
    sign_in(first, mira)
    sign_in(second, mira)
    assert first.post(CODE, {"code": code}).status_code == 302
    answer = second.post(CODE, {"code": code})
    assert "salah, atau sudah pernah dipakai" in words_on(answer)


def test_p8_wrong_codes_are_counted_as_wrong_passwords_are(mira):
    app_of(mira)
    browser = Client()
    sign_in(browser, mira)
    statuses = [browser.post(CODE, {"code": "000000"}).status_code for _ in range(10)]
    assert statuses[:9] == [200] * 9
    assert statuses[9] == 429
    assert sign_in(Client(), mira)[0] == 429


@pytest.mark.django_db(transaction=True)  # what allauth does after its commit must reach the session
def test_whoever_needs_one_sets_it_up_before_anything_else(budi, required):
    browser = Client()
    sign_in(browser, budi)
    led = browser.get("/console/kalsel/inbox/")
    assert (led.status_code, led["Location"]) == (302, "/accounts/second-factor/?next=/console/kalsel/inbox/")
    assert browser.get(led["Location"]).status_code == 200
    assert told(browser_api(browser), "me", method="get")[1]["code"] == "second-factor-needed"
    assert told(browser_api(browser), "session", method="get")[1]["code"] == "second-factor-needed"
    again = browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/"})
    assert again.status_code == 302
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert browser.get("/accounts/second-factor/")["Location"] == "/console/kalsel/inbox/"
    assert browser.get("/console/kalsel/inbox/").status_code == 200
    assert told(browser_api(browser), "me", method="get")[0] == 200


def browser_api(browser):
    client = APIClient()
    client.cookies = browser.cookies
    return client


def test_who_has_one_but_a_session_without_it_confirms_it(budi, required):
    app_of(budi)
    codes = recovery_codes_of(budi)
    browser = Client()
    browser.force_login(budi.user)
    led = browser.get("/console/kalsel/inbox/")
    confirm = browser.get(led["Location"])["Location"]
    assert confirm == "/accounts/2fa/reauthenticate/?next=%2Faccounts%2Fsecond-factor%2F"
    went = browser.post(confirm, {"code": codes[0], "next": "/accounts/second-factor/"})
    assert browser.get(went["Location"])["Location"] == "/console/kalsel/inbox/"
    assert browser.get("/console/kalsel/inbox/").status_code == 200


def test_whoever_needs_none_is_not_asked(mira, sari, required):
    for person in (mira, sari):
        browser = Client()
        sign_in(browser, person)
        assert browser.get("/accounts/me/").status_code == 200
        assert told(APIClient(), "login", credentials(person))[0] == 200


def test_the_last_one_stays_while_a_role_needs_it(budi, mira, required):
    for person, kept in ((budi, 1), (mira, 0)):
        app_of(person)
        browser = Client()
        browser.force_login(person.user)
        browser.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": "/accounts/2fa/"})
        browser.post("/accounts/2fa/totp/deactivate/")
        assert Authenticator.objects.filter(user=person.id).count() == kept


def test_the_apis_doors_are_no_way_round_it(budi, required):
    assert told(APIClient(), "login", credentials(budi))[1]["code"] == "second-factor-not-set-up"
    assert session(budi)[1:] == (403, "second-factor-not-set-up")
    secret = app_of(budi)
    assert told(APIClient(), "login", credentials(budi)) == (
        401,
        {
            "type": "/problems/second-factor-needed",
            "title": "This account is protected by a second factor: send its one-time code too (`code`), or sign in "
            "with a browser.",
            "title_id": "Akun ini dilindungi faktor kedua: kirim juga kode sekali pakainya (`code`), atau masuk "
            "dengan peramban.",
            "status": 401,
            "code": "second-factor-needed",
        },
    )
    assert told(APIClient(), "login", credentials(budi, code="123"))[1]["code"] == "wrong-code"
    assert told(APIClient(), "login", credentials(budi, code=code_of(secret)))[0] == 200
    assert session(budi)[1:] == (401, "second-factor-needed")
    browser, *went = session(budi, code=code_of(secret, later=1))
    assert went == [200, "budi"]
    assert told(browser, "me", method="get")[0] == 200


def test_whoever_set_one_up_freely_is_asked_for_it_at_the_apis_doors_too(mira):
    app_of(mira)
    assert session(mira)[1:] == (401, "second-factor-needed")
    assert told(APIClient(), "login", credentials(mira))[1]["code"] == "second-factor-needed"


def test_an_inspectors_phone_is_never_asked_for_a_code(sari, required):
    app_of(sari)
    assert told(APIClient(), "login", credentials(sari))[0] == 200
    browser = Client()
    assert sign_in(browser, sari) == (302, CODE)


def test_p8_a_wrong_code_at_the_api_locks_as_a_wrong_password_does(mira):
    app_of(mira)
    answers = [session(mira, code="000000")[1:] for _ in range(11)]
    assert answers == [(401, "wrong-code")] * 9 + [(429, "locked-out")] * 2


def test_a_browser_may_leave_before_the_second_factor_is_proven(budi, required):
    browser = Client()
    sign_in(browser, budi)
    assert browser.delete("/api/v1/session").status_code == 204
    assert browser.get("/accounts/me/")["Location"].startswith("/accounts/login/")
