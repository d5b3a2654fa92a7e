"""Commands that need a network: login, logout, pull, sync."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Callable
from dataclasses import replace

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from fieldsync import errors
from fieldsync.commands.desk import DONE, SIGN_IN, SIGN_IN_CODES, USAGE, WAITS, Desk
from fieldsync.engine import Engine, Event, Report, sign_in
from fieldsync.rules import Step


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
    def act(engine: Engine) -> Report:
        budget = engine.budget()
        if options.budget is not None:
            budget = replace(budget, bytes_a_day=options.budget)
        if options.documents_only:
            budget = replace(budget, documents_only=True)
        return engine.sync(budget=budget, failures_max=options.patience)

    report = _watched(desk, act)
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
