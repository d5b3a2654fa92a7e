"""python -m fieldsync: the field client on a command line, for a laptop or Termux.

Exit codes: 0 done · 1 a problem, said in words · 2 not understood · 3 something still waits or is missing ·
4 sign in again · 130 interrupted (nothing is lost).
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from fieldsync import errors, rules
from fieldsync.engine import Engine, Event, Report, open_engine, sign_in
from fieldsync.engine.recording import MARKS
from fieldsync.rules import Step
from fieldsync.store import Listed, Outbox
from fieldsync.wire import VERSION

DONE, PROBLEM, USAGE, WAITS, SIGN_IN, INTERRUPTED = 0, 1, 2, 3, 4, 130
SIGN_IN_CODES = {"not-signed-in", "sign-in-again"}
TAIL_LETTERS_MIN = 4

Command = Callable[["Desk", argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Understand the arguments, do one thing, say how it went."""
    said = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(said)
    options = _parser(language).parse_args(said)
    desk = Desk(options, language)
    with desk:
        try:
            return int(options.act(desk, options))
        except errors.Problem as problem:
            desk.complain(problem.words(language))
            return SIGN_IN if problem.code in SIGN_IN_CODES else PROBLEM
        except KeyboardInterrupt:
            desk.complain(desk.say("Dihentikan. Tidak ada yang hilang.", "Interrupted. Nothing is lost."))
            return INTERRUPTED
        except BrokenPipeError:  # whoever read our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return DONE


class Desk(ExitStack):
    """Where a command works: the records, a language, and two places to write to."""

    def __init__(self, options: argparse.Namespace, language: str) -> None:
        super().__init__()
        self.options, self.language = options, language
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, indonesian: str, english: str) -> str:
        return indonesian if self.language == "id" else english

    def complain(self, words: str) -> None:
        self.err.print(words, style="bold", markup=False)

    def print(self, words: str) -> None:
        self.out.print(words, markup=False)

    def print_json(self, value: Any) -> None:
        print(json.dumps(value, ensure_ascii=False, indent=2))

    def phone(self) -> Engine:
        """The records of whoever signed in last, or of --server and --user."""
        engine = open_engine(self.options.home, self.options.server, self.options.user)
        self.callback(engine.close)
        return engine

    def visit(self, engine: Engine, word: str) -> str:
        """A visit by its number in the list, its id, the end of its id, or its unit's code. Raises NoSuchVisit."""
        listed = engine.visits()
        if word.isdecimal() and 1 <= int(word) <= len(listed):
            return listed[int(word) - 1].visit.id
        ids = [each.visit.id for each in listed]
        tails = [name for name in ids if len(word) >= TAIL_LETTERS_MIN and name.endswith(word.lower())]
        units = [
            each.visit.id for each in listed if str(each.visit.unit.get("code", "")).lower() == word.lower()
        ]
        for found in (tails, units):
            if len(found) == 1:
                return found[0]
        raise errors.NoSuchVisit(visit=word)


# Commands


def login(desk: Desk, options: argparse.Namespace) -> int:
    if not options.server:
        desk.complain(desk.say("Sebutkan --server.", "Name a --server."))
        return USAGE
    if options.server.startswith("http://"):
        words = desk.say("Peringatan: sambungan tanpa enkripsi.", "Warning: the connection is not encrypted.")
        desk.complain(words)
    prompt = desk.say("Kata sandi: ", "Password: ")
    password = os.environ.get("FIELDSYNC_PASSWORD") or getpass.getpass(prompt)
    engine = sign_in(options.home, options.server, options.username, password)
    desk.callback(engine.close)
    identity = engine.store.identity()
    desk.print(desk.say(f"Selamat datang, {identity.name}.", f"Welcome, {identity.name}."))
    return DONE


def logout(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    engine.sign_out()
    desk.print(desk.say("Keluar. Catatan tetap di sini.", "Signed out. What you recorded stays here."))
    return DONE


def pull(desk: Desk, options: argparse.Namespace) -> int:
    report = _watched(desk, lambda engine: engine.pull(failures_max=options.patience))
    return _code(report.problem, well=not report.notes)


def sync(desk: Desk, options: argparse.Namespace) -> int:
    report = _watched(desk, lambda engine: engine.sync(failures_max=options.patience))
    return _code(report.problem, well=report.done)


def _watched(desk: Desk, act: Callable[[Engine], Report]) -> Report:
    engine = desk.phone()
    with Bars(desk) as bars:
        engine.progress = bars
        report = act(engine)
    for words in report.words(desk.language):
        desk.print(words)
    return report


def _code(problem: errors.Problem | None, *, well: bool) -> int:
    if problem is None:
        return DONE if well else WAITS
    return SIGN_IN if problem.code in SIGN_IN_CODES else WAITS


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
        window = each.visit.raw.get("window")
        until = str(window.get("closes", ""))[:10] if isinstance(window, Mapping) else ""
        name = f"{each.visit.unit.get('code', '')} {each.visit.unit.get('name', '')}"
        table.add_row(str(number), each.visit.id[-6:], name, until, _state(desk, each))
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


def status(desk: Desk, options: argparse.Namespace) -> int:
    engine = desk.phone()
    identity, left, last = engine.store.identity(), Outbox(engine.store).pending(), engine.last_sync()
    receipts = engine.store.receipts()
    if options.json:
        told = {"server": identity.server, "user": identity.username, "device": identity.device}
        told_left = {"pending": asdict(left), "last_sync": last}
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
    for each in receipts:
        where = each.received_at or each.trouble or desk.say("belum terkirim", "not sent yet")
        desk.print(f"{each.visit[-6:]} #{each.attempt}  {each.digest}  {each.slot or each.state}  {where}")
    return DONE


# Words


def _say_missing(desk: Desk, engine: Engine, visit: str, item: str | None = None) -> int:
    for gap in engine.missing(visit):
        if item in (None, gap.item):
            desk.err.print(gap.words(desk.language), markup=False)
    return DONE


def _show_returned(desk: Desk, returned: Mapping[str, Any]) -> None:
    desk.print(desk.say("Dikembalikan: ", "Returned: ") + str(returned.get("note") or ""))
    points = returned.get("points")
    for point in points if isinstance(points, list) else ():
        if isinstance(point, Mapping):
            words = (point.get("item") or point.get("photo"), point.get("reason"), point.get("note"))
            desk.print("  " + " · ".join(str(word) for word in words if word))


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


class Bars(Progress):
    """How far a sync is, on standard error: the photo on its way, and what is being waited for."""

    def __init__(self, desk: Desk) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        super().__init__(*columns, console=desk.err, transient=True, disable=not desk.err.is_terminal)
        self.desk = desk
        self.line = self.add_task("", total=None)

    def __call__(self, event: Event) -> None:
        say = self.desk.say
        if event.step is Step.UPLOAD:
            words = say(f"foto, sisa {event.photos_left}", f"photos left: {event.photos_left}")
            self.update(self.line, description=words, completed=event.offset, total=event.size)
        elif event.step is Step.WAIT:
            why = event.problem.code if event.problem else ""
            words = say(f"menunggu {event.seconds:.0f} dtk ({why})", f"waiting {event.seconds:.0f} s ({why})")
            self.update(self.line, description=words)
        else:
            words = say("berbicara dengan server", "talking to the server")
            self.update(self.line, description=words, completed=0, total=None)


# Understanding


def _language(said: Sequence[str]) -> str:
    for here, following in zip(said, [*said[1:], ""], strict=True):
        named = following if here == "--lang" else here.removeprefix("--lang=") if "--lang=" in here else ""
        if named in ("id", "en"):
            return named
    place = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "id" if place.lower().startswith("id") else "en"


def _home() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(os.environ.get("FIELDSYNC_HOME") or Path(data) / "catatan")


def _parser(language: str) -> argparse.ArgumentParser:
    def say(indonesian: str, english: str) -> str:
        return indonesian if language == "id" else english

    about = say(
        "Mencatat kunjungan tanpa jaringan, mengirim bila ada.", "Record visits offline, sync when online."
    )
    parser = argparse.ArgumentParser(prog="python -m fieldsync", description=about)
    parser.add_argument("--version", action="version", version=VERSION)
    parser.add_argument("--lang", choices=("id", "en"), help=say("bahasa", "language"))
    parser.add_argument(
        "--home", type=Path, default=_home(), help=say("folder catatan", "folder of the records")
    )
    parser.add_argument("--server", help=say("alamat server", "address of the server"))
    parser.add_argument("--user", help=say("catatan milik siapa", "whose records"))
    commands = parser.add_subparsers(required=True, metavar=say("perintah", "command"))

    def command(name: str, act: Command, indonesian: str, english: str) -> argparse.ArgumentParser:
        words = say(indonesian, english)
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(act=act)
        return made

    _add_network_commands(command, say)
    _add_looking_commands(command, say)
    _add_recording_commands(command, say)
    return parser


def _add_network_commands(
    command: Callable[..., argparse.ArgumentParser], say: Callable[[str, str], str]
) -> None:
    made = command(
        "login", login, "masuk (kata sandi ditanya atau FIELDSYNC_PASSWORD)", "sign in (asks the password)"
    )
    made.add_argument("username")
    # After the command is where people write it; the one before it is kept when this one is absent.
    made.add_argument(
        "--server", default=argparse.SUPPRESS, help=say("alamat server", "address of the server")
    )
    command("logout", logout, "keluar; catatan tetap di sini", "sign out; what was recorded stays")
    patience = say("berhenti setelah sekian kegagalan berturut-turut", "stop after so many failures in a row")
    for name, act, words in (
        ("pull", pull, ("ambil kunjungan dan daftar periksa", "fetch visits and checklists")),
        ("sync", sync, ("kirim semuanya dan ambil yang baru", "send everything and fetch what is new")),
    ):
        command(name, act, *words).add_argument("--patience", type=int, default=8, metavar="N", help=patience)


def _add_looking_commands(
    command: Callable[..., argparse.ArgumentParser], say: Callable[[str, str], str]
) -> None:
    as_json = say("untuk program lain", "for other programs")
    command("visits", visits, "daftar kunjungan", "list the visits").add_argument(
        "--json", action="store_true", help=as_json
    )
    command("status", status, "yang menunggu, dan tanda terima", "what waits, and receipts").add_argument(
        "--json", action="store_true", help=as_json
    )
    made = command("show", show, "butir, jawaban, dan yang kurang", "items, answers, and what is missing")
    made.add_argument("visit", help=say("nomor, id, atau kode unit", "number, id, or unit code"))
    made.add_argument("--json", action="store_true", help=as_json)


def _add_recording_commands(
    command: Callable[..., argparse.ArgumentParser], say: Callable[[str, str], str]
) -> None:
    which = say("nomor, id, atau kode unit", "number, id, or unit code")
    made = command(
        "record", record, "jawab satu butir, atau banyak dari berkas", "answer an item, or many from a file"
    )
    made.add_argument("visit", help=which)
    made.add_argument("item", nargs="?", help="I1.1")
    made.add_argument("value", nargs="?", help=say("ya, cukup, 3, 3/5, …", "yes, cukup, 3, 3/5, …"))
    made.add_argument("--na", action="store_true", help=say("tidak berlaku", "does not apply"))
    made.add_argument("--note", help=say("catatan", "a note"))
    made.add_argument("--photo", action="append", type=Path, default=[], metavar="FILE")
    made.add_argument("--no-photo", choices=rules.NO_PHOTO_REASONS, help=say("alasan", "the reason"))
    made.add_argument("--from", dest="answers", type=Path, metavar="FILE.json")

    made = command("photo", photo, "simpan foto", "keep photos")
    made.add_argument("visit", help=which)
    made.add_argument("files", nargs="+", type=Path)
    made.add_argument("--item", help="P1.1")

    made = command("mark", mark, "catat saat: tiba, dipanggil, …", "note a moment: arrived, called, …")
    made.add_argument("visit", help=which)
    made.add_argument("what", choices=MARKS)
    for name in ("--lat", "--lon"):
        made.add_argument(name, type=float)
    made.add_argument("--accuracy", type=float, default=0.0, metavar="METRES")

    made = command("finish", finish, "selesaikan kunjungan untuk selamanya", "finish a visit for ever")
    made.add_argument("visit", help=which)
    made.add_argument("--anyway", action="store_true", help=say("walau ada yang kurang", "though incomplete"))
    made.add_argument("--sign", action="store_true", help=say("menyatakan benar", "state that it is true"))
    made.add_argument("--narrative", help=say("uraian", "the story in words"))

    made = command("discard", discard, "buang draf", "throw a draft away")
    made.add_argument("visit", help=which)
    made.add_argument("--yes", action="store_true")


if __name__ == "__main__":
    sys.exit(main())
