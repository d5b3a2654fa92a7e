"""The pages of people and phones: who sees them, what they show, what may be done there."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.core.clock import now
from backend.core.ids import uuid7
from backend.journal.models import Entry
from backend.people.models import Device, Membership, User
from backend.people.rules import Role
from tests import world
from tests.backend.accounts.hands import app_of, words_on
from tests.world import A_UUID

pytestmark = pytest.mark.django_db

PEOPLE = "/console/kalsel/people/"
DEVICES = "/console/kalsel/devices/"
INVITATION = {
    "id": str(A_UUID),
    "name": "Tini",
    "username": "tini",
    "email": "tini@contoh.id",
    "language": "id",
    "role": "coordinator",
    "regions": ["63.01"],
}


def at(person):
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(person.user)
    browser.cookies["django_language"] = "en"
    return browser


def of(person):
    return f"{PEOPLE}{person.id}/"


@pytest.mark.parametrize(
    ("who", "people", "devices"),
    [
        ("mira", 200, 200),
        ("root", 200, 200),
        ("budi", 403, 200),
        ("sari", 403, 403),
        ("dewi", 403, 403),
        ("agus", 404, 404),
    ],
)
def test_who_sees_people_and_who_sees_phones(who, people, devices, request, mira):
    browser = at(request.getfixturevalue(who))
    assert (browser.get(PEOPLE).status_code, browser.get(DEVICES).status_code) == (people, devices)
    assert browser.get(of(mira)).status_code == people
    assert browser.post(f"{PEOPLE}invite/", INVITATION).status_code == (302 if people == 200 else people)


def test_mira_sees_everybody_of_her_programme_and_nobody_else(mira, budi, sari, agus):
    said = words_on(at(mira).get(PEOPLE))
    assert [name in said for name in ("Mira", "Budi", "Sari", "Agus")] == [True, True, True, False]
    assert "Coordinator 63.01 63.02 63.03" in said


def test_she_seeks_by_name_and_by_role(mira, budi, sari):
    found = [
        words_on(at(mira).get(PEOPLE + query))
        for query in ("?q=bud", "?role=inspector", "?q=x%00", "?role=x")
    ]
    assert [("Budi" in one, "Sari" in one) for one in found] == [
        (True, False),
        (False, True),
        (False, False),
        (True, True),
    ]


def test_she_invites_a_coordinator_and_a_double_click_does_it_once(mira, programme):
    world.unit()
    browser = at(mira)
    assert "63.01" in browser.get(f"{PEOPLE}invite/").content.decode()
    went = [browser.post(f"{PEOPLE}invite/", INVITATION) for _ in range(2)]
    assert [one["Location"] for one in went] == [f"{PEOPLE}{A_UUID}/"] * 2
    said = words_on(browser.get(went[0]["Location"]))
    assert "Tini is invited; a letter goes to tini@contoh.id." in said
    assert "has not chosen a password yet" in said
    assert Entry.objects.filter(event="person.invited").count() == 1
    browser.post(f"{PEOPLE}{A_UUID}/letter/")
    assert Entry.objects.filter(event="person.invited").count() == 2


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        ({"name": ""}, 400, "Say a name"),
        ({"username": "ti ni"}, 400, "without spaces"),
        ({"email": "tini"}, 400, "no e-mail address"),
        ({"role": "administrator"}, 400, "Choose a role."),
        ({"regions": []}, 400, "at least one region"),
        ({"regions": ["63.xx"]}, 400, "not region codes"),
        ({"username": "budi"}, 409, "already has this user name"),
    ],
)
def test_what_was_typed_stays_when_something_is_wrong_with_it(mira, budi, wrong, status, words):
    typed = {**INVITATION, **wrong}
    answer = at(mira).post(f"{PEOPLE}invite/", typed)
    page = answer.content.decode()
    assert (answer.status_code, words in words_on(answer)) == (status, True)
    assert all(f'value="{typed[name]}"' in page for name in ("name", "username", "email", "id"))
    assert not User.objects.filter(pk=A_UUID).exists()


def test_script_in_a_name_is_shown_and_not_run(mira):
    at(mira).post(f"{PEOPLE}invite/", {**INVITATION, "name": "<script>alert(1)</script>"})
    page = at(mira).get(PEOPLE).content.decode()
    assert ("<script>alert" in page, "&lt;script&gt;alert" in page) == (False, True)


def test_she_changes_the_regions_of_a_coordinator(mira, budi):
    world.unit(where="63.71", code="S-71")
    browser = at(mira)
    page = browser.get(of(budi)).content.decode()
    assert page.count(" checked") == 3
    sent = {"role": "coordinator", "rev": "1", "regions": ["63.71"]}
    assert browser.post(f"{of(budi)}roles/", sent).status_code == 302
    assert Membership.objects.get(user=budi.id).region_codes == ["63.71"]
    stale = browser.post(f"{of(budi)}roles/", {**sent, "regions": ["63.01"]})
    assert (stale.status_code, "Somebody changed this meanwhile" in words_on(stale)) == (412, True)
    assert Membership.objects.get(user=budi.id).region_codes == ["63.71"]


def test_she_gives_a_role_and_takes_one_away(mira, sari, programme):
    browser = at(mira)
    browser.post(f"{of(sari)}roles/", {"role": "consumer"})
    given = Membership.objects.get(user=sari.id, role="consumer")
    assert browser.post(f"{of(sari)}roles/{given.pk}/remove/", {"rev": "9"}).status_code == 412
    assert browser.post(f"{of(sari)}roles/{given.pk}/remove/", {"rev": "1"})["Location"] == of(sari)
    last = Membership.objects.get(user=sari.id)
    assert browser.post(f"{of(sari)}roles/{last.pk}/remove/", {"rev": "1"})["Location"] == PEOPLE
    assert browser.get(of(sari)).status_code == 404


def test_p6_her_own_roles_are_not_hers_to_change(mira):
    browser = at(mira)
    refused = browser.post(f"{of(mira)}roles/", {"role": "inspector"})
    assert (refused.status_code, "Nobody changes her own roles" in words_on(refused)) == (403, True)


def test_a_role_of_another_programme_is_not_hers_to_take(mira, agus, sari):
    theirs = Membership.objects.filter(user=agus.id).first()
    assert at(mira).post(f"{of(sari)}roles/{theirs.pk}/remove/").status_code == 404
    assert at(mira).get(of(agus)).status_code == 404


def test_sari_carries_two_phones_and_has_an_open_order(mira, sari, order):
    Device.objects.create(id=uuid7(), user=sari.user, name="Tablet")
    said = words_on(at(mira).get(of(sari)))
    assert "Open orders 1" in said
    assert ("Telepon Sari" in said, "Tablet" in said) == (True, True)


def test_a_lost_second_factor_is_taken_off(mira, budi):
    app_of(budi)
    browser = at(mira)
    assert "She lost phone and key" in words_on(browser.get(of(budi)))
    browser.post(f"{of(budi)}second-factor/")
    assert "1 passkey or code was taken off." in words_on(browser.get(of(budi)))


def holding(person, days, **pending):
    seen = now() - timedelta(days=days)
    Device.objects.filter(pk=person.device.pk).update(last_seen_at=seen, pending=pending)


def test_unsent_work_comes_first_and_the_longest_silent_before_the_others(mira, budi, sari, rina):
    holding(sari, 2, submissions=1, photos=5, drafts=0, oldest="2026-03-03T15:02:00+00:00")
    holding(rina, 5, submissions=0, photos=2)
    holding(budi, 9)
    said = words_on(at(budi).get(DEVICES))
    assert said.index("Telepon Rina") < said.index("Telepon Sari") < said.index("Telepon Budi")
    assert "1 visit 5 photos the oldest of 3 March 2026 22:02 WIB" in said
    assert said.count("silent with unsent work") == 1
    assert "With unsent work 2" in said
    only = words_on(at(budi).get(f"{DEVICES}?tray=holding"))
    assert ("Telepon Sari" in only, "Telepon Budi" in only) == (True, False)
    assert "Telepon Rina" not in words_on(at(budi).get(f"{DEVICES}?q=sari"))


def test_odd_numbers_of_a_phone_are_no_numbers(mira, sari):
    Device.objects.filter(pk=sari.device.pk).update(pending={"photos": "<b>", "oldest": 7, "drafts": True})
    assert at(mira).get(DEVICES).status_code == 200


def test_mira_takes_a_lost_phone_out_of_use_after_reading_what_happens(mira, budi, sari):
    page = f"{DEVICES}{sari.device.pk}/revoke/"
    assert at(budi).get(page).status_code == 403
    assert at(budi).post(page).status_code == 403
    browser = at(mira)
    assert "seals itself" in words_on(browser.get(page))
    assert Device.objects.get(pk=sari.device.pk).revoked_at is None
    assert browser.post(page)["Location"] == DEVICES
    assert browser.post(page)["Location"] == DEVICES
    assert Entry.objects.filter(event="device.revoked").count() == 1
    assert "out of use since" in words_on(browser.get(f"{DEVICES}?tray=revoked"))


def test_a_phone_of_another_programme_is_not_there(mira, agus):
    assert at(mira).post(f"{DEVICES}{agus.device.pk}/revoke/").status_code == 404
    assert Device.objects.get(pk=agus.device.pk).revoked_at is None


@pytest.mark.parametrize("address", [PEOPLE, DEVICES, f"{PEOPLE}invite/", "one"])
def test_thirty_people_cost_as_many_queries_as_three(address, mira, sari, programme):
    world.unit()

    def members(count):
        for number in range(count):
            world.person(f"u{uuid7().hex[-12:]}", Role.INSPECTOR)
            world.unit(f"S-{uuid7().hex[-6:]}", where=f"63.{number + 10}")

    where = of(sari) if address == "one" else address
    browser = at(mira)
    counts = []
    for more in (3, 27):
        members(more)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(where).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 15
