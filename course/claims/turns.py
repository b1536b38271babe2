"""The reader's turns: code cells with a starter, and answers folded below them.

A code cell tagged ``your-turn`` has its answer in a Markdown cell further down, before
the next turn: ``<details><summary>Answer</summary>`` with blocks of Python. The answer
takes the place of the starter's statements that leave ``...`` to the reader; what else
the starter does stays, unless the answer does it, too. A starter without ``...`` is
changed by the reader throughout, and the answer takes its place as a whole.
"""

import ast
import re
from typing import Any

import nbformat

from course.claims.placing import TURN_TAG

ANSWERED = "-answered"  # ends the id of a cell that holds an answer

ANSWER = re.compile(
    r"<details>\s*<summary>\s*Answer\s*</summary>(.*?)</details>", re.DOTALL
)
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def turn_cells(notebook: Any) -> list[Any]:
    """Return the code cells in which the reader writes."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and TURN_TAG in cell.metadata.get("tags", [])
    ]


def answers_of(notebook: Any) -> dict[str, str]:
    """Return the answer to each turn, as Python, by the id of the turn's cell.

    Raises
    ------
    ValueError
        If a turn has no answer that can be run; names its cell.
    """
    turns = {cell.id for cell in turn_cells(notebook)}
    answers: dict[str, str] = {}
    waiting = None  # the turn whose answer is still to come
    for cell in notebook.cells:
        if cell.id in turns:
            _require_answered(waiting)
            waiting = cell.id
        elif waiting and cell.cell_type == "markdown":
            found = ANSWER.search(cell.source)
            if found is None:
                continue
            answers[waiting] = "\n".join(BLOCK.findall(found[1]))
            if not answers[waiting].strip():
                raise ValueError(
                    f"the answer to the turn {waiting!r} holds no code; write it in a "
                    "block that opens with ```python"
                )
            waiting = None
    _require_answered(waiting)
    return answers


def _require_answered(waiting: str | None) -> None:
    if waiting is not None:
        raise ValueError(
            f"the turn {waiting!r} has no answer; fold one into a Markdown cell after "
            "it: <details><summary>Answer</summary>"
        )


def answered(starter: str, answer: str) -> str:
    """Return the code of a turn's cell once the reader has written the answer."""
    statements = ast.parse(starter).body
    if not any(map(_is_open, statements)):
        return answer
    repeated = {ast.dump(statement) for statement in ast.parse(answer).body}
    parts = []
    for statement in statements:
        if _is_open(statement):
            if answer not in parts:
                parts.append(answer)
        elif ast.dump(statement) not in repeated:
            parts.append(_source(starter, statement))
    return "\n".join(parts)


def _source(code: str, statement: ast.stmt) -> str:
    """Return the lines of a statement, its decorators included."""
    decorators = getattr(statement, "decorator_list", [])
    first = min(node.lineno for node in (statement, *decorators))
    return "\n".join(code.split("\n")[first - 1 : statement.end_lineno])


def _is_open(statement: ast.stmt) -> bool:
    """Return whether a statement leaves ``...`` to the reader.

    That of ``x[..., 0]`` is an index, and leaves nothing.
    """
    indices = {
        id(node)
        for subscript in ast.walk(statement)
        if isinstance(subscript, ast.Subscript)
        for node in ast.walk(subscript.slice)
    }
    return any(
        isinstance(node, ast.Constant) and node.value is ... and id(node) not in indices
        for node in ast.walk(statement)
    )


def answered_copy(notebook: Any) -> Any:
    """Return a copy in which each turn is followed by a cell with its answer.

    The starter stays, and is run first, as the reader does. The answer's cell has the
    turn's id, ended by ``-answered``.
    """
    answers = answers_of(notebook)
    copy = nbformat.from_dict(notebook)
    cells = []
    for cell in copy.cells:
        cells.append(cell)
        if cell.id in answers:
            source = answered(cell.source, answers[cell.id])
            cells.append(nbformat.v4.new_code_cell(source, id=cell.id + ANSWERED))
    copy.cells = cells
    return copy
