"""Scoring, computing and publishing, against a database."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.checklists.models import Checklist
from backend.core.digests import sha256_text
from backend.core.errors import NotAllowed
from backend.core.ids import uuid7
from backend.indicators import actions
from backend.indicators.errors import BadPeriod, ComputationDiffers, NoSuchMethod, NothingAccepted
from backend.indicators.models import Computation, CountedVisit, PublishedResult, Result, VisitScore
from backend.indicators.references import FOLDER, load_published_results
from backend.indicators.rules import parse_period
from backend.indicators.tasks import score_visit as score_visit_later
from backend.journal.models import Entry
from backend.people.errors import NoSuchProgramme
from backend.people.models import Programme
from backend.visits.models import Visit
from tests import world
from tests.backend.indicators.answers import best, samsat_vector
from tests.backend.indicators.made import DAY, covered, tell_again, told
from tests.world import Person


def compute(by: Person, programme: Programme, **more: Any) -> Computation:
    asked = {"period": "2026", "method": "IKKT", **more}
    return actions.compute(uuid7(), programme=programme.pk, by=by.user, **asked)[0]


def lines(made: Computation, level: str) -> dict[str, tuple[str | None, str, int | None, int]]:
    """Code -> (value, zone, rank, n)."""
    return {
        line.code: (str(line.value) if line.value is not None else None, line.zone, line.rank, line.n)
        for line in made.results.filter(level=level)
    }


# Scores


def test_i4_the_samsat_vector_is_scored_by_the_worker_as_by_hand(sari: Person) -> None:
    world.standard(world.product("P-SAM"), fee=100_000)
    visit = told(sari, answers=samsat_vector())
    score_visit_later.call(str(visit.pk))
    score = VisitScore.objects.get()
    assert (str(score.rounded), score.valid, score.criticals) == ("54.75", True, ["P5.SAM.3", "O2.1", "O2.2"])
    assert [(d["code"], d["rounded"], d["points"], d["answered"]) for d in score.dimensions] == [
        ("INP", "64.52", "14.10", "97.00"),
        ("PRO", "67.33", "21.80", "95.00"),
        ("OUT", "47.64", "11.55", "86.00"),
        ("PGD", "33.93", "7.31", "100.00"),
    ]
    assert score.items["P1.6"] == "300/7"
    assert Entry.objects.get(event="visit.scored").data == {"value": "54.75"}


def test_i15_scoring_twice_changes_nothing_and_a_new_attempt_is_scored_anew(sari: Person) -> None:
    visit = told(sari, answers=samsat_vector())
    first = actions.score_visit(visit.pk)
    assert first is not None
    again = actions.score_visit(visit.pk)
    assert again is not None
    assert again.computed_at == first.computed_at
    tell_again(visit, best("SAM"))
    assert not VisitScore.objects.fresh().exists()
    anew = actions.score_visit(visit.pk)
    assert anew is not None
    assert (str(anew.rounded), VisitScore.objects.count()) == ("100.00", 1)
    assert Entry.objects.filter(event="visit.scored").count() == 2


def test_i15_a_visit_that_nobody_told_has_no_score(sari: Person) -> None:
    assert actions.score_visit(uuid7()) is None
    untold = world.order(sari)
    Visit.objects.create(
        assignment=untold, programme=untold.programme, state="returned", told_at=untold.created_at
    )
    assert actions.score_visit(untold.pk) is None


def test_i1_a_wait_and_a_fee_are_held_against_what_was_published_on_that_day(sari: Person) -> None:
    product = world.product("P-SAM")
    world.standard(product, fee=100_000, wait=30, since="2021-01-01")
    world.standard(product, fee=200_000, wait=60, since="2026-03-05")
    answers = best("SAM") | {"O1.1": {"value": 55}, "O2.1": {"value": [150_000, None]}}
    before, after = told(sari, answers=answers), told(sari, answers=answers, on=date(2026, 3, 5))
    for visit in (before, after):
        actions.score_visit(visit.pk)
    found = VisitScore.objects.in_bulk()
    assert [found[before.pk].items[code] for code in ("O1.1", "O2.1")] == ["30", "0"]
    assert [found[after.pk].items[code] for code in ("O1.1", "O2.1")] == ["100", "100"]


def test_i15_a_visit_on_a_checklist_nobody_knows_is_scored_by_its_orders(sari: Person) -> None:
    visit = told(sari, checklist="sha256:" + "x" * 43)
    score = actions.score_visit(visit.pk)
    assert score is not None
    assert (score.checklist_id, str(score.rounded)) == (visit.assignment.checklist_id, "100.00")


# Computations


def test_i5_a_unit_needs_three_visits_by_two_people(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    covered(world.unit("SAM-01"), sari, rina)
    covered(world.unit("SAM-02"), sari)
    covered(world.unit("SAM-03"), sari, rina, visits=2)
    made = compute(mira, programme)
    assert lines(made, "unit") == {
        "SAM-01": ("100.00", "hijau", 1, 3),
        "SAM-02": (None, "", None, 3),
        "SAM-03": (None, "", None, 2),
    }
    assert lines(made, "institution") == {
        "I-SAM-01": ("100.00", "hijau", 1, 3),
        "I-SAM-02": (None, "", None, 3),
        "I-SAM-03": (None, "", None, 2),
    }
    assert lines(made, "class") == {"samsat": ("100.00", "hijau", None, 3)}
    assert (made.visits, made.counted, made.incomplete, made.detected) == (8, 8, 0, 0)
    assert CountedVisit.objects.count() == 8


def test_i5_only_accepted_complete_and_undetected_visits_of_the_period_count(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    unit = world.unit()
    counted = covered(unit, sari, rina)
    told(sari, unit, samsat_vector(), detected="yes")
    told(rina, unit, {"I1.1": {"value": "cukup"}, "O2.2": {"value": True}})  # she had to break it off
    told(sari, unit, samsat_vector(), detected="doubt", on=date(2025, 12, 31))
    for state in ("submitted", "returned", "rejected"):
        told(rina, unit, samsat_vector(), state=state)
    made = compute(mira, programme)
    assert (made.visits, made.counted, made.incomplete, made.detected) == (5, 3, 1, 1)
    assert lines(made, "unit") == {"SAM-01": ("100.00", "hijau", 1, 3)}
    assert set(made.counted_visits.values_list("visit", flat=True)) == {visit.pk for visit in counted}
    assert made.results.get(level="unit").critical == 4  # also of the detected and of the broken-off visit


def test_i5_a_visit_is_by_whoever_told_it_also_when_the_order_went_to_somebody_else_later(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    for visit in covered(world.unit(), sari):
        order = visit.assignment
        order.inspector = rina.user if visit.local_date == DAY else sari.user
        order.save()
    assert lines(compute(mira, programme), "unit") == {"SAM-01": (None, "", None, 3)}


def test_i5_an_inspector_who_doubts_her_cover_is_counted_once_the_visit_is_accepted(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    covered(world.unit(), sari, rina, visits=2)
    told(rina, detected="doubt")
    assert lines(compute(mira, programme), "unit") == {"SAM-01": ("100.00", "hijau", 1, 3)}


def test_i13_an_acceptance_that_was_undone_is_gone_from_the_next_computation(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    visits = covered(world.unit(), sari, rina, visits=4)
    assert compute(mira, programme).counted == 4
    Visit.objects.filter(pk=visits[0].pk).update(state="rejected")
    assert compute(mira, programme).counted == 3
    assert [made.counted for made in Computation.objects.order_by("computed_at")] == [4, 3]


def test_i6_classes_are_never_mixed_and_regions_are_provinces(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    polres = world.institution("RES", klass="polres")
    covered(world.unit("POL-1", type="POL", belongs_to=polres), sari, rina)
    covered(world.unit("SIM-1", type="SIM", belongs_to=polres), sari, rina, answers={})
    covered(world.unit("SAM-1"), sari, rina, answers=samsat_vector())
    made = compute(mira, programme)
    assert lines(made, "institution") == {
        "RES": ("100.00", "hijau", 1, 3),
        "I-SAM-1": ("54.75", "kuning", 1, 3),
    }
    assert lines(made, "region").keys() == {"63"}
    provinces = made.results.filter(level="region").values_list("institution_class", "code", "name", "zones")
    assert sorted(provinces) == [
        ("polres", "63", "Kalimantan Selatan", {"hijau": 1}),
        ("samsat", "63", "Kalimantan Selatan", {"kuning": 1}),
    ]
    assert list(lines(made, "class")) == ["polres", "samsat"]


def test_i8_units_of_one_class_share_a_rank_when_their_rounded_values_are_equal(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    worse = best("SAM") | {"I1.5": {"value": False}}
    worst = best("SAM") | {"O2.2": {"value": True}}
    for code, answers in {"A": best("SAM"), "B": worse, "C": worse, "D": worst}.items():
        covered(world.unit(code), sari, rina, answers=answers)
    ranked = made_ranks(compute(mira, programme))
    assert ranked == [("A", 1, 4), ("B", 2, 4), ("C", 2, 4), ("D", 4, 4)]


def made_ranks(made: Computation) -> list[tuple[str, int, int]]:
    return list(made.results.filter(level="unit").order_by("pk").values_list("code", "rank", "of"))


def test_i11_visits_on_two_versions_of_the_checklist_are_never_averaged_together(
    sari: Person, rina: Person, mira: Person, programme: Programme, checklist: Checklist
) -> None:
    text = checklist.text.replace(f'"{checklist.version}"', '"2026.9"', 1)
    newer = Checklist.objects.create(
        digest=sha256_text(text), code="IKKT", version="2026.9", technique="covert_visit", title={}, text=text,
        published_at=checklist.published_at,
    )  # fmt: skip
    unit = world.unit()
    covered(unit, sari, rina, visits=4)
    for person in (sari, rina, sari):
        told(person, unit, samsat_vector(), checklist=newer.digest)
    mostly = compute(mira, programme)
    assert (mostly.checklist_id, mostly.counted) == (checklist.digest, 4)
    assert mostly.others == [{"checklist": newer.digest, "code": "IKKT", "version": "2026.9", "visits": 3}]
    other = compute(mira, programme, checklist=newer.digest)
    assert (other.checklist_id, other.counted) == (newer.digest, 3)
    assert lines(mostly, "unit")["SAM-01"][0] == "100.00"
    assert lines(other, "unit")["SAM-01"][0] == "54.75"


def test_i12_the_same_computation_told_twice_is_one(sari: Person, mira: Person, programme: Programme) -> None:
    told(sari)
    name = uuid7()
    asked: dict[str, Any] = {
        "programme": programme.pk,
        "period": "2026-Q1",
        "method": "IKKT",
        "by": mira.user,
    }
    first, new = actions.compute(name, **asked)
    again, anew = actions.compute(name, **asked)
    assert (first, new, anew) == (again, True, False)
    assert Result.objects.filter(level="unit").count() == 1
    with pytest.raises(ComputationDiffers):
        actions.compute(name, **asked | {"period": "2026"})


def test_i12_what_cannot_be_computed_is_said(
    sari: Person, budi: Person, mira: Person, agus: Person, dewi: Person, programme: Programme
) -> None:
    told(sari, state="submitted")
    for period, method, problem in [
        ("2026", "IKKT", NothingAccepted),
        ("26", "IKKT", BadPeriod),
        ("2026", "ORI 2021", NoSuchMethod),
    ]:
        with pytest.raises(problem):
            compute(mira, programme, period=period, method=method)
    for person, problem in (
        (budi, NotAllowed),
        (dewi, NotAllowed),
        (sari, NotAllowed),
        (agus, NoSuchProgramme),
    ):
        with pytest.raises(problem):
            compute(person, programme)
    assert not Computation.objects.exists()


def test_i13_publishing_twice_is_once_and_told_in_the_journal(
    sari: Person, budi: Person, mira: Person, programme: Programme
) -> None:
    told(sari)
    made = compute(mira, programme)
    with pytest.raises(NotAllowed):
        actions.publish_computation(made, by=budi.user)
    first = actions.publish_computation(made, by=mira.user)
    assert actions.publish_computation(made, by=mira.user).published_at == first.published_at
    events = Entry.objects.filter(event__startswith="computation").order_by("id").values_list("event", "data")
    assert list(events) == [
        ("computation.made", {"period": "2026", "method": "IKKT", "counted": 1}),
        ("computation.published", {"period": "2026"}),
    ]


def test_the_number_of_statements_does_not_grow_with_the_number_of_visits(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    def statements() -> tuple[int, int]:
        days = parse_period("2026")
        with CaptureQueriesContext(connection) as scoring:
            actions.score_accepted(programme.pk, days)
        with CaptureQueriesContext(connection) as computing:
            compute(mira, programme)
        return len(scoring), len(computing)

    assert mira.user.standings  # asked for once
    for i in range(3):
        covered(world.unit(f"S{i}"), sari, rina)
    few = statements()
    for i in range(3, 20):
        covered(world.unit(f"S{i}"), sari, rina)
    assert statements() == few
    assert VisitScore.objects.count() == 60
    assert max(few) <= 20


# Reference results


def test_i14_the_published_results_are_loaded_once_however_often_they_are_loaded(db: None) -> None:
    count = load_published_results()
    PublishedResult.objects.filter(body="Kota Ambon").update(printed="1.00")
    PublishedResult.objects.create(
        method="ORI 2021",
        body="Kota Fiktif",
        institution_class="pemda",
        region="99",
        year=2021,
        value=1,
        printed="1",
    )
    assert load_published_results() == count == PublishedResult.objects.count() > 60
    assert PublishedResult.objects.get(body="Kota Ambon").printed == "91.01"
    assert PublishedResult.objects.get(body="Kabupaten Hulu Sungai Tengah", year=2022).printed == "74.367"
    assert PublishedResult.objects.filter(average=True).count() == 4
    assert len(list(FOLDER.glob("*.csv"))) >= 9
