"""Answers on their way out of the student's kernel, and what is thought of them.

`locked_cells` gives the cells that run when an exercise is graded: each calls `check`
as it was released, for the student to read, and then hands the answers out as one
display output with plain data. `judged` takes that output apart and judges it, here,
outside the kernel. Whatever a notebook does in its kernel, a right score needs answers
that are right.
"""

import ast
import functools
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from course.exercises import ANSWERED_BY, marks
from course.instructor.judging import in_kernel, kernel_networks, packing
from course.instructor.judging.grading_modules import asked_of
from course.instructor.judging.packing import Unpackable, pack
from course.instructor.judging.replaying import UNUSABLE, outcome
from course.notebooks import project_folder
from helpers.exercises import PartVerdict, Verdict, questions_of
from helpers.exercises.questions import Part, judge
from helpers.exercises.verdicts import CORRECT, INCORRECT

ANSWERS = "application/vnd.keras-course.answers+json"
LARGEST = 20_000_000  # signs of the answers to one question


@dataclass(frozen=True, repr=False)
class QuestionVerdict(Verdict):
    """What is thought of the answers to one question, outside the kernel."""

    @property
    def status(self) -> str:
        """One of those of a public check, or "unusable answer"."""
        status = super().status
        return UNUSABLE if status == INCORRECT and UNUSABLE in self.mistakes else status

    @property
    def share(self) -> float:
        """The share of the parts that are right."""
        right = [part for part in self.parts if part.status == CORRECT]
        return len(right) / len(self.parts)

    def shown(self) -> Verdict:
        """Return it as a verdict that shows itself in a notebook."""
        return Verdict(self.exercise, self.question, self.title, self.parts)


# ------------------------------------------------------------------ into the kernel


def locked_cells(
    exercise: str, student: str, secret: bytes, released: str | None = None
) -> dict[str, str]:
    """Return what runs in place of the locked cells with checks.

    Parameters
    ----------
    exercise : str
        Such as "01_tensors".
    student : str
        Each student's functions are asked about other numbers, always the same ones.
    secret : bytes
        Of the class; whoever has it can draw those numbers.
    released : str, optional
        The text of the released exercise; by default it is read.

    Returns
    -------
    dict of str to str
        The grade_id of each of those cells, such as "q3-check", and its source.

    Raises
    ------
    ValueError
        If a released cell does not end with a call of `check`.
    """
    questions = questions_of(exercise)
    cells = {}
    for grade_id, source in check_cells(exercise, released).items():
        question = grade_id.removesuffix(ANSWERED_BY)
        if question in questions:
            prepared = _prepared(exercise, question, student, secret)
            asked = {
                name: [how, pack(about)] for name, (how, about, _) in prepared.items()
            }
            cells[grade_id] = _handing_out(source, json.dumps(asked))
    return cells


def check_cells(exercise: str, released: str | None = None) -> dict[str, str]:
    """Return the released cells with checks: the grade_id of each, and its source."""
    text = released_text(exercise) if released is None else released
    return {
        marks(cell)["grade_id"]: cell.source
        for cell in nbformat.reads(text, as_version=4).cells
        if marks(cell).get("grade") and not marks(cell).get("solution")
    }


def released_text(exercise: str) -> str:
    """Return the text of an exercise, as students got it."""
    file = project_folder() / "exercises" / f"{exercise}.ipynb"
    return file.read_text(encoding="utf-8")


def _prepared(
    exercise: str, question: str, student: str, secret: bytes
) -> dict[str, tuple[str, Any, Part]]:
    """Return for each answer that is asked: how, about what, and the part that judges.

    It is the same every time, in the kernel's cell and when the answers are judged.
    """
    return {
        name: (
            one.how,
            *one.prepare(_random(exercise, question, student, secret, name)),
        )
        for name, one in asked_of(exercise, question).items()
    }


def _random(
    exercise: str, question: str, student: str, secret: bytes, name: str
) -> np.random.Generator:
    """Return random numbers that nobody can foretell without the secret."""
    text = "|".join((exercise, question, student, name)).encode()
    seed = hmac.new(secret, text, hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(seed))


def _handing_out(source: str, asked: str) -> str:
    """Return the source of a cell that calls `check` and hands out what it names."""
    call = _last_call(source)
    answers = ", ".join(
        f"{keyword.arg!r}: lambda: {ast.unparse(keyword.value)}"
        for keyword in call.keywords
    )
    return (
        "_graded = {'__name__': 'graded'}\n"
        f"__import__('builtins').exec({_kernel_source()!r}, _graded)\n"
        f"_graded['show'](lambda: {ast.unparse(call)})\n"
        f"_graded['hand_out']({ANSWERS!r}, {{{answers}}}, {asked!r})\n"
    )


def _last_call(source: str) -> ast.Call:
    last = ast.parse(source).body[-1]
    call = last.value if isinstance(last, ast.Expr) else None
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "check":
        raise ValueError(
            f"A locked cell ends with {ast.unparse(last)!r}; end it with check(...)."
        )
    return call


@functools.cache
def _kernel_source() -> str:
    """Return the texts of the modules as one, so that they need no imports."""
    texts = [
        Path(str(module.__file__)).read_text(encoding="utf-8")
        for module in (packing, kernel_networks, in_kernel)
    ]
    return re.sub(r"^from course\..*\n", "", "\n".join(texts), flags=re.MULTILINE)


# ------------------------------------------------------------------ out of the kernel


def judged(
    exercise: str, question: str, outputs: list, student: str, secret: bytes
) -> QuestionVerdict:
    """Say what is thought of the answers that an executed cell handed out.

    Nothing that stands in the outputs raises an error.

    Parameters
    ----------
    exercise, question : str
        Such as "01_tensors" and "q4".
    outputs : list
        The outputs of that one cell, as nbformat has them.
    student, secret
        As for `locked_cells`.

    Returns
    -------
    QuestionVerdict
    """
    asked = questions_of(exercise)[question]
    try:
        trees = _trees(outputs, set(asked.parts))
    except MemoryError:
        raise  # the whole process is short of it
    except Exception as problem:
        why = str(problem) if isinstance(problem, Unpackable) else "damaged"
        return unusable(exercise, question, why)
    prepared = _prepared(exercise, question, student, secret)
    judging = {name: part for name, (_, _, part) in prepared.items()}
    parts = [
        _judged_part(judging.get(name, part), name, trees[name])
        for name, part in asked.parts.items()
    ]
    return QuestionVerdict(exercise, question, asked.title, tuple(parts))


def unusable(exercise: str, question: str, why: str) -> QuestionVerdict:
    """Return what is thought of answers that nothing can be thought of."""
    asked = questions_of(exercise)[question]
    parts = [
        PartVerdict(name, INCORRECT, UNUSABLE, _cannot(why)) for name in asked.parts
    ]
    return QuestionVerdict(exercise, question, asked.title, tuple(parts))


def _cannot(what: str) -> str:
    return f"It cannot be graded: {what}."


def _trees(outputs: list, names: set[str]) -> Mapping[str, Any]:
    """Return what was handed out, a tree for each part."""
    texts = [
        output["data"][ANSWERS]
        for output in outputs
        if isinstance(output.get("data"), dict) and ANSWERS in output["data"]
    ]
    if not texts:
        raise Unpackable("the cell was not run to its end, and nothing was handed out")
    if len(texts) > 1:
        raise Unpackable("answers were handed out more than once")
    if not isinstance(texts[0], str) or len(texts[0]) > LARGEST:
        raise Unpackable("what was handed out is no text, or far too large")
    trees = json.loads(texts[0])["parts"]
    if not isinstance(trees, dict) or set(trees) != names:
        raise Unpackable("other answers were handed out than were asked for")
    return trees


def _judged_part(part: Part, name: str, tree: Any) -> PartVerdict:
    try:
        answer = outcome(tree)
    except Unpackable as problem:
        return PartVerdict(name, INCORRECT, UNUSABLE, _cannot(f"it is {problem}"))
    except MemoryError:
        raise
    except Exception:  # a tree that only a forger makes
        return PartVerdict(name, INCORRECT, UNUSABLE, _cannot("it is damaged"))
    return judge(part, name, answer)
