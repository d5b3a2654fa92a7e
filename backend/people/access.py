"""Asking for permission: one line at the top of an action or a view."""

from typing import cast
from uuid import UUID

from backend.core.errors import NotAllowed
from backend.people.errors import NoSuchProgramme, NotInYourRegions
from backend.people.models import Programme, User
from backend.people.rules import Standing, Verb


def require_any(user: object, programme: Programme | UUID, *verbs: Verb) -> Standing:
    """Her standing, if a role of hers has at least one of these verbs. Raises as `require` does."""
    standing = cast(User, user).standing_in(programme)
    if not standing.roles:
        raise NoSuchProgramme()
    if not any(standing.may(verb) for verb in verbs):
        raise NotAllowed(verb=verbs[0].value)
    return standing


def require(user: object, programme: Programme | UUID, verb: Verb, *, region: str | None = None) -> Standing:
    """Her standing in the programme.

    Raises NoSuchProgramme for outsiders (they learn nothing), NotAllowed when no role of hers has the verb,
    NotInYourRegions when it is hers elsewhere only.
    """
    person = cast(User, user)
    standing = person.standing_in(programme)
    if not standing.roles:
        raise NoSuchProgramme()
    if not standing.may(verb):
        raise NotAllowed(verb=verb.value)
    if region is not None and not standing.may_in(verb, region):
        raise NotInYourRegions(region=region)
    return standing
