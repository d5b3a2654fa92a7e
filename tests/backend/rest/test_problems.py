"""Every error is a problem, in both languages, with a stable code."""

import logging

import pytest
from django.test import Client
from rest_framework.test import APIClient

from backend.core import errors
from backend.rest.problems import STATUS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.backend.rest.places")]

PROBLEM = "application/problem+json"


def ask(place, method="GET", client=None, **headers):
    answer = (client or APIClient()).generic(method, place, **headers)
    return answer.status_code, answer["Content-Type"], answer.json()


@pytest.mark.parametrize(("kind", "status"), STATUS, ids=lambda part: getattr(part, "__name__", str(part)))
def test_r1_every_kind_of_problem_has_its_status_its_words_and_its_facts(kind, status):
    assert ask(f"/problems/{kind.__name__}") == (
        status,
        PROBLEM,
        {
            "type": f"/problems/{kind.code}",
            "title": kind.title(),
            "title_id": kind.words_id,
            "status": status,
            "code": kind.code,
            "free-from": "2026-06-01",
            "seen": [1, {"a": None}],
            "who": [1],
        },
    )


def test_r1_somebody_unknown_is_told_how_to_sign_in_and_a_busy_server_when_to_come_back():
    assert APIClient().get("/problems/Unauthenticated")["WWW-Authenticate"] == "Bearer"
    assert APIClient().get("/problems/Unavailable")["Retry-After"] == "5"


@pytest.mark.parametrize(
    "place", ["/nowhere", "/api/v1/nowhere", "/api/v1/assignments/not-a-uuid", "/api/v1/"]
)
def test_r1_an_address_that_is_not_there_is_a_problem_too(place):
    assert ask(place) == (
        404,
        PROBLEM,
        {
            "type": "/problems/not-found",
            "title": errors.NotFound.title(),
            "title_id": errors.NotFound.words_id,
            "status": 404,
            "code": "not-found",
        },
    )


def test_r1_a_method_that_is_not_there_is_a_problem_too(sari):
    assert ask("/api/v1/me", "DELETE", sari.api) == (
        405,
        PROBLEM,
        {
            "type": "/problems/wrong-method",
            "title": "This address does not take this method.",
            "title_id": "Alamat ini tidak menerima metode tersebut.",
            "status": 405,
            "code": "wrong-method",
        },
    )
    assert sari.api.delete("/api/v1/me")["Allow"] == "GET, HEAD, OPTIONS"


def test_r1_an_answer_in_a_form_we_do_not_speak_is_a_problem_too(sari):
    status, form, answer = ask("/api/v1/me", client=sari.api, HTTP_ACCEPT="text/html")
    assert (status, form, answer["code"]) == (406, PROBLEM, "not-in-that-form")


def test_r1_fields_that_are_wrong_are_listed_by_name():
    status, form, answer = ask("/api/v1/login", "POST", CONTENT_TYPE="application/json")
    assert (status, form, answer["code"], set(answer["errors"])) == (
        400,
        PROBLEM,
        "invalid",
        {"username", "password", "device"},
    )


def test_r1_what_nobody_expected_is_logged_with_a_trace_and_shows_no_insides(caplog):
    client = Client(raise_request_exception=False)
    with caplog.at_level(logging.ERROR):
        status, form, answer = ask("/breaks", client=client)
    trace = answer.pop("trace")
    assert (status, form, answer) == (
        500,
        PROBLEM,
        {
            "type": "/problems/problem",
            "title": "Something went wrong.",
            "title_id": "Terjadi masalah.",
            "status": 500,
            "code": "problem",
        },
    )
    assert f"trace {trace}, GET /breaks" in caplog.text


def test_answers_are_utf_8_and_not_escaped(sari):
    sari.user.name = "Sari Dewi Ñ ☕"
    sari.user.save()
    assert "Sari Dewi Ñ ☕".encode() in sari.api.get("/api/v1/me").content
