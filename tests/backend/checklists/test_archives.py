"""A ZIP of an instrument's files."""

import io
import zipfile

import pytest

from backend.checklists.archives import unpacked
from backend.checklists.errors import NotAnArchive, SameNameTwice
from backend.checklists.loader import load
from backend.checklists.outline import BYTES_MAX, FILES_MAX
from tests.backend.checklists.making import ikkt


def archive(files, **more):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, **more) as made:
        for name, inside in files.items():
            made.writestr(name, inside)
    return content.getvalue()


def test_a_zip_is_the_files_in_it_without_their_folders():
    packed = {f"ikkt/{name}": content for name, content in ikkt().items()}
    junk = {"ikkt/": b"", "__MACOSX/ikkt/._x.toml": b"x", "ikkt/.y.toml": b"x", "ikkt/read.md": b"x"}
    found = unpacked([("ikkt.zip", archive(packed | junk))])
    assert found == ikkt()
    assert load(found) == load(ikkt())


def test_files_that_are_no_zip_stay_as_they_are():
    assert unpacked([("a.toml", b"x"), ("b.toml", b"")]) == {"a.toml": b"x", "b.toml": b""}


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 broken",
        archive({}),
        archive({"a.txt": b"x"}),
        archive({f"{number}.toml": b"" for number in range(FILES_MAX + 1)}),
        archive({"a.toml": b" " * (BYTES_MAX + 1)}),
        archive({"a.toml": b" " * BYTES_MAX, "b.toml": b" "}),
        archive({"a.toml": b" " * 50})[:-60],
    ],
)
def test_what_holds_no_instrument_or_too_much_is_refused(content):
    content = content if content.startswith(b"PK\x03\x04") else b"PK\x03\x04" + content
    with pytest.raises(NotAnArchive):
        unpacked([("x.zip", content)])


def test_a_size_that_lies_takes_no_more_than_the_bound():
    honest = archive({"a.toml": b" " * (3 * BYTES_MAX)})
    size = (3 * BYTES_MAX).to_bytes(4, "little")
    with pytest.raises(NotAnArchive):
        unpacked([("x.zip", honest.replace(size, (10).to_bytes(4, "little")))])


def test_an_enciphered_member_is_refused():
    content = bytearray(archive({"a.toml": b"code"}))
    content[6] |= 1  # the flag in the member's own head, and in the directory
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    with pytest.raises(NotAnArchive):
        unpacked([("x.zip", bytes(content))])


def test_two_files_of_one_name_are_told_apart_from_one():
    with pytest.raises(SameNameTwice):
        unpacked([("a.toml", b"x"), ("x.zip", archive({"b/a.toml": b"y"}))])
