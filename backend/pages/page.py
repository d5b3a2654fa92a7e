"""Pages: a template rendered with the frame around it, and problems in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language

from backend.core.errors import Problem
from backend.rest.problems import status_of

NOT_FOR_OTHERS = "private, no-cache"


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page for one person: no shared cache keeps it, and her own asks again."""
    answer = render(request, template, dict(context or {}), status=status)
    answer["Cache-Control"] = NOT_FOR_OTHERS
    return answer


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """To another page. htmx follows a redirect out of sight; it is told, so that the whole window goes there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """What happened, what is safe, what to do: in the reader's language, with the problem's status."""
    said = {"problem": problem, "words": words_of(problem)}
    return page(request, "pages/problem.html", said, status=status_of(problem))


def words_of(problem: Problem | type[Problem]) -> str:
    """The problem's sentence in the reader's language."""
    return problem.title() if get_language() == "en" else problem.words_id
