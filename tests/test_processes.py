"""`course test` runs what is there."""

import pytest

from course import processes


@pytest.fixture
def commands(monkeypatch):
    """Hold the commands back; give a list of them."""
    commands = []

    def call(command, cwd, env):
        commands.append(command)
        return 0

    monkeypatch.setattr(processes.subprocess, "call", call)
    return commands


def test_bundle_for_students_has_no_tests_and_says_so(commands, monkeypatch, tmp_path):
    monkeypatch.setattr(processes, "project_folder", lambda: tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01.ipynb").touch()
    with pytest.raises(FileNotFoundError, match="not in the students' bundle"):
        processes.test()
    assert commands == []


def test_tests_in_a_browser_are_left_out_only_if_asked_and_with_a_word(commands, capfd):
    assert processes.test() == 0
    assert "tests" in commands[-1]
    assert not any("browser" in word for word in commands[-1])
    assert capfd.readouterr().out == ""
    assert processes.test(browser=False) == 0
    assert commands[-1][-1] == "--ignore=tests/browser"
    assert "tests/browser is left out" in capfd.readouterr().out


def test_tests_that_take_minutes_run_only_if_all_are_wanted(monkeypatch):
    environments = []

    def call(command, cwd, env):
        environments.append(env)
        return 0

    monkeypatch.delenv(processes.ALL_VARIABLE, raising=False)
    monkeypatch.setattr(processes.subprocess, "call", call)
    processes.test(["tests"])
    processes.test(["tests"], everything=True)
    assert [processes.ALL_VARIABLE in env for env in environments] == [False, True]
