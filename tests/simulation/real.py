"""The real server in the model's place: its views called in this process, its rows looked at with plain queries.

Needs a database of tests; every example has people of its own, so nothing is cleared between two. A restore puts the
rows that phones depend on back as they were, which works alike on SQLite and PostgreSQL; the restore command itself
has tests of its own.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.db import connection
from rest_framework.test import APIClient

from backend.assignments import actions as assignments
from backend.assignments.errors import OrderClosed
from backend.assignments.models import Assignment
from backend.backups import actions as backups
from backend.backups.errors import HistoryChanged, NoSuchBackup
from backend.backups.models import Backup
from backend.core.ids import uuid7
from backend.evidence import sweeping
from backend.evidence.actions import give_up_upload
from backend.evidence.models import Blob, Photo, Segment, Upload
from backend.feed.models import Item, Scope, Timeline
from backend.people.models import Device, DeviceToken
from backend.people.rules import Role
from backend.review.actions import decide, take_submission
from backend.review.errors import PhotosMissing, VerdictOutOfTurn, VisitCancelled
from backend.review.models import Decision
from backend.review.rules import Judgement, Verdict
from backend.visits.models import Draft, Submission, Visit
from tests import world
from tests.backend.sync.phone import patch
from tests.simulation import server_side
from tests.simulation.machine import INSPECTORS, Histories
from tests.simulation.model_photos import Onlooker, Reply
from tests.simulation.papers import JSON

# By inspector, in the order in which they may be written; forgotten the other way round.
REMEMBERED = [
    (Scope, "key__in"),
    (Item, "scope__in"),
    (Assignment, "inspector__in"),
    (Submission, "inspector__in"),
    (Visit, "assignment__inspector__in"),
    (Decision, "visit__assignment__inspector__in"),
    (Draft, "inspector__in"),
    (Blob, "owner__in"),
    (Photo, "inspector__in"),
    (Upload, "photo__inspector__in"),
    (Segment, "upload__photo__inspector__in"),
]
Rows = dict[Any, list[Any]]
DAYS_APART = 200  # windows far enough from each other for every rule of spacing
examples = count()


class RealServer:
    """People of one example; the same words as ModelServer."""

    def __init__(self) -> None:
        self.example = next(examples)
        self.budi = world.person(f"budi-{self.example}", Role.COORDINATOR, regions=("63",))
        self.people = {name: world.person(f"{name}-{self.example}", Role.INSPECTOR) for name in INSPECTORS}
        self.users = {person.user.pk for person in self.people.values()}
        self.devices: dict[str, str] = {}
        self.clients: dict[str, world.Person] = {}
        self.visits = 0
        self.backup: Backup | None = None
        self.copied: Rows | None = None
        self.copy: Rows | None = None

    def enroll(self, device: str, user: str) -> str:
        owner = self.people[user].user
        made = Device.objects.create(id=UUID(device), user=owner, name=f"Telepon {user}")
        _, token = DeviceToken.objects.create(owner, device=made)
        self.devices[device] = user
        self.clients[token] = world.Person(owner, made, token)
        return str(token)

    # The coordinator's side

    def give(self, visit: str, user: str) -> None:
        person = self.people[user]
        if not Assignment.objects.filter(pk=visit).exists():
            self.visits += 1
            unit = world.unit(f"U-{self.example}-{self.visits}")
            opens = datetime.now(UTC) + timedelta(days=DAYS_APART * self.visits)
            world.order(person, id=UUID(visit), at=unit, opens=opens)
            return
        with suppress(OrderClosed):  # judged or cancelled: not to be given to anybody
            assignments.reassign(UUID(visit), inspector=person.id, reason="", by=self.budi.user)

    def cancel(self, visit: str) -> None:
        with suppress(OrderClosed):
            assignments.cancel(UUID(visit), reason="", by=self.budi.user)

    def send_back(self, visit: str) -> None:
        self._judge(visit, Judgement(Verdict.RETURNED, note="Foto kurang jelas."))

    def accept(self, visit: str) -> None:
        self._judge(visit, Judgement(Verdict.ACCEPTED))

    def undo_return(self, visit: str) -> None:
        told = Visit.objects.select_related("submission").filter(pk=visit, state="returned").first()
        if told is not None and told.submission is not None:
            self._judge(visit, Judgement(Verdict.ACCEPTED), attempt=told.submission.attempt)

    def take(self, visit: str) -> None:
        late = Submission.objects.filter(visit=visit, slot="late").order_by("pk").first()
        if late is not None:
            with suppress(VisitCancelled):
                take_submission(late.uuid, late.digest, by=self.budi.user)

    def publish(self) -> None:
        """Another checklist changes no order that is given out."""

    def _judge(self, visit: str, judgement: Judgement, attempt: int = 0) -> None:
        """The present attempt, unless another is named; as somebody who looks at the visit at this moment."""
        told = Visit.objects.select_related("assignment").filter(pk=visit).first()
        if told is not None:
            seen = frozenset({told.assignment.rev})
            what = {"decision": uuid7(), "attempt": attempt or told.attempt, "expected_rev": seen}
            with suppress(VisitCancelled, VerdictOutOfTurn, PhotosMissing):
                decide(UUID(visit), judgement, **what, by=self.budi.user)

    # The phone's door

    def sync(self, token: str, asked: JSON) -> tuple[int, JSON]:
        answer = self._client(token).post("/api/v1/sync", asked, format="json")
        assert answer["Sync-Protocol"] == "1"
        assert answer.status_code == 200, answer.content[:500]
        return answer.status_code, answer.json()

    def piece(self, token: str, url: str, offset: int, content: bytes) -> Reply:
        answer = patch(self.clients[token], url, content, offset)
        assert answer.status_code < 500, answer.content[:500]
        told = answer.headers
        offset_told = int(told["Upload-Offset"]) if "Upload-Offset" in told else None
        return Reply(answer.status_code, offset_told, told.get("Photo-State"), told.get("Sync-Epoch"))

    def _client(self, token: str) -> APIClient:
        return self.clients[token].api

    # Time

    def expire(self, photo: str) -> None:
        for upload in Upload.objects.filter(photo=photo, state="receiving").select_related("photo"):
            give_up_upload(upload, by=None)

    def sweep(self) -> None:
        sweeping.sweep()

    def begin_backup(self) -> None:
        self.backup, self.copied = backups.begin(), None

    def copy_for_backup(self) -> None:
        if self.backup:
            self.copied = remembered(self.users)

    def complete_backup(self) -> None:
        if self.backup and self.copied:
            with suppress(HistoryChanged, NoSuchBackup):  # begun in a history that is no more
                backups.complete(self.backup.name)
                self.copy = self.copied

    def restore(self) -> None:
        if self.copy:
            put_back(self.copy, self.users)
            self.backup = None
            backups.give_up_half_received()
            self.new_history()

    def new_history(self) -> None:
        backups.begin_new_history()

    def present_epoch(self) -> str:
        return Timeline.present().epoch

    # What an onlooker sees

    def announced(self) -> set[str]:
        return {
            str(key) for key in Photo.objects.filter(inspector__in=self.users).values_list("pk", flat=True)
        }

    def onlooker(self) -> Onlooker:
        names = {person.user.pk: name for name, person in self.people.items()}
        told = Submission.objects.filter(inspector__in=self.users)
        drafts = Draft.objects.filter(inspector__in=self.users)
        lists = server_side.lists(self.users)
        return Onlooker(
            told={
                (str(one.uuid), one.digest): (str(one.visit), one.attempt, one.checklist, one.text, one.slot)
                for one in told
            },
            photos=dict(self._photos()),
            drafts={(str(one.visit), str(one.device_id)): (one.rev, one.text) for one in drafts},
            lists={
                name: {tuple(key.split(" ")): facts for key, facts in lists.get(str(pk), {}).items()}
                for pk, name in names.items()
            },
            broken=list(server_side.violations(own=server_side.Own(self.users))),
        )

    def _photos(self) -> Iterator[tuple[str, tuple[str, bytes]]]:
        for photo in Photo.objects.filter(inspector__in=self.users):
            stored = photo.state == "stored"
            content = server_side.bytes_under(str(photo.blob_id)) if stored else b""
            yield str(photo.pk), (photo.state, content or b"")


class RealHistories(Histories):
    """The machine on the real views."""

    look_every = 12

    def make_server(self) -> Any:
        return RealServer()

    def name(self) -> str:
        self.count += 1
        return str(uuid7())

    def enroll(self, device: str, user: str) -> str:
        return str(self.server.enroll(device, user))


def remembered(users: set[UUID]) -> Rows:
    """The rows that phones depend on, by table."""
    return {model: list(model._base_manager.filter(**{whose: users})) for model, whose in REMEMBERED}


def put_back(copy: Rows, users: set[UUID]) -> None:
    """As it was; what came since is gone."""
    for model, whose in reversed(REMEMBERED):
        gone = list(model._base_manager.filter(**{whose: users}).values_list("pk", flat=True))
        rows: Any = model._base_manager.filter(pk__in=gone)
        rows._raw_delete(rows.db)  # without asking who refers to it: those are gone already
    for model, _ in REMEMBERED:
        model._base_manager.bulk_create(copy[model])


def make_the_database_stumble() -> None:
    """A submission on the checklist "poison" cannot be written: whatever it is that nobody thought of (I17)."""
    body = {
        "sqlite": [
            "CREATE TRIGGER poison BEFORE INSERT ON visits_submission WHEN NEW.checklist = 'poison'"
            " BEGIN SELECT RAISE(ABORT, 'poison'); END"
        ],
        "postgresql": [
            "CREATE FUNCTION poison() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''poison''; END' LANGUAGE plpgsql",
            "CREATE TRIGGER poison BEFORE INSERT ON visits_submission FOR EACH ROW"
            " WHEN (NEW.checklist = 'poison') EXECUTE FUNCTION poison()",
        ],
    }
    with connection.cursor() as cursor:
        for statement in body[connection.vendor]:
            cursor.execute(statement)
