"""What differs between two versions."""

from fractions import Fraction

from backend.checklists.comparing import Change, Changed, compare, condition_of, number
from backend.checklists.loader import load
from backend.checklists.rules import Words, read
from tests.backend.checklists.making import ikkt

INP, PRO, OUT, SAM, HEAD = (
    "inp_input.toml", "pro_proses.toml", "out_output.toml", "variant_sam.toml", "instrument.toml",
)  # fmt: skip


def instrument(*changes):
    files = ikkt()
    for file, old, new in changes:
        text = files[file].decode()
        assert old in text
        files[file] = text.replace(old, new, 1).encode()
    loaded = load(files)
    assert isinstance(loaded, str), loaded
    return read(loaded)


def same(text):
    return Words(text, text)


def test_a_version_does_not_differ_from_itself():
    found = compare(instrument(), instrument())
    assert found.nothing
    assert found.same == 99


def test_weights_options_norms_and_questions_are_named():
    new = instrument(
        (INP, "weight = 25\n", "weight = 20\n"),
        (INP, "weight = 20\nmode = \"OBS\"\nphoto = \"optional\"", "weight = 25\nmode = \"OBS\"\nphoto = \"required\""),
        (INP, '50, label = { id = "Sebagian pengunjung berdiri"', '40, label = { id = "Sebagian berdiri"'),
        (INP, 'basis = ["U21-7", "PK16"]', 'basis = ["U21-7"]'),
    )  # fmt: skip
    found = compare(instrument(), new)
    assert (found.head, found.parts, found.added, found.removed, found.same) == ((), (), (), (), 97)
    first, second = found.changed
    assert (first.code, first.changes) == (
        "I1.1",
        (
            Change("weight", same("25"), same("20")),
            Change("norm", same("U21-7, PK16"), same("U21-7")),
            Change(
                "option",
                Words("Sebagian pengunjung berdiri · 50", "Some visitors have to stand · 50"),
                Words("Sebagian berdiri · 40", "Some visitors have to stand · 40"),
                "sebagian_berdiri",
            ),
        ),
    )
    assert (second.code, second.changes) == (
        "I1.2",
        (
            Change("weight", same("20"), same("25")),
            Change("photo", same("optional"), same("required")),
        ),
    )


def test_an_item_under_a_new_code_is_one_gone_and_one_come():
    found = compare(instrument(), instrument((INP, 'code = "I1.1"', 'code = "I1.9"')))
    assert [(a.item.code, a.dimension, a.indicator, a.variant) for a in found.added] == [
        ("I1.9", "INP", "I1", "")
    ]
    assert [asked.item.code for asked in found.removed] == ["I1.1"]


def test_items_of_one_unit_type_say_which():
    found = compare(instrument(), instrument((SAM, 'code = "P5.SAM.1"', 'code = "P5.SAM.9"')))
    assert [(a.item.code, a.variant) for a in found.added] == [("P5.SAM.9", "SAM")]


def test_bands_and_conditions_stand_in_words():
    new = instrument(
        (OUT, "{ up_to = 1.5, score = 60 }", "{ up_to = 1.5, score = 55 }"),
        (OUT, 'asked_if = ["=", ["fact", "scenario"], "transaction"]\n', ""),
    )
    changes = {one.code: one.changes for one in compare(instrument(), new).changed}
    [band] = changes["O1.1"]
    assert (band.what, band.before.en.split("\n")[1], band.after.en.split("\n")[1]) == (
        "bands", "≤ 1.5 → 60", "≤ 1.5 → 55",
    )  # fmt: skip
    assert changes["O1.2"] == (Change("condition", same("scenario = transaction"), Words("", "")),)


def test_the_head_and_the_weights_of_its_parts():
    new = instrument(
        (HEAD, "valid_share = 60", "valid_share = 70"),
        (HEAD, "PTS = 30", "PTS = 45"),
        (HEAD, "weight = 21.85", "weight = 22.85"),
        (HEAD, "weight = 32.37", "weight = 31.37"),
    )
    found = compare(instrument(), new)
    assert [change.what for change in found.head] == ["valid_share", "waiting_minutes"]
    assert found.parts == (
        Changed("INP", Words("Input", "Input"), (Change("weight", same("21.85"), same("22.85")),)),
        Changed("PRO", Words("Proses", "Process"), (Change("weight", same("32.37"), same("31.37")),)),
    )
    assert found.changed == ()


def test_numbers_are_written_as_they_were():
    assert [number(Fraction(text)) for text in ("100", "21.85", "0.5", "1.000001")] == [
        "100",
        "21.85",
        "0.5",
        "1.000001",
    ]


def test_an_item_that_is_always_asked_has_no_condition():
    assert condition_of(instrument().items_for("GEN")[0]) == Words("", "")
