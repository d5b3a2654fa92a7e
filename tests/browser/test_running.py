"""Running a programme from the console: planning, tables, what inspectors write, and the results."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from fieldsync.demo import plan
from fieldsync.demo.desk import Refused
from tests.browser import afield
from tests.browser.test_coordinator import decisions, first_visit

CONSOLE = "/console/kalsel-demo/"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
MIB = 1024 * 1024


# Planning


def test_an_order_that_rotation_forbids_is_seen_before_it_is_saved(budi, stage):
    api = stage.desk("budi")
    first = afield.ordered(stage, api, "SAM-63.71", opens_in_days=20)
    before = {one["id"] for one in api.every("assignments")}
    page = plans(budi, "SAM-63.71")
    inspector = page.get_by_label(re.compile("(Inspektur|Inspector).* SAM-63.71"))
    inspector.select_option(value=first["inspector"]["id"])
    page.keyboard.press("Escape")
    page.locator("button[name=do][value=save]").last.click()
    page.locator("tr.refused .why").first.wait_for()
    assert "SAM-63.71" in page.locator("tr.refused .why a").first.inner_text()
    assert page.get_by_role("alert").count() == 1
    assert budi.minds() == []
    assert {one["id"] for one in api.every("assignments")} == before
    free = page.locator(
        "select[name$=-inspector] option", has_not_text=re.compile("terhalang|hindered|belum|nobody")
    ).first
    inspector.select_option(value=free.get_attribute("value"))
    page.locator("button[name=do][value=check]").last.click()
    page.locator("tr.ok").wait_for()
    page.locator("button[name=do][value=save]").last.click()
    page.wait_for_url("**/plan/**")
    budi.says("SAM-63.71|1 ")
    made = [one for one in api.every("assignments") if one["id"] not in before]
    assert [(one["unit"]["code"], one["inspector"]["id"]) for one in made] == [
        ("SAM-63.71", free.get_attribute("value") if free.count() else made[0]["inspector"]["id"])
    ]


def plans(sitting, unit):
    page = sitting.opens(f"{CONSOLE}plan/assign/?q={unit}")
    page.locator("input[name=unit]").first.check()
    page.locator("main form:has(input[name=unit]) button").click()
    page.locator("button[name=do][value=save]").first.wait_for()
    return page


def test_a_suspected_cover_gives_her_further_orders_there_to_somebody_else(budi, stage):
    api = stage.desk("budi")
    doubted = [
        one for one in stage.waiting(api) if any(flag["flag"] == "cover_doubted" for flag in one["flags"])
    ]
    visit = doubted[0]
    name = next(one for one in plan.INSPECTORS if afield.person(one) == visit["inspector"]["id"])
    ahead = afield.ordered(stage, api, visit["unit"]["code"], inspector=name, opens_in_days=200)
    page = budi.opens(f"{CONSOLE}visits/{visit['id']}/")
    page.locator(f"a[href$='/visits/{visit['id']}/cover/']").click()
    page.locator("#reason").fill("Petugas menyapanya dengan nama.")
    assert budi.minds() == []
    page.locator("button.danger").click()
    page.wait_for_url(lambda url: not url.endswith("/cover/"))
    after = api.get(f"assignments/{ahead['id']}")
    assert after["inspector"]["id"] != visit["inspector"]["id"]
    conflicts = list(api.every("conflicts", inspector=visit["inspector"]["id"]))
    assert {one["kind"] for one in conflicts} == {"cover"}
    assert "Petugas menyapanya dengan nama." in {one["reason"] for one in conflicts}


# Tables


@pytest.fixture
def mira(sittings):
    return sittings("mira")


def brings(sitting, kind, name, content):
    page = sitting.opens(f"{CONSOLE}tables/")
    page.locator("#kind").select_option(kind)
    page.locator("#file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.locator("form.upload button").click()
    return page


def test_a_table_with_errors_is_shown_line_by_line_and_comes_in_once_mended(mira, stage):
    columns = plan.table("units").decode().splitlines()[0].split(",")
    wrong = dict(zip(columns, next(iter(plan.rows("units"))).values(), strict=True))
    wrong |= {"code": "SAM-63.99", "name": "Samsat Baru", "latitude": "seratus", "region": "99.99"}
    mended = wrong | {"latitude": "-3.4", "region": "63.71"}
    page = brings(mira, "units", "unit.csv", written(columns, wrong))
    page.get_by_role("alert").wait_for()
    rows = page.locator("main tbody tr")
    assert {row.split("\t")[0] for row in rows.all_inner_texts()} == {"2"}
    assert {"latitude", "region"} <= set(rows.locator("code").all_inner_texts())
    assert mira.minds() == []
    page = brings(mira, "units", "unit.csv", written(columns, mended))
    page.locator("button[data-key=b]").wait_for()
    assert mira.minds() == []
    assert "SAM-63.99" not in {
        one["code"] for one in stage.desk("mira").every("units", programme=stage.programme_id)
    }
    page.keyboard.press("b")
    mira.says("Samsat|1")
    assert "SAM-63.99" in {
        one["code"] for one in stage.desk("mira").every("units", programme=stage.programme_id)
    }


def written(columns, row):
    return "\n".join([",".join(columns), ",".join(f'"{row.get(name, "")}"' for name in columns)]).encode()


def test_a_file_of_two_hundred_megabytes_and_one_with_macros_are_refused_in_words(sittings, tmp_path):
    for scripts in (True, False):
        mira = sittings("mira", scripts=scripts)
        for name, large in (("besar.csv", 200 * MIB), ("makro.xlsm", 0)):
            page = mira.opens(f"{CONSOLE}tables/")
            page.locator("#kind").select_option("units")
            page.locator("#file").set_input_files(
                large_file(tmp_path / name, large) if large else macros(tmp_path / name)
            )
            page.locator("form.upload button").click()
            page.locator(".wrong, .problem").filter(visible=True).first.wait_for()
            assert re.search("MiB|makro", mira.words())
            assert mira.minds() == [] if scripts else True


def large_file(path, size):
    """Sparse: it lies nowhere, and is sent as zeros."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def macros(path: Path) -> Path:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    path.write_bytes(content.getvalue())
    return path


# What inspectors write


def test_scripts_in_whatever_an_inspector_writes_are_text_and_run_nothing(sittings, stage, tmp_path):
    """Every sitting hears what the policy of the pages had to stop, and every dialog: nothing."""
    budi, mira, api = sittings("budi"), sittings("mira"), stage.desk("budi")
    order = afield.ordered(stage, api, "SAM-63.72")
    afield.told_twice(stage, order, tmp_path, poisoned)
    stage.desk("sari", device_name=EVIL[:80])
    page = budi.opens(f"{CONSOLE}visits/{order['id']}/")
    shown = budi.words()
    assert shown.count("<script>alert(1)</script>") >= 4
    assert "{{7*7}}" in shown
    page.locator("input[name=item]").first.check()
    page.keyboard.press("r")
    page.locator("#words-1").fill(EVIL)
    page.locator("textarea[name=note]").fill(EVIL)
    page.locator("button[name=then][value=stay]").click()
    page.locator("ol.decided").wait_for()
    assert EVIL in decisions(api, order["id"])[0][3]
    assert shows_as_text(budi, f"{CONSOLE}visits/{order['id']}/")
    budi.opens(f"{CONSOLE}late/")
    page.locator("tbody a").first.click()
    page.locator("pre").wait_for()
    assert shows_as_text(budi, page.url)
    assert shows_as_text(mira, f"{CONSOLE}devices/?q=sari")
    mira.opens(f"{CONSOLE}journal/")


def shows_as_text(sitting, address):
    page = sitting.opens(address)
    assert page.locator("main script, main img[src=x]").count() == 0
    return "<script>alert(1)</script>" in sitting.words()


def poisoned(fields):
    fields["narrative"] = EVIL
    fields["context"] = {**fields["context"], "ticket_number": EVIL[:40], "day_type": EVIL[:40]}
    fields["jottings"] = [{"text": EVIL, "at": fields["started_at"]}]
    for answer in fields["answers"].values():
        answer["note"] = EVIL
        if "na" in answer:
            answer["na_reason"] = EVIL


# Results


def test_the_results_pages_say_what_the_api_says(sittings, stage):
    dewi, api = sittings("dewi"), stage.desk("dewi")
    computation = next(iter(api.every("computations", programme=stage.programme_id)))
    told = {(one["level"], one["code"]): one for one in results(stage, computation["id"])}
    assert agrees(dewi.opens("/results/kalsel-demo/"), told, "class") > 3
    for level in ("institution", "unit"):
        page = dewi.opens(f"/results/kalsel-demo/{computation['period']}/ranking/?class=samsat&level={level}")
        assert agrees(page, told, level) > 3
        assert dewi.minds() == []


def agrees(page, told, level):
    """How many rows were compared: value, n and critical findings as the API tells them."""
    rows = page.locator(f"tr[data-level={level}]").all()
    for row in rows:
        one = told[level, row.get_attribute("data-code")]
        words = row.inner_text()
        value = one["value"].replace(".", ",") if one["enough"] else "–"
        assert row.locator("td.value").inner_text() == value, words
        numbers = [int(cell) for cell in row.locator("td.number").all_inner_texts() if cell.isdecimal()]
        assert one["n"] in numbers, words
    return len(rows)


def test_what_budi_accepts_is_counted_when_mira_computes_again_and_seen_once_she_publishes(sittings, stage):
    budi, mira, dewi = sittings("budi"), sittings("mira"), sittings("dewi")
    before = computations(stage)
    assert len(before) == 1
    page = first_visit(budi, "?flags=no")
    page.keyboard.press("A")
    budi.says("Diterima|Accepted")
    page = mira.opens(f"{CONSOLE}computations/")
    page.locator("#period").fill(plan.PERIOD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_url(re.compile("/computations/[0-9a-f-]{36}/$"))
    made = [one for one in computations(stage) if one["id"] not in {one["id"] for one in before}]
    assert [one["visits"] for one in made] == [before[0]["visits"] + 1]
    with pytest.raises(Refused):
        list(results(stage, made[0]["id"]))
    publishing = page.locator("form[action$='/publish/']")
    publishing.get_by_role("checkbox").check()
    publishing.get_by_role("button").click()
    publishing.wait_for(state="detached")
    told = {(one["level"], one["code"]): one for one in results(stage, made[0]["id"])}
    assert agrees(dewi.opens("/results/kalsel-demo/"), told, "class") > 3


def results(stage, computation):
    return stage.desk("dewi").every(f"computations/{computation}/results")


def computations(stage):
    return list(stage.desk("mira").every("computations", programme=stage.programme_id))
