"""What a draft begins with: an older draft of the visit, what was told before it was returned, or nothing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from fieldsync import wire
from fieldsync.store import Draft, Store
from fieldsync.wire import Visit

FORM = 1

Fields = dict[str, Any]


def first_fields(store: Store, visit: Visit, draft: Draft | None, *, began: datetime) -> Fields:
    """The document of a new draft, pinned to the visit's attempt and checklist of this moment. What is carried over
    keeps its times and photos; the statement has to be made anew."""
    before = dict(draft.fields) if draft else _told_before(store, visit)
    pinned: Fields = {
        "form": FORM,
        "visit": visit.id,
        "attempt": visit.attempt,
        "checklist": visit.checklist,
        "scenario": visit.scenario,
        "parent": visit.previous[0] if visit.previous else None,
        "statement": None,
    }
    blank: Fields = {"started_at": wire.local_text(began), "marks": [], "place": {}, "context": {}}
    blank |= {"answers": {}, "photos": [], "narrative": ""}
    carried = {name: value for name, value in before.items() if name != "finished_at"}
    fields = {**pinned, **blank, **carried, **pinned}
    fields["answers"] = _mapping_of_mappings(fields["answers"])
    fields["photos"] = [each for each in _listed(fields["photos"]) if isinstance(each.get("id"), str)]
    fields["marks"] = _listed(fields["marks"])
    return fields


def _told_before(store: Store, visit: Visit) -> Fields:
    text = store.submission_text(visit.previous[1]) if visit.previous else None
    try:
        told = json.loads(text) if text else {}
    except ValueError:
        return {}
    return dict(told) if isinstance(told, dict) else {}


def _listed(value: Any) -> list[Fields]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _mapping_of_mappings(value: Any) -> dict[str, Fields]:
    return (
        {code: each for code, each in value.items() if isinstance(each, dict)}
        if isinstance(value, dict)
        else {}
    )
