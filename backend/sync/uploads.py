"""The tus 1.0 door for photos: core, creation, creation-with-upload, checksum, expiration, termination.

No lock is held while bytes arrive. The last piece is settled together with what its visit still waits for.
"""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.urls import path
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.core.errors import Problem
from backend.evidence import actions as evidence
from backend.evidence.errors import (
    AnnouncedDifferently,
    NotYourPhoto,
    PhotoIsBad,
    PhotoTooLarge,
    PieceTooLarge,
    TooMuchUnderWay,
    UploadGone,
)
from backend.evidence.models import Photo, Upload
from backend.evidence.rules import (
    PHOTO_BYTES_MAX,
    PIECE_BYTES_MAX,
    UPLOAD_DAYS_MAX,
    Announced,
    PhotoState,
    Reason,
    Standing,
    UploadState,
    kib,
)
from backend.feed.actions import epoch
from backend.people.authentication import DeviceTokens
from backend.rest.errors import BodyCut
from backend.rest.negotiation import AsItIs
from backend.sync import photos
from backend.sync.actions import Bearer
from backend.sync.errors import HeaderWrong, LengthRequired, WrongPieceType, WrongTusVersion
from backend.sync.rules import CHECKSUMS, check_checksum, read_metadata, read_whole

TUS = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
PIECE_TYPE = "application/offset+octet-stream"
READ_BYTES = kib(64)
DRAINED_BYTES_MAX = kib(256)

PIECE_HEADERS = [
    OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=[TUS]),
    OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True),
    OpenApiParameter("Upload-Checksum", str, OpenApiParameter.HEADER),
]
CREATION_HEADERS = [
    PIECE_HEADERS[0],
    OpenApiParameter("Upload-Length", int, OpenApiParameter.HEADER, required=True),
    OpenApiParameter(
        "Upload-Metadata",
        str,
        OpenApiParameter.HEADER,
        required=True,
        description="id, sha256, visit and type, each in base64",
    ),
]
PIECE_BODY = {PIECE_TYPE: OpenApiTypes.BINARY}


def address(photo: UUID, generation: int) -> str:
    return f"/api/v1/uploads/{photo}.{generation}"


class Tus(APIView):
    authentication_classes = [DeviceTokens]
    content_negotiation_class = AsItIs

    @extend_schema(exclude=True)
    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What this server can do."""
        return Response(
            status=204,
            headers={
                "Tus-Version": TUS,
                "Tus-Extension": EXTENSIONS,
                "Tus-Max-Size": str(PHOTO_BYTES_MAX),
                "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
            },
        )

    known = False  # whether somebody we know asks

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.known = True

    def handle_exception(self, raised: Exception) -> Response:
        drain(self.request)
        return super().handle_exception(raised)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Tus-Resumable"] = TUS
        if self.known and 400 < response.status_code < 500:
            response["Sync-Epoch"] = epoch()  # what an address says counts in its own epoch only
        return response


class Uploads(Tus):
    @extend_schema(parameters=CREATION_HEADERS, request=PIECE_BODY, responses={201: None})
    def post(self, request: Request) -> Response:
        """Announce a photo as other tus clients do; the same again names the same address. Its first bytes may
        come along."""
        check_version(request)
        bearer = bearer_of(request)
        announced = announced_by(request)
        standing = standing_of(announced, bearer)
        upload, photo = evidence.find_upload(announced.id, standing.generation, by=bearer.user), None
        if carries_piece(request) and standing.state is PhotoState.NEED and not standing.offset:
            photo = photos.take_piece(upload, 0, read_piece(request), bearer=bearer)
        headers = {"Location": address(announced.id, standing.generation)}
        return Response(status=201, headers={**headers, **progress(upload, photo or upload.photo)})


class OneUpload(Tus):
    @extend_schema(parameters=PIECE_HEADERS[:1], responses={200: None})
    def head(self, request: Request, photo: UUID, generation: int) -> Response:
        """How many bytes are here."""
        check_version(request)
        bearer = bearer_of(request)
        upload = evidence.find_upload(photo, generation, by=bearer.user)
        settled = photos.finish(upload, bearer=bearer) or upload.photo
        headers = {
            **progress(upload, settled),
            "Upload-Length": str(upload.size),
            "Upload-Metadata": metadata_of(upload.photo),
            "Cache-Control": "no-store",
        }
        return Response(headers=headers)

    @extend_schema(parameters=PIECE_HEADERS, request=PIECE_BODY, responses={204: None})
    def patch(self, request: Request, photo: UUID, generation: int) -> Response:
        """Bytes at an offset, at most 1 MiB. After a cut what arrived is kept, unless a checksum was given."""
        check_version(request)
        if not carries_piece(request):
            raise WrongPieceType()
        offset = read_whole("Upload-Offset", request.headers.get("Upload-Offset", ""))
        bearer = bearer_of(request)
        upload = evidence.find_upload(photo, generation, by=bearer.user)
        evidence.check_place(upload, offset, announced_bytes(request) or 0)
        settled = photos.take_piece(upload, offset, read_piece(request), bearer=bearer)
        return Response(status=204, headers=progress(upload, settled))

    @extend_schema(exclude=True)
    def post(self, request: Request, photo: UUID, generation: int) -> Response:
        """For clients behind proxies that know no PATCH."""
        meant = {"PATCH": self.patch, "DELETE": self.delete, "HEAD": self.head}
        method = meant.get(request.headers.get("X-HTTP-Method-Override", ""), self.http_method_not_allowed)
        return cast(Response, method(request, photo=photo, generation=generation))

    @extend_schema(parameters=PIECE_HEADERS[:1], responses={204: None})
    def delete(self, request: Request, photo: UUID, generation: int) -> Response:
        """Give this upload up; the photo stays announced."""
        check_version(request)
        bearer = bearer_of(request)
        upload = evidence.find_upload(photo, generation, by=bearer.user)
        if upload.state == UploadState.DONE:
            raise UploadGone(photo=photo)
        evidence.give_up_upload(upload, by=bearer.user, device=bearer.device.pk)
        evidence.forget_pieces(upload)
        return Response(status=204)


def bearer_of(request: Request) -> Bearer:
    return Bearer(cast(Any, request.user), cast(Any, request.auth).device)


def carries_piece(request: Request) -> bool:
    return str(request.content_type).partition(";")[0].strip() == PIECE_TYPE


def check_version(request: Request) -> None:
    if request.headers.get("Tus-Resumable") != TUS:
        raise WrongTusVersion()


def announced_by(request: Request) -> Announced:
    """Raises HeaderWrong, PhotoTooLarge."""
    told: dict[str, Any] = dict(read_metadata(request.headers.get("Upload-Metadata", "")))
    told["size"] = read_whole("Upload-Length", request.headers.get("Upload-Length", ""))
    announced = Announced.read(told)
    if announced is not None and announced.size > PHOTO_BYTES_MAX:
        raise PhotoTooLarge(limit=PHOTO_BYTES_MAX)
    if announced is None:
        raise HeaderWrong(header="Upload-Metadata")
    return announced


def standing_of(announced: Announced, bearer: Bearer) -> Standing:
    """Raises NotYourPhoto, AnnouncedDifferently, PhotoIsBad, TooMuchUnderWay."""
    (standing,) = photos.announce_together([announced], bearer=bearer)
    if standing.state is PhotoState.WAIT:
        raise TooMuchUnderWay()
    if standing.state is PhotoState.BAD:
        problems: dict[str, type[Problem]] = {
            Reason.NOT_YOURS: NotYourPhoto,
            Reason.ANNOUNCED_DIFFERENTLY: AnnouncedDifferently,
        }
        raise problems.get(standing.reason, PhotoIsBad)(photo=announced.id, reason=str(standing.reason))
    return standing


def progress(upload: Upload, photo: Photo | None) -> dict[str, str]:
    """Where the upload stands, and in which history of this server: a phone believes what is said of a photo only
    in the epoch of its own list. Raises UploadGone when its bytes had the wrong hash."""
    if upload.state == UploadState.FAILED:
        raise UploadGone(photo=upload.photo_id)
    headers = {"Upload-Offset": str(upload.offset), "Sync-Epoch": getattr(upload, "epoch", None) or epoch()}
    if photo is not None and photo.state != PhotoState.NEED:
        headers["Photo-State"] = photo.state
    elif upload.state == UploadState.RECEIVING:
        expires = upload.touched_at + timedelta(days=UPLOAD_DAYS_MAX)
        headers["Upload-Expires"] = http_date(expires.timestamp())
    return headers


def metadata_of(photo: Photo) -> str:
    """What was announced, in the form in which it could have been."""
    said = {"id": photo.pk, "sha256": photo.sha256, "visit": photo.visit, "type": photo.media_type}
    return ",".join(f"{name} {b64encode(str(value).encode()).decode()}" for name, value in said.items())


def announced_bytes(request: Request) -> int | None:
    """Content-Length; None for one that is no number. Raises PieceTooLarge, LengthRequired."""
    raw = str(request.META.get("CONTENT_LENGTH") or "")
    if not raw and request.headers.get("Transfer-Encoding"):
        raise LengthRequired()  # its bytes would not reach us
    size = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 19 else None
    if size is not None and size > PIECE_BYTES_MAX:
        raise PieceTooLarge(limit=PIECE_BYTES_MAX)
    return size


def read_piece(request: Request) -> bytes:
    """What arrived of the body: less than was announced when the line was cut. With a checksum all or nothing.

    Raises PieceTooLarge, BodyCut, ChecksumMismatch, HeaderWrong.
    """
    announced, checksum = announced_bytes(request), request.headers.get("Upload-Checksum")
    content = b"".join(arriving(request, PIECE_BYTES_MAX + 1))
    if len(content) > PIECE_BYTES_MAX:
        raise PieceTooLarge(limit=PIECE_BYTES_MAX)
    if checksum is not None:
        if announced is not None and announced != len(content):
            raise BodyCut(announced=announced, received=len(content))
        check_checksum(checksum, content)
    return content


def drain(request: Request) -> None:
    """Read some of a refused body: closing at once would reach the phone as a broken line, not as our answer."""
    for _ in arriving(request, DRAINED_BYTES_MAX):
        pass


def arriving(request: Request, limit: int) -> Iterator[bytes]:
    """At most `limit` bytes of the body, as they come, until its end or a broken line."""
    stream = request.stream
    while limit > 0 and stream is not None:
        try:
            piece = stream.read(min(READ_BYTES, limit))
        except OSError:
            return
        if not piece:
            return
        limit -= len(piece)
        yield piece


urlpatterns = [
    path("uploads", Uploads.as_view()),
    path("uploads/<uuid:photo>.<int:generation>", OneUpload.as_view()),
]
