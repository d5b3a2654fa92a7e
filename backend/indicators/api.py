"""The addresses of this room: methods, reference results, computations, one visit, one unit."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.indicators import actions, reading, shapes
from backend.indicators.errors import NoSuchComputation
from backend.indicators.methods import all_methods
from backend.indicators.models import Computation, PublishedResult, Result
from backend.people.access import require
from backend.people.models import User
from backend.people.rules import Verb
from backend.rest.once import Once


def within(column: str, code: str) -> Q:
    """Rows of this region and of those below it."""
    return Q(**{column: code}) | Q(**{f"{column}__startswith": code + "."})


def computation_for(user: User, pk: UUID) -> Computation:
    """Raises NoSuchComputation, also for what is not published for her."""
    found = Computation.objects.visible_to(user).with_names().filter(pk=pk).first()
    if found is None:
        raise NoSuchComputation(computation=pk)
    return found


class Methods(APIView):
    @extend_schema(responses=shapes.MethodsOut)
    def get(self, request: Request) -> Response:
        """How scores are shown, and for computed methods how they are made."""
        return Response(shapes.MethodsOut({"results": list(all_methods().values()), "next": None}).data)


class PublishedResults(ListAPIView[PublishedResult]):
    """What other bodies printed, as printed: to be shown beside our figures, never averaged with them."""

    serializer_class = shapes.PublishedResultOut
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[PublishedResult]:
        asked = shapes.PublishedQuery.read(self.request.query_params)
        found = PublishedResult.objects.all()
        if "region" in asked:
            found = found.filter(within("region", asked["region"]))
        exact = {"method": "method", "year": "year", "class": "institution_class"}
        return found.filter(**{column: asked[name] for name, column in exact.items() if name in asked})

    @extend_schema(parameters=[shapes.PublishedQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Computations(Once, ListAPIView[Computation]):
    """Newest first; readers of published results get the published ones."""

    serializer_class = shapes.ComputationOut
    ordering = ("-computed_at", "-pk")

    def get_queryset(self) -> QuerySet[Computation]:
        user = cast(User, self.request.user)
        asked = shapes.ComputationsQuery.read(self.request.query_params)
        if "programme" in asked:
            require(user, asked["programme"], Verb.SEE_PUBLISHED)
        return Computation.objects.visible_to(user).with_names().filter(**asked)

    @extend_schema(parameters=[shapes.ComputationsQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        request=shapes.ComputationIn, responses={200: shapes.ComputationOut, 201: shapes.ComputationOut}
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Compute a period's figures from the visits accepted by now; the same id again answers what it has."""
        sent = shapes.ComputationIn.read(request.data)
        computation, by = sent.pop("id"), cast(User, request.user)

        def computed() -> Response:
            made, new = actions.compute(computation, **sent, by=by)
            return Response(shapes.ComputationOut(made).data, status=201 if new else 200)

        def prepared() -> None:
            actions.prepare(programme=sent["programme"], period=sent["period"], by=by)

        return self.once(computed, first=prepared)


class OneComputation(APIView):
    @extend_schema(responses=shapes.ComputationOut)
    def get(self, request: Request, computation: UUID) -> Response:
        found = computation_for(cast(User, request.user), computation)
        return Response(shapes.ComputationOut(found).data)


class Publication(Once):
    @extend_schema(request=None, responses=shapes.ComputationOut)
    def post(self, request: Request, computation: UUID) -> HttpResponseBase:
        """Let the programme's consumers see these figures; twice is once."""
        user = cast(User, request.user)

        def published() -> Response:
            made = actions.publish_computation(computation_for(user, computation), by=user)
            return Response(shapes.ComputationOut(made).data)

        return self.once(published)


class Results(ListAPIView[Result]):
    """The lines of a computation, widest level first, best first within a class."""

    serializer_class = shapes.ResultOut
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[Result]:
        found = computation_for(cast(User, self.request.user), self.kwargs["computation"])
        asked = shapes.ResultsQuery.read(self.request.query_params)
        lines = Result.objects.filter(computation=found)
        if "region" in asked:
            lines = lines.filter(within("region", asked["region"]))
        exact = {"level": "level", "class": "institution_class"}
        return lines.filter(**{column: asked[name] for name, column in exact.items() if name in asked})

    @extend_schema(parameters=[shapes.ResultsQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class VisitScore(APIView):
    @extend_schema(responses=shapes.ScoreOut)
    def get(self, request: Request, visit: UUID) -> Response:
        """How a told visit scores now, for those who judge it."""
        return Response(shapes.ScoreOut(reading.score_for(cast(User, request.user), visit)).data)


class UnitIndicators(APIView):
    @extend_schema(parameters=[shapes.BreakdownQuery], responses=shapes.BreakdownOut)
    def get(self, request: Request, unit: UUID) -> Response:
        """One unit down to its items, with the number of visits and the spread of each."""
        asked = shapes.BreakdownQuery.read(request.query_params)
        return Response(shapes.BreakdownOut(reading.unit_for(cast(User, request.user), unit, **asked)).data)


urlpatterns = [
    path("methods", Methods.as_view()),
    path("published-results", PublishedResults.as_view()),
    path("computations", Computations.as_view()),
    path("computations/<uuid:computation>", OneComputation.as_view()),
    path("computations/<uuid:computation>/publish", Publication.as_view()),
    path("computations/<uuid:computation>/results", Results.as_view()),
    path("units/<uuid:unit>/indicators", UnitIndicators.as_view()),
    path("visits/<uuid:visit>/score", VisitScore.as_view()),
]
