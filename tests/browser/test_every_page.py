"""Every page of the console, the results and the accounts, as everybody meets it: nothing hinders her, nothing is cut off.

The pages are found by following links; whatever the URL map has beside them is named here with the reason.
LIGHTHOUSE=all judges every page on a laptop and on a phone (a quarter of an hour) and prints the table; otherwise a few
that take turns with the days.
"""

import os
import re
import sys
from datetime import UTC, datetime

import pytest

from tests.browser import afield, pages
from tests.browser.judging import CATEGORIES, lighthouse_walk
from tests.browser.sitting import LAPTOP, PHONE, Sitting
from tests.browser.stage import Stage

SCORE_MIN = 95
JUDGED_A_DAY = 5
TIMES_MAX = 3  # other tests run on this machine meanwhile
# Routes that no link leads to here, and why.
FORM, FILE, FACTOR = "a form is sent there", "a file to keep", "asks for a second factor: test_accounts.py"
NO_PAGE = {
    "accounts/2fa/authenticate/": FACTOR,
    "accounts/2fa/reauthenticate/": FACTOR,
    "accounts/2fa/recovery-codes/": FACTOR,
    "accounts/2fa/recovery-codes/download/": FILE,
    "accounts/2fa/recovery-codes/generate/": FACTOR,
    "accounts/2fa/totp/deactivate/": FACTOR,
    "accounts/2fa/webauthn/keys/<int:pk>/remove/": FACTOR,
    "accounts/2fa/webauthn/login/": "what a passkey is asked",
    "accounts/2fa/webauthn/reauthenticate/": FACTOR,
    "accounts/logout/": FORM,
    "accounts/second-factor/": FACTOR,
    "console/(?P<programme>[-a-zA-Z0-9_]+)/checklists/(?P<digest>sha256:[A-Za-z0-9_-]{43})/withdraw/$": FORM,
    "console/<slug:programme>/accept-many/": FORM,
    "console/<slug:programme>/checklists/check/": FORM,
    "console/<slug:programme>/checklists/publish/": FORM,
    "console/<slug:programme>/computations/<uuid:computation>/publish/": FORM,
    "console/<slug:programme>/computations/compute/": FORM,
    "console/<slug:programme>/journal/taken/": FILE,
    "console/<slug:programme>/late/<int:submission>/take/": FORM,
    "console/<slug:programme>/late/<int:submission>/text/": FILE,
    "console/<slug:programme>/people/<uuid:person>/letter/": FORM,
    "console/<slug:programme>/people/<uuid:person>/roles/": FORM,
    "console/<slug:programme>/people/<uuid:person>/roles/<int:membership>/remove/": FORM,
    "console/<slug:programme>/people/<uuid:person>/second-factor/": FORM,
    "console/<slug:programme>/plan/file/template.csv": FILE,
    "console/<slug:programme>/tables/<slug:kind>/taken/": FILE,
    "console/<slug:programme>/tables/bring-in/": FORM,
    "console/<slug:programme>/tables/check/": FORM,
    "console/<slug:programme>/visits/<uuid:visit>/decide/": FORM,
    "console/<slug:programme>/visits/<uuid:visit>/return/": FORM,
}
VISIT = "console/<slug:programme>/visits/<uuid:visit>/"
# How pages look in other states than the first one met; and problems, which Lighthouse does not judge.
STATES = ("/console/kalsel-demo/inbox/?state=accepted", "/console/kalsel-demo/inbox/?q=tidak-ada-yang-begini")
PROBLEMS = (
    "/console/kalsel-demo/inbox/?state=nonsens",
    "/console/kalsel-demo/visits/00000000-0000-7000-8000-000000000000/",
    "/console/another-programme/inbox/",
    "/nowhere/",
)
LOOKS = [("id", LAPTOP), ("en", PHONE)]
MORE_LOOKS = [("en", LAPTOP), ("id", PHONE)]


@pytest.fixture(scope="module")
def stage(told, tmp_path_factory):
    """With an order of tomorrow, and a visit that was told from two phones. Nobody changes anything here."""
    folder = tmp_path_factory.mktemp("stage")
    with Stage(folder, told) as stage:
        budi = stage.desk("budi")
        afield.ordered(stage, budi, "SAM-63.71", opens_in_days=20)
        afield.told_twice(stage, afield.ordered(stage, budi, "SAM-63.72"), folder / "phones")
        yield stage


@pytest.fixture(scope="module")
def found(stage):
    return pages.found(stage)


def by_walker(found):
    """{who: [path]}, the states too."""
    sorted_out = {who: [one.path for one in found.values() if one.who == who] for who in pages.WALKERS}
    visit = found[VISIT]
    sorted_out[visit.who] += [visit.path.partition("?")[0] + "return/", *STATES]
    return {who: paths for who, paths in sorted_out.items() if paths}


def test_every_route_is_a_page_that_a_link_leads_to_or_says_why_not(found):
    unsaid = pages.routes() - set(found) - set(NO_PAGE)
    assert not unsaid, "\n".join(sorted(unsaid))
    assert sorted(set(NO_PAGE) - pages.routes()) == []


@pytest.mark.parametrize(
    ("language", "screen"),
    LOOKS + (MORE_LOOKS if os.environ.get("LIGHTHOUSE") == "all" else []),
    ids=lambda value: value if isinstance(value, str) else f"{value['width']}",
)
def test_nobody_is_hindered_on_any_page(browser, stage, found, language, screen):
    minded = []
    for who, paths in by_walker(found).items():
        with Sitting(browser, stage.address, language=language, screen=screen) as sitting:
            if who:
                sitting.signs_in(who)
                sitting.proves_again()
            for path in [*paths, *PROBLEMS]:
                sitting.opens(path)
                minded += [f"{path}: {one}" for one in [*sitting.minds(), *sitting.minded]]
                sitting.minded.clear()
    assert not minded, "\n".join(minded)


def test_every_page_is_walked_by_keyboard_and_shows_where_one_is(browser, stage, found):
    minded = []
    for who, paths in by_walker(found).items():
        with Sitting(browser, stage.address) as sitting:
            if who:
                sitting.signs_in(who)
                sitting.proves_again()
            for path in paths:
                sitting.opens(path)
                minded += [f"{path}: {one}" for one in sitting.walks_by_keyboard()]
    assert not minded, "\n".join(minded)


@pytest.mark.parametrize("form_factor", ["desktop", "mobile"])
def test_lighthouse_finds_every_page_fast_and_sound(browser, stage, found, form_factor):
    scores = {}
    for who, paths in chosen(by_walker(found), form_factor).items():
        with Sitting(browser, stage.address) as sitting:
            if who:
                sitting.signs_in(who)
                sitting.proves_again()
            scores |= judged([stage.address + path for path in paths], form_factor, sitting.cookies())
    sys.stdout.write(table(stage, scores))
    assert {address: one for address, one in scores.items() if not good(one)} == {}


def chosen(sorted_out, form_factor):
    """All, or the few whose turn it is today: over the days each comes up on a laptop and on a phone."""
    if os.environ.get("LIGHTHOUSE") == "all":
        return sorted_out
    everything = [(who, path) for who, paths in sorted_out.items() for path in paths]
    turns = max(1, len(everything) // (JUDGED_A_DAY // 2))
    mine = (datetime.now(UTC).toordinal() + (form_factor == "mobile")) % turns
    today = everything[mine::turns]
    return {who: [path for one, path in today if one == who] for who in {one for one, _ in today}}


def judged(addresses, form_factor, cookies):
    """The best of a few tries for whatever did not please at first."""
    scores, left = {}, addresses
    for _ in range(TIMES_MAX):
        scores |= lighthouse_walk(left, form_factor, cookies)
        left = [address for address in left if not good(scores[address])]
        if not left:
            break
    return scores


def good(one):
    return min(one[name] for name in CATEGORIES) >= SCORE_MIN


def table(stage, scores):
    lines = [
        f"{' '.join(f'{one[name]:3}' for name in CATEGORIES)}  {address.removeprefix(stage.address)}"
        for address, one in scores.items()
    ]
    return "\n".join(["", *(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", line) for line in lines)])
