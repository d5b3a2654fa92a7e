"""The golden messages of tests/wire, read by the server: what the phone's own tests take for the truth is what
this server says."""

import base64
import json
from pathlib import Path
from uuid import UUID

import pytest

from backend.assignments.models import Assignment
from backend.checklists.models import Checklist
from backend.core.digests import sha256_bytes, sha256_text
from backend.feed.models import Item, Scope, Timeline
from backend.people.models import Device, DeviceToken
from backend.units.models import Product, PublishedStandard, Unit
from tests import world
from tests.backend.sync.phone import patch
from tests.world import Person

WIRE = Path(__file__).parents[2] / "wire"


def golden(name: str):
    return json.loads((WIRE / f"sync_{name}.json").read_text())


def test_names_of_texts_and_bytes_are_made_alike():
    digests = golden("digests")

    for one in digests["texts"]:
        assert sha256_text(one["text"]) == one["digest"]
    for one in digests["bytes"]:
        assert sha256_bytes(base64.b64decode(one["base64"])) == one["sha256"]


@pytest.fixture
def phone(sari, checklist) -> Person:
    """Sari with the phone, the orders and the list that the golden messages speak of."""
    asked = golden("first_pull")["exchanges"][0]["request"]
    device = Device.objects.create(id=asked["device"], user=sari.user, name="Telepon Sari")
    _, token = DeviceToken.objects.create(sari.user, device=device)
    for exchange in golden("first_pull")["exchanges"]:
        for change in exchange["answer"]["changes"]:
            ordered(sari, checklist, change)
    epoch = asked_epoch()
    Timeline.objects.update_or_create(pk=1, defaults={"epoch": epoch})
    Scope.objects.update(seq=11)
    return Person(sari.user, device, token)


def asked_epoch() -> str:
    return golden("push")["exchanges"][0]["request"]["cursor"].rpartition(".")[0]


def ordered(sari, checklist, told) -> Assignment:
    """The order behind a golden VISIT."""
    text = Checklist.objects.filter(pk=told["checklist"]).first() or Checklist.objects.create(
        digest=told["checklist"],
        code="GOLD",
        version="1",
        technique=checklist.technique,
        title=checklist.title,
        text=checklist.text,
        published_at=checklist.published_at,
    )
    place = {name: told["unit"][name] for name in ("code", "name", "address", "latitude", "longitude")}
    unit = Unit.objects.filter(pk=told["unit"]["id"]).first()
    if unit is None:
        institution = world.institution("SAMSAT-63.01", klass="samsat")
        institution.name = told["unit"]["institution"]
        institution.save()
        unit = Unit.objects.create(
            **place,
            id=told["unit"]["id"],
            programme=world.programme(),
            institution=institution,
            unit_type=told["unit"]["type"],
            region=world.region(),
            opening_hours=told["unit"]["opening_hours"],
            time_zone=told["unit"]["time_zone"],
        )
    words = {name: told["product"][name] for name in ("code", "name_id", "name_en")}
    served = {**words, "programme": world.programme(), "unit_type": told["unit"]["type"], "group": ""}
    product, _ = Product.objects.get_or_create(id=UUID(told["product"]["id"]), defaults=served)
    PublishedStandard.objects.get_or_create(
        product=product, valid_from="2021-01-01", defaults=told["standard"]
    )
    made = world.order(sari, at=unit, what=product, id=UUID(told["id"]))
    Assignment.objects.filter(pk=made.pk).update(
        checklist=text,
        briefing=told["briefing"],
        window_opens=told["window"]["opens"],
        window_closes=told["window"]["closes"],
    )
    Item.objects.filter(entity=made.pk).update(seq=told["seq"])
    return made


def plain(answer):
    """Without the moment it was said, and instants in one notation."""
    answer = json.loads(json.dumps(answer).replace("+08:00", "Z"))
    answer.pop("server_time")
    for change in answer["changes"]:
        change.pop("window", None)
        change.pop("updated_at", None)
    return answer


def exchange(phone: Person, told) -> None:
    answer = phone.api.post("/api/v1/sync", told["request"], format="json")
    assert (answer.status_code, answer["Sync-Protocol"]) == (200, "1")
    assert plain(answer.json()) == plain(told["answer"])


@pytest.mark.django_db
def test_the_golden_first_pull_is_what_this_server_says(phone):
    first, second = golden("first_pull")["exchanges"]
    for told, limit in ((first, 1), (second, 100)):
        told["request"]["limit"] = limit
        exchange(phone, told)


@pytest.mark.django_db
def test_the_golden_push_and_its_repetition_are_what_this_server_says(phone):
    first, again = golden("push")["exchanges"]
    exchange(phone, first)
    # In between the phone has sent one photo whole and 16 bytes of the other.
    pieces = {one["photo"]: one for one in again["answer"]["uploads"]}
    for key, one in pieces.items():
        if one["state"] == "need":
            patch(phone, f"/api/v1/uploads/{key}.0", b"x" * one["offset"])
        else:
            pieces[key] = {**one, "state": "need", "offset": 0, "url": f"/api/v1/uploads/{key}.0"}
    again["answer"]["uploads"] = list(pieces.values())
    exchange(phone, again)


@pytest.mark.django_db
def test_the_golden_damage_is_what_this_server_says(phone):
    for told in golden("damaged")["exchanges"]:
        exchange(phone, told)


@pytest.mark.django_db
def test_the_golden_discard_is_what_this_server_says(phone):
    exchange(phone, golden("push")["exchanges"][0])
    for told in golden("discard")["exchanges"]:
        exchange(phone, told)


@pytest.mark.django_db
def test_the_golden_uploads_are_what_this_server_says(phone):
    exchange(phone, golden("push")["exchanges"][0])
    story = golden("uploads")
    content = base64.b64decode(story["photo"]["content"])
    for step in story["steps"]:
        asked, told = step["request"], step["answer"]
        headers = {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in asked["headers"].items()
        }
        kind = headers.pop("HTTP_CONTENT_TYPE", "")
        body = content[asked.get("from", 0) : asked.get("to", 0)]
        answer = phone.api.generic(asked["method"], asked["url"], body, content_type=kind, **headers)
        seen = {name: answer.get(name) for name in told["headers"]}
        if told["headers"].get("photo-state"):  # the golden bytes are a stand-in and no real picture
            assert seen.pop("photo-state") == "bad"
            told["headers"].pop("photo-state")
        assert (answer.status_code, seen) == (told["status"], told["headers"])
        if "code" in told:
            assert answer.json()["code"] == told["code"]
