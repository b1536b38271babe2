"""Run graded cells without a kernel: the same code, in a plain namespace."""

import functools
from typing import Any

import IPython.display
import nbformat
import pytest

from course.instructor.judging.answers import judged, locked_cells
from helpers.exercises import questions_of

SECRET = b"a secret of this class, for tests"
STUDENT = "anna"


class Graded:
    """The graded cells of one exercise, for answers that are given by name."""

    def __init__(self, exercise: str) -> None:
        self.exercise = exercise
        self.cells = locked_cells(exercise, STUDENT, SECRET, released(exercise))
        self.outputs: list[dict[str, Any]] = []

    def listen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take what is displayed from now on."""
        monkeypatch.setattr(IPython.display, "display", self._display)

    def _display(self, what: Any, raw: bool = False) -> None:
        if raw:
            self.outputs.append({"output_type": "display_data", "data": what})

    def outputs_of(self, question: str, **answers: Any) -> list[dict[str, Any]]:
        """Return what a graded cell displays; answers left out are blank."""
        self.outputs = []
        blank = dict.fromkeys(questions_of(self.exercise)[question].parts, ...)
        names = {"check": lambda *_, **__: None, **blank, **answers}
        exec(self.cells[f"{question}-check"], names)
        return self.outputs

    def verdict(self, question: str, **answers: Any) -> Any:
        """Return what is thought of the answers to a question."""
        outputs = self.outputs_of(question, **answers)
        return judged(self.exercise, question, outputs, STUDENT, SECRET)

    def verdict_on_part(self, question: str, name: str, answer: Any) -> Any:
        """Return what is thought of one part, the others being blank."""
        parts = self.verdict(question, **{name: answer}).parts
        return next(part for part in parts if part.name == name)


@functools.cache
def graded_cells(exercise: str) -> Graded:
    """Return the graded cells of an exercise; they are made once for all tests."""
    return Graded(exercise)


def released(exercise: str) -> str:
    """Return an exercise of check cells alone, each answer under its own name."""
    cells = []
    for question, asked in questions_of(exercise).items():
        names = ", ".join(f"{name}={name}" for name in asked.parts)
        cell = nbformat.v4.new_code_cell(f'check("{question}", {names})')
        cell.metadata.nbgrader = {
            "grade_id": f"{question}-check", "grade": True, "solution": False,
        }  # fmt: skip
        cells.append(cell)
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))
