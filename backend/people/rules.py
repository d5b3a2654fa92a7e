"""Who may do what: the role × verb table, in one place, and the regions a coordinator answers for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from backend.people.errors import CoordinatorNeedsRegions, NotARegion, RegionsAreForCoordinators

# Kemendagri: province, regency or city, district, village.
REGION_CODE = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")


class Role(StrEnum):
    INSPECTOR = "inspector"
    COORDINATOR = "coordinator"
    MANAGER = "manager"
    CONSUMER = "consumer"
    ADMINISTRATOR = "administrator"


class Verb(StrEnum):
    TELL_VISITS = "tell_visits"
    ASSIGN = "assign"
    REVIEW = "review"
    HAND_IN = "hand_in"  # the unsent work of an inspector whose phone died
    SEE_VISITS = "see_visits"
    SEE_WHO_VISITED = "see_who_visited"
    SEE_UNITS = "see_units"
    MANAGE_UNITS = "manage_units"
    PUBLISH_CHECKLIST = "publish_checklist"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_PROGRAMMES = "manage_programmes"
    COMPUTE = "compute"
    PUBLISH_RESULTS = "publish_results"
    SEE_RESULTS = "see_results"
    SEE_PUBLISHED = "see_published"
    EXPORT = "export"
    READ_JOURNAL = "read_journal"


# Judging and running a programme are apart on purpose: whoever plans and publishes does not accept visits.
ROLE_VERBS: dict[Role, frozenset[Verb]] = {
    Role.INSPECTOR: frozenset({Verb.TELL_VISITS, Verb.SEE_UNITS}),
    Role.COORDINATOR: frozenset(
        {
            Verb.ASSIGN,
            Verb.REVIEW,
            Verb.HAND_IN,
            Verb.SEE_VISITS,
            Verb.SEE_WHO_VISITED,
            Verb.SEE_UNITS,
            Verb.SEE_RESULTS,
            Verb.SEE_PUBLISHED,
            Verb.EXPORT,
        }
    ),
    Role.MANAGER: frozenset(
        {
            Verb.ASSIGN,
            Verb.SEE_VISITS,
            Verb.SEE_WHO_VISITED,
            Verb.SEE_UNITS,
            Verb.MANAGE_UNITS,
            Verb.PUBLISH_CHECKLIST,
            Verb.MANAGE_PEOPLE,
            Verb.COMPUTE,
            Verb.PUBLISH_RESULTS,
            Verb.SEE_RESULTS,
            Verb.SEE_PUBLISHED,
            Verb.EXPORT,
            Verb.READ_JOURNAL,
        }
    ),
    Role.CONSUMER: frozenset({Verb.SEE_UNITS, Verb.SEE_PUBLISHED, Verb.EXPORT}),
    Role.ADMINISTRATOR: frozenset(
        {
            Verb.SEE_UNITS,
            Verb.MANAGE_UNITS,
            Verb.PUBLISH_CHECKLIST,
            Verb.MANAGE_PEOPLE,
            Verb.MANAGE_PROGRAMMES,
            Verb.READ_JOURNAL,
        }
    ),
}


def within(region: str, codes: frozenset[str]) -> bool:
    """Whether a Kemendagri code is one of these or lies below one ("63" holds "63.01")."""
    return any(region == code or region.startswith(code + ".") for code in codes)


def regions_for(role: Role, codes: Iterable[str]) -> list[str]:
    """The regions to write into a membership, each once, in order.

    Raises CoordinatorNeedsRegions, RegionsAreForCoordinators, NotARegion.
    """
    wanted = sorted(set(codes))
    if role is Role.COORDINATOR and not wanted:
        raise CoordinatorNeedsRegions()
    if role is not Role.COORDINATOR and wanted:
        raise RegionsAreForCoordinators(role=role.value)
    if strange := [code for code in wanted if not REGION_CODE.fullmatch(code)]:
        raise NotARegion(codes=strange)
    return wanted


def second_factor_required(roles: Iterable[Role], required: frozenset[str]) -> bool:
    """Whether one of these roles is among those that a setting protects."""
    return any(role.value in required for role in roles)


@dataclass(frozen=True)
class Standing:
    """What one person is in one programme."""

    roles: frozenset[Role] = frozenset()
    regions: frozenset[str] = frozenset()

    @property
    def verbs(self) -> frozenset[Verb]:
        return frozenset().union(*(ROLE_VERBS[role] for role in self.roles))

    def may(self, verb: Verb) -> bool:
        return any(verb in ROLE_VERBS[role] for role in self.roles)

    def may_everywhere(self, verb: Verb) -> bool:
        """Whether the verb is hers without regard to regions: some role other than coordinator gives it."""
        return any(verb in ROLE_VERBS[role] for role in self.roles - {Role.COORDINATOR})

    def may_in(self, verb: Verb, region: str) -> bool:
        """Whether she may do this for something in that region."""
        return self.may_everywhere(verb) or (self.may(verb) and self.answers_for(region))

    def answers_for(self, region: str) -> bool:
        return Role.COORDINATOR in self.roles and within(region, self.regions)


NOBODY = Standing()
