"""Unsent work handed in as a file: the last resort of a phone that died before it had a network.

Everything goes through the same deeds as a sync, so the same file again changes nothing, and a phone that comes back
after all hears `duplicate` and `stored`.
"""

import errno
import logging
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any, cast
from uuid import UUID

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.assignments.models import Assignment
from backend.evidence import actions as evidence
from backend.evidence.errors import StoreFull, StoreUnavailable
from backend.evidence.rules import PIECE_BYTES_MAX, Announced, PhotoState, Reason, kib, read_uuid
from backend.journal.actions import one_transaction, record
from backend.people.authentication import BrowserSessions, DeviceTokens
from backend.people.errors import NoSuchDevice, NoSuchPerson
from backend.people.models import Device, User
from backend.people.rules import Role, Verb
from backend.rest.errors import BodyCut, BodyTooLarge
from backend.rest.negotiation import AsItIs
from backend.sync import photos
from backend.sync.actions import Bearer, Retry, hear_items
from backend.sync.errors import NotHerWork, WrongUnsentType
from backend.sync.rules import ITEMS_MAX, echo
from backend.sync.unsent_zip import ZIP_BYTES_MAX, UnsentWork, UnsentZip
from backend.visits.rules import Heard

log = logging.getLogger("samar.sync")

ZIP_TYPES = ("application/zip", "application/x-zip-compressed", "application/octet-stream")
READ_BYTES = kib(256)
ELSEWHERE = "not-in-your-regions"


class HandedIn(serializers.Serializer[Any]):
    """What became of each thing in the file, in its order.

    A submission is told by `id`, `digest`, `status` (`stored`, `duplicate`, `retry`, `left`) and `slot`; a draft by
    `draft` (its visit) and the `rev` that is kept now; a photo by `photo` and `state` (`stored`, `bad` with a reason,
    `wait`, `need`: its bytes were not in the file or not what it announced; `left`). `left` was not taken because the
    visit is not in your regions, `retry` because the server had trouble: hand the same file in again.
    """

    results = serializers.ListField(child=serializers.DictField())
    photos = serializers.ListField(child=serializers.DictField())


class Unread(BaseParser):
    """Leaves the body where it is, also while a browser's CSRF token is looked for."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


class UnsentWorkDoor(APIView):
    parser_classes = [Unread]
    authentication_classes = [DeviceTokens, BrowserSessions]
    content_negotiation_class = AsItIs

    @extend_schema(
        operation_id="unsent_work_hand_in",
        parameters=[
            OpenApiParameter("inspector", OpenApiTypes.UUID, description="Whose work it is, if not yours")
        ],
        request={"application/zip": OpenApiTypes.BINARY},
        responses=HandedIn,
    )
    def post(self, request: Request) -> Response:
        """Hand in a file that `fieldsync export` made: finished visits, drafts and photos that never reached the
        server. By the inspector herself, or by a coordinator for her (`?inspector=`), which the journal notes. At most
        512 MiB. The same file again changes nothing."""
        if str(request.content_type).partition(";")[0].strip() not in ZIP_TYPES:
            raise WrongUnsentType()
        user = cast(User, request.user)
        inspector = inspector_for(user, request.query_params.get("inspector"))
        with TemporaryFile() as file:
            receive(request, file)
            handed_in = UnsentZip(file)
            work = handed_in.read()
            return Response(hand_in(work, handed_in, inspector=inspector, by=user))


def inspector_for(user: User, named: str | None) -> User:
    """Whose work is handed in: one's own, or that of an inspector of a programme in which one may do so. Raises
    NoSuchPerson."""
    if named is None or named == str(user.pk):
        return user
    key = read_uuid(named)
    programmes = user.programmes_where(Verb.HAND_IN)
    theirs = User.objects.filter(
        pk=key, memberships__role=Role.INSPECTOR.value, memberships__programme__in=programmes
    )
    found = theirs.first() if key else None
    if found is None:
        raise NoSuchPerson()
    return found


def receive(request: Request, file: IO[bytes]) -> None:
    """The body into a temporary file. Raises BodyTooLarge, BodyCut, StoreFull."""
    announced, size = str(request.META.get("CONTENT_LENGTH") or ""), 0
    try:
        while request.stream is not None and (piece := request.stream.read(READ_BYTES)):
            size += len(piece)
            if size > ZIP_BYTES_MAX:
                raise BodyTooLarge(limit=ZIP_BYTES_MAX)
            file.write(piece)
    except OSError as error:
        raise StoreFull() if error.errno == errno.ENOSPC else BodyCut(received=size) from error
    if announced.isdecimal() and size != int(announced):
        raise BodyCut(announced=int(announced), received=size)


def hand_in(work: UnsentWork, handed_in: UnsentZip, *, inspector: User, by: User) -> dict[str, Any]:
    """What became of each thing. Raises NotHerWork, NoSuchDevice; then nothing was taken."""
    if work.user != inspector.pk:
        raise NotHerWork()
    device = Device.objects.filter(pk=work.device, user=inspector).first()
    if device is None:
        raise NoSuchDevice()
    # No `sent_at`: days lie between the phone's clock and ours, and that is no doubt about the clock.
    bearer = Bearer(inspector, device)
    left = visits_left(work, by=by) if by != inspector else set()
    note_handing_in(device, work, by=by)
    results = [told for part in parts(work.items) for told in take_items(part, left, bearer)]
    return {"results": results, "photos": [take_photo(raw, handed_in, left, bearer) for raw in work.photos]}


def visits_left(work: UnsentWork, *, by: User) -> set[UUID]:
    """Visits of the file that are ordered outside the regions somebody answers for."""
    named = {visit for raw in (*work.items, *work.photos) if (visit := visit_of(raw))}
    orders = Assignment.objects.filter(pk__in=named).values_list("pk", "programme", "unit__region__code")
    return {
        key for key, programme, code in orders if not by.standing_in(programme).may_in(Verb.HAND_IN, code)
    }


@one_transaction
def note_handing_in(device: Device, work: UnsentWork, *, by: User) -> None:
    facts = {"inspector": str(work.user), "items": len(work.items), "photos": len(work.photos)}
    record("work.handed-in", device, by=by, device=device.pk, data=facts)


def take_items(items: tuple[Any, ...], left: set[UUID], bearer: Bearer) -> Iterator[dict[str, Any]]:
    """Like the items of a sync, in their order."""
    taken = [raw for raw in items if visit_of(raw) not in left]
    became = iter(hear_items(taken, bearer=bearer))
    for raw in items:
        yield told_item(raw, None if visit_of(raw) in left else next(became))


def told_item(raw: Any, became: Heard | int | Retry | None) -> dict[str, Any]:
    raw = raw if isinstance(raw, dict) else {}
    if raw.get("kind") == "draft":
        name: dict[str, Any] = {"draft": echo(raw.get("visit"))}
        if isinstance(became, int):
            return {**name, "rev": became}
    else:
        name = {"id": echo(raw.get("id")), "digest": echo(raw.get("digest"))}
    if isinstance(became, Heard):
        return {**name, "status": "stored" if became.new else "duplicate", "slot": became.slot.value}
    if isinstance(became, Retry):
        return {**name, "status": "retry", "reason": became.reason}
    return {**name, "status": "left", "reason": ELSEWHERE}


def take_photo(raw: Any, handed_in: UnsentZip, left: set[UUID], bearer: Bearer) -> dict[str, Any]:
    """A photo announced and received at once. One that cannot be taken harms no other."""
    announced = Announced.read(raw)
    if announced is None:
        name = echo(raw.get("id")) if isinstance(raw, dict) else ""
        return {"photo": name, "state": PhotoState.BAD.value, "reason": Reason.MALFORMED.value}
    told = {"photo": str(announced.id)}
    if announced.visit in left:
        return {**told, "state": "left", "reason": ELSEWHERE}
    try:
        state, reason = settle(announced, handed_in, bearer)
    except (StoreFull, StoreUnavailable):
        raise  # no later photo would fare better
    except Exception:
        log.exception("photo %s could not be taken from a file", announced.id)
        state, reason = PhotoState.NEED.value, "trouble"
    return {**told, "state": state, **({"reason": reason} if reason else {})}


def settle(announced: Announced, handed_in: UnsentZip, bearer: Bearer) -> tuple[str, str]:
    """State and reason of a photo after its bytes, if they are in the file, were taken."""
    standings = photos.announce([announced], bearer=bearer)
    if not standings or standings[0].state is not PhotoState.NEED:
        return (standings[0].state.value, str(standings[0].reason)) if standings else ("need", "trouble")
    content = handed_in.photo(announced)
    if content is None:
        return PhotoState.NEED.value, "bytes-missing"
    upload = evidence.find_upload(announced.id, standings[0].generation, by=bearer.user)
    photo = None
    while photo is None and upload.offset < upload.size:
        piece = content[upload.offset : upload.offset + PIECE_BYTES_MAX]
        photo = photos.take_piece(upload, upload.offset, piece, bearer=bearer)
    return (photo.state, photo.reason) if photo else (PhotoState.NEED.value, "")


def parts(items: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(items), ITEMS_MAX):
        yield items[start : start + ITEMS_MAX]


def visit_of(raw: Any) -> UUID | None:
    return read_uuid(raw.get("visit")) if isinstance(raw, dict) else None


urlpatterns = [path("unsent-work", UnsentWorkDoor.as_view())]
