"""What the phones of these tests reach: a real server with people, orders and the built app, behind a line each."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from fieldsync.demo.desk import Desk
from tests.journeys.server import Server
from tests.simulation.proxy import CALM, Line, Network, Weather
from tests.world import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "fieldsync/web/dist"
ORDERS = 4
# GPRS on a bad day. Cuts come after so many bytes of a connection on average, either way.
SECOND_GENERATION = Weather(bytes_a_second=6 * 1024)
WITH_CUTS = Weather(bytes_a_second=6 * 1024, up_bytes_between_cuts=60_000, down_bytes_between_cuts=120_000)

__all__ = ["CALM", "PASSWORD", "SECOND_GENERATION", "WITH_CUTS", "Office", "founded"]


def founded(folder: Path) -> dict[str, str]:
    """A prepared database with Sari, Rina and Budi, and ORDERS orders for Sari; answers everybody's token."""
    server = Server(folder)
    server.command("setup", "--administrator", "admin")
    return dict(staffed(server, "found", str(ORDERS)))


def staffed(server: Server, *words: str) -> Any:
    staffing = [sys.executable, "-m", "tests.browser.staffing", *words]
    run = subprocess.run(
        staffing, cwd=ROOT, env=server.environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout)


class Office:
    """`with Office(folder, founded_folder, tokens) as office`: the server runs, and Budi sits at his desk.

    app     the folder of the built app that this server answers from; a test may put another version there
    """

    def __init__(self, folder: Path, like: Path, tokens: dict[str, str]) -> None:
        shutil.copytree(like, folder / "server", ignore=shutil.ignore_patterns("*.log"))
        self.folder, self.tokens, self.app = folder, tokens, folder / "app"
        shutil.copytree(BUILT, self.app)
        self.server = Server(folder / "server", environment={"PHONE_APP": str(self.app)})
        self.network = Network(("127.0.0.1", self.server.port), "browser")
        self.desks: list[Desk] = []

    def __enter__(self) -> Office:
        self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        for desk in self.desks:
            desk.http.close()
        self.server.stop()
        self.network.close()

    def line(self, name: str) -> Line:
        """An address of its own for each phone; `line.weather` makes it bad."""
        return self.network.line(name)

    def serve(self, build: Path) -> None:
        """Another version of the app, from now on."""
        fresh, old = self.folder / "app.new", self.folder / "app.old"
        shutil.copytree(build, fresh)
        self.app.rename(old)
        fresh.rename(self.app)
        shutil.rmtree(old)

    # Budi's desk; all of it through the public API

    def desk(self, name: str = "") -> Desk:
        """With everybody's token of the beginning; without a name nobody sits there yet."""
        desk = Desk(self.server.address)
        self.desks.append(desk)
        if name:
            desk.http.headers["Authorization"] = f"Bearer {self.tokens[name]}"
        return desk

    @cached_property
    def budi(self) -> Desk:
        return self.desk("budi")

    @cached_property
    def administrator(self) -> Desk:
        desk = self.desk()
        desk.sign_in("admin", "samar-demo-2026", uuid4())
        return desk

    def orders(self) -> list[dict[str, Any]]:
        """As Budi sees them, the first to be opened first."""
        return sorted(self.budi.every("assignments"), key=lambda order: order["window"]["opens"])

    def order(
        self,
        inspector: str,
        count: int = 1,
        scenario: str = "inquiry",
        *,
        opens_in_days: int = -1,
        days: int = 14,
    ) -> list[str]:
        """More visits for somebody, to units where nobody has been; their ids."""
        words = [inspector, str(count), scenario, str(opens_in_days), str(days)]
        return list(staffed(self.server, "order", *words))

    def expire(self, name: str) -> None:
        """Every token of hers was valid until a minute ago."""
        assert staffed(self.server, "expire", name) > 0

    def user(self, name: str) -> str:
        return str(self.desk(name).get("me")["id"])

    def reassign(self, visit: str, to: str) -> None:
        """To somebody who has no order nearby, as Rina has none: the rules of rotation hold."""
        self.budi.post(f"assignments/{visit}/reassign", {"inspector": self.user(to), "reason": "sakit"})

    def cancel(self, visit: str) -> None:
        self.budi.post(f"assignments/{visit}/cancel", {"reason": "tutup"})

    def decide(
        self, visit: str, verdict: str, *, note: str = "", points: Sequence[dict[str, Any]] = ()
    ) -> None:
        """points: {"item", "photo", "reason", "note"} each; "returned" needs a note or points."""
        attempt = self.visit(visit)["attempt"]
        ground = "other" if verdict == "rejected" else ""
        told = {"id": str(uuid4()), "attempt": attempt, "verdict": verdict, "ground": ground, "note": note}
        self.budi.post(f"visits/{visit}/decisions", {**told, "points": list(points)})

    def visit(self, visit: str) -> dict[str, Any]:
        """What was told, with flags and the parsed document."""
        return dict(self.budi.get(f"visits/{visit}"))

    def text(self, submission: str) -> str:
        """The exact text of something told."""
        return str(self.budi.get(f"submissions/{submission}")["text"])

    def told(self, *visits: str) -> list[dict[str, Any]]:
        """All that came, in its order, as it lies in the database: {id, visit, attempt, digest, slot, why, text} each.
        A desk shows nothing of a visit that was told late and never else."""
        return list(staffed(self.server, "told", *visits))

    def photo(self, photo: str, by: str = "budi") -> bytes:
        desk = self.budi if by == "budi" else self.desk(by)
        return desk.http.get(f"photos/{photo}", follow_redirects=True).raise_for_status().content

    def revoke(self, device: str) -> None:
        self.administrator.post(f"devices/{UUID(device)}/revoke", {})

    def back_up(self) -> None:
        """From now on phones may free what was told before."""
        self.server.command("backup", "--to", str(self.folder / "copies"))
