"""When PostgreSQL's own history is another one, the server's is too (protocol section 6.4)."""

import logging

import pytest
from django.db import connection

from backend.feed.actions import check_timeline, epoch
from backend.feed.models import Timeline

pytestmark = pytest.mark.django_db

postgres_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL")


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="about SQLite")
def test_sqlite_has_no_history_of_its_own(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not check_timeline()


@postgres_only
def test_the_first_look_only_remembers_where_we_are():
    before = epoch()
    assert not check_timeline()
    known = Timeline.objects.get()
    assert (known.epoch, known.pg_timeline) == (before, 1)
    assert known.pg_system_id.isdecimal()


@postgres_only
@pytest.mark.parametrize("other", [{"pg_system_id": "7000000000000000000"}, {"pg_timeline": 7}])
def test_another_cluster_or_timeline_is_a_new_epoch_once(other):
    check_timeline()
    before = epoch()
    Timeline.objects.update(**other)
    assert check_timeline()
    assert epoch() != before
    after = epoch()
    assert not check_timeline()
    assert epoch() == after


@postgres_only
def test_a_role_that_may_not_look_is_said_once_in_the_log_and_breaks_nothing(caplog, monkeypatch):
    from backend.feed import actions

    monkeypatch.setattr(actions, "_said", [])
    with connection.cursor() as cursor:
        cursor.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC")
        cursor.execute("CREATE ROLE samar_test_narrow")
        cursor.execute("SET LOCAL ROLE samar_test_narrow")
    with caplog.at_level(logging.INFO):
        assert [check_timeline(), check_timeline()] == [False, False]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert epoch()
