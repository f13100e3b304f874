"""A real browser in front of the whole product."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import stack
from tests.stack import Stack

_PATIENCE = 90_000  # milliseconds; only a test that fails takes them
_HINT = "Browser tests need Chromium: apt-get install chromium"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without it the tests are skipped, or fail where SHOUT_REQUIRE_BROWSER is set.

    Not for the whole session: while Playwright runs, Django takes every other test of the process for asynchronous.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        if os.environ.get("SHOUT_REQUIRE_BROWSER"):
            pytest.fail(_HINT)
        pytest.skip(_HINT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def product(chromium: Browser) -> Iterator[Stack]:
    """The product as `make up` starts it, with the demo account."""
    with stack.running() as product:
        yield product


@pytest.fixture
def page(chromium: Browser, product: Stack) -> Iterator[Page]:
    """The owner of the demo account, signed in; the console stays clean."""
    context = chromium.new_context(base_url=product.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(_PATIENCE)
    expect.set_options(timeout=_PATIENCE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.get_by_label("Email").fill("demo@shout.example")
    page.get_by_label("Password").fill("shout demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/contacts/")
    yield page
    context.close()
    assert complaints == []
