"""The addresses of told visits, of their exact texts, and of their photos."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.assignments.api import InspectorOut, PlaceOut, ServedOut, WindowOut
from backend.evidence.models import Photo
from backend.evidence.rules import PhotoState
from backend.evidence.storage import address, open_kept
from backend.people.models import User
from backend.people.rules import Verb
from backend.rest.etags import etag
from backend.rest.forms import In
from backend.rest.negotiation import AsItIs
from backend.visits.errors import NoSuchPhoto, NoSuchSubmission, NoSuchVisit
from backend.visits.models import Submission, Visit
from backend.visits.pictures import look_at
from backend.visits.rules import Slot, VisitState
from backend.visits.testimony import read_doc

STATES = [state.value for state in VisitState]
PHOTO_STATES = [state.value for state in PhotoState if state is not PhotoState.WAIT]
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
ATTEMPTS_SHOWN_MAX = 100
PHOTO_CACHED = timedelta(days=30)


class VisitQuery(In):
    programme = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(STATES, required=False)
    region = serializers.CharField(max_length=13, required=False)
    flagged = serializers.BooleanField(required=False, allow_null=True, default=None)


class SetAsideQuery(In):
    programme = serializers.UUIDField(required=False)
    slot = serializers.ChoiceField([Slot.LATE.value, Slot.QUARANTINED.value], required=False)


class TextQuery(In):
    digest = serializers.CharField(max_length=60, required=False)


class DoubtOut(serializers.Serializer[Any]):
    flag = serializers.CharField()
    saw = serializers.DictField()


class VisitOut(serializers.Serializer[Visit]):
    """A told visit; `inspector` is null for those who may not know who visits."""

    id = serializers.UUIDField(source="assignment_id")
    programme = serializers.UUIDField(source="programme_id")
    state = serializers.ChoiceField(STATES)
    attempt = serializers.IntegerField()
    unit = PlaceOut(source="assignment.unit")
    product = ServedOut(source="assignment.product")
    inspector = serializers.SerializerMethodField()
    scenario = serializers.CharField(source="assignment.scenario")
    window = WindowOut(source="assignment.window")
    cancelled_at = serializers.DateTimeField(source="assignment.cancelled_at", allow_null=True)
    local_date = serializers.DateField(allow_null=True)
    told_at = serializers.DateTimeField()
    detected = serializers.CharField()
    flags = DoubtOut(many=True)
    photos_announced = serializers.IntegerField()
    photos_missing = serializers.IntegerField()

    @extend_schema_field(InspectorOut(allow_null=True))
    def get_inspector(self, visit: Visit) -> dict[str, Any] | None:
        asks = cast(User, self.context["request"].user)
        may = asks.standing_in(visit.programme_id).may(Verb.SEE_WHO_VISITED)
        if not may and visit.assignment.inspector_id != asks.pk:
            return None
        return {"id": str(visit.assignment.inspector_id), "name": visit.assignment.inspector.name}


class AttemptOut(serializers.Serializer[Submission]):
    """A submission in brief; `why` says why it is late or quarantined."""

    id = serializers.UUIDField(source="uuid")
    digest = serializers.CharField()
    attempt = serializers.IntegerField()
    slot = serializers.CharField()
    why = serializers.CharField(allow_blank=True)
    received_at = serializers.DateTimeField()
    flags = DoubtOut(many=True)


class SetAsideOut(AttemptOut):
    """A submission that came late or could not be read."""

    visit = serializers.UUIDField()


class SubmissionOut(AttemptOut):
    """The current submission; `doc` is a parsed copy of its text, `text_digest` the name of the exact one."""

    checklist = serializers.CharField()
    sent_at = serializers.DateTimeField(allow_null=True)
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    text_digest = serializers.CharField(source="digest")
    doc = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_doc(self, submission: Submission) -> dict[str, Any] | None:
        return read_doc(submission.text)


class PhotoOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(PHOTO_STATES)
    sha256 = serializers.CharField(allow_null=True)
    size = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_null=True)
    thumbnail_url = serializers.CharField(allow_null=True)


class WholeVisitOut(VisitOut):
    """`submission` is null for an inspector whose order was told by another before it came to her."""

    submission = SubmissionOut(allow_null=True)
    photos = PhotoOut(many=True)
    attempts = AttemptOut(many=True)


class TextOut(serializers.Serializer[Submission]):
    id = serializers.UUIDField(source="uuid")
    digest = serializers.CharField()
    text = serializers.CharField()


class Visits(ListAPIView[Visit]):
    """Told visits, the longest waiting first."""

    serializer_class = VisitOut
    ordering = ("told_at", "pk")

    def get_queryset(self) -> QuerySet[Visit]:
        asked = VisitQuery.read(self.request.query_params)
        flagged, region = asked.pop("flagged"), asked.pop("region", "")
        found = Visit.objects.visible_to(cast(User, self.request.user)).with_names().in_brief()
        if flagged is not None:
            found = found.exclude(flags=[]) if flagged else found.filter(flags=[])
        return found.in_region(region).filter(**asked)

    @extend_schema(parameters=[VisitQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class OneVisit(APIView):
    @extend_schema(responses=WholeVisitOut)
    def get(self, request: Request, visit: UUID) -> Response:
        """A visit with all that was told of it."""
        user = cast(User, request.user)
        found = Visit.objects.visible_to(user).with_names().filter(pk=visit).first()
        if found is None:
            raise NoSuchVisit(visit=visit)
        told = Submission.objects.visible_to(user).in_brief().filter(visit=visit)
        attempts = list(told.order_by("-received_at", "-pk")[:ATTEMPTS_SHOWN_MAX])
        hers = found.submission if found.submission_id in {attempt.pk for attempt in attempts} else None
        parts = {
            "submission": SubmissionOut(hers).data if hers else None,
            "photos": PhotoOut(photos_of(hers), many=True).data if hers else [],
            "attempts": AttemptOut(cast(Any, attempts), many=True).data,
        }
        shown = VisitOut(found, context={"request": request}).data
        return Response({**shown, **parts}, headers=etag(found.assignment.rev))


class SetAside(ListAPIView[Submission]):
    """What came late or could not be read, for orders one follows; the newest first."""

    serializer_class = SetAsideOut
    ordering = ("-received_at", "-pk")

    def get_queryset(self) -> QuerySet[Submission]:
        asked = SetAsideQuery.read(self.request.query_params)
        found = Submission.objects.followed_by(cast(User, self.request.user)).set_aside().in_brief()
        if programme := asked.pop("programme", None):
            found = found.for_programme(programme)
        return found.filter(**asked)

    @extend_schema(parameters=[SetAsideQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Text(APIView):
    @extend_schema(parameters=[TextQuery], responses=TextOut)
    def get(self, request: Request, submission: UUID) -> Response:
        """The exact text of a submission; `digest` chooses if one id was told with two texts."""
        digest = TextQuery.read(request.query_params).get("digest")
        found = Submission.objects.visible_to(cast(User, request.user)).filter(uuid=submission)
        if digest is not None:
            found = found.filter(digest=digest)
        one = found.order_by("pk").first()
        if one is None:
            raise NoSuchSubmission(submission=submission)
        return Response(TextOut(one).data)


class OnePhoto(APIView):
    content_negotiation_class = AsItIs

    @extend_schema(responses={(200, "image/*"): OpenApiTypes.BINARY, 302: None})
    def get(self, request: Request, photo: UUID) -> HttpResponseBase:
        """The bytes as the phone sent them; from an object store by way of an address that holds a few minutes."""
        found, _ = looked_at(cast(User, request.user), photo)
        return picture(str(found.blob_id), found.media_type, name=f"{found.pk}.{SUFFIXES[found.media_type]}")

    @extend_schema(exclude=True)
    def head(self, request: Request, photo: UUID) -> HttpResponse:
        """Whether the bytes are here: phones ask, and follow nobody to an object store."""
        found, _ = looked_at(cast(User, request.user), photo)
        return HttpResponse(content_type=found.media_type)


class Thumbnail(APIView):
    content_negotiation_class = AsItIs

    @extend_schema(responses={(200, "image/jpeg"): OpenApiTypes.BINARY, 302: None})
    def get(self, request: Request, photo: UUID) -> HttpResponseBase:
        """A small upright JPEG without metadata, made when somebody first asks for it."""
        found, small = looked_at(cast(User, request.user), photo)
        return picture(small, "image/jpeg", name=f"{found.pk}-small.jpg")


def looked_at(user: User, photo: UUID) -> tuple[Photo, str]:
    """A stored photo that is hers, or of a visit she follows, and the key of its thumbnail. Raises NoSuchPhoto,
    with a reason when it is bad: perhaps it is this very look that found it out."""
    found = Photo.objects.filter(pk=photo).first()
    if found is None or (
        found.inspector_id != user.pk and not Visit.objects.followed_by(user).filter(pk=found.visit).exists()
    ):
        raise NoSuchPhoto(photo=photo)
    small = look_at(found, by=user) if found.state == PhotoState.STORED else None
    if small is None:
        found.refresh_from_db(fields=["reason"])
        raise NoSuchPhoto(photo=photo, reason=found.reason)
    return found, small


def photos_of(submission: Submission) -> list[dict[str, Any]]:
    """The photos a submission lists, in its order; one that was never announced has neither hash nor size."""
    hers = Photo.objects.filter(inspector=submission.inspector_id, visit=submission.visit)
    known = {str(photo.pk): photo for photo in hers.filter(pk__in=submission.photos)}
    return [photo_told(key, known.get(key)) for key in submission.photos]


def photo_told(key: str, photo: Photo | None) -> dict[str, Any]:
    url = f"/api/v1/photos/{key}" if photo and photo.state == PhotoState.STORED else None
    return {
        "id": key,
        "state": photo.state if photo else PhotoState.NEED.value,
        "sha256": photo.sha256 if photo else None,
        "size": photo.size if photo else None,
        "reason": photo.reason if photo else "",
        "url": url,
        "thumbnail_url": f"{url}/thumbnail" if url else None,
    }


def picture(key: str, media_type: str, *, name: str) -> HttpResponseBase:
    """Bytes that never change, for one person's own cache; or where an object store gives them out for now."""
    answer: HttpResponseBase
    if elsewhere := address(key, media_type=media_type, name=name):
        answer = HttpResponseRedirect(elsewhere)
        answer["Cache-Control"] = "private, no-store"
        return answer
    answer = FileResponse(open_kept(key), content_type=media_type)
    answer["Cache-Control"] = f"private, max-age={int(PHOTO_CACHED.total_seconds())}, immutable"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


urlpatterns = [
    path("visits", Visits.as_view()),
    path("visits/<uuid:visit>", OneVisit.as_view()),
    path("submissions", SetAside.as_view()),
    path("submissions/<uuid:submission>", Text.as_view()),
    path("photos/<uuid:photo>", OnePhoto.as_view()),
    path("photos/<uuid:photo>/thumbnail", Thumbnail.as_view()),
]
