"""`course test` shares the cores out, and leaves the last word to the caller."""

import os

import pytest

from course import processes


@pytest.fixture
def environment(monkeypatch):
    """What the tests are started with: filled by a call of `processes.test`."""
    given = {}

    def call(command, cwd, env):
        given.update(env)
        return 0

    monkeypatch.setattr(processes.subprocess, "call", call)
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS", raising=False)
    return given


@pytest.mark.parametrize(
    ("cores", "jobs", "share"), [(2, 2, "1"), (8, 2, "4"), (2, 1, "2"), (2, 4, "1")]
)
def test_each_notebook_gets_its_share_of_the_cores(
    environment, monkeypatch, cores, jobs, share
):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert processes.test(["notebooks/01.ipynb"], jobs=jobs) == 0
    assert environment["TF_NUM_INTRAOP_THREADS"] == share


def test_a_number_of_threads_that_the_caller_set_is_kept(environment, monkeypatch):
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "3")
    processes.test(["notebooks/01.ipynb"], jobs=2)
    assert environment["TF_NUM_INTRAOP_THREADS"] == "3"


def test_bundle_for_students_has_no_code_to_check(monkeypatch, tmp_path):
    commands = []

    def call(command, cwd, env):
        commands.append(command)
        return 0

    monkeypatch.setattr(processes.subprocess, "call", call)
    monkeypatch.setattr(processes, "project_folder", lambda: tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01.ipynb").touch()
    assert processes.test() == 0
    assert [command[2] for command in commands] == ["pytest"]
    assert commands[0][-1] == "notebooks"
