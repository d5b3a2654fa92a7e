"""A form sent after the session ended: what was typed is there again after signing in, for the same person only."""

import pytest
from django.core.cache import cache
from django.test import Client

from backend.pages.kept import signed
from tests.backend.accounts.hands import app_of, code_of, sign_in, words_on

pytestmark = pytest.mark.django_db
FORM = "/console/kalsel/people/invite/"


@pytest.fixture(autouse=True)
def nobody_tried_yet():
    cache.clear()


def typed_by(person):
    return {
        "who": signed(person.user),
        "page": FORM,
        "name": "Tini yang baru",
        "username": "tini",
        "email": "",
        "role": "inspector",
    }


def test_mira_finds_what_she_typed_after_signing_in_again(mira):
    browser = Client()
    led = browser.post(FORM, typed_by(mira))
    assert led["Location"] == f"/accounts/login/?next={FORM}"
    assert sign_in(browser, mira, next=FORM) == (302, FORM)
    assert 'value="Tini yang baru"' in browser.get(FORM).content.decode()
    assert "Tini" not in browser.get(FORM).content.decode()  # given out once


def test_by_way_of_the_second_factor_too(mira):
    secret = app_of(mira)
    browser = Client()
    browser.post(FORM, typed_by(mira))
    sign_in(browser, mira, next=FORM)
    assert browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})["Location"] == FORM
    assert 'value="Tini yang baru"' in browser.get(FORM).content.decode()


def test_and_when_a_role_begins_to_need_one_while_she_types(mira, settings):
    browser = Client()
    sign_in(browser, mira)
    settings.SECOND_FACTOR_ROLES = ["manager"]
    led = browser.post(FORM, typed_by(mira))
    assert led["Location"] == f"/accounts/second-factor/?next={FORM}"
    settings.SECOND_FACTOR_ROLES = []
    assert browser.get(led["Location"])["Location"] == FORM
    assert 'value="Tini yang baru"' in browser.get(FORM).content.decode()


def test_nobody_else_who_signs_in_there_is_shown_it(mira, root):
    browser = Client()
    browser.post(FORM, typed_by(mira))
    sign_in(browser, root, next=FORM)
    assert "Tini" not in words_on(browser.get(FORM))
    browser.post("/accounts/logout/")
    sign_in(browser, mira, next=FORM)
    assert "Tini" not in browser.get(FORM).content.decode()
