"""A form that is far too long: let go without being read, and answered in words."""

import pytest
from waitress.adjustments import Adjustments
from waitress.utilities import RequestEntityTooLarge

from backend.management.commands.run import BoundedRequest
from backend.pages.middleware import FORM_BYTES_MAX
from backend.sync.unsent_zip import ZIP_BYTES_MAX

PIECE = b"x" * (1024 * 1024)


def announced(path, length):
    """A request of that length, of which the head has come."""
    request = BoundedRequest(Adjustments(max_request_body_size=ZIP_BYTES_MAX + 1))
    head = f"POST {path} HTTP/1.1\r\nHost: samar\r\nContent-Length: {length}\r\n\r\n".encode()
    assert request.received(head) == len(head)
    return request


def test_a_long_form_of_a_page_is_let_go_to_its_end_and_kept_nowhere():
    request = announced("/console/kalsel/tables/check/", 20 * len(PIECE))
    for _ in range(20):
        assert not request.completed
        assert request.received(PIECE) == len(PIECE)
    assert (request.completed, request.error, len(request.body_rcv)) == (True, None, 0)


def test_what_comes_behind_a_long_form_is_not_swallowed_with_it():
    request = announced("/console/", FORM_BYTES_MAX)
    request.received(PIECE * 7)
    assert request.received(PIECE + b"GET / HTTP/1.1\r\n\r\n") == len(PIECE)
    assert request.completed


@pytest.mark.parametrize(
    ("path", "length"),
    [("/api/v1/imports", FORM_BYTES_MAX), ("/app/", FORM_BYTES_MAX), ("/console/", 2 * 1024**3)],
)
def test_programs_and_the_shameless_are_stopped_at_once(path, length):
    request = announced(path, length)
    assert request.completed
    assert isinstance(request.error, RequestEntityTooLarge)


@pytest.mark.django_db
def test_mira_is_told_in_her_language_before_anything_is_read(mira, client, programme):
    client.force_login(mira.user)
    answer = client.post(
        "/console/kalsel/tables/check/",
        b"--x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
    )
    assert answer.status_code == 413
    assert "lebih besar daripada yang diterima halaman ini" in answer.content.decode()


@pytest.mark.django_db
def test_a_short_form_is_read(mira, client, programme):
    client.force_login(mira.user)
    answer = client.post("/console/kalsel/tables/check/", {"kind": "units"})
    assert answer.status_code == 400
    assert list(answer.context["wrong"]) == ["file"]
