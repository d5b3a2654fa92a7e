"""Lists are walked page by page; nobody is met twice or missed."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from rest_framework.test import APIClient

from backend.journal.models import Entry
from backend.people.models import Membership, Programme, User

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.backend.rest.places")]

START = datetime(2026, 6, 1, tzinfo=UTC)


def lines(count, event="x.y", at=START):
    rows = [
        Entry(at=at + timedelta(microseconds=n // 3), event=event, subject_kind="x", subject=str(n))
        for n in range(count)
    ]
    return [row.pk for row in Entry.objects.bulk_create(rows)]


def get(url):
    answer = APIClient().get(url)
    return answer.status_code, answer.json()


def walk(url):
    """All rows in the order they came, and the size of each page."""
    rows, sizes = [], []
    while url:
        page = get(url)[1]
        rows += [row["id"] for row in page["results"]]
        sizes.append(len(page["results"]))
        url = page["next"]
    return rows, sizes


def test_r2_fifteen_hundred_rows_of_one_kind_come_once_each():
    ids = lines(1500)
    rows, sizes = walk("/lines?limit=200")
    assert rows == sorted(ids, reverse=True)
    assert sizes == [200] * 7 + [100]


def test_r2_fields_in_two_directions_are_one_key():
    second, first = lines(5, "b"), lines(5, "a")
    assert walk("/lines?limit=2")[0] == [*sorted(first, reverse=True), *sorted(second, reverse=True)]


def test_r2_moments_are_told_apart_to_the_microsecond():
    ids = lines(10)
    expected = [*ids[9:], *ids[6:9], *ids[3:6], *ids[:3]]
    assert walk("/lines-by-time?limit=1")[0] == expected
    assert walk("/lines-by-time?limit=4")[0] == expected


def test_r2_a_key_may_lie_in_another_table(programme):
    for name in ("b", "a", "c"):
        user = User.objects.create(username=name, name=name)
        for code in ("p", "q"):
            here = Programme.objects.get_or_create(code=code)[0]
            Membership.objects.create(programme=here, user=user, role="inspector")
    names = [Membership.objects.get(pk=pk).user.username for pk in walk("/members?limit=2")[0]]
    assert names == ["c", "c", "b", "b", "a", "a"]


def test_r2_rows_that_come_while_walking_disturb_nobody():
    ids = lines(6)
    first = get("/lines?limit=3")[1]
    newer = lines(2)
    Entry.objects.filter(pk=ids[2]).delete()
    second = get(first["next"])[1]
    seen = [row["id"] for row in first["results"] + second["results"]]
    assert seen == [ids[5], ids[4], ids[3], ids[1], ids[0]]
    assert not set(newer) & set(seen)


@pytest.mark.parametrize(
    ("limit", "given"),
    [
        ("", 50),
        ("1", 1),
        ("0", 1),
        ("200", 200),
        ("201", 200),
        ("9" * 5000, 50),
        ("-1", 50),
        ("x", 50),
        ("٣", 50),
    ],
)
def test_r2_a_page_is_bounded_whatever_is_asked(limit, given):
    lines(201)
    page = get(f"/lines?limit={limit}")[1]
    assert len(page["results"]) == given
    assert page["next"].startswith("http://testserver/lines?")


def test_the_next_page_keeps_the_question():
    lines(3)
    query = parse_qs(urlsplit(get("/lines?limit=2&state=x")[1]["next"]).query)
    assert (query["limit"], query["state"], len(query["after"])) == (["2"], ["x"], 1)


def test_the_last_page_has_no_next_and_an_empty_list_is_a_page():
    assert get("/lines") == (200, {"results": [], "next": None})
    lines(2)
    assert get("/lines?limit=2")[1]["next"] is None


def token(key):
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "%00",
        "ü",
        "a" * 5000,
        token([]),
        token(["x.y"]),
        token(["x.y", "7", "8"]),
        token(["x.y", "seven"]),
        token(["x.y", 7]),
        token(["x\x00y", "7"]),
        token({"event": "x.y"}),
        token(None),
        token("ab"),
        token([None, None]),
        token([["x"], ["7"]]),
        base64.urlsafe_b64encode(b"[" * 50_000).decode(),
    ],
    ids=lambda after: after[:12],
)
def test_a_page_nobody_gave_out_is_unknown(after):
    lines(3)
    status, answer = get(f"/lines?after={after}")
    assert (status, answer["code"]) == (400, "page-unknown")


def test_a_forged_page_of_the_right_shape_only_skips_rows():
    ids = lines(3)
    assert walk(f"/lines?after={token(['x.y', str(ids[1])])}")[0] == [ids[0]]
    assert walk(f"/lines?after={token(['x.y', '9' * 30])}")[0] == ids[::-1]
    assert get(f"/lines-by-time?after={token(['yesterday', '1'])}")[1]["code"] == "page-unknown"


def test_page_forty_costs_what_page_one_costs(django_assert_num_queries):
    lines(120)
    url = "/lines?limit=3"
    for _ in range(40):
        with django_assert_num_queries(1):
            url = get(url)[1]["next"]
    assert url is None
