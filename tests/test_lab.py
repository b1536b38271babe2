"""`course lab` serves JupyterLab, and its kernels run the start page."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import urllib.error
import uuid

import pytest
import websocket

from course.instructor.web.lab_server import free_port, served
from course.notebooks import project_folder, read_notebook
from tests.lab_server import ask

START_PAGE = "notebooks/00_start_here.ipynb"


def run_in_kernel(port, token, notebook_path):
    """Run a notebook's cells in a kernel of the server; return their errors."""
    session = {
        "path": notebook_path,
        "name": "test",
        "type": "notebook",
        "kernel": {"name": "python3"},
    }
    kernel = json.loads(ask(port, token, "api/sessions", session))["kernel"]["id"]
    channel = websocket.create_connection(
        f"ws://127.0.0.1:{port}/api/kernels/{kernel}/channels",
        header=[f"Authorization: token {token}"],
        timeout=600,
    )
    errors = []
    with contextlib.closing(channel):
        for cell in read_notebook(project_folder() / notebook_path).cells:
            if cell.cell_type == "code":
                errors += _run_cell(channel, cell.source)
    return errors


def _run_cell(channel, code):
    identifier = uuid.uuid4().hex
    header = {"msg_id": identifier, "msg_type": "execute_request", "version": "5.3"}
    header |= {"username": "test", "session": "test", "date": ""}
    content = {"code": code, "silent": False, "store_history": True}
    content |= {"user_expressions": {}, "allow_stdin": False, "stop_on_error": True}
    message = {"header": header, "parent_header": {}, "metadata": {}}
    channel.send(json.dumps({**message, "content": content, "channel": "shell"}))
    errors = []
    while True:
        answer = json.loads(channel.recv())
        if answer["parent_header"].get("msg_id") != identifier:
            continue
        if answer["msg_type"] == "error":
            errors.append("\n".join(answer["content"]["traceback"]))
        if answer["msg_type"] == "stream" and answer["content"]["name"] == "stderr":
            errors.append(answer["content"]["text"])
        if answer["content"].get("execution_state") == "idle":
            return errors


def test_serves_the_start_page_and_runs_it(tmp_path):
    port = free_port()
    with served(port, tmp_path) as token:
        assert "JupyterLab" in ask(port, token, f"lab/tree/{START_PAGE}")
        listed = json.loads(ask(port, token, "api/contents/notebooks"))["content"]
        assert START_PAGE in [entry["path"] for entry in listed]
        log = (tmp_path / "lab.log").read_text("utf-8")
        assert f"127.0.0.1:{port}/lab" in log
        with pytest.raises(urllib.error.HTTPError, match="403"):
            ask(port, "a-wrong-token", "api/contents")
        assert run_in_kernel(port, token, START_PAGE) == []


def test_a_port_in_use_is_named(tmp_path):
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        port = occupied.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "-m", "course", "lab", "--no-browser", f"--port={port}"],
            env={**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert run.returncode != 0
    assert str(port) in run.stdout + run.stderr
