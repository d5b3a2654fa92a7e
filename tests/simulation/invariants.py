"""I1 to I17 of docs/protocol.md, checked from outside: a stopped server's database and store, and phones' folders.

    seen = check_server(environment)  # what the server ran with: DATABASE_URL, SAMAR_VAR, S3_…
    assert seen.violations == []
    assert check_phones(folders, seen) == []

On the command line: python -m tests.simulation.invariants [--aged]   prints what `check_server` reads.
I8, I14 and I17 are about single answers: the state machines of this folder watch those.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fieldsync.wire import sha256_bytes, sha256_text

ROOT = Path(__file__).resolve().parents[2]
ON_ITS_WAY = ("captured", "declared", "sending")
JSON = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """What a server held when it was looked at. `submissions` by "<id> <digest>", `photos` by id, `drafts`
    by "<visit> <device>" as [rev, digest], `lists` by inspector and "<kind> <id>"; see server_side.inventory."""

    violations: list[str]
    epoch: str = ""
    submissions: Mapping[str, JSON] = field(default_factory=dict)
    photos: Mapping[str, JSON] = field(default_factory=dict)
    drafts: Mapping[str, list[Any]] = field(default_factory=dict)
    lists: Mapping[str, Mapping[str, JSON]] = field(default_factory=dict)


def check_server(environment: Mapping[str, str], *, aged: bool = False) -> Seen:
    """Look at a server's database and store in a process of its own; the server may be stopped or running quietly.

    environment   what the server ran with
    aged          let three months pass and the sweeper come first: then no object may be left over (I16)
    """
    run = subprocess.run(
        [sys.executable, "-m", "tests.simulation.invariants", *(["--aged"] if aged else [])],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "backend.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-1000:] + run.stderr[-3000:]
    return Seen(**json.loads(run.stdout))


def check_phones(folders: Iterable[Path], seen: Seen, *, quiet: bool = True) -> list[str]:
    """Every broken invariant between these stores (folders with `field.sqlite3` and `photos/`) and the server.

    quiet   faults are over and every phone has synced to the end: then also convergence and liveness must hold
    """
    return [found for folder in folders for found in PhoneLooked(folder, seen).violations(quiet=quiet)]


class PhoneLooked:
    """One phone's store, read without the product's help and without changing it."""

    def __init__(self, folder: Path, seen: Seen) -> None:
        self.folder, self.seen = folder, seen

    def violations(self, *, quiet: bool) -> Iterator[str]:
        self.db = sqlite3.connect(self.folder / "field.sqlite3")
        self.db.row_factory = sqlite3.Row
        try:
            self.told = {row["key"]: row["value"] for row in self.db.execute("SELECT key, value FROM phone")}
            self.same_epoch = (self.told.get("cursor") or "").rpartition(".")[0] == self.seen.epoch
            for sentence in self._all(quiet):
                yield f"{sentence} (phone {self.folder})"
        finally:
            self.db.close()

    def _all(self, quiet: bool) -> Iterator[str]:
        for (line,) in self.db.execute("PRAGMA integrity_check"):
            if line != "ok":
                yield f"I1 the store is broken: {line}"
        if quiet and not self.same_epoch:
            yield f"I4 this phone follows {self.told.get('cursor')}, the server's epoch is {self.seen.epoch}"
        yield from self._submissions(quiet)
        yield from self._photos(quiet)
        if quiet:
            yield from self._drafts()
            yield from self._list()

    def _submissions(self, quiet: bool) -> Iterator[str]:
        for row in self.db.execute("SELECT * FROM submissions"):
            there = self.seen.submissions.get(f"{row['id']} {row['digest']}")
            what = f"submission {row['id']} ({row['state']})"
            if row["doc"] is None and there is None:
                yield f"I1 {what} is nowhere any more"
            elif row["doc"] is not None and sha256_text(row["doc"]) != row["digest"] and not row["damaged"]:
                yield f"I3 {what} does not hash to its digest"
            elif row["doc"] is not None and json.loads(row["doc"]).get("checklist") != row["checklist"]:
                yield f"I11 {what} names another checklist than its draft was pinned to"
            if quiet and row["state"] == "outbox":
                yield f"I9 {what} was never taken"
            if row["state"] == "freed" and there and not there["durable"]:
                yield f"I13 {what} was freed before it was durable"
            if row["state"] != "outbox" and there is None and (quiet or self.same_epoch):
                yield f"I9 {what} is not with the server"

    def _photos(self, quiet: bool) -> Iterator[str]:
        for row in self.db.execute("SELECT * FROM photos"):
            there = self.seen.photos.get(row["id"], {"state": "unknown", "sha256": "", "durable": False})
            stored = there["state"] == "stored" and there["sha256"] == row["sha256"]
            what = f"photo {row['id']} ({row['state']}; on the server {there['state']})"
            file = self.folder / "photos" / f"{row['id']}.jpg"
            here = file.exists() and sha256_bytes(file.read_bytes()) == row["sha256"]
            if not here and not stored:
                yield f"I6 {what} is nowhere any more"
            if not here and row["state"] not in ("freed", "lost"):
                yield f"I13 {what} has no file"
            if row["state"] == "freed" and not there["durable"]:
                yield f"I13 {what} was freed before it was durable"
            if row["state"] == "stored" and not stored and (quiet or self.same_epoch):
                yield f"I9 {what} is believed to be stored"
            if quiet and row["submission"] is not None and row["state"] in ON_ITS_WAY:
                yield f"I9 {what} is still on its way"

    def _drafts(self) -> Iterator[str]:
        device = self.told.get("device")
        for row in self.db.execute("SELECT * FROM drafts WHERE doc IS NOT NULL OR rev > acked"):
            kept = self.seen.drafts.get(f"{row['visit']} {device}", [0, ""])
            digest = "" if row["doc"] is None else sha256_text(row["doc"])
            if kept != [row["rev"], digest]:
                yield f"I10 draft of {row['visit']} is at {row['rev']}, the server keeps {kept[0]}"

    def _list(self) -> Iterator[str]:
        """What this phone shows is what the server lists for its owner: same things, numbers and states."""
        owners = self.seen.lists.get(self.told.get("user", ""), {})
        here = {
            f"{row['kind']} {row['id']}": (row["seq"], json.loads(row["raw"]))
            for row in self.db.execute("SELECT * FROM items WHERE removed IS NULL")
        }
        yield from (f"I5 {name} is shown and not hers" for name in sorted(here.keys() - owners.keys()))
        yield from (f"I4 {name} is hers and not shown" for name in sorted(owners.keys() - here.keys()))
        for name in sorted(here.keys() & owners.keys()):
            seq, shown = here[name]
            differing = sorted(
                key for key, value in owners[name].items() if {**shown, "seq": seq}.get(key) != value
            )
            if differing:
                yield f"I4 {name} is shown with another {', '.join(differing)}"
        if int(self.told.get("healed") or 0):
            yield f"I15 the list did not add up {self.told['healed']} times"


def main(*words: str) -> None:
    import django

    django.setup()
    from datetime import timedelta

    import time_machine

    from backend.core.clock import now
    from backend.evidence.sweeping import sweep
    from tests.simulation import server_side

    if "--aged" in words:
        with time_machine.travel(now() + timedelta(days=100), tick=True):
            while sweep():
                pass
    found = list(server_side.violations(aged="--aged" in words))
    json.dump({"violations": found, **server_side.inventory()}, sys.stdout)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
    main(*sys.argv[1:])
