"""Sari tells her visits, twice, late, from two phones, and in ways nobody foresaw."""

import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.assignments import actions as orders
from backend.assignments.models import Assignment
from backend.checklists.actions import publish_checklist
from backend.core.clock import now
from backend.core.digests import sha256_text
from backend.core.ids import uuid7
from backend.evidence import actions as evidence
from backend.evidence.announcing import announce_photos
from backend.evidence.rules import Announced
from backend.feed.models import Item
from backend.journal.models import Entry
from backend.people.models import Device
from backend.review.actions import decide
from backend.review.rules import Judgement, Point, Verdict
from backend.visits import actions, drafts
from backend.visits.errors import DigestMismatch
from backend.visits.models import Draft, Submission, Visit
from backend.visits.rules import Heard, Slot, Why
from tests import world
from tests.backend.evidence.pictures import PDF, jpeg
from tests.backend.sync.phone import counted
from tests.backend.visits.telling import listed, tell, telling
from tests.backend.visits.test_testimony import ANYTHING, MEMBERS, SHAPED
from tests.world import A_UUID

pytestmark = pytest.mark.django_db

CURRENT, LATE = Heard(True, Slot.CURRENT), Heard(True, Slot.LATE)
QUARANTINED = Heard(True, Slot.QUARANTINED)


def flags_of(order) -> list[str]:
    return [doubt["flag"] for doubt in Visit.objects.get(pk=order.pk).flags]


def test_v1_telling_a_visit_twice_keeps_one(sari, order):
    what = telling(order)

    assert tell(sari, what) == CURRENT
    assert tell(sari, what) == Heard(False, Slot.CURRENT)

    assert Submission.objects.count() == 1
    assert Entry.objects.filter(event="visit.told").count() == 1


def test_an_unremarkable_visit_is_kept_word_for_word_without_any_flag(sari, order):
    what = telling(order)
    before = now()
    tell(sari, what, sent_at=now())

    visit = Visit.objects.get()
    kept = visit.submission
    assert (kept.text, kept.digest, kept.uuid, kept.attempt) == (what.text, what.digest, what.id, 1)
    assert kept.answers == json.loads(what.text)["answers"]
    assert (visit.state, visit.attempt, visit.flags, visit.detected) == ("submitted", 1, [], "no")
    assert (visit.photos_announced, visit.photos_missing) == (0, 0)
    assert before <= visit.told_at == kept.received_at <= now()


def test_the_phone_hears_that_its_visit_arrived(sari, order):
    before = Item.objects.get(scope=sari.id, entity=order.pk).seq
    tell(sari, telling(order))

    assert Item.objects.get(scope=sari.id, entity=order.pk).seq == before + 1
    assert Assignment.objects.get().rev == order.rev + 1


def test_v1_the_same_id_with_another_text_is_another_submission(sari, order):
    first = telling(order)
    second = telling(order, id=first.id, narrative="Lain.")

    assert (tell(sari, first), tell(sari, second)) == (CURRENT, LATE)
    assert (tell(sari, first), tell(sari, second)) == (Heard(False, Slot.CURRENT), Heard(False, Slot.LATE))


def test_v2_a_second_phone_comes_late_and_both_are_kept(sari, order):
    other = Device.objects.create(id=uuid7(), user=sari.user, name="Tablet")
    tell(sari, telling(order))
    heard = actions.tell_visit(telling(order, narrative="Dari tablet."), by=sari.user, device=other)

    assert heard == LATE
    late = Submission.objects.get(slot="late")
    assert (late.why, late.flags) == ("slot-taken", [{"flag": "doubled", "saw": {"same_visit": 1}}])
    assert Visit.objects.get().submission.slot == "current"


def test_a_visit_reassigned_while_offline_is_kept_as_late_and_the_new_inspector_may_still_tell(
    sari, rina, budi, order
):
    orders.reassign(order.pk, inspector=rina.id, reason="Sari sakit", by=budi.user)

    assert tell(sari, telling(order)) == LATE
    assert Submission.objects.get().why == "reassigned"
    assert Visit.objects.count() == 0
    assert tell(rina, telling(order)) == CURRENT


def test_rina_telling_saris_visit_is_kept_and_changes_nothing_for_sari(sari, rina, order):
    assert tell(rina, telling(order)) == LATE
    assert tell(sari, telling(order)) == CURRENT
    assert Visit.objects.get().submission.inspector == sari.user


def test_a_cancelled_visit_is_kept_as_late(sari, budi, order):
    orders.cancel(order.pk, reason="Unit tutup", by=budi.user)

    assert tell(sari, telling(order)) == LATE
    assert Submission.objects.get().why == "cancelled"


def test_a_returned_visit_is_corrected_and_the_first_attempt_stays(sari, budi, order):
    first = telling(order)
    tell(sari, first)
    point = Point(item="P1.1", photo=None, reason="unclear", note="")
    judgement = Judgement(Verdict.RETURNED, None, "Foto papan biaya?", (point,))
    decide(order.pk, judgement, decision=uuid7(), attempt=1, by=budi.user)

    assert tell(sari, telling(order, attempt=1, narrative="Terlambat.")) == LATE
    assert tell(sari, telling(order, attempt=2)) == CURRENT

    visit = Visit.objects.get()
    assert (visit.state, visit.attempt, visit.submission.attempt) == ("submitted", 2, 2)
    slots = Submission.objects.order_by("id").values_list("attempt", "slot", "why")
    assert list(slots) == [(1, "current", ""), (1, "late", "attempt-closed"), (2, "current", "")]


def test_v7_text_changed_on_its_way_is_asked_for_again_and_not_kept(sari, order):
    with pytest.raises(DigestMismatch):
        tell(sari, telling(order, digest="sha256:" + "A" * 43))

    assert Submission.objects.count() == 0


def test_v7_a_copy_damaged_on_the_phone_itself_is_quarantined_under_its_true_digest(sari, order):
    what = telling(order, digest="sha256:" + "A" * 43, damaged=True)

    assert (tell(sari, what), tell(sari, what)) == (QUARANTINED, Heard(False, Slot.QUARANTINED))
    kept = Submission.objects.get()
    assert (kept.why, kept.digest, kept.text) == ("damaged", sha256_text(what.text), what.text)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"text": '{"answers":'}, "unparsable"),
        ({"text": "[1]"}, "unparsable"),
        ({"visit": A_UUID}, "unknown-visit"),
        ({"checklist": "sha256:none"}, "unknown-checklist"),
        ({"checklist": "x\x00\ud800" * 100}, "unknown-checklist"),
    ],
)
def test_v7_what_cannot_be_placed_is_quarantined_and_the_next_can_still_be_told(sari, order, change, why):
    what = telling(order, **change)

    assert tell(sari, what) == QUARANTINED
    kept = Submission.objects.get()
    assert (kept.why, kept.text, kept.answers) == (why, what.text, None)
    assert tell(sari, telling(order)) == CURRENT


def test_v7_what_the_door_could_not_read_is_quarantined_with_its_reason(sari):
    what = telling(world.order(sari), digest="", text='{"kind":"dance"}')
    what = dataclasses.replace(what, why=Why.UNKNOWN_KIND)
    heard = actions.tell_visit(what, by=sari.user, device=sari.device)

    assert (heard, Submission.objects.get().why) == (QUARANTINED, "unknown-kind")


def test_v4_nul_and_half_letters_are_kept_exactly_and_do_no_harm(sari, order):
    what = telling(order, narrative="a\x00b\ud800c")
    raw = what.text.replace("\\u0000", "\x00")
    what = telling(order, raw)

    assert tell(sari, what) == CURRENT
    kept = Submission.objects.get()
    assert (kept.text, kept.digest) == (raw, sha256_text(raw))


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"statement": None, "place": None}, ["no_place", "unsigned"]),
        ({"context": {"detected": "yes"}}, ["cover_doubted"]),
        ({"answers": {"O2.1": {"value": [100_000, 90_000]}}}, ["missing_answer", "fee_differs"]),
        ({"answers": {"I1.2": {"value": "maybe"}}}, ["missing_answer", "bad_value"]),
        ({"photos": 5, "answers": ...}, ["missing_answer", "bad_value"]),
    ],
)
def test_v5_doubts_are_flags_and_the_visit_is_current_all_the_same(sari, order, changes, flags):
    world.standard(order.product, fee=100_000)

    assert tell(sari, telling(order, **changes)) == CURRENT
    assert flags_of(order) == flags


def test_v5_a_second_visit_to_a_unit_on_one_day_is_doubted(sari, order):
    again = world.order(sari, opens=order.window_opens)
    tell(sari, telling(order))
    tell(sari, telling(again))

    assert (flags_of(order), flags_of(again)) == ([], ["doubled"])


def test_v5_a_checklist_superseded_before_the_visit_is_doubted_and_one_superseded_after_is_not(
    sari, mira, order
):
    from tests.backend.checklists.making import ikkt

    files = dict(ikkt())
    files["instrument.toml"] = files["instrument.toml"].replace(b'version = "2026.1"', b'version = "2026.2"')
    assert files != ikkt()
    before = telling(order)
    publish_checklist(files, by=mira.user)
    tell(sari, before)
    again = world.order(sari, opens=order.window_opens, at=world.unit("SAM-02"))
    with time_machine.travel(now() + timedelta(hours=3)):
        tell(sari, telling(again))

    assert (flags_of(order), flags_of(again)) == ([], ["old_checklist"])
    assert Visit.objects.get(pk=again.pk).flags[0]["saw"] == {"newer_version": "2026.2"}


def announce(person, order, one) -> Announced:
    photo = Announced.read({**one, "visit": str(order.pk)})
    assert photo is not None
    announce_photos([photo], by=person.user, device=person.device)
    return photo


def send(person, photo: Announced, content: bytes) -> None:
    upload = evidence.find_upload(photo.id, 0, by=person.user)
    evidence.settle(upload, evidence.receive(upload, 0, content), by=person.user)
    actions.recount_photos(photo.visit, by=person.user)


def missing(order) -> int:
    return Visit.objects.get(pk=order.pk).photos_missing


def test_v6_a_visit_waits_for_the_photos_it_lists_whatever_comes_first(sari, order):
    first, second = listed(jpeg()), listed(jpeg(shade=1))
    early = announce(sari, order, first)
    send(sari, early, jpeg())
    tell(sari, telling(order, photos=[first, second]))
    assert (missing(order), Visit.objects.get().photos_announced) == (1, 2)

    late = announce(sari, order, second)
    actions.recount_photos(order.pk)
    assert missing(order) == 1
    send(sari, late, jpeg(shade=1))
    assert missing(order) == 0
    assert Entry.objects.filter(event="visit.photos-counted").count() == 1


def test_v6_the_phone_hears_of_every_photo_that_arrives(sari, order):
    one = listed(jpeg())
    tell(sari, telling(order, photos=[one]))
    before = Item.objects.get(scope=sari.id, entity=order.pk).seq

    send(sari, announce(sari, order, one), jpeg())
    actions.recount_photos(order.pk)

    assert Item.objects.get(scope=sari.id, entity=order.pk).seq == before + 1


def test_v6_a_photo_that_comes_after_its_visit_was_cancelled_does_not_bring_the_visit_back(sari, budi, order):
    one = listed(jpeg())
    photo = announce(sari, order, one)
    tell(sari, telling(order, photos=[one]))
    decide(
        order.pk, Judgement(Verdict.RETURNED, None, "Ulangi.", ()), decision=uuid7(), attempt=1, by=budi.user
    )
    orders.cancel(order.pk, reason="tutup", by=budi.user)

    send(sari, photo, jpeg())

    assert missing(order) == 0
    assert Item.objects.get(scope=sari.id, kind="visit", entity=order.pk).removed


def test_v6_a_bad_photo_is_waited_for_no_longer_and_raises_a_doubt(sari, order):
    one = listed(PDF)
    tell(sari, telling(order, photos=[one]))

    send(sari, announce(sari, order, one), PDF)

    saw = {"photos": [{"photo": one["id"], "reason": "not-an-image"}]}
    assert Visit.objects.get().flags == [{"flag": "bad_photo", "saw": saw}]
    assert missing(order) == 0


def test_v6_only_photos_she_announced_for_this_visit_count(sari, rina, order):
    other = world.order(sari)
    hers, elsewhere, rinas = listed(jpeg()), listed(jpeg(shade=1)), listed(jpeg(shade=2))
    send(sari, announce(sari, order, hers), jpeg())
    send(sari, announce(sari, other, elsewhere), jpeg(shade=1))
    send(rina, announce(rina, order, rinas), jpeg(shade=2))

    tell(sari, telling(order, photos=[hers, elsewhere, rinas]))

    assert missing(order) == 2


def test_v6_a_correction_uses_the_same_photos_again_without_sending_them(sari, budi, order):
    one = listed(jpeg())
    send(sari, announce(sari, order, one), jpeg())
    tell(sari, telling(order, photos=[one]))
    judgement = Judgement(Verdict.RETURNED, None, "Catatan O2.1?", ())
    decide(order.pk, judgement, decision=uuid7(), attempt=1, by=budi.user)

    tell(sari, telling(order, attempt=2, photos=[one]))

    assert missing(order) == 0


def test_recounting_a_visit_nobody_told_or_knows_does_nothing(order):
    actions.recount_photos(order.pk)
    actions.recount_photos(A_UUID)

    assert Visit.objects.count() == 0


def keep(person, rev: int, text: str | None = "{}", device: Device | None = None) -> int:
    digest = sha256_text(text) if text is not None else ""
    return drafts.keep_draft(
        A_UUID, rev=rev, digest=digest, text=text, by=person.user, device=device or person.device
    )


def test_v3_a_draft_only_ever_moves_forward(sari):
    assert [keep(sari, rev, f'{{"rev":{rev}}}') for rev in (3, 2, 3, 5, 4)] == [3, 3, 3, 5, 5]
    assert bytes(Draft.objects.get().doc) == b'{"rev":5}'


def test_v3_a_discarded_draft_is_an_empty_one_with_the_next_revision(sari):
    keep(sari, 1)

    assert keep(sari, 2, None) == 2
    assert (Draft.objects.get().doc, keep(sari, 1)) == (None, 2)


def test_v3_two_phones_keep_two_drafts_of_one_visit(sari):
    other = Device.objects.create(id=uuid7(), user=sari.user, name="Tablet")

    assert (keep(sari, 7), keep(sari, 1, device=other)) == (7, 1)
    assert Draft.objects.count() == 2


def test_v3_a_draft_garbled_on_its_way_is_not_kept(sari):
    with pytest.raises(DigestMismatch):
        drafts.keep_draft(A_UUID, rev=1, digest="sha256:x", text="{}", by=sari.user, device=sari.device)

    assert Draft.objects.count() == 0


def test_telling_a_visit_takes_a_fixed_number_of_statements(sari, order):
    world.standard(order.product)
    photos = [listed(jpeg(shade=shade)) for shade in range(8)]
    tell(sari, telling(world.order(sari)))  # the checklist is in memory from now on
    what = telling(order, photos=photos)
    with counted() as statements:
        tell(sari, what)
    assert len(statements) == STATEMENTS_TO_TELL, statements


STATEMENTS_TO_TELL = 13


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(MEMBERS), SHAPED),
    st.dictionaries(st.sampled_from(["O2.1", "P1.1"]), ANYTHING),
)
def test_v4_nothing_a_phone_can_write_is_refused(sari, order, changes, answers):
    what = telling(order, answers={**answers, **{code: {"value": v} for code, v in answers.items()}}, **{
        name: value for name, value in changes.items() if name not in ("answers", "id", "attempt")
    })  # fmt: skip

    assert tell(sari, what).new
    assert Submission.objects.filter(uuid=what.id).get().text == what.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads cannot share SQLite's database in memory")
def test_v2_six_phones_telling_one_visit_at_once_leave_one_current(sari, order):
    def try_once(number: int) -> str:
        try:
            return tell(sari, telling(order, narrative=str(number))).slot.value
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        slots = sorted(pool.map(try_once, range(6)))

    assert slots == ["current"] + ["late"] * 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="threads cannot share SQLite's database in memory")
def test_v6_photos_arriving_at_once_while_the_visit_is_told_are_all_counted(sari, order):
    photos = [listed(jpeg(shade=shade)) for shade in range(6)]
    announced = [announce(sari, order, one) for one in photos]

    def arrive(number: int) -> None:
        try:
            if number < len(photos):
                send(sari, announced[number], jpeg(shade=number))
            else:
                tell(sari, telling(order, photos=photos))
        finally:
            connection.close()

    with ThreadPoolExecutor(7) as pool:
        list(pool.map(arrive, range(7)))

    assert missing(order) == 0
