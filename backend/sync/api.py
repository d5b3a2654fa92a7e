"""The phone door: one request that pushes and pulls, and the plain addresses beside it."""

from typing import Any, cast
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.backups.models import durable_among
from backend.backups.rules import DURABLE_AFTER
from backend.evidence.rules import (
    MEDIA_TYPES,
    PHOTO_BYTES_MAX,
    PHOTO_PIXELS_MAX,
    PIECE_BYTES_MAX,
    UPLOAD_DAYS_MAX,
    Announced,
    PhotoState,
    Reason,
    Standing,
)
from backend.feed.rules import CHANGES_PER_PAGE_MAX, Cursor
from backend.people.authentication import DeviceTokens
from backend.people.models import Device, User
from backend.rest.negotiation import AsItIs
from backend.rest.parsers import BODY_BYTES_MAX, LenientJSON
from backend.sync import actions, photos, rules, unsent, uploads
from backend.sync.actions import Bearer, Retry
from backend.sync.changes import no_page, page_for
from backend.sync.errors import NoSuchDraft, UpgradeRequired
from backend.visits.models import Draft
from backend.visits.rules import Heard

JSONValue = serializers.JSONField


class SyncIn(serializers.Serializer[Any]):
    """Only `protocol` and `device` are required. What items and photos hold is read one by one, and nothing in
    them is refused; see docs/protocol.md."""

    protocol = serializers.IntegerField()
    device = serializers.UUIDField()
    client = serializers.CharField(required=False)
    sent_at = serializers.DateTimeField(required=False)
    cursor = serializers.CharField(required=False, allow_null=True)
    limit = serializers.IntegerField(required=False)
    pending = JSONValue(required=False)
    photos = serializers.ListField(child=JSONValue(), max_length=rules.PHOTOS_MAX, required=False)
    items = serializers.ListField(child=JSONValue(), max_length=rules.ITEMS_MAX, required=False)
    kept = serializers.ListField(child=serializers.CharField(), max_length=rules.KEPT_MAX, required=False)


class ChangesOut(serializers.Serializer[Any]):
    """A page of changes. `check` is [number of live items, sum of their seq], on the last page only."""

    protocol = serializers.IntegerField()
    server_time = serializers.DateTimeField()
    reset = serializers.BooleanField()
    changes = serializers.ListField(child=serializers.DictField())
    cursor = serializers.CharField()
    more = serializers.BooleanField()
    check = serializers.ListField(child=serializers.IntegerField(), allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "for": serializers.CharField(allow_null=True)}


class SyncOut(ChangesOut):
    results = serializers.ListField(child=serializers.DictField())
    uploads = serializers.ListField(child=serializers.DictField())
    durable = serializers.ListField(child=serializers.UUIDField())
    notices = serializers.ListField(child=serializers.DictField())


class DraftOut(serializers.Serializer[Draft]):
    visit = serializers.UUIDField()
    device = serializers.UUIDField(source="device_id")
    rev = serializers.IntegerField()
    digest = serializers.CharField(allow_blank=True)
    doc = serializers.CharField(source="text", allow_null=True)
    updated_at = serializers.DateTimeField()


class LimitsOut(serializers.Serializer[Any]):
    body_bytes = serializers.IntegerField()
    items = serializers.IntegerField()
    photos = serializers.IntegerField()
    kept = serializers.IntegerField()
    changes = serializers.IntegerField()
    photo_bytes = serializers.IntegerField()
    photo_pixels = serializers.IntegerField()
    photo_types = serializers.ListField(child=serializers.CharField())
    piece_bytes = serializers.IntegerField()
    upload_days = serializers.IntegerField()


class ConfigOut(serializers.Serializer[Any]):
    protocol = serializers.IntegerField()
    oldest_client = serializers.CharField()
    durable_after_days = serializers.IntegerField()
    limits = LimitsOut()


class Phones(APIView):
    """For devices by their token; browsers have no business here."""

    authentication_classes = [DeviceTokens]
    content_negotiation_class = AsItIs


class Sync(Phones):
    parser_classes = [LenientJSON]

    @extend_schema(request=SyncIn, responses=SyncOut)
    def post(self, request: Request) -> Response:
        """Push drafts, submissions and announcements of photos, and pull what changed."""
        user, device = who(request)
        asked = rules.read_request(request.data, device=device.pk)
        outdated = rules.is_outdated(asked.client)
        if outdated and not (asked.items or asked.photos):
            raise UpgradeRequired(oldest=rules.OLDEST_CLIENT)
        bearer = Bearer(user, device, asked.sent_at)
        told_photos = photos_told(asked.photos, bearer)
        heard = actions.hear_items(asked.items, bearer=bearer)
        results = [result(raw, became) for raw, became in zip(asked.items, heard, strict=True)]
        actions.note_device(device, asked.pending)
        page = (
            no_page(asked.echo)
            if outdated
            else page_for(user, cursor=asked.cursor, echo=asked.echo, limit=asked.limit)
        )
        told = {"results": results, "uploads": told_photos, "durable": durable_among(asked.kept, user=user)}
        return Response({**page, **told, "notices": [{"code": UpgradeRequired.code}] if outdated else []})


class Changes(Phones):
    @extend_schema(responses=ChangesOut)
    def get(self, request: Request) -> Response:
        """The same page as in the answer to /sync, and nothing is written."""
        cursor, limit = request.query_params.get("cursor"), request.query_params.get("limit")
        page = page_for(
            cast(User, request.user),
            cursor=Cursor.read(cursor),
            echo=None if cursor is None else rules.echo(cursor),
            limit=rules.read_limit(limit),
        )
        return Response(page)


class OneDraft(Phones):
    @extend_schema(responses=DraftOut)
    def get(self, request: Request, visit: UUID, device: UUID) -> Response:
        """One's own draft of a visit, from whichever device."""
        found = Draft.objects.filter(visit=visit, device=device, inspector=request.user.pk).first()
        if found is None:
            raise NoSuchDraft()
        return Response(DraftOut(found).data)


class Config(Phones):
    @extend_schema(responses=ConfigOut)
    def get(self, request: Request) -> Response:
        """Limits, and the oldest client that is served."""
        limits = {
            "body_bytes": BODY_BYTES_MAX,
            "items": rules.ITEMS_MAX,
            "photos": rules.PHOTOS_MAX,
            "kept": rules.KEPT_MAX,
            "changes": CHANGES_PER_PAGE_MAX,
            "photo_bytes": PHOTO_BYTES_MAX,
            "photo_pixels": PHOTO_PIXELS_MAX,
            "photo_types": sorted(MEDIA_TYPES),
            "piece_bytes": PIECE_BYTES_MAX,
            "upload_days": UPLOAD_DAYS_MAX,
        }
        return Response(
            {
                "protocol": rules.PROTOCOL,
                "oldest_client": rules.OLDEST_CLIENT,
                "durable_after_days": DURABLE_AFTER.days,
                "limits": limits,
            }
        )


def who(request: Request) -> tuple[User, Device]:
    return cast(User, request.user), cast(Any, request.auth).device


def photos_told(told: tuple[Any, ...], bearer: Bearer) -> list[dict[str, Any]]:
    """Where each announced photo stands, in the order of the request as far as it could be read."""
    read = [Announced.read(raw) for raw in told]
    standings = photos.announce([one for one in read if one is not None], bearer=bearer) if any(read) else []
    unread = [raw for raw, one in zip(told, read, strict=True) if one is None]
    malformed = {"state": PhotoState.BAD.value, "reason": Reason.MALFORMED.value}
    named = [{"photo": rules.echo(raw.get("id") if isinstance(raw, dict) else None)} for raw in unread]
    return [*map(standing_told, standings), *({**name, **malformed} for name in named)]


def standing_told(standing: Standing) -> dict[str, Any]:
    told: dict[str, Any] = {"photo": str(standing.id), "state": standing.state.value}
    if standing.state is PhotoState.NEED:
        url = uploads.address(standing.id, standing.generation)
        return {**told, "offset": standing.offset, "url": url}
    if standing.state in (PhotoState.BAD, PhotoState.WAIT):
        return {**told, "reason": str(standing.reason)}
    return {**told, "state": "have"} if standing.fresh else told


def result(raw: Any, became: Heard | int | Retry) -> dict[str, Any]:
    """An item's result, under the names the phone gave, so that it can be matched."""
    raw = raw if isinstance(raw, dict) else {}
    if raw.get("kind") == "draft":
        return {"draft": rules.echo(raw.get("visit")), "rev": became if isinstance(became, int) else 0}
    name = {"id": rules.echo(raw.get("id")), "digest": rules.echo(raw.get("digest"))}
    if isinstance(became, Heard):
        return {**name, "status": "stored" if became.new else "duplicate", "slot": became.slot.value}
    return {**name, "status": "retry", "reason": became.reason if isinstance(became, Retry) else "trouble"}


urlpatterns = [
    path("sync", Sync.as_view()),
    path("changes", Changes.as_view()),
    path("drafts/<uuid:visit>/<uuid:device>", OneDraft.as_view()),
    path("config", Config.as_view()),
    *uploads.urlpatterns,
    *unsent.urlpatterns,
]
