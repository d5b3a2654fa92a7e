"""What operators say in the environment is read strictly."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend.settings import post_office, roles


def test_without_an_address_letters_are_printed():
    assert post_office("") == {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://pos:rah%40sia@surel.contoh.id", 587, True, False),
        ("smtps://pos:rah%40sia@surel.contoh.id", 465, False, True),
        ("smtp+plain://pos:rah%40sia@surel.contoh.id:2525", 2525, False, False),
    ],
)
def test_an_smtp_address_says_all(url, port, starttls, tls):
    assert post_office(url) == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "surel.contoh.id",
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "pos",
        "EMAIL_HOST_PASSWORD": "rah@sia",
        "EMAIL_USE_TLS": starttls,
        "EMAIL_USE_SSL": tls,
        "EMAIL_TIMEOUT": 20,
    }


@pytest.mark.parametrize("url", ["surel.contoh.id", "http://surel.contoh.id", "smtp://"])
def test_an_address_that_is_none_stops_the_start(url):
    with pytest.raises(ImproperlyConfigured):
        post_office(url)


def test_roles_are_named_or_the_start_stops(monkeypatch):
    monkeypatch.setenv("SECOND_FACTOR_ROLES", "coordinator, administrator")
    assert roles("SECOND_FACTOR_ROLES") == ["coordinator", "administrator"]
    for wrong in ("coordinators", "inspector"):
        monkeypatch.setenv("SECOND_FACTOR_ROLES", wrong)
        with pytest.raises(ImproperlyConfigured):
            roles("SECOND_FACTOR_ROLES")
