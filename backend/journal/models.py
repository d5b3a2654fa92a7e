"""What was done, by whom, when: append-only, sealed afterwards into a chain of hashes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models

# A line's number is given when its action ends, so a line of a long action stands among later ones.
ACTION_TIME_MAX = timedelta(minutes=10)
LINES_LOOKED_AROUND = 1_000


class EntryQuerySet(models.QuerySet["Entry"]):
    def between(self, begins: datetime | None, ends: datetime | None) -> EntryQuerySet:
        """Lines of a time, the end excluded. Their numbers are narrowed first, so that a list by number does not
        pass over all that came later."""
        found = self
        if begins is not None:
            first = _number_at(begins - ACTION_TIME_MAX)
            found = (
                found.filter(id__gte=first - LINES_LOOKED_AROUND, at__gte=begins) if first else self.none()
            )
        if ends is not None:
            found = found.filter(at__lt=ends)
            if last := _number_at(ends + ACTION_TIME_MAX):
                found = found.filter(id__lt=last + LINES_LOOKED_AROUND)
        return found


def _number_at(moment: datetime) -> int | None:
    """The number of the first line from this moment on."""
    later = Entry.objects.filter(at__gte=moment).order_by("at", "id")
    return later.values_list("id", flat=True).first()


class Entry(models.Model):
    """One line: written in the transaction of the deed it tells, never changed."""

    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    device = models.UUIDField(null=True)
    programme = models.UUIDField(null=True)
    subject_kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80)
    data = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["programme", "-id"], name="journal_by_programme"),
            models.Index(fields=["subject", "id"], name="journal_by_subject"),
            models.Index(fields=["programme", "event", "-id"], name="journal_by_event"),
            models.Index(fields=["programme", "actor", "-id"], name="journal_by_actor"),
            models.Index(fields=["at", "id"], name="journal_by_time"),
        ]

    def line(self) -> dict[str, Any]:
        """The line as the seal sees it."""
        return {
            "id": self.pk,
            "at": self.at.isoformat(),
            "event": self.event,
            "actor": str(self.actor_id or ""),
            "device": str(self.device or ""),
            "programme": str(self.programme or ""),
            "subject_kind": self.subject_kind,
            "subject": self.subject,
            "data": self.data,
        }


class Seal(models.Model):
    """A link of the chain. Lines are sealed in the order the worker meets them, which commits decide."""

    number = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT)
    hash = models.CharField(max_length=60)
