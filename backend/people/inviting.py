"""Inviting somebody into a programme, and taking a lost second factor off."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError

from backend.core.errors import NotAllowed
from backend.journal.actions import one_transaction, record
from backend.people.access import require
from backend.people.actions import set_membership
from backend.people.errors import AlreadySignedIn, IdTaken, NameTaken, NoAddress, NoSuchPerson
from backend.people.models import Membership, User
from backend.people.rules import Role, Verb, regions_for


@one_transaction
def invite_person(
    person_id: UUID,
    *,
    programme: UUID,
    username: str,
    name: str,
    email: str,
    language: str,
    role: Role,
    regions: Iterable[str] = (),
    by: User,
) -> tuple[User, bool]:
    """A role for somebody, and a letter by which she chooses her password; and whether she is new here.

    Whoever has this e-mail address already is the one who is meant: she keeps her name and her password, and gets the
    role without a letter. Sent twice, it is done once.
    Raises what `require` and `set_membership` raise, NoAddress, NameTaken, IdTaken, Invalid.
    """
    require(by, programme, Verb.MANAGE_PEOPLE)
    codes = regions_for(role, regions)
    if not email:
        raise NoAddress()
    person = User.objects.filter(pk=person_id).first()
    if person and (person.username, person.email) != (username, email):
        raise IdTaken(person=person_id)
    known = person or User.objects.filter(email__iexact=email).order_by("joined_at", "pk").first()
    person = known or _new_person(person_id, username=username, name=name, email=email, language=language)
    _give(programme, person, role, codes, by)
    if known is None:
        facts = {"username": username, "role": role.value, "regions": codes}
        record("person.invited", person, by=by, programme=programme, data=facts)
    return person, known is None


def _new_person(person_id: UUID, *, username: str, name: str, email: str, language: str) -> User:
    person = User(pk=person_id, username=username, name=name, email=email, language=language)
    person.set_unusable_password()
    # Two managers may choose one name at the same moment: insert, then look whose it became.
    User.objects.bulk_create([person], ignore_conflicts=True)
    if not User.objects.filter(pk=person_id, username=username).exists():
        raise NameTaken(username=username)
    return person


def _give(programme: UUID, person: User, role: Role, codes: list[str], by: User) -> None:
    """Regions she has with this role already are kept: an invitation takes nothing away."""
    had = Membership.objects.filter(programme=programme, user=person, role=role.value).first()
    together = sorted({*codes, *(had.region_codes if had else [])})
    set_membership(programme, user=person.pk, role=role, regions=together, by=by)


@one_transaction
def invite_again(programme: UUID, person_id: UUID, *, by: User) -> User:
    """The letter once more, for whoever has no password yet. Raises NoSuchPerson, AlreadySignedIn, NoAddress."""
    person = member_of(programme, person_id, by)
    if person.has_usable_password():
        raise AlreadySignedIn()
    if not person.email:
        raise NoAddress()
    record("person.invited", person, by=by, programme=programme, data={"username": person.username})
    return person


@one_transaction
def forget_second_factors(programme: UUID, person_id: UUID, *, by: User) -> int:
    """She lost phone and key: they open nothing any more, and she signs in with her password and sets up new ones. How
    many they were.

    Only where this manager answers for all that she may do: not for administrators, nor for whoever has a role in a
    programme that is not the manager's. Raises NoSuchPerson, NotAllowed.
    """
    person = member_of(programme, person_id, by)
    if not by.is_administrator:
        managed = set(by.programmes_where(Verb.MANAGE_PEOPLE))
        if person.is_administrator or person.pk == by.pk or not set(person.standings) <= managed:
            raise NotAllowed(verb=Verb.MANAGE_PEOPLE.value)
    return take_off_second_factors(person, by=by, programme=programme)


@one_transaction
def take_off_second_factors(person: User, *, by: User | None = None, programme: UUID | None = None) -> int:
    """Without asking who may: for the action above, and for whoever has the machine itself (`by` None)."""
    count, _ = Authenticator.objects.filter(user=person).delete()
    if count:
        record("second-factor.taken_off", person, by=by, programme=programme)
    return count


def member_of(programme: UUID, person_id: UUID, by: User) -> User:
    """Somebody of a programme whose people one manages. Raises NoSuchProgramme, NotAllowed, NoSuchPerson."""
    require(by, programme, Verb.MANAGE_PEOPLE)
    person = User.objects.of_programme(programme).filter(pk=person_id).first()
    if person is None:
        raise NoSuchPerson(person=person_id)
    return person


def username_fits(username: str) -> bool:
    """Letters, digits and @ . + - _, at most 60."""
    try:
        User._meta.get_field("username").clean(username, None)
    except ValidationError:
        return False
    return True
