"""What every answer of the API says."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PROTOCOL = 1
OF_PAGES = ("Allow", "Cross-Origin-Opener-Policy", "Referrer-Policy", "Vary", "X-Frame-Options")


class SpeaksSync:
    """`Sync-Protocol: 1` on every answer below /api/, errors included: a phone believes no answer without it,
    since the login page of a hotel network answers 200 too."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if request.path.startswith("/api/"):
            response["Sync-Protocol"] = str(PROTOCOL)
            if "Authorization" in request.headers and response.status_code < 400:
                _say_less(response)
        return response


def _say_less(response: HttpResponse) -> None:
    """What only browsers' pages need: on a slow line a hundred small answers would carry it a hundred times."""
    for header in OF_PAGES:
        response.headers.pop(header, None)
