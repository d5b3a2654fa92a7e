"""Manners of pages: the reader's language, and headers that let a browser run nothing but our own files.

Phones' addresses (/api/, /app/) pass through untouched: every header would cost them bytes on a slow line.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from backend.pages.errors import FormTooLarge
from backend.pages.page import problem_page

NOT_PAGES = ("/api/", "/app/", "/static/", "/healthz")
FORM_BYTES_MAX = 8 * 1024 * 1024  # of a whole form, files included; the server itself asks for no more either
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
REFUSED = ("camera", "geolocation", "microphone", "payment", "usb", "display-capture")


def policy() -> str:
    """No inline script, no inline style, no eval, no frame. Photos may come from the object store's public address."""
    pictures = " ".join(["'self'", "data:", *settings.PICTURES_FROM])
    said = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": pictures,
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in said.items())


class Manners:
    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer
        self.headers = {
            "Content-Security-Policy": policy(),
            "Permissions-Policy": ", ".join(f"{name}=()" for name in REFUSED),
            "Referrer-Policy": "same-origin",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(NOT_PAGES):
            return self.answer(request)
        with translation.override(language_of(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = problem_page(request, FormTooLarge()) if too_long(request) else self.answer(request)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


def too_long(request: HttpRequest) -> bool:
    """Whether a form announces more than any page takes. Nothing of it has been read by then."""
    if request.content_type not in FORMS:
        return False
    announced = str(request.META.get("CONTENT_LENGTH") or "0")
    return not announced.isdecimal() or int(announced) >= FORM_BYTES_MAX


def language_of(request: HttpRequest) -> str:
    """What this browser was told last, else what the person prefers, else what the browser prefers, else Indonesian."""
    known = dict(settings.LANGUAGES)
    if (chosen := request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)) in known:
        return str(chosen)
    if request.user.is_authenticated:
        return str(request.user.language)
    return translation.get_language_from_request(request)
