"""People, the programmes they work in, and the devices they carry."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from knox.models import AbstractAuthToken

from backend.core.ids import uuid7
from backend.people.rules import NOBODY, Role, Standing, Verb
from backend.statements import prepared

ROLES = [(role.value, role.value) for role in Role]


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> UserQuerySet:
        """Colleagues where she hands out orders or manages people; everybody, for administrators."""
        if user.is_administrator:
            return self
        programmes = user.programmes_where(Verb.ASSIGN, Verb.MANAGE_PEOPLE)
        return self.filter(Exists(Membership.objects.filter(user=OuterRef("pk"), programme__in=programmes)))

    def of_programme(self, programme: UUID) -> UserQuerySet:
        return self.filter(Exists(Membership.objects.filter(user=OuterRef("pk"), programme=programme)))


class Users(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **more: Any) -> User:
        """A user with an argon2 hash of her password; validation is the action's business."""
        user = User(username=username, **more)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser):
    """A person who signs in. What she may do is said by her memberships."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=60, unique=True, validators=[ASCIIUsernameValidator()])
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, choices=[("id", "Indonesia"), ("en", "English")], default="id")
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = Users()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.username

    @cached_property
    def standings(self) -> dict[UUID, Standing]:
        """What she is in each of her programmes, in one query."""
        found: dict[UUID, Standing] = {}
        for membership in self.memberships.all():
            before = found.get(membership.programme_id, NOBODY)
            found[membership.programme_id] = Standing(
                before.roles | {Role(membership.role)}, before.regions | frozenset(membership.region_codes)
            )
        return found

    def programmes_where(self, *verbs: Verb) -> list[UUID]:
        """Her programmes in which a role of hers gives one of these verbs."""
        return [p for p, standing in self.standings.items() if any(standing.may(verb) for verb in verbs)]

    def standing_in(self, programme: Programme | UUID) -> Standing:
        key = programme.pk if isinstance(programme, Programme) else programme
        standing = self.standings.get(key, NOBODY)
        if self.is_administrator:
            return Standing(standing.roles | {Role.ADMINISTRATOR}, standing.regions)
        return standing


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: User) -> ProgrammeQuerySet:
        return self if user.is_administrator else self.filter(pk__in=user.standings)


class Programme(models.Model):
    """A run of covert visits with its own people, units and results."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    operator = models.CharField(
        max_length=20,
        default="ombudsman",
        choices=[
            ("ombudsman", "Ombudsman"),
            ("inspectorate", "Internal inspectorate"),
            ("civil_society", "Civil society"),
        ],
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProgrammeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code


class Membership(models.Model):
    """One role of one person in one programme; a coordinator's with the regions she answers for."""

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=ROLES)
    region_codes = models.JSONField(default=list)
    rev = models.PositiveIntegerField(default=1)  # +1 with every change of the regions

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "user", "role"], name="people_p1_one_role_once"),
            models.CheckConstraint(
                condition=~Q(role=Role.ADMINISTRATOR.value), name="people_p2_administrators_are_users"
            ),
        ]


class DeviceQuerySet(models.QuerySet["Device"]):
    def visible_to(self, user: User) -> DeviceQuerySet:
        """Her own, and those of the people whose work she may follow."""
        if user.is_administrator:
            return self
        programmes = user.programmes_where(Verb.SEE_WHO_VISITED, Verb.MANAGE_PEOPLE)
        followed = Membership.objects.filter(user=OuterRef("user"), programme__in=programmes)
        return self.filter(Q(user=user) | Exists(followed))

    def of_programme(self, programme: UUID) -> DeviceQuerySet:
        return self.filter(Exists(Membership.objects.filter(user=OuterRef("user"), programme=programme)))


class Device(models.Model):
    """A phone or laptop, named by itself, bound to one person for good."""

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=80)
    platform = models.CharField(max_length=80, blank=True)
    registered_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True)
    pending = models.JSONField(default=dict)  # what the phone last said it still holds unsent
    revoked_at = models.DateTimeField(null=True)

    objects = DeviceQuerySet.as_manager()


class DeviceToken(AbstractAuthToken):
    """An opaque token, hashed at rest, for one device; its life slides forward with use (knox)."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="tokens")


@prepared
def tokens_like(key: str) -> models.QuerySet[DeviceToken]:
    """Tokens that begin so, with their people and devices."""
    return DeviceToken.objects.filter(token_key=key).select_related("user", "device")


def regions_where(user: User, verb: Verb, *, programme: str, region: str) -> Q:
    """A filter for rows she may see by this verb.

    `programme` and `region` are paths to the programme and to the region's code, a text ("unit__region__code").
    """
    allowed = Q(pk__in=[])
    for programme_id, standing in user.standings.items():
        if standing.may_everywhere(verb):
            allowed |= Q(**{programme: programme_id})
        elif standing.may(verb):
            here = Q(pk__in=[])
            for code in standing.regions:
                here |= Q(**{region: code}) | Q(**{f"{region}__startswith": code + "."})
            allowed |= Q(**{programme: programme_id}) & here
    return allowed
