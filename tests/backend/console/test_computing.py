"""Mira computes the figures of a period, looks at them, and publishes them."""

from typing import Any

from backend.core.ids import uuid7
from backend.indicators.models import Computation
from backend.journal.models import Entry
from backend.people.models import Programme
from backend.visits.models import Visit
from tests import world
from tests.backend.indicators.made import covered, told
from tests.backend.results.made import WHEN, Page, figures, look
from tests.world import Person, browser_of

HERE = "/console/kalsel/computations/"


def form(period: str = "2026", **more: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "period": period, **more}


def test_mira_computes_looks_and_publishes(
    sari: Person, rina: Person, mira: Person, dewi: Person, programme: Programme
) -> None:
    covered(world.unit("SAM-01"), sari, rina)
    browser = browser_of(mira)
    assert "Belum ada yang dihitung." in look(browser, HERE).text
    answer = browser.post(f"{HERE}compute/", form("2026-S1"), follow=True)
    made = Computation.objects.get()
    assert answer.redirect_chain == [(f"{HERE}{made.pk}/", 302)]
    page = Page(answer.content.decode())
    assert "Angka semester I 2026 sudah dihitung. Lihat dulu sebelum Anda mempublikasikannya." in page.text
    assert page.cells(code="samsat") == [["Samsat", "100,00", "● hijau A", "1", "3"]]
    assert f"/results/kalsel/2026-S1/?computation={made.pk}" in answer.content.decode()
    assert browser_of(dewi).get("/results/kalsel/2026-S1/").status_code == 404

    answer = browser.post(f"{HERE}{made.pk}/publish/", {}, follow=True)  # not ticked that she looked
    assert "Tidak ada yang dipublikasikan" in answer.content.decode()
    assert not Computation.objects.published().exists()
    answer = browser.post(f"{HERE}{made.pk}/publish/", {"sure": "yes"}, follow=True)
    assert "Angka semester I 2026 sudah dipublikasikan." in answer.content.decode()
    assert "publish/" not in answer.content.decode()
    assert browser_of(dewi).get("/results/kalsel/2026-S1/").status_code == 200
    events = ["computation.made", "computation.published"]
    assert (
        list(Entry.objects.filter(event__in=events).order_by("id").values_list("event", flat=True)) == events
    )


def test_a_double_click_computes_once(sari: Person, rina: Person, mira: Person, programme: Programme) -> None:
    covered(world.unit(), sari, rina)
    browser, sent = browser_of(mira), form()
    answers = [browser.post(f"{HERE}compute/", sent) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {f"{HERE}{sent['id']}/"}
    assert Computation.objects.count() == 1


def test_a_period_that_is_none_is_said_in_words_and_what_was_typed_stays(
    mira: Person, programme: Programme
) -> None:
    answer = browser_of(mira).post(f"{HERE}compute/", form('semester satu"><b>'))
    html = answer.content.decode()
    assert answer.status_code == 400
    assert "Periode adalah tahun, semester, triwulan, atau bulan" in html
    assert 'value="semester satu&quot;&gt;&lt;b&gt;"' in html


def test_a_period_without_accepted_visits_is_said_in_words(mira: Person, programme: Programme) -> None:
    answer = browser_of(mira).post(f"{HERE}compute/", form("2019"))
    assert (answer.status_code, Computation.objects.count()) == (409, 0)
    assert "Belum ada kunjungan periode ini yang diterima" in answer.content.decode()
    assert browser_of(mira).post(f"{HERE}compute/", {"id": "x", "period": "2026"}).status_code == 404


def test_the_period_of_the_newest_accepted_visit_is_suggested(
    sari: Person, mira: Person, programme: Programme
) -> None:
    told(sari)  # on 4 March
    html = browser_of(mira).get(HERE).content.decode()
    assert 'name="period" list="periods" value="2026-S1"' in html
    assert [f'<option value="{name}">' in html for name in ("2026-S1", "2026", "2026-Q1", "2026-03")] == [
        True
    ] * 4


def test_visits_that_still_wait_are_told_of(
    sari: Person, rina: Person, mira: Person, programme: Programme
) -> None:
    covered(world.unit(), sari, rina)
    told(rina, state="submitted")
    answer = browser_of(mira).post(f"{HERE}compute/", form(), follow=True)
    assert "Kunjungan periode ini yang masih menunggu penilaian: 1." in answer.content.decode()
    assert Visit.objects.filter(state="submitted").count() == 1


def test_what_changed_since_the_published_figures_is_told_before_publishing(mira: Person) -> None:
    figures(mira, "2026", {"A": ("samsat", "63.01", "80"), "B": ("samsat", "63.02", "90")})
    later = WHEN.replace(month=9)
    told = {"A": ("samsat", "63.01", "70"), "B": ("samsat", "63.02", "91"), "C": ("samsat", "63.03", "50")}
    made = figures(mira, "2026", told, published=False, at=later)
    page = look(browser_of(mira), f"{HERE}{made.pk}/")
    assert page.cells(code="samsat") == [["Samsat", "85,00", "70,33", "▲ kuning C", "−14,67", "3", "9"]]
    assert page.cells(code="I-A") == [["Institusi I-A", "80,00 ● hijau B", "70,00 ▲ kuning C", "−10,00"]]
    assert page.cells(code="I-B") == page.cells(code="I-C") == []


def test_only_those_who_compute_or_publish_come_in_and_an_outsiders_computation_is_not_found(
    mira: Person, budi: Person, dewi: Person, sari: Person, agus: Person, root: Person
) -> None:
    made = figures(mira, "2026", {"A": ("samsat", "63.01", "80")}, published=False)
    asked = {
        person.user.username: [
            browser_of(person).get(HERE).status_code,
            browser_of(person).get(f"{HERE}{made.pk}/").status_code,
            browser_of(person).post(f"{HERE}compute/", form()).status_code,
            browser_of(person).post(f"{HERE}{made.pk}/publish/", {"sure": "yes"}).status_code,
        ]
        for person in (budi, dewi, sari, root, agus)
    }
    assert asked == {
        "budi": [403] * 4, "dewi": [403] * 4, "sari": [403] * 4, "root": [403] * 4, "agus": [404] * 4,
    }  # fmt: skip
    assert browser_of(agus).get(f"/console/papua/computations/{made.pk}/").status_code == 404
    assert (
        browser_of(agus).post(f"/console/papua/computations/{made.pk}/publish/", {"sure": "yes"}).status_code
        == 404
    )
    assert browser_of(mira).get(f"{HERE}compute/").status_code == 405
    assert not Computation.objects.published().exists()
