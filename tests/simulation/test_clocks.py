"""Clocks that lie: nothing is lost, freed or expired, and whoever came late is flagged and not refused."""

import shutil
from datetime import timedelta

import pytest
import time_machine

from backend.core.clock import now
from backend.evidence.models import Upload
from backend.evidence.sweeping import sweep
from backend.visits.models import Submission
from tests.simulation.engines import EngineHistories

pytestmark = pytest.mark.django_db


@pytest.fixture
def played():
    """Sari with two phones, Rina with one, and their orders."""
    played = EngineHistories()
    played.begin()
    yield played
    for phone in played.phones:
        phone.engine.close()
    shutil.rmtree(played.home)


def told_by(played) -> list[Submission]:
    return list(Submission.objects.filter(inspector__in=played.server.users).order_by("pk"))


def flags_of(told: Submission) -> set[str]:
    return {doubt["flag"] for doubt in told.flags}


@pytest.mark.parametrize("days", [-3.0, 3.0])
def test_a_phone_whose_clock_is_three_days_off_and_jumps_back_tells_all_and_frees_nothing(played, days):
    sari = played.phones[0]
    sari.days_off = days
    played.visit(p=0, n=0, photos=2, ends="told")
    sari.days_off = -days  # the battery was out
    played.sync(p=0, faults=["unheard", "twice", "cut"])
    sari.days_off = 400.0
    played.sync(p=0, faults=[])
    (told,) = told_by(played)
    assert told.slot == "current"
    assert flags_of(told) >= {"odd_clock", "outside_window"}
    assert [receipt.state for receipt in sari.engine.store.receipts()] == ["kept"]
    assert [photo.state for photo in sari.engine.store.photos(str(told.visit))] == ["stored", "stored"]
    sari.days_off = 0.0
    assert list(played.complaints()) == []


def test_a_server_whose_clock_steps_back_an_hour_in_the_middle_forgets_nothing(played):
    sari = played.phones[0]
    played.visit(p=0, n=0, photos=2, ends="told")
    played.sync(p=0, faults=["fine", "cut", "lost", "lost", "lost"])  # half of the first photo is there
    half = Upload.objects.get(offset__gt=0, state="receiving")
    before = int(sari.engine.store.db.get("cursor").rpartition(".")[2])
    with time_machine.travel(now() - timedelta(hours=1), tick=True):
        assert sweep() == 0
        played.sync(p=0, faults=[])
        played.day(p=0, n=1, photos=1, ends="told", faults=["twice"])
        played.server.send_back(str(told_by(played)[0].visit))
        played.sync(p=0, faults=[])
        after = int(sari.engine.store.db.get("cursor").rpartition(".")[2])
        assert after > before
        assert list(played.complaints()) == []
    half.refresh_from_db()
    assert (half.state, half.offset) == ("done", half.size), "it went on where it was"
    assert [told.slot for told in told_by(played)] == ["current", "current"]
    assert list(played.complaints()) == []


def test_i13_before_there_is_a_backup_only_seven_days_of_the_servers_clock_make_durable(played):
    sari = played.phones[0]
    sari.days_off = 30.0
    played.day(p=0, n=0, photos=0, ends="told", faults=[])
    played.sync(p=0, faults=[])
    assert [receipt.state for receipt in sari.engine.store.receipts()] == ["kept"]
    sari.days_off = 0.0
    with time_machine.travel(now() + timedelta(days=8), tick=True):
        played.sync(p=0, faults=[])
        assert [receipt.state for receipt in sari.engine.store.receipts()] == ["freed"]
        assert list(played.complaints()) == []


def test_i13_where_backups_are_made_no_clock_makes_durable(played):
    sari = played.phones[0]
    played.backup()
    played.day(p=0, n=0, photos=0, ends="told", faults=[])
    with time_machine.travel(now() + timedelta(days=60), tick=True):
        played.sync(p=0, faults=[])
        assert [receipt.state for receipt in sari.engine.store.receipts()] == ["kept"]
        played.backup()
        played.sync(p=0, faults=[])
        assert [receipt.state for receipt in sari.engine.store.receipts()] == ["freed"]
