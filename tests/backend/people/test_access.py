"""What each of the cast may do, verb by verb; outsiders learn nothing."""

import pytest
from django.db.models import Q

from backend.core.errors import NotAllowed
from backend.people.access import require, require_any
from backend.people.errors import NoSuchProgramme, NotInYourRegions
from backend.people.models import Programme, regions_where
from backend.people.rules import ROLE_VERBS, Role, Verb
from backend.units.models import Unit
from tests import world

ROLE_OF = {
    "sari": Role.INSPECTOR,
    "rina": Role.INSPECTOR,
    "budi": Role.COORDINATOR,
    "wati": Role.COORDINATOR,
    "mira": Role.MANAGER,
    "dewi": Role.CONSUMER,
    "root": Role.ADMINISTRATOR,
}


def what_happens(user, programme, verb, region=None):
    try:
        require(user, programme, verb, region=region)
    except (NotAllowed, NoSuchProgramme) as problem:
        return type(problem)
    return "may"


@pytest.mark.parametrize("name", ROLE_OF)
def test_everybody_may_do_exactly_what_her_role_says(name, request, programme):
    user = request.getfixturevalue(name).user
    answers = {verb: what_happens(user, programme, verb) for verb in Verb}
    assert answers == {verb: "may" if verb in ROLE_VERBS[ROLE_OF[name]] else NotAllowed for verb in Verb}


def test_p5_agus_may_do_everything_elsewhere_and_nothing_here(agus, programme):
    here = {what_happens(agus.user, programme, verb) for verb in Verb}
    elsewhere = {what_happens(agus.user, Programme.objects.get(code="papua"), verb) for verb in Verb}
    assert here == {NoSuchProgramme}
    assert elsewhere == {"may", NotAllowed}


def test_p3_a_coordinator_judges_in_her_regions_and_nowhere_else(budi, wati, programme):
    def answers(person):
        regions = ("63.01", "63.03", "63.04", "63.71", "63", "64.01")
        return [what_happens(person.user, programme, Verb.REVIEW, region) for region in regions]

    no = NotInYourRegions
    assert answers(budi) == ["may", "may", no, no, no, no]
    assert answers(wati) == [no, no, no, "may", no, no]


def test_p3_rows_are_seen_by_the_same_regions_as_they_are_judged(budi, wati, mira, sari, agus, root):
    codes = {"63.01", "63.02", "63.04", "63.71"}
    for code in codes:
        world.unit(f"SAM-{code}", where=code)

    def seen(person):
        here = regions_where(person.user, Verb.SEE_VISITS, programme="programme", region="region__code")
        return set(Unit.objects.filter(here).values_list("region", flat=True))

    assert [seen(person) for person in (budi, wati, mira)] == [{"63.01", "63.02"}, {"63.71"}, codes]
    assert [seen(person) for person in (sari, agus, root)] == [set(), set(), set()]


def test_an_administrator_of_the_house_sees_no_visits(root, programme):
    assert regions_where(root.user, Verb.SEE_VISITS, programme="p", region="r") == Q(pk__in=[])
    assert what_happens(root.user, programme, Verb.REVIEW) is NotAllowed


def test_one_of_several_verbs_is_enough_where_any_will_do(mira, dewi, agus, programme):
    assert require_any(mira.user, programme, Verb.REVIEW, Verb.MANAGE_PEOPLE).roles == {Role.MANAGER}
    with pytest.raises(NotAllowed):
        require_any(dewi.user, programme, Verb.REVIEW, Verb.MANAGE_PEOPLE)
    with pytest.raises(NoSuchProgramme):
        require_any(agus.user, programme, Verb.REVIEW, Verb.MANAGE_PEOPLE)


def test_a_standing_is_read_once_however_often_it_is_asked(budi, programme, django_assert_num_queries):
    user = type(budi.user).objects.get(pk=budi.id)
    with django_assert_num_queries(1):
        for verb in Verb:
            what_happens(user, programme, verb, "63.01")
