"""The addresses of the numbers room, as the cast sees them."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.core.ids import uuid7
from backend.indicators.actions import score_accepted
from backend.indicators.references import load_published_results
from backend.indicators.rules import parse_period
from backend.people.models import Programme
from backend.people.rules import Role
from tests import world
from tests.backend.indicators.answers import best, samsat_vector
from tests.backend.indicators.made import covered, told
from tests.world import Person


def get(who: Person, path: str) -> Any:
    return world.told(who.api, path, method="get")


def listed(who: Person, path: str) -> Any:
    status, answer = get(who, path)
    assert status == 200, answer
    assert answer["next"] is None
    return answer["results"]


def computed(mira: Person, programme: Programme, period: str = "2026") -> str:
    body = {"id": str(uuid7()), "programme": str(programme.pk), "period": period, "method": "IKKT"}
    status, answer = world.told(mira.api, "computations", body)
    assert status == 201, answer
    return answer["id"]


# Methods and reference results


def test_anyone_signed_in_may_read_how_scores_are_made(sari: Person) -> None:
    methods = listed(sari, "methods")
    assert [(m["code"], m["computed"]) for m in methods] == [
        ("IKKT", True), ("ORI 2021", False), ("ORI 2022-2024", False), ("ORI Polres 2017", False),
    ]  # fmt: skip
    assert methods[0]["weights"] == {"INP": "21.85", "PRO": "32.37", "OUT": "24.24", "PGD": "21.54"}
    assert methods[0]["bands"][2] == {
        "start": "54.00", "category": "C", "zone": "kuning", "label": {"id": "Sedang", "en": "Medium"},
    }  # fmt: skip
    assert methods[3]["scale_max"] == "110"


def test_i14_published_results_are_listed_as_printed_with_the_zone_of_their_method(sari: Person) -> None:
    load_published_results()
    assert listed(sari, "published-results?method=ORI 2022-2024&year=2024&class=pemda&region=81.02") == [
        {
            "method": "ORI 2022-2024", "body": "Kabupaten Maluku Tenggara", "class": "pemda", "region": "81.02",
            "year": 2024, "value": "74.61", "average": False, "zone": "kuning", "category": "C",
            "zone_as_printed": "kuning", "category_as_printed": None, "rank_as_printed": None,
            "source": "Ombudsman RI, hasil penilaian 2024 Pemda se-Maluku", "note": "",
        }
    ]  # fmt: skip
    assert len(listed(sari, "published-results?year=2024&region=81")) == 12
    assert get(sari, "published-results?class=kampus")[0] == 400


# Computations


def test_mira_computes_publishes_and_dewi_reads(
    sari: Person, rina: Person, mira: Person, dewi: Person, programme: Programme
) -> None:
    covered(world.unit("SAM-01"), sari, rina, answers=samsat_vector())
    covered(world.unit("SAM-02"), sari, visits=1)
    name, body = str(uuid7()), {"programme": str(programme.pk), "period": "2026-Q1"}
    status, made = world.told(mira.api, "computations", {"id": name, **body})
    assert status == 201
    checklist = made.pop("checklist")
    assert (checklist["code"], checklist["version"]) == ("IKKT", "2026.1")
    assert made == {
        "id": name, "programme": str(programme.pk), "period": "2026-Q1", "method": "IKKT", "visits": 4, "counted": 4,
        "incomplete": 0, "detected": 0, "others": [], "computed_at": made["computed_at"], "published_at": None,
    }  # fmt: skip
    assert world.told(mira.api, "computations", {"id": name, **body})[0] == 200
    assert world.told(mira.api, "computations", {"id": name, **body, "period": "2026"})[1]["code"] == (
        "computation-differs"
    )

    assert get(dewi, f"computations/{name}")[1]["code"] == "no-such-computation"
    assert listed(dewi, "computations") == []
    assert world.told(dewi.api, f"computations/{name}/publish")[0] == 404
    status, published = world.told(mira.api, f"computations/{name}/publish")
    assert (status, published["published_at"] is not None) == (200, True)
    assert [found["id"] for found in listed(dewi, f"computations?programme={programme.pk}")] == [name]
    assert world.told(dewi.api, f"computations/{name}/publish")[0] == 403

    units = listed(dewi, f"computations/{name}/results?level=unit")
    assert units == [
        {
            "level": "unit", "code": "SAM-01", "name": "Unit SAM-01", "unit": str(world.unit("SAM-01").pk),
            "unit_type": "SAM", "class": "samsat", "region": "63.01", "n": 3, "units": 1, "value": "54.75",
            "spread": "0.00", "min": "54.75", "max": "54.75", "zone": "kuning", "category": "C", "rank": 1, "of": 1,
            "critical": 9, "enough": True,
            "dimensions": {"INP": "64.52", "PRO": "67.33", "OUT": "47.64", "PGD": "33.93"}, "zones": {},
        },
        {
            "level": "unit", "code": "SAM-02", "name": "Unit SAM-02", "unit": str(world.unit("SAM-02").pk),
            "unit_type": "SAM", "class": "samsat", "region": "63.01", "n": 1, "units": 0, "value": None,
            "spread": None, "min": None, "max": None, "zone": None, "category": None, "rank": None, "of": None,
            "critical": 0, "enough": False, "dimensions": {}, "zones": {},
        },
    ]  # fmt: skip
    whole = listed(dewi, f"computations/{name}/results?level=class")
    assert [(line["code"], line["units"], line["value"], line["zones"]) for line in whole] == [
        ("samsat", 1, "54.75", {"kuning": 1})
    ]


def test_results_are_narrowed_by_level_class_and_region(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    covered(world.unit("SAM-01"), sari, rina)
    covered(world.unit("SAM-02", where="63.71"), sari, rina)
    office = world.institution("KTH", klass="kantah", where="63.71")
    covered(world.unit("KTH-01", type="KTH", belongs_to=office, where="63.71"), sari, rina)
    name = computed(mira, programme)

    def codes(query: str) -> list[str]:
        return [line["code"] for line in listed(mira, f"computations/{name}/results?{query}")]

    assert codes("level=unit") == ["KTH-01", "SAM-01", "SAM-02"]
    assert codes("level=unit&class=samsat") == ["SAM-01", "SAM-02"]
    assert codes("level=unit&region=63.71") == ["KTH-01", "SAM-02"]
    assert codes("level=institution&region=63") == ["KTH", "I-SAM-01", "I-SAM-02"]
    assert codes("") == [
        "kantah", "samsat", "63", "63", "KTH", "I-SAM-01", "I-SAM-02", "KTH-01", "SAM-01", "SAM-02",
    ]  # fmt: skip
    assert get(mira, f"computations/{name}/results?level=galaxy")[0] == 400


def test_wati_of_another_region_sees_all_results_of_her_programme_and_agus_of_another_programme_none(
    sari: Person, rina: Person, mira: Person, wati: Person, agus: Person, programme: Programme
) -> None:
    unit = world.unit()
    visit = covered(unit, sari, rina)[0]
    name = computed(mira, programme)
    assert [line["code"] for line in listed(wati, f"computations/{name}/results?level=unit")] == ["SAM-01"]
    world.told(mira.api, f"computations/{name}/publish")
    closed = [
        f"computations/{name}", f"computations/{name}/results", f"computations?programme={programme.pk}",
        f"units/{unit.pk}/indicators?period=2026", f"visits/{visit.pk}/score",
    ]  # fmt: skip
    assert [get(agus, path)[0] for path in closed] == [404] * len(closed)
    assert listed(agus, "computations") == []
    assert world.told(agus.api, f"computations/{name}/publish")[0] == 404
    body = {"id": str(uuid7()), "programme": str(programme.pk), "period": "2026"}
    assert world.told(agus.api, "computations", body)[0] == 404


def test_sari_who_only_visits_sees_no_results(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    unit = world.unit()
    visit = covered(unit, sari, rina)[0]
    name = computed(mira, programme)
    world.told(mira.api, f"computations/{name}/publish")
    assert get(sari, f"computations/{name}")[0] == 404
    assert get(sari, f"computations?programme={programme.pk}")[0] == 403
    assert get(sari, f"units/{unit.pk}/indicators?period=2026")[0] == 404
    assert get(sari, f"visits/{visit.pk}/score")[0] == 404  # not even her own: she is not to aim at a number


# One visit


def test_budi_sees_how_a_visit_scores_before_he_decides(
    sari: Person, budi: Person, wati: Person, dewi: Person
) -> None:
    visit = told(sari, answers=samsat_vector(), state="submitted")
    status, score = get(budi, f"visits/{visit.pk}/score")
    assert status == 200
    assert (score["value"], score["valid"], score["items"]["P1.6"]) == ("54.75", True, "300/7")
    assert [critical["item"] for critical in score["criticals"]] == ["P5.SAM.3", "O2.1", "O2.2"]
    assert score["criticals"][2]["question"]["en"].startswith("Was any money or reward")
    assert score["dimensions"][3] == {
        "code": "PGD", "value": "33.93", "points": "7.31", "answered": "100.00", "valid": True,
        "indicators": [
            {"code": "C1", "value": "45.00", "answered": "100.00"},
            {"code": "C2", "value": "0.00", "answered": "100.00"},
            {"code": "C3", "value": "45.50", "answered": "100.00"},
        ],
    }  # fmt: skip
    assert [get(person, f"visits/{visit.pk}/score")[0] for person in (wati, dewi)] == [404, 404]


def test_an_incomplete_visit_is_shown_without_a_value(sari: Person, budi: Person) -> None:
    visit = told(sari, answers={"O2.2": {"value": True}})
    _, score = get(budi, f"visits/{visit.pk}/score")
    assert (score["value"], score["valid"], len(score["criticals"])) == (None, False, 1)


# One unit


def test_a_unit_is_opened_down_to_its_items_with_number_and_spread(
    sari: Person, rina: Person, budi: Person
) -> None:
    unit = world.unit()
    told(sari, unit, samsat_vector())
    told(rina, unit, best("SAM"))
    told(sari, unit, best("SAM"), detected="yes")
    told(rina, unit, best("SAM"), state="submitted")
    score_accepted(world.programme().pk, parse_period("2026"))  # as the worker does after each acceptance
    _, answer = get(budi, f"units/{unit.pk}/indicators?period=2026")
    assert (answer["n"], answer["enough"], answer["mean"], answer["spread"]) == (2, False, "77.37", "32.00")
    complaints = answer["dimensions"][3]
    assert {key: complaints[key] for key in ("code", "n", "mean", "spread", "critical")} == {
        "code": "PGD", "n": 2, "mean": "66.96", "spread": "46.72", "critical": 0,
    }  # fmt: skip
    item = complaints["indicators"][2]["items"][2]
    assert {key: item[key] for key in ("code", "n", "mean", "spread")} == {
        "code": "C3.3", "n": 2, "mean": "85.00", "spread": "21.21",
    }  # fmt: skip
    nursing = answer["dimensions"][0]["indicators"][1]["items"][5]
    assert (nursing["code"], nursing["n"], nursing["mean"], nursing["spread"]) == ("I2.6", 1, "100.00", None)
    assert get(budi, f"units/{unit.pk}/indicators?period=kemarin")[1]["code"] == "bad-period"


def test_dewi_opens_a_unit_only_as_far_as_it_was_published_and_enough(
    sari: Person, rina: Person, mira: Person, dewi: Person, programme: Programme
) -> None:
    enough, short = world.unit("SAM-01"), world.unit("SAM-02")
    covered(enough, sari, rina)
    covered(short, sari, visits=2)
    assert get(dewi, f"units/{enough.pk}/indicators?period=2026")[1]["n"] == 0
    world.told(mira.api, f"computations/{computed(mira, programme)}/publish")
    told(sari, enough, samsat_vector())  # accepted after the publication
    _, answer = get(dewi, f"units/{enough.pk}/indicators?period=2026")
    assert (answer["n"], answer["mean"], len(answer["dimensions"])) == (3, "100.00", 4)
    _, answer = get(dewi, f"units/{short.pk}/indicators?period=2026")
    assert (answer["n"], answer["enough"], answer["mean"], answer["dimensions"]) == (2, False, None, [])


# Bounds


@pytest.mark.parametrize(
    "path", ["computations/{}", "computations/{}/results?limit=200", "computations?limit=200"]
)
def test_lists_ask_the_database_as_often_for_many_as_for_few(
    sari: Person, rina: Person, mira: Person, programme: Programme, path: str
) -> None:
    def statements() -> int:
        name = computed(mira, programme)
        with CaptureQueriesContext(connection) as asked:
            assert get(mira, path.format(name))[0] == 200
        return len(asked)

    covered(world.unit("S0"), sari, rina)
    few = statements()
    for i in range(1, 10):
        covered(world.unit(f"S{i}"), sari, rina)
    assert statements() == few <= 8


def test_nothing_a_consumer_can_read_names_an_inspector(
    sari: Person, rina: Person, mira: Person, dewi: Person, programme: Programme
) -> None:
    unit = world.unit()
    visits = covered(unit, sari, rina, answers=samsat_vector())
    name = computed(mira, programme)
    world.told(mira.api, f"computations/{name}/publish")
    read = [
        dewi.api.get(f"/api/v1/{path}").content.decode()
        for path in (
            "computations", f"computations/{name}", f"computations/{name}/results",
            f"units/{unit.pk}/indicators?period=2026",
        )
    ]  # fmt: skip
    secrets = [str(p.id) for p in (sari, rina, mira)] + [
        "sari",
        "Sari",
        "rina",
        "Rina",
        "Joko",
        str(visits[0].pk),
    ]
    assert [secret for text in read for secret in secrets if secret in text] == []


def test_someone_with_two_roles_is_not_held_back_by_the_lesser(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    covered(world.unit(), sari, rina)
    both = world.person("citra", Role.CONSUMER, Role.COORDINATOR, regions=("63.01",))
    assert get(both, f"computations/{computed(mira, programme)}")[0] == 200
