"""What Django itself refuses: a page for people, a problem document for programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from backend.core.errors import Invalid, NotFound, Problem
from backend.core.ids import uuid7
from backend.pages.errors import FormFromElsewhere
from backend.pages.page import problem_page
from backend.rest import problems

FOR_PROGRAMS = ("/api/", "/app/", "/healthz")


def for_people(request: HttpRequest) -> bool:
    """Browsers ask for HTML by name; programs that mistype an address do not."""
    return not request.path_info.startswith(FOR_PROGRAMS) and "text/html" in request.headers.get("Accept", "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    if for_people(request):
        return problem_page(request, NotFound())
    return problems.not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
    if for_people(request):
        return problem_page(request, Invalid())
    return problems.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """A page without a database: whatever broke may be the database."""
    if not for_people(request):
        return problems.server_error(request)
    trace = str(uuid7())
    problems.log.error("unexpected failure, trace %s, %s %s", trace, request.method, request.path)
    problem = Problem(trace=trace)
    words = f"{problem.words_id} {problem.title()} ({trace})"
    return HttpResponse(words, status=500, content_type="text/plain; charset=utf-8")


def form_from_elsewhere(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """CSRF_FAILURE_VIEW."""
    return problem_page(request, FormFromElsewhere())
