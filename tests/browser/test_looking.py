"""What these tests look with: does it see what is there?"""

import time

import pytest

from tests.browser import chromium
from tests.browser.judging import CATEGORIES, axe, lighthouse
from tests.browser.office import WITH_CUTS

SECRET = "rahasia di dalam"
HIDE_IT = """async (secret) => {
  const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
  const opening = indexedDB.open("tried");
  opening.onupgradeneeded = () => opening.result.createObjectStore("rows");
  const database = await asked(opening);
  const change = database.transaction("rows", "readwrite", { durability: "strict" });
  change.objectStore("rows").put({ deep: [new TextEncoder().encode(secret).buffer] }, "bytes");
  change.objectStore("rows").put({ deep: [secret] }, "text");
  await new Promise((done) => { change.oncomplete = done; });
  database.close();
  localStorage.setItem("a", secret);
  sessionStorage.setItem("b", secret);
}"""


@pytest.fixture
def opened(phone):
    phone.open()
    phone.settled()
    return phone


def test_a_dump_finds_what_is_kept_in_clear_wherever_it_is(opened):
    assert opened.dump().where(SECRET) == []
    opened.page.evaluate(HIDE_IT, SECRET)
    found = opened.dump().where(SECRET)
    assert {"tried/rows/bytes", "tried/rows/text", "localStorage", "sessionStorage"} <= set(found)
    assert [place for place in found if place.startswith("Default/IndexedDB")] != []
    opened.kill()
    assert {"tried/rows/bytes", "tried/rows/text"} <= set(opened.dump().where(SECRET))


def test_a_clock_that_is_wrong_is_wrong_for_the_page_and_for_nobody_else(opened):
    opened.shift_clock(days=3)
    shown = opened.page.evaluate("[Date.now(), +new Date(), new Date(0).getTime(), performance.now()]")
    assert [round((told / 1000 - time.time()) / 3600) for told in shown[:2]] == [72, 72]
    assert shown[2] == 0
    assert shown[3] < 60_000


FILL_IT = """async (size) => {
  const opening = indexedDB.open("filled");
  opening.onupgradeneeded = () => opening.result.createObjectStore("rows");
  const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
  const change = database.transaction("rows", "readwrite", { durability: "strict" });
  const noise = new Uint8Array(size).map(() => Math.random() * 256);
  change.objectStore("rows").put(noise.buffer, "bytes");
  return new Promise((done) => {
    change.oncomplete = () => done("kept");
    change.onabort = () => done(change.error.name);
  });
}"""


def test_a_small_store_is_full_soon(phones):
    phone = phones(flags=[chromium.TELLS_ITS_LIMIT])
    phone.open()
    phone.limit_storage(1_000_000)
    assert phone.page.evaluate("navigator.storage.estimate().then((one) => one.quota)") == 1_000_000
    assert phone.page.evaluate(FILL_IT, 200_000) == "kept"
    assert phone.page.evaluate(FILL_IT, 2_000_000) == "QuotaExceededError"


def test_a_bad_line_is_slow(opened):
    opened.weather(WITH_CUTS, latency_milliseconds=300)
    ask = "fetch('/api/v1/config').then((answer) => answer.status)"
    began = time.monotonic()
    assert opened.page.evaluate(ask) == 401
    assert time.monotonic() - began > 0.3  # what was asked for; no figure of ours


def test_axe_complains_about_what_nobody_can_use(opened):
    opened.page.evaluate("document.body.append(document.createElement('button'))")
    assert [line.partition(":")[0] for line in axe(opened.page)] == ["button-name"]


def test_lighthouse_finds_the_first_screen_fast_and_sound(opened):
    """The best of three: other tests run on this machine meanwhile."""
    found = {}
    for _ in range(3):
        found = lighthouse(opened.address)
        if min(found[name] for name in CATEGORIES) >= 95:
            return
    raise AssertionError(found)
