"""One world for a file of tests: it is staged once, and what a request does to it is undone at once."""

import pytest
from django.conf import settings
from django.db import transaction
from django.test import override_settings

from tests.backend.permissions import staging


@pytest.fixture(autouse=True)
def photos_of_this_test():
    """Photos outlive the test here, as their rows do; in place of the fixture of the same name."""


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker, tmp_path_factory):
    media, app = tmp_path_factory.mktemp("media"), tmp_path_factory.mktemp("app")
    (app / "index.html").write_text("Catatan")
    stores = {
        **settings.STORAGES,
        "evidence": {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(media)}},
    }
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media, STORAGES=stores, PHONE_APP=app),
        transaction.atomic(),
    ):
        yield staging.staged()
        transaction.set_rollback(True)
