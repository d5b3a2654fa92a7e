"""Where in a file a reason stands."""

import pytest

from backend.checklists.lines import line_of
from backend.checklists.loader import load
from tests.backend.checklists.making import ikkt, spoilt

INP, SAM, HEAD = "inp_input.toml", "variant_sam.toml", "instrument.toml"


def line_with(file, passage, after=""):
    text = ikkt()[file].decode()
    begin = text.index(after)
    return text.count("\n", 0, text.index(passage, begin)) + 1


def lines_of(files):
    found = load(files)
    assert isinstance(found, list)
    return [(one.file, one.item, one.code, one.line) for one in found]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (SAM, 'mode = "OBS"', 'mode = "SPY"', (SAM, "P5.SAM.1", "value-unknown", line_with(SAM, "mode = "))),
        (INP, 'type = "YN"', 'type = "JA"', (INP, "I1.2", "value-unknown", line_with(INP, "type", "I1.2"))),
        (
            INP, ', en = "Is there a ramp', ', fr = "Is there a ramp',
            (INP, "I2.1", "key-unknown", line_with(INP, "question", '"I2.1"')),
        ),
        (INP, 'code = "I1.3"', 'code = "I1.2"', (INP, "I1.2", "code-twice", line_with(INP, '"I1.3"'))),
        (
            INP, 'code = "I1.2"\nquestion', 'question',
            (INP, "I1 items[1]", "text-missing", line_with(INP, '"I1.2"') - 1),
        ),
        (HEAD, 'version = "2026.1"', 'version = "x y"', (HEAD, "", "code-bad", line_with(HEAD, "version"))),
        (HEAD, "weight = 21.85", "weight = 200", (HEAD, "INP", "number-bad", line_with(HEAD, "weight = 21.85"))),
        (HEAD, "DKC = 30", "DKC = 0", (HEAD, "waiting_minutes", "number-bad", line_with(HEAD, "DKC"))),
        (INP, "[[indicators]]", "[[indicators", (INP, "", "file-broken", line_with(INP, "[[indicators]]"))),
        (INP, 'dimension = "INP"', 'dimension = "INQ"', (INP, "", "dimension-unknown", 1)),
    ],
)  # fmt: skip
def test_a_reason_names_the_line(file, old, new, expected):
    assert expected in lines_of(spoilt(file, old, new))


def test_a_json_text_has_lines_too():
    content = b'{\n "code": "X",\n "dimensions": [\n  {"code": "A",\n   "weight": "x"}\n ]\n}'
    assert ("x.json", "A", "number-bad", 5) in lines_of({"x.json": content})
    assert lines_of({"x.json": b'{\n "a": }'}) == [("x.json", "", "file-broken", 2)]


def test_a_line_that_cannot_be_told_is_none():
    assert line_of(["a = 1"], "Z9") == 0
    assert line_of([], "") == 1
    assert [one[3] for one in lines_of({})] == [0]


def test_both_languages_are_whole():
    """No word of one language stands in the other's sentence, but for what the author wrote."""
    files = spoilt(INP, 'type = "SC"\nweight = 25', 'type = "SC"\nasked_if = ["maybe"]\nweight = 24')
    found = {one.code: (one.en, one.id) for one in load(files)}
    assert found == {
        "weights-not-100": (
            "The weights of the items add up to 99, not to 100.",
            "Jumlah bobot butir adalah 99, bukan 100.",
        ),
        "condition-broken": (
            "The condition is not valid: unknown word 'maybe'.",
            "Syarat tidak sah: kata 'maybe' tidak dikenal.",
        ),
    }
