"""The verbs of this room: import a table, at once or after it was looked at."""

from dataclasses import dataclass

from backend.core.clock import now
from backend.core.digests import sha256_bytes
from backend.journal.actions import one_transaction, record
from backend.people.access import require
from backend.people.models import Programme, User
from backend.people.rules import Verb
from backend.units import errors
from backend.units.complaints import Complaints, RowError
from backend.units.models import FILE_NAME_LENGTH_MAX, CheckedTable
from backend.units.plans import PLANS, Plan
from backend.units.sheets import read_sheet
from backend.units.tables import TABLES, Row, ignored_columns, read_rows
from backend.units.written import Change

ROWS_PER_STATEMENT = 500


@dataclass(frozen=True)
class Report:
    """What became of a table. With errors nothing is stored, and the three counts are 0."""

    kind: str
    dry_run: bool
    stored: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    ignored_columns: tuple[str, ...]
    error_count: int
    errors: tuple[RowError, ...]  # the first 500
    added: tuple[str, ...]  # what the new rows are called, the first 100
    change_count: int  # cells that become others
    changes: tuple[Change, ...]  # the first 100


@dataclass(frozen=True)
class ReadTable:
    """A file as it was read. `complaints` grows when the rows are compared with what is there."""

    kind: str
    name: str
    rows: list[Row]
    complaints: Complaints
    ignored_columns: tuple[str, ...]


def import_table(
    kind: str, content: bytes, name: str, *, programme: Programme, by: User, dry_run: bool = False
) -> Report:
    """Read a table and bring it in. Raises as `read_table` and `bring_in` do."""
    read = read_table(kind, content, name, programme=programme, by=by)
    return bring_in(read, programme=programme, by=by, dry_run=dry_run)


def read_table(kind: str, content: bytes, name: str, *, programme: Programme, by: User) -> ReadTable:
    """A CSV or XLSX file of regions, institutions, units, products or standards; takes up to half a minute and
    needs no transaction. `name` is the file's, for the journal.

    Raises NotAllowed, UnknownKind, and for files that are no such table those of sheets.py and tables.py.
    """
    require(by, programme, Verb.MANAGE_UNITS)
    table = TABLES.get(kind)
    if table is None:
        raise errors.UnknownKind(kind=kind[:40], known=sorted(TABLES))
    sheet = read_sheet(content, expected=table.columns)
    complaints = Complaints()
    rows = read_rows(table, sheet, complaints)
    return ReadTable(kind, name, rows, complaints, ignored_columns(table, sheet))


def bring_in(read: ReadTable, *, programme: Programme, by: User, dry_run: bool = False) -> Report:
    """Create and update regions, institutions, units, products or standards as a table says.

    All rows or none: a single bad cell leaves everything as it was (u9). A code that is known is updated,
    so importing the same file again changes nothing. What a file does not name stays. Raises NotAllowed.
    """
    require(by, programme, Verb.MANAGE_UNITS)
    kind, rows, complaints = read.kind, read.rows, read.complaints
    plan, stored = _bring_in(kind, rows, complaints, read.name, programme=programme, by=by, dry_run=dry_run)
    refused = complaints.total > 0
    return Report(
        kind=kind,
        dry_run=dry_run,
        stored=stored,
        rows=len(rows),
        created=0 if refused else len(plan.created),
        updated=0 if refused else len(plan.updated),
        unchanged=0 if refused else plan.unchanged,
        ignored_columns=read.ignored_columns,
        error_count=complaints.total,
        errors=complaints.in_order(),
        added=() if refused else tuple(plan.changes.added),
        change_count=0 if refused else plan.changes.total,
        changes=() if refused else tuple(plan.changes.changed),
    )


@one_transaction
def keep_table(kind: str, content: bytes, name: str, *, programme: Programme, by: User) -> CheckedTable:
    """Keep a table between its rehearsal and its import: one a person, for a day. Nothing has been done yet, so the
    journal says nothing. Raises NotAllowed."""
    require(by, programme, Verb.MANAGE_UNITS)
    CheckedTable.objects.stale(now()).delete()
    made, _ = CheckedTable.objects.update_or_create(
        owner=by,
        defaults={
            "programme": programme,
            "kind": kind,
            "name": shown(name),
            "content": content,
            "digest": sha256_bytes(content),
            "checked_at": now(),
            "report": None,
        },
    )
    return made


def bring_in_checked(digest: str, *, programme: Programme, by: User) -> tuple[CheckedTable, Report | None]:
    """Bring in the very content that was checked; a second time says what the first did. With a report that stored
    nothing, what is here has changed since, and the table does not fit any more.

    Raises NotAllowed, NoCheckedTable, and what `read_table` raises.
    """
    kept = CheckedTable.objects.of(by, programme, now()).filter(digest=digest).first()
    if kept is None:
        raise errors.NoCheckedTable()
    if kept.report is not None:
        return kept, None
    read = read_table(kept.kind, bytes(kept.content), kept.name, programme=programme, by=by)
    return _bring_in_checked(read, digest, programme=programme, by=by)


@one_transaction
def _bring_in_checked(
    read: ReadTable, digest: str, *, programme: Programme, by: User
) -> tuple[CheckedTable, Report | None]:
    kept = CheckedTable.objects.select_for_update().filter(owner=by, digest=digest).first()
    if kept is None:
        raise errors.NoCheckedTable()
    if kept.report is not None:
        return kept, None
    report = bring_in(read, programme=programme, by=by)
    if report.stored:
        kept.report = {name: getattr(report, name) for name in ("created", "updated", "unchanged")}
        kept.content = b""
        kept.save(update_fields=["report", "content"])
    return kept, report


def shown(name: str) -> str:
    """A file's name as it is written down."""
    return "".join(letter for letter in name if letter.isprintable())[:FILE_NAME_LENGTH_MAX]


@one_transaction
def _bring_in(
    kind: str,
    rows: list[Row],
    complaints: Complaints,
    name: str,
    *,
    programme: Programme,
    by: User,
    dry_run: bool,
) -> tuple[Plan, bool]:
    """Plan against what is there and, unless something is wrong or this is a rehearsal, write."""
    # One import of a programme at a time: what the plan was made against must still be so when it is written.
    Programme.objects.select_for_update().get(pk=programme.pk)
    plan = PLANS[kind](programme, rows, complaints)
    if complaints.total or dry_run:
        return plan, False
    _write(plan)
    counts = {"created": len(plan.created), "updated": len(plan.updated), "unchanged": plan.unchanged}
    record(
        "table.imported",
        programme,
        by=by,
        programme=programme.pk,
        data={"kind": kind, "file": shown(name), **counts},
    )
    return plan, True


def _write(plan: Plan) -> None:
    key = plan.model._meta.pk
    assert key is not None
    plan.model._default_manager.bulk_create(
        [*plan.created, *plan.updated],
        batch_size=ROWS_PER_STATEMENT,
        update_conflicts=True,
        unique_fields=[key.attname],
        update_fields=[column for column in plan.columns if column != key.attname],
    )
