"""The journal's list: what was done, as its reader may know it."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from backend.journal.models import Entry
from backend.people.journal_lines import about, as_seen_by, readable_by
from backend.people.models import User
from backend.rest.forms import In


class JournalQuery(In):
    programme = serializers.UUIDField(required=False)
    event = serializers.CharField(max_length=60, required=False)
    subject = serializers.CharField(max_length=80, required=False)


class ActorOut(serializers.Serializer[User]):
    id = serializers.UUIDField()
    username = serializers.CharField()


class EntryOut(serializers.Serializer[Entry]):
    """One line; `seal` is null until the worker has sealed it. Who visited is told to those who may see it."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    event = serializers.CharField()
    actor = ActorOut(allow_null=True)
    device = serializers.UUIDField(allow_null=True)
    programme = serializers.UUIDField(allow_null=True)
    subject_kind = serializers.CharField()
    subject = serializers.CharField()
    data = serializers.JSONField()  # type: ignore[assignment]
    seal = serializers.SerializerMethodField()

    def to_representation(self, instance: Entry) -> dict[str, Any]:
        reader = cast(User, self.context["request"].user)
        return super().to_representation(as_seen_by(reader, instance))

    def get_seal(self, entry: Entry) -> str | None:
        link = getattr(entry, "seal", None)
        return link.hash if link else None


class Journal(ListAPIView[Entry]):
    """What was done, newest first: a programme's lines for its managers, every line for administrators."""

    serializer_class = EntryOut
    ordering = ("-id",)

    def get_queryset(self) -> QuerySet[Entry]:
        asked = JournalQuery.read(self.request.query_params)
        user, programme = cast(User, self.request.user), asked.pop("programme", None)
        lines = Entry.objects.filter(readable_by(user, programme))
        if subject := asked.pop("subject", ""):
            lines = about(lines, subject, reader=user, programme=programme)
        return lines.filter(**asked).select_related("actor", "seal")

    @extend_schema(parameters=[JournalQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
