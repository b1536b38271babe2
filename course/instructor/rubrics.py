"""Rubrics and model answers of the open questions, for those who grade.

A rubric stands in the solution, at the end of the question's text, between nbgrader's
marks of a marking scheme. It is cleared when the exercise is released; graded notebooks
get it back for Formgrader, in cells that no student's page has.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.preprocessors import ClearMarkScheme, NbGraderPreprocessor
from traitlets import Bool

from course.exercises import marks
from course.notebooks import read_notebook

SCHEME = re.compile(r"BEGIN MARK SCHEME -->\n(.*?)\n<!-- END MARK SCHEME", re.DOTALL)
SOLUTION = re.compile(r"^### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)
POINTS = re.compile(r"^- \*\*([\d.]+) points?\*\*", re.MULTILINE)
GRADER_ONLY = {"course": {"grader_only": True}}


def is_for_graders(cell: Any) -> bool:
    """Return whether only those who grade may see a cell."""
    return bool(cell.metadata.get("course", {}).get("grader_only"))


class ClearRubrics(ClearMarkScheme):
    """Clear the rubrics; the texts that they stand in are no cells of nbgrader's."""

    enforce_metadata = Bool(False).tag(config=True)


class DropGraderOnly(NbGraderPreprocessor):
    """Drop the cells that only those who grade may see."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook without those cells."""
        notebook.cells = [cell for cell in notebook.cells if not is_for_graders(cell)]
        return notebook, resources


@dataclass(frozen=True)
class Rubric:
    """How an open question is graded.

    Attributes
    ----------
    text : str
        Markdown: what earns points, and how many.
    answer : str
        The model answer, as code.
    """

    text: str
    answer: str

    @property
    def points(self) -> float:
        """The points of all that it lists."""
        return sum(map(float, POINTS.findall(self.text)))

    def cell(self) -> Any:
        """Return a cell that shows it, to those who grade only."""
        source = (
            f"**Rubric** (no student sees this)\n\n{self.text}\n\n"
            f"**A model answer**\n\n```python\n{self.answer}\n```"
        )
        return nbformat.v4.new_markdown_cell(
            source, metadata=nbformat.from_dict(GRADER_ONLY)
        )


def rubrics(solution: Path) -> dict[str, Rubric]:
    """Return the rubric of each open question, by the name of its answer's cell.

    Parameters
    ----------
    solution : pathlib.Path
        The notebook that an exercise is made from.
    """
    found, text = {}, ""
    for cell in read_notebook(solution).cells:
        if scheme := SCHEME.search(cell.source):
            text = scheme[1].strip()
        elif marks(cell).get("grade") and marks(cell).get("solution"):
            answer = SOLUTION.sub("", cell.source).strip()
            found[marks(cell)["grade_id"]] = Rubric(text, answer)
            text = ""
    return {name: rubric for name, rubric in found.items() if rubric.text}


def show_rubrics(notebook: Any, found: dict[str, Rubric]) -> None:
    """Put each rubric below the answer that it is for, in place."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if rubric := found.get(marks(cell).get("grade_id", "")):
            cells.append(rubric.cell())
    notebook.cells = cells
