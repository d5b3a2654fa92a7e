"""R4: what Budi sends under one key is done once and answered alike, whatever becomes of the line."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection

from backend.assignments.models import Assignment
from backend.core.clock import now
from backend.core.ids import uuid7
from backend.feed.models import Item
from backend.indicators.models import Computation, VisitScore
from backend.journal.models import Entry
from backend.management.commands.worker import tidy
from backend.people.models import Programme, User
from backend.people.rules import Role
from backend.rest.models import KeptAnswer
from backend.rest.once import Once
from backend.units.models import Unit
from tests import world
from tests.backend.checklists.making import spoilt
from tests.backend.indicators.made import covered
from tests.backend.rest.routes import api_routes
from tests.backend.units.files import units
from tests.backend.visits.telling import tell, telling

pytestmark = pytest.mark.django_db

ONCE = "done once a key"
# Every POST of the API. A new one must say here whether it is done once a key, or why it needs none.
POSTS = {
    "assignments": ONCE,
    "assignments/<uuid:order>/cancel": ONCE,
    "assignments/<uuid:order>/reassign": ONCE,
    "checklists": ONCE,
    "checklists/(?P<digest>sha256:[A-Za-z0-9_-]{43})/withdrawal": ONCE,
    "computations": ONCE,
    "computations/<uuid:computation>/publish": ONCE,
    "conflicts": ONCE,
    "devices/<uuid:device>/revoke": ONCE,
    "imports": ONCE,
    "people": ONCE,
    "programmes": ONCE,
    "programmes/<uuid:programme>/invitations": ONCE,
    "programmes/<uuid:programme>/members": ONCE,
    "submissions/<uuid:submission>/take": ONCE,
    "visits/<uuid:visit>/decisions": ONCE,
    "login": "makes a secret, which is kept nowhere; signing in again is how one gets another",
    "logout": "leaves nothing to do twice",
    "me/password": "the second time the old password is wrong, which is true",
    "session": "signing in again changes nothing",
    "sync": "items are named by (id, digest), for ever and also on a restored server",
    "unsent-work": "the same items, by the same names",
    "uploads": "named by the photo's id",
    "uploads/<uuid:photo>.<int:generation>": "a piece is kept by compare-and-set on its offset",
}


def test_r4_every_post_says_whether_it_is_done_once():
    found = {
        route.pattern: ONCE if issubclass(route.view, Once) else POSTS.get(route.pattern, "?")
        for route in api_routes()
        if "post" in route.methods
    }
    assert {pattern: POSTS.get(pattern) for pattern in found} == found


# One request of each kind: who sends it where, and what.


def order_terms(cast):
    return {
        "id": str(uuid7()),
        "programme": str(world.programme().pk),
        "unit": str(world.unit().pk),
        "product": str(world.product().pk),
        "scenario": "inquiry",
        "inspector": str(cast["sari"].id),
        "window": {"opens": "2026-06-01T00:00:00Z", "closes": "2026-06-15T00:00:00Z"},
    }


def decided(cast):
    order = world.order(cast["sari"])
    tell(cast["sari"], telling(order))
    body = {"id": str(uuid7()), "attempt": 1, "verdict": "returned", "note": "Foto loket belum ada."}
    return "budi", f"visits/{order.pk}/decisions", body


def late(cast):
    """Sari's, for an order that is Rina's by now."""
    told = telling(world.order(cast["rina"]))
    tell(cast["sari"], told)
    return "budi", f"submissions/{told.id}/take", {"digest": told.digest}


def computation(cast):
    covered(world.unit(), cast["sari"], cast["rina"])
    body = {"id": str(uuid7()), "programme": str(world.programme().pk), "period": "2026", "method": "IKKT"}
    return "mira", "computations", body


def published(cast):
    _, path, body = computation(cast)
    assert cast["mira"].api.post(f"/api/v1/{path}", body, format="json").status_code == 201
    return "mira", f"computations/{body['id']}/publish", None


def table(cast):
    world.institution("I-SAM-01", klass="samsat")
    file = SimpleUploadedFile("unit.csv", units({"code": "SAM-9"}))
    return "mira", "imports", {"kind": "units", "programme": "kalsel", "file": file}


def checklist_files(cast):
    newer = spoilt("instrument.toml", 'version = "2026.1"', 'version = "2026.2"')
    uploads = [SimpleUploadedFile(name, content) for name, content in newer.items()]
    return "mira", "checklists", {"files": uploads}


REQUESTS = {
    "assignments": lambda cast: ("budi", "assignments", order_terms(cast)),
    "assignments/<uuid:order>/cancel": lambda cast: (
        "budi",
        f"assignments/{world.order(cast['sari']).pk}/cancel",
        {"reason": "Sari sakit."},
    ),
    "assignments/<uuid:order>/reassign": lambda cast: (
        "budi",
        f"assignments/{world.order(cast['sari']).pk}/reassign",
        {"inspector": str(cast["rina"].id), "reason": "Sari sakit."},
    ),
    "checklists": checklist_files,
    "checklists/(?P<digest>sha256:[A-Za-z0-9_-]{43})/withdrawal": lambda cast: (
        "root",
        f"checklists/{world.checklist().digest}/withdrawal",
        None,
    ),
    "computations": computation,
    "computations/<uuid:computation>/publish": published,
    "conflicts": lambda cast: (
        "sari",
        "conflicts",
        {
            "id": str(uuid7()),
            "programme": str(world.programme().pk),
            "inspector": str(cast["sari"].id),
            "unit": str(world.unit().pk),
        },
    ),
    "devices/<uuid:device>/revoke": lambda cast: (
        "mira",
        f"devices/{cast['sari'].device.pk}/revoke",
        None,
    ),
    "imports": table,
    "people": lambda cast: (
        "mira",
        "people",
        {"id": str(uuid7()), "username": "tono", "name": "Tono", "password": world.PASSWORD},
    ),
    "programmes": lambda cast: (
        "root",
        "programmes",
        {"id": str(uuid7()), "code": "jabar", "name": "Jawa Barat"},
    ),
    "programmes/<uuid:programme>/invitations": lambda cast: (
        "mira",
        f"programmes/{world.programme().pk}/invitations",
        {
            "id": str(uuid7()),
            "username": "tini",
            "name": "Tini",
            "email": "tini@contoh.id",
            "role": "consumer",
        },
    ),
    "programmes/<uuid:programme>/members": lambda cast: (
        "mira",
        f"programmes/{world.programme().pk}/members",
        {"user": str(cast["rina"].id), "role": "consumer"},
    ),
    "submissions/<uuid:submission>/take": late,
    "visits/<uuid:visit>/decisions": decided,
}


@pytest.fixture
def cast(sari, rina, budi, mira, root, checklist):
    return {"sari": sari, "rina": rina, "budi": budi, "mira": mira, "root": root}


def send(cast, request, key="k-1"):
    who, path, body = request
    form = "multipart" if path in ("imports", "checklists") else "json"
    for part in (body or {}).values():
        for file in part if isinstance(part, list) else [part]:
            if hasattr(file, "seek"):
                file.seek(0)
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return cast[who].api.post(f"/api/v1/{path}", body, format=form, **headers)


def effects():
    """All that an action leaves behind: its journal lines and what feeds were told."""
    return Entry.objects.count(), sorted(Item.objects.values_list("scope", "entity", "seq"))


@pytest.mark.parametrize("pattern", [pattern for pattern, why in POSTS.items() if why is ONCE])
def test_r4_the_same_request_under_the_same_key_is_done_once_and_answered_alike(cast, pattern):
    request = REQUESTS[pattern](cast)
    first = send(cast, request)
    assert first.status_code in (200, 201), first.content
    assert "Idempotent-Replay" not in first
    done = effects()

    again = send(cast, request)

    assert (again.status_code, again.content, again["Content-Type"]) == (
        first.status_code,
        first.content,
        "application/json",
    )
    assert (again["Idempotent-Replay"], again.get("ETag")) == ("true", first.get("ETag"))
    assert effects() == done
    assert KeptAnswer.objects.count() == 1


def test_r4_a_replay_is_the_answer_of_that_day_also_after_the_order_was_changed(cast):
    request = REQUESTS["assignments"](cast)
    first = send(cast, request)
    order = f"/api/v1/assignments/{request[2]['id']}"
    cast["budi"].api.patch(order, {"rev": 1, "briefing": "Lain."}, format="json")

    again = send(cast, request)

    assert (again.status_code, again.json()["rev"], again["ETag"]) == (201, 1, '"1"')
    assert first.content == again.content
    assert send(cast, request, key=None).status_code == 409  # without the key: another order has this id


def test_r4_the_same_key_with_another_request_is_refused_and_does_nothing(cast):
    request = REQUESTS["assignments"](cast)
    send(cast, request)
    done = effects()
    other_body = send(cast, (*request[:2], {**request[2], "id": str(uuid7())}))
    other_path = send(cast, ("budi", f"assignments/{request[2]['id']}/cancel", {"reason": "Lain."}))

    for refused in (other_body, other_path):
        assert (refused.status_code, refused["Content-Type"], refused.json()) == (
            422,
            "application/problem+json",
            {
                "type": "/problems/idempotency-key-reused",
                "title": "This Idempotency-Key was sent before with another request; "
                "a new request needs a new key.",
                "title_id": "Idempotency-Key ini pernah dikirim dengan permintaan lain; "
                "permintaan baru memerlukan kunci baru.",
                "status": 422,
                "code": "idempotency-key-reused",
            },
        )
    assert effects() == done


def test_r4_a_file_with_one_byte_changed_is_another_request(cast):
    request = table(cast)
    send(cast, request)
    changed = SimpleUploadedFile("unit.csv", units({"code": "SAM-8"}))
    assert send(cast, ("mira", "imports", {**request[2], "file": changed})).status_code == 422
    assert sorted(Unit.objects.values_list("code", flat=True)) == ["SAM-9"]


def test_r4_a_key_is_its_persons_own(cast):
    wati = world.person("wati", Role.COORDINATOR, regions=("63.01",))
    mine, hers = REQUESTS["assignments"](cast), REQUESTS["assignments"](cast)
    hers[2]["window"] = {"opens": "2027-06-01T00:00:00Z", "closes": "2027-06-15T00:00:00Z"}
    answers = send(cast, mine), send({**cast, "budi": wati}, hers)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert Assignment.objects.count() == 2


def test_r4_a_refusal_is_not_kept_and_the_same_request_goes_through_when_its_cause_is_gone(cast):
    tono = world.person("tono")
    request = REQUESTS["assignments"](cast)
    request[2]["inspector"] = str(tono.id)
    refused = send(cast, request)
    assert (refused.status_code, refused.json()["code"]) == (400, "not-an-inspector")
    assert KeptAnswer.objects.count() == 0

    membership = {"user": str(tono.id), "role": "inspector"}
    send(cast, ("mira", f"programmes/{world.programme().pk}/members", membership), key=None)

    assert send(cast, request).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "k\u00e9y", "a\tb", "\x7f"])
def test_r4_a_key_that_cannot_be_read_is_refused(cast, key):
    refused = send(cast, REQUESTS["assignments"](cast), key=key)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-unreadable")
    assert Assignment.objects.count() == 0


@pytest.mark.parametrize("key", ["x" * 200, '"8e03978e-40d5-43dd-bc93-6894a57f9324"', "~ !"])
def test_r4_every_other_key_is_as_good_as_the_next(cast, key):
    request = REQUESTS["assignments"](cast)
    assert [send(cast, request, key=key).status_code for _ in range(2)] == [201, 201]


def test_r4_nothing_about_a_password_can_be_learned_from_what_is_kept(cast, settings):
    request = REQUESTS["people"](cast)
    send(cast, request)
    kept = KeptAnswer.objects.get()
    assert world.PASSWORD.encode() not in bytes(kept.body)
    before = kept.fingerprint
    KeptAnswer.objects.all().delete()
    User.objects.filter(username="tono").delete()
    settings.SECRET_KEY = "another server's"
    send(cast, request)
    assert KeptAnswer.objects.get().fingerprint != before, "the hash of a request is keyed"


def refusing(table_name):
    """Django's own hook between us and the database: the world's edge."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith(f'INSERT INTO "{table_name}"'):
            raise DatabaseError("the disk is gone")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


@pytest.mark.parametrize("broken", ["rest_keptanswer", "feed_item"])
def test_r4_when_the_answer_or_the_feed_cannot_be_written_nothing_was_done(cast, broken):
    """The answer is written after the effect, the feed's numbers after the answer; a failure of either undoes all."""
    request = REQUESTS["assignments"](cast)
    before = effects()
    cast["budi"].api.raise_request_exception = False
    with refusing(broken):
        assert send(cast, request).status_code == 500
    assert (Assignment.objects.count(), KeptAnswer.objects.count(), effects()) == (0, 0, before)

    assert send(cast, request).status_code == 201
    assert Assignment.objects.count() == 1


def test_f_the_feeds_numbers_are_still_given_last(cast, django_assert_num_queries):
    """Scope rows are locked after every other lock, also around an action that is done once."""
    seen = []

    def note(execute, sql, params, many, context):
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        assert send(cast, REQUESTS["assignments"](cast)).status_code == 201
    kept = next(n for n, sql in enumerate(seen) if sql.startswith('INSERT INTO "rest_keptanswer"'))
    numbered = next(n for n, sql in enumerate(seen) if "feed_scope" in sql)
    after = [sql for sql in seen[numbered:] if "feed_" not in sql and not sql.startswith("RELEASE")]
    assert kept < numbered
    assert after == []


def test_r4_scores_are_made_before_the_computations_transaction_begins(cast):
    """They take long, and on SQLite every phone would wait for them."""
    who, path, body = computation(cast)
    bad = {**body, "method": "NONE"}
    assert send(cast, (who, path, {**bad, "checklist": "sha256:unknown"})).status_code in (400, 404)
    assert (Computation.objects.count(), VisitScore.objects.count()) == (0, 3)


def test_r4_answers_are_kept_for_seven_days_and_then_swept_by_the_worker(cast):
    day = datetime(2026, 3, 4, tzinfo=UTC)
    request = REQUESTS["programmes"](cast)
    with time_machine.travel(day, tick=False):
        send(cast, request, key="old")
    with time_machine.travel(day + timedelta(hours=1), tick=False):
        send(cast, request, key="young")
    with time_machine.travel(day + timedelta(days=7, minutes=30), tick=False):
        tidy()
        assert list(KeptAnswer.objects.values_list("key", flat=True)) == ["young"]
        assert send(cast, request, key="old").status_code == 200  # the programme is there, by its id
    assert Programme.objects.filter(code="jabar").count() == 1


def test_r4_a_sweep_is_bounded_and_goes_on_at_the_next(monkeypatch, db):
    monkeypatch.setattr("backend.rest.models.SWEPT_AT_ONCE_MAX", 3)
    for n in range(5):
        KeptAnswer.objects.create(
            user=uuid7(),
            key=str(n),
            fingerprint="",
            status=200,
            body=b"",
            answered_at=now() - timedelta(days=8, minutes=n),
        )
    assert [KeptAnswer.objects.sweep(now=now()) for _ in range(3)] == [3, 2, 0]
