"""Somebody is invited into a programme; nobody is made twice, and nobody learns of other programmes."""

import pytest
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from backend.accounts import tasks
from backend.accounts.links import Links
from backend.core.errors import NotAllowed
from backend.core.ids import uuid7
from backend.journal.models import Entry
from backend.people.errors import (
    AlreadySignedIn,
    CoordinatorNeedsRegions,
    IdTaken,
    NameTaken,
    NoAddress,
    NoSuchPerson,
    NoSuchProgramme,
    NotYourOwnRoles,
)
from backend.people.inviting import forget_second_factors, invite_again, invite_person
from backend.people.models import Membership, Programme, User
from backend.people.rules import Role
from tests.backend.accounts.hands import app_of
from tests.world import A_UUID, told

pytestmark = pytest.mark.django_db


def invited(by, programme, key=A_UUID, **changes):
    said = {
        "username": "tini",
        "name": "Tini",
        "email": "tini@contoh.id",
        "language": "id",
        "role": Role.COORDINATOR,
        "regions": ["63.02", "63.01"],
    }
    return invite_person(key, programme=programme.pk, by=by.user, **{**said, **changes})


def memberships(user):
    return list(
        Membership.objects.filter(user=user)
        .order_by("pk")
        .values_list("programme__code", "role", "region_codes")
    )


def events():
    return list(Entry.objects.order_by("id").values_list("event", flat=True))


def work():
    """What a worker does with the invitations that were enqueued."""
    for task in DBTaskResult.objects.filter(task_path="backend.accounts.tasks.send_invitation"):
        tasks.send_invitation.call(*task.args_kwargs["args"])


def test_mira_invites_a_coordinator_who_gets_a_letter(mira, programme, mailoutbox):
    person, new = invited(mira, programme)
    assert (person.pk, new, person.has_usable_password()) == (A_UUID, True, False)
    assert memberships(person) == [("kalsel", "coordinator", ["63.01", "63.02"])]
    assert events() == ["member.set", "person.invited"]
    assert mailoutbox == []
    work()
    assert (mailoutbox[0].to, mailoutbox[0].subject) == (["tini@contoh.id"], "Akun Anda")
    assert "/accounts/password/reset/key/" in mailoutbox[0].body


def test_the_letter_is_in_her_language(mira, programme, mailoutbox):
    invited(mira, programme, language="en")
    work()
    assert (mailoutbox[0].subject, mailoutbox[0].body.splitlines()[0]) == ("Your account", "Hello Tini,")


def test_a_double_click_invites_once(mira, programme):
    first, again = invited(mira, programme), invited(mira, programme)
    assert (first[0], again) == (again[0], (first[0], False))
    assert events() == ["member.set", "person.invited"]
    with pytest.raises(IdTaken):
        invited(mira, programme, username="tono")


def test_whoever_has_this_address_gets_the_role_and_keeps_her_name_and_password(
    mira, rina, programme, mailoutbox
):
    User.objects.filter(pk=rina.id).update(email="Rina@contoh.id")
    person, new = invited(mira, programme, email="rina@contoh.id", username="another", name="Another")
    assert (person.pk, new, person.username, person.name) == (rina.id, False, "rina", "Rina")
    assert memberships(person) == [
        ("kalsel", "inspector", []),
        ("kalsel", "coordinator", ["63.01", "63.02"]),
    ]
    work()
    assert mailoutbox == []


def test_an_invitation_takes_no_region_away(mira, budi, programme):
    User.objects.filter(pk=budi.id).update(email="budi@contoh.id")
    invited(mira, programme, email="budi@contoh.id", regions=["63.71"])
    assert memberships(budi.user) == [("kalsel", "coordinator", ["63.01", "63.02", "63.03", "63.71"])]


def test_p5_somebody_of_another_programme_comes_in_by_her_address_and_not_by_her_name(mira, agus, programme):
    with pytest.raises(NameTaken):
        invited(mira, programme, username="agus")
    User.objects.filter(pk=agus.id).update(email="agus@contoh.id")
    person, _new = invited(mira, programme, email="agus@contoh.id")
    assert person.pk == agus.id
    assert ("kalsel", "coordinator", ["63.01", "63.02"]) in memberships(person)


@pytest.mark.parametrize(
    ("who", "problem"),
    [("budi", NotAllowed), ("sari", NotAllowed), ("dewi", NotAllowed), ("agus", NoSuchProgramme)],
)
def test_only_whoever_manages_people_invites(who, problem, request, programme):
    by = request.getfixturevalue(who)
    with pytest.raises(problem):
        invited(by, programme)
    assert not User.objects.filter(pk=A_UUID).exists()


def test_p6_nobody_invites_herself_to_another_role(mira, programme):
    User.objects.filter(pk=mira.id).update(email="mira@contoh.id")
    with pytest.raises(NotYourOwnRoles):
        invited(mira, programme, email="mira@contoh.id")


def test_p3_a_coordinator_is_not_invited_without_regions(mira, programme):
    with pytest.raises(CoordinatorNeedsRegions):
        invited(mira, programme, regions=[])
    with pytest.raises(NoAddress):
        invited(mira, programme, email="")
    assert not User.objects.filter(pk=A_UUID).exists()


def test_the_letter_goes_again_until_she_has_chosen_a_password(mira, agus, rina, programme, mailoutbox):
    person, _new = invited(mira, programme)
    invite_again(programme.pk, person.pk, by=mira.user)
    work()
    assert len(mailoutbox) == 2
    with pytest.raises(AlreadySignedIn):
        invite_again(programme.pk, rina.id, by=mira.user)
    with pytest.raises(NoSuchPerson):
        invite_again(programme.pk, agus.id, by=mira.user)
    person.set_password("sasirangan-biru-71")
    person.save()
    work()
    assert len(mailoutbox) == 2
    assert Links().check_token(person, Links().make_token(person))


def test_a_lost_second_factor_is_taken_off_by_whoever_answers_for_all_she_may_do(
    mira, budi, agus, root, programme
):
    app_of(budi)
    assert forget_second_factors(programme.pk, budi.id, by=mira.user) == 1
    assert events()[-1] == "second-factor.taken_off"
    app_of(budi)
    papua = Programme.objects.get(code="papua")
    Membership.objects.create(programme=papua, user=budi.user, role="inspector")
    with pytest.raises(NotAllowed):  # it opens another programme too
        forget_second_factors(programme.pk, budi.id, by=mira.user)
    with pytest.raises(NotAllowed):
        forget_second_factors(programme.pk, mira.id, by=mira.user)
    with pytest.raises(NoSuchPerson):
        forget_second_factors(programme.pk, agus.id, by=mira.user)
    assert forget_second_factors(programme.pk, budi.id, by=root.user) == 1


def test_a_manager_takes_nothing_off_an_administrator(mira, root, programme):
    Membership.objects.create(programme=programme, user=root.user, role="consumer")
    app_of(root)
    with pytest.raises(NotAllowed):
        forget_second_factors(programme.pk, root.id, by=mira.user)


def test_two_people_cannot_be_given_one_name(mira, rina, programme):
    with pytest.raises(NameTaken):
        invited(mira, programme, key=uuid7(), username="rina")


def test_by_the_api_the_first_time_is_201_and_the_second_200(mira, budi, programme):
    path = f"programmes/{programme.pk}/invitations"
    body = {
        "id": str(A_UUID),
        "username": "tini",
        "name": "Tini",
        "email": "tini@contoh.id",
        "role": "coordinator",
        "regions": ["63.01"],
    }
    shown = {"id": str(A_UUID), "username": "tini", "name": "Tini"}
    assert [told(mira.api, path, body) for _ in range(2)] == [(201, shown), (200, shown)]
    assert told(budi.api, path, body)[1]["code"] == "not-allowed"
    assert told(mira.api, path, {**body, "role": "administrator"})[1]["code"] == "invalid"
    assert told(mira.api, path, {**body, "id": str(uuid7()), "email": "x"})[1]["code"] == "invalid"


def test_whoever_has_the_machine_takes_the_factor_off_the_only_administrator(root, capsys):
    app_of(root)
    call_command("second_factor", "--take-off", "root")
    assert capsys.readouterr().out == "root: 1 passkeys and codes taken off\n"
    assert list(Entry.objects.values_list("event", "actor")) == [("second-factor.taken_off", None)]
    with pytest.raises(CommandError):
        call_command("second_factor", "--take-off", "entah")
