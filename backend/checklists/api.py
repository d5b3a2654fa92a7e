"""The checklists' addresses: the list, publishing, the exact text of one, withdrawing one."""

from typing import Any, cast

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, re_path
from django.utils.cache import get_conditional_response
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.checklists import actions
from backend.checklists.models import Checklist
from backend.checklists.outline import BYTES_MAX, FILES_MAX
from backend.people.models import User
from backend.rest.once import Once

FOR_EVER = "public, max-age=31536000, immutable"


class ChecklistTitleOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    en = serializers.CharField()


class ChecklistOut(serializers.Serializer[Checklist]):
    digest = serializers.CharField()
    code = serializers.CharField()
    version = serializers.CharField()
    technique = serializers.CharField()
    title = ChecklistTitleOut()
    published_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class ChecklistFilesIn(serializers.Serializer[Any]):
    """The TOML files of one instrument, or the one .json text of a published checklist."""

    files = serializers.ListField(child=serializers.FileField(allow_empty_file=True), max_length=FILES_MAX)

    def validate_files(self, files: list[Any]) -> list[Any]:
        if sum(file.size for file in files) > BYTES_MAX:
            raise serializers.ValidationError(f"More than {BYTES_MAX} bytes together.")
        if len({file.name for file in files}) < len(files):
            raise serializers.ValidationError("Two files have the same name.")
        return files


class Checklists(Once, ListAPIView[Checklist]):
    """Every checklist ever published, newest first; the text of each is at its own address."""

    queryset = Checklist.objects.defer("text")
    serializer_class = ChecklistOut
    parser_classes = [MultiPartParser]
    ordering = ("-published_at", "-digest")

    @extend_schema(request={"multipart/form-data": ChecklistFilesIn}, responses={201: ChecklistOut})
    def post(self, request: Request) -> HttpResponseBase:
        """Publish. The same content again answers with the checklist that is already there."""
        sent = ChecklistFilesIn(data=request.data)
        sent.is_valid(raise_exception=True)
        files = {file.name: file.read() for file in sent.validated_data["files"]}
        by = cast(User, request.user)
        return self.once(
            lambda: Response(ChecklistOut(actions.publish_checklist(files, by=by)).data, status=201)
        )


class ChecklistText(APIView):
    @extend_schema(responses={(200, "application/json"): OpenApiTypes.OBJECT})
    def get(self, request: Request, digest: str) -> HttpResponseBase:
        """The exact text: its SHA-256 is its name. It never changes, so it may be kept for ever."""
        checklist = Checklist.objects.named(digest)
        etag = f'"{checklist.digest}"'
        answer = HttpResponse(checklist.text.encode(), content_type="application/json")
        answer.headers["ETag"], answer.headers["Cache-Control"] = etag, FOR_EVER
        return get_conditional_response(request._request, etag=etag, response=answer) or answer


class Withdrawal(Once):
    @extend_schema(request=None, responses={200: ChecklistOut})
    def post(self, request: Request, digest: str) -> HttpResponseBase:
        """No new orders use it from now on; twice is once."""
        checklist, by = Checklist.objects.named(digest), cast(User, request.user)
        return self.once(lambda: Response(ChecklistOut(actions.withdraw_checklist(checklist, by=by)).data))


DIGEST = r"(?P<digest>sha256:[A-Za-z0-9_-]{43})"

urlpatterns = [
    path("checklists", Checklists.as_view()),
    re_path(rf"^checklists/{DIGEST}$", ChecklistText.as_view()),
    re_path(rf"^checklists/{DIGEST}/withdrawal$", Withdrawal.as_view()),
]
