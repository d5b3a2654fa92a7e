"""The phone app at /app/: the files that fieldsync/web builds, as they are, and the headers that keep them safe.

Whoever uses it needs no name and gets no cookie: it is the same for everybody, and what belongs to somebody is fetched
from /api/ with her own token.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from wsgiref.headers import Headers

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from whitenoise import WhiteNoise
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

HOME = "/app/"
INDEX = "index.html"
NAMED_BY_CONTENT = f"{HOME}f/"  # such a file never changes; another content has another name
FOR_EVER = f"public, max-age={365 * 24 * 60 * 60}, immutable"
ASK_EACH_TIME = "no-cache"
TYPES = {".webmanifest": "application/manifest+json", ".wasm": "application/wasm", ".js": "text/javascript"}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
NEEDED = ("camera", "geolocation", "screen-wake-lock")
REFUSED = (
    "accelerometer",
    "display-capture",
    "encrypted-media",
    "gamepad",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {said}" for name, said in POLICY.items()),
    "Permissions-Policy": ", ".join(
        [f"{name}=(self)" for name in NEEDED] + [f"{name}=()" for name in REFUSED]
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NOT_BUILT = """<!doctype html>
<html lang="id">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Samar</title>
<p>Aplikasi telepon belum dibangun di server ini. Jalankan <code>make app</code> di folder Samar, lalu muat ulang
halaman ini. Paket (wheel) dan image Docker sudah memuatnya.</p>
<p lang="en">The phone app has not been built on this server. Run <code>make app</code> in Samar's folder, then load
this page again. Wheels and the Docker image contain it.</p>
</html>
"""


class PhoneApp:
    """Middleware: what lies in settings.PHONE_APP is answered at once, everything else by `not_there`."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer
        self.build: object = None
        self.files: dict[str, StaticFile] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(HOME):
            return self.answer(request)
        response = self._answer(request)
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        self._look_for_another_build()
        if file := self.files.get(request.path_info):
            try:
                found: HttpResponse = WhiteNoiseMiddleware.serve(file, request)
            except FileNotFoundError:  # replaced at this very moment
                return self.answer(request)
            return found
        return self.answer(request)

    def _look_for_another_build(self) -> None:
        """Somebody may build while we run: a look at one file says so. The new table replaces the old one whole."""
        build = built()
        if build != self.build:
            self.files = files_in(settings.PHONE_APP) if build else {}
            self.build = build


def built() -> object:
    """Which build lies there; None when there is none."""
    try:
        index = (settings.PHONE_APP / INDEX).stat()
    except OSError:
        return None
    return settings.PHONE_APP, index.st_ino, index.st_mtime_ns


def files_in(folder: Path) -> dict[str, StaticFile]:
    """By path. The home page has two, none of which redirects: a kept redirect cannot be shown offline."""
    table = WhiteNoise(
        None, max_age=None, allow_all_origins=False, mimetypes=TYPES, add_headers_function=describe
    )
    table.add_files(folder, prefix=HOME)
    files: dict[str, StaticFile] = table.files
    return {**files, HOME: files[HOME + INDEX]}


def describe(headers: Headers, path: str, url: str) -> None:
    """How long a file may be kept, and which it is: two builds have home pages of one size, maybe of one time."""
    headers["Cache-Control"] = FOR_EVER if url.startswith(NAMED_BY_CONTENT) else ASK_EACH_TIME
    headers["ETag"] = f'"{sha256(Path(path).read_bytes()).hexdigest()[:20]}"'


@csrf_exempt
@require_safe
def not_there(request: HttpRequest) -> HttpResponse:
    """No such file; or there is no app yet, and the page says how to make it."""
    if built():
        raise Http404
    return HttpResponse(NOT_BUILT, status=503, headers={"Cache-Control": "no-store"})
