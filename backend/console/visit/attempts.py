"""What changed from one attempt to the next: answers, notes, photos, the narrative. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.checklists.rules import Item
from backend.console.visit.testimony import TEXT_LENGTH_MAX, plain
from backend.console.visit.wording import answer_words, no_photo_words

UNKNOWN_ITEMS_MAX = 50


@dataclass(frozen=True)
class Change:
    """One item. `old` and `new` are answers in words; notes and photos only where they differ."""

    code: str
    question: Any
    old: str
    new: str
    old_note: str = ""
    new_note: str = ""
    photos_added: tuple[str, ...] = ()
    photos_removed: tuple[str, ...] = ()
    old_reason: str = ""
    new_reason: str = ""

    @property
    def answer_differs(self) -> bool:
        return self.old != self.new

    @property
    def note_differs(self) -> bool:
        return self.old_note != self.new_note

    @property
    def reason_differs(self) -> bool:
        return self.old_reason != self.new_reason


@dataclass(frozen=True)
class Difference:
    """Between two attempts. Photos are those the two documents list."""

    changes: tuple[Change, ...]
    photos_added: tuple[str, ...]
    photos_removed: tuple[str, ...]
    old_narrative: str
    new_narrative: str

    @property
    def narrative_differs(self) -> bool:
        return self.old_narrative != self.new_narrative

    @property
    def anything(self) -> bool:
        return bool(self.changes or self.photos_added or self.photos_removed) or self.old_narrative != (
            self.new_narrative
        )


def difference(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    items: Iterable[Item],
    photos: tuple[Sequence[str], Sequence[str]],
) -> Difference:
    """From one document to the next, as parsed. `photos`: the ids each lists."""
    before, after = _answers(old), _answers(new)
    asked = {item.code: item for item in items}
    unknown = [code for code in {**before, **after} if code not in asked][:UNKNOWN_ITEMS_MAX]
    changes = [
        _change(code, asked.get(code), before.get(code), after.get(code)) for code in [*asked, *unknown]
    ]
    added, removed = _apart(*photos)
    return Difference(
        changes=tuple(change for change in changes if change is not None),
        photos_added=added,
        photos_removed=removed,
        old_narrative=plain(old.get("narrative"), TEXT_LENGTH_MAX),
        new_narrative=plain(new.get("narrative"), TEXT_LENGTH_MAX),
    )


def _change(code: str, item: Item | None, old: Any, new: Any) -> Change | None:
    added, removed = _apart(_photos(old), _photos(new))
    change = Change(
        code=plain(code),
        question=item.question if item else None,
        old=_words(item, old),
        new=_words(item, new),
        old_note=_member(old, "note"),
        new_note=_member(new, "note"),
        photos_added=added,
        photos_removed=removed,
        old_reason=no_photo_words(_raw(old, "no_photo")),
        new_reason=no_photo_words(_raw(new, "no_photo")),
    )
    same = not (change.answer_differs or change.note_differs or change.reason_differs or added or removed)
    return None if same else change


def _words(item: Item | None, answer: Any) -> str:
    if item is not None:
        return answer_words(item, answer)
    return plain(_raw(answer, "value")) if isinstance(answer, Mapping) else plain(answer)


def _answers(doc: Mapping[str, Any]) -> Mapping[str, Any]:
    found = doc.get("answers")
    return found if isinstance(found, Mapping) else {}


def _raw(answer: Any, name: str) -> Any:
    return answer.get(name) if isinstance(answer, Mapping) else None


def _member(answer: Any, name: str) -> str:
    return plain(_raw(answer, name), TEXT_LENGTH_MAX).strip()


def _photos(answer: Any) -> list[str]:
    found = _raw(answer, "photos")
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _apart(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(added, removed)"""
    return tuple(p for p in new if p not in set(old)), tuple(p for p in old if p not in set(new))
