"""What changed for whom: numbers, pages, checks."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from backend.core.ids import uuid7
from backend.feed.actions import Touch, epoch
from backend.feed.models import Change, Item, Scope, read_page
from backend.feed.rules import CHANGES_PER_PAGE_MAX, Cursor
from backend.journal.actions import one_transaction, record, transaction_of_one_action
from tests import world

SARI, RINA = uuid7(), uuid7()
A, B, C = sorted(uuid7() for _ in range(3))

one_writer = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time"
)


@one_transaction
def touch(*touches):
    record("thing.touched", world.programme(), by=None, hears=touches)


def put(thing, who=SARI):
    return Touch(who, "visit", thing)


def gone(thing, who=SARI, reason="cancelled"):
    return Touch(who, "visit", thing, removed=True, reason=reason)


def page(cursor=None, who=SARI, limit=100):
    return read_page(who, cursor, limit=limit)


def at(seq):
    return Cursor(epoch(), seq)


@pytest.mark.django_db
def test_f1_a_thing_that_changes_again_moves_to_a_higher_number():
    touch(put(A))
    touch(put(B))
    touch(put(A))
    assert page().changes == (Change(2, "visit", B, False, ""), Change(3, "visit", A, False, ""))
    assert page(at(2)).changes == (Change(3, "visit", A, False, ""),)


@pytest.mark.django_db
def test_f1_the_database_itself_refuses_two_rows_for_one_thing_or_number():
    touch(put(A))
    scope = Scope.objects.get()
    for again in ({"entity": A, "seq": 9}, {"entity": B, "seq": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Item.objects.create(scope=scope, kind="visit", **again)


@pytest.mark.django_db
def test_f2_within_one_action_the_last_word_about_a_thing_counts_and_has_one_number():
    touch(put(A), gone(A), put(A), put(B, RINA), gone(B, RINA))
    assert page().changes == (Change(1, "visit", A, False, ""),)
    assert page(at(0), RINA).changes == (Change(1, "visit", B, True, "cancelled"),)


@pytest.mark.django_db
def test_f2_an_order_that_goes_to_rina_is_removed_here_and_put_there():
    touch(put(A))
    touch(gone(A, reason="reassigned"), put(A, RINA))
    assert page(at(1)).changes == (Change(2, "visit", A, True, "reassigned"),)
    assert page(None, RINA).changes == (Change(1, "visit", A, False, ""),)


@pytest.mark.django_db
def test_f2_an_action_that_fails_leaves_no_gap():
    touch(put(A))
    with suppress(ZeroDivisionError), transaction_of_one_action():
        touch(put(B))
        raise ZeroDivisionError
    touch(put(C))
    assert [change.seq for change in page().changes] == [1, 2]
    assert Scope.objects.get().seq == 2


@pytest.mark.django_db
def test_somebody_who_was_told_nothing_has_an_empty_page():
    touch(put(A, RINA))
    assert page() == type(page())((), at(0), True, False, (0, 0))


@pytest.mark.django_db
def test_f4_the_last_page_carries_count_and_sum_of_what_is_live():
    touch(put(A))
    touch(put(B))
    touch(gone(A))
    touch(put(C))
    first = page(at(0), limit=2)
    assert ([change.seq for change in first.changes], first.more, first.check) == ([2, 3], True, None)
    last = page(first.cursor, limit=2)
    assert ([change.seq for change in last.changes], last.more, last.check) == ([4], False, (2, 6))
    assert page(last.cursor) == type(last)((), at(4), False, False, (2, 6))


@pytest.mark.django_db
def test_f4_a_page_that_is_exactly_full_is_the_last():
    touch(put(A), put(B))
    full = page(limit=2)
    assert (full.more, full.check) == (False, (2, 3))


@pytest.mark.django_db
@pytest.mark.parametrize(("asked", "given"), [(-5, 1), (0, 1), (1, 1), (10**9, CHANGES_PER_PAGE_MAX)])
def test_a_page_is_bounded_whatever_is_asked(asked, given):
    touch(*(put(uuid7()) for _ in range(CHANGES_PER_PAGE_MAX + 1)))
    found = page(limit=asked)
    assert (len(found.changes), found.more) == (given, True)


@pytest.mark.django_db
@pytest.mark.parametrize("cursor", [None, Cursor("another", 1), Cursor("", 1)])
def test_f5_a_foreign_cursor_starts_from_nothing_with_live_things_only(cursor):
    touch(put(A))
    touch(gone(A))
    touch(put(B))
    found = page(cursor)
    assert (found.reset, found.changes, found.check) == (True, (Change(3, "visit", B, False, ""),), (1, 3))
    assert not page(found.cursor).reset


@pytest.mark.django_db
def test_f5_a_cursor_ahead_of_the_server_or_behind_its_purge_starts_again():
    touch(put(A))
    touch(put(B))
    assert page(at(3)).reset
    Scope.objects.update(floor=1)
    assert (page(at(0)).reset, page(at(1)).reset, page(at(2)).reset) == (True, False, False)


@pytest.mark.django_db
def test_the_epoch_is_made_once():
    assert epoch() == epoch() != ""


@pytest.mark.django_db
def test_a_page_costs_the_same_however_long_it_is(django_assert_num_queries):
    epoch()
    for count in (1, 150):
        touch(*(put(uuid7()) for _ in range(count)))
        with django_assert_num_queries(1):
            page(limit=200)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_f4_a_phone_that_follows_the_feed_holds_what_the_server_says(seed):
    chance = Random(seed)
    things = [uuid7() for _ in range(8)]
    held, cursor = {}, None
    for _ in range(120):
        if chance.random() < 0.7:
            thing = chance.choice(things)
            touch(gone(thing) if chance.random() < 0.3 else put(thing))
        else:
            limit, found = chance.randint(1, 5), None
            while found is None or (found.more and chance.random() < 0.8):
                found = page(cursor, limit=limit)
                held = {} if found.reset else held
                for change in found.changes:
                    held.pop(change.entity, None)
                    if not change.removed:
                        held[change.entity] = change.seq
                cursor = found.cursor
            if found.check is not None:
                assert found.check == (len(held), sum(held.values()))
                live = Item.objects.filter(removed=False).values_list("entity", "seq")
                assert dict(live) == held


@one_writer
@pytest.mark.django_db(transaction=True)
def test_f3_a_number_is_seen_only_after_all_smaller_ones():
    world.programme()
    epoch()
    done = Event()

    def write(thread):
        try:
            for _ in range(15):
                touch(put(uuid7()), put(uuid7(), RINA))
        finally:
            connection.close()

    def watch():
        try:
            seen = 0
            while not done.is_set():
                numbers = [change.seq for change in page(limit=200).changes]
                assert numbers == list(range(1, len(numbers) + 1))
                assert len(numbers) >= seen
                seen = len(numbers)
            return seen
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        watcher = threads.submit(watch)
        list(threads.map(write, range(5)))
        done.set()
        watcher.result()
    assert [change.seq for change in page(limit=200).changes] == list(range(1, 76))
    assert page(who=RINA, limit=200).check == (75, sum(range(1, 76)))


@one_writer
@pytest.mark.django_db(transaction=True)
def test_f3_two_actions_that_touch_two_listeners_do_not_wait_for_each_other_for_ever():
    world.programme()

    def write(thread):
        try:
            pair = (SARI, RINA) if thread % 2 else (RINA, SARI)
            for _ in range(15):
                touch(*(put(uuid7(), who) for who in pair))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, range(6)))
    assert sorted(Scope.objects.values_list("seq", flat=True)) == [90, 90]
