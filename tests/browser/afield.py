"""Inspectors of the story who go on: with the Python client, quicker than a phone app, on orders of today.

order = ordered(stage, budi, "SAM-63.71")             to whom no rule holds back; who that is: order["inspector"]
told_twice(stage, order, folder)                      from two phones: the second submission comes too late
told(stage, order, folder, **fields)                  with these members of the document in place of the story's
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from fieldsync.demo import plan
from fieldsync.demo.desk import Desk, Refused
from fieldsync.demo.field import Inspector
from fieldsync.demo.network import Relay
from tests.browser.stage import SEED, Stage

Change = Callable[[dict[str, Any]], None]


@dataclass
class Line:
    """Straight to the server; nobody cuts it."""

    port: int
    online: bool = True


def ordered(
    stage: Stage, desk: Desk, unit: str, *, inspector: str = "", opens_in_days: int = -6, days: int = 14
) -> dict[str, Any]:
    place = next(one for one in desk.every("units", programme=stage.programme_id) if one["code"] == unit)
    product = next(
        one for one in desk.every("products", programme=stage.programme_id) if one["code"] == sold(unit)
    )
    opens = datetime.now(plan.WITA).replace(hour=0, minute=0, second=0, microsecond=0)
    opens += timedelta(days=opens_in_days)
    body = {
        "programme": stage.programme_id,
        "unit": place["id"],
        "product": product["id"],
        "scenario": "inquiry",
        "briefing": "Tanyakan syarat, biaya, dan waktu seperti pengunjung biasa.",
        "window": {"opens": opens.isoformat(), "closes": (opens + timedelta(days=days)).isoformat()},
    }
    for name in [inspector] if inspector else plan.INSPECTORS:
        try:
            return dict(desk.post("assignments", {**body, "id": str(uuid4()), "inspector": person(name)}))
        except Refused as refused:
            said = refused
    raise AssertionError(f"nobody may visit {unit}: {said}")


def sold(unit: str) -> str:
    return plan.product_for(next(row for row in plan.rows("units") if row["code"] == unit))


def person(name: str) -> str:
    return str(plan.named(SEED, "person", name))


def phone_of(stage: Stage, order: dict[str, Any], home: Path) -> Inspector:
    """Hers, new, signed in, with her orders on it."""
    name = next(one for one in plan.INSPECTORS if person(one) == order["inspector"]["id"])
    inspector = Inspector(name, home, cast(Relay, Line(stage.server.port)), SEED, str(uuid4()))
    inspector.phone.sync()
    return inspector


def told(stage: Stage, order: dict[str, Any], home: Path, change: Change | None = None) -> None:
    inspector = phone_of(stage, order, home)
    records(inspector, order["id"], change)
    arrived(inspector)


def told_twice(stage: Stage, order: dict[str, Any], home: Path, change: Change | None = None) -> None:
    first, second = (phone_of(stage, order, home / name) for name in ("first", "second"))
    for inspector in (first, second):
        records(inspector, order["id"], change)
    for inspector in (first, second):
        arrived(inspector)


def records(inspector: Inspector, visit: str, change: Change | None = None) -> None:
    """As the story does. change: works on the fields before they are kept."""
    phone, kept = inspector.phone, inspector.phone.record
    if change is not None:

        def record(visit: str, fields: dict[str, Any], pictures: Any = ()) -> Any:
            change(fields)
            return kept(visit, fields, pictures)

        phone.record = record  # type: ignore[method-assign, assignment]
    raw = next(one.visit.raw for one in phone.visits() if one.visit.id == visit)
    inspector._record(visit, dict(raw))


def arrived(inspector: Inspector) -> None:
    """Everything, and the phone is switched off."""
    with inspector.phone as phone:
        assert any(phone.sync().done for _ in range(10)), f"{inspector.name}'s phone is not done"
