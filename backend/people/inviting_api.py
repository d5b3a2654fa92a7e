"""Inviting by way of the API. It stands beside api.py as inviting.py does beside actions.py."""

from typing import Any, cast
from uuid import UUID

from django.contrib.auth.validators import ASCIIUsernameValidator
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.people import inviting
from backend.people.models import User
from backend.people.rules import Role
from backend.rest.forms import In
from backend.rest.once import Once

REGIONS_MAX = 600  # Indonesia has 514 regencies and cities


class InvitationIn(In):
    id = serializers.UUIDField(help_text="Of the person, should she be new")
    username = serializers.CharField(max_length=60, validators=[ASCIIUsernameValidator()])
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254)
    language = serializers.ChoiceField(["id", "en"], default="id")
    role = serializers.ChoiceField([role.value for role in Role if role is not Role.ADMINISTRATOR])
    regions = serializers.ListField(
        child=serializers.CharField(max_length=13), max_length=REGIONS_MAX, default=list
    )


class InvitedOut(serializers.Serializer[User]):
    id = serializers.UUIDField()
    username = serializers.CharField()
    name = serializers.CharField()


class Invitations(Once):
    @extend_schema(request=InvitationIn, responses={200: InvitedOut, 201: InvitedOut})
    def post(self, request: Request, programme: UUID) -> HttpResponseBase:
        """A role for somebody, and a letter by which she chooses a password. Who has this e-mail address already keeps
        her name and password, gets the role, and no letter: 200."""
        sent: dict[str, Any] = InvitationIn.read(request.data)
        key, role = sent.pop("id"), Role(sent.pop("role"))

        def invited() -> Response:
            by = cast(User, request.user)
            person, new = inviting.invite_person(key, programme=programme, role=role, **sent, by=by)
            return Response(InvitedOut(person).data, status=201 if new else 200)

        return self.once(invited)
