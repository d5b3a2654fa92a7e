"""Published checklists: the exact text, named by its digest, never changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from backend.checklists.errors import ChecklistNeverChanges, NoSuchChecklist
from backend.checklists.rules import Instrument, Technique, read
from backend.people.models import User

CHECKED_KEPT = timedelta(days=1)


class ChecklistQuerySet(models.QuerySet["Checklist"]):
    def published(self) -> ChecklistQuerySet:
        """Those that new orders may use."""
        return self.filter(withdrawn_at=None)

    def newest(self, code: str) -> Checklist:
        """The one most recently published under this code. Raises NoSuchChecklist."""
        found = self.published().filter(code=code).order_by("-published_at", "-digest").first()
        if found is None:
            raise NoSuchChecklist(checklist=code)
        return found

    def named(self, digest: str) -> Checklist:
        """The one with this digest, withdrawn or not. Raises NoSuchChecklist."""
        found = self.filter(pk=digest).first()
        if found is None:
            raise NoSuchChecklist(checklist=digest)
        return found

    def update(self, **changes: Any) -> int:
        if set(changes) != {"withdrawn_at"}:
            raise ChecklistNeverChanges()
        return super().update(**changes)

    def delete(self) -> NoReturn:
        raise ChecklistNeverChanges()


class Checklist(models.Model):
    """One published text. A withdrawn one gets no new orders; it can be told, read and scored for ever."""

    digest = models.CharField(primary_key=True, max_length=60)
    code = models.CharField(max_length=24)
    version = models.CharField(max_length=24)
    technique = models.CharField(max_length=30, choices=[(t.value, t.value) for t in Technique])
    title = models.JSONField()  # {"id": …, "en": …}
    text = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    objects = ChecklistQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="checklist_c1_one_text_a_version"),
        ]
        indexes = [models.Index(fields=["-published_at", "-digest"], name="checklist_newest_first")]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ChecklistNeverChanges(checklist=self.digest)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ChecklistNeverChanges(checklist=self.digest)

    @cached_property
    def instrument(self) -> Instrument:
        """The text in memory, parsed once in this process."""
        return read(self.text)


class CheckedInstrumentQuerySet(models.QuerySet["CheckedInstrument"]):
    def of(self, user: User, moment: datetime) -> CheckedInstrumentQuerySet:
        """The one she checked, if it is still kept."""
        return self.filter(owner=user, checked_at__gte=moment - CHECKED_KEPT)

    def stale(self, moment: datetime) -> CheckedInstrumentQuerySet:
        return self.filter(checked_at__lt=moment - CHECKED_KEPT)


class CheckedInstrument(models.Model):
    """The text of files without a flaw, between their check and their publication. One a person: the next one takes
    its place."""

    owner = models.OneToOneField(User, primary_key=True, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=60)
    text = models.TextField()
    checked_at = models.DateTimeField()

    objects = CheckedInstrumentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.digest

    @cached_property
    def instrument(self) -> Instrument:
        return read(self.text)
