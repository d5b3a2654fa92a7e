"""Answers that are kept for a week, for whoever repeats the request."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

KEPT_FOR = timedelta(days=7)
SWEPT_AT_ONCE_MAX = 10_000
KEY_LENGTH_MAX = 200


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def sweep(self, *, now: datetime) -> int:
        """Forget what is older than a week, at most SWEPT_AT_ONCE_MAX rows a call; returns how many."""
        old = self.filter(answered_at__lt=now - KEPT_FOR).order_by("answered_at")[:SWEPT_AT_ONCE_MAX]
        return self.filter(pk__in=old.values("pk")).delete()[0]


class KeptAnswer(models.Model):
    """What was answered to the one request that a person sent under a key. The row is inserted in the
    transaction of the request's effect: neither is ever there without the other."""

    user = models.UUIDField()
    key = models.CharField(max_length=KEY_LENGTH_MAX)
    fingerprint = models.CharField(max_length=64)  # of the request; keyed, so that it betrays no password
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    answered_at = models.DateTimeField(db_index=True)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="rest_r4_one_answer_a_key"),
        ]
