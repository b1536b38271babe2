"""`course test` runs what is there."""

from course import processes


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
