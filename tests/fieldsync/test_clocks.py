"""A phone whose clock is days off, or jumps: nothing waits for ever, nothing is lost, nothing is decided by it."""

from datetime import timedelta

import pytest

from fieldsync import Budget, wire
from tests.fieldsync.scripted import Status, a_visit


def all_sent(sari, server, *visits) -> None:
    assert sari.phone.sync().done
    assert sorted(item["visit"] for item in server.submissions.values()) == sorted(visits)
    assert {photo["state"] for photo in server.photos.values()} <= {"stored"}


@pytest.mark.parametrize("days", [-3, 3])
def test_a_phone_three_days_off_records_and_sends_everything(sari, server, visit, days):
    sari.clock.advance(days=days)
    sari.tells(visit)
    server.next("sync", Status(503), Status(429, headers={"Retry-After": "30"}))
    all_sent(sari, server, visit)
    assert all(seconds < 40 for seconds in sari.waits)


@pytest.mark.parametrize("days", [-3, 3])
def test_a_clock_that_jumps_within_a_sync_stops_nothing(sari, server, visit, days):
    sari.tells(visit, photos=3)
    server.next("sync", Status(500), Status(500))
    server.next("PATCH", Status(500))

    def jump(seconds: float) -> None:
        sari.waits.append(seconds)
        sari.clock.advance(days=days)

    sari.phone.sleep = jump
    all_sent(sari, server, visit)
    assert len(sari.waits) == 3


def test_a_clock_set_back_between_two_visits_changes_neither_their_order_nor_their_number(
    sari, server, checklist, visit
):
    second = wire.uuid7()
    server.put(second, **a_visit(checklist))
    sari.phone.pull()
    first_told = sari.tells(visit, photos=0)
    sari.clock.advance(days=-3)
    second_told = sari.tells(second, photos=0)
    all_sent(sari, server, visit, second)
    assert {first_told.digest, second_told.digest} == {digest for _, digest in server.submissions}


@pytest.mark.parametrize("days", [-3, 3])
def test_a_lease_is_not_held_for_ever_by_a_clock_that_jumped(sari, server, visit, days):
    """The process that synced was stopped; the clock jumps before anybody else syncs."""
    import os

    db = sari.phone.store.db
    with db.transaction():
        db.run("INSERT INTO lease VALUES (1, 'asleep', ?, ?)", os.getppid(), sari.clock().timestamp())
    sari.clock.advance(days=days)
    sari.tells(visit)
    all_sent(sari, server, visit)


def test_a_retry_after_that_is_a_date_is_read_by_the_servers_clock_and_not_by_ours(sari, server, visit):
    sari.clock.advance(days=-3)
    when = {"Date": "Wed, 04 Mar 2026 02:20:00 GMT", "Retry-After": "Wed, 04 Mar 2026 02:20:20 GMT"}
    server.next("sync", Status(503, headers=when))
    assert sari.phone.sync().done
    assert 20 <= sari.waits[0] <= 22


def test_a_budget_on_a_clock_that_jumps_back_lets_documents_go_and_photos_the_next_day(sari, server, visit):
    sari.tells(visit)
    tiny = Budget(bytes_a_day=2_000)
    assert sari.phone.sync(budget=tiny).submissions == 1
    sari.clock.advance(days=-3)
    report = sari.phone.sync(budget=Budget(bytes_a_day=1_000_000))
    assert (report.done, report.photos) == (True, 1)
    assert sari.phone.sync(budget=tiny).problem is None


def test_what_a_run_took_is_measured_by_a_clock_that_nobody_sets(sari, server, visit):
    sari.phone.progress = lambda _: sari.clock.advance(days=-3)
    moments = iter(range(10_000))
    sari.phone.watch = lambda: float(next(moments))
    report = sari.phone.sync()
    assert 0 < report.seconds < 100
    assert timedelta(seconds=report.waited_seconds) == timedelta(0)
