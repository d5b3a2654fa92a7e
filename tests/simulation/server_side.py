"""What a server holds, looked at with plain queries and not through the product's own questions, and every invariant
of docs/protocol.md that its rows and bytes break. Needs Django; see invariants.py for how to come here from outside.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.files.storage import FileSystemStorage, storages
from PIL import Image

from backend.assignments.models import Assignment
from backend.core.digests import sha256_bytes, sha256_text
from backend.evidence.models import Blob, Photo, Segment, Upload
from backend.feed.models import Item, Scope, Timeline
from backend.visits.models import Draft, Submission, Visit

OF_AN_UPLOAD = re.compile(r"([0-9a-f]{8}-[0-9a-f-]{27})\.(\d+)")
OF_NOBODY = ("check/", "healthz")  # what a server writes to see whether its store works
JSON = dict[str, Any]


def violations(*, aged: bool = False, own: Any = None) -> Iterator[str]:
    """Every broken invariant, as a sentence that begins with its number.

    aged   all terms of waiting are over and the sweeper has been: then no object may be left without use (I16)
    own    a filter for Submission, Photo, …: see `Own`; None looks at everything
    """
    whose = own or Everything()
    yield from told_once_and_word_for_word(whose)
    yield from stored_photos_have_their_bytes(whose)
    yield from offsets_add_up(whose)
    yield from numbers_grow(whose)
    yield from lists_name_the_right_orders(whose)
    yield from visits_agree_with_their_papers(whose)
    yield from drafts_are_what_they_say(whose)
    if own is None:
        yield from every_object_has_a_row(aged=aged)


class Everything:
    """All rows of the database."""

    def of(self, model: Any, by: str = "inspector") -> Any:
        return model.objects.all()


class Own(Everything):
    """Only rows of these people: a database shared by many examples."""

    def __init__(self, users: set[UUID]) -> None:
        self.users = users

    def of(self, model: Any, by: str = "inspector") -> Any:
        return model.objects.filter(**{f"{by}__in": self.users})


def told_once_and_word_for_word(whose: Everything) -> Iterator[str]:
    names: Counter[tuple[UUID, str]] = Counter()
    current: Counter[tuple[UUID, int]] = Counter()
    for told in whose.of(Submission).iterator(chunk_size=500):
        names[told.uuid, told.digest] += 1
        current[told.visit, told.attempt] += told.slot == "current"
        if sha256_text(told.text) != told.digest:
            yield f"I3 submission {told.uuid} does not hash to its digest"
        if told.slot != "quarantined" and read(told.text).get("checklist", told.checklist) != told.checklist:
            yield f"I11 submission {told.uuid} was told on another checklist than its text says"
    for (name, digest), times in names.items():
        if times > 1:
            yield f"I2 submission {name} {digest} is kept {times} times"
    for (visit, attempt), times in current.items():
        if times > 1:
            yield f"I2 visit {visit} attempt {attempt} has {times} current submissions"


def stored_photos_have_their_bytes(whose: Everything) -> Iterator[str]:
    for photo in whose.of(Photo).filter(state="stored").select_related("blob").iterator(chunk_size=500):
        blob = photo.blob
        if blob is None or blob.state != "stored":
            yield f"I6 photo {photo.pk} is stored, but its bytes are not"
            continue
        if blob.owner_id != photo.inspector_id:
            yield f"I14 photo {photo.pk} was given the bytes of another inspector"
        content = bytes_under(blob.key)
        if content is None:
            yield f"I16 photo {photo.pk} is stored, and {blob.key} is missing"
        elif (sha256_bytes(content), len(content)) != (photo.sha256, photo.size):
            yield f"I6 photo {photo.pk} is stored with other bytes than announced"
        elif not decodable(content):
            yield f"I6 photo {photo.pk} is stored and is no picture"


def offsets_add_up(whose: Everything) -> Iterator[str]:
    receiving: Counter[UUID] = Counter()
    for upload in whose.of(Upload, "photo__inspector").select_related("photo").iterator(chunk_size=500):
        if not 0 <= upload.offset <= upload.size or upload.size != upload.photo.size:
            yield f"I12 upload {upload.photo_id}.{upload.generation} holds {upload.offset} of {upload.size}"
        if upload.state == "receiving":
            receiving[upload.photo_id] += 1
            yield from pieces_join(upload)
    for photo, count in receiving.items():
        if count > 1:
            yield f"I12 photo {photo} has {count} uploads at once"


def pieces_join(upload: Upload) -> Iterator[str]:
    at = 0
    for piece in Segment.objects.filter(upload=upload).order_by("offset"):
        if piece.offset != at:
            yield f"I12 upload {upload.photo_id}.{upload.generation} has a gap or an overlap at {at}"
        at = piece.offset + piece.length
        content = bytes_under(piece.key)
        if content is None or len(content) != piece.length:
            yield f"I16 piece {piece.key} is not there, or not as long as its row says"
    if at != upload.offset:
        yield f"I12 upload {upload.photo_id}.{upload.generation} says {upload.offset}, its pieces say {at}"


def numbers_grow(whose: Everything) -> Iterator[str]:
    heads = dict(Scope.objects.values_list("pk", "seq"))
    given: Counter[tuple[UUID, int]] = Counter()
    for scope, seq in whose.of(Item, "scope").values_list("scope_id", "seq").iterator(chunk_size=2000):
        given[scope, seq] += 1
        if not 0 < seq <= heads.get(scope, 0):
            yield f"I7 scope {scope} gave number {seq} and counts only to {heads.get(scope, 0)}"
    for (scope, seq), times in given.items():
        if times > 1:
            yield f"I7 scope {scope} gave number {seq} {times} times"


def lists_name_the_right_orders(whose: Everything) -> Iterator[str]:
    """What phones are told is whose order it is: neither more (I5) nor less (I4)."""
    live = set(whose.of(Item, "scope").filter(kind="visit", removed=False).values_list("scope_id", "entity"))
    standing = whose.of(Assignment).filter(cancelled_at=None)
    theirs = set(standing.values_list("inspector_id", "pk"))
    for user, visit in sorted(live - theirs, key=str):
        yield f"I5 {user} is still told of visit {visit}, which is not (or no longer) hers"
    for user, visit in sorted(theirs - live, key=str):
        yield f"I4 {user} is not told of her visit {visit}"


def visits_agree_with_their_papers(whose: Everything) -> Iterator[str]:
    told = whose.of(Visit, "assignment__inspector").select_related("submission")
    for visit in told.iterator(chunk_size=500):
        paper = visit.submission
        waits = visit.state == "returned"  # for the attempt after the highest that was ever current
        fits = paper and (paper.attempt < visit.attempt if waits else paper.attempt == visit.attempt)
        if not paper or not fits or (paper.visit, paper.slot) != (visit.pk, "current"):
            yield f"I2 visit {visit.pk} ({visit.state}) does not stand on its attempt's current submission"
            continue
        over = Photo.objects.filter(pk__in=paper.photos, visit=visit.pk, inspector=paper.inspector_id)
        missing = len(paper.photos) - over.exclude(state="need").count()
        if visit.photos_missing != missing:
            yield f"I6 visit {visit.pk} says {visit.photos_missing} photos are missing, and {missing} are"


def drafts_are_what_they_say(whose: Everything) -> Iterator[str]:
    for draft in whose.of(Draft).iterator(chunk_size=500):
        if draft.text is not None and sha256_text(draft.text) != draft.digest:
            yield f"I10 draft of {draft.visit} on {draft.device_id} does not hash to its digest"


def every_object_has_a_row(*, aged: bool) -> Iterator[str]:
    """Always: every object belongs to an upload we know. When aged: it is also still of use; but lost pieces in
    an object store are left to its own rule of lifetimes, since nobody lists it."""
    used = {
        *Blob.objects.values_list("key", flat=True),
        *Segment.objects.values_list("key", flat=True),
        *Photo.objects.exclude(thumbnail="").values_list("thumbnail", flat=True),
    }
    uploads = {f"{photo}.{gen}" for photo, gen in Upload.objects.values_list("photo_id", "generation")}
    photos = {str(key) for key in Photo.objects.values_list("pk", flat=True)}
    for key in objects_in_store():
        if key in used or key.startswith(OF_NOBODY):
            continue
        if aged and not (
            key.startswith("pieces/") and not isinstance(storages["evidence"], FileSystemStorage)
        ):
            yield f"I16 {key} is of no use to anybody and still here"
            continue
        named = OF_AN_UPLOAD.search(key)
        known = f"{named[1]}.{named[2]}" in uploads if named else any(photo in key for photo in photos)
        if not known:
            yield f"I16 {key} belongs to nothing we know"


def inventory(users: set[UUID] | None = None) -> JSON:
    """What the server holds (of these people), as far as phones can be compared with it. Keys are texts, for JSON."""
    durable, own = durable_rows(), Own(users) if users is not None else Everything()
    return {
        "epoch": Timeline.objects.values_list("epoch", flat=True).first() or "",
        "submissions": {
            f"{told.uuid} {told.digest}": {
                "visit": str(told.visit),
                "attempt": told.attempt,
                "slot": told.slot,
                "inspector": str(told.inspector_id),
                "durable": told.pk in durable["submission"],
            }
            for told in own.of(Submission).defer("doc").iterator(chunk_size=500)
        },
        "photos": {
            str(photo.pk): {
                "state": photo.state,
                "sha256": photo.sha256,
                "inspector": str(photo.inspector_id),
                "durable": photo.pk in durable["photo"],
            }
            for photo in own.of(Photo).iterator(chunk_size=500)
        },
        "drafts": {
            f"{draft.visit} {draft.device_id}": [draft.rev, draft.digest]
            for draft in own.of(Draft).defer("doc")
        },
        "lists": lists(users),
    }


def lists(users: set[UUID] | None = None) -> dict[str, dict[str, JSON]]:
    """By inspector: what her phones must show, by `<kind> <id>`: the number, and of a visit where it stands. Of all
    inspectors, or of some."""
    own = Own(users) if users is not None else Everything()
    orders = {
        order.pk: {
            "rev": order.rev,
            "state": told.state if (told := getattr(order, "told", None)) else "assigned",
            "attempt": told.attempt if told else 1,
            "photos_missing": told.photos_missing if told else 0,
            "checklist": order.checklist_id,
        }
        for order in own.of(Assignment).select_related("told").iterator(chunk_size=500)
    }
    found: dict[str, dict[str, JSON]] = defaultdict(dict)
    for item in own.of(Item, "scope").filter(removed=False).iterator(chunk_size=2000):
        facts = orders.get(item.entity, {}) if item.kind == "visit" else {}
        found[str(item.scope_id)][f"{item.kind} {item.entity}"] = {"seq": item.seq, **facts}
    return dict(found)


def durable_rows() -> dict[str, set[Any]]:
    """Keys of the submissions and photos that a completed backup covers; all of them where none was ever completed."""
    backups = apps.get_model("backups", "Backup") if apps.is_installed("backend.backups") else None
    done = (
        set(backups.objects.exclude(completed_at=None).values_list("number", flat=True)) if backups else set()
    )
    covered = {"backup__in": done} if done else {}
    return {
        "submission": set(Submission.objects.filter(**covered).values_list("pk", flat=True)),
        "photo": set(Photo.objects.filter(state="stored", **covered).values_list("pk", flat=True)),
    }


def objects_in_store(folder: str = "") -> Iterator[str]:
    """Every key of the store, asked of the store itself."""
    try:
        folders, names = storages["evidence"].listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}".lstrip("/") for name in sorted(names) if name)
    for one in sorted(folders):
        yield from objects_in_store(f"{folder}/{one}".lstrip("/"))


def bytes_under(key: str) -> bytes | None:
    try:
        with storages["evidence"].open(key, "rb") as file:
            return bytes(file.read())
    except OSError:
        return None


def decodable(content: bytes) -> bool:
    try:
        with Image.open(BytesIO(content)) as picture:
            picture.load()
    except (OSError, ValueError, SyntaxError):
        return False
    return True


def read(text: str) -> JSON:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
