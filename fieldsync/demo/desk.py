"""People at desks: the public API with a token, and the patience to wait for a server that is being restarted."""

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar
from uuid import UUID

import httpx

PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.3

T = TypeVar("T")


class Refused(Exception):
    """The server said no, with a problem (RFC 9457)."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem.get('code')}: {problem.get('title')} {problem}")
        self.problem = problem
        self.code = str(problem.get("code", ""))


class Desk:
    """One signed-in person. Everything she creates carries an id of her own, so asking twice does no harm."""

    def __init__(self, server: str) -> None:
        self.http = httpx.Client(base_url=f"{server}/api/v1/", timeout=30)

    def sign_in(self, username: str, password: str, device: UUID) -> None:
        told = {"id": str(device), "name": f"Laptop {username}", "platform": "demo"}
        answer = self.post("login", {"username": username, "password": password, "device": told})
        self.http.headers["Authorization"] = f"Bearer {answer['token']}"

    def get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", path, params=params)

    def post(self, path: str, body: Any) -> Any:
        return self._ask("POST", path, json=body)

    def upload(self, path: str, content: bytes, name: str, **fields: str) -> Any:
        return self._ask("POST", path, files={"file": (name, content, "text/csv")}, data=fields)

    def every(self, path: str, **params: Any) -> Iterator[Any]:
        """All rows of a list, page after page."""
        page = self.get(path, limit=200, **params)
        while True:
            yield from page["results"]
            if not page["next"]:
                return
            page = self._ask("GET", page["next"])

    def download(self, path: str, target: Any, **params: Any) -> int:
        """A streamed export into a file, from its beginning again when the server goes away; its size in bytes."""

        def streamed() -> int:
            with self.http.stream("GET", path, params=params) as answer, open(target, "wb") as file:
                answer.raise_for_status()
                return sum(file.write(piece) for piece in answer.iter_bytes())

        return patiently(streamed)

    def _ask(self, method: str, path: str, **how: Any) -> Any:
        def asked() -> httpx.Response:
            return self.http.request(method, path, **how).raise_for_status()

        try:
            answer = patiently(asked)
        except httpx.HTTPStatusError as error:
            raise Refused(_problem(error.response)) from None
        return answer.json() if answer.content else None


def patiently(attempt: Callable[[], T]) -> T:
    """Try until the server is there and able (a restart, a 503); after a while its last word is passed on."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            able = isinstance(error, httpx.HTTPStatusError) and error.response.status_code != 503
            if able or time.monotonic() > until:
                raise
            time.sleep(PAUSE_SECONDS)


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    return body if isinstance(body, dict) else {"code": str(answer.status_code), "title": answer.text[:200]}
