"""The addresses of oneself: a device signs in and out, a browser opens a session, and who one is."""

from typing import Any, cast

from django.contrib.auth import login, logout, update_session_auth_hash
from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.core.errors import Unauthenticated
from backend.people import actions
from backend.people.authentication import BrowserSessions, DeviceTokens
from backend.people.models import DeviceToken, Programme, User
from backend.people.throttles import throttles_for
from backend.rest.forms import In

PROGRAMMES_IN_ME_MAX = 200


class DeviceIn(In):
    id = serializers.UUIDField()
    name = serializers.CharField(max_length=80)
    platform = serializers.CharField(max_length=80, default="", allow_blank=True)


class PasswordIn(In):
    username = serializers.CharField(max_length=60)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


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
        user, device, token = actions.sign_in_device(
            sent["username"],
            sent["password"],
            device=sent["device"]["id"],
            name=sent["device"]["name"],
            platform=sent["device"]["platform"],
        )
        return Response(LoginOut({"token": token, "user": user, "device": device}).data)


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
        return Response(status=204)


class Session(APIView):
    """For browsers: a cookie, and a CSRF token with every change."""

    authentication_classes = [BrowserSessions]
    permission_classes = [AllowAny]

    def get_throttles(self) -> list[Any]:
        return throttles_for(self.request)

    @extend_schema(responses=MeOut)
    def get(self, request: Request) -> Response:
        """Who is signed in here, or 401; the CSRF cookie comes with either."""
        get_token(request._request)
        if not request.user.is_authenticated:
            raise Unauthenticated()
        return Response(MeOut(request.user).data)

    @extend_schema(request=PasswordIn, responses=MeOut)
    def post(self, request: Request) -> Response:
        """Sign in. Needs the CSRF token too, or somebody could sign a visitor in under another name."""
        BrowserSessions().enforce_csrf(request)
        user = actions.sign_in_browser(**PasswordIn.read(request.data))
        login(request._request, user)
        return Response(MeOut(user).data)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out of this browser."""
        logout(request._request)
        return Response(status=204)
