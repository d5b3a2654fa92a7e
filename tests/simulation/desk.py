"""People at desks, in a process of its own over the server's database: they order, give to others, cancel and judge;
tokens expire; and at the end they look into the inspectors' own ledgers for what is lost or doubled.

    python -m tests.simulation.desk      one JSON request a line on its input, one JSON answer a line on its output

Everything goes through the rooms' own actions, except that tokens expire by hand.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

REST_DAYS = 200  # between two orders, so that no rule of spacing hinders a reassignment
FIRST_WINDOW = datetime(1990, 1, 1, tzinfo=UTC)
PROBLEMS_SHOWN_MAX = 20


class Desks:
    """The coordinator Budi and his inspectors. `seed` decides whose visit is chosen."""

    def __init__(self, seed: str) -> None:
        from backend.people.models import User

        self.rng = Random(seed)
        self.users = User.objects

    def prepare(self, inspectors: list[str], visits: int) -> dict[str, Any]:
        """The programme, its people and some orders for each inspector; once a database."""
        from backend.people.rules import Role
        from tests import world

        world.checklist()
        world.person("budi", Role.COORDINATOR, regions=("63",))
        for name in inspectors:
            world.person(name, Role.INSPECTOR)
        return {"orders": sum(self.order(name, visits)["orders"] for name in inspectors)}

    def hand_out(self, inspector: str) -> dict[str, Any]:
        """A token for a client that is not ours, and a visit to take photos for."""
        from backend.assignments.models import Assignment
        from backend.people.models import DeviceToken

        user = self._user(inspector)
        _, token = DeviceToken.objects.create(user, device=user.devices.first())
        return {"token": token, "visit": str(Assignment.objects.filter(inspector=user).first().pk)}

    def stored(self, photos: list[str]) -> dict[str, Any]:
        """The SHA-256 of each photo as the store gives it; None for what is not stored."""
        from backend.evidence.models import Photo

        return {photo: _kept(Photo.objects.filter(pk=photo).first()) for photo in photos}

    def order(self, inspector: str, visits: int) -> dict[str, Any]:
        from backend.assignments.models import Assignment
        from tests import world

        for _ in range(visits):
            opens = FIRST_WINDOW + timedelta(days=REST_DAYS * Assignment.objects.count())
            world.order(self._as_person(inspector), by=self._as_person("budi"), opens=opens)
        return {"orders": visits}

    def reassign(self, inspectors: list[str]) -> dict[str, Any]:
        """Some visit goes to somebody else, whether or not somebody is on the way to it."""
        from backend.assignments import actions

        order, to = self._some_order(), self._user(self.rng.choice(inspectors))
        return self._tried(
            lambda: actions.reassign(order.pk, inspector=to.pk, reason="sakit", by=self._user("budi"))
        )

    def cancel(self) -> dict[str, Any]:
        from backend.assignments import actions

        order = self._some_order()
        return self._tried(lambda: actions.cancel(order.pk, reason="tutup", by=self._user("budi")))

    def judge(self) -> dict[str, Any]:
        """Some told visit is returned, or accepted if all its photos are there."""
        from backend.core.ids import uuid7
        from backend.review.actions import decide
        from backend.review.rules import Judgement, Verdict
        from backend.visits.models import Visit

        visit = self._some(Visit.objects.awaiting_review())
        if visit is None:
            return {"no": "nothing to judge"}
        verdict = self.rng.choice([Verdict.RETURNED, Verdict.RETURNED, Verdict.ACCEPTED])
        judgement = Judgement(verdict, note="Mohon lengkapi." if verdict is Verdict.RETURNED else "")
        return self._tried(
            lambda: decide(
                visit.pk, judgement, decision=uuid7(), attempt=visit.attempt, by=self._user("budi")
            )
        )

    def expire(self, inspectors: list[str]) -> dict[str, Any]:
        """All tokens of somebody are of yesterday, or gone altogether."""
        from backend.people.models import DeviceToken

        tokens = DeviceToken.objects.filter(user__username=self.rng.choice(inspectors))
        if self.rng.random() < 0.5:
            return {"expired": tokens.update(expiry=datetime.now(UTC) - timedelta(days=1))}
        return {"expired": tokens.delete()[0]}

    def examine(self, ledgers: list[str]) -> dict[str, Any]:
        """Counts, and sentences about everything a ledger says and the server does not hold once, byte for byte."""
        from backend.evidence.models import Photo
        from backend.visits.models import Submission

        lines = [json.loads(line) for ledger in ledgers for line in Path(ledger).read_text().splitlines()]
        taken = {line["id"]: line["sha256"] for line in lines if line["what"] == "photo"}
        finished = [line for line in lines if line["what"] == "finished"]
        lost: list[str] = []
        for line in finished:
            rows = Submission.objects.filter(uuid=line["id"], digest=line["digest"])
            texts = [hashlib.sha256(bytes(row.doc)).hexdigest() for row in rows]
            if texts != [line["text"]]:
                lost.append(f"submission {line['id']} of visit {line['visit']}: the server has {texts}")
        named = {photo for line in finished for photo in line["photos"] if photo in taken}
        lost += [
            f"photo {photo} is not on the server as it was taken"
            for photo in sorted(named)
            if _kept(Photo.objects.filter(pk=photo).first()) != taken[photo]
        ]
        doubled = self._doubled()
        return {
            "visits": len(finished),
            "photos": len(named),
            "photo_bytes": sum(Photo.objects.filter(state="stored").values_list("size", flat=True)),
            "lost": len(lost),
            "doubled": len(doubled),
            "problems": (lost + doubled)[:PROBLEMS_SHOWN_MAX],
        }

    def _doubled(self) -> list[str]:
        """One text under two names, or one name or one attempt's place twice."""
        from backend.visits.models import Submission

        rows = list(Submission.objects.order_by("pk"))
        seen = {
            "text": Counter(hashlib.sha256(bytes(row.doc)).hexdigest() for row in rows),
            "name": Counter((row.uuid, row.digest) for row in rows),
            "attempt": Counter((row.visit, row.attempt) for row in rows if row.slot == "current"),
        }
        return [
            f"the {what} {name} is there {times} times"
            for what, counted in seen.items()
            for name, times in counted.items()
            if times > 1
        ]

    def _some_order(self) -> Any:
        from backend.assignments.models import Assignment

        return self._some(Assignment.objects.all())

    def _some(self, rows: Any) -> Any:
        """One of the younger half: people change their minds about what is going on now."""
        found = list(rows.order_by("pk"))
        return self.rng.choice(found[len(found) // 2 :]) if found else None

    def _user(self, name: str) -> Any:
        return self.users.get(username=name)

    def _as_person(self, name: str) -> Any:
        from tests.world import Person

        user = self._user(name)
        return Person(user, user.devices.first(), "")

    def _tried(self, act: Callable[[], Any]) -> dict[str, Any]:
        from backend.core.errors import Problem

        try:
            act()
        except Problem as problem:
            return {"no": problem.code}
        return {"done": True}


def _kept(photo: Any) -> str | None:
    """The SHA-256 of a stored photo's bytes as the store gives them now; None for what is not stored."""
    from backend.evidence.storage import read_kept

    if photo is None or photo.state != "stored":
        return None
    return hashlib.sha256(read_kept(str(photo.blob_id))).hexdigest()


def main(seed: str) -> None:
    import django

    django.setup()
    desks = Desks(seed)
    for line in sys.stdin:
        request = json.loads(line)
        answer = getattr(desks, request.pop("do"))(**request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
