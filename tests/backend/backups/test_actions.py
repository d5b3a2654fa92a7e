"""What of all that Sari's phone keeps it may forget, and what a restored server sets right."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from backend.backups.actions import (
    ask_again,
    begin,
    begin_new_history,
    complete,
    give_up_half_received,
    leave_out,
)
from backend.backups.errors import HistoryChanged, NoSuchBackup
from backend.backups.models import Backup, durable_among
from backend.backups.rules import Name
from backend.core.clock import now
from backend.evidence.models import Photo, Upload
from backend.feed.actions import epoch, new_epoch
from backend.journal.models import Entry
from backend.visits.models import Submission, Visit
from tests.backend.backups.telling import tell_with_photos
from tests.backend.sync.phone import sync
from tests.backend.visits.telling import tell, telling

pytestmark = pytest.mark.django_db


def forgettable(who, names: list[UUID]) -> list[UUID]:
    return [UUID(name) for name in durable_among(names, user=who.user)]


def test_b1_nothing_is_durable_before_the_backup_that_covers_it_is_completed(sari):
    names = tell_with_photos(sari, photos=2)
    backup = begin()
    assert forgettable(sari, names) == []
    complete(backup.name)
    assert forgettable(sari, names) == sorted(names)


def test_b1_what_comes_while_the_copy_is_made_waits_for_the_next_backup(sari):
    early = tell_with_photos(sari)
    backup = begin()
    late = tell_with_photos(sari)
    complete(backup.name)
    assert forgettable(sari, early + late) == sorted(early)
    complete(begin().name)
    assert forgettable(sari, early + late) == sorted(early + late)


def test_b1_a_clock_that_steps_back_an_hour_during_a_backup_makes_nothing_durable_too_early(sari):
    early = tell_with_photos(sari)
    backup = begin()
    with time_machine.travel(now() - timedelta(hours=1)):
        late = tell_with_photos(sari)  # its times are before those of the backup
        complete(backup.name)
        assert forgettable(sari, early + late) == sorted(early)
    assert forgettable(sari, early + late) == sorted(early)


def test_b1_a_photo_that_is_half_here_is_covered_by_no_backup(sari):
    names = tell_with_photos(sari, photos=2, half=True)
    complete(begin().name)
    assert forgettable(sari, names) == sorted(names[:2])


def test_b1_a_photo_whose_bytes_could_not_be_copied_is_left_out(sari):
    told, photo = tell_with_photos(sari)
    backup = begin()
    leave_out(photo, backup)
    complete(backup.name)
    assert forgettable(sari, [told, photo]) == [told]


def test_b2_a_backup_that_was_killed_covers_nothing_and_hinders_no_other(sari):
    names = tell_with_photos(sari)
    killed, next_one = begin(), begin()
    assert {killed.number, next_one.number} == set(Backup.objects.values_list("number", flat=True))
    complete(next_one.name)
    assert forgettable(sari, names) == sorted(names)
    assert [*Submission.objects.values_list("backup", flat=True)] == [next_one.number]


def test_b2_two_backups_at_once_each_cover_only_what_is_in_their_own_copy(sari):
    early = tell_with_photos(sari)
    first = begin()
    late = tell_with_photos(sari)
    second = begin()
    complete(first.name)  # all that it had marked was marked anew, so it is early for nobody
    assert forgettable(sari, early + late) == []
    complete(second.name)
    assert forgettable(sari, early + late) == sorted(early + late)


def test_b3_before_the_first_backup_a_week_counts_and_afterwards_backups_alone(sari):
    names = tell_with_photos(sari)
    with time_machine.travel(now() + timedelta(days=8)):
        assert forgettable(sari, names) == sorted(names)
        complete(begin().name)
        more = tell_with_photos(sari)
    with time_machine.travel(now() + timedelta(days=30)):
        assert forgettable(sari, names + more) == sorted(names)


def test_b4_nobody_is_told_about_the_work_of_others(sari, rina):
    names = tell_with_photos(sari)
    complete(begin().name)
    assert forgettable(rina, names) == []


def test_b4_a_text_is_safe_only_when_everything_under_its_id_is(sari, order):
    honest = telling(order)
    tell(sari, honest)
    complete(begin().name)
    tell(sari, telling(order, id=honest.id, narrative="lain"))
    assert forgettable(sari, [honest.id]) == []


def test_asking_costs_two_statements_however_much_is_asked(sari, django_assert_num_queries):
    names = [name for _ in range(3) for name in tell_with_photos(sari, photos=2)]
    complete(begin().name)
    with django_assert_num_queries(2):
        assert len(durable_among(names, user=sari.user)) == 9


def test_b5_a_backup_is_completed_once_and_told_in_the_journal(sari):
    backup = begin()
    complete(backup.name, what={"photos": 3})
    complete(backup.name)
    told = Entry.objects.filter(event__startswith="backup.").order_by("pk").values_list("event", "data")
    name = {"backup": str(backup.name)}
    assert list(told) == [("backup.begun", name), ("backup.completed", {**name, "photos": 3})]


def test_b5_a_backup_of_another_history_is_not_completed(sari):
    names = tell_with_photos(sari)
    backup = begin()
    new_epoch()
    with pytest.raises(HistoryChanged):
        complete(backup.name)
    with pytest.raises(NoSuchBackup):
        complete(Name(backup.number, epoch()))
    assert forgettable(sari, names) == []


@pytest.mark.parametrize("text", ["", "7", "7.", ".abc", "x.abc", "7.abc def", "9" * 40 + ".abc"])
def test_b5_what_is_no_name_of_a_backup_names_none(text):
    with pytest.raises(NoSuchBackup):
        Name.read(text)


def test_b6_a_restored_server_counts_as_covered_what_its_backup_had_marked_and_begins_a_new_history(sari):
    names = tell_with_photos(sari)
    before, backup = epoch(), begin()
    assert begin_new_history() == epoch() != before
    assert forgettable(sari, names) == sorted(names)
    told = Entry.objects.get(event="backup.restored")
    assert told.data == {"epoch": epoch(), "backups": [str(backup.name)]}


def test_b6_half_received_photos_are_begun_anew_under_another_address(sari):
    _, whole, half = tell_with_photos(sari, photos=2, half=True)
    assert give_up_half_received() == 1
    assert give_up_half_received() == 0
    assert Upload.objects.get(photo=half).state == "expired"
    one = Photo.objects.get(pk=half)
    offer = {
        "id": str(half),
        "visit": str(one.visit),
        "sha256": one.sha256,
        "size": one.size,
        "type": "image/jpeg",
    }
    asked = sync(sari, photos=[offer])["uploads"]
    assert asked == [{"photo": str(half), "state": "need", "offset": 0, "url": f"/api/v1/uploads/{half}.1"}]
    assert Photo.objects.get(pk=whole).state == "stored"


def test_b6_a_photo_whose_bytes_are_gone_is_asked_for_again_and_its_visit_waits_for_it(sari):
    told, photo = tell_with_photos(sari)
    complete(begin().name)
    seen = sync(sari)["cursor"]
    ask_again(photo)
    ask_again(photo)
    one = Photo.objects.get(pk=photo)
    assert (one.state, one.generation, one.blob, one.backup) == ("need", 1, None, None)
    assert Visit.objects.get(submission__uuid=told).photos_missing == 1
    assert [change["photos_missing"] for change in sync(sari, cursor=seen)["changes"]] == [1]
    assert forgettable(sari, [told, photo]) == [told]
    assert Entry.objects.filter(event="photo.lost").count() == 1
