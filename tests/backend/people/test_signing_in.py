"""Devices and browsers sign in; tokens live, slide, expire and are revoked."""

import json
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from rest_framework.test import APIClient

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.journal.models import Entry
from backend.people.models import Device, DeviceToken
from tests.world import A_UUID, PASSWORD, told


@pytest.fixture(autouse=True)
def nobody_tried_yet():
    cache.clear()


def credentials(username="sari", password=PASSWORD, device=A_UUID):
    return {
        "username": username,
        "password": password,
        "device": {"id": str(device), "name": "Telepon lama", "platform": "Android 11"},
    }


def sign_in(**changes):
    return told(APIClient(), "login", credentials(**changes))


def with_token(token):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


UNAUTHENTICATED = {
    "type": "/problems/unauthenticated",
    "title": "Please sign in.",
    "title_id": "Silakan masuk.",
    "status": 401,
    "code": "unauthenticated",
}


def test_sari_signs_in_on_her_phone_and_is_told_who_she_is(sari, programme):
    status, answer = sign_in()
    token = answer.pop("token")
    me = {
        "id": str(sari.id),
        "username": "sari",
        "name": "Sari",
        "language": "id",
        "is_administrator": False,
        "programmes": [
            {
                "id": str(programme.pk),
                "code": "kalsel",
                "name": "Kalimantan Selatan",
                "roles": ["inspector"],
                "regions": [],
                "verbs": ["see_units", "tell_visits"],
            }
        ],
    }
    assert (status, answer) == (200, {"user": me, "device": {"id": str(A_UUID), "name": "Telepon lama"}})
    assert told(with_token(token), "me", method="get") == (200, me)
    line = Entry.objects.get()
    assert (line.event, line.actor_id, line.device, line.subject) == (
        "device.signed_in",
        sari.id,
        A_UUID,
        str(A_UUID),
    )


def test_the_token_is_nowhere_in_the_database_or_the_journal(sari):
    token = sign_in()[1]["token"]
    kept = DeviceToken.objects.get(device=A_UUID)
    assert token not in (kept.digest, kept.token_key)
    assert all(token not in json.dumps(entry.line()) for entry in Entry.objects.all())


WRONG_PASSWORD = {
    "type": "/problems/wrong-password",
    "title": "This name and password do not belong together.",
    "title_id": "Nama pengguna dan kata sandi tidak cocok.",
    "status": 401,
    "code": "wrong-password",
}


@pytest.mark.parametrize(
    "wrong",
    [{"password": "salah"}, {"username": "nobody"}, {"username": "SARI"}, {"password": PASSWORD + " "}],
)
def test_p8_a_wrong_name_and_a_wrong_password_sound_the_same(sari, wrong):
    assert sign_in(**wrong) == (401, WRONG_PASSWORD)
    assert not Device.objects.filter(pk=A_UUID).exists()


def test_a_disabled_person_hears_so_only_with_the_right_password(sari):
    sari.user.is_active = False
    sari.user.save()
    assert sign_in(password="salah") == (401, WRONG_PASSWORD)
    status, answer = sign_in()
    assert (status, answer["code"]) == (403, "user-disabled")
    assert told(sari.api, "me", method="get")[1]["code"] == "user-disabled"


def test_p4_nobody_signs_in_on_somebody_elses_device(sari, rina):
    status, answer = sign_in(device=rina.device.pk)
    assert (status, answer) == (
        403,
        {
            "type": "/problems/not-your-device",
            "title": "This device is registered to somebody else.",
            "title_id": "Perangkat ini terdaftar atas nama orang lain.",
            "status": 403,
            "code": "not-your-device",
            "device": str(rina.device.pk),
        },
    )
    assert told(rina.api, "me", method="get")[0] == 200


def test_p4_signing_in_again_ends_the_older_token_of_that_device_only(sari):
    first = sign_in()[1]["token"]
    second = sign_in()[1]["token"]
    assert told(with_token(first), "me", method="get")[1]["code"] == "token-unknown"
    assert told(with_token(second), "me", method="get")[0] == 200
    assert told(sari.api, "me", method="get")[0] == 200
    assert DeviceToken.objects.filter(device=A_UUID).count() == 1


def test_signing_in_needs_no_token_and_is_not_disturbed_by_a_dead_one(sari):
    assert told(with_token("f" * 64), "login", credentials())[0] == 200


def test_signing_out_ends_the_token_and_keeps_the_device(sari):
    assert told(sari.api, "logout") == (204, None)
    status, answer = told(sari.api, "me", method="get")
    assert (status, answer["code"]) == (401, "token-unknown")
    assert Device.objects.filter(pk=sari.device.pk, revoked_at=None).exists()
    assert sign_in(device=sari.device.pk)[0] == 200


def test_p7_an_expired_token_says_that_nothing_is_lost(sari):
    DeviceToken.objects.update(expiry=now() - timedelta(seconds=1))
    assert told(sari.api, "me", method="get") == (
        401,
        {
            "type": "/problems/token-expired",
            "title": "This device's token has expired. Nothing on the device is lost; please sign in again.",
            "title_id": "Token perangkat ini sudah kedaluwarsa. Data di perangkat aman; silakan masuk lagi.",
            "status": 401,
            "code": "token-expired",
        },
    )
    assert sign_in(device=sari.device.pk)[0] == 200


def test_p7_a_revoked_device_hears_so_and_stays_revoked(sari, mira):
    assert told(mira.api, f"devices/{sari.device.pk}/revoke")[0] == 200
    status, answer = told(sari.api, "me", method="get")
    assert (status, answer["code"], answer["device"]) == (403, "device-revoked", str(sari.device.pk))
    assert sign_in(device=sari.device.pk)[1]["code"] == "device-revoked"
    assert sign_in()[0] == 200


@pytest.mark.parametrize(
    "token",
    [
        "f" * 64,
        "x",
        "a" * 10_240,
        "t\u00f6ken",
        "\u00ff" * 64,
        "abc\x00def",
        "abc%00",
        "..",
        "' OR 1=1 --".replace(" ", ""),
    ],
    ids=["unknown", "short", "10-KB", "latin-1", "all-latin-1", "NUL", "percent-NUL", "dots", "quote"],
)
def test_p7_an_odd_token_is_unknown_and_upsets_nothing(db, token):
    status, answer = told(with_token(token), "me", method="get")
    assert (status, answer["code"]) == (401, "token-unknown")


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Basic c2FyaTpzYXJp", "bearer", "", "Token abc"])
def test_a_header_that_is_no_token_is_nobody(db, header):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    response = client.get("/api/v1/me")
    assert (response.status_code, response.json()) == (401, UNAUTHENTICATED)
    assert response["WWW-Authenticate"] == "Bearer"
    assert response["Content-Type"] == "application/problem+json"


def test_a_token_used_today_lives_ninety_days_from_today(sari):
    DeviceToken.objects.update(expiry=now() + timedelta(days=3))
    assert told(sari.api, "me", method="get")[0] == 200
    left = DeviceToken.objects.get().expiry - now()
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)


def test_a_token_is_written_at_most_once_a_day(sari):
    soon = now() + timedelta(days=90) - timedelta(hours=23)
    DeviceToken.objects.update(expiry=soon)
    assert told(sari.api, "me", method="get")[0] == 200
    assert DeviceToken.objects.get().expiry == soon


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "sari", "password": PASSWORD},
        {"username": "sari", "password": PASSWORD, "device": {"id": "telepon", "name": "x"}},
        {"username": "sari", "password": PASSWORD, "device": {"id": str(A_UUID), "name": "x" * 81}},
        {"username": ["sari"], "password": PASSWORD, "device": {"id": str(A_UUID), "name": "x"}},
        {"username": "sari", "password": "p" * 257, "device": {"id": str(A_UUID), "name": "x"}},
        [],
        "sari",
        None,
    ],
)
def test_a_sign_in_that_is_no_sign_in_is_invalid(sari, body):
    status, answer = told(APIClient(), "login", body)
    assert (status, answer["code"]) == (400, "invalid")


def test_p8_after_ten_wrong_tries_a_name_is_locked_here_and_nobody_else_is(sari, rina):
    for _ in range(9):
        assert sign_in(password="salah") == (401, WRONG_PASSWORD)
    assert sign_in(password="salah")[0] == 429
    response = APIClient().post("/api/v1/login", credentials(), format="json")
    assert (response.status_code, response.json()) == (
        429,
        {
            "type": "/problems/locked-out",
            "title": "Too many wrong tries for this name from here. Nothing is lost; try again later, or ask for a "
            "new password.",
            "title_id": "Terlalu banyak percobaan yang salah untuk nama ini dari sini. Tidak ada yang hilang; coba "
            "lagi nanti, atau minta kata sandi baru.",
            "status": 429,
            "code": "locked-out",
            "minutes": 15,
        },
    )
    assert response["Retry-After"] == "900"
    assert told(sari.api, "me", method="get")[0] == 200
    assert sign_in(username="rina")[0] == 200
    elsewhere = APIClient(REMOTE_ADDR="203.0.113.7").post(
        "/api/v1/login", credentials(device=uuid7()), format="json"
    )
    assert elsewhere.status_code == 200
    forged = APIClient(HTTP_X_FORWARDED_FOR="203.0.113.9").post("/api/v1/login", credentials(), format="json")
    assert forged.status_code == 429
    lines = Entry.objects.filter(event="person.locked_out").values_list("subject", "actor")
    assert list(lines) == [(str(sari.id), None)]


def test_p8_behind_a_proxy_of_ours_the_address_is_what_it_wrote_last(sari, settings):
    settings.BEHIND_PROXY = True
    for _ in range(10):
        APIClient(HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.9").post(
            "/api/v1/login", credentials(password="salah"), format="json"
        )
    at = {
        said: APIClient(HTTP_X_FORWARDED_FOR=said)
        .post("/api/v1/login", credentials(), format="json")
        .status_code
        for said in ("198.51.100.77, 203.0.113.9", "203.0.113.9, 198.51.100.1")
    }
    assert at == {"198.51.100.77, 203.0.113.9": 429, "203.0.113.9, 198.51.100.1": 200}


@pytest.mark.parametrize("said", ["", "unknown", "1.2.3.4:99", "x" * 300])
def test_whatever_is_said_in_place_of_an_address_signing_in_works(sari, settings, said):
    settings.BEHIND_PROXY = True
    nowhere = APIClient(HTTP_X_FORWARDED_FOR=said, REMOTE_ADDR="")
    assert nowhere.post("/api/v1/login", credentials(), format="json").status_code == 200
    words = {"username": "sari", "password": PASSWORD}
    assert nowhere.post("/api/v1/session", words, format="json").status_code == 200


def test_p8_the_lock_opens_after_a_quarter_of_an_hour_and_getting_in_counts_anew(sari):
    for _ in range(10):
        sign_in(password="salah")
    AccessAttempt.objects.update(attempt_time=now() - timedelta(minutes=16))
    cache.clear()
    assert sign_in()[0] == 200
    for _ in range(8):
        sign_in(password="salah")
    assert sign_in()[0] == 200
    assert sign_in(password="salah") == (401, WRONG_PASSWORD)


def test_p8_the_browsers_door_is_no_way_round_the_lock(sari):
    for _ in range(10):
        sign_in(password="salah")
    words = {"username": "sari", "password": PASSWORD}
    assert told(APIClient(), "session", words)[1]["code"] == "locked-out"


def test_p8_many_tries_in_one_minute_wait_whatever_they_were(sari):
    for _ in range(20):
        assert sign_in()[0] == 200
    response = APIClient().post("/api/v1/login", credentials(), format="json")
    assert (response.status_code, response.json()["code"]) == (429, "too-many-tries")
    assert 0 < int(response["Retry-After"]) <= 61


def test_a_person_may_say_her_e_mail_address_in_place_of_her_name(sari, rina):
    type(sari.user).objects.filter(pk=sari.id).update(email="sari@contoh.id")
    assert sign_in(username="Sari@contoh.id")[0] == 200
    type(sari.user).objects.filter(pk=rina.id).update(email="SARI@contoh.id")
    assert sign_in(username="sari@contoh.id") == (401, WRONG_PASSWORD)  # whose?


def test_a_browser_signs_in_with_a_cookie_and_out_again(sari):
    browser = APIClient(enforce_csrf_checks=True)
    first = browser.get("/api/v1/session")
    assert (first.status_code, first.json()) == (401, UNAUTHENTICATED)
    csrf = {"HTTP_X_CSRFTOKEN": browser.cookies["csrftoken"].value}
    words = {"username": "sari", "password": PASSWORD}
    inside = browser.post("/api/v1/session", words, format="json", **csrf)
    assert (inside.status_code, inside.json()["username"]) == (200, "sari")
    assert browser.get("/api/v1/session").json() == inside.json() == browser.get("/api/v1/me").json()
    csrf = {"HTTP_X_CSRFTOKEN": browser.cookies["csrftoken"].value}
    assert browser.delete("/api/v1/session", **csrf).status_code == 204
    assert browser.get("/api/v1/session").json() == UNAUTHENTICATED
    assert [line.event for line in Entry.objects.all()] == ["person.signed_in"]


def test_a_browser_without_the_csrf_token_changes_nothing(sari, programme):
    stranger = APIClient(enforce_csrf_checks=True)
    words = {"username": "sari", "password": PASSWORD}
    status, answer = told(stranger, "session", words)
    assert (status, answer["code"]) == (403, "not-allowed")
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(sari.user)
    assert told(browser, "me", method="get")[0] == 200
    assert told(browser, "conflicts", {})[0] == 403
    assert told(browser, "session", method="delete")[0] == 403
    assert told(browser, "me", method="get")[0] == 200


def test_a_browser_cannot_sign_in_with_a_wrong_password(sari):
    browser = APIClient()
    assert told(browser, "session", {"username": "sari", "password": "salah"}) == (401, WRONG_PASSWORD)
    assert told(browser, "me", method="get") == (401, UNAUTHENTICATED)


def test_sari_changes_her_password_and_her_phone_stays_signed_in(sari):
    words = {"old": PASSWORD, "new": "sasirangan-biru-71"}
    assert told(sari.api, "me/password", words) == (204, None)
    assert told(sari.api, "me", method="get")[0] == 200
    assert sign_in() == (401, WRONG_PASSWORD)
    assert sign_in(password="sasirangan-biru-71")[0] == 200


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("salah", "sasirangan-biru-71", "old-password-wrong"), (PASSWORD, "sari", "weak-password")],
)
def test_a_password_is_not_changed_without_the_old_one_or_to_a_weak_one(sari, old, new, code):
    assert told(sari.api, "me/password", {"old": old, "new": new})[1]["code"] == code
    assert sign_in()[0] == 200
