"""What the coordinator decided and wrote back; appended, never changed."""

from django.conf import settings
from django.db import models

from backend.review.rules import Verdict


class Decision(models.Model):
    """One judgement of one attempt. The coordinator's side names it, so telling it twice changes nothing.

    points: [{"item": "P1.1" | null, "photo": "<uuid>" | null, "reason": "...", "note": "..."}], for returns.
    """

    id = models.UUIDField(primary_key=True)
    visit = models.ForeignKey("visits.Visit", on_delete=models.PROTECT, related_name="decisions")
    submission = models.ForeignKey("visits.Submission", on_delete=models.PROTECT, related_name="+")
    attempt = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=10, choices=[(v.value, v.value) for v in Verdict])
    ground = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    points = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["visit", "decided_at"], name="decision_history")]
