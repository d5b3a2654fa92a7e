"""python -m tests.bench.load single batch photos: visits against a server, and what they cost.

Without --address everything is started here (PostgreSQL, server, worker) and removed afterwards. With it, the
environment must be the server's (DATABASE_URL, SAMAR_VAR, MEDIA_ROOT), and --process server=PID names whose CPU
counts; PostgreSQL is found by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import floor
from tests.bench.driving import Run, drive, in_words
from tests.bench.wire import Line

if TYPE_CHECKING:
    from tests.bench.phones import Phone, Told

SHAPES = {"single": (1, 0), "batch": (20, 0), "photos": (1, 5)}  # visits a request, photos a visit
PIECE_HEADERS = (
    "Content-Type: application/offset+octet-stream\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
)
SETTLED_SECONDS_MAX = 120
SAMPLE = 20
WARMING = 160


def load(
    address: str, roots: dict[str, int], shape: str, *, visits: int, clients: int, rate: float | None = None
) -> Run:
    """One run: prepared before the clock starts, counted until nothing is left to do in the background, and then
    everything that was answered `stored` is looked for."""
    prepared, size = prepared_for(address, shape, visits, clients)
    settle()
    told = [visit for mine in prepared for phone in mine for visit in phone.visits]
    turns = [
        [(phone, phone.visits[at : at + size]) for phone in mine for at in range(0, len(phone.visits), size)]
        for mine in prepared
    ]
    payload = sum(visit.payload for visit in told)
    run = drive(
        shape, address, roots, turns, push, visits=len(told), payload=payload, rate=rate, settle=settle
    )
    run.lost = missing(told)
    return run


def load_floor(address: str, roots: dict[str, int], shape: str, *, visits: int, clients: int) -> Run:
    """The same visits to the floor."""
    from tests.bench import phones

    _, photos = SHAPES[shape]
    told = [
        visit
        for mine in phones.prepare(clients, -(-visits // clients), photos=photos)
        for phone in mine
        for visit in phone.visits
    ]
    turns = [[(floor_body(visit), visit) for visit in told[at::clients]] for at in range(clients)]
    payload = sum(visit.payload for visit in told)
    return drive("floor", address, roots, turns, push_to_floor, visits=len(told), payload=payload)


def push(line: Line, turn: tuple[Phone, list[Told]]) -> None:
    """A sync and then each photo in one piece; everything must be stored."""
    phone, visits = turn
    told = line.sync(phone.token, phone.request(visits))
    phone.cursor = told["cursor"]
    slots = [(one.get("status"), one.get("slot")) for one in told["results"]]
    if slots != [("stored", "current")] * len(visits):
        raise AssertionError(f"not stored: {told['results']}")
    where = {one["photo"]: one.get("url") for one in told["uploads"]}
    for visit in visits:
        for picture in visit.pictures:
            answer = line.ask(
                "PATCH", where[picture.id], phone.token, PIECE_HEADERS, picture.start, picture.rest
            )
            if answer.status != 204 or b"photo-state: stored" not in answer.head.lower():
                raise AssertionError(f"not stored: {answer}")


def push_to_floor(line: Line, turn: tuple[bytes, Told]) -> None:
    body, visit = turn
    asked = [line.ask("POST", floor.PATH, "", "Content-Type: application/json\r\n", body)]
    where = f"{floor.PATH}/{json.loads(body)['id']}/photos/" if visit.pictures else ""
    for picture in visit.pictures:
        headers = "Content-Type: image/jpeg\r\n"
        asked.append(line.ask("PUT", where + picture.id, "", headers, picture.start, picture.rest))
    if any(answer.status != 201 for answer in asked):
        raise AssertionError(f"not kept: {asked}")


def floor_body(visit: Told) -> bytes:
    return floor.body_of(json.loads(json.loads(visit.item)["doc"]))


def prepared_for(address: str, shape: str, visits: int, clients: int) -> tuple[list[list[Phone]], int]:
    """Phones that have synced before: they know their orders and have a cursor. And how many visits go at once."""
    from tests.bench import phones

    size, photos = SHAPES[shape]
    each = max(size, -(-visits // clients // size) * size)
    prepared = phones.prepare(clients, each, photos=photos)
    line = Line(address)
    for phone in (phone for mine in prepared for phone in mine):
        more = True
        while more:
            told = line.sync(phone.token, phone.request([]))
            phone.cursor, more = told["cursor"], told["more"]
    line.close()
    return prepared, size


def settle() -> None:
    """Wait until nothing is put off any more: no task waits or runs, every line of the journal is sealed."""
    from django_tasks import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    from backend.journal.models import Entry

    undone = [TaskResultStatus.READY, TaskResultStatus.RUNNING]
    until = time.monotonic() + SETTLED_SECONDS_MAX
    while time.monotonic() < until:
        if not DBTaskResult.objects.filter(status__in=undone).exists():
            newest = Entry.objects.order_by("-pk").values_list("pk", "seal").first()
            if newest is None or newest[1] is not None:
                return
        time.sleep(0.1)
    raise AssertionError("the background work does not end")


def missing(told: list[Told]) -> list[str]:
    """What was answered `stored` and is not there: every row counted, some texts and pictures read again."""
    from backend.core.digests import sha256_bytes, sha256_text
    from backend.evidence.models import Photo
    from backend.evidence.storage import read_kept
    from backend.visits.models import Submission

    names = [visit.submission for visit in told]
    pictures = {picture.id: picture for visit in told for picture in visit.pictures}
    kept = {str(key) for key in Submission.objects.filter(uuid__in=names).values_list("uuid", flat=True)}
    stored = Photo.objects.filter(pk__in=list(pictures), state="stored")
    blobs = {str(key): blob for key, blob in stored.values_list("pk", "blob")}
    lost = [name for name in names if name not in kept] + [name for name in pictures if name not in blobs]
    sample = names[:: max(1, len(names) // SAMPLE)]
    texts = Submission.objects.filter(uuid__in=sample)
    lost += [f"text of {one.uuid}" for one in texts if sha256_text(bytes(one.doc).decode()) != one.digest]
    looked_at = [name for name in list(pictures)[:: max(1, len(pictures) // SAMPLE)] if name in blobs]
    wrong = [name for name in looked_at if sha256_bytes(read_kept(blobs[name])) != pictures[name].sha256]
    return lost + [f"bytes of {name}" for name in wrong]


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.bench.load", description=__doc__)
    words.add_argument("shape", choices=[*SHAPES, "floor"], nargs="+")
    words.add_argument("--visits", type=int, default=400, help="in all")
    words.add_argument("--clients", type=int, default=8)
    words.add_argument("--rate", type=float, help="turns a second, by a fixed timetable")
    words.add_argument("--repeat", type=int, default=1)
    words.add_argument("--cold", action="store_true", help="without the visits that warm the server up first")
    words.add_argument("--address", help="a running server; else one is started here")
    words.add_argument("--process", action="append", default=[], metavar="NAME=PID")
    asked = words.parse_args()
    lost = 0
    with ExitStack() as here:
        address, roots, folder = somewhere(here, asked.address, asked.process)
        if not asked.cold:
            load(address, roots, "single", visits=WARMING, clients=8)
        for shape in asked.shape * asked.repeat:
            many = {"visits": asked.visits, "clients": asked.clients}
            if shape == "floor":
                from tests.bench.stack import serving_floor

                with serving_floor(folder) as beside:
                    load_floor(beside.address, beside.roots, "single", visits=WARMING, clients=8)
                    for kind in ("single", "photos"):
                        print(in_words(load_floor(beside.address, beside.roots, kind, **many)), flush=True)
                continue
            run = load(address, roots, shape, rate=asked.rate, **many)
            print(in_words(run), flush=True)
            lost += len(run.lost)
    return 1 if lost else 0


def somewhere(here: ExitStack, address: str | None, processes: list[str]) -> tuple[str, dict[str, int], Path]:
    from tests.bench import stack

    folder = Path(here.enter_context(tempfile.TemporaryDirectory(prefix="samar-bench-")))
    if address:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
        django.setup()
        named = {name: int(pid) for name, _, pid in (pair.partition("=") for pair in processes)}
        return address, {**named, "database": stack.database_root()}, folder
    stack.enter(folder, here.enter_context(stack.durable_database()))
    running = here.enter_context(stack.serving(folder))
    return running.address, running.roots, folder


if __name__ == "__main__":
    sys.exit(main())
