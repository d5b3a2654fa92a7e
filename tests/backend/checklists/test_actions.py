"""Publishing a checklist, and withdrawing one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from backend.checklists import actions
from backend.checklists.errors import (
    ChecklistNeverChanges,
    ChecklistRefused,
    NoCheckedInstrument,
    NoSuchChecklist,
    NotYourChecklist,
    VersionTaken,
)
from backend.checklists.models import CheckedInstrument, Checklist
from backend.core.clock import now
from backend.core.digests import sha256_text
from backend.core.errors import NotAllowed
from backend.journal.models import Entry
from tests.backend.checklists.making import ikkt, spoilt

HEAD = "instrument.toml"
NEXT_VERSION = ('version = "2026.1"', 'version = "2026.2"')


def journal() -> list[tuple[str, str, object, dict[str, str]]]:
    return [(e.event, e.subject, e.actor_id, e.data) for e in Entry.objects.order_by("id")]


def test_publishing_keeps_the_exact_text_under_its_digest(mira):
    kept = actions.publish_checklist(ikkt(), by=mira.user)
    assert kept.digest == sha256_text(kept.text)
    assert (kept.code, kept.version, kept.technique) == ("IKKT", "2026.1", "covert_visit")
    assert kept.title == {"id": "Indeks Kepatuhan Kunjungan Tertutup", "en": "Covert Visit Compliance Index"}
    assert (kept.published_by, kept.withdrawn_at) == (mira.user, None)
    assert journal() == [
        ("checklist.published", kept.digest, mira.id, {"code": "IKKT", "version": "2026.1"}),
    ]


def test_publishing_the_same_content_twice_is_publishing_once(mira, root):
    first = actions.publish_checklist(ikkt(), by=mira.user)
    again = actions.publish_checklist({"ikkt.json": first.text.encode()}, by=root.user)
    assert (again.pk, again.published_by) == (first.pk, mira.user)
    assert actions.publish_builtin() == first
    assert Checklist.objects.count() == 1
    assert [event for event, *_ in journal()] == ["checklist.published"]


def test_the_builtin_instrument_is_published_by_nobody(db):
    assert actions.publish_builtin() == actions.publish_builtin()
    assert [(event, by) for event, _, by, _ in journal()] == [("checklist.published", None)]


def test_c1_another_text_under_the_same_version_is_refused(mira):
    kept = actions.publish_builtin()
    with pytest.raises(VersionTaken) as refused:
        actions.publish_checklist(spoilt("inp_input.toml", "Sufficient", "Enough"), by=mira.user)
    assert refused.value.facts == {"checklist": kept.digest, "code_taken": "IKKT", "version": "2026.1"}
    assert Checklist.objects.count() == 1


def test_c1_the_database_keeps_one_text_a_version_too(checklist):
    other = Checklist(
        digest="sha256:" + "x" * 43,
        code=checklist.code,
        version=checklist.version,
        technique="interview",
        title={},
        text="{}",
        published_at=now(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def test_c2_a_published_checklist_never_changes(checklist):
    checklist.text = "{}"
    with pytest.raises(ChecklistNeverChanges):
        checklist.save()
    with pytest.raises(ChecklistNeverChanges):
        Checklist.objects.update(text="{}")
    with pytest.raises(ChecklistNeverChanges):
        Checklist.objects.filter(code="IKKT").update(withdrawn_at=None, version="9")
    with pytest.raises(ChecklistNeverChanges):
        checklist.delete()
    with pytest.raises(ChecklistNeverChanges):
        Checklist.objects.all().delete()
    kept = Checklist.objects.get()
    assert sha256_text(kept.text) == kept.digest


def test_an_author_hears_every_reason_and_nothing_is_kept(mira):
    files = spoilt("inp_input.toml", 'type = "SC"', 'type = "RADIO"')
    files |= {HEAD: files[HEAD].replace(b"21.85", b"21.86")}
    with pytest.raises(ChecklistRefused) as refused:
        actions.publish_checklist(files, by=mira.user)
    assert refused.value.facts["refused"] == 2
    assert [(r["file"], r["item"], r["code"]) for r in refused.value.facts["refusals"]] == [
        (HEAD, "", "weights-not-100"),
        ("inp_input.toml", "I1.1", "value-unknown"),
    ]
    assert not Checklist.objects.exists()
    assert journal() == []


@pytest.mark.parametrize("name", ["sari", "budi", "dewi"])
def test_only_managers_and_administrators_publish(name, request):
    with pytest.raises(NotAllowed):
        actions.publish_checklist(ikkt(), by=request.getfixturevalue(name).user)
    assert not Checklist.objects.exists()


def test_a_withdrawn_checklist_gets_no_new_orders_but_stays_readable(mira):
    first = actions.publish_checklist(ikkt(), by=mira.user)
    second = actions.publish_checklist(spoilt(HEAD, *NEXT_VERSION), by=mira.user)
    assert Checklist.objects.newest("IKKT") == second
    withdrawn = actions.withdraw_checklist(second, by=mira.user)
    assert withdrawn.withdrawn_at is not None
    assert Checklist.objects.newest("IKKT") == first
    assert list(Checklist.objects.published()) == [first]
    assert Checklist.objects.named(second.digest).instrument.version == "2026.2"


def test_withdrawing_twice_is_withdrawing_once(mira):
    kept = actions.publish_checklist(ikkt(), by=mira.user)
    first = actions.withdraw_checklist(kept, by=mira.user)
    again = actions.withdraw_checklist(kept, by=mira.user)
    assert again.withdrawn_at == first.withdrawn_at
    assert [event for event, *_ in journal()] == ["checklist.published", "checklist.withdrawn"]


def test_nobody_withdraws_what_another_published_but_administrators_do(mira, agus, root):
    kept = actions.publish_checklist(ikkt(), by=mira.user)
    with pytest.raises(NotYourChecklist):
        actions.withdraw_checklist(kept, by=agus.user)
    assert actions.withdraw_checklist(kept, by=root.user).withdrawn_at is not None


def test_there_is_no_newest_of_what_was_never_published(db):
    with pytest.raises(NoSuchChecklist):
        Checklist.objects.newest("IKKT")
    with pytest.raises(NoSuchChecklist):
        Checklist.objects.named("sha256:" + "x" * 43)


def test_the_instrument_is_parsed_once_for_all_rows(checklist):
    assert checklist.instrument is Checklist.objects.get().instrument


# Checked, then published


def next_version():
    return spoilt(HEAD, *NEXT_VERSION)


def test_c6_mira_publishes_exactly_what_she_checked_and_once(mira, checklist):
    checked = actions.check_instrument(next_version(), by=mira.user)
    assert not Checklist.objects.filter(version="2026.2").exists()
    made = actions.publish_checked(checked.digest, by=mira.user)
    assert (made.digest, made.text, made.published_by) == (checked.digest, checked.text, mira.user)
    assert actions.publish_checked(checked.digest, by=mira.user) == made
    assert Entry.objects.filter(event="checklist.published", actor=mira.id).count() == 1
    assert not CheckedInstrument.objects.exists()


def test_c6_other_files_checked_since_take_the_place_of_the_first(mira):
    first = actions.check_instrument(ikkt(), by=mira.user).digest
    second = actions.check_instrument(next_version(), by=mira.user).digest
    assert CheckedInstrument.objects.get().digest == second
    with pytest.raises(NoCheckedInstrument):
        actions.publish_checked(first, by=mira.user)


def test_c6_what_somebody_else_checked_or_checked_yesterday_is_not_published(mira, root):
    digest = actions.check_instrument(ikkt(), by=mira.user).digest
    with pytest.raises(NoCheckedInstrument):
        actions.publish_checked(digest, by=root.user)
    CheckedInstrument.objects.update(checked_at=now() - timedelta(days=1, minutes=1))
    with pytest.raises(NoCheckedInstrument):
        actions.publish_checked(digest, by=mira.user)
    actions.check_instrument(ikkt(), by=root.user)
    assert [kept.owner_id for kept in CheckedInstrument.objects.all()] == [root.id]


def test_c6_files_with_a_flaw_or_a_taken_version_are_not_kept(mira, checklist):
    with pytest.raises(ChecklistRefused):
        actions.check_instrument(spoilt(HEAD, "valid_share = 60", "valid_share = 600"), by=mira.user)
    with pytest.raises(VersionTaken):
        actions.check_instrument(spoilt("inp_input.toml", "Sufficient", "Enough"), by=mira.user)
    assert not CheckedInstrument.objects.exists()


@pytest.mark.parametrize("name", ["sari", "budi", "dewi"])
def test_who_does_not_publish_does_not_check_either(name, request):
    person = request.getfixturevalue(name)
    with pytest.raises(NotAllowed):
        actions.check_instrument(ikkt(), by=person.user)
    with pytest.raises(NotAllowed):
        actions.publish_checked("sha256:x", by=person.user)
