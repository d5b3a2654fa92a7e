"""What may be typed, and what it means."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from fieldsync import rules
from fieldsync.commands.caring import budget, diagnose, export, resume, size_of
from fieldsync.commands.desk import Desk
from fieldsync.commands.looking import show, status, visits
from fieldsync.commands.network import login, logout, pull, sync
from fieldsync.commands.recording import discard, finish, mark, photo, record
from fieldsync.engine.recording import MARKS
from fieldsync.wire import VERSION

Command = Callable[[Desk, argparse.Namespace], int]


def language_of(said: Sequence[str]) -> str:
    for here, following in zip(said, [*said[1:], ""], strict=True):
        named = following if here == "--lang" else here.removeprefix("--lang=") if "--lang=" in here else ""
        if named in ("id", "en"):
            return named
    place = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "id" if place.lower().startswith("id") else "en"


def _home() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(os.environ.get("FIELDSYNC_HOME") or Path(data) / "catatan")


def parser_for(language: str) -> argparse.ArgumentParser:
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
    _add_caring_commands(command, say)
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
        made = command(name, act, *words)
        made.add_argument("--patience", type=int, default=8, metavar="N", help=patience)
    most = say("data paling banyak hari ini, misalnya 5M", "data at most today, such as 5M")
    made.add_argument("--budget", type=size_of, metavar="SIZE", help=most)
    made.add_argument("--documents-only", action="store_true", help=say("foto menunggu", "photos wait"))


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


def _add_caring_commands(
    command: Callable[..., argparse.ArgumentParser], say: Callable[[str, str], str]
) -> None:
    made = command(
        "export",
        export,
        "simpan yang belum terkirim ke satu berkas zip",
        "save what is unsent to one zip file",
    )
    made.add_argument("file", type=Path, metavar="FILE.zip")

    made = command("budget", budget, "jatah data untuk seterusnya", "the data budget from now on")
    made.add_argument("--bytes-a-day", type=size_of, metavar="SIZE", help="5M")
    made.add_argument("--documents-only", action="store_true", help=say("foto menunggu", "photos wait"))
    made.add_argument(
        "--documents-wait",
        action="store_true",
        help=say("dokumen juga menunggu jatah", "documents wait, too"),
    )
    made.add_argument("--none", action="store_true", help=say("tanpa batas", "no limits"))

    made = command(
        "diagnose",
        diagnose,
        "sepuluh pengiriman terakhir, untuk yang membantu",
        "the last ten syncs, for support",
    )
    made.add_argument("--json", action="store_true", help=say("untuk program lain", "for other programs"))

    made = command(
        "continue", resume, "lanjutkan draf dari perangkat lain", "go on with a draft of another device"
    )
    made.add_argument("visit", help=say("nomor, id, atau kode unit", "number, id, or unit code"))
    made.add_argument(
        "device", nargs="?", help=say("id perangkat, atau ujungnya", "the device's id, or its end")
    )
