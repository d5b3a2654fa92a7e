"""The register: programmes, people, members, devices, and the journal's list."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.core.ids import uuid7
from backend.journal.actions import seal_journal
from backend.journal.models import Entry, Seal
from backend.people import actions
from backend.people.errors import NameTaken, WeakPassword
from backend.people.models import Device, Membership, Programme, User
from backend.people.rules import Role
from tests import world
from tests.world import A_UUID, told

NO_PROGRAMME = {
    "type": "/problems/no-such-programme",
    "title": "There is no such programme, or you do not belong to it.",
    "title_id": "Program tidak ditemukan, atau Anda bukan anggotanya.",
    "status": 404,
    "code": "no-such-programme",
}


def not_allowed(verb):
    return (
        403,
        {
            "type": "/problems/not-allowed",
            "title": "Your role does not allow this.",
            "title_id": "Peran Anda tidak mengizinkan tindakan ini.",
            "status": 403,
            "code": "not-allowed",
            "verb": verb,
        },
    )


# Programmes


def test_root_founds_a_programme_and_telling_it_twice_founds_one(root, mira):
    body = {"id": str(A_UUID), "code": "sulsel-2026", "name": "Sulawesi Selatan", "operator": "civil_society"}
    assert told(root.api, "programmes", body) == (201, body)
    assert told(root.api, "programmes", body) == (200, body)
    assert told(root.api, "programmes", {**body, "name": "Other"})[1]["code"] == "id-taken"
    again = {**body, "id": str(uuid7())}
    assert told(root.api, "programmes", again)[1]["code"] == "code-taken"
    assert told(mira.api, "programmes", again) == not_allowed("manage_programmes")
    assert list(Entry.objects.values_list("event", "programme")) == [("programme.created", A_UUID)]


def test_p5_everybody_sees_her_own_programmes_only(root, sari, agus, programme):
    def codes(person):
        return [found["code"] for found in told(person.api, "programmes", method="get")[1]["results"]]

    assert (codes(sari), codes(agus), codes(root)) == (["kalsel"], ["papua"], ["kalsel", "papua"])


# People


def new_person(**changes):
    return {
        "id": str(A_UUID),
        "username": "tono",
        "name": "Tono",
        "email": "tono@example.org",
        "language": "en",
        "password": "sasirangan-biru-71",
        **changes,
    }


def test_mira_registers_a_person_who_then_has_no_role_yet(mira):
    shown = {"id": str(A_UUID), "username": "tono", "name": "Tono", "language": "en", "is_active": True}
    assert told(mira.api, "people", new_person()) == (201, shown)
    assert told(mira.api, "people", new_person()) == (200, shown)
    assert told(mira.api, "people", new_person(password="another-long-one"))[1]["code"] == "id-taken"
    assert told(mira.api, "people", new_person(id=str(uuid7())))[1]["code"] == "name-taken"
    tono = User.objects.get(pk=A_UUID)
    assert tono.check_password("sasirangan-biru-71")
    assert tono.password.startswith("argon2$argon2id$")
    assert (tono.standings, tono.is_administrator) == ({}, False)


@pytest.mark.parametrize(
    ("password", "flaws"),
    [
        ("kopi", {"password_too_short"}),
        ("tono-tono-tono", {"password_too_similar"}),
        ("1234567890", {"password_too_common"}),
    ],
)
def test_an_easy_password_is_refused_with_its_flaws(mira, password, flaws):
    name = "tono-tono-tono" if "tono" in password else "tono"
    status, answer = told(mira.api, "people", new_person(password=password, username=name))
    assert (status, answer["code"]) == (400, "weak-password")
    assert {flaw["code"] for flaw in answer["reasons"]} >= flaws
    assert not User.objects.filter(pk=A_UUID).exists()


@pytest.mark.parametrize("username", ["tono toni", "töno", "", "t" * 61, "tono/"])
def test_a_user_name_is_plain_letters(mira, username):
    assert told(mira.api, "people", new_person(username=username))[1]["code"] == "invalid"


@pytest.mark.parametrize("name", ["sari", "budi", "dewi"])
def test_who_does_not_manage_people_registers_nobody(name, request):
    person = request.getfixturevalue(name)
    assert told(person.api, "people", new_person()) == not_allowed("manage_people")


def test_colleagues_are_seen_by_those_who_plan_and_by_nobody_else(
    sari, rina, budi, mira, agus, root, programme
):
    def names(person, query=""):
        answer = told(person.api, f"people{query}", method="get")[1]
        return [found["username"] for found in answer["results"]]

    here = ["budi", "mira", "rina", "sari"]
    of_ours = f"?programme={programme.pk}"
    assert names(budi) == names(mira) == names(mira, of_ours) == names(root, of_ours) == here
    assert names(sari) == []
    assert names(agus) == ["agus"]
    assert names(root) == sorted([*here, "agus", "root"])
    assert told(agus.api, f"people{of_ours}", method="get") == (404, NO_PROGRAMME)
    assert told(sari.api, f"people{of_ours}", method="get") == not_allowed("assign")


def test_the_first_administrator_is_made_without_anybody(db):
    root = actions.create_administrator("root", "sasirangan-biru-71")
    assert root.is_administrator
    assert Entry.objects.get().event == "administrator.created"
    with pytest.raises(NameTaken):
        actions.create_administrator("root", "sasirangan-biru-71")
    with pytest.raises(WeakPassword):
        actions.create_administrator("toor", "toor")


# Members


def test_mira_makes_rina_a_coordinator_and_gives_her_other_regions(mira, rina, programme):
    path = f"programmes/{programme.pk}/members"
    body = {"user": str(rina.id), "role": "coordinator", "regions": ["63.02", "63.01"]}
    status, member = told(mira.api, path, body)
    made = Membership.objects.get(role="coordinator")
    assert (status, member) == (
        201,
        {
            "id": made.pk,
            "user": {"id": str(rina.id), "username": "rina", "name": "Rina"},
            "role": "coordinator",
            "regions": ["63.01", "63.02"],
            "rev": 1,
        },
    )
    assert told(mira.api, path, body) == (200, member)
    wider = {**member, "regions": ["63"], "rev": 2}
    assert told(mira.api, path, {**body, "regions": ["63"]}) == (200, wider)
    assert [line.data["regions"] for line in Entry.objects.all()] == [["63.01", "63.02"], ["63"]]
    assert told(mira.api, f"{path}/{made.pk}", method="delete") == (204, None)
    assert told(mira.api, f"{path}/{made.pk}", method="delete")[1]["code"] == "no-such-membership"
    assert User.objects.get(pk=rina.id).standing_in(programme).roles == {Role.INSPECTOR}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"regions": []}, "coordinator-needs-regions"),
        ({"role": "inspector", "regions": ["63"]}, "regions-are-for-coordinators"),
        ({"regions": ["Kalsel"]}, "not-a-region"),
        ({"role": "administrator"}, "invalid"),
        ({"user": str(A_UUID)}, "no-such-person"),
    ],
)
def test_p3_a_role_is_given_whole_or_not_at_all(mira, rina, programme, changes, code):
    body = {"user": str(rina.id), "role": "coordinator", "regions": ["63"], **changes}
    assert told(mira.api, f"programmes/{programme.pk}/members", body)[1]["code"] == code
    assert not Membership.objects.filter(user=rina.id).exclude(role="inspector").exists()


def test_p6_mira_cannot_make_herself_the_judge_of_what_she_plans(mira, root, programme):
    path = f"programmes/{programme.pk}/members"
    body = {"user": str(mira.id), "role": "coordinator", "regions": ["63"]}
    status, answer = told(mira.api, path, body)
    assert (status, answer["code"]) == (403, "not-your-own-roles")
    own = Membership.objects.get(user=mira.id)
    assert told(mira.api, f"{path}/{own.pk}", method="delete")[1]["code"] == "not-your-own-roles"
    assert told(root.api, path, body)[0] == 201


@pytest.mark.parametrize("name", ["sari", "budi", "dewi"])
def test_who_does_not_manage_people_gives_no_roles(name, request, programme, rina):
    person = request.getfixturevalue(name)
    body = {"user": str(rina.id), "role": "manager", "regions": []}
    path = f"programmes/{programme.pk}/members"
    assert told(person.api, path, body) == not_allowed("manage_people")
    kept = Membership.objects.get(user=rina.id)
    assert told(person.api, f"{path}/{kept.pk}", method="delete") == not_allowed("manage_people")


def test_p5_agus_learns_nothing_of_our_members(agus, rina, programme):
    path = f"programmes/{programme.pk}/members"
    body = {"user": str(rina.id), "role": "manager", "regions": []}
    kept = Membership.objects.get(user=rina.id)
    assert told(agus.api, path, method="get") == (404, NO_PROGRAMME)
    assert told(agus.api, path, body) == (404, NO_PROGRAMME)
    assert told(agus.api, f"{path}/{kept.pk}", method="delete") == (404, NO_PROGRAMME)
    theirs = f"programmes/{Programme.objects.get(code='papua').pk}/members"
    assert told(agus.api, f"{theirs}/{kept.pk}", method="delete")[1]["code"] == "no-such-membership"
    assert told(agus.api, f"programmes/{A_UUID}/members", method="get") == (404, NO_PROGRAMME)


def test_a_role_in_a_programme_that_is_not_there_is_given_to_nobody(root, rina):
    body = {"user": str(rina.id), "role": "manager", "regions": []}
    assert told(root.api, f"programmes/{A_UUID}/members", body)[1]["code"] == "no-such-programme"


def test_p1_the_database_itself_refuses_a_role_twice(sari, programme):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(programme=programme, user=sari.user, role="inspector")


def test_p2_the_database_itself_refuses_an_administrator_by_membership(sari, programme):
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(programme=programme, user=sari.user, role="administrator")


# Devices


def test_a_coordinator_sees_which_phones_still_hold_something(sari, rina, budi, programme):
    Device.objects.filter(pk=sari.device.pk).update(pending={"submissions": 2})
    status, answer = told(budi.api, f"devices?programme={programme.pk}", method="get")
    by_owner = {device["user"]["username"]: device for device in answer["results"]}
    kept = Device.objects.get(pk=sari.device.pk)
    assert (status, set(by_owner)) == (200, {"sari", "rina", "budi"})
    assert by_owner["sari"] == {
        "id": str(sari.device.pk),
        "name": "Telepon Sari",
        "platform": "",
        "user": {"id": str(sari.id), "username": "sari", "name": "Sari"},
        "registered_at": kept.registered_at.isoformat().replace("+00:00", "Z"),
        "last_seen_at": None,
        "pending": {"submissions": 2},
        "revoked_at": None,
    }


def test_without_a_programme_one_sees_her_own_devices(sari, rina):
    answer = told(sari.api, "devices", method="get")[1]
    assert [device["id"] for device in answer["results"]] == [str(sari.device.pk)]


def test_inspectors_consumers_and_outsiders_do_not_see_the_devices(sari, dewi, agus, programme):
    path = f"devices?programme={programme.pk}"
    assert told(sari.api, path, method="get") == not_allowed("see_who_visited")
    assert told(dewi.api, path, method="get") == not_allowed("see_who_visited")
    assert told(agus.api, path, method="get") == (404, NO_PROGRAMME)


def test_a_lost_phone_is_revoked_by_its_owner_her_manager_or_root_and_by_nobody_else(
    sari, rina, budi, mira, agus, root, programme
):
    path = f"devices/{sari.device.pk}/revoke"
    assert told(agus.api, path)[1]["code"] == "no-such-device"
    assert told(rina.api, path)[1]["code"] == "no-such-device"
    assert told(budi.api, path) == not_allowed("manage_people")
    status, device = told(mira.api, path)
    assert (status, device["id"], device["revoked_at"] is None) == (200, str(sari.device.pk), False)
    assert told(root.api, path) == (200, device)
    assert told(rina.api, f"devices/{rina.device.pk}/revoke")[0] == 200
    lines = Entry.objects.values_list("event", "actor", "programme")
    assert list(lines) == [
        ("device.revoked", mira.id, programme.pk),
        ("device.revoked", rina.id, None),
    ]


# The journal


def test_p9_mira_reads_her_programmes_journal_and_root_reads_all(mira, root, rina, agus, programme):
    told(rina.api, "logout")
    path = f"programmes/{programme.pk}/members"
    told(mira.api, path, {"user": str(rina.id), "role": "consumer", "regions": []})
    member = Membership.objects.get(user=rina.id, role="consumer")
    line = Entry.objects.get(event="member.set")
    shown = {
        "id": line.pk,
        "at": line.at.isoformat().replace("+00:00", "Z"),
        "event": "member.set",
        "actor": {"id": str(mira.id), "username": "mira"},
        "device": None,
        "programme": str(programme.pk),
        "subject_kind": "membership",
        "subject": str(member.pk),
        "data": {"user": str(rina.id), "role": "consumer", "regions": []},
        "seal": None,
    }
    assert told(mira.api, "journal", method="get") == (200, {"results": [shown], "next": None})
    seal_journal()
    shown["seal"] = Seal.objects.get(entry=line).hash
    of_ours = f"journal?programme={programme.pk}"
    assert told(mira.api, of_ours, method="get")[1]["results"] == [shown]
    assert told(root.api, of_ours, method="get")[1]["results"] == [shown]
    everything = told(root.api, "journal", method="get")[1]["results"]
    assert [found["event"] for found in everything] == ["member.set", "device.signed_out"]
    one = told(root.api, f"journal?event=device.signed_out&subject={rina.device.pk}", method="get")[1]
    assert [found["event"] for found in one["results"]] == ["device.signed_out"]
    assert told(agus.api, of_ours, method="get") == (404, NO_PROGRAMME)
    assert told(agus.api, "journal", method="get") == (200, {"results": [], "next": None})


@pytest.mark.parametrize("name", ["sari", "budi", "dewi"])
def test_p9_who_does_not_run_the_programme_does_not_read_its_journal(name, request, programme):
    person = request.getfixturevalue(name)
    assert told(person.api, "journal", method="get") == not_allowed("read_journal")
    assert told(person.api, f"journal?programme={programme.pk}", method="get") == not_allowed("read_journal")


@pytest.mark.parametrize("query", ["programme=kalsel", "event=" + "x" * 61])
def test_a_question_that_is_none_is_invalid(mira, query):
    assert told(mira.api, f"journal?{query}", method="get")[1]["code"] == "invalid"


# Lists cost the same whatever their length


@pytest.mark.parametrize(
    "path", ["programmes", "people", "people?programme={}", "devices?programme={}", "journal"]
)
def test_a_list_of_thirty_asks_the_database_as_often_as_a_list_of_three(path, root, programme):
    def members(count):
        for _ in range(count):
            world.programme(f"p{uuid7().hex[-12:]}")
            user = User.objects.create(username=f"u{uuid7().hex[-12:]}", name="U")
            Device.objects.create(id=uuid7(), user=user, name="HP")
            actions.set_membership(programme.pk, user=user.pk, role=Role.INSPECTOR, by=root.user)

    members(3)
    with CaptureQueriesContext(connection) as few:
        assert told(root.api, path.format(programme.pk), method="get")[0] == 200
    members(27)
    with CaptureQueriesContext(connection) as many:
        _status, answer = told(root.api, path.format(programme.pk), method="get")
    assert len(answer["results"]) >= 30
    assert len(many) == len(few) <= 6
