"""The instrument that comes with Samar, and reading one."""

import json
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from time import perf_counter

import pytest

from backend.checklists.answers import is_critical, problems_in, scores
from backend.checklists.conditions import asked
from backend.checklists.errors import NotAnInstrument
from backend.checklists.loader import load
from backend.checklists.rules import Instrument, Mode, Origin, PhotoRule, Technique, Type, Words, read
from tests.backend.checklists.making import ikkt

VARIANTS = ["SAM", "SIM", "POL", "KTH", "DKC", "PKM", "MPP", "PTS", "GEN"]


@pytest.fixture(scope="module")
def text() -> str:
    loaded = load(ikkt())
    assert isinstance(loaded, str), loaded
    return loaded


@pytest.fixture(scope="module")
def instrument(text) -> Instrument:
    return read(text)


def test_the_instrument_asks_55_core_items_and_5_of_each_unit_type(instrument):
    core = [item for item in instrument.items_for("GEN") if not item.code.startswith("P5.")]
    assert len(core) == 55
    own = {variant: len(instrument.items_for(variant)) - 55 for variant in VARIANTS}
    assert own == {"SAM": 5, "SIM": 5, "POL": 5, "KTH": 5, "DKC": 5, "PKM": 5, "MPP": 5, "PTS": 5, "GEN": 4}


def test_c3_every_level_of_the_instrument_weighs_exactly_100(instrument):
    assert sum(dimension.weight for dimension in instrument.dimensions) == 100
    for variant in VARIANTS:
        for dimension in instrument.dimensions_for(variant):
            assert sum(indicator.weight for indicator in dimension.indicators) == 100
            for indicator in dimension.indicators:
                assert sum(item.weight for item in indicator.items) == 100, (variant, indicator.code)


def test_the_dimensions_weigh_what_the_ombudsmans_did(instrument):
    assert [(d.code, d.title.id, float(d.weight)) for d in instrument.dimensions] == [
        ("INP", "Input", 21.85),
        ("PRO", "Proses", 32.37),
        ("OUT", "Output", 24.24),
        ("PGD", "Pengaduan", 21.54),
    ]


def test_the_instrument_has_16_indicators(instrument):
    codes = [indicator.code for dimension in instrument.dimensions for indicator in dimension.indicators]
    assert codes == [
        "I1",
        "I2",
        "I3",
        "I4",
        "P1",
        "P2",
        "P3",
        "P4",
        "P5",
        "O1",
        "O2",
        "O3",
        "O4",
        "C1",
        "C2",
        "C3",
    ]


def test_every_text_is_said_in_two_different_languages(instrument):
    for variant in VARIANTS:
        for item in instrument.items_for(variant):
            assert item.question.id != item.question.en
            assert item.question.id.endswith("?")
            assert item.question.en.endswith("?")
            assert len({option.label.id for option in item.options}) == len(item.options)


def test_the_best_answer_to_every_item_scores_100(instrument):
    for variant in VARIANTS:
        for item in instrument.items_for(variant):
            best = [option.score for option in item.options] + [band.score for band in item.bands]
            assert not best or max(best) == 100, item.code


def test_the_instrument_as_a_whole(instrument):
    assert (instrument.code, instrument.version, instrument.technique) == (
        "IKKT",
        "2026.1",
        Technique.COVERT_VISIT,
    )
    assert instrument.title == Words("Indeks Kepatuhan Kunjungan Tertutup", "Covert Visit Compliance Index")
    assert instrument.valid_share == 60
    assert list(instrument.variants) == VARIANTS
    core = [item for item in instrument.items_for("GEN") if not item.code.startswith("P5.")]
    assert Counter(item.type for item in core) == {
        Type.CHOICE: 26,
        Type.YES_NO: 18,
        Type.COUNT: 3,
        Type.YES_NO_REVERSED: 3,
        Type.COUNT_OF: 1,
        Type.MINUTES: 1,
        Type.DURATION: 1,
        Type.DAYS: 1,
        Type.RUPIAH: 1,
    }


def test_critical_findings_are_money_brokers_and_refusal(instrument):
    critical = {item.code: item.critical.value for item in instrument.items_for("SAM") if item.critical}
    assert critical == {
        "P5.SAM.3": "option",
        "O2.1": "zero",
        "O2.2": "zero",
        "O2.3": "option",
        "O4.1": "option",
    }
    marked = [
        (item.code, option.code)
        for item in instrument.items_for("SAM")
        for option in item.options
        if option.critical
    ]
    assert marked == [("P5.SAM.3", "diminta_uang"), ("O2.3", "difasilitasi"), ("O4.1", "ditolak")]


def test_an_inquiry_leaves_out_what_only_a_transaction_can_show(instrument):
    everything = instrument.items_for("SAM")
    inquiry = asked(everything, {}, instrument.facts_for("SAM", scenario="inquiry"))
    transaction = asked(everything, {}, instrument.facts_for("SAM", scenario="transaction"))
    assert transaction == everything
    assert [item.code for item in everything if item not in inquiry] == ["P3.4", "O1.2", "O2.4"]
    assert all(item.asked_if for item in everything if item.mode is Mode.TRANSACTION)


def test_people_are_never_photographed(instrument):
    forbidden = [item.code for item in instrument.items_for("SAM") if item.photo is PhotoRule.FORBIDDEN]
    assert forbidden == ["I4.2", "P5.SAM.4", "O2.3", "O3.1", "O3.3", "O4.2"]


def test_what_a_norm_asks_for_names_the_norm(instrument):
    for variant in VARIANTS:
        for item in instrument.items_for(variant):
            assert item.basis or item.origin is Origin.DESIGN, item.code


@pytest.mark.parametrize(
    ("variant", "group", "minutes"),
    [
        ("SAM", None, 30),
        ("SIM", None, 60),
        ("POL", "SKCK", 30),
        ("POL", "SPKT", 10),
        ("POL", None, 30),
        ("MPP", None, 20),
    ],
)
def test_a_unit_without_a_standard_is_given_the_default_wait(instrument, variant, group, minutes):
    facts = instrument.facts_for(variant, scenario="inquiry", product_group=group)
    assert facts["waiting_minutes"] == minutes


def test_a_units_own_standard_wins_over_the_default(instrument):
    assert instrument.facts_for("SIM", scenario="inquiry", waiting_minutes=15, official_fee=100_000) == {
        "scenario": "inquiry",
        "variant": "SIM",
        "product_group": None,
        "waiting_minutes": 15,
        "official_fee": 100_000,
    }


def test_an_unknown_unit_type_is_asked_the_core_items_only(instrument):
    assert len(instrument.items_for("KUA")) == 55
    assert [len(dimension.indicators) for dimension in instrument.dimensions_for("KUA")] == [4, 5, 4, 3]


def best(item) -> object:
    """The best answer to an item, for a wait of at most half an hour and a fee of 100,000."""
    values = {"YN": True, "YN-": False, "NUM": item.of, "NUM2": [4, 4], "MIN": 30, "DUR": [3, 3], "DAY": 3}
    return {"SC": item.options[0].code if item.options else "", "IDR2": [100_000, None], **values}[
        item.type.value
    ]


def test_a_samsat_with_brokers_scores_item_by_item(instrument):
    items = {item.code: item for item in instrument.items_for("SAM")}
    told = {code: {"value": best(item)} for code, item in items.items()}
    choices = {
        "I1.4": "semrawut", "I2.1": "terhalang", "I2.2": "hanya_tanda", "I3.1": "kedaluwarsa", "I4.2": "sebagian",
        "P1.1": "tidak_lengkap", "P1.3": "tidak_ada", "P1.7": "tidak_ada", "P2.1": "tanpa_tanda_tangan",
        "P3.2": "dilanggar", "P4.1": "berbeda", "P5.SAM.3": "diminta_uang", "O2.3": "di_dalam",
        "O3.1": "tanpa_sapaan", "C1.1": "tidak_ada", "C3.2": "sebagian",
        "I1.5": False, "I2.3": False, "I2.4": False, "I2.5": False, "P5.SAM.4": False, "C1.2": False,
        "C2.1": False, "C2.2": False, "C2.3": False, "C3.1": False, "O2.2": True, "O4.2": True,
        "P1.6": 3, "P2.2": 2, "O1.1": 45, "O2.1": [150_000, 150_000], "O3.2": 2, "C3.3": 5,
    }  # fmt: skip
    told |= {code: {"value": value} for code, value in choices.items()} | {"I2.6": {"na": True}}
    facts = instrument.facts_for("SAM", scenario="inquiry", official_fee=100_000)
    found = scores(items.values(), told, facts)
    assert {code: str(score) for code, score in found.items() if score != 100} == {
        "I1.4": "50", "I1.5": "0", "I2.1": "50", "I2.2": "50", "I2.3": "0", "I2.4": "0", "I2.5": "0",
        "I2.6": "None", "I3.1": "50", "I4.2": "50", "P1.1": "50", "P1.3": "0", "P1.6": "300/7", "P1.7": "0",
        "P2.1": "50", "P2.2": "200/3", "P3.2": "40", "P3.4": "None", "P4.1": "40", "P5.SAM.3": "0",
        "P5.SAM.4": "0", "O1.1": "60", "O1.2": "None", "O2.1": "0", "O2.2": "0", "O2.3": "10", "O2.4": "None",
        "O3.1": "67", "O3.2": "200/3", "O4.2": "0", "C1.1": "0", "C1.2": "0", "C2.1": "0", "C2.2": "0",
        "C2.3": "0", "C3.1": "0", "C3.2": "50", "C3.3": "70",
    }  # fmt: skip
    critical = [code for code, item in items.items() if is_critical(item, told[code], found[code])]
    assert critical == ["P5.SAM.3", "O2.1", "O2.2"]
    notes = [gap.item for gap in problems_in(items.values(), told, facts) if gap.code == "note-missing"]
    assert notes == critical


def test_a_whole_visit_is_scored_in_well_under_a_millisecond(instrument):
    items = instrument.items_for("SAM")
    told = {item.code: {"value": best(item)} for item in items}
    facts = instrument.facts_for("SAM", scenario="transaction", official_fee=100_000)
    assert set(scores(items, told, facts).values()) == {Fraction(100)}
    quickest = min(_seconds(lambda: scores(items, told, facts)) for _ in range(20))
    assert quickest < 0.001


def _seconds(work) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


def test_a_text_is_parsed_once(text):
    assert read(text) is read(text[:1] + text[1:])


def test_members_a_newer_server_added_are_ignored(text):
    newer = json.loads(text)
    newer["colour"] = "green"
    newer["dimensions"][0]["indicators"][0]["items"][0]["hint"] = {"id": "Lihat", "en": "Look"}
    assert read(json.dumps(newer)) == read(text)


@pytest.mark.parametrize(
    "broken",
    ["", "[]", "null", "{}", '{"format": 2}', '{"format": 1}', "[" * 100_000, '{"format": 1, "code": 5}'],
)
def test_a_text_that_is_no_instrument_is_a_problem(broken):
    with pytest.raises(NotAnInstrument):
        read(broken)


def test_a_text_with_a_broken_condition_is_a_problem(text):
    broken = text.replace('["=",["fact","scenario"],"transaction"]', '["=",["fact","weather"],"rain"]')
    with pytest.raises(NotAnInstrument):
        read(broken)


def test_reading_scoring_and_loading_need_no_django():
    said = (
        "import sys, backend.checklists.loader, backend.checklists.answers; sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0
