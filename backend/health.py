"""GET /healthz: whether this process can reach its database and write evidence."""

import os

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse


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
    """The folder must take a file; a probe that writes at every call would wear the disk for nothing."""
    root = settings.MEDIA_ROOT
    return "ok" if os.access(root if root.exists() else root.parent, os.W_OK) else "not writable"
