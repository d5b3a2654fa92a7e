"""What the sheets of figures say: the same as the API, and nothing that was not found out."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.checklists.actions import publish_checklist
from backend.indicators.actions import score_visit
from backend.indicators.models import PublishedResult
from backend.indicators.references import load_published_results
from backend.people.models import Programme
from tests import world
from tests.backend.checklists.making import spoilt
from tests.backend.indicators.answers import best, samsat_vector
from tests.backend.indicators.made import covered, tell_again
from tests.backend.results.made import WHEN, Page, computed, figures, look, place
from tests.world import Person, browser_of

FIRST = "2026-S1"


def listed(who: Person, path: str) -> list[dict[str, Any]]:
    status, answer = world.told(who.api, path, method="get")
    assert (status, answer["next"]) == (200, None)
    return answer["results"]


def badge(line: dict[str, Any]) -> str:
    shape = {"hijau": "●", "kuning": "▲", "merah": "■", None: "◇"}[line["zone"]]
    return f"{shape} {line['zone']} {line['category']}" if line["zone"] else f"{shape} data belum cukup"


def comma(value: str | None) -> str:
    return "–" if value is None else value.replace(".", ",")


# The same as the API


def test_every_sheet_says_what_the_api_says(sari: Person, rina: Person, mira: Person, dewi: Person) -> None:
    covered(world.unit("SAM-01"), sari, rina, answers=samsat_vector())
    covered(world.unit("SAM-02", where="63.71"), sari, rina)
    covered(world.unit("SAM-03"), sari, visits=1)
    made = computed(mira)
    lines = listed(dewi, f"computations/{made.pk}/results")
    browser, root = browser_of(dewi), "/results/kalsel/2026/"
    overview, units = look(browser, root), look(browser, f"{root}ranking/?class=samsat&level=unit")
    assert overview.cells(level="class", code="samsat") == [
        [
            "Samsat", comma(line["value"]), badge(line), comma(line["spread"]), "1 ● hijau 1 ▲ kuning",
            str(line["units"]), str(line["n"]), str(line["critical"]),
        ]
        for line in lines
        if line["level"] == "class"
    ]  # fmt: skip
    assert [units.cells(level="unit", code=line["code"])[0] for line in lines if line["level"] == "unit"] == [
        [
            f"{line['rank']} /{line['of']}" if line["rank"] else "–", line["name"],
            {"63.01": "Tanah Laut", "63.71": "Tanah Laut"}[line["region"]], comma(line["value"]), badge(line),
            comma(line["spread"]), str(line["n"]), str(line["units"]), str(line["critical"]),
        ]
        for line in lines
        if line["level"] == "unit"
    ]  # fmt: skip


def test_a_units_sheet_says_what_the_api_says_of_its_items(
    sari: Person, rina: Person, mira: Person, dewi: Person
) -> None:
    world.standard(world.product("P-SAM"), fee=100_000, wait=30)
    unit = world.unit()
    covered(unit, sari, rina, answers=samsat_vector())
    computed(mira)
    page = look(browser_of(dewi), f"/results/kalsel/2026/units/{unit.pk}/")
    _, told = world.told(dewi.api, f"units/{unit.pk}/indicators?period=2026", method="get")
    parts = [i for d in told["dimensions"] for i in d["indicators"]]
    parts += [item for indicator in parts for item in indicator["items"]]
    assert len(parts) > 40
    for part in parts:
        assert page.cells(code=part["code"])[0][1:] == [
            comma(part["mean"]), "", comma(part["spread"]), str(part["n"]), str(part["critical"]),
        ]  # fmt: skip
    assert "54,75" in page.text
    assert "Rp 100.000" in page.text
    assert ["Produk P-SAM", "Rp 100.000", "–", "30 menit", "PP 76/2020"] in [cells for _, cells in page.rows]


def test_in_english_numbers_are_written_in_the_english_manner(mira: Person, dewi: Person) -> None:
    figures(mira, FIRST, {"A": ("samsat", "63.01", "54.75")})
    page = look(browser_of(dewi, "en"), "/results/kalsel/")
    assert page.cells(level="class")[0][:3] == ["Samsat", "54.75", "▲ kuning C"]
    assert "first half of 2026" in page.text


def test_a_computation_made_after_a_correction_says_how_many_visits_are_told(
    sari: Person, rina: Person, mira: Person, dewi: Person
) -> None:
    unit = world.unit()
    visits = covered(unit, sari, rina, visits=4)
    computed(mira)
    tell_again(visits[0], best("SAM"))
    score_visit(visits[0].pk)
    page = look(browser_of(dewi), f"/results/kalsel/2026/units/{unit.pk}/")
    assert "Di bawah ini 3 dari 4 kunjungan" in page.text


# Zones and ranks


def test_77_995_is_78_and_green_and_equal_values_share_a_rank(mira: Person, dewi: Person) -> None:
    told = {
        "A": ("samsat", "63.01", "90"), "B": ("samsat", "63.02", "77.995"), "C": ("samsat", "63.03", "78"),
        "D": ("samsat", "63.04", "77.994"), "E": ("samsat", "63.05", None),
    }  # fmt: skip
    figures(mira, FIRST, told)
    page = look(browser_of(dewi), f"/results/kalsel/{FIRST}/ranking/")
    assert [cells[0:2] + cells[3:5] for _, cells in page.rows[1:]] == [
        ["1 /4", "Institusi I-A", "90,00", "● hijau A"],
        ["2 /4", "Institusi I-B", "78,00", "● hijau B"],
        ["2 /4", "Institusi I-C", "78,00", "● hijau B"],
        ["4 /4", "Institusi I-D", "77,99", "▲ kuning C"],
        ["–", "Institusi I-E", "–", "◇ data belum cukup"],
    ]


def test_where_there_is_not_enough_there_is_no_zone_no_rank_and_no_colour(mira: Person, dewi: Person) -> None:
    figures(mira, FIRST, {"A": ("samsat", "63.01", None), "B": ("kantah", "63.02", "90")})
    browser = browser_of(dewi)
    overview = look(browser, f"/results/kalsel/{FIRST}/?class=samsat")
    assert overview.cells(level="class", code="samsat")[0][1:3] == ["–", "◇ data belum cukup"]
    assert sorted(overview.tiles) == [
        ("empty", "63.02: tidak ada angka untuk kelas ini"),
        ("none", "63.01 ◇: Institusi I-A data belum cukup (1 kunjungan)"),
    ]
    html = browser.get(f"/results/kalsel/{FIRST}/units/{world.unit('A').pk}/").content.decode()
    sheet = re.sub(r'<p class="on-paper">.*', "", html.split('class="headline')[1].split('class="about"')[0])
    assert not re.search(r"hijau|kuning|merah|Peringkat di kelasnya", sheet)
    assert "Data belum cukup: sebuah nilai memerlukan sedikitnya 3 kunjungan" in sheet


def test_two_offices_of_one_regency_in_different_zones_are_given_no_common_colour(
    mira: Person, dewi: Person
) -> None:
    told = {"A": ("samsat", "63.01", "90"), "B": ("samsat", "63.01", "40"), "C": ("samsat", "63.02", "90")}
    figures(mira, FIRST, told)
    tiles = look(browser_of(dewi), "/results/kalsel/").tiles
    assert sorted(kind for kind, _ in tiles) == ["hijau", "several"]


def test_classes_are_never_mixed(mira: Person, dewi: Person) -> None:
    figures(mira, FIRST, {"A": ("samsat", "63.01", "90"), "B": ("kantah", "63.01", "50")})
    browser = browser_of(dewi)
    page = look(browser, "/results/kalsel/?class=kantah")
    assert [(about["code"], cells[1]) for about, cells in page.rows if about.get("level") == "class"] == [
        ("kantah", "50,00"), ("samsat", "90,00"),
    ]  # fmt: skip
    assert "70,00" not in page.text
    assert [kind for kind, _ in page.tiles] == ["merah"]
    region = look(browser, f"/results/kalsel/{FIRST}/regions/63.01/")
    assert [cells[1] for about, cells in region.rows if about.get("level") == "institution"] == [
        "Institusi I-B", "Institusi I-A",
    ]  # fmt: skip
    assert "70,00" not in region.text


# From period to period


def test_a_change_is_told_against_the_period_before(mira: Person, dewi: Person) -> None:
    figures(mira, "2025-S2", {"A": ("samsat", "63.01", "80"), "B": ("samsat", "63.02", None)})
    figures(mira, "2025", {"A": ("samsat", "63.01", "10")})  # another length: not the period before
    figures(mira, FIRST, {"A": ("samsat", "63.01", "76.80"), "B": ("samsat", "63.02", "90")})
    page = look(browser_of(dewi), f"/results/kalsel/{FIRST}/ranking/")
    assert "Perubahan sejak semester II 2025" in page.text
    assert {about["code"]: cells[8] for about, cells in page.rows if about} == {"I-A": "−3,20", "I-B": "–"}


def test_figures_of_another_checklist_are_never_compared_or_joined(
    mira: Person, dewi: Person, programme: Programme
) -> None:
    older = publish_checklist(
        spoilt("instrument.toml", 'version = "2026.1"', 'version = "2025.9"'), by=mira.user
    )
    figures(mira, "2025-S2", {"A": ("samsat", "63.01", "80")}, checklist=older)
    figures(mira, FIRST, {"A": ("samsat", "63.01", "90")})
    browser = browser_of(dewi)
    page = look(browser, f"/results/kalsel/{FIRST}/ranking/")
    assert page.cells(code="I-A")[0][8] == "–"
    answer = browser.get(f"/results/kalsel/{FIRST}/institutions/I-A/")
    trend = answer.context["trend"]
    assert (len(trend.dots), trend.joins, trend.dots[0].other) == (2, (), True)
    assert "metode atau daftar periksa lain: tidak dibandingkan" in answer.content.decode()


def test_the_newest_figures_of_a_period_are_shown_and_older_ones_keep_an_address(
    mira: Person, dewi: Person
) -> None:
    older = figures(mira, FIRST, {"A": ("samsat", "63.01", "80")})
    figures(mira, FIRST, {"A": ("samsat", "63.01", "90")}, at=WHEN.replace(month=8))
    browser = browser_of(dewi)
    assert look(browser, f"/results/kalsel/{FIRST}/").cells(level="class")[0][1] == "90,00"
    page = look(browser, f"/results/kalsel/{FIRST}/?computation={older.pk}")
    assert page.cells(level="class")[0][1] == "80,00"
    assert "Angka terbaru yang dipublikasikan" in page.text
    look(browser, f"/results/kalsel/2025/?computation={older.pk}", 404)


# Beside, never mixed


def test_what_the_ombudsman_printed_of_maluku_in_2024_stands_beside(mira: Person, dewi: Person) -> None:
    load_published_results()
    for code in PublishedResult.objects.filter(region__startswith="81").values_list("region", flat=True):
        place(code)
    figures(mira, FIRST, {"A": ("pemda", "81.02", "61"), "B": ("pemda", "81.71", "50")})
    page = look(browser_of(dewi), f"/results/kalsel/{FIRST}/regions/81/")
    printed = {about["body"]: cells[2:4] for about, cells in page.rows if about.get("year") == "2024"}
    assert printed == {
        "Kota Ambon": ["91,01", "● hijau"],
        "Kabupaten Maluku Tengah": ["90,47", "● hijau"],
        "Kabupaten Kepulauan Aru": ["87,19", "● hijau"],
        "Kota Tual": ["79,31", "● hijau"],
        "Kabupaten Buru Selatan": ["77,69", "▲ kuning"],
        "Kabupaten Maluku Barat Daya": ["77,69", "▲ kuning"],
        "Kabupaten Maluku Tenggara": ["74,61", "▲ kuning"],
        "Provinsi Maluku": ["72,44", "▲ kuning"],
        "Kabupaten Seram Bagian Timur": ["71,40", "▲ kuning"],
        "Kabupaten Seram Bagian Barat": ["63,75", "▲ kuning"],
        "Kabupaten Buru": ["59,86", "▲ kuning"],
        "Kabupaten Kepulauan Tanimbar": ["50,47", "■ merah"],
    }
    assert "Angka lembaga lain dengan metode lain" in page.text
    assert page.cells(level="region", code="81")[0][2] == "55,50"  # ours alone: (61 + 50) / 2


def test_digits_stay_as_they_were_printed(mira: Person, dewi: Person) -> None:
    load_published_results()
    figures(mira, FIRST, {"A": ("pemda", "63.07", "61")})
    for language, digits in (("id", "74,367"), ("en", "74.367")):
        page = look(browser_of(dewi, language), f"/results/kalsel/{FIRST}/institutions/I-A/")
        assert page.cells(body="Kabupaten Hulu Sungai Tengah", year="2022")[0][2] == digits


# What makes no sense, and what grows


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("kemarin/", 400),
        ("2020/", 404),
        ("2026-S1/?class=kampus", 404),
        ("2026-S1/?computation=x", 404),
        ("2026-S1/ranking/?level=galaxy", 404),
        ("2026-S1/ranking/?after=x", 400),
        ("2026-S1/regions/99/", 404),
        ("2026-S1/regions/'--/", 404),
        ("2026-S1/institutions/I-X/", 404),
        ("2026-S1/units/01900000-0000-7000-8000-000000000001/", 404),
    ],
)
def test_what_makes_no_sense_is_said_in_words(mira: Person, dewi: Person, path: str, status: int) -> None:
    figures(mira, FIRST, {"A": ("samsat", "63.01", "90")})
    page = look(browser_of(dewi), f"/results/kalsel/{path}", status)
    assert "Tidak berhasil" in page.text


def test_a_region_without_anything_of_the_class_is_an_empty_ranking(mira: Person, dewi: Person) -> None:
    figures(mira, FIRST, {"A": ("samsat", "63.01", "90")})
    page = look(browser_of(dewi), f"/results/kalsel/{FIRST}/ranking/?region=63.02")
    assert "Tidak ada data kelas ini di sini." in page.text


def test_hostile_names_are_written_and_never_run(mira: Person, dewi: Person) -> None:
    made = figures(mira, FIRST, {"A": ("samsat", "63.01", "90")})
    made.results.update(name="<script>alert(1)</script>")
    browser = browser_of(dewi)
    unit = world.unit("A").pk
    for path in ("", "ranking/", "regions/63.01/", "institutions/I-A/", f"units/{unit}/"):
        html = browser.get(f"/results/kalsel/{FIRST}/{path}").content.decode()
        assert "<script>alert" not in html
        assert "style=" not in html


def test_sheets_ask_the_database_as_often_for_many_as_for_few(mira: Person, dewi: Person) -> None:
    load_published_results()
    browser = browser_of(dewi)

    def statements(period: str) -> list[int]:
        unit = world.unit("U0").pk
        found = []
        for path in ("", "ranking/", "regions/63/", "institutions/I-U0/", f"units/{unit}/"):
            look(browser, f"/results/kalsel/{period}/{path}")  # what is kept in memory is read
            with CaptureQueriesContext(connection) as asked:
                look(browser, f"/results/kalsel/{period}/{path}")
            found.append(len(asked))
        return found

    def told(count: int) -> dict[str, tuple[str, str, str | None]]:
        return {f"U{i}": ("samsat", f"63.{i % 13 + 1:02}", "80") for i in range(count)}

    figures(mira, "2024-S2", told(2))
    figures(mira, "2025-S1", told(2))
    few = statements("2025-S1")
    for month in range(1, 5):
        figures(mira, f"2025-{month:02}", told(3))
    figures(mira, "2025-S2", told(40))
    figures(mira, FIRST, told(90))
    assert statements(FIRST) == few
    assert max(few) <= 15


def test_a_long_ranking_comes_page_by_page(mira: Person, dewi: Person) -> None:
    figures(mira, FIRST, {f"U{i:03}": ("samsat", "63.01", str(90 - i / 10)) for i in range(70)})
    browser = browser_of(dewi)
    answer = browser.get(f"/results/kalsel/{FIRST}/ranking/?level=unit")
    first = Page(answer.content.decode())
    second = look(browser, f"/results/kalsel/{FIRST}/ranking/{answer.context['list'].next}")
    assert (len(first.cells(level="unit")), len(second.cells(level="unit"))) == (60, 10)
    assert second.cells(level="unit")[0][0] == "61 /70"
