"""GET /healthz: whether this process can reach its database and its store of photos."""

import os

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

from backend.core.errors import Problem
from backend.evidence import storage
from backend.evidence.errors import NothingKept


def healthz(request: HttpRequest) -> JsonResponse:
    """200 `{"status": "ok", …}` or 503 naming what is wrong; no login, no secrets."""
    found = {"database": _database(), "store": _store()}
    well = all(word == "ok" for word in found.values())
    return JsonResponse({"status": "ok" if well else "failing", **found}, status=200 if well else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:
        return type(error).__name__
    return "ok"


def _store() -> str:
    """A folder must take files, a bucket must say that something is not there; a probe that writes at every call
    would wear the disk for nothing."""
    if settings.EVIDENCE_STORE == "disk":
        root = settings.MEDIA_ROOT
        return "ok" if os.access(root if root.exists() else root.parent, os.W_OK) else "not writable"
    try:
        storage.read_kept("healthz")
    except NothingKept:
        return "ok"
    except Problem as problem:
        return problem.code
    return "ok"
