import io
import zipfile
from datetime import date

import pytest

from backend.units import errors
from backend.units.sheets import COLUMNS_MAX, FILE_BYTES_MAX, ROWS_MAX, read_sheet
from tests.backend.units.files import workbook

EXPECTED = ("code", "name", "kind", "parent")


def read(content: bytes):
    sheet = read_sheet(content, expected=EXPECTED)
    return sheet.header, sheet.rows


def test_excel_in_indonesian_writes_semicolons_and_a_byte_order_mark():
    content = "\ufeffCode;Name;Kind;Parent\r\n63;Kalimantan, Selatan;province;\r\n".encode()
    assert read(content) == (EXPECTED, ((2, ("63", "Kalimantan, Selatan", "province")),))


def test_tabs_and_commas_are_told_apart_by_the_header():
    assert read(b"code\tname\n1\ta,b;c\n") == (("code", "name"), ((2, ("1", "a,b;c")),))
    assert read(b"code,name\n1,a;b\n") == (("code", "name"), ((2, ("1", "a;b")),))


def test_rows_keep_the_number_a_spreadsheet_shows():
    content = b'\n,,\ncode,name\n\n63,"two\nlines"\n,,\n64,x\n'
    assert read(content) == (("code", "name"), ((5, ("63", "two\nlines")), (7, ("64", "x"))))


def test_a_workbook_reads_like_what_was_typed():
    rows = [
        ["Code", "Name", "Kind", "Parent"],
        [63, "Kalimantan Selatan", True, date(2021, 1, 20)],
        [63.01, 1.5, 2],
    ]
    content = workbook(rows, at_row=2, formats={3: "yyyy-mm-dd"})
    assert read(content) == (
        EXPECTED,
        ((4, ("63", "Kalimantan Selatan", "TRUE", "2021-01-20")), (5, ("63.01", "1.5", "2"))),
    )


@pytest.mark.parametrize(
    ("content", "problem", "facts"),
    [
        (b"", errors.EmptyTable, {}),
        (b"\n , ,\n\n", errors.EmptyTable, {}),
        ("code,name\n63,Banjar\n64,Bal\xe1ngan\n".encode("latin-1"), errors.WrongEncoding, {"row": 3}),
        ("code,name\n63,x\n".encode("utf-16"), errors.WrongEncoding, {"row": 1}),
        (b'code,name\n63,"never closed\n', errors.NotATable, {"row": 2, "detail": "unexpected end of data"}),
        (b"\xd0\xcf\x11\xe0 an old .xls", errors.NotATable, {}),
        (b"PK\x03\x04 and nothing more", errors.NotATable, {}),
        (
            b"x" * (FILE_BYTES_MAX + 1),
            errors.FileTooLarge,
            {"bytes": FILE_BYTES_MAX + 1, "limit": FILE_BYTES_MAX},
        ),
        (b"code\n" + b"1\n" * (ROWS_MAX + 1), errors.TooManyRows, {"limit": ROWS_MAX}),
        (
            (",".join(f"c{n}" for n in range(COLUMNS_MAX + 1)) + "\n").encode(),
            errors.TooManyColumns,
            {"columns": COLUMNS_MAX + 1, "limit": COLUMNS_MAX},
        ),
    ],
    ids=["nothing", "blanks", "latin-1", "utf-16", "quote", "xls", "not-a-zip", "5-mb", "rows", "columns"],
)
def test_what_is_no_table_is_refused_whole(content, problem, facts):
    with pytest.raises(problem) as refused:
        read(content)
    assert refused.value.facts == facts


def test_as_many_rows_as_allowed_are_read():
    assert len(read(b"code\n" + b"1\n" * ROWS_MAX)[1]) == ROWS_MAX


def test_another_kind_of_zip_is_no_workbook():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("photo.jpg", b"...")
    with pytest.raises(errors.NotATable):
        read(kept.getvalue())


def test_a_small_workbook_with_a_value_in_the_last_cell_does_not_take_the_server_down():
    """5 KB, for which the reader would ask 512 GiB and abort."""
    content = workbook([["code"]])
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            part = old.read(member)
            if member.filename == "xl/worksheets/sheet1.xml":
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                assert b"</sheetData>" in part
                part = part.replace(b"</sheetData>", far)
            new.writestr(member.filename, part)
    with pytest.raises(errors.WorkbookTooBig):
        read(kept.getvalue())


@pytest.mark.parametrize("lying", [False, True], ids=["honest", "lying"])
def test_a_workbook_that_unpacks_to_very_much_is_refused(lying):
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["code"]]))) as old,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            padding = b" " * (200 * 1024 * 1024) if member.filename == "xl/sharedStrings.xml" else b""
            new.writestr(member.filename, old.read(member) + padding)
        size = new.getinfo("xl/sharedStrings.xml").file_size
    content = kept.getvalue()
    if lying:
        content = content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    with pytest.raises((errors.WorkbookTooBig, errors.NotATable)):
        read(content)


def test_a_workbook_has_its_limits_of_rows_and_columns():
    with pytest.raises(errors.TooManyRows):
        read(workbook([["code"], *([["x"]] * (ROWS_MAX + 1))]))
    with pytest.raises(errors.TooManyColumns):
        read(workbook([["x"] * (COLUMNS_MAX + 1)]))


def test_formulas_are_text_when_typed_as_text_and_values_otherwise():
    rows = [["code", "name"], ["63", "=1+1"], ["64", "@SUM(A1)"]]
    assert read(workbook(rows))[1] == ((2, ("63", "=1+1")), (3, ("64", "@SUM(A1)")))


@pytest.mark.parametrize("member", ["xl/vbaProject.bin", "XL/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"])
def test_a_workbook_with_macros_is_refused_whatever_its_name_ends_with(member):
    content = io.BytesIO(workbook([["code"], ["SAM-1"]]))
    with zipfile.ZipFile(content, "a") as book:
        book.writestr(member, b"Sub AutoOpen()")
    with pytest.raises(errors.HoldsMacros):
        read(content.getvalue())
