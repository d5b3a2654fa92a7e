"""Letters with a link: for an invitation, for a new password. They tell nobody who has an account, nor what for."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.cache import cache
from django.test import Client
from django_tasks_db.models import DBTaskResult

from backend.accounts import tasks
from backend.journal.models import Entry
from backend.people.models import User
from tests.backend.accounts.hands import sign_in, words_on
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
ASK = "/accounts/password/reset/"
NEW = "sasirangan-biru-71"


@pytest.fixture(autouse=True)
def nobody_tried_yet():
    cache.clear()


def asked(name):
    return Client().post(ASK, {"name": name})


def worker():
    """What a worker does with what was enqueued."""
    for task in DBTaskResult.objects.filter(task_path="backend.accounts.tasks.send_new_password"):
        tasks.send_new_password.call(*task.args_kwargs["args"])
    DBTaskResult.objects.all().delete()


def link_in(letter):
    return re.search(r"http://127\.0\.0\.1:8000(\S+)", letter.body)[1]


def choose(link, password=NEW):
    """Follow the link and say the new password twice; (the form's status, where it leads to)."""
    browser = Client()
    form = browser.get(link, follow=True)
    answer = browser.post(form.request["PATH_INFO"], {"password1": password, "password2": password})
    return answer.status_code, answer.get("Location", "")


def test_sari_forgot_her_password_and_chooses_another(sari, mailoutbox):
    User.objects.filter(pk=sari.id).update(email="sari@contoh.id")
    assert asked("sari")["Location"] == "/accounts/password/reset/done/"
    assert mailoutbox == []  # after the answer, by a worker
    worker()
    letter = mailoutbox[0]
    assert (letter.to, letter.subject) == (["sari@contoh.id"], "Kata sandi baru Anda")
    assert choose(link_in(letter)) == (302, "/accounts/password/reset/key/done/")
    assert sign_in(Client(), sari, password=NEW)[0] == 302
    events = list(Entry.objects.order_by("id").values_list("event", "actor"))
    assert events[:2] == [("password.link_sent", None), ("password.changed", sari.id)]


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_letter_says_nothing_of_what_the_account_is_for(sari, mailoutbox, language, programme):
    User.objects.filter(pk=sari.id).update(email="sari@contoh.id", language=language)
    asked("sari@contoh.id")
    worker()
    said = (mailoutbox[0].subject + mailoutbox[0].body).lower()
    telling = [
        "samar",
        "ombudsman",
        "inspe",
        "kunjung",
        "visit",
        "kalimantan",
        "mystery",
        "layanan",
        "program",
    ]
    assert [word for word in telling if word in said.replace("sari", "")] == []


def test_a_link_works_once(sari, mailoutbox):
    User.objects.filter(pk=sari.id).update(email="sari@contoh.id")
    asked("sari")
    worker()
    choose(link_in(mailoutbox[0]))
    again = Client().get(link_in(mailoutbox[0]), follow=True)
    assert "Tautan ini tidak berlaku lagi" in words_on(again)


def test_a_link_dies_when_she_remembers_her_password_after_all(sari, mailoutbox):
    User.objects.filter(pk=sari.id).update(email="sari@contoh.id")
    asked("sari")
    worker()
    sign_in(Client(), sari)
    assert "tidak berlaku lagi" in words_on(Client().get(link_in(mailoutbox[0]), follow=True))
    assert sign_in(Client(), sari, password=PASSWORD)[0] == 302


def test_a_link_lives_three_days(sari, mailoutbox, monkeypatch):
    User.objects.filter(pk=sari.id).update(email="sari@contoh.id")
    asked("sari")
    worker()
    real = PasswordResetTokenGenerator._now
    for days, works in ((2.9, True), (3.1, False)):
        later = timedelta(days=days)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self, by=later: real(self) + by)
        said = words_on(Client().get(link_in(mailoutbox[0]), follow=True))
        assert ("tidak berlaku lagi" not in said) is works


@pytest.mark.parametrize("name", ["entah", "sari", "sari@contoh.id", "' or 1=1 --", "a\0b"])
def test_the_answer_is_the_same_for_every_name(name, sari, mailoutbox):
    answer = asked(name)
    worker()
    assert mailoutbox == []  # Sari has no address, the others are nobody
    if "\0" not in name:
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")


def test_somebody_who_is_switched_off_gets_no_letter_and_her_old_link_is_dead(sari, mailoutbox):
    User.objects.filter(pk=sari.id).update(email="sari@contoh.id")
    asked("sari")
    worker()
    User.objects.filter(pk=sari.id).update(is_active=False)
    asked("sari")
    worker()
    assert len(mailoutbox) == 1
    assert "tidak berlaku lagi" in words_on(Client().get(link_in(mailoutbox[0]), follow=True))


def test_nobody_fills_the_letter_box_of_another(sari, mailoutbox):
    User.objects.filter(pk=sari.id).update(email="sari@contoh.id")
    answers = [asked("sari").status_code for _ in range(5)]
    worker()
    assert (answers, len(mailoutbox)) == ([302, 302, 302, 429, 429], 3)


def test_a_link_for_one_person_opens_no_other(sari, rina, mailoutbox):
    User.objects.filter(pk=sari.id).update(email="sari@contoh.id")
    asked("sari")
    worker()
    forged = link_in(mailoutbox[0]).replace(sari.id.hex, rina.id.hex)
    assert "tidak berlaku lagi" in words_on(Client().get(forged, follow=True))
