"""What the demo prints: plain tables of one width, the same for the same seed."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from fieldsync.demo.desks import Office
    from fieldsync.demo.plan import Order

WIDTH = 128
INSUFFICIENT = "data belum cukup"
CLASSES = {
    "pemda": "Pemerintah daerah",
    "polres": "Polres",
    "kantah": "Kantor Pertanahan",
    "samsat": "Samsat",
    "mpp": "Mal Pelayanan Publik",
}


def printer(file: TextIO) -> Console:
    """Without colours and of one width, so that two runs can be compared."""
    return Console(file=file, width=WIDTH, no_color=True, highlight=False, force_terminal=False)


def everything(out: Console, office: "Office", computation: dict[str, Any], orders: list["Order"]) -> None:
    mira, programme = office.desks["mira"], office.programme
    path = f"computations/{computation['id']}/results"
    out.print(
        f"Program Kalimantan Selatan (demo), periode {computation['period']}, metode {computation['method']}"
    )
    out.print("Seluruh nilai rekaan. / Every score here is invented.\n", markup=False)
    told = list(mira.every("visits", programme=programme))
    states = Counter(row["state"] for row in told)
    flags = Counter(flag["flag"] for row in told for flag in row["flags"])
    counts(
        out,
        "Kunjungan / visits",
        [
            ("ditugaskan / ordered", len(orders)),
            ("diceritakan / told", len(told)),
            *((f"  {state}", count) for state, count in sorted(states.items())),
            ("dua kali (dikembalikan lalu dilengkapi) / corrected", sum(row["attempt"] > 1 for row in told)),
            ("foto / photos", sum(row["photos_announced"] for row in told)),
            ("foto belum tiba / photos missing", sum(row["photos_missing"] for row in told)),
            *((f"  tanda / flag: {flag}", count) for flag, count in sorted(flags.items())),
            *((f"penugasan ditolak / order refused: {p['code']}", 1) for p in office.refusals),
        ],
    )
    for klass, words in CLASSES.items():
        rows = list(mira.every(path, level="institution", **{"class": klass}))
        results(out, f"{words}: institusi / institutions", ranked(rows), of_what="institusi")
    results(out, "Per kelas / by class", mira.every(path, level="class"), of_what="kelas")
    for row in mira.every(path, level="region"):
        title = f"Provinsi / province: {CLASSES[row['class']]}"
        results(out, title, [row], of_what="wilayah")
    units = list(mira.every(path, level="unit"))
    results(out, "Unit layanan / service units", ranked(units), of_what="unit")
    silent = sum(1 for _ in mira.every("units", programme=programme)) - len(units)
    out.print(f" {silent} unit lain tanpa kunjungan yang diterima: {INSUFFICIENT}.\n", markup=False)
    reference(out, mira.every("published-results", method="ORI 2022-2024", year="2024"))


def ranked(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those with a value first, best first; then by name. Units without any visit are only counted."""
    return sorted(
        rows, key=lambda row: (not row["enough"], -float(row["value"] or 0), row["class"], row["name"])
    )


def decimal(text: str | None) -> str:
    """A number in the Indonesian manner: 54,75."""
    return "" if text is None else str(text).replace(".", ",")


def results(out: Console, title: str, rows: Iterable[dict[str, Any]], *, of_what: str) -> None:
    """Values with n and spread; what lacks evidence says so, and has no value, zone or rank."""
    table = _table()
    table.add_column(of_what, width=58, no_wrap=True)
    for head, width in (("n", 3), ("nilai", 6), ("simpangan", 9)):
        table.add_column(head, justify="right", min_width=width)
    table.add_column("zona", min_width=len(INSUFFICIENT))
    for head in ("peringkat", "kritis"):
        table.add_column(head, justify="right", min_width=len(head))
    for row in rows:
        known = [decimal(row["value"]), decimal(row["spread"]), f"{row['zone']} {row['category']}"]
        told = known if row["enough"] else ["", "", INSUFFICIENT]
        rank = f"{row['rank']}/{row['of']}" if row["rank"] and row["of"] > 1 else ""
        table.add_row(_named(row), str(row["n"]), *told, rank, str(row["critical"] or ""))
    _show(out, title, table)


def _named(row: dict[str, Any]) -> str:
    if row["level"] == "unit":
        return f"{row['code']:<14} {row['name']}"
    return CLASSES[row["class"]] if row["level"] == "class" else str(row["name"])


def criticals(out: Console, findings: Iterable[dict[str, Any]]) -> None:
    """Critical findings by item: allegations of fact, which change no score."""
    found = Counter((row["item"], row["question_id"]) for row in findings if row["critical"])
    counts(
        out, "Temuan kritis / critical findings", ((f"{i:<9} {q}", n) for (i, q), n in sorted(found.items()))
    )


def reference(out: Console, rows: Iterable[dict[str, Any]]) -> None:
    """Published results stand beside ours and are never mixed with them."""
    title = "Pembanding: hasil terbitan Ombudsman RI 2024 di Kalimantan Selatan (metode lain, tidak dicampur)"
    table = _table()
    table.add_column("badan", width=50, no_wrap=True)
    table.add_column("nilai", justify="right")
    table.add_column("zona")
    for row in sorted(rows, key=lambda row: row["body"]):
        if str(row["region"]).startswith("63"):
            table.add_row(row["body"], decimal(row["value"]), str(row["zone"] or ""))
    _show(out, title, table)


def counts(out: Console, title: str, pairs: Iterable[tuple[str, object]]) -> None:
    table = _table(show_header=False)
    table.add_column(max_width=100)
    table.add_column(justify="right")
    for words, number in pairs:
        table.add_row(words, f"{number:,}".replace(",", ".") if isinstance(number, int) else str(number))
    _show(out, title, table)


def _table(*, show_header: bool = True) -> Table:
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, show_header=show_header)


def _show(out: Console, title: str, table: Table) -> None:
    out.print(title, markup=False)
    out.print(table)
