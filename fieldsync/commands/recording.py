"""Commands that record, without a network: record, photo, mark, finish, discard."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from fieldsync import errors, rules
from fieldsync.commands.desk import DONE, USAGE, WAITS, Desk
from fieldsync.engine import Engine


def record(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    visit = desk.visit(engine, options.visit)
    if options.answers:
        return _record_file(desk, engine, visit, options.answers)
    if not options.item:
        desk.complain(desk.say("Sebutkan butir, atau --from.", "Name an item, or --from."))
        return USAGE
    engine.start(visit)
    item = next((each for each in engine.items(visit) if each["code"] == options.item), None)
    if item is None:
        raise errors.UnknownItem(item=options.item)
    value = rules.value_from_words(item, options.value) if options.value is not None else None
    engine.answer(visit, options.item, value, na=options.na, note=options.note, no_photo=options.no_photo)
    for file in options.photo:
        engine.add_photo(visit, file, item=options.item)
    return _say_missing(desk, engine, visit, options.item)


def _record_file(desk: Desk, engine: Engine, visit: str, file: Path) -> int:
    """Lay a file of answers over the draft. In it an answer may name photo "files", beside the file itself."""
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        answers = {code: dict(answer) for code, answer in dict(told.get("answers") or {}).items()}
    except OSError as error:
        raise errors.FileUnreadable(file=str(file), why=error.strerror or "?") from error
    except (ValueError, AttributeError, TypeError) as error:
        raise errors.FileUnreadable(file=str(file), why=str(error)) from error
    engine.start(visit)
    for code, answer in answers.items():
        files = answer.pop("files", ())
        known = ("value", "na", "note", "no_photo")
        engine.answer(visit, code, **{name: answer[name] for name in known if answer.get(name) is not None})
        for name in files:
            engine.add_photo(visit, file.parent / name, item=code)
    for mark in told.get("marks") or ():
        engine.mark(visit, mark["what"], place=(told.get("place") or {}).get(mark["what"]))
    engine.describe(visit, context=told.get("context"), narrative=told.get("narrative"))
    return _say_missing(desk, engine, visit)


def photo(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    visit = desk.visit(engine, options.visit)
    engine.start(visit)
    for file in options.files:
        kept = engine.add_photo(visit, file, item=options.item)
        desk.print(f"{kept.id}  {kept.size // 1024} KiB  {file}")
    return DONE


def mark(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    visit = desk.visit(engine, options.visit)
    place = None
    if options.lat is not None and options.lon is not None:
        place = {"lat": options.lat, "lon": options.lon, "accuracy_m": options.accuracy, "mock": False}
    engine.start(visit)
    engine.mark(visit, options.what, place=place)
    return DONE


def finish(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    visit = desk.visit(engine, options.visit)
    if options.narrative is not None or options.sign:
        engine.describe(visit, narrative=options.narrative, signed=options.sign or None)
    if (gaps := engine.missing(visit)) and not options.anyway:
        _say_missing(desk, engine, visit)
        words = f"Belum selesai: {len(gaps)}. Tetap selesaikan dengan --anyway."
        desk.complain(desk.say(words, f"Not finished: {len(gaps)} missing. Finish with --anyway."))
        return WAITS
    receipt = engine.finish(visit)
    desk.print(desk.say("Selesai. Tanda terima:", "Finished. Receipt:") + f" {receipt.digest}")
    return DONE


def discard(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    visit = desk.visit(engine, options.visit)
    if not options.yes:
        words = ("Tambahkan --yes untuk membuang draf.", "Add --yes to throw the draft away.")
        desk.complain(desk.say(*words))
        return USAGE
    engine.discard(visit)
    return DONE


def _say_missing(desk: Desk, engine: Engine, visit: str, item: str | None = None) -> int:
    for gap in engine.missing(visit):
        if item in (None, gap.item):
            desk.err.print(gap.words(desk.language))
    return DONE
