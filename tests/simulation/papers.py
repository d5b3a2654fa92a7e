"""Small true things for the simulation: pictures of a few hundred bytes, documents, and the names they have."""

import io
import json
from functools import cache
from typing import Any

from PIL import Image

from fieldsync.wire import sha256_bytes, sha256_text

JSON = dict[str, Any]


def picture(number: int) -> bytes:
    """A real JPEG that no other number gives: the number stands in it as a comment."""
    text = f"picture {number}".encode()
    start, rest = blank_picture()[:2], blank_picture()[2:]
    return start + b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text + rest


@cache
def blank_picture() -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8), 128).save(out, "JPEG", quality=30)
    return out.getvalue()


def described(photo: str, content: bytes) -> JSON:
    """A photo as a document lists it."""
    return {"id": photo, "sha256": sha256_bytes(content), "size": len(content), "type": "image/jpeg"}


def document(visit: str, attempt: int, checklist: str, photos: list[JSON], **said: Any) -> str:
    """The exact text of a draft or submission."""
    fields = {"form": 1, "visit": visit, "attempt": attempt, "checklist": checklist, "photos": photos}
    return json.dumps({**fields, **said}, ensure_ascii=False)


def submission(name: str, visit: str, attempt: int, checklist: str, doc: str) -> JSON:
    """A submission as an item of a request."""
    return {
        "kind": "submission",
        "id": name,
        "visit": visit,
        "attempt": attempt,
        "checklist": checklist,
        "digest": sha256_text(doc),
        "doc": doc,
    }


def draft(visit: str, rev: int, doc: str | None) -> JSON:
    """A draft as an item of a request; no document discards it."""
    digest = None if doc is None else sha256_text(doc)
    return {"kind": "draft", "visit": visit, "rev": rev, "digest": digest, "doc": doc}
