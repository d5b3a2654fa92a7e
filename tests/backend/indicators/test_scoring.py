"""From answers to the score of a visit, through the instrument that comes with Samar."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.checklists.rules import Dimension, Indicator, Item, Mode, Origin, PhotoRule, Type, Words
from backend.indicators.methods import method_named
from backend.indicators.rules import round_half_up
from backend.indicators.scoring import VisitScored, roll_up, score_answers, total
from tests.backend.indicators.answers import best, ikkt, samsat_vector

FACTS = ikkt().facts_for("SAM", scenario="inquiry", product_group=None, official_fee=100_000)


def scored(answers: dict) -> VisitScored:
    return score_answers(ikkt(), "SAM", answers, FACTS)


def test_i4_the_samsat_vector_comes_out_as_it_was_worked_out_by_hand() -> None:
    visit = scored(samsat_vector())
    table = {
        indicator.code: (str(indicator.answered), str(round_half_up(indicator.value)))
        for dimension in visit.dimensions
        for indicator in dimension.indicators
        if indicator.value is not None
    }
    assert table == {
        "I1": ("100", "77.50"), "I2": ("90", "30.56"), "I3": ("100", "75.00"), "I4": ("100", "82.50"),
        "P1": ("100", "60.29"), "P2": ("100", "65.00"), "P3": ("80", "81.25"), "P4": ("100", "64.00"),
        "P5": ("100", "65.00"),
        "O1": ("65", "72.31"), "O2": ("85", "2.94"), "O3": ("100", "75.13"), "O4": ("100", "65.00"),
        "C1": ("100", "45.00"), "C2": ("100", "0.00"), "C3": ("100", "45.50"),
    }  # fmt: skip
    assert [
        (d.code, str(round_half_up(d.value)), str(round_half_up(d.points)), d.valid)
        for d in visit.dimensions
        if d.value is not None and d.points is not None
    ] == [
        ("INP", "64.52", "14.10", True),
        ("PRO", "67.33", "21.80", True),
        ("OUT", "47.64", "11.55", True),
        ("PGD", "33.93", "7.31", True),
    ]
    assert visit.value is not None
    assert str(round_half_up(visit.value)) == "54.75"  # not 54.76, the sum of the rounded points
    assert visit.criticals == ("P5.SAM.3", "O2.1", "O2.2")
    band = method_named("IKKT").zone_of(visit.value)
    assert band is not None
    assert (band.category, band.zone) == ("C", "kuning")


def test_i4_a_visit_where_everything_is_as_it_should_be_scores_one_hundred() -> None:
    visit = scored(best("SAM"))
    assert (visit.value, visit.criticals) == (100, ())


@pytest.mark.parametrize("variant", ["SAM", "SIM", "POL", "KTH", "DKC", "PKM", "MPP", "PTS", "GEN"])
def test_i4_every_type_of_unit_can_reach_one_hundred(variant: str) -> None:
    facts = ikkt().facts_for(variant, scenario="transaction", product_group=None, official_fee=100_000)
    assert score_answers(ikkt(), variant, best(variant), facts).value == 100


def test_i3_a_visit_with_too_little_of_one_dimension_is_incomplete_and_still_shown() -> None:
    answers = {code: answer for code, answer in best("SAM").items() if not code.startswith(("C1", "C2"))}
    visit = scored(answers)
    complaints = visit.dimensions[-1]
    assert (complaints.code, complaints.answered, complaints.valid, complaints.value) == (
        "PGD",
        35,
        False,
        100,
    )
    assert (visit.value, visit.valid) == (None, False)


def test_i3_sixty_percent_of_a_dimension_is_enough_and_a_little_less_is_not() -> None:
    answers = best("SAM")
    without_c1 = {code: answer for code, answer in answers.items() if not code.startswith("C1")}
    assert scored(without_c1).dimensions[-1].answered == 60
    assert scored(without_c1).valid
    without_one_more = {code: answer for code, answer in without_c1.items() if code != "C2.3"}
    assert not scored(without_one_more).valid


def test_i1_an_empty_visit_has_no_score_at_all() -> None:
    visit = scored({})
    assert (visit.value, visit.items, visit.criticals) == (None, {}, ())
    assert [(d.value, d.answered, d.valid) for d in visit.dimensions] == [(None, 0, False)] * 4


@pytest.mark.parametrize("rubbish", [None, [], "x", {"I1.1": None, "O2.1": {"value": ["x"]}, "P1.6": 7}])
def test_i1_rubbish_scores_like_nothing(rubbish: object) -> None:
    assert score_answers(ikkt(), "SAM", rubbish, FACTS).value is None  # type: ignore[arg-type]


def test_i9_a_critical_finding_does_not_change_the_score() -> None:
    answers = best("SAM")
    answers["O2.2"] = {"value": True}
    facts = ikkt().facts_for("SAM", scenario="transaction", official_fee=100_000)
    visit = score_answers(ikkt(), "SAM", answers, facts)
    assert visit.criticals == ("O2.2",)
    assert visit.value == 100 - Fraction("24.24") * Fraction(35, 100) * Fraction(
        25, 100
    )  # the item's weight, no more


# Properties, on trees of any shape


def item(code: str, weight: int) -> Item:
    return Item(
        code=code, question=Words("?", "?"), type=Type.YES_NO, weight=Fraction(weight), mode=Mode.OBSERVE,
        photo=PhotoRule.NONE, basis=(), origin=Origin.NORM, critical=None, options=(), bands=(), of=None,
        asked_if=None, na_when=None,
    )  # fmt: skip


scores = st.one_of(st.none(), st.fractions(min_value=0, max_value=100, max_denominator=21))
indicator_parts = st.lists(st.tuples(st.integers(1, 60), scores), min_size=1, max_size=7)
dimension_parts = st.lists(st.tuples(st.integers(1, 60), indicator_parts), min_size=1, max_size=5)


def tree(parts: list) -> tuple[Dimension, dict[str, Fraction]]:
    """One dimension of this shape, item weights adding up to 100 in each indicator, and its item scores."""
    indicators, found = [], {}
    for i, (weight, told) in enumerate(parts):
        whole = sum(w for w, _ in told)
        items = []
        for j, (w, score) in enumerate(told):
            items.append(item(f"{i}.{j}", 0))
            items[-1] = Item(**{**vars(items[-1]), "weight": Fraction(100 * w, whole)})
            if score is not None:
                found[f"{i}.{j}"] = score
        indicators.append(Indicator(f"{i}", Words("", ""), Fraction(weight), tuple(items)))
    return Dimension("D", Words("", ""), Fraction(100), tuple(indicators)), found


@given(dimension_parts)
def test_i3_a_dimension_lies_between_its_worst_and_its_best_item(parts: list) -> None:
    dimension, found = tree(parts)
    rolled = roll_up(dimension, found, Fraction(60))
    assert 0 <= rolled.answered <= 100
    if found:
        assert rolled.value is not None
        assert 0 <= min(found.values()) <= rolled.value <= max(found.values()) <= 100
    else:
        assert (rolled.value, rolled.valid) == (None, False)


@given(dimension_parts, st.randoms(use_true_random=False))
def test_i3_the_order_of_indicators_and_items_makes_no_difference(parts: list, dice) -> None:
    dimension, found = tree(parts)
    shuffled = []
    for indicator in dice.sample(dimension.indicators, len(dimension.indicators)):
        items = tuple(dice.sample(indicator.items, len(indicator.items)))
        shuffled.append(Indicator(indicator.code, indicator.title, indicator.weight, items))
    other = Dimension("D", dimension.title, dimension.weight, tuple(shuffled))
    one, two = roll_up(dimension, found, Fraction(60)), roll_up(other, found, Fraction(60))
    assert (one.value, one.answered, one.valid) == (two.value, two.answered, two.valid)


@given(dimension_parts, st.integers(1, 60))
def test_i1_an_item_that_does_not_apply_changes_no_score(parts: list, weight: int) -> None:
    dimension, found = tree(parts)
    first, *others = dimension.indicators
    longer = Indicator(first.code, first.title, first.weight, (*first.items, item("na", weight)))
    other = Dimension("D", dimension.title, dimension.weight, (longer, *others))
    assert roll_up(other, found, Fraction(0)).value == roll_up(dimension, found, Fraction(0)).value


@given(st.lists(dimension_parts, min_size=1, max_size=4))
def test_i4_a_visit_has_a_value_exactly_when_every_dimension_is_valid(shapes: list) -> None:
    rolled = [roll_up(*tree(parts), Fraction(60)) for parts in shapes]
    value = total(rolled)
    assert (value is not None) == all(dimension.valid for dimension in rolled)
    assert value is None or 0 <= value <= 100
