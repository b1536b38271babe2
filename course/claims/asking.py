"""Ask a kernel what the claims of a text come to, and read what it replies.

The kernel evaluates expressions by Jupyter's protocol (``user_expressions``), so the
notebook's cells stay as they are. Each expression is wrapped so that it comes back as
JSON: what a kernel shows of an array or a tensor is made for people, and may be cut.
"""

import ast
import json
import math
import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from course.claims.claim import Claim, Turn

Number = int | float

RELATIONS = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


class UnfitReplyError(ValueError):
    """An expression failed, or gave something else than it must."""


@dataclass(frozen=True)
class Answer:
    """What one run gave for a claim.

    Attributes
    ----------
    claim : Claim
    numbers : tuple of int or float
        The value, or values, in order; of a comparison by its sides, left and right.
    holds : bool or None
        Whether a comparison holds; None for a value.
    """

    claim: Claim
    numbers: tuple[Number, ...]
    holds: bool | None = None

    @property
    def entries(self) -> dict[str, Number]:
        """The numbers by the names under which bands are stored.

        A comparison is 1 or 0, beside its sides. Several values are numbered from 1.
        """
        name = self.claim.name
        if self.holds is not None:
            sides = zip(("left", "right"), self.numbers, strict=False)
            return {name: int(self.holds), **{f"{name}, {s}": n for s, n in sides}}
        return dict(
            zip(value_names(name, len(self.numbers)), self.numbers, strict=True)
        )


def band_names(claim: Claim, known: Iterable[str]) -> list[str]:
    """Return under which of the `known` names the numbers of a claim are stored.

    Those of its values or its sides; not that of a comparison itself, which is 1 or 0.
    """
    if claim.is_comparison:
        wanted = {f"{claim.name}, left", f"{claim.name}, right"}
        return [name for name in known if name in wanted]
    numbered = re.compile(re.escape(claim.name) + r"(?: \[\d+\])?")
    return [name for name in known if numbered.fullmatch(name)]


def value_names(name: str, count: int) -> list[str]:
    """Return the names under which the values of one claim are stored."""
    if count == 1:
        return [name]
    return [f"{name} [{place}]" for place in range(1, count + 1)]


def is_asked(claim: Claim, source: str) -> bool:
    """Return whether a claim is asked on this source, "full" or "sample"."""
    return source == "full" or claim.sample or not claim.is_comparison


def questions(claims: Iterable[Claim]) -> dict[str, str]:
    """Return the wrapped expression of each claim, by its name."""
    return {claim.name: wrap(claim.expression) for claim in claims}


def wrap(expression: str) -> str:
    """Wrap an expression so that what it gives comes back as JSON."""
    as_plain = "lambda x: x.tolist() if hasattr(x, 'tolist') else float(x)"
    return f"__import__('json').dumps((\n{expression}\n), default={as_plain})"


def read_answer(claim: Claim, replies: Mapping[str, Mapping[str, Any]]) -> Answer:
    """Read what a kernel replied for a claim.

    Parameters
    ----------
    claim : Claim
    replies : mapping of str to mapping
        The ``user_expressions`` of an execute_reply, for `questions`.

    Raises
    ------
    UnfitReplyError
        If the expression failed, or did not give finite numbers or a truth value. One
        line, which says what came and what is wanted.
    """
    came = read_reply(claim.expression, replies[claim.name])
    if claim.holds is not None:
        return Answer(claim, (), _truth(claim.holds, came))
    if claim.relation is None:
        return Answer(claim, _numbers(claim.expression, came))
    sides = (("left", claim.left), ("right", claim.right))
    left, right = (
        _one_number(f"{side} `{expression}`", given)
        for (side, expression), given in zip(sides, came, strict=True)
    )
    holds = RELATIONS[claim.relation](left, right)
    return Answer(claim, (left, right), holds and abs(left - right) >= claim.margin)


def read_truth(turn: Turn, reply: Mapping[str, Any]) -> bool:
    """Read whether what must hold of a reader's turn does; errors as `read_answer`."""
    return _truth(turn.holds, read_reply(turn.holds, reply))


def read_reply(expression: str, reply: Mapping[str, Any]) -> Any:
    """Return what a wrapped expression gave: numbers, truth values, lists of them."""
    if reply["status"] != "ok":
        raise UnfitReplyError(
            f"`{_folded(expression)}` fails with {reply['ename']}: "
            f"{_folded(reply['evalue'])}"
        )
    return json.loads(ast.literal_eval(reply["data"]["text/plain"]))


def _truth(expression: str, came: Any) -> bool:
    if not isinstance(came, bool):
        raise UnfitReplyError(
            f"`{_folded(expression)}` gives {_shown(came)}; it must be true or false"
        )
    return came


def _numbers(expression: str, came: Any) -> tuple[Number, ...]:
    numbers = came if isinstance(came, list) else [came]
    what = f"`{_folded(expression)}`"
    if not numbers:
        raise UnfitReplyError(f"{what} gives no number; it must give at least one")
    return tuple(_one_number(what, number) for number in numbers)


def _one_number(what: str, came: Any) -> Number:
    if type(came) not in (int, float):
        raise UnfitReplyError(f"{what} gives {_shown(came)}; it must be a number")
    if not math.isfinite(came):
        raise UnfitReplyError(f"{what} gives {came}; it must be a finite number")
    return came


def _folded(text: str) -> str:
    return " ".join(text.split())


def _shown(came: Any) -> str:
    text = json.dumps(came)
    return text if len(text) <= 60 else text[:57] + "..."
