"""The addresses of oneself: a device signs in and out, a browser opens a session, and who one is."""

from typing import Any, cast

from allauth.usersessions.models import UserSession
from django.contrib.auth import logout, update_session_auth_hash
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.core.errors import Unauthenticated
from backend.people import actions, proving
from backend.people.authentication import BrowserSessions, DeviceTokens
from backend.people.errors import SecondFactorNeeded
from backend.people.models import DeviceToken, Programme, User
from backend.people.throttles import throttles_for
from backend.rest.forms import In

PROGRAMMES_IN_ME_MAX = 200


class DeviceIn(In):
    id = serializers.UUIDField()
    name = serializers.CharField(max_length=80)
    platform = serializers.CharField(max_length=80, default="", allow_blank=True)


class PasswordIn(In):
    username = serializers.CharField(max_length=254, help_text="Or an e-mail address")
    password = serializers.CharField(max_length=256, trim_whitespace=False)
    code = serializers.CharField(
        max_length=20, default="", allow_blank=True, help_text="Of the second factor, where one was set up"
    )


class LoginIn(PasswordIn):
    device = DeviceIn()


class NewPasswordIn(In):
    old = serializers.CharField(max_length=256, trim_whitespace=False)
    new = serializers.CharField(max_length=256, trim_whitespace=False)


class StandingOut(serializers.Serializer[Any]):
    """What one is in one programme."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    regions = serializers.ListField(child=serializers.CharField())
    verbs = serializers.ListField(child=serializers.CharField())


class MeOut(serializers.Serializer[User]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()
    language = serializers.CharField()
    is_administrator = serializers.BooleanField()
    programmes = serializers.SerializerMethodField()

    @extend_schema_field(StandingOut(many=True))
    def get_programmes(self, user: User) -> list[dict[str, Any]]:
        mine = Programme.objects.visible_to(user).order_by("code")[:PROGRAMMES_IN_ME_MAX]
        return [_standing(user, programme) for programme in mine]


def _standing(user: User, programme: Programme) -> dict[str, Any]:
    standing = user.standing_in(programme)
    return {
        "id": str(programme.pk),
        "code": programme.code,
        "name": programme.name,
        "roles": sorted(standing.roles),
        "regions": sorted(standing.regions),
        "verbs": sorted(standing.verbs),
    }


class SignedInDeviceOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class LoginOut(serializers.Serializer[Any]):
    token = serializers.CharField()
    user = MeOut()
    device = SignedInDeviceOut()


class Login(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    def get_throttles(self) -> list[Any]:
        return throttles_for(self.request)

    @extend_schema(request=LoginIn, responses=LoginOut)
    def post(self, request: Request) -> Response:
        """A token for this device; an older token of the same device dies."""
        sent = LoginIn.read(request.data)
        device = sent["device"]
        user = proving.prove(request._request, sent["username"], sent["password"])
        if not proving.only_inspects(
            user
        ):  # the app asks an inspector for no code; her token opens her visits only
            proving.prove_by_code(request._request, user, sent["code"])
        known, token = actions.sign_in_device(
            user, device=device["id"], name=device["name"], platform=device["platform"]
        )
        proving.forget_failures(request._request, sent["username"])
        return Response(LoginOut({"token": token, "user": user, "device": known}).data)


class Logout(APIView):
    authentication_classes = [DeviceTokens]

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """This device's token dies."""
        actions.sign_out(cast(DeviceToken, request.auth))
        return Response(status=204)


class Me(APIView):
    @extend_schema(responses=MeOut)
    def get(self, request: Request) -> Response:
        """Who one is, and what one may do where."""
        return Response(MeOut(cast(User, request.user)).data)


class Password(APIView):
    def get_throttles(self) -> list[Any]:
        return throttles_for(self.request)

    @extend_schema(request=NewPasswordIn, responses={204: None})
    def post(self, request: Request) -> Response:
        """A new password for oneself. Devices stay signed in, other browsers do not."""
        actions.change_password(cast(User, request.user), **NewPasswordIn.read(request.data))
        if request.auth is None:
            update_session_auth_hash(request._request, cast(User, request.user))
            UserSession.objects.create_from_request(request._request)
        return Response(status=204)


class Session(APIView):
    """For browsers: a cookie, and a CSRF token with every change."""

    authentication_classes = [BrowserSessions]
    before_second_factor = True
    permission_classes = [AllowAny]

    def get_throttles(self) -> list[Any]:
        return throttles_for(self.request)

    @extend_schema(responses=MeOut)
    def get(self, request: Request) -> Response:
        """Who is signed in here, or 401; the CSRF cookie comes with either."""
        get_token(request._request)
        if not request.user.is_authenticated:
            raise Unauthenticated()
        if proving.second_factor_missing(request._request):
            raise SecondFactorNeeded()
        return Response(MeOut(request.user).data)

    @extend_schema(request=PasswordIn, responses=MeOut)
    def post(self, request: Request) -> Response:
        """Sign in. Needs the CSRF token too, or somebody could sign a visitor in under another name."""
        BrowserSessions().enforce_csrf(request)
        sent = PasswordIn.read(request.data)
        user = proving.prove(request._request, sent["username"], sent["password"])
        second = proving.prove_by_code(request._request, user, sent["code"])
        proving.sign_in(request._request, user, second_factor=second)
        UserSession.objects.create_from_request(request._request)
        actions.note_sign_in(user, by_means=["password", "code"] if second else ["password"])
        return Response(MeOut(user).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out of this browser."""
        logout(request._request)
        return Response(status=204)
