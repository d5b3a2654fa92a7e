"""Signing in with a second factor in a real browser: Budi's role needs one, so he sets up a passkey and an app."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, Playwright

from tests.browser import chromium
from tests.journeys.server import Server
from tests.world import PASSWORD

# What a laptop with a fingerprint reader does, without the finger.
READER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
INBOX = "/console/kalsel/inbox/"


@pytest.fixture
def address(foundation: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[str]:
    """Passkeys belong to a name, not to a number: localhost."""
    shutil.copytree(foundation[0], tmp_path / "server", ignore=shutil.ignore_patterns("*.log"))
    needs = {"SECOND_FACTOR_ROLES": "coordinator", "PUBLIC_URL": "http://localhost"}
    server = Server(tmp_path / "server", environment=needs)
    server.start()
    yield f"http://localhost:{server.port}"
    server.stop()


@pytest.fixture
def page(playwright: Playwright, address: str) -> Iterator[Page]:
    browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=chromium.FLAGS)
    context = browser.new_context(base_url=address, locale="en-US", viewport={"width": 360, "height": 740})
    context.add_cookies([{"name": "django_language", "value": "en", "url": address}])
    page = context.new_page()
    reader = context.new_cdp_session(page)
    reader.send("WebAuthn.enable")
    reader.send("WebAuthn.addVirtualAuthenticator", {"options": READER})
    yield page
    browser.close()


def say_name_and_password(page: Page, where: str = INBOX) -> None:
    page.goto(where)
    page.get_by_label("User name or e-mail").fill("budi")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def set_up_a_passkey(page: Page) -> None:
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Set it up").click()
    page.get_by_role("link", name="I have kept them: go on").click()


def leave(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def code_now(page: Page, secret: str) -> str:
    moment: Any = page.evaluate("Date.now() / 1000")
    return format_hotp_value(hotp_value(secret, int(moment) // 30))


def test_budi_sets_up_a_passkey_before_his_inbox_opens_and_signs_in_with_it_alone(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    say_name_and_password(page)
    assert page.get_by_role("heading", level=1).inner_text() == "One more step"
    set_up_a_passkey(page)
    page.wait_for_url(f"**{INBOX}")
    leave(page)
    page.goto(INBOX)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: url.endswith(INBOX) and "/accounts/" not in url)
    assert complaints == []


def test_budi_proves_himself_by_app_and_by_key(page: Page) -> None:
    say_name_and_password(page)
    set_up_a_passkey(page)
    page.goto("/accounts/2fa/totp/activate/")
    secret = page.locator(".secret").inner_text()
    assert page.locator("img.qr").evaluate("(image) => image.naturalWidth > 0")
    page.get_by_label("Code").fill(code_now(page, secret))
    page.get_by_role("button", name="Set it up").click()
    page.get_by_text("The authenticator app is set up.").wait_for()
    leave(page)
    say_name_and_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"**{INBOX}")
    leave(page)
    say_name_and_password(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("This code is wrong, or was used before.").wait_for()
    page.get_by_label("Code").fill(code_now(page, secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{INBOX}")
