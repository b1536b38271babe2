"""Read ``claims/NAME.toml``: what the text of a chapter says, as a test can ask it.

CONTRIBUTING.md shows such a file. An error names the file and the claim, what is wrong
and what is wanted, in one line.
"""

import ast
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RELATIONS = ("<", "<=", "==", "!=", ">=", ">")
WITH_MARGIN = ("<", "<=", ">=", ">")
SEEDS = 10  # how many seeds `course bands` runs, unless told otherwise

TABLES = {"constants", "claim", "turn", "not-a-comparison"}
CLAIM_KEYS = {
    *("name", "after", "says", "value", "holds", "left", "relation", "right"),
    *("margin", "seeds", "sample"),
}


@dataclass(frozen=True)
class Claim:
    """One thing that the text says of this chapter's results.

    Attributes
    ----------
    name : str
        What it is about, such as "dense 512, test accuracy"; no other has this name.
    after : str
        The id of the code cell after which it is asked.
    says : tuple of str
        The words of the text, each to be found in a Markdown cell after that code cell.
    value : str or None
        An expression that gives one number, or several in a tuple or list.
    holds : str or None
        A comparison, as an expression that is true.
    left, relation, right : str or None
        A comparison by its two sides, each of which gives one number.
    margin : float, default 0.0
        By how much the larger side must exceed the other one, at least.
    seeds : int, default 10
        In how many of ten seeds the comparison holds.
    sample : bool, default False
        Whether the comparison is asked on the sample, too.
    """

    name: str
    after: str
    says: tuple[str, ...]
    value: str | None = None
    holds: str | None = None
    left: str | None = None
    relation: str | None = None
    right: str | None = None
    margin: float = 0.0
    seeds: int = SEEDS
    sample: bool = False

    @property
    def is_comparison(self) -> bool:
        return self.value is None

    @property
    def expression(self) -> str:
        """The expression to evaluate; of a comparison by sides, the pair of both."""
        if self.value is not None:
            return self.value
        if self.holds is not None:
            return self.holds
        return f"((\n{self.left}\n), (\n{self.right}\n))"


@dataclass(frozen=True)
class Turn:
    """What must hold after a cell in which the reader writes code.

    Attributes
    ----------
    cell : str
        The id of a code cell tagged ``your-turn``.
    holds : str
        An expression that is true once the answer has been run in that cell.
    """

    cell: str
    holds: str


@dataclass(frozen=True)
class ClaimsFile:
    """All that stands in one claims file.

    Attributes
    ----------
    path : pathlib.Path
    constants : dict of str to str
        Published figures and settings, word for word, each with its source.
    claims : tuple of Claim
    turns : tuple of Turn
    not_comparisons : tuple of (str, str)
        Sentences that hold a comparing word but compare no results, each with a reason.
    """

    path: Path
    constants: dict[str, str]
    claims: tuple[Claim, ...]
    turns: tuple[Turn, ...]
    not_comparisons: tuple[tuple[str, str], ...]


def claims_file(notebook: Path) -> Path:
    """Return where the claims of `notebook` stand."""
    return notebook.parent / "claims" / f"{notebook.stem}.toml"


def read_claims(notebook: Path) -> ClaimsFile:
    """Read what the text of a notebook claims.

    Parameters
    ----------
    notebook : pathlib.Path
        The notebook, such as ``notebooks/04_mnist.ipynb``.

    Raises
    ------
    FileNotFoundError
        If this notebook has no claims file.
    ValueError
        If the file is not TOML, or an entry of it is not as it must be.
    """
    path = claims_file(notebook)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{notebook} has no claims file {path}; write what its text says there."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not TOML: {error}") from error
    try:
        return _read_content(path, content)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _read_content(path: Path, content: dict[str, Any]) -> ClaimsFile:
    _allow_keys(content, TABLES, "the file")
    constants = content.get("constants", {})
    if not isinstance(constants, dict):
        raise ValueError("constants must be a table, [constants]")
    for words in constants:
        _text(constants, words, "[constants]")
    claims = tuple(
        _read_claim(entry, f"[[claim]] {number}")
        for number, entry in _entries(content, "claim")
    )
    turns = tuple(
        _read_turn(entry, f"[[turn]] {number}")
        for number, entry in _entries(content, "turn")
    )
    others = tuple(
        _read_other(entry, f"[[not-a-comparison]] {number}")
        for number, entry in _entries(content, "not-a-comparison")
    )
    _require_unique([claim.name for claim in claims], "claims are called")
    _require_unique([turn.cell for turn in turns], "turns are for the cell")
    return ClaimsFile(path, constants, claims, turns, others)


def _entries(content: dict[str, Any], name: str) -> list[tuple[int, Any]]:
    entries = content.get(name, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ValueError(f"{name} must be a list of tables, each under [[{name}]]")
    return list(enumerate(entries, start=1))


def _read_claim(entry: dict[str, Any], where: str) -> Claim:
    if isinstance(entry.get("name"), str):
        where = f"claim {entry['name']!r}"
    _allow_keys(entry, CLAIM_KEYS, where)
    claim = Claim(
        name=_text(entry, "name", where),
        after=_text(entry, "after", where),
        says=_says(entry, where),
        **{
            key: _expression(entry, key, where)
            for key in ("value", "holds", "left", "right")
            if key in entry
        },
        relation=entry.get("relation"),
        margin=entry.get("margin", 0.0),
        seeds=entry.get("seeds", SEEDS),
        sample=entry.get("sample", False),
    )
    _require_one_kind(claim, where)
    _check_settings(claim, entry.keys(), where)
    return claim


def _require_one_kind(claim: Claim, where: str) -> None:
    sides = [claim.left, claim.relation, claim.right]
    by_sides = sides != [None] * 3
    kinds = [claim.value is not None, claim.holds is not None, by_sides]
    if sum(kinds) != 1 or (by_sides and None in sides):
        raise ValueError(
            f"{where} needs one of value, holds, or left with relation and right"
        )
    if claim.relation is not None and claim.relation not in RELATIONS:
        raise ValueError(
            f"{where}: relation is {claim.relation!r}; it must be one of "
            f"{', '.join(RELATIONS)}"
        )


def _check_settings(claim: Claim, given: Any, where: str) -> None:
    for key in ("seeds", "sample"):
        if key in given and not claim.is_comparison:
            raise ValueError(
                f"{where}: {key} is for comparisons; a value is held by its band"
            )
    if "margin" in given and claim.relation not in WITH_MARGIN:
        raise ValueError(
            f"{where}: a margin needs left, right and a relation of "
            f"{', '.join(WITH_MARGIN)}"
        )
    if type(claim.margin) not in (int, float) or not 0 <= claim.margin < float("inf"):
        raise ValueError(
            f"{where}: margin is {claim.margin!r}; it must be a number from 0 on"
        )
    if type(claim.seeds) is not int or not 1 <= claim.seeds <= SEEDS:
        raise ValueError(
            f"{where}: seeds is {claim.seeds!r}; it must be 1 to {SEEDS}, the number "
            f"of seeds of {SEEDS} in which the comparison holds"
        )
    if type(claim.sample) is not bool:
        raise ValueError(
            f"{where}: sample is {claim.sample!r}; it must be true or false"
        )


def _read_turn(entry: dict[str, Any], where: str) -> Turn:
    _allow_keys(entry, {"cell", "holds"}, where)
    return Turn(_text(entry, "cell", where), _expression(entry, "holds", where))


def _read_other(entry: dict[str, Any], where: str) -> tuple[str, str]:
    _allow_keys(entry, {"says", "why"}, where)
    return _text(entry, "says", where), _text(entry, "why", where)


def _allow_keys(given: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(given.keys() - known):
        raise ValueError(
            f"{where} has no {', '.join(map(repr, unknown))}; it may have "
            f"{', '.join(sorted(known))}"
        )


def _text(entry: Mapping[str, Any], key: str, where: str) -> str:
    text = entry.get(key)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{where}: {key} is {text!r}; it must be a text")
    return text


def _says(entry: Mapping[str, Any], where: str) -> tuple[str, ...]:
    said = entry.get("says")
    if not isinstance(said, list):
        said = [said]
    if not said or not all(isinstance(text, str) and text.strip() for text in said):
        raise ValueError(
            f"{where}: says is {entry.get('says')!r}; it must be the words of the "
            "text, or a list of such words"
        )
    return tuple(said)


def _expression(entry: Mapping[str, Any], key: str, where: str) -> str:
    text = _text(entry, key, where).strip()
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError) as error:
        shown = " ".join(text.split())
        raise ValueError(
            f"{where}: {key} is not a Python expression ({error}): {shown}"
        ) from None
    return text


def _require_unique(names: list[str], what: str) -> None:
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise ValueError(f"{Counter(names)[twice[0]]} {what} {twice[0]!r}; one may be")
