"""A real browser for the tests in this folder."""

import shutil
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

REMEDY = "Chromium is not installed. On Debian: apt-get install chromium"
SWITCHES = """--no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync""".split()
LOCAL = ("data", "blob", "about", "file")


@pytest.fixture(scope="package")
def chromium():
    """Give Debian's Chromium; one for all tests of this folder."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip(REMEDY)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """Give an empty page; nothing that the test does may ask another machine."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    asked = []
    context.on("request", lambda sent: asked.append(sent.url))
    yield context.new_page()
    context.close()
    assert [url for url in asked if not _is_local(url)] == []


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in LOCAL or parts.hostname == "127.0.0.1"
