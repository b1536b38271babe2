"""nbgrader's Formgrader works from within the folder of a class."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from course.instructor.classes.feedback import autograded_file
from course.instructor.classes.grades import grades_of
from tests.test_harmless import active
from tests.test_reporting import (  # noqa: F401
    EXERCISE,
    OPEN,
    RELEASED,
    disarm,
    graded_class,
)

TOKEN = "for-this-test"


@pytest.fixture(scope="module")
def server(graded_class):  # noqa: F811
    """Jupyter's server, started in the folder of the class; returns its address."""
    disarm(autograded_file(graded_class, EXERCISE, "anna"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"),
        *(f"--port={port}", "--ip=127.0.0.1", f"--IdentityProvider.token={TOKEN}"),
    ]
    process = subprocess.Popen(
        command,
        cwd=graded_class,
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(graded_class.parent / "none")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api", process)
        yield address
    finally:
        process.kill()
        process.wait()


def wait_for(address, process):
    limit = time.monotonic() + 90
    while time.monotonic() < limit and process.poll() is None:
        try:
            fetch(address)
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("the server does not answer")


def fetch(address, data=None, method="GET"):
    request = urllib.request.Request(
        address,
        data=data,
        method=method,
        headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def test_it_lists_the_exercise_and_the_open_question(server):
    assert "Manual Grading" in fetch(f"{server}/formgrader/gradebook")
    [assignment] = json.loads(fetch(f"{server}/formgrader/api/assignments"))
    assert assignment["name"] == EXERCISE
    assert assignment["num_submissions"] == 2  # anna and ben
    address = f"{server}/formgrader/api/notebooks/{EXERCISE}"
    [notebook] = json.loads(fetch(address))
    assert notebook["needs_manual_grade"]


def test_its_page_has_the_open_answer_and_nothing_of_the_students_acts(server):
    address = f"{server}/formgrader/api/submitted_notebooks/{EXERCISE}/{EXERCISE}"
    [submission] = json.loads(fetch(address))
    page = fetch(f"{server}/formgrader/submissions/{submission['id']}/")
    assert f'id="{OPEN}"' in page
    body = page[page.index('<div class="border-box-sizing" id="notebook"') :]
    own = re.compile(r"^(input|button)|formgrader/")
    assert [each for each in active(body) if not own.search(each)] == []


def test_points_given_there_count_in_the_report(server, graded_class):  # noqa: F811
    address = f"{server}/formgrader/api/submitted_notebooks/{EXERCISE}/{EXERCISE}"
    [submission] = json.loads(fetch(address))
    grades = json.loads(
        fetch(f"{server}/formgrader/api/grades?submission_id={submission['id']}")
    )
    [grade] = [each for each in grades if each["name"] == OPEN]
    assert grade["needs_manual_grade"]
    given = json.dumps({"manual_score": 1.5}).encode()
    fetch(f"{server}/formgrader/api/grade/{grade['id']}", given, "PUT")
    anna = grades_of(graded_class, EXERCISE, RELEASED)[0]
    assert anna.scores[OPEN] == 1.5
    assert "to be read" not in anna.note
