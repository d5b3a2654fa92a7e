"""Checklists in the console: checked, seen, published, compared, withdrawn."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from backend.checklists.models import CheckedInstrument, Checklist
from backend.checklists.outline import BYTES_MAX
from tests import world
from tests.backend.checklists.making import ikkt, spoilt
from tests.world import browser_of

pytestmark = pytest.mark.django_db

HERE = "/console/kalsel/checklists/"
HEAD = "instrument.toml"


def check(browser, files, **more):
    sent = [SimpleUploadedFile(name, content) for name, content in files.items()]
    return browser.post(f"{HERE}check/", {"files": sent}, **more)


def next_version(version="2026.2"):
    return spoilt(HEAD, 'version = "2026.1"', f'version = "{version}"')


def test_mira_checks_sees_compares_and_publishes_a_version(mira, checklist):
    browser = browser_of(mira, "en")
    files = next_version()
    files["inp_input.toml"] = files["inp_input.toml"].replace(b'en = "Sufficient"', b'en = "Enough seats"')
    answer = check(browser, files, follow=True)
    assert answer.status_code == 200
    assert "Publish IKKT 2026.2" in answer.content.decode()
    digest = answer.context["digest"]
    assert digest in answer.content.decode()
    beside = browser.get(f"{HERE}compare/?from={checklist.digest}&to=checked")
    [changed] = beside.context["found"].changed
    assert (changed.code, changed.changes[0].which) == ("I1.1", "cukup")
    assert "Enough seats" in beside.content.decode()
    assert Checklist.objects.count() == 1
    for _press in range(2):
        done = browser.post(f"{HERE}publish/", {"digest": digest})
        assert (done.status_code, done["Location"]) == (302, f"{HERE}{digest}/")
    made = Checklist.objects.get(pk=digest)
    assert (made.version, made.published_by_id) == ("2026.2", mira.id)


def test_flaws_are_told_by_file_line_and_item_in_the_readers_language(mira, programme):
    files = spoilt("variant_sam.toml", 'mode = "OBS"', 'mode = "SPY"')
    for language, words in (("en", "Unknown mode"), ("id", "tidak dikenal")):
        answer = check(browser_of(mira, language), files)
        assert answer.status_code == 400
        [flaw] = answer.context["refusals"]
        assert (flaw["file"], flaw["line"], flaw["item"]) == ("variant_sam.toml", 9, "P5.SAM.1")
        assert words in answer.content.decode()
    assert not CheckedInstrument.objects.exists()


def test_a_zip_of_the_files_is_the_files(mira, programme):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, inside in ikkt().items():
            archive.writestr(f"ikkt/{name}", inside)
    answer = check(browser_of(mira, "en"), {"ikkt.zip": content.getvalue()}, follow=True)
    assert answer.context["instrument"].version == "2026.1"


@pytest.mark.parametrize(
    ("files", "code", "status"),
    [
        ({"x.zip": b"PK\x03\x04 broken"}, "not-an-archive", 415),
        ({"a.toml": b"x"} | {"x.zip": b"PK\x03\x04"}, "not-an-archive", 415),
        ({"x.toml": b" " * (BYTES_MAX + 1)}, "", 413),
        ({}, "", 400),
    ],
)
def test_what_cannot_be_checked_is_said_in_words(mira, programme, files, code, status):
    answer = check(browser_of(mira, "en"), files)
    assert answer.status_code == status
    problem = answer.context["problem"]
    assert (problem.code if problem else "") == code
    assert bool(answer.context["wrong"]) == (not code)


def test_a_version_that_is_taken_is_not_even_kept(mira, checklist):
    answer = check(browser_of(mira, "en"), spoilt("inp_input.toml", "Sufficient", "Enough"))
    assert (answer.status_code, answer.context["problem"].code) == (409, "checklist-version-taken")


def test_what_was_not_checked_is_not_published(mira, programme):
    answer = browser_of(mira, "en").post(f"{HERE}publish/", {"digest": "sha256:x"})
    assert (answer.status_code, answer.context["problem"].code) == (409, "no-checked-instrument")


def test_the_preview_asks_what_the_scenario_asks(mira, checklist):
    browser = browser_of(mira, "en")

    def asked(**chosen):
        found = browser.get(f"{HERE}{checklist.digest}/", chosen).context
        return {shown.item.code for group in found["preview"]["groups"] for shown in group.items}

    inquiry, transaction = asked(variant="SAM"), asked(variant="SAM", scenario="transaction")
    assert inquiry < transaction
    assert "O1.2" in transaction - inquiry
    assert transaction == {item.code for item in checklist.instrument.items_for("SAM")}
    assert {code for code in asked(variant="GEN") if code.startswith("P5")} == {
        item.code for item in checklist.instrument.items_for("GEN") if item.code.startswith("P5")
    }
    assert asked(variant="X", scenario="Y", order="Z", group="Q") == asked()


def test_the_preview_says_where_on_the_way_an_item_comes(mira, checklist):
    browser = browser_of(mira, "en")
    groups = browser.get(f"{HERE}{checklist.digest}/").context["preview"]["groups"]
    with override("en"):
        stages = [str(group.stage) for group in groups if group.stage]
    assert stages == ["Before going", "Looking around", "Asking and dealing", "After the visit"]
    printed = browser.get(f"{HERE}{checklist.digest}/?order=printed").context["preview"]["groups"]
    assert [group.indicator.code for group in printed][:3] == ["I1", "I2", "I3"]


def test_the_list_says_how_many_orders_of_this_programme_use_a_version(mira, agus, sari, order):
    world.order(sari)
    papua = world.programme("papua")
    world.order(agus, of=papua)
    answer = browser_of(mira, "en").get(HERE)
    assert [(row.version, row.orders) for row in answer.context["list"].rows] == [("2026.1", 2)]


def test_mira_withdraws_what_she_published_and_not_what_came_with_samar(mira, root, checklist):
    browser = browser_of(mira, "en")
    check(browser, next_version())
    digest = CheckedInstrument.objects.get().digest
    browser.post(f"{HERE}publish/", {"digest": digest})
    for _press in range(2):
        assert browser.post(f"{HERE}{digest}/withdraw/").status_code == 302
    assert Checklist.objects.get(pk=digest).withdrawn_at is not None
    refused = browser.post(f"{HERE}{checklist.digest}/withdraw/")
    assert (refused.status_code, refused.context["problem"].code) == (403, "not-your-checklist")
    assert browser.get(f"{HERE}{checklist.digest}/").context["may_withdraw"] is False
    assert browser_of(root, "en").get(f"{HERE}{checklist.digest}/").context["may_withdraw"] is True


@pytest.mark.parametrize("query", ["from=x&to=checked", "from=%00&to=x", "from=sha256:x&to=sha256:y"])
def test_a_version_that_is_not_there_cannot_be_compared(mira, checklist, query):
    assert browser_of(mira, "en").get(f"{HERE}compare/?{query}").status_code in (404, 409)


def test_a_digest_that_names_nothing_is_not_found(mira, programme):
    browser = browser_of(mira, "en")
    assert browser.get(f"{HERE}sha256:{'x' * 43}/").status_code == 404
    assert browser.get(f"{HERE}nonsense/").status_code == 404


@pytest.mark.parametrize("name", ["sari", "budi", "dewi"])
def test_who_does_not_publish_may_do_none_of_it(name, request, checklist):
    browser = browser_of(request.getfixturevalue(name))
    assert browser.get(HERE).status_code == 403
    assert browser.get(f"{HERE}{checklist.digest}/").status_code == 403
    assert check(browser, ikkt()).status_code == 403
    assert browser.post(f"{HERE}publish/", {"digest": "x"}).status_code == 403
    assert browser.post(f"{HERE}{checklist.digest}/withdraw/").status_code == 403
    assert browser.get(f"{HERE}compare/").status_code == 403


def test_script_in_a_question_is_text(mira, programme):
    files = spoilt("inp_input.toml", 'en = "Sufficient"', 'en = "<script>alert(1)</script>"')
    words = check(browser_of(mira, "en"), files, follow=True).content.decode()
    assert "<script>alert" not in words
    assert "&lt;script&gt;alert(1)" in words


def test_pages_ask_as_often_for_many_versions_as_for_one(mira, sari, order):
    browser = browser_of(mira, "en")

    def asked():
        counts = []
        for where in (HERE, f"{HERE}compare/", f"{HERE}{order.checklist_id}/"):
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(where).status_code == 200
            counts.append(len(queries))
        return counts

    few = asked()
    for number in range(2, 8):
        check(browser, next_version(f"2026.{number}"))
        browser.post(f"{HERE}publish/", {"digest": CheckedInstrument.objects.get().digest})
    assert Checklist.objects.count() == 7
    assert asked() == few
    assert max(few) <= 10
