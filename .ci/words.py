"""The words of the pages, in both languages: `make words`.

English stands in the sources; backend/pages/locale/id holds the Indonesian. This reads the sources, keeps every
translation that is still needed, takes new ones from var/words/*.json ({English: Indonesian}; a plural's English is
"one|other"), writes the catalogue anew and compiles it. It ends with 1 while a text has no translation.
"""

import io
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "backend/pages/locale/id/LC_MESSAGES/django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
NEW = ROOT / "var/words"
ROOMS = ("pages", "accounts", "console", "results")
CALLS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Text = str | tuple[str, ...]


def texts() -> list[tuple[str | None, Text]]:
    """(context, text) of every text in the sources, once each, in order; a plural is a pair."""
    found: dict[tuple[str | None, Text], None] = {}
    for file in files():
        for context, text in texts_in(file):
            found.setdefault((context, text))
    return sorted(found, key=str)


def files() -> Iterator[Path]:
    for room in ROOMS:
        for pattern in ("*.py", "*.html", "*.txt", "*.svg"):
            yield from sorted((ROOT / "backend" / room).rglob(pattern))


def texts_in(file: Path) -> Iterator[tuple[str | None, Text]]:
    from django.utils.translation.template import templatize

    source = file.read_text("utf-8")
    if file.suffix != ".py":
        # What is no text becomes X; on one line, so that its indents mean nothing.
        source = " ".join(line.strip() for line in templatize(source, origin=str(file)).splitlines())
    for _, function, said, _ in extract_python(io.BytesIO(source.encode()), list(CALLS), [], {}):
        parts = [part for part in (said if isinstance(said, tuple) else (said,)) if part]
        if not parts:
            continue
        if "pgettext" in function:
            yield parts[0], parts[1]
        else:
            yield None, (tuple(parts[:2]) if function.startswith("ngettext") else parts[0])


def known() -> dict[tuple[str | None, Text], str]:
    """The translations there are, and the new ones."""
    found: dict[tuple[str | None, Text], str] = {}
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as file:
            for message in read_po(file, locale="id"):
                if message.id and (said := message.string):
                    found[message.context, message.id] = said if isinstance(said, str) else said[0]
    for file in sorted(NEW.glob("*.json")) if NEW.exists() else ():
        for english, indonesian in json.loads(file.read_text("utf-8")).items():
            one, bar, other = english.partition("|")
            found[None, (one, other) if bar else english] = indonesian
    return {key: said for key, said in found.items() if said}


def catalogue(wanted: Iterable[tuple[str | None, Text]], said: dict[Any, str]) -> Catalog:
    made = Catalog(locale="id", domain="django", project="Samar", charset="utf-8", fuzzy=False)
    made.header_comment = (
        "# The words of the pages in Indonesian; made by `make words`, translations are kept."
    )
    for context, text in wanted:
        indonesian = said.get((context, text), "")
        made.add(text, (indonesian,) if isinstance(text, tuple) else indonesian, context=context)
    return made


def written(made: Catalog) -> bytes:
    """The catalogue as a file; without dates, so that the same words are the same bytes."""
    out = io.BytesIO()
    write_po(out, made, width=110, omit_header=False)
    return re.sub(rb'"(?:POT-Creation-Date|PO-Revision-Date|Generated-By)[^\n]*\n', b"", out.getvalue())


def compiled(po: bytes) -> bytes:
    read = read_po(io.BytesIO(po), locale="id")
    read.creation_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same words are the same bytes, whenever
    out = io.BytesIO()
    write_mo(out, read)
    return out.getvalue()


def untranslated(made: Catalog) -> list[str]:
    """Texts without a translation, or with one that lost or made up a placeholder."""
    found = []
    for message in made:
        if not message.id:
            continue
        said = message.string if isinstance(message.string, str) else "".join(message.string)
        english = message.id if isinstance(message.id, str) else message.id[-1]
        if not said or set(PLACEHOLDER.findall(english)) != set(PLACEHOLDER.findall(said)):
            found.append(english)
    return found


def main() -> int:
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True, TEMPLATES=[])
    django.setup()
    made = catalogue(texts(), known())
    po = written(made)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_bytes(po)
    COMPILED.write_bytes(compiled(po))
    missing = untranslated(made)
    for text in missing:
        print(f"no (good) translation: {text}")
    print(f"{len(made)} texts, {len(missing)} to be translated")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
