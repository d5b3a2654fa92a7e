"""Which backups were begun and completed, and what they make durable.

A backup first marks, with its own number, every submission and stored photo that no completed backup covers; only then
is the database copied. What was marked is in that copy, whatever any clock says; it is durable once the backup is
completed.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.db.models import Exists, ExpressionWrapper, Q

from backend.backups.rules import DURABLE_AFTER, Name
from backend.core.clock import now
from backend.evidence.models import Photo
from backend.evidence.rules import PhotoState
from backend.people.models import User
from backend.visits.models import Submission


class BackupQuerySet(models.QuerySet["Backup"]):
    def completed(self) -> BackupQuerySet:
        return self.filter(completed_at__isnull=False)

    def open(self) -> BackupQuerySet:
        """Begun and not completed: still running, or killed."""
        return self.filter(completed_at=None)


class Backup(models.Model):
    """A backup, begun and perhaps completed. `epoch` is that of the history it was begun in, `what` what was copied."""

    number = models.AutoField(primary_key=True)
    epoch = models.CharField(max_length=16)
    begun_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    what = models.JSONField(default=dict)

    objects = BackupQuerySet.as_manager()

    @property
    def name(self) -> Name:
        return Name(self.number, self.epoch)


def uncovered() -> Q:
    """Rows that no completed backup covers."""
    return Q(backup=None) | Q(backup__in=Backup.objects.open().values("number"))


def durable_among(kept: Iterable[UUID], *, user: User) -> list[str]:
    """Which of the submissions and photos a phone still keeps it may forget: those a completed backup covers; before
    there ever was one, those kept here for DURABLE_AFTER (protocol section 6.8).

    A phone names submissions by their uuid alone, so all that came under it from her must be safe.
    """
    kept = list(kept)
    if not kept:
        return []
    told = Submission.objects.filter(uuid__in=kept, inspector=user)
    photos = Photo.objects.filter(pk__in=kept, inspector=user, state=PhotoState.STORED.value)
    safe: dict[UUID, bool] = {}
    for key, covered in told.annotate(covered=_covered("received_at")).values_list("uuid", "covered"):
        safe[key] = covered and safe.get(key, True)
    for key, covered in photos.annotate(covered=_covered("stored_at")).values_list("pk", "covered"):
        safe[key] = covered and safe.get(key, True)
    return sorted(str(key) for key, covered in safe.items() if covered)


def _covered(since: str) -> ExpressionWrapper:
    completed = Backup.objects.completed()
    by_backup = Q(backup__isnull=False) & Q(backup__in=completed.values("number"))
    by_age = ~Exists(completed) & Q(**{f"{since}__isnull": False, f"{since}__lt": now() - DURABLE_AFTER})
    return ExpressionWrapper(by_backup | by_age, output_field=models.BooleanField())
