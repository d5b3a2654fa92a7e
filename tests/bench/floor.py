"""The floor of this stack: what Django REST Framework costs when it does nothing but keep a visit.

One view, one transaction with the visit and its answer rows; photos by PUT, hashed, synced to disk, a row each. No
login, no rights, no rules, no audit: nothing to use, something to compare with. `application` is started by
tests/bench/stack.py in a process of its own, over tables of its own in the database that is measured.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

PATH = "/floor/visits"
ANSWERS = 50


def configured() -> None:
    from django.conf import settings

    from backend.settings import database

    settings.configure(
        SECRET_KEY="thrown away with the database",
        DATABASES={"default": database(os.environ["DATABASE_URL"])},
        INSTALLED_APPS=["rest_framework"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        DATA_UPLOAD_MAX_MEMORY_SIZE=3 * 1024 * 1024,
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
            "UNAUTHENTICATED_USER": None,
        },
    )
    import django

    django.setup()


if os.environ.get("SAMAR_FLOOR"):  # only in the floor's own process
    configured()

    from django.core.wsgi import get_wsgi_application
    from django.db import connection, models, transaction
    from django.urls import path
    from rest_framework import serializers
    from rest_framework.parsers import BaseParser
    from rest_framework.request import Request
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class Visit(models.Model):
        id = models.UUIDField(primary_key=True)
        checklist = models.CharField(max_length=60)
        started_at = models.DateTimeField()
        finished_at = models.DateTimeField()
        place = models.JSONField()

        class Meta:
            app_label = "floor"

    class Answer(models.Model):
        visit = models.ForeignKey(Visit, on_delete=models.CASCADE)
        item = models.CharField(max_length=20)
        value = models.JSONField()

        class Meta:
            app_label = "floor"

    class Photo(models.Model):
        id = models.UUIDField(primary_key=True)
        visit = models.ForeignKey(Visit, on_delete=models.CASCADE)
        sha256 = models.CharField(max_length=64)

        class Meta:
            app_label = "floor"

    class VisitIn(serializers.Serializer[Any]):
        id = serializers.UUIDField()
        checklist = serializers.CharField(max_length=60)
        started_at = serializers.DateTimeField()
        finished_at = serializers.DateTimeField()
        place = serializers.JSONField()
        answers = serializers.DictField()

    class Raw(BaseParser):
        media_type = "image/jpeg"

        def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> bytes:
            content: bytes = stream.read()
            return content

    class Visits(APIView):
        def post(self, request: Request) -> Response:
            told = VisitIn(data=request.data)
            told.is_valid(raise_exception=True)
            fields = dict(told.validated_data)
            answers = fields.pop("answers")
            with transaction.atomic():
                visit = Visit.objects.create(**fields)
                Answer.objects.bulk_create(
                    [Answer(visit=visit, item=code, value=said) for code, said in answers.items()]
                )
            return Response({"id": visit.pk}, status=201)

    class Photos(APIView):
        parser_classes = [Raw]

        def put(self, request: Request, visit: UUID, photo: UUID) -> Response:
            digest = hashlib.sha256(request.data).hexdigest()
            keep(Path(os.environ["MEDIA_ROOT"]) / f"{photo}.jpg", request.data)
            Photo.objects.create(id=photo, visit_id=visit, sha256=digest)
            return Response({"sha256": digest}, status=201)

    def keep(path: Path, content: bytes) -> None:
        """Written under another name, synced, renamed, and the folder synced."""
        before = path.with_suffix(".new")
        with before.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        before.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    urlpatterns = [
        path(PATH[1:], Visits.as_view()),
        path(PATH[1:] + "/<uuid:visit>/photos/<uuid:photo>", Photos.as_view()),
    ]

    def application(environ: Any, start_response: Any) -> Any:
        return answering(environ, start_response)

    answering = get_wsgi_application()

    def make_tables() -> None:
        with connection.schema_editor() as editor:
            for model in (Visit, Answer, Photo):
                editor.create_model(model)


def body_of(document: dict[str, Any]) -> bytes:
    """What the floor is told of a document: as when it was first measured, 50 plain values, five of them texts."""
    said = {code: given.get("note", given.get("value", "na")) for code, given in document["answers"].items()}
    return json.dumps(
        {
            "id": document["visit"],
            "checklist": document["checklist"],
            "started_at": document["started_at"],
            "finished_at": document["finished_at"],
            "place": document["place"],
            "answers": dict(list(said.items())[:ANSWERS]),
        },
        separators=(",", ":"),
    ).encode()


if __name__ == "__main__":
    make_tables()
