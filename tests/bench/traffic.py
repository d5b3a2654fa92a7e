"""Bytes and requests of a visit, by the real field client over a counted line, whole and torn."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from backend.assignments.models import Assignment
from backend.feed.actions import Touch
from backend.journal.actions import one_transaction, record
from backend.people.rules import Role
from fieldsync import Engine, Picture, open_engine, sign_in
from tests import world
from tests.bench import phones
from tests.bench.aims import say_aim
from tests.bench.measuring import say
from tests.bench.stack import Stack
from tests.simulation.proxy import Line, Network, Weather

PHOTOS = 5
CUT_EVERY_BYTES = 60_000
TRIES_MAX = 200


def traffic(stack: Stack, folder: Path, *, visits: int) -> None:
    """A visit sent over a whole line, an idle sync, and `visits` visits over a line that is cut again and again."""
    place = urlsplit(stack.address)
    network = Network((place.hostname or "", place.port or 80), "bench")
    try:
        whole(network.line("whole"), folder / "whole")
        torn(network.line("torn"), folder / "torn", visits)
    finally:
        network.close()


def whole(line: Line, folder: Path) -> None:
    with signed_in(line, folder, orders=2) as phone:
        sent(phone, line)  # the first visit warms the line: its speed is known from then on
        over, asked = sent(phone, line)
        say_aim("bytes", [over], "HTTP of both ways over photos and gzipped document; ODK 1.0014")
        syncs, pieces = count(asked, "POST /api/v1/sync"), count(asked, "PATCH ")
        other = len(asked) - syncs - pieces
        say("  requests of that visit", f"{len(asked)}", f"{syncs} sync, {pieces} pieces, {other} other")
        phone.sync()  # hears that its photos have arrived
        before = bytes_of(line)
        phone.sync()
        say_aim("idle", [bytes_of(line) - before])


def torn(line: Line, folder: Path, visits: int) -> None:
    with signed_in(line, folder, orders=visits + 1) as phone:
        sent(phone, line)
    line.weather = Weather(up_bytes_between_cuts=CUT_EVERY_BYTES)
    with hurried(open_engine(folder)) as phone:
        before, cuts = bytes_of(line), cuts_of(line)
        told = [sent(phone, line) for _ in range(visits)]
        carried, broken = bytes_of(line) - before, cuts_of(line) - cuts
    every = f"{broken} cuts in {visits} visits, one each {carried / max(1, broken) / 1000:.0f} KB; ODK begins again"
    say_aim("bytes cut", [over for over, _ in told], every)
    say("  the mean of these", f"{sum(over for over, _ in told) / visits:.3f} x")
    say("  requests of such a visit", f"{sum(len(asked) for _, asked in told) / visits:.0f}")


def signed_in(line: Line, folder: Path, *, orders: int) -> Engine:
    """A phone that has its orders and their checklist."""
    who = world.person(f"wire-{folder.name}", Role.INSPECTOR)
    units = phones.some_units()
    for number in range(orders):
        ordered(who, phones.order_for(who.user, units[number], datetime.now(UTC) - timedelta(days=1)))
    phone = hurried(sign_in(folder, line.address, who.user.username, world.PASSWORD))
    phone.sync()
    return phone


def hurried(phone: Engine) -> Engine:
    """Nobody waits between two tries; how often it tries stays as it is."""
    phone.rng, phone.sleep = Random(7), lambda seconds: None
    return phone


@one_transaction
def ordered(who: world.Person, order: Assignment) -> None:
    order.save(force_insert=True)
    hears = [Touch(who.id, "visit", order.pk)]
    record("assignment.made", order, by=who.user, programme=order.programme_id, hears=hears)


def sent(phone: Engine, line: Line) -> tuple[float, list[str]]:
    """Record the next visit out of reach and send it: bytes over payload, and the requests."""
    todo = [one.visit for one in phone.visits() if not phone.store.told(one.visit.id, one.visit.attempt)]
    order = Assignment.objects.get(pk=todo[0].id)
    pictures = [Picture(taken.start + taken.rest) for taken in phones.take_pictures(PHOTOS)]
    fields = phones.document(order, [{"id": picture.id} for picture in pictures])
    names = ("started_at", "finished_at", "marks", "place", "context", "answers", "narrative", "statement")
    phone.record(todo[0].id, {name: fields[name] for name in names}, pictures)
    row = phone.store.db.row("SELECT doc FROM submissions WHERE visit = ?", todo[0].id)
    text = gzip.compress(row["doc"].encode(), 6)
    payload = len(text) + sum(len(picture.content) for picture in pictures)
    before, asked = bytes_of(line), len(line.asked)
    for _ in range(TRIES_MAX):
        if phone.sync().done:
            break
    else:
        raise AssertionError("the visit never arrived")
    return (bytes_of(line) - before) / payload, line.asked[asked:]


def bytes_of(line: Line) -> int:
    return line.saw["bytes up"] + line.saw["bytes down"]


def cuts_of(line: Line) -> int:
    return line.saw["RST"] + line.saw["FIN"]


def count(asked: list[str], beginning: str) -> int:
    return sum(1 for words in asked if words.startswith(beginning))
