"""From a problem to an answer: RFC 9457 problem details, the only place that knows statuses."""

import logging
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from backend.core import errors
from backend.core.ids import uuid7
from backend.rest.errors import Malformed, NotInThatForm, TooManyTries, WrongMethod
from backend.rest.etags import etag

log = logging.getLogger("samar.problems")

BUSY_SECONDS = 5
THROTTLED_SECONDS = 60

STATUS: tuple[tuple[type[errors.Problem], int], ...] = (
    (errors.Invalid, 400),
    (errors.Unauthenticated, 401),
    (errors.NotAllowed, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.Gone, 410),
    (errors.ChangedMeanwhile, 412),
    (errors.TooLarge, 413),
    (errors.Unsupported, 415),
    (errors.Unavailable, 503),
)

# What DRF and Django raise on their own, in our words.
TRANSLATED: tuple[tuple[type[Exception], type[errors.Problem]], ...] = (
    (exceptions.NotAuthenticated, errors.Unauthenticated),
    (exceptions.AuthenticationFailed, errors.Unauthenticated),
    (exceptions.PermissionDenied, errors.NotAllowed),
    (PermissionDenied, errors.NotAllowed),
    (exceptions.NotFound, errors.NotFound),
    (Http404, errors.NotFound),
    (exceptions.ParseError, Malformed),
    (exceptions.UnsupportedMediaType, errors.Unsupported),
    (exceptions.MethodNotAllowed, WrongMethod),
    (exceptions.NotAcceptable, NotInThatForm),
    (exceptions.Throttled, TooManyTries),
)


def status_of(problem: errors.Problem) -> int:
    """A problem may carry its own status (tus has some); else its kind says."""
    own = getattr(problem, "status", None)
    return own if isinstance(own, int) else next((s for kind, s in STATUS if isinstance(problem, kind)), 500)


def describe(problem: errors.Problem, status: int) -> dict[str, Any]:
    """The body: standard members, both languages' titles, the code, and the facts."""
    facts = {name.replace("_", "-"): _plain(value) for name, value in problem.facts.items()}
    return {
        "type": f"/problems/{problem.code}",
        "title": problem.title(),
        "title_id": problem.words_id,
        "status": status,
        "code": problem.code,
        **facts,
    }


def answer_problem(raised: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What nobody expected is left to the server's own 500."""
    problem = _in_our_words(raised)
    if problem is None:
        return None
    status = status_of(problem) if not isinstance(raised, exceptions.APIException) else raised.status_code
    headers = _headers(problem, raised, context)
    response = Response(describe(problem, status), status=status, headers=headers)
    response.content_type = "application/problem+json"
    return response


def _in_our_words(raised: Exception) -> errors.Problem | None:
    if isinstance(raised, errors.Problem):
        return raised
    if isinstance(raised, exceptions.ValidationError):
        return errors.Invalid(errors=raised.detail)
    for theirs, ours in TRANSLATED:
        if isinstance(raised, theirs):
            return ours()
    if isinstance(raised, exceptions.APIException):
        return errors.Invalid(detail=str(raised.detail))
    if isinstance(raised, OperationalError | InterfaceError):
        return errors.Unavailable(trace=_logged(raised))
    return None


def _logged(raised: Exception) -> str:
    """A database that is away, locked or tired: it may be there again in a moment, but somebody must know."""
    trace = str(uuid7())
    log.error("the database failed, trace %s", trace, exc_info=raised)
    return trace


def _headers(problem: errors.Problem, raised: Exception, context: dict[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = dict(getattr(problem, "headers", {}))
    if isinstance(problem, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(raised, exceptions.Throttled):
        wait = getattr(raised, "wait", None)
        headers["Retry-After"] = str(THROTTLED_SECONDS if wait is None else int(wait) + 1)
    if isinstance(raised, exceptions.UnsupportedMediaType) and (view := context.get("view")):
        headers["Accept"] = ", ".join(parser.media_type for parser in view.parser_classes)
    if isinstance(problem, errors.ChangedMeanwhile) and "rev" in problem.facts:
        headers |= etag(problem.facts["rev"])
    if isinstance(problem, errors.Unavailable):
        headers.setdefault("Retry-After", str(BUSY_SECONDS))
    return headers


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    """Django's own 404, outside any view of ours."""
    return _page(errors.NotFound(), 404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:
    return _page(errors.Invalid(), 400)


def server_error(request: HttpRequest) -> JsonResponse:
    """What nobody expected: logged with a trace the caller may quote."""
    trace = str(uuid7())
    log.error("unexpected failure, trace %s, %s %s", trace, request.method, request.path)
    return _page(errors.Problem(trace=trace), 500)


def _page(problem: errors.Problem, status: int) -> JsonResponse:
    body = describe(problem, status)
    return JsonResponse(body, status=status, content_type="application/problem+json")
