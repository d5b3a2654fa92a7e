"""What every answer of the API says."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PROTOCOL = 1


class SpeaksSync:
    """`Sync-Protocol: 1` on every answer below /api/, errors included: a phone believes no answer without it,
    since the login page of a hotel network answers 200 too."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if request.path.startswith("/api/"):
            response["Sync-Protocol"] = str(PROTOCOL)
        return response
