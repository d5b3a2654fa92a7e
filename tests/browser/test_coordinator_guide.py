"""The pictures of docs/coordinator.md: a coordinator's and a manager's pages as they meet them.

PICTURES_FOR_THE_GUIDE=1 takes them, in both languages; otherwise only what is there is looked at.
"""

import os
import re

import pytest

from fieldsync.demo import plan
from tests.browser import afield
from tests.browser.guide import COORDINATOR
from tests.browser.sitting import PHONE, Sitting
from tests.browser.stage import Stage
from tests.browser.test_running import brings, plans, written

taken = pytest.mark.skipif(not os.environ.get("PICTURES_FOR_THE_GUIDE"), reason="no pictures were asked for")
CONSOLE = "/console/kalsel-demo/"
INBOX = f"{CONSOLE}inbox/"


@pytest.fixture(params=["id", "en"])
def language(request):
    return request.param


@pytest.fixture
def stage(told, tmp_path):
    """For each picture as the story left it, with an order of yesterday, one of later, and a visit told from two phones."""
    with Stage(tmp_path, told) as stage:
        budi = stage.desk("budi")
        afield.ordered(stage, budi, "SAM-63.71", opens_in_days=20)
        afield.ordered(stage, budi, "SIM-63.71")
        afield.told_twice(stage, afield.ordered(stage, budi, "SAM-63.72"), tmp_path / "phones")
        yield stage


@pytest.fixture
def pictures(browser, stage, language):
    """`with pictures("budi") as page`: her sitting; keeps what she takes."""
    names = []

    class Album(Sitting):
        def picture(self, name, *, of=None, whole=False):
            names.append(name)
            super().picture(name, of=of, whole=whole)

    def opened(name="", **more):
        sitting = Album(browser, stage.address, language=language, **more)
        if name:
            sitting.signs_in(name)
        return sitting

    yield opened
    COORDINATOR.keep(names, language)


@taken
def test_signing_in(pictures):
    with pictures() as budi:
        budi.opens("/accounts/login/")
        budi.picture("sign-in")
        budi.signs_in("budi")
        budi.proves_again()
        budi.opens("/accounts/2fa/totp/activate/")
        budi.picture("second-factor")
        budi.opens("/accounts/sessions/")
        budi.picture("sessions")
        assert budi.minded == []


@taken
def test_judging(pictures, stage):
    waiting = stage.waiting(stage.desk("budi"))
    far = next(one for one in waiting if any(flag["flag"] == "far_from_unit" for flag in one["flags"]))
    plain = [one for one in waiting if not one["flags"]]
    with pictures("budi") as budi:
        page = budi.opens(INBOX)
        for _ in range(3):
            page.keyboard.press("j")
            page.keyboard.press("x")
        budi.picture("inbox")
        page = budi.opens(f"{CONSOLE}visits/{far['id']}/")
        budi.picture("visit")
        page.evaluate("document.getElementById('standard').scrollIntoView()")
        budi.picture("visit-standard")
        page.evaluate("document.getElementById('answers').scrollIntoView()")
        page.wait_for_load_state("networkidle")
        budi.picture("visit-answers")
        page.keyboard.press("p")
        page.keyboard.press("c")
        page.wait_for_load_state("networkidle")
        budi.picture("photos")
        page.keyboard.press("Escape")
        for box in (page.locator("input[name=item]").first, page.locator("input[name=photo]").first):
            box.check()
        page.keyboard.press("r")
        page.locator("#reason-1").select_option(index=1)
        page.locator("#reason-2").select_option("unreadable_photo")
        page.locator("#words-2").fill("Bagian biaya silau; ambil dari samping.")
        page.locator("textarea[name=note]").fill("Terima kasih, tinggal dua hal ini.")
        budi.picture("return")
        undoes(budi, plain[0])
        collides(pictures, budi, plain[1], stage)
        signed_out(budi, plain[2])
        assert budi.minded == []


def undoes(budi, visit):
    page = budi.opens(f"{CONSOLE}visits/{visit['id']}/")
    page.keyboard.press("A")
    page.locator("ol.decided").wait_for()
    page.keyboard.press("x")
    page.locator("#ground").select_option("duplicate")
    budi.picture("undo")


def collides(pictures, budi, visit, stage):
    root = stage.desk("admin")
    wati = next(one for one in stage.members(root) if one["user"]["username"] == "wati")
    stage.employ(root, wati["user"]["id"], (*plan.NORTH, "63.03", "63.04", "63.71"))
    budi.opens(f"{CONSOLE}visits/{visit['id']}/")
    with pictures("wati") as other:
        other.opens(budi.page.url)
        other.page.keyboard.press("A")
        other.page.locator("ol.decided").wait_for()
    budi.page.keyboard.press("x")
    budi.page.locator("#ground").select_option("unusable_photos")
    budi.page.locator("#note").fill("Papan biaya tidak terbaca di tiga foto.")
    budi.page.locator("details.reject button[value=stay]").click()
    budi.page.locator("[data-code]").wait_for()
    budi.picture("collision")


def signed_out(budi, visit):
    page = budi.opens(f"{CONSOLE}visits/{visit['id']}/")
    page.keyboard.press("x")
    page.locator("#ground").select_option("other")
    page.locator("#note").fill("Kantor tutup karena banjir; tidak ada layanan.")
    budi.forget()
    page.locator("details.reject button[value=stay]").click()
    budi.signs_in("budi")
    budi.picture("kept")


@taken
def test_what_came_back_and_what_came_late(pictures, stage):
    again = next(one for one in stage.desk("budi").every("visits", state="accepted") if one["attempt"] > 1)
    with pictures("budi") as budi:
        page = budi.opens(f"{CONSOLE}visits/{again['id']}/?state=accepted")
        page.evaluate("document.getElementById('history').scrollIntoView()")
        page.wait_for_load_state("networkidle")
        budi.picture("history")
        budi.opens(f"{CONSOLE}late/")
        budi.picture("late")
        page.locator("tbody a").first.click()
        page.locator("button[data-key=t]").wait_for()
        budi.picture("late-one")
        assert budi.minded == []


@taken
def test_planning(pictures, stage):
    doubted = next(
        one
        for one in stage.waiting(stage.desk("budi"))
        if any(flag["flag"] == "cover_doubted" for flag in one["flags"])
    )
    name = next(one for one in plan.INSPECTORS if afield.person(one) == doubted["inspector"]["id"])
    afield.ordered(stage, stage.desk("budi"), doubted["unit"]["code"], inspector=name, opens_in_days=200)
    with pictures("budi") as budi:
        page = budi.opens(f"{CONSOLE}plan/?show=coming")
        budi.picture("plan")
        budi.opens(f"{CONSOLE}plan/coverage/")
        budi.picture("coverage")
        page = plans(budi, "SAM-63.71")
        barred = page.locator("select[name$=-inspector] option", has_text=re.compile("terhalang|hindered"))
        page.locator("select[name$=-inspector]").select_option(value=barred.first.get_attribute("value"))
        page.locator("button[name=do][value=check]").last.click()
        page.locator("tr.refused").wait_for()
        budi.picture("assign")
        page = budi.opens(f"{CONSOLE}visits/{doubted['id']}/cover/")
        page.locator("#reason").fill("Petugas menyapanya dengan nama.")
        budi.picture("cover")
        budi.opens(f"{CONSOLE}devices/")
        budi.picture("phones")
        assert budi.minded == []


@taken
def test_running_the_programme(pictures):
    with pictures("mira") as mira:
        mira.opens(f"{CONSOLE}people/")
        mira.picture("people")
        mira.opens(f"{CONSOLE}people/invite/")
        mira.picture("invite")
        page = mira.opens(f"{CONSOLE}checklists/")
        page.locator("main a[href*='sha256:']").first.click()
        page.locator("#preview").wait_for()
        page.evaluate("document.getElementById('preview').scrollIntoView()")
        mira.picture("checklist")
        first = next(iter(plan.rows("units")))
        wrong = {**first, "latitude": "seratus", "region": "99.99"}
        brings(mira, "units", "unit-baru.csv", written(list(first), wrong)).get_by_role("alert").wait_for()
        mira.picture("data-errors")
        brings(
            mira, "units", "unit-baru.csv", written(list(first), {**first, "name": "Samsat Pelaihari Baru"})
        )
        page.locator("button[data-key=b]").wait_for()
        mira.picture("data-changes")
        mira.opens(f"{CONSOLE}journal/?person=budi")
        mira.picture("journal")
        page = mira.opens(f"{CONSOLE}computations/")
        page.locator("main tbody a").first.click()
        mira.picture("computation")
        assert mira.minded == []


@taken
def test_reading_results(pictures):
    with pictures("dewi") as dewi:
        page = dewi.opens("/results/kalsel-demo/")
        dewi.picture("results")
        page.evaluate("document.getElementById('map').scrollIntoView()")
        dewi.picture("results-map")
        dewi.opens("/results/kalsel-demo/2026-S1/ranking/?class=samsat")
        dewi.picture("ranking")
        dewi.opens("/results/kalsel-demo/2026-S1/ranking/?class=samsat&level=unit")
        page.locator("tr[data-level=unit] a").first.click()
        dewi.picture("unit")
        assert dewi.minded == []


@taken
def test_on_a_phone(pictures):
    with pictures("budi", screen=PHONE) as budi:
        page = budi.opens(INBOX)
        page.evaluate("document.getElementById('visits').scrollIntoView()")
        budi.picture("phone-inbox")
        page.locator("#visits a.unit").first.click()
        page.locator("#decision").wait_for()
        budi.picture("phone-visit")
        assert budi.minded == []


def test_the_guide_shows_what_there_is():
    assert COORDINATOR.flaws() == []
