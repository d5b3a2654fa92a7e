"""Commands that only look: visits, show, status."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table

from fieldsync import rules
from fieldsync.commands.desk import DONE, Desk
from fieldsync.store import Listed, Outbox
from fieldsync.wire import Visit


def visits(desk: Desk, options: argparse.Namespace) -> int:
    listed = desk.phone().visits()
    if options.json:
        desk.print_json([_visit_json(each) for each in listed])
        return DONE
    if not listed:
        desk.print(desk.say("Belum ada kunjungan. Coba: pull", "No visits yet. Try: pull"))
        return DONE
    columns = ("#", "id", desk.say("unit", "unit"), desk.say("sampai", "until"), desk.say("keadaan", "state"))
    table = Table(*columns, box=None, header_style="bold")
    for number, each in enumerate(listed, 1):
        name = f"{each.visit.unit.get('code', '')} {each.visit.unit.get('name', '')}"
        table.add_row(str(number), each.visit.id[-6:], name, _until(each.visit), _state(desk, each))
    desk.out.print(table)
    return DONE


def show(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    visit = desk.visit(engine, options.visit)
    draft, facts = engine.draft(visit), engine.facts(visit)
    answers = draft.fields["answers"] if draft else {}
    asked = rules.asked(engine.items(visit), answers, facts)
    missing = engine.missing(visit) if draft else []
    returned = engine.returned(visit)
    if options.json:
        gaps = [asdict(gap) for gap in missing]
        known = {"visit": engine.visit(visit).raw, "draft": draft.fields if draft else None, "missing": gaps}
        desk.print_json(known | {"items": asked})
        return DONE
    desk.print(str(engine.visit(visit).raw.get("briefing") or ""))
    if returned:
        _show_returned(desk, returned)
    wanting = {gap.item: gap.words(desk.language).partition(": ")[2] for gap in missing}
    table = Table("", desk.say("pertanyaan", "question"), desk.say("jawaban", "answer"), "", box=None)
    for item in asked:
        told = answers.get(item["code"]) or {}
        value = "n/a" if told.get("na") else told.get("value")
        expected = rules.expected_value(item, desk.language)
        words = "" if value is None else json.dumps(value, ensure_ascii=False)
        question = item["question"].get(desk.language) or item["question"]["id"]
        table.add_row(item["code"], question, words or f"({expected})", wanting.get(item["code"], ""))
    desk.out.print(table)
    return DONE


def status(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    identity, left, last = engine.store.identity(), Outbox(engine.store).pending(), engine.last_sync()
    receipts = engine.store.receipts()
    if options.json:
        told = {"server": identity.server, "user": identity.username, "device": identity.device}
        told_left: dict[str, Any] = {"pending": asdict(left), "last_sync": last}
        told_left["troubled_photos"] = [asdict(each) for each in engine.store.troubled_photos()]
        desk.print_json(told | told_left | {"receipts": [asdict(each) for each in receipts]})
        return DONE
    desk.print(f"{identity.username} @ {identity.server}")
    desk.print(
        desk.say(
            f"Menunggu: {left.submissions} kunjungan, {left.drafts} draf, {left.photos} foto"
            f" ({left.photo_bytes // 1024} KiB).",
            f"Waiting: {left.submissions} visits, {left.drafts} drafts, {left.photos} photos"
            f" ({left.photo_bytes // 1024} KiB).",
        )
    )
    if last:
        outcome = last["problem"] or desk.say("baik", "fine")
        desk.print(desk.say("Sinkron terakhir", "Last sync") + f": {last['at']}, {outcome}")
    for photo in engine.store.troubled_photos():
        words = desk.say("Foto bermasalah", "Photo in trouble")
        desk.print(f"{words}: {photo.id}, {photo.state} ({photo.reason or '?'}), {photo.visit[-6:]}")
    for each in receipts:
        where = each.received_at or each.trouble or desk.say("belum terkirim", "not sent yet")
        desk.print(f"{each.visit[-6:]} #{each.attempt}  {each.digest}  {each.slot or each.state}  {where}")
    return DONE


def _show_returned(desk: Desk, returned: Mapping[str, Any]) -> None:
    desk.print(desk.say("Dikembalikan: ", "Returned: ") + str(returned.get("note") or ""))
    points = returned.get("points")
    for point in points if isinstance(points, list) else ():
        if isinstance(point, Mapping):
            words = (point.get("item") or point.get("photo"), point.get("reason"), point.get("note"))
            desk.print("  " + " · ".join(str(word) for word in words if word))


def _until(visit: Visit) -> str:
    """The last day of the window, as it is counted at the unit; "" when it cannot be read."""
    window = visit.raw.get("window")
    try:
        closes = datetime.fromisoformat(window["closes"] if isinstance(window, Mapping) else "")
        zone = ZoneInfo(str(visit.unit.get("time_zone") or "Asia/Jakarta"))
        return f"{closes.astimezone(zone) - timedelta(microseconds=1):%Y-%m-%d}"
    except (TypeError, KeyError, ValueError, OverflowError):  # an unknown zone is a KeyError
        return ""


def _state(desk: Desk, listed: Listed) -> str:
    if listed.visit.removed is not None:
        return desk.say("bukan milik Anda", "not yours") + f" ({listed.visit.removed})"
    if listed.begun:
        return desk.say("sedang dicatat", "being recorded")
    if listed.told and listed.told.attempt >= listed.visit.attempt:
        sent = listed.told.state != "outbox"
        return listed.visit.state if sent else desk.say("selesai, belum terkirim", "finished, not sent")
    ready = "" if listed.ready else desk.say(" (daftar periksa belum ada)", " (checklist not here yet)")
    return listed.visit.state + ready


def _visit_json(listed: Listed) -> dict[str, Any]:
    visit = listed.visit
    told = asdict(listed.told) if listed.told else None
    known = {"id": visit.id, "removed": visit.removed, "ready": listed.ready, "begun": listed.begun}
    return {**visit.raw, **known, "told": told}
