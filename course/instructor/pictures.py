"""`course pictures`: what the README shows, taken from the real thing in a browser."""

import io
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from course.instructor.web_edition import build_site
from course.notebooks import project_folder

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path("site") / "pictures"
WIDTH, HEIGHT = 1100, 720
# No window, nothing fetched on its own; root, in a container, has no other sandbox.
SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()


def page_of_site(page: "Page") -> None:
    """Show the map of the digits, in chapter 4 of the web edition."""
    page.goto((build_site() / "notebooks" / "04_mnist.html").as_uri())
    # The theme moves the page once its side bar is in place.
    page.wait_for_load_state("networkidle")
    figure = page.locator("#a-map-of-the-digits img").first
    figure.evaluate("figure => figure.scrollIntoView({block: 'center'})")


def chapter_in_jupyterlab(page: "Page") -> None:
    """Show chapter 1 in JupyterLab, where it meets its first digit."""
    with _served_lab() as address:
        page.goto(address.format("notebooks/01_introduction.ipynb"))
        page.locator(".jp-Notebook h2", has_text="Set-up").wait_for(timeout=60_000)
        page.locator(".jp-Notebook img").first.scroll_into_view_if_needed()
        page.wait_for_timeout(2000)  # side bars and tool bars come last


# The name of each picture, and what brings a page of the browser to show it.
PICTURES: dict[str, Callable[["Page"], None]] = {
    "site": page_of_site,
    "jupyterlab": chapter_in_jupyterlab,
}


def make_pictures(folder: Path | None = None) -> list[Path]:
    """Make each picture anew, by default in ``site/pictures``; return the files.

    Raises
    ------
    RuntimeError
        If there is no Chromium.
    """
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError(
            "Chromium is not installed. On Debian: apt-get install chromium"
        )
    folder = folder or project_folder() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        for name, show in PICTURES.items():
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light"
            )
            show(page)
            made.append(folder / f"{name}.png")
            made[-1].write_bytes(_smaller(page.screenshot()))
            page.close()
        browser.close()
    return made


def _smaller(png: bytes) -> bytes:
    """Return the picture with 256 colours: a third of the bytes, and it looks alike."""
    few = Image.open(io.BytesIO(png)).convert("RGB").quantize(256)
    stream = io.BytesIO()
    few.save(stream, format="png", optimize=True)
    return stream.getvalue()


@contextmanager
def _served_lab() -> Iterator[str]:
    """Run `course lab`; give the address of a file in it, with a gap for its path."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex()
    with tempfile.TemporaryDirectory() as settings:
        environment = {
            **os.environ,
            "JUPYTER_TOKEN": token,
            "JUPYTER_CONFIG_DIR": settings,
            "JUPYTER_RUNTIME_DIR": settings,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "course", "lab", "--no-browser", f"--port={port}"],
            cwd=project_folder(),
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}")
            yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={token}"
        finally:
            os.killpg(process.pid, 15)
            process.wait(timeout=30)


def _wait_for(address: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)
