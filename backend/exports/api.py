"""The addresses of the paper door: one for each kind of rows and each format, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol, cast

from django.http import StreamingHttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from backend.exports import actions, csv, jsonl
from backend.exports.actions import Paper
from backend.indicators.api import computation_for
from backend.people.models import User
from backend.rest.forms import In
from backend.rest.negotiation import AsItIs


class Form(Protocol):
    """A format: one folder each."""

    NAME: str
    CONTENT_TYPE: str

    def write(self, columns: tuple[str, ...], rows: Any) -> Iterator[bytes]: ...


FORMS = [cast(Form, csv), cast(Form, jsonl)]


FILE = {(200, form.CONTENT_TYPE.partition(";")[0]): OpenApiTypes.STR for form in FORMS}


class FindingsQuery(In):
    programme = serializers.UUIDField()
    period = serializers.CharField(max_length=20)
    notes = serializers.BooleanField(default=False)


class ResultsQuery(In):
    computation = serializers.UUIDField()


def stream(paper: Paper, form: Form) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(form.write(paper.columns, paper.rows), content_type=form.CONTENT_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{paper.name}.{form.NAME}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


class Findings(APIView):
    content_negotiation_class = AsItIs
    form: Form = FORMS[0]

    @extend_schema(parameters=[FindingsQuery], responses=FILE)
    def get(self, request: Request) -> StreamingHttpResponse:
        """Every answered item of a period's accepted visits; for consumers, of those a published figure counted."""
        asked = FindingsQuery.read(request.query_params)
        user = cast(User, request.user)
        paper = actions.export_findings(asked.pop("programme"), **asked, form=self.form.NAME, by=user)
        return stream(paper, self.form)


class Indicators(APIView):
    content_negotiation_class = AsItIs
    form: Form = FORMS[0]

    @extend_schema(parameters=[ResultsQuery], responses=FILE)
    def get(self, request: Request) -> StreamingHttpResponse:
        """The lines of one computation."""
        user = cast(User, request.user)
        made = computation_for(user, ResultsQuery.read(request.query_params)["computation"])
        return stream(actions.export_results(made, form=self.form.NAME, by=user), self.form)


urlpatterns = [
    path(f"exports/{name}.{form.NAME}", view.as_view(form=form))
    for name, view in (("findings", Findings), ("indicators", Indicators))
    for form in FORMS
]
