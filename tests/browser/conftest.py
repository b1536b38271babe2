"""A real browser for the tests in this folder, and what is kept when one fails."""

import json
import re
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from course.instructor.release import bundled_files
from course.instructor.web.chromium import running_chromium
from course.instructor.web.lab_server import free_port, served
from course.notebooks import project_folder
from tests.lab_server import ask

FAILURES = project_folder() / "build" / "browser-failures"
LOCAL = ("data", "blob", "about", "file")

expect.set_options(timeout=30_000)  # milliseconds; the machine may be busy
failed = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def chromium():
    """Give Debian's Chromium; one for all tests of this folder."""
    with ExitStack() as stack:
        try:
            browser = stack.enter_context(running_chromium())
        except FileNotFoundError as missing:
            pytest.skip(str(missing))
        yield browser


@pytest.fixture
def page(chromium, request):
    """Give an empty page; nothing that the test does may ask another machine."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    asked = []
    context.on("request", lambda sent: asked.append(sent.url))
    context.on("page", lambda new: new.on("websocket", lambda ws: asked.append(ws.url)))
    yield context.new_page()
    if request.node.stash.get(failed, False):
        _keep(context.pages, request.node.name)
    context.close()
    assert [url for url in asked if not _is_local(url)] == []


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in LOCAL or parts.hostname == "127.0.0.1"


def _keep(pages, name):
    """Keep what the browser shows, as a picture and as HTML, under the test's name."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"[^-.=\w]", "_", name)
    for number, page in enumerate(pages):
        file = FAILURES / f"{safe}-{number}"
        page.screenshot(path=f"{file}.png")
        Path(f"{file}.html").write_text(page.content(), encoding="utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.failed:
        item.stash[failed] = True
    return report


@dataclass(frozen=True)
class Lab:
    """A running `course lab`, and the copy of the course that it serves."""

    port: int
    token: str
    course: Path

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def stop_kernels(self):
        for session in json.loads(ask(self.port, self.token, "api/sessions")):
            path = f"api/sessions/{session['id']}"
            ask(self.port, self.token, path, method="DELETE")


@pytest.fixture(scope="package")
def running_lab(chromium, tmp_path_factory):
    """Serve what students get, in a folder of its own: tests run and save notebooks."""
    folder = tmp_path_factory.mktemp("lab")
    course = folder / "course"
    for file in bundled_files(project_folder()):
        copy = course / file.relative_to(project_folder())
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    _settle(folder / "config")
    port = free_port()
    with served(port, folder, course) as token:
        yield Lab(port, token, course)


def _settle(config):
    """Let tests read JupyterLab's own model, and what a widget shows be saved."""
    config.mkdir()
    settings = config / "lab/user-settings/@jupyter-widgets/jupyterlab-manager"
    settings.mkdir(parents=True)
    (settings / "plugin.jupyterlab-settings").write_text('{"saveState": true}')
    (config / "jupyter_lab_config.json").write_text(
        '{"LabApp": {"expose_app_in_browser": true}}'
    )


@pytest.fixture
def lab(running_lab):
    """Give the running JupyterLab; stop the kernels that the test has started.

    Tests ask for it before `page`, so that the page is closed first.
    """
    yield running_lab
    running_lab.stop_kernels()
