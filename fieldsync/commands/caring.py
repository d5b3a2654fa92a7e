"""Commands for hard days: export what is unsent, say what went wrong, spend less, go on from another device."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from rich.table import Table

from fieldsync import errors, wire
from fieldsync.commands.desk import DONE, USAGE, WAITS, Desk
from fieldsync.store import Outbox

UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}


def size_of(word: str) -> int:
    """Bytes of "500k", "5M" or "1048576". Raises ValueError."""
    text = word.strip().lower().removesuffix("b").removesuffix("i")
    number, unit = (text[:-1], UNITS[text[-1]]) if text and text[-1] in UNITS else (text, 1)
    if not (number.isascii() and number.isdecimal() and len(number) < 13):
        raise ValueError(word)
    return int(number) * unit


def export(desk: Desk, options: argparse.Namespace) -> int:
    done = desk.phone().export_unsent(options.file)
    desk.print(
        desk.say(
            f"Disimpan ke {done.path}: {done.submissions} kunjungan, {done.drafts} draf, {done.photos} foto"
            f" ({done.bytes // 1024} KiB).",
            f"Saved to {done.path}: {done.submissions} visits, {done.drafts} drafts, {done.photos} photos"
            f" ({done.bytes // 1024} KiB).",
        )
    )
    for photo in done.lost:
        desk.complain(errors.PhotoGone(photo=photo).words(desk.language))
    return WAITS if done.lost else DONE


def budget(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    told = engine.budget()
    if options.none:
        told = type(told)()
    if options.bytes_a_day is not None:
        told = replace(told, bytes_a_day=options.bytes_a_day)
    for name in ("documents_only", "documents_wait"):
        told = replace(told, **{name: True}) if getattr(options, name) else told
    if told != engine.budget():
        engine.set_budget(told)
    limit = (
        desk.say("tanpa batas", "no limit") if told.bytes_a_day is None else f"{told.bytes_a_day // 1024} KiB"
    )
    desk.print(desk.say("Data sehari: ", "Data a day: ") + limit)
    if told.documents_only:
        desk.print(desk.say("Foto menunggu.", "Photos wait."))
    if told.documents_wait:
        desk.print(desk.say("Dokumen juga menunggu jatah.", "Documents wait for the budget, too."))
    return DONE


def diagnose(desk: Desk, options: argparse.Namespace) -> int:
    """The last ten syncs, and what is in trouble: for whoever helps. No contents, names or places."""
    engine = desk.phone()
    runs, left = engine.runs(), asdict(Outbox(engine.store).pending())
    form = engine.store.db.row("PRAGMA user_version") or {}
    whole = engine.store.db.row("PRAGMA quick_check") or {}
    known: dict[str, Any] = {"client": wire.CLIENT, "device": engine.store.identity().device}
    known |= {"form": form.get("user_version"), "store": whole.get("quick_check"), "unsent": left}
    known["troubled_photos"] = len(engine.store.troubled_photos())
    known["budget"] = asdict(engine.budget())
    if options.json:
        desk.print_json(known | {"runs": runs})
        return DONE
    for name, value in known.items():
        desk.print(f"{name}: {value}")
    columns = ("began_at", "server_time", "s", "requests", "up", "down", "sent", "problem", "failures")
    table = Table(*columns, box=None, header_style="bold")
    for run in runs:
        table.add_row(*_run_row(run))
    desk.out.print(table)
    return DONE


def resume(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    visit = desk.visit(engine, options.visit)
    others = engine.drafts_elsewhere(visit)
    if options.device is None:
        for each in others:
            desk.print(f"{each.device}  {each.device_name}  {each.updated_at}  {each.bytes} B")
        if not others:
            desk.print(desk.say("Tidak ada draf di perangkat lain.", "No draft on another device."))
        return DONE
    named = [each.device for each in others if each.device.endswith(options.device.lower())]
    if len(named) != 1:
        desk.complain(errors.NoSuchDraft().words(desk.language))
        return USAGE
    engine.continue_here(visit, named[0])
    missing = [photo.id for photo in engine.photos_of_draft(visit) if photo.where == "missing"]
    desk.print(desk.say("Dilanjutkan di perangkat ini.", "Continued on this device."))
    if missing:
        words = desk.say(
            f"{len(missing)} foto ada di perangkat lain.", f"{len(missing)} photos are on the other device."
        )
        desk.print(words)
    return DONE


def _run_row(run: Mapping[str, Any]) -> list[str]:
    sent = run.get("sent") or {}
    failures = ", ".join(f"{code} {times}" for code, times in (run.get("failures") or {}).items())
    ended = str(run.get("problem") or "") if run.get("ended") else "killed"
    numbers = [str(run.get(name, "")) for name in ("seconds", "requests", "bytes_up", "bytes_down")]
    counted = "/".join(str(sent.get(name, 0)) for name in ("submissions", "drafts", "photos"))
    return [str(run.get("began_at")), str(run.get("server_time") or ""), *numbers, counted, ended, failures]
