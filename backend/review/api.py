"""The addresses of decisions."""

from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.people.models import User
from backend.rest.etags import IF_MATCH, etag, expected_rev
from backend.rest.forms import In
from backend.rest.once import Once
from backend.review import actions
from backend.review.models import Decision
from backend.review.rules import (
    NOTE_LENGTH_MAX,
    POINT_NOTE_LENGTH_MAX,
    POINTS_MAX,
    REASON_LENGTH_MAX,
    Ground,
    Judgement,
    Point,
    Verdict,
)
from backend.visits.errors import NoSuchVisit
from backend.visits.models import Visit
from backend.visits.rules import VisitState


class PointIn(In):
    reason = serializers.CharField(max_length=REASON_LENGTH_MAX)
    item = serializers.CharField(max_length=40, default=None, allow_null=True)
    photo = serializers.UUIDField(default=None, allow_null=True)
    note = serializers.CharField(max_length=POINT_NOTE_LENGTH_MAX, default="", allow_blank=True)


class DecisionIn(In):
    id = serializers.UUIDField()
    attempt = serializers.IntegerField(min_value=1, max_value=32767)
    verdict = serializers.ChoiceField([verdict.value for verdict in Verdict])
    ground = serializers.ChoiceField(
        [ground.value for ground in Ground], default=None, allow_null=True, allow_blank=True
    )
    note = serializers.CharField(max_length=NOTE_LENGTH_MAX, default="", allow_blank=True)
    points = serializers.ListField(child=PointIn(), max_length=POINTS_MAX, default=list)


class TakeIn(In):
    digest = serializers.CharField(max_length=60)


class PointOut(serializers.Serializer[Any]):
    item = serializers.CharField(allow_null=True)
    photo = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()
    note = serializers.CharField()


class ReviewerOut(serializers.Serializer[User]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class StandOut(serializers.Serializer[Visit]):
    """Where the visit stands now; `attempt` is the one expected or under review."""

    id = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField([state.value for state in VisitState])
    attempt = serializers.IntegerField()


class DecisionOut(serializers.Serializer[Decision]):
    """`attempt` is the one that was judged; `ground` is empty unless one was named."""

    id = serializers.UUIDField()
    attempt = serializers.IntegerField()
    verdict = serializers.ChoiceField([verdict.value for verdict in Verdict])
    ground = serializers.CharField()
    note = serializers.CharField()
    points = PointOut(many=True)
    by = ReviewerOut()
    decided_at = serializers.DateTimeField()
    visit = StandOut()


class Decisions(Once, ListAPIView[Decision]):
    """Every decision about a visit, in the order they were made; for all who may see the visit."""

    serializer_class = DecisionOut
    ordering = ("decided_at", "pk")

    def get_queryset(self) -> QuerySet[Decision]:
        visit = self.kwargs["visit"]
        if not Visit.objects.visible_to(cast(User, self.request.user)).filter(pk=visit).exists():
            raise NoSuchVisit(visit=visit)
        return Decision.objects.filter(visit=visit).select_related("by", "visit")

    @extend_schema(parameters=[IF_MATCH], request=DecisionIn, responses={200: DecisionOut, 201: DecisionOut})
    def post(self, request: Request, visit: UUID) -> HttpResponseBase:
        """Accept, return or reject; a new decision also undoes an earlier acceptance or rejection. A return is undone,
        as long as nothing was told since, by accepting or rejecting the attempt that was judged, with If-Match."""
        sent = DecisionIn.read(request.data)
        judgement = Judgement(
            verdict=Verdict(sent["verdict"]),
            ground=Ground(sent["ground"]) if sent["ground"] else None,
            note=sent["note"],
            points=tuple(Point(**point) for point in sent["points"]),
        )
        said = {"decision": sent["id"], "attempt": sent["attempt"], "expected_rev": expected_rev(request)}

        def decided() -> Response:
            made, new = actions.decide(visit, judgement, **said, by=cast(User, request.user))
            rev = made.visit.assignment.rev
            return Response(DecisionOut(made).data, status=201 if new else 200, headers=etag(rev))

        return self.once(decided)


class Take(Once, APIView):
    @extend_schema(parameters=[IF_MATCH], request=TakeIn, responses=StandOut)
    def post(self, request: Request, submission: UUID) -> HttpResponseBase:
        """Make a late submission the one that is judged: its visit waits for review again, and what it replaces becomes
        late. Nothing is erased; done twice it is done once."""
        digest = TakeIn.read(request.data)["digest"]

        def taken() -> Response:
            seen, by = expected_rev(request), cast(User, request.user)
            visit, _new = actions.take_submission(submission, digest, expected_rev=seen, by=by)
            return Response(StandOut(visit).data, headers=etag(visit.assignment.rev))

        return self.once(taken)


urlpatterns = [
    path("visits/<uuid:visit>/decisions", Decisions.as_view()),
    path("submissions/<uuid:submission>/take", Take.as_view()),
]
