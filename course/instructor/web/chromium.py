"""A browser without a window, for the tests and the pictures that need one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Nothing is fetched on its own; root, in a container, has no other sandbox.
SWITCHES = """--no-sandbox --disable-gpu --disable-quic --no-first-run
--disable-background-networking --disable-component-update --disable-sync""".split()


@contextmanager
def running_chromium() -> Iterator["Browser"]:
    """Run Debian's Chromium.

    Raises
    ------
    FileNotFoundError
        If it is not installed; says how to.
    """
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError(
            "Chromium is not installed. On Debian: apt-get install chromium"
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()
