"""The URL map is walked, not the API description: an address that was forgotten there is tried here."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.backend.rest.routes import addresses_outside, api_routes

pytestmark = pytest.mark.django_db

# Where a person without a name has business: signing in, and being told that nobody is. Signing out of a browser
# that is not signed in is done already.
OPEN = {
    ("post", "login"),
    ("get", "session"),
    ("head", "session"),
    ("post", "session"),
    ("delete", "session"),
}
DOORS = [
    pytest.param(method, route, id=f"{method.upper()} {route.pattern}")
    for route in api_routes()
    for method in route.methods
    if (method, route.pattern) not in OPEN
]


def ask(method, route, **headers):
    return getattr(APIClient(), method)(route.example, **headers)


@pytest.mark.parametrize(("method", "route"), DOORS)
def test_nobody_gets_further_than_the_door(method, route):
    answer = ask(method, route)
    assert (answer.status_code, answer["Sync-Protocol"], answer["WWW-Authenticate"]) == (401, "1", "Bearer")
    if method != "head":
        kind, code = answer["Content-Type"], answer.json()["code"]
        assert (kind, code) == ("application/problem+json", "unauthenticated")


@pytest.mark.parametrize(("method", "route"), DOORS)
def test_a_made_up_token_opens_no_door(method, route):
    answer = ask(method, route, HTTP_AUTHORIZATION=f"Bearer {'ab' * 32}")
    assert answer.status_code == 401


def test_the_open_doors_are_there_and_let_nobody_in_either():
    patterns = {route.pattern for route in api_routes()}
    assert {pattern for _, pattern in OPEN} <= patterns
    nobody = APIClient()
    said = {door: getattr(nobody, door[0])(f"/api/v1/{door[1]}", {}, format="json") for door in OPEN}
    assert {door: answer.status_code for door, answer in said.items()} == {
        ("post", "login"): 400,  # no name, no password
        ("post", "session"): 400,
        ("get", "session"): 401,
        ("head", "session"): 401,
        ("delete", "session"): 204,
    }


def test_outside_the_api_everybody_may_look_at_these_and_nothing_else(settings, tmp_path):
    settings.PHONE_APP = tmp_path
    (tmp_path / "index.html").write_text("Catatan")
    looked = {address: Client().head(f"/{address}").status_code for address in addresses_outside()}
    assert looked == {
        "": 302,
        "healthz": 200,
        "app": 302,
        "app/": 200,
        "console/": 302,  # to the sign-in page
        "results/": 302,  # what lies below these is in the matrix of tests/backend/permissions
        "accounts/": 404,
        "language/": 302,  # back, with nothing changed
        "api/schema/": 200,
        "api/docs/": 200,
    }


def test_a_browser_session_is_no_device_and_may_not_write_without_its_csrf_token(budi):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(budi.user)
    assert browser.get("/api/v1/me").status_code == 200
    assert browser.post("/api/v1/sync", {}, content_type="application/json").status_code == 401
    refused = browser.post("/api/v1/programmes", {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
