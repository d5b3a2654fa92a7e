"""Sari's data plan: documents always go, photos as far as she allows, and she is told what waits and why."""

from datetime import timedelta

import pytest

from fieldsync import Budget, errors, open_engine, wire
from fieldsync.rules import spent_on
from fieldsync.store import Ledger
from tests.fieldsync.conftest import picture
from tests.fieldsync.scripted import CutRequest, a_visit

KIB = 1024
PLENTY = 500 * KIB


@pytest.fixture
def five(sari, server, visit):
    """A finished visit with five photos of some 200 KiB."""
    sari.phone.start(visit)
    for number in range(5):
        sari.phone.add_photo(visit, picture(number, (640, 480)), as_is=True)
    sari.phone.finish(visit)
    server.heard.clear()
    return visit


def spent(sari) -> int:
    return Ledger(sari.phone.store.db).spent(sari.clock().date().isoformat())


def bytes_of_photos(server) -> int:
    return sum(len(heard.body) for heard in server.requests("PATCH"))


def test_documents_only_sends_the_visit_and_no_photo(sari, server, five):
    report = sari.phone.sync(budget=Budget(documents_only=True))
    assert (report.submissions, report.photos, report.remains.photos) == (1, 0, 5)
    assert server.requests("PATCH") == []
    assert len(server.photos) == 5, "they are announced, so a coordinator sees what is still to come"
    assert report.words("id") == [
        "Terkirim: 1 kunjungan, 0 draf, 0 foto.",
        "Foto menunggu karena Anda memilih mengirim dokumen saja. Semua aman di sini. Kirim lagi tanpa pilihan itu "
        "untuk mengirim foto.",
        f"Masih menunggu di sini: 0 kunjungan, 0 draf, 5 foto ({report.remains.photo_bytes // 1024} KiB).",
    ]


def test_photos_that_wait_are_announced_once_and_not_at_every_sync(sari, server, five):
    for _ in range(3):
        sari.phone.sync(budget=Budget(documents_only=True))
    assert [len(heard.said["photos"]) for heard in server.requests("sync")] == [5, 0, 0]
    assert sari.phone.sync().done


def test_photos_go_until_the_days_budget_is_spent_and_the_rest_goes_the_next_day(sari, server, five):
    report = sari.phone.sync(budget=Budget(bytes_a_day=PLENTY))
    assert report.submissions == 1
    assert 0 < report.remains.photos < 5
    assert [type(note) for note in report.notes] == [errors.BudgetSpent]
    assert report.notes[0].words("en").startswith("Today's data budget of 500 KiB is used up")
    assert report.bytes_up + report.bytes_down <= PLENTY
    assert PLENTY - 40 * KIB < spent(sari) <= PLENTY + KIB, "and it is used as far as a piece fits"
    sari.clock.advance(days=1)
    assert sari.phone.sync(budget=Budget(bytes_a_day=PLENTY)).photos > 0
    sari.clock.advance(days=1)
    assert sari.phone.sync(budget=Budget(bytes_a_day=PLENTY)).done


def test_a_second_sync_of_the_same_day_finds_the_budget_spent(sari, server, five):
    for _ in range(2):
        report = sari.phone.sync(budget=Budget(bytes_a_day=PLENTY))
    assert bytes_of_photos(server) <= PLENTY
    assert (report.photos, report.photo_bytes) == (0, 0)


def test_a_cut_line_does_not_get_more_than_the_budget(sari, server, five):
    server.next("PATCH", *[CutRequest(1000)] * 40)
    for _ in range(3):
        report = sari.phone.sync(budget=Budget(bytes_a_day=PLENTY), failures_max=40)
    assert report.remains.photos
    # What a broken request got through nobody knows, so all of it was counted.
    assert spent(sari) <= PLENTY + 20 * KIB


def test_documents_go_beyond_the_budget_unless_she_says_otherwise(sari, server, five, checklist):
    sari.phone.sync(budget=Budget(bytes_a_day=PLENTY))
    second = wire.uuid7()
    server.put(second, **a_visit(checklist))
    sari.phone.pull()
    sari.phone.record(second, {"narrative": "…"})
    held = sari.phone.sync(budget=Budget(bytes_a_day=10, documents_wait=True))
    assert isinstance(held.problem, errors.BudgetSpent)
    assert (held.requests, held.remains.submissions) == (0, 1)
    assert sari.phone.sync(budget=Budget(bytes_a_day=10)).submissions == 1


def test_her_wish_is_remembered_until_she_changes_it(sari, server, five):
    wish = Budget(bytes_a_day=2_000_000, documents_only=True)
    sari.phone.set_budget(wish)
    sari.phone.close()
    sari.phone = sari.opens(open_engine(sari.home))
    assert sari.phone.budget() == wish
    assert sari.phone.sync().photos == 0
    sari.phone.set_budget(Budget())
    assert sari.phone.sync().photos == 5


def test_a_clock_that_jumps_while_photos_go_gives_no_second_budget(sari, server, five):
    def tomorrow(event) -> None:
        sari.clock.advance(days=1)

    sari.phone.progress = tomorrow
    report = sari.phone.sync(budget=Budget(bytes_a_day=PLENTY))
    assert report.bytes_up + report.bytes_down <= PLENTY
    assert report.remains.photos


def test_a_clock_that_jumps_to_and_fro_gives_no_day_twice(sari, server, five):
    today = sari.clock.moment
    for days in (0, 3, 0, 3, 0, 3):
        sari.clock.moment = today + timedelta(days=days)
        sari.phone.sync(budget=Budget(bytes_a_day=200 * KIB))
    assert bytes_of_photos(server) <= 2 * 200 * KIB


def test_the_account_remembers_eight_days():
    account: dict[str, int] = {}
    for day in range(20):
        account = spent_on(account, f"2026-03-{day:02}", day)
    assert list(account) == [f"2026-03-{day:02}" for day in range(12, 20)]
    assert spent_on({"2026-03-04": 9}, "2026-03-04", 5) == {"2026-03-04": 9}
