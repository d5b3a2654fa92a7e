"""What no phone should send. Nothing of it is a 500, nothing holds up what else came along, and what the phone
still has stays safe on the phone."""

import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.people.models import DeviceToken
from backend.sync.actions import log
from backend.visits.models import Submission, Visit
from tests import world
from tests.backend.evidence.pictures import jpeg
from tests.backend.sync.phone import draft, offered, patch, post_raw, request, submission, sync, zipped
from tests.backend.visits.telling import listed
from tests.world import A_UUID

pytestmark = pytest.mark.django_db

MIB = 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"protocol":1,}',
        b"\xff\xfe{}",
        b"NaN",
        b'{"protocol": Infinity}',
        b"[" * 100_000,
        b"9" * 5000,
        b"[]",
        b"null",
        b'"text"',
    ],
)
def test_what_is_no_json_object_is_malformed_and_nothing_else(sari, body):
    status, problem = post_raw(sari, body)

    assert (status, problem["code"]) == (400, "malformed")
    assert set(problem) >= {"type", "title", "title_id", "status", "code"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"protocol": 2}, 400, "protocol-unknown"),
        ({"protocol": "1"}, 400, "protocol-unknown"),
        ({"protocol": True}, 400, "protocol-unknown"),
        ({"device": None}, 400, "malformed"),
        ({"device": "x\x00"}, 400, "malformed"),
        ({"device": str(A_UUID)}, 403, "not-your-device"),
        ({"items": {}}, 400, "malformed"),
        ({"photos": "many"}, 400, "malformed"),
        ({"kept": 5}, 400, "malformed"),
        ({"items": [None] * 51}, 413, "too-many-things"),
        ({"photos": [None] * 201}, 413, "too-many-things"),
        ({"kept": [None] * 201}, 413, "too-many-things"),
    ],
)
def test_a_frame_out_of_shape_is_refused_whole_by_name(sari, change, status, code):
    answer = sari.api.post("/api/v1/sync", request(sari, **change), format="json")

    assert (answer.status_code, answer.json()["code"], answer["Sync-Protocol"]) == (status, code, "1")


def test_rina_cannot_sync_as_saris_device(sari, rina, order):
    answer = rina.api.post("/api/v1/sync", request(sari, items=[submission(order)]), format="json")

    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-device")
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "unauthenticated"),
        ({"HTTP_AUTHORIZATION": "Bearer unknown"}, "token-unknown"),
        ({"HTTP_AUTHORIZATION": "Bearer \u00fc"}, "token-unknown"),
    ],
)
def test_without_a_token_every_door_says_so_and_is_believed(client, said, problem):
    for method, path in (
        ("post", "sync"),
        ("get", "changes"),
        ("patch", f"uploads/{A_UUID}.0"),
        ("get", "config"),
    ):
        answer = getattr(client, method)(f"/api/v1/{path}", **said)
        assert (answer.status_code, answer.json()["code"]) == (401, problem)
        assert answer["Sync-Protocol"] == "1"


def test_an_expired_token_a_revoked_device_and_a_disabled_account_are_told_apart(sari, order):
    item = submission(order)
    DeviceToken.objects.update(expiry=now() - timedelta(seconds=1))
    expired = sari.api.post("/api/v1/sync", request(sari, items=[item]), format="json")
    DeviceToken.objects.update(expiry=now() + timedelta(days=1))
    sari.device.revoked_at = now()
    sari.device.save()
    revoked = sari.api.post("/api/v1/sync", request(sari, items=[item]), format="json")
    sari.device.revoked_at = None
    sari.device.save()
    sari.user.is_active = False
    sari.user.save()
    disabled = patch(sari, f"/api/v1/uploads/{A_UUID}.0", b"x")

    answers = [(answer.status_code, answer.json()["code"]) for answer in (expired, revoked, disabled)]
    assert answers == [(401, "token-expired"), (403, "device-revoked"), (403, "user-disabled")]
    assert Submission.objects.count() == 0


def test_a_ten_megabyte_answer_is_too_large_and_says_so(sari, order):
    item = submission(order, narrative="x" * 10 * MIB)

    for body, headers in (
        (json.dumps(request(sari, items=[item])).encode(), {}),
        (zipped(json.dumps(request(sari, items=[item])).encode()), {"HTTP_CONTENT_ENCODING": "gzip"}),
    ):
        status, problem = post_raw(sari, body, **headers)
        assert (status, problem["code"], problem["limit"]) == (413, "too-large", MIB)
    assert Submission.objects.count() == 0


def test_a_document_just_below_the_limit_is_kept(sari, order):
    item = submission(order, narrative="x" * (MIB - 60_000))

    assert sync(sari, item)["results"][0]["slot"] == "current"


def test_a_gzip_bomb_is_not_unpacked(sari):
    status, problem = post_raw(sari, zipped(b" " * 200 * MIB), HTTP_CONTENT_ENCODING="gzip")

    assert (status, problem["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    ("body", "headers", "answer"),
    [
        (b"{}", {"HTTP_CONTENT_ENCODING": "gzip"}, (400, "body-cut")),
        (zipped(b"{}" * 1000)[:-5], {"HTTP_CONTENT_ENCODING": "gzip"}, (400, "body-cut")),
        (b"{}", {"HTTP_CONTENT_ENCODING": "br"}, (415, "unknown-encoding")),
        (b"{}", {"CONTENT_LENGTH": "1000"}, (400, "body-cut")),
    ],
)
def test_a_torn_or_unreadable_packing_is_refused(sari, body, headers, answer):
    # A plain stream: the test client's own refuses to be read beyond its end.
    from io import BytesIO

    length = headers.pop("CONTENT_LENGTH", str(len(body)))
    status, problem = post_raw(
        sari, b"", **{"wsgi.input": BytesIO(body), "CONTENT_LENGTH": length, **headers}
    )

    assert (status, problem["code"]) == answer


def test_a_gzipped_request_is_the_same_request(sari, order):
    item = submission(order)
    body = zipped(json.dumps(request(sari, items=[item])).encode())

    status, answer = post_raw(sari, body, HTTP_CONTENT_ENCODING="gzip")

    assert (status, answer["results"][0]["status"]) == (200, "stored")


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"id": None},
        {"id": ...},
        {"id": ["a"]},
        {"id": "0190\x00000-0000-7000-8000-000000000001"},
        {"visit": "x"},
        {"visit": 5},
        {"attempt": "1"},
        {"attempt": -1},
        {"attempt": 10**30},
        {"attempt": 1.0},
        {"attempt": True},
        {"checklist": None},
        {"digest": 7},
        {"digest": ...},
        {"doc": {"answers": {}}},
        {"doc": None},
        {"kind": ["submission"]},
        {"kind": None},
        {"kind": "poem", "a": 10**400},
    ],
)
def test_y3_an_item_out_of_shape_is_kept_in_quarantine_once_and_the_next_goes_on(sari, order, change):
    broken, whole = submission(order, **{k: v for k, v in change.items() if k != "a"}), submission(order)
    if "a" in change:
        broken["a"] = change["a"]

    first, second = sync(sari, broken, whole)["results"], sync(sari, broken, whole)["results"]

    said = {name: broken[name] if isinstance(broken.get(name), str) else "" for name in ("id", "digest")}
    said["id"] = said["id"].replace("\x00", "\ufffd")
    assert first[0] == {**said, "status": "stored", "slot": "quarantined"}
    assert second[0] == {**said, "status": "duplicate", "slot": "quarantined"}
    assert [results[1]["slot"] for results in (first, second)] == ["current", "current"]
    kept = Submission.objects.get(slot="quarantined")
    assert json.loads(kept.text) == broken


@pytest.mark.parametrize("item", [None, True, 5, -1e308, "text\x00", [], [[]], {}, {"kind": {}}])
def test_y3_an_item_that_is_no_item_is_kept_too(sari, item):
    nothing = {"id": "", "digest": "", "status": "stored", "slot": "quarantined"}

    assert sync(sari, item)["results"] == [nothing]
    assert Submission.objects.get().why in ("unparsable", "unknown-kind")


def test_half_letters_travel_through_items_names_and_cursors_and_come_back_harmless(sari, order):
    raw = json.dumps(submission(order))
    texts = json.loads(raw)["doc"].replace("Antrean", "\\ud800Antrean\\u0000")
    whole = submission(order, doc=texts)
    odd = {"kind": "\ud83d", "id": "\ude00\x00", "digest": "\ud83d\ude00", "\ud800": {"\x00": ["\udfff"]}}
    body = json.dumps(request(sari, items=[odd, whole], cursor="\ud800.1", photos=[{"id": "\ud800"}]))

    status, answer = post_raw(sari, body.encode())

    assert status == 200
    assert answer["results"][0]["id"] == "\ufffd\ufffd"
    assert answer["results"][1]["slot"] == "current"
    assert answer["uploads"] == [{"photo": "\ufffd", "state": "bad", "reason": "malformed"}]
    assert Submission.objects.get(slot="current").text == texts


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"},
        {"id": None},
        {"visit": 5},
        {"sha256": "short"},
        {"sha256": "A" * 42 + "="},
        {"sha256": None},
        {"size": "300"},
        {"size": 0},
        {"size": -1},
        {"size": 1e3},
        {"size": True},
        {"size": 2**70},
    ],
)
def test_y3_a_photo_announced_out_of_shape_is_bad_and_the_next_is_needed(sari, order, change):
    good = offered(order, listed(jpeg()))
    broken = {**offered(order, listed(jpeg())), **change}

    answer = sync(sari, photos=[broken, good, "photo", None])["uploads"]

    by_name = {told["photo"]: told for told in answer}
    name = broken["id"] if isinstance(broken["id"], str) else ""
    assert by_name[good["id"]]["state"] == "need"
    assert by_name[name] == {"photo": name, "state": "bad", "reason": "malformed"}
    assert len(answer) == 4


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "application/pdf"}, "type-not-allowed"),
        ({"type": None}, "type-not-allowed"),
        ({"type": ["image/jpeg"]}, "type-not-allowed"),
        ({"size": 9 * MIB}, "too-large"),
    ],
)
def test_a_photo_that_may_not_be_sent_is_bad_and_its_visit_does_not_wait_for_it(sari, order, change, reason):
    one = listed(jpeg())
    sync(sari, submission(order, photos=[one]))
    assert Visit.objects.get().photos_missing == 1

    answer = sync(sari, photos=[{**offered(order, one), **change}])["uploads"]

    assert answer == [{"photo": one["id"], "state": "bad", "reason": reason}]
    visit = Visit.objects.get()
    assert (visit.photos_missing, [doubt["flag"] for doubt in visit.flags]) == (0, ["bad_photo"])


def test_y2_when_the_store_of_rows_fails_for_one_item_only_that_one_waits(
    sari, order, caplog, django_db_blocker
):
    """The database itself refuses one row; its phone keeps the item and sends it again."""
    poison = submission(order)
    with connection_that_refuses(poison["id"]), caplog.at_level("CRITICAL", logger=log.name):
        answer = sync(sari, poison, draft(order.pk, 1), submission(order, narrative="Lain."))

    assert [result.get("status", result.get("rev")) for result in answer["results"]] == ["retry", 1, "stored"]
    assert answer["results"][0]["reason"] == "trouble"
    assert sync(sari, poison)["results"][0]["slot"] == "late"


def connection_that_refuses(text):
    """Django's own hook between us and the database: the world's edge."""
    from django.db import DatabaseError, connection

    needle = text.replace("-", "")

    def refuse(execute, sql, params, many, context):
        if sql.startswith("INSERT") and any(needle in str(part).replace("-", "") for part in params or ()):
            raise DatabaseError("refused")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


def test_y2_when_announcing_together_fails_photos_are_announced_one_by_one(sari, order, caplog):
    photos = [offered(order, {**listed(jpeg()), "sha256": f"{n:043d}"}) for n in range(3)]
    with connection_that_refuses(photos[1]["id"]), caplog.at_level("CRITICAL", logger=log.name):
        answer = sync(sari, photos=photos)["uploads"]

    assert [told["photo"] for told in answer] == [photos[0]["id"], photos[2]["id"]]
    assert sync(sari, photos=photos)["uploads"][1]["state"] == "need"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
KINDS = st.sampled_from(["submission", "draft", "poem"]) | JSON
NAMES = st.sampled_from([str(A_UUID), "x", ""]) | JSON
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "kind": KINDS,
        "id": NAMES,
        "visit": NAMES,
        "attempt": st.sampled_from([1, 2, 0]) | JSON,
        "rev": st.integers() | JSON,
        "checklist": JSON,
        "digest": JSON,
        "doc": st.sampled_from(["{}", "{"]) | JSON,
        "damaged": st.booleans() | JSON,
    },
)
PHOTO = st.fixed_dictionaries(
    {},
    optional={
        "id": NAMES,
        "visit": NAMES,
        "sha256": st.sampled_from(["A" * 43]) | JSON,
        "size": st.integers() | JSON,
        "type": st.sampled_from(["image/jpeg"]) | JSON,
    },
)
FRAME = st.fixed_dictionaries(
    {},
    optional={
        "items": st.lists(ITEM | JSON, max_size=5),
        "photos": st.lists(PHOTO | JSON, max_size=5),
        "kept": st.lists(NAMES, max_size=3),
        "cursor": JSON,
        "limit": JSON,
        "sent_at": JSON,
        "pending": JSON,
        "client": JSON,
    },
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FRAME)
def test_y3_whatever_is_sent_every_item_is_answered_and_nothing_is_a_500(sari, frame):
    for thing in frame.get("items", []):
        if isinstance(thing, dict) and thing.get("visit") == str(A_UUID):
            thing["visit"] = str(uuid7())

    status, answer = post_raw(sari, json.dumps(request(sari, **frame)).encode())

    assert status == 200
    assert len(answer["results"]) == len(frame.get("items", []))
    for result in answer["results"]:
        assert result.get("status") in ("stored", "duplicate", "retry") or isinstance(result["rev"], int)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_whatever_json_is_sent_as_a_request_it_is_malformed_at_worst(sari, body):
    status, _ = post_raw(sari, json.dumps(body).encode())

    assert status == 400


def test_an_order_of_another_programme_is_late_testimony_and_shows_nothing(sari, agus):
    theirs = world.order(agus, of=world.programme("papua", "Papua"))
    item = submission(theirs)

    answer = sync(sari, item)

    assert (answer["results"][0]["slot"], answer["changes"]) == ("late", [])
    assert Visit.objects.count() == 0
