"""Statements compiled once say what their querysets say."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models import F

from backend.core.ids import uuid7
from backend.feed.models import Item, Scope
from backend.people.models import Device, User
from backend.statements import change, insert, prepared, prepared_update

pytestmark = pytest.mark.django_db

A, B, C = (UUID(int=n) for n in (1, 2, 3))


@prepared
def devices_of(user: UUID, names: list[str]) -> models.QuerySet[Device]:
    return Device.objects.filter(user=user, name__in=names).select_related("user").order_by("name")


@prepared
def seen_since(at: datetime) -> models.QuerySet[Device, tuple[UUID, datetime, dict]]:
    return (
        Device.objects.filter(last_seen_at__gte=at)
        .order_by("pk")
        .values_list("pk", "last_seen_at", "pending")
    )


@prepared
def items_beyond(scope: UUID, seq: int) -> models.QuerySet[Item]:
    return Item.objects.filter(scope=scope, seq__gt=seq, removed=False).order_by("seq")


@prepared_update
def moved_on(scopes: list[UUID], by: int) -> tuple[models.QuerySet[Scope], dict]:
    return Scope.objects.filter(pk__in=scopes), {"seq": F("seq") + by}


def device(owner: User, name: str, **more) -> Device:
    return Device.objects.create(id=uuid7(), user=owner, name=name, **more)


def test_s1_rows_come_as_instances_with_what_was_selected_along(sari, rina, django_assert_num_queries):
    device(sari.user, "b"), device(sari.user, "a"), device(rina.user, "a")
    for names in (["a", "b"], ["a"], ["z"]):
        with django_assert_num_queries(1):
            found = [(one.name, one.user.username) for one in devices_of(user=sari.user.pk, names=names)]
        assert found == [(name, "sari") for name in names if name != "z"]


def test_s1_instants_uuids_and_json_come_back_as_they_were_written(sari):
    at = datetime(2026, 3, 4, 2, 20, 11, 412345, tzinfo=UTC)
    one = device(sari.user, "x", last_seen_at=at, pending={"photos": 5, "oldest": "2026"})
    assert seen_since(at=at) == [(one.pk, at, {"photos": 5, "oldest": "2026"})]
    assert seen_since(at=at + timedelta(microseconds=1)) == []


def test_s1_a_constant_in_the_queryset_stays_what_it_is():
    scope = Scope.objects.create(key=A, seq=2)
    insert(
        [Item(scope=scope, kind="visit", entity=B, seq=1), Item(scope=scope, kind="visit", entity=C, seq=2)]
    )
    assert [item.entity for item in items_beyond(scope=A, seq=1)] == [C]
    assert [item.entity for item in items_beyond(scope=A, seq=0)] == [B, C]


def test_s1_an_update_meets_the_rows_it_names_and_counts_them():
    insert([Scope(key=A, seq=1), Scope(key=B, seq=2), Scope(key=C, seq=3)])
    assert moved_on(scopes=[A, B], by=10) == 2
    assert moved_on(scopes=[UUID(int=9)], by=10) == 0
    assert list(Scope.objects.order_by("key").values_list("seq", flat=True)) == [11, 12, 3]


def test_s1_rows_written_together_get_their_keys_and_may_overwrite_those_that_are_there():
    insert([Scope(key=A), Scope(key=B)])
    first = [Item(scope_id=A, kind="visit", entity=C, seq=1), Item(scope_id=B, kind="visit", entity=C, seq=1)]
    insert(first)
    assert [item.pk for item in first] == list(Item.objects.order_by("pk").values_list("pk", flat=True))
    insert([Item(scope_id=A, kind="visit", entity=C, seq=7, removed=True)], over=["scope", "kind", "entity"])
    assert list(Item.objects.order_by("scope").values_list("seq", "removed")) == [(7, True), (1, False)]
    insert([])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([Scope(key=A)])


def test_s1_one_row_is_changed_by_its_key(sari):
    one = device(sari.user, "x")
    assert change(Device, one.pk, name="y", pending={"drafts": 1})
    assert not change(Device, A, name="z")
    one.refresh_from_db()
    assert (one.name, one.pending) == ("y", {"drafts": 1})


def test_s2_a_value_that_would_be_part_of_a_pattern_is_refused_at_once():
    @prepared
    def like(name: str) -> models.QuerySet[Device]:
        return Device.objects.filter(name__startswith=name)

    with pytest.raises(TypeError, match="like: .'name'. do not reach the database as they are"):
        like(name="x")


def test_s2_an_empty_list_is_refused_not_answered_with_everything(sari):
    with pytest.raises(TypeError, match="devices_of: a list is empty"):
        devices_of(user=sari.user.pk, names=[])
