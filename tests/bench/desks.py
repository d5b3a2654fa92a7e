"""The pages that people work at, at a thousand visits and at two hundred thousand: how long they take, how many bytes
they are, and how many statements they make. The last two should not grow with what there is."""

from __future__ import annotations

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from statistics import median
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from backend.indicators.models import Computation
from backend.people.models import User
from backend.visits.models import Visit
from tests import world
from tests.bench.aims import PAGE_MS, QUERIES
from tests.bench.cpu import Meter
from tests.bench.measuring import quantile, say, seconds
from tests.bench.provinces import MANY, SOME, UNITS_VISITED, Province, first_thousand, grow
from tests.bench.stack import Stack

READERS, WARMING = 2, 4  # at once; looks of each of them that do not count
VISITS_LOOKED_AT = 20


@dataclass(frozen=True)
class Page:
    """`addresses` are opened in turn by `who`."""

    title: str
    who: str
    addresses: list[str]


@dataclass(frozen=True)
class Looked:
    """`p50`, `p95` and `cpu` in ms; `cpu` is what server, worker and database used for one look. `others`: cores that
    somebody else used meanwhile."""

    p50: float
    p95: float
    cpu: float
    others: float
    bytes: float
    queries: int


def measure(stack: Stack, *, quick: bool) -> None:
    looks, times = (40, SOME) if quick else (200, MANY)
    province = first_thousand()
    pages = [page for page in pages_of(province) if answers(page, province)]
    few = look_at_all(stack, province, pages, looks)
    took = seconds(lambda: grow(times))
    say(f"filling the database, {Visit.objects.count():,} visits", f"{took:.0f} s")
    many = look_at_all(stack, province, pages, looks)
    print(f"  {looks} looks at each page by {READERS} readers at once; with few visits → with many")
    for page in pages:
        say_page(page.title, few[page.title], many[page.title])
    others = median(looked.others for looked in (*few.values(), *many.values()))
    say("CPU used by others meanwhile", f"{others:.2f} cores", "waiting for them is in the times above")


def pages_of(province: Province) -> list[Page]:
    """What is measured. Pages that this version does not have are told so."""
    waiting = (
        Visit.objects.awaiting_review().filter(assignment__unit__region="63.01").order_by("told_at", "pk")
    )
    visits = [{"visit": pk} for pk in waiting.values_list("pk", flat=True)[:VISITS_LOOKED_AT]]
    year = {"period": Computation.objects.latest("computed_at").period}
    units = [{**year, "unit": unit.pk} for unit in province.units[:UNITS_VISITED]]
    named = [
        ("inbox, one regency", "budi", "console:inbox", [{}], ""),
        ("inbox, the whole province", "mira", "console:inbox", [{}], ""),
        ("inbox, searched", "mira", "console:inbox", [{}], "?q=U-00"),
        ("a visit", "budi", "console:visit", visits, ""),
        ("plan", "mira", "console:plan", [{}], ""),
        ("coverage", "mira", "console:coverage", [{}], ""),
        ("people", "mira", "console:people", [{}], ""),
        ("phones", "mira", "console:devices", [{}], ""),
        ("journal", "mira", "console:journal", [{}], ""),
        ("computations", "mira", "console:computations", [{}], ""),
        ("results", "mira", "results:programme", [{}], ""),
        ("results, ranking", "mira", "results:ranking", [year], ""),
        ("results, a unit", "mira", "results:unit", units, ""),
    ]
    return [Page(title, who, addresses(name, given, query)) for title, who, name, given, query in named]


def answers(page: Page, province: Province) -> bool:
    client = client_of(session_of(province.people[page.who].user))
    statuses = {client.get(address).status_code for address in page.addresses} or {"no such address"}
    if statuses != {200}:
        say(page.title, "not there", f"{statuses}")
    return statuses == {200}


def addresses(name: str, given: list[dict[str, object]], query: str) -> list[str]:
    code = world.programme().code
    try:
        return [reverse(name, kwargs={"programme": code, **more}) + query for more in given]
    except NoReverseMatch:
        return []


def look_at_all(stack: Stack, province: Province, pages: list[Page], looks: int) -> dict[str, Looked]:
    keys = {name: session_of(person.user) for name, person in province.people.items()}
    return {page.title: look_at(stack, page, keys[page.who], looks) for page in pages}


def look_at(stack: Stack, page: Page, session: str, looks: int) -> Looked:
    queries = max(queries_of(address, session) for address in page.addresses[:3])
    meter = Meter(stack.roots)
    with ThreadPoolExecutor(READERS) as readers:
        begun = [readers.submit(read, stack.address, page, session, looks // READERS) for _ in range(READERS)]
        seen = [one for reader in begun for one in reader.result()]
    used, times = meter.used(), [took * 1000 for took, _ in seen]
    cpu = used.served * 1000 / (len(seen) + READERS * WARMING)
    size = median(size for _, size in seen)
    return Looked(median(times), quantile(times, 0.95), cpu, used.others, size, queries)


def read(server: str, page: Page, session: str, looks: int) -> list[tuple[float, int]]:
    """(seconds, bytes) of each look, over one kept connection, after a few that do not count."""
    place, found = urlsplit(server), []
    line = http.client.HTTPConnection(place.hostname or "", place.port)
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"}
    for address in islice(cycle(page.addresses), looks + WARMING):
        began = time.perf_counter()
        line.request("GET", address, headers=headers)
        answer = line.getresponse()
        size = len(answer.read())
        found.append((time.perf_counter() - began, size))
        assert answer.status == 200, f"{address}: {answer.status} {answer.getheader('Location')}"
    line.close()
    return found[WARMING:]


def queries_of(address: str, session: str) -> int:
    """Statements of one look, made in this process. The first look, which may fill caches, does not count."""
    client = client_of(session)
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return len(seen)


def client_of(session: str) -> Client:
    client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def session_of(user: User) -> str:
    """The key of a browser session of hers."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def say_page(title: str, few: Looked, many: Looked) -> None:
    verdict = "reached" if many.p95 <= PAGE_MS else f"MISSED, {PAGE_MS / many.p95:.2f} of it"
    say(
        f"{title}, p95", f"{many.p95:.0f} ms", f"aim: at most {PAGE_MS}: {verdict}; with few {few.p95:.0f} ms"
    )
    growth = "" if many.queries == few.queries <= QUERIES else f", MORE than with few or than {QUERIES}"
    print(
        f"      CPU {few.cpu:.0f} → {many.cpu:.0f} ms a look; p50 {few.p50:.0f} → {many.p50:.0f} ms; "
        f"{few.queries} → {many.queries} statements{growth}; "
        f"{few.bytes / 1000:.0f} → {many.bytes / 1000:.0f} kB ({many.bytes / few.bytes:.2f} x)"
    )
