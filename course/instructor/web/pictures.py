"""`course pictures`: what the README shows, taken from the real thing in a browser."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from course.instructor.web.chromium import running_chromium
from course.instructor.web.lab_server import free_port, served
from course.instructor.web.web_edition import build_site
from course.notebooks import project_folder

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = Path("site") / "pictures"
WIDTH, HEIGHT = 1100, 720


def page_of_site(page: "Page") -> None:
    """Show the map of the digits, in chapter 4 of the web edition."""
    page.goto((build_site() / "notebooks" / "04_mnist.html").as_uri())
    # The theme moves the page once its side bar is in place.
    page.wait_for_load_state("networkidle")
    figure = page.locator("#a-map-of-the-digits img").first
    figure.evaluate("figure => figure.scrollIntoView({block: 'center'})")


def chapter_in_jupyterlab(page: "Page") -> None:
    """Show chapter 1 in JupyterLab, where it meets its first digit."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, served(port, Path(folder)) as token:
        notebook = "notebooks/01_introduction.ipynb"
        page.goto(f"http://127.0.0.1:{port}/lab/tree/{notebook}?token={token}")
        page.locator(".jp-Notebook h2", has_text="Set-up").wait_for(timeout=60_000)
        page.locator(".jp-Notebook img").first.scroll_into_view_if_needed()
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()


# The name of each picture, and what brings a page of the browser to show it.
PICTURES: dict[str, Callable[["Page"], None]] = {
    "site": page_of_site,
    "jupyterlab": chapter_in_jupyterlab,
}


def make_pictures(folder: Path | None = None) -> list[Path]:
    """Make each picture anew, by default in ``site/pictures``; return the files.

    Raises
    ------
    FileNotFoundError
        If there is no Chromium.
    """
    folder = folder or project_folder() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with running_chromium() as browser:
        for name, show in PICTURES.items():
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light"
            )
            show(page)
            made.append(folder / f"{name}.png")
            made[-1].write_bytes(_smaller(page.screenshot()))
            page.close()
    return made


def _smaller(png: bytes) -> bytes:
    """Return the picture with 256 colours: a third of the bytes, and it looks alike."""
    few = Image.open(io.BytesIO(png)).convert("RGB").quantize(256)
    stream = io.BytesIO()
    few.save(stream, format="png", optimize=True)
    return stream.getvalue()
