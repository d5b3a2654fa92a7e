"""A coordinator's day at the console, on the story's data."""

import re

import pytest

from tests.browser.office import PASSWORD
from tests.browser.sitting import Sitting
from tests.browser.test_corrections import all_received, ends, is_at, records, told

INBOX = "/console/kalsel-demo/inbox/"
MOUSE = """addEventListener("pointerdown", () => console.error("somebody used a mouse"), { capture: true })"""
STATES = ("submitted", "accepted", "returned", "rejected")


def counts(desk):
    return {state: len(list(desk.every("visits", state=state))) for state in STATES}


def visit_at(page):
    return re.search("/visits/([0-9a-f-]{36})/", page.url)[1]


def decisions(desk, visit):
    """As (attempt, verdict, ground, note), the first one first."""
    told = desk.get(f"visits/{visit}/decisions")
    rows = told["results"] if isinstance(told, dict) else told
    return [(one["attempt"], one["verdict"], one["ground"], one["note"]) for one in rows]


# By keyboard


def test_budi_judges_thirty_visits_by_keyboard_only(sittings, stage):
    api = stage.desk("budi")
    before = counts(api)
    waiting = {one["id"]: one for one in stage.waiting(api)}
    budi = sittings()
    budi.context.add_init_script(MOUSE)
    page = budi.opens("/")
    budi.writes(page.locator("#id_login"), "budi")
    budi.writes(page.locator("#id_password"), "samar-demo-2026")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{INBOX}")

    chosen = chooses_by_key(budi, 8)
    goes_by_key(budi, "A")
    budi.says("8 (kunjungan|visits?)")
    page.keyboard.press("j")
    goes_by_key(budi, "Enter")
    verdicts = dict.fromkeys(chosen, "accepted")
    for number in range(22):
        visit = visit_at(page)
        verdicts[visit] = verdict = verdict_for(waiting[visit], number)
        DEEDS[verdict](budi)
        budi.says(
            {"accepted": "Diterima|Accepted", "returned": "Dikembalikan|Returned"}.get(
                verdict, "Ditolak|Rejected"
            )
        )
    assert len(verdicts) == 30
    assert {api.get(f"visits/{visit}")["state"] == verdict for visit, verdict in verdicts.items()} == {True}
    made = {verdict: list(verdicts.values()).count(verdict) for verdict in STATES[1:]}
    assert min(made.values()) > 0
    assert counts(api) == {
        "submitted": before["submitted"] - 30,
        **{verdict: before[verdict] + count for verdict, count in made.items()},
    }


def chooses_by_key(budi, count):
    """The first visits of the list that may be accepted together; their ids."""
    page, boxes = budi.page, budi.page.locator("#visits input[type=checkbox]")
    for _ in range(page.locator("#visits > li").count()):
        page.keyboard.press("j")
        page.keyboard.press("x")
        if boxes.and_(page.locator(":checked")).count() == count:
            break
    values = [box.get_attribute("value") for box in page.locator("#visits :checked").all()]
    assert len(values) == count
    return [value.partition(":")[0] for value in values]


def goes_by_key(budi, key):
    with budi.page.expect_navigation():
        budi.page.keyboard.press(key)


def verdict_for(visit, number):
    flags = {one["flag"] for one in visit["flags"]}
    if flags & {"far_from_unit", "cover_doubted"}:
        return "rejected"
    return "returned" if flags or number % 6 == 5 else "accepted"


def accepts(budi):
    goes_by_key(budi, "a")


def returns(budi):
    """An item and a photo, with a reason and words for each."""
    page = budi.page
    for box in (page.locator("input[name=item]").first, page.locator("input[name=photo]").first):
        budi.tabs_to(box)
        page.keyboard.press("Space")
    goes_by_key(budi, "r")
    for number in (1, 2):
        reason = page.locator(f"#reason-{number}")
        budi.tabs_to(reason)
        page.keyboard.press("ArrowDown")
        assert reason.input_value() != ""
        budi.writes(page.locator(f"#words-{number}"), "Mohon dilihat lagi.")
    budi.writes(page.locator("textarea[name=note]"), "Tinggal sedikit.")
    budi.tabs_to(page.locator("main button[name=then][value=next]"))
    goes_by_key(budi, "Enter")


def rejects(budi):
    page = budi.page
    page.keyboard.press("x")
    budi.tabs_to(page.locator("#ground"))
    page.keyboard.press("ArrowDown")
    budi.writes(page.locator("#note"), "Titik kunjungan jauh dari unit.")
    budi.tabs_to(page.locator("details.reject button[value=next]"))
    goes_by_key(budi, "Enter")


DEEDS = {"accepted": accepts, "returned": returns, "rejected": rejects}


def test_photos_are_looked_at_by_keyboard(budi):
    page = first_visit(budi)
    page.keyboard.press("p")
    viewer = page.get_by_role("dialog")
    viewer.wait_for()
    caption, picture = viewer.locator(".caption"), viewer.locator(".stage img").first
    assert "1/" in caption.inner_text()
    page.keyboard.press("ArrowRight")
    assert "2/" in caption.inner_text()
    page.keyboard.press("+")
    page.keyboard.press("r")
    assert "rotate(90deg)" in picture.get_attribute("style")
    page.keyboard.press("c")
    assert viewer.locator(".stage:visible").count() == 2
    assert budi.minds() == []
    page.keyboard.press("Escape")
    viewer.wait_for(state="hidden")


# Back to the phone


def test_a_return_is_a_small_task_on_the_phone_and_comes_back_with_what_changed(phone, office, browser):
    phone.comes_in()
    visit = office.orders()[0]["id"]
    records(phone, "SAM-000")
    ends(phone)
    all_received(phone, office, visit)
    with Sitting(browser, office.server.address) as budi:
        page = budi.opens("/console/kalsel/inbox/")
        budi.signs_in("budi", PASSWORD)
        page.get_by_role("link", name="Unit SAM-000").click()
        for name, value in (("item", "I1.2"), ("item", "I1.3")):
            page.locator(f"input[name={name}][value='{value}']").check()
        page.locator("#photos ~ * input[name=photo]").last.check()
        page.keyboard.press("r")
        page.locator("#words-1").fill("Ruang mana yang kotor?")
        page.locator("#reason-2").select_option("missing_note")
        page.locator("#reason-3").select_option("unreadable_photo")
        page.locator("textarea[name=note]").fill("Tinggal sedikit lagi.")
        page.locator("button[name=then][value=stay]").click()
        budi.says("Dikembalikan|Returned")
        phone.syncs()
        assert phone.group_of("SAM-000") == "Perlu diperbaiki"
        assert "3 hal perlu diperbaiki" in phone.row("SAM-000")
        corrects(phone)
        ends(phone)
        all_received(phone, office, visit)
        assert told(office, visit) == [(2, "current", ""), (1, "current", "")]
        page.reload()
        changed = page.get_by_role("region", name=re.compile("^(Butir yang berubah|Changed items)"))
        assert {row.split()[0] for row in changed.locator("tbody th").all_inner_texts()} == {
            "I1.2",
            "I1.3",
            "P1.1",
        }
        budi.says("Toilet tidak ada sama sekali")
        assert budi.minds() == []
        page.keyboard.press("A")
        budi.says("Diterima|Accepted")
        assert office.visit(visit)["state"] == "accepted"
        assert budi.minded == []


def corrects(phone):
    phone.visit("SAM-000")
    tasks = phone.page.locator(".task")
    assert tasks.count() == 3
    words = " ".join(tasks.all_inner_texts())
    assert "“Ruang mana yang kotor?”" in words or "Ruang mana yang kotor?" in words
    assert "Foto tidak terbaca" in words
    phone.page.get_by_text("“Tinggal sedikit lagi.”").wait_for()
    for code, note in (("I1.2", "Ruang tunggu."), ("I1.3", "Toilet tidak ada sama sekali.")):
        tasks.filter(has_text=code).click()
        item = is_at(phone, code)
        (item.says("Tidak") if code == "I1.2" else item).notes(note)
        phone.back()
    tasks.filter(has_text="Foto tidak terbaca").click()
    with phone.camera(phone.button("Ganti foto ini|Ambil lagi")) as camera:
        camera.shoot()
    phone.back()


# Undone, together, twice, too late


def first_visit(sitting, query=""):
    """Of her inbox."""
    page = sitting.opens(INBOX + query)
    page.locator("#visits a.unit").first.click()
    page.locator("#decision").wait_for()
    return page


def test_a_decision_is_undone_by_another_and_both_stay(budi, stage):
    api = stage.desk("budi")
    page = first_visit(budi)
    visit = visit_at(page)
    page.keyboard.press("A")
    budi.says("Diterima|Accepted")
    page.keyboard.press("x")
    page.locator("#ground").select_option("other")
    page.locator("#note").fill("Salah tekan; ini kunjungan ganda.")
    page.locator("details.reject button[value=stay]").click()
    budi.says("Ditolak|Rejected")
    page.keyboard.press("A")
    page.locator("ol.decided > li").nth(2).wait_for()
    assert [row[1:] for row in decisions(api, visit)] == [
        ("accepted", "", ""),
        ("rejected", "other", "Salah tekan; ini kunjungan ganda."),
        ("accepted", "", ""),
    ]
    assert len(page.locator("ol.decided > li.undone").all()) == 2
    assert api.get(f"visits/{visit}")["state"] == "accepted"


@pytest.fixture
def wati_too(stage):
    """Wati coordinates Budi's regions with him for a while."""
    root = stage.desk("admin")
    wati = next(one for one in stage.members(root) if one["user"]["username"] == "wati")
    return stage.employ(root, wati["user"]["id"], ["63.03", "63.04", "63.71"])


def test_two_coordinators_decide_one_visit_one_wins_and_the_other_is_told(sittings, stage, wati_too):
    budi, wati = sittings("budi"), sittings("wati")
    page = first_visit(budi)
    visit = visit_at(page)
    wati.opens(page.url)
    wati.page.keyboard.press("x")
    wati.page.locator("#ground").select_option("unusable_photos")
    wati.page.locator("#note").fill("Papan biaya tidak terbaca di tiga foto.")
    page.keyboard.press("A")
    budi.says("Diterima|Accepted")
    wati.page.locator("details.reject button[value=stay]").click()
    wati.says("Budi")
    assert wati.page.locator("[data-code]").get_attribute("data-code")
    assert wati.page.locator("#note").input_value() == "Papan biaya tidak terbaca di tiga foto."
    assert wati.page.locator("#ground").input_value() == "unusable_photos"
    assert wati.minds() == []
    assert [row[1] for row in decisions(stage.desk("budi"), visit)] == ["accepted"]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_double_click_decides_once(sittings, stage, scripts):
    budi = sittings("budi", scripts=scripts)
    page = first_visit(budi)
    visit = visit_at(page)
    page.locator("#decision button[name=then][value=stay]").first.dblclick()
    budi.says("Diterima|Accepted")
    assert [row[1] for row in decisions(stage.desk("budi"), visit)] == ["accepted"]


def test_an_expired_session_loses_nothing_typed(sittings, stage):
    budi = sittings("budi")
    page = first_visit(budi)
    visit = visit_at(page)
    page.keyboard.press("x")
    page.locator("#ground").select_option("other")
    page.locator("#note").fill("Ternyata hari libur; tidak ada layanan.")
    budi.forget()
    page.locator("details.reject button[value=stay]").click()
    page.wait_for_url("**/accounts/login/**")
    budi.signs_in("budi")
    assert visit_at(page) == visit
    assert page.locator("#note").input_value() == "Ternyata hari libur; tidak ada layanan."
    assert page.locator("#ground").input_value() == "other"
    assert decisions(stage.desk("budi"), visit) == []
    page.locator("details.reject button[value=stay]").click()
    budi.says("Ditolak|Rejected")
    assert [row[1:] for row in decisions(stage.desk("budi"), visit)] == [
        ("rejected", "other", "Ternyata hari libur; tidak ada layanan.")
    ]


def test_what_was_typed_before_a_session_ended_is_shown_to_nobody_else(sittings, wati_too):
    budi = sittings("budi")
    page = first_visit(budi)
    page.keyboard.press("x")
    page.locator("#ground").select_option("other")
    page.locator("#note").fill("Hanya untuk Budi.")
    budi.forget()
    page.locator("details.reject button[value=stay]").click()
    page.wait_for_url("**/accounts/login/**")
    budi.signs_in("wati")
    assert "Hanya untuk Budi." not in page.content()


# Without scripts


def test_without_scripts_a_visit_is_read_and_decided(sittings, stage):
    budi = sittings("budi", scripts=False)
    page = first_visit(budi)
    visit = visit_at(page)
    with page.expect_response(re.compile("/api/v1/photos/")) as photo:
        page.locator("a[data-photo]").first.click()
    assert photo.value.headers["content-type"].startswith("image/")
    page.go_back()
    page.locator("input[name=item]").first.check()
    page.locator("#return button").click()
    page.locator("#reason-1").select_option(index=1)
    page.locator("button[name=then][value=stay]").click()
    budi.says("Dikembalikan|Returned")
    assert [row[1] for row in decisions(stage.desk("budi"), visit)] == ["returned"]
