"""Answers that several students gave alike, for the instructor to look at.

No verdict: people may work together, and what a task makes everybody write says
nothing. So what was released is left out, as are spaces, comments and the ways to write
the same text or number; short answers are not compared, nor those that much of the
class has.
"""

import hashlib
import io
import tokenize
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from course.exercises import marks
from course.instructor.classes.class_folder import earlier_releases
from course.instructor.classes.feedback import autograded_file
from course.instructor.classes.limited import OverLimit, limited
from course.instructor.judging.answers import released_text

SHORTEST = 40  # tokens beyond what was released; a call has about ten
LARGEST_SHARE = 1 / 3  # of those who answered, if there are more than FEW
FEW = 6
SPACE = (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT)

# Of one student, for each question: a checksum of the answer, and its tokens.
Answers = Mapping[str, tuple[str, int]]


@dataclass(frozen=True)
class Alike:
    """One answer that several students gave.

    Attributes
    ----------
    question : str
    students : tuple of str
    tokens : int
        How long it is.
    """

    question: str
    students: tuple[str, ...]
    tokens: int


def alike(folder: Path, exercise: str, students: Sequence[str]) -> list[Alike]:
    """Return the answers to an exercise that several students gave, longest first.

    Parameters
    ----------
    folder : pathlib.Path
        The folder of the class.
    exercise : str
        Whole name of the exercise.
    students : sequence of str
        Those who have a score.
    """
    released = released_text(exercise)
    given = [released, *earlier_releases(folder, exercise, released)]
    answers = {}
    for student in students:
        file = autograded_file(folder, exercise, student)
        if file.exists():
            answers[student] = _answers(file.read_text(encoding="utf-8"), given)
    return found_alike(answers)


def _answers(text: str, given: Sequence[str]) -> Answers:
    try:
        [found] = limited(fingerprints, text, given)
    except OverLimit:  # such an answer is like nobody's
        return {}
    return {question: (mark, tokens) for question, (mark, tokens) in found.items()}


def found_alike(answers: Mapping[str, Answers]) -> list[Alike]:
    """Return what is alike in the answers of several students, longest first."""
    groups: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    answered: dict[str, int] = defaultdict(int)
    for student, own in sorted(answers.items()):
        for question, (mark, tokens) in own.items():
            answered[question] += tokens > 0
            if tokens >= SHORTEST:
                groups[question, mark, tokens].append(student)
    found = [
        Alike(question, tuple(students), tokens)
        for (question, _, tokens), students in groups.items()
        if len(students) > 1 and not _common(len(students), answered[question])
    ]
    return sorted(found, key=lambda one: (-one.tokens, one.question, one.students))


def _common(students: int, answered: int) -> bool:
    """Return whether so many have it that the task, not a neighbour, may be why."""
    return answered > FEW and students > LARGEST_SHARE * answered


def fingerprints(
    text: str, given: Sequence[str]
) -> Iterator[dict[str, tuple[str, int]]]:
    """Yield one fingerprint for each answer of a notebook; to be called by `limited`.

    Parameters
    ----------
    text : str
        The graded notebook.
    given : sequence of str
        The texts of the exercise, as it was released.
    """
    ours = {
        line
        for released in given
        for cell in nbformat.reads(released, as_version=4).cells
        for line in lines_of(cell.source, cell.cell_type)
    }
    found = {}
    for cell in nbformat.reads(text, as_version=4).cells:
        if marks(cell).get("solution"):
            name = marks(cell)["grade_id"]
            found[name] = _fingerprint(cell, ours)
    yield found


def _fingerprint(cell: Any, ours: set[tuple[str, ...]]) -> tuple[str, int]:
    lines = [one for one in lines_of(cell.source, cell.cell_type) if one not in ours]
    tokens = [token for line in lines for token in line]
    return hashlib.sha256("\0".join(tokens).encode()).hexdigest(), len(tokens)


def lines_of(source: str, kind: str = "code") -> list[tuple[str, ...]]:
    """Return the statements of a cell as tokens, without spaces and comments.

    What is no Python, or no code, is split at spaces, without regard to case.
    """
    if kind == "code":
        lines: list[list[str]] = [[]]
        try:
            for token in tokenize.generate_tokens(io.StringIO(source).readline):
                if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
                    lines.append([])
                elif token.type not in SPACE:
                    lines[-1].append(_plain(token))
            return [tuple(line) for line in lines if line]
        except (tokenize.TokenError, SyntaxError):
            source = "\n".join(line.split("#")[0] for line in source.splitlines())
    split = (tuple(line.casefold().split()) for line in source.splitlines())
    return [line for line in split if line]


def _plain(token: tokenize.TokenInfo) -> str:
    """Return a token such that quotes do not matter."""
    text = token.string
    return text.replace('"', "'") if token.type == tokenize.STRING else text
