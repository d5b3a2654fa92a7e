"""From files to a published text, or to every reason why not."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.checklists.errors import NotAnInstrument
from backend.checklists.loader import load
from backend.checklists.outline import BYTES_MAX
from backend.checklists.refusals import REASONS, Refusal
from backend.checklists.rules import Technique, read
from tests.backend.checklists.making import ikkt, spoilt

INP, PRO, OUT, PGD = "inp_input.toml", "pro_proses.toml", "out_output.toml", "pgd_pengaduan.toml"
HEAD, SAM, GEN = "instrument.toml", "variant_sam.toml", "variant_gen.toml"


def refused(files: dict[str, bytes]) -> list[tuple[str, str, str, str]]:
    """(file, item, code, English reason) of every refusal."""
    found = load(files)
    assert not isinstance(found, str), "it was accepted"
    return [(refusal.file, refusal.item, refusal.code, refusal.en) for refusal in found]


def small(**changes: Any) -> dict[str, bytes]:
    """A whole instrument as small as can be, as a published text, with some head members changed."""
    words = {"id": "Satu", "en": "One"}
    item = {
        "code": "A1.1",
        "question": words,
        "type": "YN",
        "weight": "100",
        "mode": "OBS",
        "photo": "none",
        "basis": [],
        "origin": "design",
    }
    indicator = {"code": "A1", "title": words, "weight": "100", "items": [item]}
    text = {
        "code": "KECIL",
        "version": "1",
        "technique": "covert_visit",
        "title": words,
        "caveat": words,
        "valid_share": "60",
        "dimensions": [{"code": "A", "title": words, "weight": "100", "indicators": [indicator]}],
    }
    return {"small.json": json.dumps(text | changes).encode()}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            INP, "weight = 25\n", "weight = 24\n",
            (INP, "I1", "weights-not-100", "The weights of the items add up to 99, not to 100."),
        ),
        (
            SAM, "weight = 25\n", "weight = 25.5\n",
            (SAM, "P5", "weights-not-100", "The weights of the items of variant SAM add up to 100.5, not to 100."),
        ),
        (
            OUT, 'brokers" }\nweight = 35\n', 'brokers" }\nweight = 30\n',
            (OUT, "OUT", "weights-not-100", "The weights of the indicators add up to 95, not to 100."),
        ),
        (
            HEAD, "weight = 21.85", "weight = 21.86",
            (HEAD, "", "weights-not-100", "The weights of the dimensions add up to 100.01, not to 100."),
        ),
        (
            INP, 'code = "I1.2"', 'code = "I1.1"',
            (INP, "I1.1", "code-twice", "The code I1.1 is used twice."),
        ),
        (
            SAM, 'code = "P5.SAM.2"', 'code = "I1.1"',
            (SAM, "I1.1", "code-twice", "The code I1.1 is used twice."),
        ),
        (
            INP, 'code = "sebagian_berdiri"', 'code = "cukup"',
            (INP, "I1.1", "code-twice", "The code cukup is used twice."),
        ),
        (
            INP, 'code = "cukup", score = 100,', 'code = "cukup",',
            (INP, "I1.1", "score-missing", "The choice cukup has no score."),
        ),
        (
            INP, 'code = "cukup", score = 100,', 'code = "cukup", score = 101,',
            (INP, "I1.1", "number-bad", "score must be a number from 0 to 100."),
        ),
        (
            INP, 'code = "cukup", score = 100,', 'code = "cukup", score = -1,',
            (INP, "I1.1", "number-bad", "score must be a number from 0 to 100."),
        ),
        (
            INP, 'code = "cukup", score = 100,', 'code = "cukup", score = nan,',
            (INP, "I1.1", "number-bad", "score must be a number from 0 to 100."),
        ),
        (
            INP, 'code = "cukup", score = 100,', 'code = "cukup", score = 1e999999999,',
            (INP, "I1.1", "number-bad", "score must be a number from 0 to 100."),
        ),
        (
            INP, 'code = "cukup"', 'code = "Cukup sekali"',
            (INP, "I1.1", "code-bad", "code 'Cukup sekali' is not a code ([a-z0-9_]{1,40})."),
        ),
        (
            INP, ', en = "Sufficient"', "",
            (INP, "I1.1", "translation-missing", "label lacks its text in English."),
        ),
        (
            INP, 'id = "Apakah ruang layanan bersih dan sirkulasi udara atau pendinginnya berfungsi?"', 'id = ""',
            (INP, "I1.2", "translation-missing", "question lacks its text in Indonesian."),
        ),
        (
            INP, 'title = { id = "Sarana prasarana umum", en = "General facilities" }\n', "",
            (INP, "I1", "text-missing", "title is missing."),
        ),
        (
            HEAD, 'title = { id = "Input", en = "Input" }', 'title = "Input"',
            (HEAD, "INP", "table-expected", "title must be a table of keys."),
        ),
        (
            INP, 'en = "Sufficient"', 'en = "Suffi\\u0000cient"',
            (INP, "I1.1", "text-bad", "label.en must be printable text of at most 2000 characters."),
        ),
        (
            INP, 'type = "SC"', 'type = "RADIO"',
            (INP, "I1.1", "value-unknown",
             "Unknown type 'RADIO'; known: YN, YN-, SC, NUM, NUM2, MIN, DUR, DAY, IDR2."),
        ),
        (
            INP, 'mode = "OBS"', 'mode = "SPY"',
            (INP, "I1.1", "value-unknown", "Unknown mode 'SPY'; known: DSK, OBS, ASK, TRX, FUP."),
        ),
        (
            INP, 'photo = "required"', 'photo = "always"',
            (INP, "I1.1", "value-unknown",
             "Unknown photo 'always'; known: required, optional, forbidden, none."),
        ),
        (
            INP, 'origin = "norm"', 'origin = "law"',
            (INP, "I1.1", "value-unknown", "Unknown origin 'law'; known: norm, design."),
        ),
        (
            HEAD, 'technique = "covert_visit"', 'technique = "hearsay"',
            (HEAD, "", "value-unknown",
             "Unknown technique 'hearsay'; known: covert_visit, announced_observation, interview, user_survey, "
             "document_review."),
        ),
        (
            OUT, 'critical = "zero"', 'critical = "always"',
            (OUT, "O2.1", "value-unknown", "Unknown critical 'always'; known: zero, option."),
        ),
        (
            OUT, ', critical = true }', " }",
            (OUT, "O2.3", "critical-without-option",
             'critical = "option" needs a choice marked critical, and only then may one be marked.'),
        ),
        (
            INP, 'code = "I1.1"\n', 'code = "I1.1"\ncolour = "green"\n',
            (INP, "I1.1", "key-unknown", "Unknown key colour."),
        ),
        (
            HEAD, 'code = "IKKT"', 'code = "IKKT"\nauthor = "Sari"',
            (HEAD, "", "key-unknown", "Unknown key author."),
        ),
        (
            INP, 'basis = ["U21-7", "PK16"]', 'basis = "U21-7"',
            (INP, "I1.1", "list-expected", "basis must be a list of 1 to 12."),
        ),
        (
            OUT, "critical = true", 'critical = "yes"',
            (OUT, "O2.3", "truth-bad", "critical must be true or false."),
        ),
        (
            INP, 'basis = ["U21-7", "PK16"]', 'basis = [7]',
            (INP, "I1.1", "text-bad", "basis must be printable text of at most 40 characters."),
        ),
        (
            INP, 'bands = [', 'of = 7\nbands = [',
            (INP, "I4.1", "not-for-type", "An item of type NUM2 has no of."),
        ),
        (
            PRO, "of = 7", "of = 7.5",
            (PRO, "P1.6", "number-bad", "of must be a number from 1 to 1000."),
        ),
        (
            PRO, "of = 7\n", "",
            (PRO, "P1.6", "number-bad", "of must be a number from 1 to 1000."),
        ),
        (
            OUT, "{ up_to = 1.5, score = 60 }", "{ up_to = 0.5, score = 60 }",
            (OUT, "O1.1", "bands-not-in-order", "The bounds must go one way and the last band must be open."),
        ),
        (
            OUT, "    { score = 0 },\n", "",
            (OUT, "O1.1", "bands-not-in-order", "The bounds must go one way and the last band must be open."),
        ),
        (
            INP, "at_least = 75", "up_to = 75",
            (INP, "I4.1", "key-unknown", "Unknown key up_to."),
        ),
        (
            PRO, '["=", ["fact", "scenario"], "transaction"]', '["is", ["fact", "scenario"], "transaction"]',
            (PRO, "P3.4", "condition-broken", "The condition is not valid: unknown word 'is'."),
        ),
        (
            PRO, '["=", ["fact", "scenario"], "transaction"]', '["=", ["fact", "scenario"], "transaksi"]',
            (PRO, "P3.4", "condition-never-true",
             "The condition compares scenario with transaksi, which it can never be."),
        ),
        (
            PRO, '["=", ["fact", "scenario"], "transaction"]', '["=", ["item", "I1.1"], "penuh"]',
            (PRO, "P3.4", "condition-never-true", "The condition compares I1.1 with penuh, which it can never be."),
        ),
        (
            PRO, '["=", ["fact", "scenario"], "transaction"]', '["=", ["item", "I1.2"], "yes"]',
            (PRO, "P3.4", "condition-never-true", "The condition compares I1.2 with yes, which it can never be."),
        ),
        (
            PRO, '["=", ["fact", "scenario"], "transaction"]', '["answered", "Z9.9"]',
            (PRO, "P3.4", "condition-on-unknown-item",
             "The condition looks at Z9.9, which variant SAM does not have."),
        ),
        (
            OUT, '["=", ["fact", "scenario"], "transaction"]', '["answered", "P5.SAM.1"]',
            (OUT, "O1.2", "condition-on-unknown-item",
             "The condition looks at P5.SAM.1, which variant SIM does not have."),
        ),
        (
            PRO, '["=", ["fact", "scenario"], "transaction"]', '["answered", "O1.1"]',
            (PRO, "P3.4", "condition-on-later-item",
             "The condition looks at O1.1, which does not come before this item."),
        ),
        (
            PRO, '["=", ["fact", "scenario"], "transaction"]', '["answered", "P3.4"]',
            (PRO, "P3.4", "condition-on-later-item",
             "The condition looks at P3.4, which does not come before this item."),
        ),
        (
            SAM, 'variant = "SAM"', 'variant = "SAMSAT"',
            (SAM, "P5.SAM.1", "variant-unknown", "Unknown variant SAMSAT."),
        ),
        (
            GEN, 'variant = "GEN"', 'variant = "SAM"',
            (SAM, "", "file-twice", "P5, SAM is already told in variant_gen.toml."),
        ),
        (
            SAM, 'indicator = "P5"', 'indicator = "P9"',
            (SAM, "", "indicator-unknown", "There is no indicator P9 without items of its own."),
        ),
        (
            INP, 'dimension = "INP"', 'dimension = "XXX"',
            (INP, "", "dimension-unknown", "The head has no dimension XXX."),
        ),
        (
            INP, 'dimension = "INP"', 'dimension = "OUT"',
            (OUT, "", "file-twice", "OUT is already told in inp_input.toml."),
        ),
        (
            HEAD, "MPP = 20\n", "",
            (HEAD, "", "waiting-missing", "waiting_minutes has no default for variant MPP."),
        ),
        (
            HEAD, "MPP = 20\n", "MPP = 20\nKUA = 20\n",
            (HEAD, "waiting_minutes", "variant-unknown", "Unknown variant KUA."),
        ),
        (
            HEAD, "MPP = 20\n", "MPP = 0\n",
            (HEAD, "waiting_minutes", "number-bad", "MPP must be a number from 1 to 10000."),
        ),
        (
            HEAD, "valid_share = 60", 'valid_share = "sixty"',
            (HEAD, "", "number-bad", "valid_share must be a number from 0 to 100."),
        ),
        (
            HEAD, 'code = "IKKT"', 'code = "ikkt"',
            (HEAD, "", "code-bad", "code 'ikkt' is not a code ([A-Z][A-Z0-9-]{0,23})."),
        ),
        (
            INP, 'weight = 20', 'weight = ',
            (INP, "", "file-broken",
             "The file cannot be read: Invalid value (at line 27, column 10)."),
        ),
    ],
)  # fmt: skip
def test_an_author_is_told_file_item_and_reason(file, old, new, expected):
    assert expected in refused(spoilt(file, old, new))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe", "it is not UTF-8"),
        (b"a = " + b"[" * 20_000, "nested too deep"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(content, why):
    assert (INP, "", "file-broken", f"The file cannot be read: {why}.") in refused(ikkt() | {INP: content})


@pytest.mark.parametrize(
    "content", [b"a = 1e99999999999999999999", b"a = " + b"9" * 10_000, b"a = 2026-13-45", b"{"]
)
def test_a_file_of_absurd_values_is_named_too(content):
    assert [file for file, *_ in refused({"a.toml": content})] == ["a.toml"]


def test_c3_all_reasons_are_told_at_once():
    files = ikkt()
    files[INP] = (
        files[INP].replace(b"weight = 25\n", b"weight = 26\n", 1).replace(b'type = "YN"', b'type = "XX"', 1)
    )
    files[SAM] = files[SAM].replace(b'mode = "OBS"', b'mode = "SPY"', 1)
    files[HEAD] = files[HEAD].replace(b'technique = "covert_visit"', b'technique = "hearsay"')
    assert [(file, item, code) for file, item, code, _ in refused(files)] == [
        (HEAD, "", "value-unknown"),
        (INP, "I1", "weights-not-100"),
        (INP, "I1.2", "value-unknown"),
        (SAM, "P5.SAM.1", "value-unknown"),
    ]


def test_a_reason_is_said_in_both_languages():
    found = load(spoilt(INP, 'code = "cukup", score = 100,', 'code = "cukup",'))
    assert isinstance(found, list)
    assert found[0] == Refusal(
        INP, "I1.1", "score-missing", "The choice cukup has no score.", "Pilihan cukup tidak punya skor.", 9
    )
    assert all(en != id_ for en, id_ in REASONS.values())


def test_a_missing_variant_is_named():
    files = ikkt()
    del files[GEN]
    assert refused(files) == [(PRO, "P5", "variant-without-items", "Variant GEN has no items here.")]


def test_a_missing_dimension_is_named():
    files = ikkt()
    del files[PGD]
    assert refused(files)[0] == (
        HEAD,
        "PGD",
        "indicators-missing",
        "Nothing tells the indicators of dimension PGD.",
    )


def test_files_without_a_head_are_no_instrument():
    assert refused({SAM: ikkt()[SAM]}) == [
        (SAM, "", "head-missing", "No file holds the head (code, version, dimensions).")
    ]


def test_two_heads_are_one_too_many():
    assert (HEAD, "", "file-twice", "The head is already told in copy.toml.") in refused(
        ikkt() | {"copy.toml": ikkt()[HEAD]}
    )


def test_a_file_that_belongs_nowhere_is_named():
    said = "The file is neither the head, a dimension, a variant, nor a published .json text."
    assert refused(ikkt() | {"notes.toml": b"x = 1"}) == [("notes.toml", "", "file-unknown", said)]
    assert refused(ikkt() | {"empty.toml": b""}) == [("empty.toml", "", "file-unknown", said)]


def test_an_instrument_may_not_grow_without_end():
    said = "At most 40 files and 1024 KiB together."
    assert refused({}) == [("", "", "files-too-large", said)]
    assert refused({"a.toml": b"#" * (BYTES_MAX + 1)}) == [("", "", "files-too-large", said)]
    assert refused({f"{n}.toml": b"" for n in range(41)}) == [("", "", "files-too-large", said)]


def test_the_text_is_the_same_whatever_the_order_of_the_files():
    files = ikkt()
    assert load(dict(reversed(files.items()))) == load(files)


def test_a_published_text_loads_to_itself():
    text = load(ikkt())
    assert isinstance(text, str)
    assert load({"ikkt.json": text.encode()}) == text
    assert load({"ikkt.json": json.dumps(json.loads(text), indent=2, ensure_ascii=True).encode()}) == text


def test_the_text_is_compact_and_readable():
    text = load(small())
    assert text == (
        '{"format":1,"code":"KECIL","version":"1","technique":"covert_visit","title":{"id":"Satu","en":"One"},'
        '"caveat":{"id":"Satu","en":"One"},"variants":['
        + _variants()
        + '],"waiting_minutes":{},"valid_share":"60",'
        '"dimensions":[{"code":"A","title":{"id":"Satu","en":"One"},"weight":"100","indicators":[{"code":"A1",'
        '"title":{"id":"Satu","en":"One"},"weight":"100","items":[{"code":"A1.1","question":{"id":"Satu","en":"One"},'
        '"type":"YN","weight":"100","mode":"OBS","photo":"none","basis":[],"origin":"design","critical":null,'
        '"options":[{"code":"yes","label":{"id":"Ya","en":"Yes"},"score":"100","critical":false},'
        '{"code":"no","label":{"id":"Tidak","en":"No"},"score":"0","critical":false}],'
        '"asked_if":null,"na_when":null}]}]}]}'
    )


def _variants() -> str:
    published = json.loads(load(ikkt()))["variants"]
    return json.dumps(published, ensure_ascii=False, separators=(",", ":"))[1:-1]


@pytest.mark.parametrize("technique", Technique)
def test_an_instrument_of_any_technique_can_be_published(technique):
    text = load(small(technique=technique.value))
    assert isinstance(text, str)
    assert read(text).technique is technique


def test_an_instrument_may_bring_its_own_unit_types():
    own = [{"code": "KUA", "title": {"id": "Kantor Urusan Agama", "en": "Religious affairs office"}}]
    text = load(small(variants=own))
    assert isinstance(text, str)
    assert list(read(text).variants) == ["KUA"]
    assert len(read(text).items_for("KUA")) == 1


def test_an_indicator_has_its_own_items_or_those_of_variants():
    raw = json.loads(small()["small.json"])
    indicator = raw["dimensions"][0]["indicators"][0]
    indicator["variants"] = {"SAM": [indicator["items"][0] | {"code": "A1.2"}]}
    assert [(item, code) for _, item, code, _ in refused({"small.json": json.dumps(raw).encode()})] == [
        ("A1", "items-and-variants")
    ]
    del indicator["items"], indicator["variants"]
    assert [(item, code) for _, item, code, _ in refused({"small.json": json.dumps(raw).encode()})] == [
        ("A1", "items-missing")
    ]


def test_a_small_instrument_fits_in_one_file():
    text = load(
        {
            "small.toml": b"""
                code = "KECIL"
                version = "1"
                technique = "interview"
                title = { id = "Kecil", en = "Small" }
                caveat = { id = "Coba", en = "A trial" }
                valid_share = 60
                [[dimensions]]
                code = "A"
                title = { id = "Satu", en = "One" }
                weight = 100
                [[dimensions.indicators]]
                code = "A1"
                title = { id = "Satu", en = "One" }
                weight = 100
                [[dimensions.indicators.items]]
                code = "A1.1"
                question = { id = "Ada?", en = "Is it there?" }
                type = "YN"
                weight = 33.3
                mode = "ASK"
                photo = "none"
                origin = "design"
                [[dimensions.indicators.items]]
                code = "A1.2"
                question = { id = "Berapa?", en = "How many?" }
                type = "NUM"
                of = 4
                weight = 66.7
                mode = "ASK"
                photo = "none"
                origin = "design"
                asked_if = ["=", ["item", "A1.1"], true]
            """
        }
    )
    assert isinstance(text, str)
    assert [(item.code, float(item.weight), item.of) for item in read(text).items_for("SAM")] == [
        ("A1.1", 33.3, None),
        ("A1.2", 66.7, 4),
    ]


def test_what_an_author_wrote_is_repeated_only_where_it_can_be_printed():
    files = small() | {"x.json": b'{"dimension": "\\ud800\\u0000A", "indicators": [1]}'}
    assert refused(files) == [("x.json", "", "dimension-unknown", "The head has no dimension A.")]


def test_a_newer_format_is_refused():
    assert refused(small(format=2)) == [("small.json", "", "value-unknown", "Unknown format 2; known: 1.")]


def test_yes_and_no_may_have_words_of_their_own():
    options = [
        {"code": "yes", "label": {"id": "Ada", "en": "Present"}, "score": "100"},
        {"code": "no", "label": {"id": "Nihil", "en": "Absent"}, "score": "0"},
    ]
    raw = json.loads(small()["small.json"])
    told = raw["dimensions"][0]["indicators"][0]["items"][0]
    told["options"] = options
    text = load({"small.json": json.dumps(raw).encode()})
    assert isinstance(text, str)
    assert [option.label.en for option in read(text).items_for("GEN")[0].options] == ["Present", "Absent"]
    told["options"] = options[::-1]
    assert [(item, code) for _, item, code, _ in refused({"small.json": json.dumps(raw).encode()})] == [
        ("A1.1", "options-not-yes-no")
    ]


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _places(node: Any) -> list[tuple[Any, Any]]:
    """(container, key) of everything inside a JSON value."""
    if isinstance(node, dict):
        return [pair for key in node for pair in [(node, key), *_places(node[key])]]
    if isinstance(node, list):
        return [pair for key in range(len(node)) for pair in [(node, key), *_places(node[key])]]
    return []


@settings(max_examples=150)
@given(data=st.data(), rubbish=junk)
def test_rubbish_anywhere_is_refused_or_readable_but_never_a_crash(data, rubbish):
    raw = json.loads(small()["small.json"])
    container, key = data.draw(st.sampled_from(_places(raw)))
    container[key] = rubbish
    found = load({"small.json": json.dumps(raw).encode()})
    if isinstance(found, str):
        assert read(found).items_for("GEN")
    else:
        assert found
        assert all(refusal.file == "small.json" and refusal.code in REASONS for refusal in found)


@given(content=st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(content):
    for name in ("a.toml", "a.json"):
        assert load({name: content})


@given(text=st.text(max_size=60) | junk.map(json.dumps))
def test_reading_any_text_raises_nothing_but_its_own_problem(text):
    with pytest.raises(NotAnInstrument):
        read(text)
