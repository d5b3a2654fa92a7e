"""The addresses of this room. Signing in is in signing_in.py, the journal's list in journal_api.py."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.people import actions, signing_in
from backend.people.access import require_any
from backend.people.inviting_api import Invitations
from backend.people.journal_api import Journal
from backend.people.models import Device, Membership, Programme, User
from backend.people.rules import Role, Verb
from backend.rest.etags import IF_MATCH, etag, expected_rev
from backend.rest.forms import In
from backend.rest.once import Once

REGIONS_MAX = 600  # Indonesia has 514 regencies and cities


class ProgrammeQuery(In):
    programme = serializers.UUIDField(required=False)


class ProgrammeIn(In):
    id = serializers.UUIDField()
    code = serializers.SlugField(max_length=40)
    name = serializers.CharField(max_length=120)
    operator = serializers.ChoiceField(["ombudsman", "inspectorate", "civil_society"], default="ombudsman")


class ProgrammeOut(serializers.Serializer[Programme]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    operator = serializers.CharField()


class PersonIn(In):
    id = serializers.UUIDField()
    username = serializers.CharField(max_length=60, validators=[ASCIIUsernameValidator()])
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254, default="", allow_blank=True)
    language = serializers.ChoiceField(["id", "en"], default="id")
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class PersonOut(serializers.Serializer[User]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    language = serializers.CharField()
    is_active = serializers.BooleanField()


class NameOut(serializers.Serializer[User]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()


class MemberIn(In):
    user = serializers.UUIDField()
    role = serializers.ChoiceField([role.value for role in Role if role is not Role.ADMINISTRATOR])
    regions = serializers.ListField(
        child=serializers.CharField(max_length=13), max_length=REGIONS_MAX, default=list
    )


class MemberOut(serializers.Serializer[Membership]):
    id = serializers.IntegerField()
    user = NameOut()
    role = serializers.CharField()
    regions = serializers.ListField(child=serializers.CharField(), source="region_codes")
    rev = serializers.IntegerField()


class DeviceOut(serializers.Serializer[Device]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    platform = serializers.CharField()
    user = NameOut()
    registered_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    pending = serializers.JSONField()
    revoked_at = serializers.DateTimeField(allow_null=True)


class Programmes(Once, ListAPIView[Programme]):
    """One's own programmes; all of them for administrators."""

    serializer_class = ProgrammeOut
    ordering = ("code",)

    def get_queryset(self) -> QuerySet[Programme]:
        return Programme.objects.visible_to(cast(User, self.request.user))

    @extend_schema(request=ProgrammeIn, responses={200: ProgrammeOut, 201: ProgrammeOut})
    def post(self, request: Request) -> HttpResponseBase:
        """A new programme, by an administrator."""
        sent = ProgrammeIn.read(request.data)
        key = sent.pop("id")

        def created() -> Response:
            programme, new = actions.create_programme(key, **sent, by=cast(User, request.user))
            return Response(ProgrammeOut(programme).data, status=201 if new else 200)

        return self.once(created)


class People(Once, ListAPIView[User]):
    """Colleagues, for those who hand out orders or manage people."""

    serializer_class = PersonOut
    ordering = ("username",)

    def get_queryset(self) -> QuerySet[User]:
        user = cast(User, self.request.user)
        programme = ProgrammeQuery.read(self.request.query_params).get("programme")
        if programme is None:
            return User.objects.visible_to(user)
        require_any(user, programme, Verb.ASSIGN, Verb.MANAGE_PEOPLE)
        return User.objects.of_programme(programme)

    @extend_schema(parameters=[ProgrammeQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(request=PersonIn, responses={200: PersonOut, 201: PersonOut})
    def post(self, request: Request) -> HttpResponseBase:
        """Register a person; what she may do is said by her memberships."""
        sent = PersonIn.read(request.data)
        key = sent.pop("id")

        def registered() -> Response:
            person, new = actions.register_person(key, **sent, by=cast(User, request.user))
            return Response(PersonOut(person).data, status=201 if new else 200)

        return self.once(registered)


class Members(Once, ListAPIView[Membership]):
    """Who is what in a programme."""

    serializer_class = MemberOut
    ordering = ("pk",)

    def get_queryset(self) -> QuerySet[Membership]:
        require_any(self.request.user, self.kwargs["programme"], Verb.ASSIGN, Verb.MANAGE_PEOPLE)
        return Membership.objects.filter(programme=self.kwargs["programme"]).select_related("user")

    @extend_schema(parameters=[IF_MATCH], request=MemberIn, responses={200: MemberOut, 201: MemberOut})
    def post(self, request: Request, programme: UUID) -> HttpResponseBase:
        """Give a role, or other regions with the same role; If-Match is about the role she has."""
        sent = MemberIn.read(request.data)
        sent |= {"role": Role(sent["role"]), "expected_rev": expected_rev(request), "by": request.user}

        def given() -> Response:
            member, new = actions.set_membership(programme, **sent)
            return Response(MemberOut(member).data, status=201 if new else 200, headers=etag(member.rev))

        return self.once(given)


class Member(APIView):
    @extend_schema(parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, programme: UUID, member: int) -> Response:
        """Take a role away; orders and testimony stay."""
        by = cast(User, request.user)
        actions.remove_membership(programme, member, expected_rev=expected_rev(request), by=by)
        return Response(status=204)


class Devices(ListAPIView[Device]):
    """Devices: when they were last seen, what they said they still hold. Without `programme`, one's own."""

    serializer_class = DeviceOut
    ordering = ("-registered_at", "-pk")

    def get_queryset(self) -> QuerySet[Device]:
        programme = ProgrammeQuery.read(self.request.query_params).get("programme")
        if programme is None:
            return Device.objects.filter(user=cast(User, self.request.user)).select_related("user")
        require_any(self.request.user, programme, Verb.SEE_WHO_VISITED, Verb.MANAGE_PEOPLE)
        return Device.objects.of_programme(programme).select_related("user")

    @extend_schema(parameters=[ProgrammeQuery])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class Revocation(Once):
    @extend_schema(request=None, responses=DeviceOut)
    def post(self, request: Request, device: UUID) -> HttpResponseBase:
        """A lost phone: its token is never believed again. One's own, or a colleague's one manages."""
        by = cast(User, request.user)
        return self.once(lambda: Response(DeviceOut(actions.revoke_device(device, by=by)).data))


urlpatterns = [
    path("login", signing_in.Login.as_view()),
    path("logout", signing_in.Logout.as_view()),
    path("me", signing_in.Me.as_view()),
    path("me/password", signing_in.Password.as_view()),
    path("session", signing_in.Session.as_view()),
    path("programmes", Programmes.as_view()),
    path("programmes/<uuid:programme>/invitations", Invitations.as_view()),
    path("programmes/<uuid:programme>/members", Members.as_view()),
    path("programmes/<uuid:programme>/members/<int:member>", Member.as_view()),
    path("people", People.as_view()),
    path("devices", Devices.as_view()),
    path("devices/<uuid:device>/revoke", Revocation.as_view()),
    path("journal", Journal.as_view()),
]
