"""What was done, by whom, when: append-only, sealed afterwards into a chain of hashes."""

from typing import Any

from django.conf import settings
from django.db import models


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

    class Meta:
        indexes = [
            models.Index(fields=["programme", "-id"], name="journal_by_programme"),
            models.Index(fields=["subject", "id"], name="journal_by_subject"),
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
