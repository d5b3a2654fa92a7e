"""Drafts of another device: Sari hears of them, and may go on there."""

from uuid import uuid5

import pytest

from backend.core.ids import uuid7
from backend.feed.models import Item
from backend.journal.models import Entry
from backend.people.models import Device, DeviceToken
from backend.visits.drafts import drafts_of, entry_of
from tests.backend.sync.phone import counted, draft, sync
from tests.world import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_phone(sari) -> Person:
    device = Device.objects.create(id=uuid7(), user=sari.user, name="Telepon lama")
    return Person(sari.user, device, DeviceToken.objects.create(sari.user, device=device)[1])


def drafts_in(answer):
    return [change for change in answer["changes"] if change["kind"] == "draft"]


def test_her_other_phone_hears_of_a_draft_and_fetches_it(sari, second_phone, order):
    cursor = sync(sari)["cursor"]
    sync(second_phone, draft(order.pk, 4, '{"a":1}'))

    (heard,) = drafts_in(sync(sari, cursor=cursor))

    assert heard.pop("updated_at")[-1] == "Z"
    assert heard.pop("seq") > 0
    assert heard == {
        "kind": "draft",
        "id": str(uuid5(order.pk, str(second_phone.device.pk))),
        "visit": str(order.pk),
        "device": str(second_phone.device.pk),
        "device_name": "Telepon lama",
        "rev": 4,
        "bytes": 7,
    }
    fetched = sari.api.get(f"/api/v1/drafts/{order.pk}/{second_phone.device.pk}").json()
    assert (fetched["rev"], fetched["doc"]) == (4, '{"a":1}')


def test_a_draft_thrown_away_is_told_as_removed_and_the_list_still_adds_up(sari, second_phone, order):
    sync(second_phone, draft(order.pk, 4))
    before = sync(sari)
    sync(second_phone, draft(order.pk, 5, None))

    after = sync(sari, cursor=before["cursor"])

    assert [change.get("removed") for change in drafts_in(after)] == ["discarded"]
    assert after["check"][0] == before["check"][0] - 1


def test_a_revision_that_changes_nothing_is_no_news_and_no_draft_stands_in_the_journal(sari, order):
    sync(sari, draft(order.pk, 4))
    cursor, lines = sync(sari)["cursor"], Entry.objects.count()

    answer = sync(sari, draft(order.pk, 4), draft(order.pk, 3), cursor=cursor)

    assert (answer["changes"], Entry.objects.count()) == ([], lines)


def test_nobody_else_hears_of_it(sari, rina, budi, order):
    sync(sari, draft(order.pk, 1))

    assert drafts_in(sync(rina)) == drafts_in(sync(budi)) == []
    assert drafts_of(rina.user, [entry_of(order.pk, sari.device.pk)]) == {}
    assert set(Item.objects.filter(kind="draft").values_list("scope", flat=True)) == {sari.id}


def test_drafts_are_looked_up_in_one_statement_and_in_none_when_there_are_none(sari, order):
    for n in range(1, 6):
        sync(sari, draft(uuid7(), n))
    entries = list(Item.objects.filter(kind="draft").values_list("entity", flat=True))

    with counted() as statements:
        assert len(drafts_of(sari.user, entries)) == 5
        assert drafts_of(sari.user, []) == {}

    assert len(statements) == 1
