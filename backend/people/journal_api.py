"""The journal's list. It stands here because the journal itself knows neither programmes nor roles."""

from typing import Any, cast

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.errors import NotAllowed
from backend.journal.models import Entry
from backend.people.access import require
from backend.people.models import User
from backend.people.rules import Verb
from backend.rest.forms import In


class JournalQuery(In):
    programme = serializers.UUIDField(required=False)
    event = serializers.CharField(max_length=60, required=False)
    subject = serializers.CharField(max_length=80, required=False)


class ActorOut(serializers.Serializer[User]):
    id = serializers.UUIDField()
    username = serializers.CharField()


class EntryOut(serializers.Serializer[Entry]):
    """One line; `seal` is null until the worker has sealed it."""

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

    def get_seal(self, entry: Entry) -> str | None:
        link = getattr(entry, "seal", None)
        return link.hash if link else None


class Journal(ListAPIView[Entry]):
    """What was done, newest first: a programme's lines for its managers, every line for administrators."""

    serializer_class = EntryOut
    ordering = ("-id",)

    def get_queryset(self) -> QuerySet[Entry]:
        asked = JournalQuery.read(self.request.query_params)
        readable = _readable_by(cast(User, self.request.user), asked.pop("programme", None))
        return Entry.objects.filter(readable, **asked).select_related("actor", "seal")

    @extend_schema(parameters=[JournalQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


def _readable_by(user: User, programme: Any) -> Q:
    """Lines of no programme (sign-ins, programmes themselves) are for administrators."""
    if programme is not None:
        require(user, programme, Verb.READ_JOURNAL)
        return Q(programme=programme)
    if user.is_administrator:
        return Q()
    mine = user.programmes_where(Verb.READ_JOURNAL)
    if not mine:
        raise NotAllowed(verb=Verb.READ_JOURNAL.value)
    return Q(programme__in=mine)
