"""What was done, by whom, when: together with the deed, sealed afterwards."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.db.transaction import TransactionManagementError
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from backend.core.ids import uuid7
from backend.feed.actions import Touch
from backend.feed.models import Item
from backend.journal.actions import (
    LINES_PER_SEALING,
    one_transaction,
    react_by,
    record,
    seal_journal,
    transaction_of_one_action,
    verify_chain,
)
from backend.journal.errors import ChainBroken
from backend.journal.models import Entry, Seal
from backend.journal.rules import FIRST_SEAL, seal
from backend.people.models import Programme
from backend.reactions import REACTIONS
from tests import world
from tests.backend.visits.telling import tell, telling


@task()
def notice(subject: str) -> str:
    return subject


@pytest.fixture
def noticed(db):
    """Somebody who notices when a programme is praised."""
    react_by({"programme.praised": [notice]})
    yield lambda: [result.args_kwargs["args"] for result in DBTaskResult.objects.all()]
    react_by(REACTIONS)


@one_transaction
def praise(programme, by, words="Bagus", fail=False):
    programme.name = words
    programme.save()
    hears = [Touch(by.id, "visit", programme.pk)]
    record(
        "programme.praised", programme, by=by.user, programme=programme.pk, hears=hears, data={"words": words}
    )
    if fail:
        raise ZeroDivisionError


def test_j1_a_deed_leaves_its_line_its_number_and_its_job(mira, programme, noticed):
    praise(programme, mira)
    line = Entry.objects.get()
    assert line.line() == {
        "id": line.pk,
        "at": line.at.isoformat(),
        "event": "programme.praised",
        "actor": str(mira.id),
        "device": "",
        "programme": str(programme.pk),
        "subject_kind": "programme",
        "subject": str(programme.pk),
        "data": {"words": "Bagus"},
    }
    assert Item.objects.get().entity == programme.pk
    assert noticed() == [[str(programme.pk)]]


def test_j1_a_deed_that_fails_leaves_no_line_no_number_and_no_job(mira, programme, noticed):
    with pytest.raises(ZeroDivisionError):
        praise(programme, mira, fail=True)
    assert Programme.objects.get().name == "Kalimantan Selatan"
    assert (Entry.objects.count(), Item.objects.count(), noticed()) == (0, 0, [])


def test_j1_recording_outside_an_action_is_a_mistake_of_ours(mira, programme):
    with pytest.raises(RuntimeError, match="outside an action"):
        record("programme.praised", programme, by=mira.user)
    assert not Entry.objects.exists()


def test_j1_after_an_action_nothing_is_left_open_even_when_it_failed(mira, programme, noticed):
    for fail in (False, True):
        if fail:
            with pytest.raises(ZeroDivisionError):
                praise(programme, mira, fail=True)
        else:
            praise(programme, mira)
        with pytest.raises(RuntimeError):
            record("programme.praised", programme, by=mira.user)


def test_j4_numbers_are_given_at_the_very_end_of_the_outermost_action(mira, programme, noticed):
    with transaction_of_one_action():
        praise(programme, mira)
        assert (Entry.objects.count(), Item.objects.count()) == (0, 0)
        praise(programme, mira)
    assert Item.objects.get().seq == 1


def test_j4_an_inner_deed_that_failed_and_was_caught_leaves_nothing_of_the_outer_one(
    mira, programme, noticed
):
    before = programme.name

    @one_transaction
    def praise_in_spite() -> None:
        praise(programme, mira, "Baik")
        with pytest.raises(ZeroDivisionError):
            praise(programme, mira, "Buruk", fail=True)

    with pytest.raises(TransactionManagementError):
        praise_in_spite()
    assert (Programme.objects.get().name, Entry.objects.count(), Item.objects.count()) == (before, 0, 0)


def test_j3_the_journal_of_a_whole_visit_holds_no_answers_and_no_secrets(sari, budi, order):
    tell(sari, telling(order, narrative="Petugas berkumis meminta uang rokok"))
    lines = json.dumps([entry.line() for entry in Entry.objects.all()])
    assert Entry.objects.filter(event="visit.told").exists()
    for secret in ("berkumis", "answers", "I1.1", "114.76", sari.token, world.PASSWORD):
        assert secret not in lines


# The chain


@pytest.fixture
def lines(mira, programme):
    for words in ("satu", "dua", "tiga"):
        praise(programme, mira, words)
    return list(Entry.objects.order_by("id"))


def test_j2_every_line_is_sealed_once_and_the_chain_holds(lines):
    assert (seal_journal(), seal_journal()) == (3, 0)
    assert verify_chain() == 3
    first, second, third = Seal.objects.order_by("number")
    assert first.hash == seal(FIRST_SEAL, lines[0].line())
    assert third.hash == seal(second.hash, lines[2].line())


def test_j2_later_lines_join_the_chain(lines, mira, programme):
    seal_journal()
    praise(programme, mira, "empat")
    assert verify_chain() == 3
    assert (seal_journal(), verify_chain()) == (1, 4)


@pytest.mark.parametrize(
    "change",
    [
        {"event": "programme.blamed"},
        {"actor": None},
        {"subject": "x"},
        {"data": {"words": "DUA"}},
        {"device": uuid7()},
        {"programme": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_j2_a_changed_line_is_named(lines, change):
    seal_journal()
    Entry.objects.filter(pk=lines[1].pk).update(**change)
    with pytest.raises(ChainBroken) as broken:
        verify_chain()
    assert broken.value.facts == {"line": lines[1].pk, "number": 2}


def test_j2_a_seal_taken_out_of_the_middle_is_noticed(lines):
    seal_journal()
    Seal.objects.filter(number=2).delete()
    with pytest.raises(ChainBroken) as broken:
        verify_chain()
    assert broken.value.facts == {"line": lines[2].pk, "number": 3}


def test_j2_a_changed_line_with_a_new_seal_breaks_at_the_next_one(lines):
    seal_journal()
    Entry.objects.filter(pk=lines[1].pk).update(data={})
    first, second = Seal.objects.order_by("number")[:2]
    Seal.objects.filter(number=2).update(hash=seal(first.hash, Entry.objects.get(pk=lines[1].pk).line()))
    with pytest.raises(ChainBroken) as broken:
        verify_chain()
    assert (second.number, broken.value.facts["number"]) == (2, 3)


def test_j2_a_sealed_line_cannot_be_deleted(lines):
    seal_journal()
    with pytest.raises(ProtectedError):
        lines[0].delete()


def test_an_empty_journal_is_a_whole_one(db):
    assert (seal_journal(), verify_chain()) == (0, 0)


def test_a_long_journal_is_sealed_in_portions(mira, programme):
    line = {"at": programme.created_at, "event": "x.y", "subject_kind": "x"}
    Entry.objects.bulk_create(Entry(**line, subject=str(n)) for n in range(LINES_PER_SEALING + 5))
    assert (seal_journal(), seal_journal(), seal_journal()) == (LINES_PER_SEALING, 5, 0)
    assert verify_chain() == LINES_PER_SEALING + 5


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")
@pytest.mark.django_db(transaction=True)
def test_j2_two_workers_sealing_at_once_make_one_chain(lines, mira, programme):
    assert seal_journal() == 3  # from the first seal on there is something to lock

    def work(worker):
        try:
            for n in range(10):
                praise(programme, mira, f"{worker} {n}")
                seal_journal()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    seal_journal()
    assert verify_chain() == Entry.objects.count() == 43
