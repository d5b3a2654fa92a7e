"""A few addresses that exist in these tests only."""

from typing import Any

from django.urls import include, path
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.core import errors
from backend.journal.models import Entry
from backend.people.models import Membership
from backend.rest.parsers import LenientJSON


class Echo(APIView):
    """Answers with what it understood, as text, so that nothing is lost on the way back."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        return Response(ascii(request.data)[:200])


class LenientEcho(Echo):
    parser_classes = [LenientJSON]


class Problems(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def get(self, request: Request, kind: str) -> Response:
        raise getattr(errors, kind)(free_from="2026-06-01", seen=[1, {"a": None}], who={1})


class Breaks(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        raise ZeroDivisionError


class LineOut(serializers.Serializer[Entry]):
    id = serializers.IntegerField()


class Lines(ListAPIView[Entry]):
    """Ordered by something that a thousand rows share."""

    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    serializer_class = LineOut
    queryset = Entry.objects.all()
    ordering = ("event", "-id")


class LinesByTime(Lines):
    ordering = ("-at", "pk")


class MemberOut(serializers.Serializer[Membership]):
    id = serializers.IntegerField()


class Members(ListAPIView[Membership]):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    serializer_class = MemberOut
    queryset = Membership.objects.select_related("user")
    ordering = ("-user__username", "pk")


handler400 = "backend.rest.problems.bad_request"
handler404 = "backend.rest.problems.not_found"
handler500 = "backend.rest.problems.server_error"

urlpatterns = [
    path("", include("backend.urls")),
    path("echo", Echo.as_view()),
    path("lenient", LenientEcho.as_view()),
    path("problems/<str:kind>", Problems.as_view()),
    path("breaks", Breaks.as_view()),
    path("lines", Lines.as_view()),
    path("lines-by-time", LinesByTime.as_view()),
    path("members", Members.as_view()),
]
