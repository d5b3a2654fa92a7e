"""Every page there is, found as people find them: by following links from where each of them begins.

found(stage)     {route: Found} for console, results and accounts; one address a route, the first somebody comes to
routes()         every route of those doors that the URL map has
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from fieldsync.demo.plan import PASSWORD
from tests.browser.stage import Stage

DOORS = ("console/", "results/", "accounts/")
# Who begins where. A page that several of them may open is looked at by the first.
WALKERS = {
    "budi": ("/console/", "/accounts/me/", "/accounts/reauthenticate/", "/results/"),
    "mira": ("/console/",),
    "dewi": ("/console/",),
    "sari": ("/console/",),
    "": (
        "/accounts/login/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/1-no-such-key/",
        "/accounts/password/reset/key/done/",
    ),
}
ADDRESSES_A_ROUTE = 3


@dataclass(frozen=True)
class Found:
    who: str
    path: str


class Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (href := dict(attributes).get("href")):
            self.found.append(href)


def found(stage: Stage) -> dict[str, Found]:
    pages: dict[str, Found] = {}
    for who, begins in WALKERS.items():
        with httpx.Client(base_url=stage.address, timeout=60) as client:
            if who:
                sign_in(client, who)
            for route, path in walk(client, begins):
                pages.setdefault(route, Found(who, path))
    return pages


def sign_in(client: httpx.Client, who: str) -> None:
    client.get("/accounts/login/")
    told = {"login": who, "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
    answer = client.post("/accounts/login/", data=told)
    assert answer.status_code == 302, answer.text[-2000:]
    told = {"password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
    answer = client.post("/accounts/reauthenticate/", data=told)
    assert answer.status_code == 302, answer.text[-2000:]


def walk(client: httpx.Client, begins: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Route and path of every page that is there, breadth first; of a route the first ADDRESSES_A_ROUTE only."""
    waiting, seen, met = deque(begins), set[str](), Counter[str]()
    while waiting:
        path = waiting.popleft()
        route = route_of(path)
        if path in seen or met[route] >= ADDRESSES_A_ROUTE or not route.startswith(DOORS):
            continue
        seen.add(path)
        met[route] += 1
        answer = client.get(path)
        if answer.is_redirect:
            waiting.append(urljoin(path, answer.headers["Location"]))
        elif answer.status_code == 200 and is_page(answer):
            yield route, path
            waiting.extend(links(path, answer.text))


def is_page(answer: httpx.Response) -> bool:
    whole = answer.headers.get("Content-Type", "").startswith("text/html")
    return whole and answer.text.lstrip().lower().startswith("<!doctype")


def links(page: str, text: str) -> list[str]:
    """Paths with their query, of this site."""
    joined = (urlsplit(urljoin(page, href)) for href in Links(text).found)
    return [
        one.path + (f"?{one.query}" if one.query else "")
        for one in joined
        if not one.netloc and one.scheme in ("", "http")
    ]


def route_of(path: str) -> str:
    """As the URL map writes it; "" for what it does not know."""
    try:
        return str(resolve(urlsplit(path).path).route).replace("^", "")
    except Resolver404:
        return ""


def routes() -> set[str]:
    every = (route.replace("^", "") for route in _below(get_resolver("backend.urls"), ""))
    return {route for route in every if route.startswith(DOORS)}


def _below(resolver: URLResolver, before: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield before + str(entry.pattern)
        else:
            yield from _below(entry, before + str(entry.pattern))
