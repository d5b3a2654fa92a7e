"""Who may look at figures, and what nobody outside learns."""

from typing import Any

import pytest

from backend.indicators.references import load_published_results
from backend.people.models import Programme
from tests import world
from tests.backend.indicators.answers import samsat_vector
from tests.backend.indicators.made import covered
from tests.backend.results.made import Page, computed, figures, look
from tests.world import Person, browser_of

PERIOD = "2026-S1"


def paths(unit: str = "A") -> list[str]:
    root = f"/results/kalsel/{PERIOD}/"
    return [
        "/results/kalsel/", root, f"{root}ranking/", f"{root}regions/63.01/", f"{root}institutions/I-{unit}/",
        f"{root}units/{world.unit(unit).pk}/",
    ]  # fmt: skip


def statuses(person: Person | None) -> set[int]:
    browser = browser_of(person)
    return {browser.get(path).status_code for path in paths()}


@pytest.fixture
def public(settings: Any) -> None:
    settings.RESULTS_PUBLIC = True


def test_the_programmes_own_people_read_published_figures(
    mira: Person, budi: Person, wati: Person, dewi: Person, sari: Person, agus: Person, root: Person
) -> None:
    figures(mira, PERIOD, {"A": ("samsat", "63.01", "90")})
    assert {person.user.username: statuses(person) for person in (mira, budi, wati, dewi, sari, agus, root)} == {
        "mira": {200}, "budi": {200}, "wati": {200}, "dewi": {200}, "sari": {403}, "agus": {404}, "root": {403},
    }  # fmt: skip
    assert statuses(None) == {302}
    assert browser_of(None).get(paths()[1])["Location"] == f"/accounts/login/?next=/results/kalsel/{PERIOD}/"


def test_where_results_are_public_everybody_reads_them(
    public: None, mira: Person, dewi: Person, sari: Person, agus: Person
) -> None:
    figures(mira, PERIOD, {"A": ("samsat", "63.01", "90")})
    assert [statuses(person) for person in (None, sari, agus, dewi)] == [{200}] * 4
    page = look(browser_of(None), "/results/")
    assert "Kalimantan Selatan" in page.text


def test_a_programme_that_published_nothing_is_not_there_for_the_public(public: None, mira: Person) -> None:
    figures(mira, PERIOD, {"A": ("samsat", "63.01", "90")}, published=False)
    assert statuses(None) == {404}
    assert browser_of(None).get("/results/nowhere/").status_code == 404
    assert "Kalimantan" not in look(browser_of(None), "/results/").text


@pytest.mark.parametrize("everybody", [True, False])
def test_unpublished_figures_are_seen_by_staff_alone_and_marked(
    settings: Any, mira: Person, budi: Person, dewi: Person, agus: Person, everybody: bool
) -> None:
    settings.RESULTS_PUBLIC = everybody
    figures(mira, "2025-S2", {"A": ("samsat", "63.01", "70")})
    hidden = figures(mira, PERIOD, {"A": ("samsat", "63.01", "90")}, published=False)
    preview = f"?computation={hidden.pk}"
    for person in (dewi, agus, None):
        browser = browser_of(person)
        expected = 404 if person is not None or everybody else 302
        assert {browser.get(path + preview).status_code for path in paths()} == {expected}
        assert browser.get(f"/results/kalsel/{PERIOD}/").status_code == expected
    for person in (mira, budi):
        browser = browser_of(person)
        for path in paths():
            answer = browser.get(path + preview)
            assert "Belum dipublikasikan." in answer.content.decode()
        page = look(browser, "/results/kalsel/")
        assert "Angka semester I 2026, dihitung" in page.text  # told of, beside what is published
        assert page.cells(level="class")[0][1] == "70,00"
    html = browser_of(mira).get(paths()[1] + preview).content.decode()
    assert html.count(f"computation={hidden.pk}") > 5  # its links lead to its own sheets


def test_before_anything_is_published_readers_are_told_so(
    mira: Person, dewi: Person, programme: Programme
) -> None:
    assert "Belum ada angka yang dipublikasikan." in look(browser_of(dewi), "/results/kalsel/").text
    assert "Hitung angka" not in look(browser_of(dewi), "/results/kalsel/").text
    assert "Hitung angka" in look(browser_of(mira), "/results/kalsel/").text


def test_the_list_of_programmes_holds_those_one_may_open(
    mira: Person, dewi: Person, sari: Person, agus: Person
) -> None:
    figures(mira, PERIOD, {"A": ("samsat", "63.01", "90")})
    shown = {
        person.user.username: "Kalimantan Selatan" in look(browser_of(person), "/results/").text
        for person in (dewi, mira, sari, agus)
    }
    assert shown == {"dewi": True, "mira": True, "sari": False, "agus": False}
    assert browser_of(None).get("/results/").status_code == 302


def test_nothing_a_reader_is_shown_tells_of_an_inspector_or_of_one_visit(
    public: None, sari: Person, rina: Person, mira: Person, dewi: Person
) -> None:
    load_published_results()
    visits = covered(world.unit("A"), sari, rina, answers=samsat_vector())
    computed(mira, PERIOD)
    secrets = ["Sari", "sari", "Rina", "rina", "Mira", "Joko", "4 Maret", "2026-03-04", "5 Maret", "6 Maret"]
    secrets += [str(person.id) for person in (sari, rina, mira)] + [str(visit.pk) for visit in visits]
    for browser in (browser_of(None), browser_of(world.person("citra"))):
        for path in paths():
            html = browser.get(path).content.decode()
            assert [secret for secret in secrets if secret in html] == []


def test_ways_to_the_api_are_shown_to_those_who_may_take_them(
    public: None, mira: Person, dewi: Person
) -> None:
    made = figures(mira, PERIOD, {"A": ("samsat", "63.01", "90")})
    browser = browser_of(dewi)
    html = browser.get(paths()[1]).content.decode()
    assert f"/api/v1/exports/indicators.csv?computation={made.pk}" in html
    assert b"I-A" in b"".join(browser.get(f"/api/v1/exports/indicators.csv?computation={made.pk}"))
    assert browser.get(f"/api/v1/computations/{made.pk}/results").status_code == 200
    assert "/api/v1/" not in browser_of(None).get(paths()[1]).content.decode()


def test_a_unit_of_another_programme_is_not_found(mira: Person, dewi: Person, agus: Person) -> None:
    figures(mira, PERIOD, {"A": ("samsat", "63.01", "90")})
    foreign = world.unit("X", of=world.programme("papua"))
    answer = browser_of(dewi).get(f"/results/kalsel/{PERIOD}/units/{foreign.pk}/")
    assert answer.status_code == 404
    assert "Unit X" not in Page(answer.content.decode()).text
