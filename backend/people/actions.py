"""Signing in and out, and keeping the register of people, programmes and roles."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from backend.core.clock import now
from backend.core.errors import NotAllowed
from backend.core.ids import uuid7
from backend.core.revisions import Expected, check_rev
from backend.journal.actions import one_transaction, record
from backend.people.access import require
from backend.people.errors import (
    CodeTaken,
    DeviceRevoked,
    IdTaken,
    NameTaken,
    NoSuchDevice,
    NoSuchMembership,
    NoSuchPerson,
    NoSuchProgramme,
    NotYourDevice,
    NotYourOwnRoles,
    OldPasswordWrong,
    WeakPassword,
)
from backend.people.models import Device, DeviceToken, Membership, Programme, User
from backend.people.rules import Role, Verb, regions_for


@one_transaction
def sign_in_device(user: User, *, device: UUID, name: str, platform: str = "") -> tuple[Device, str]:
    """A new token for a device of a person who proved who she is; the device's older token dies with it.

    Raises NotYourDevice, DeviceRevoked (a revoked device stays revoked).
    """
    Device.objects.get_or_create(pk=device, defaults={"user": user})
    known = Device.objects.select_for_update().get(pk=device)
    if known.user_id != user.pk:
        raise NotYourDevice(device=device)
    if known.revoked_at is not None:
        raise DeviceRevoked(device=device)
    known.name, known.platform = name, platform
    known.save(update_fields=["name", "platform"])
    DeviceToken.objects.filter(device=known).delete()
    _, token = DeviceToken.objects.create(user, device=known)
    record("device.signed_in", known, by=user, device=known.pk, data={"platform": platform})
    return known, token


@one_transaction
def note_sign_in(user: User, *, by_means: Iterable[str]) -> None:
    """She signed in at a browser: `by_means` names how, e.g. password, totp, webauthn, recovery_codes."""
    record("person.signed_in", user, by=user, data={"by": list(by_means)})


@one_transaction
def note_lock_out(username: str) -> None:
    """Somebody tried a name too often. Names that nobody has leave no line."""
    if person := User.objects.filter(username__iexact=username).first():
        record("person.locked_out", person, by=None)


@one_transaction
def note_second_factor(user: User, what: str, *, kind: str) -> None:
    """`what`: added, removed or renewed; `kind`: totp, webauthn, recovery_codes."""
    record(f"second-factor.{what}", user, by=user, data={"kind": kind})


@one_transaction
def sign_out(token: DeviceToken) -> None:
    """The token is gone; the device stays registered and may sign in again."""
    device = token.device
    token.delete()
    record("device.signed_out", device, by=token.user, device=device.pk)


@one_transaction
def revoke_device(device: UUID, *, by: User) -> Device:
    """No token of this device is believed any more, for good. Her own, or a colleague's whom she manages.

    The token's row stays, so that the phone hears that it was revoked and seals what it holds. Twice is once.
    Raises NoSuchDevice, NotAllowed.
    """
    known = Device.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=device).first()
    if known is None:
        raise NoSuchDevice(device=device)
    programme = None if known.user_id == by.pk else _where_she_manages(known.user, by)
    if known.revoked_at is not None:
        return known
    known.revoked_at = now()
    known.save(update_fields=["revoked_at"])
    record("device.revoked", known, by=by, device=known.pk, programme=programme)
    return known


def _where_she_manages(person: User, by: User) -> UUID | None:
    """The programme that gives her power over this person's devices; None for administrators."""
    if by.is_administrator:
        return None
    shared = set(by.programmes_where(Verb.MANAGE_PEOPLE)) & set(person.standings)
    if not shared:
        raise NotAllowed(verb=Verb.MANAGE_PEOPLE.value)
    return min(shared)


@one_transaction
def register_person(
    person_id: UUID, *, username: str, name: str, email: str, language: str, password: str, by: User
) -> tuple[User, bool]:
    """A new person, who may sign in and has no role yet; and whether she is new.

    Raises NotAllowed, WeakPassword, NameTaken, IdTaken.
    """
    if not by.is_administrator and not by.programmes_where(Verb.MANAGE_PEOPLE):
        raise NotAllowed(verb=Verb.MANAGE_PEOPLE.value)
    person = User(pk=person_id, username=username, name=name, email=email, language=language)
    if known := User.objects.filter(pk=person_id).first():
        same = _facts(known) == _facts(person) and known.check_password(password)
        if not same:
            raise IdTaken(person=person_id)
        return known, False
    _set_password(person, password)
    # Two managers may choose one name at the same moment: insert, then look whose it became.
    User.objects.bulk_create([person], ignore_conflicts=True)
    if not User.objects.filter(pk=person_id, username=username).exists():
        raise NameTaken(username=username)
    record("person.registered", person, by=by, data={"username": username})
    return person, True


@one_transaction
def create_administrator(username: str, password: str, *, name: str = "", by: User | None = None) -> User:
    """The first administrator of an installation, or another. Raises WeakPassword, NameTaken."""
    if User.objects.filter(username=username).exists():
        raise NameTaken(username=username)
    person = User(pk=uuid7(), username=username, name=name or username, is_administrator=True)
    _set_password(person, password)
    person.save()
    record("administrator.created", person, by=by, data={"username": username})
    return person


@one_transaction
def change_password(user: User, *, old: str, new: str) -> None:
    """Her own password. Devices stay signed in, other browsers do not.

    Raises OldPasswordWrong, WeakPassword.
    """
    if not user.check_password(old):
        raise OldPasswordWrong()
    choose_password(user, new)


@one_transaction
def choose_password(user: User, new: str) -> None:
    """A new password for whoever proved who she is, by her old one or by a link sent to her. Raises WeakPassword."""
    _set_password(user, new)
    user.save(update_fields=["password"])
    record("password.changed", user, by=user)


@one_transaction
def create_programme(
    programme_id: UUID, *, code: str, name: str, operator: str, by: User
) -> tuple[Programme, bool]:
    """A new programme without members; and whether it is new. Raises NotAllowed, IdTaken, CodeTaken."""
    if not by.is_administrator:
        raise NotAllowed(verb=Verb.MANAGE_PROGRAMMES.value)
    programme = Programme(pk=programme_id, code=code, name=name, operator=operator)
    if known := Programme.objects.filter(pk=programme_id).first():
        if (known.code, known.name, known.operator) != (code, name, operator):
            raise IdTaken(programme=programme_id)
        return known, False
    Programme.objects.bulk_create([programme], ignore_conflicts=True)
    if not Programme.objects.filter(pk=programme_id, code=code).exists():
        raise CodeTaken(taken=code)
    record("programme.created", programme, by=by, programme=programme_id, data={"code": code})
    return programme, True


@one_transaction
def set_membership(
    programme: UUID,
    *,
    user: UUID,
    role: Role,
    regions: Iterable[str] = (),
    expected_rev: Expected = None,
    by: User,
) -> tuple[Membership, bool]:
    """Give a person a role, or a coordinator other regions; and whether the role is new to her.

    Raises NoSuchProgramme, NotAllowed, NotYourOwnRoles, NoSuchPerson, and what `regions_for` and check_rev raise.
    """
    codes = regions_for(role, regions)
    _may_change_roles(programme, user, by)
    if not User.objects.filter(pk=user).exists():
        raise NoSuchPerson(person=user)
    membership, new = Membership.objects.select_for_update().get_or_create(
        programme_id=programme, user_id=user, role=role.value, defaults={"region_codes": codes}
    )
    if not new and membership.region_codes == codes:
        return membership, False
    check_rev(None if new else membership.rev, expected_rev)
    if not new:
        membership.region_codes, membership.rev = codes, membership.rev + 1
        membership.save(update_fields=["region_codes", "rev"])
    record("member.set", membership, by=by, programme=programme, data=_role_facts(membership))
    return membership, new


@one_transaction
def remove_membership(programme: UUID, membership: int, *, expected_rev: Expected = None, by: User) -> None:
    """Take a role away; orders and testimony stay. Raises NoSuchMembership, and as `set_membership` does."""
    require(by, programme, Verb.MANAGE_PEOPLE)
    kept = Membership.objects.select_for_update().filter(programme=programme, pk=membership).first()
    if kept is None:
        raise NoSuchMembership(membership=membership)
    _may_change_roles(programme, kept.user_id, by)
    check_rev(kept.rev, expected_rev)
    # Recorded first: a deleted row has no id left to write down.
    record("member.removed", kept, by=by, programme=programme, data=_role_facts(kept))
    kept.delete()


def _may_change_roles(programme: UUID, user: UUID, by: User) -> None:
    require(by, programme, Verb.MANAGE_PEOPLE)
    if not Programme.objects.filter(pk=programme).exists():
        raise NoSuchProgramme(programme=programme)
    if user == by.pk and not by.is_administrator:
        raise NotYourOwnRoles()


def _role_facts(membership: Membership) -> dict[str, Any]:
    return {"user": str(membership.user_id), "role": membership.role, "regions": membership.region_codes}


def _facts(person: User) -> tuple[str, str, str, str]:
    return person.username, person.name, person.email, person.language


def _set_password(person: User, password: str) -> None:
    try:
        validate_password(password, person)
    except ValidationError as weak:
        reasons = [{"code": flaw.code, "words": " ".join(flaw.messages)} for flaw in weak.error_list]
        raise WeakPassword(reasons=reasons) from None
    person.set_password(password)
