"""The table of roles and verbs, and the regions a coordinator answers for."""

import pytest

from backend.people.errors import CoordinatorNeedsRegions, NotARegion, RegionsAreForCoordinators
from backend.people.rules import NOBODY, ROLE_VERBS, Role, Standing, Verb, regions_for, within

# Said a second time, by hand: a slip in the table must meet its opposite here.
WHO_MAY = {
    Verb.TELL_VISITS: "inspector",
    Verb.ASSIGN: "coordinator manager",
    Verb.REVIEW: "coordinator",
    Verb.HAND_IN: "coordinator",
    Verb.SEE_VISITS: "coordinator manager",
    Verb.SEE_WHO_VISITED: "coordinator manager",
    Verb.SEE_UNITS: "inspector coordinator manager consumer administrator",
    Verb.MANAGE_UNITS: "manager administrator",
    Verb.PUBLISH_CHECKLIST: "manager administrator",
    Verb.MANAGE_PEOPLE: "manager administrator",
    Verb.MANAGE_PROGRAMMES: "administrator",
    Verb.COMPUTE: "manager",
    Verb.PUBLISH_RESULTS: "manager",
    Verb.SEE_RESULTS: "coordinator manager",
    Verb.SEE_PUBLISHED: "coordinator manager consumer",
    Verb.EXPORT: "coordinator manager consumer",
    Verb.READ_JOURNAL: "manager administrator",
}


@pytest.mark.parametrize("verb", list(Verb))
def test_every_verb_belongs_to_exactly_these_roles(verb):
    assert " ".join(role for role in Role if verb in ROLE_VERBS[role]) == WHO_MAY[verb]


def test_nobody_who_judges_also_computes_and_publishes_by_one_role():
    assert not any(Verb.REVIEW in verbs and Verb.PUBLISH_RESULTS in verbs for verbs in ROLE_VERBS.values())


def test_somebody_without_a_role_may_do_nothing():
    assert NOBODY.verbs == frozenset()
    assert not any(NOBODY.may(verb) or NOBODY.may_in(verb, "63.01") for verb in Verb)


@pytest.mark.parametrize(
    ("region", "codes", "inside"),
    [
        ("63.01", {"63"}, True),
        ("63", {"63"}, True),
        ("63", {"63.01"}, False),
        ("63.01", {"63.02"}, False),
        ("63.01.05", {"63.01"}, True),
        ("63.010", {"63.01"}, False),
        ("6301", {"63"}, False),
        ("63.01", set(), False),
    ],
)
def test_p3_a_province_holds_its_regencies_and_no_other(region, codes, inside):
    assert within(region, frozenset(codes)) is inside


def test_p3_a_coordinator_may_judge_in_her_regions_and_a_manager_may_plan_everywhere():
    budi = Standing(frozenset({Role.COORDINATOR}), frozenset({"63.01"}))
    mira = Standing(frozenset({Role.MANAGER}))
    assert budi.may_in(Verb.REVIEW, "63.01")
    assert not budi.may_in(Verb.REVIEW, "63.02")
    assert mira.may_in(Verb.ASSIGN, "63.02")
    assert not mira.may_in(Verb.REVIEW, "63.02")


def test_p3_a_coordinator_who_also_inspects_does_not_judge_elsewhere():
    both = Standing(frozenset({Role.COORDINATOR, Role.INSPECTOR}), frozenset({"63.01"}))
    assert not both.may_in(Verb.REVIEW, "63.02")
    assert not both.may_everywhere(Verb.REVIEW)


def test_p3_regions_are_written_once_and_in_order():
    assert regions_for(Role.COORDINATOR, ["63.02", "63.01", "63.02"]) == ["63.01", "63.02"]
    assert regions_for(Role.INSPECTOR, []) == []


@pytest.mark.parametrize(
    ("role", "codes", "problem"),
    [
        (Role.COORDINATOR, [], CoordinatorNeedsRegions),
        (Role.MANAGER, ["63"], RegionsAreForCoordinators),
        (Role.COORDINATOR, ["Tanah Laut"], NotARegion),
        (Role.COORDINATOR, ["63.1"], NotARegion),
        (Role.COORDINATOR, ["63."], NotARegion),
        (Role.COORDINATOR, ["٦٣"], NotARegion),
        (Role.COORDINATOR, ["63\n"], NotARegion),
    ],
)
def test_p3_a_coordinator_without_regions_or_regions_without_a_coordinator_are_refused(role, codes, problem):
    with pytest.raises(problem):
        regions_for(role, codes)
