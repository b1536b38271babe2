"""The table of what a chapter claims: its words, one run, and what ten seeds gave."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from course.claims.asking import Number, band_names
from course.claims.claim import SEEDS, Claim, ClaimsFile

NOTHING = "-"


@dataclass(frozen=True)
class Row:
    """What stands in the table about one claim."""

    name: str
    says: str
    asks: str
    run: str
    full: str
    sample: str
    seeds: str


HEADS = Row("claim", "the text says", "asked", "one run", "full", "sample", "seeds")
# How many characters wide each column is, at most.
WIDTHS = {
    **{"name": 24, "says": 40, "asks": 36},
    **{"run": 18, "full": 22, "sample": 22, "seeds": 10},
}

Values = dict[str, list[Number]]


def rows_of(claims: ClaimsFile, full: Values, sample: Values) -> list[Row]:
    """Return one row for each claim.

    Parameters
    ----------
    claims : ClaimsFile
    full, sample : dict of str to list of numbers
        What the seeds gave on each source. The first of them are the notebook's own, so
        it gave what its stored outputs show.
    """
    return [
        Row(
            name=claim.name,
            says="; ".join(" ".join(words.split()) for words in claim.says),
            asks=_asked(claim),
            run=_run(claim, full),
            full=_band(claim, full),
            sample=_band(claim, sample),
            seeds=_seeds(claim, full),
        )
        for claim in claims.claims
    ]


def as_text(rows: Sequence[Row]) -> str:
    """Return the table for a terminal; what is long is wrapped in its column."""
    cells = [
        [textwrap.wrap(getattr(row, name), width) for name, width in WIDTHS.items()]
        for row in (HEADS, *rows)
    ]
    widths = [
        max(len(line) for lines in column for line in lines)
        for column in zip(*cells, strict=True)
    ]
    rule = "  ".join("-" * width for width in widths)
    printed = [_side_by_side(row, widths) for row in cells]
    return "\n".join([printed[0], rule, *printed[1:]])


def _side_by_side(cells: list[list[str]], widths: list[int]) -> str:
    lines = zip_longest(*cells, fillvalue="")
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _asked(claim: Claim) -> str:
    """Return what is asked, on one line."""
    asked = claim.value or claim.holds
    if asked is None:
        by = f" by {claim.margin:g}" if claim.margin else ""
        asked = f"{claim.left} {claim.relation} {claim.right}{by}"
    return " ".join(asked.split())


def between(band: Sequence[Number]) -> str:
    """Return the lowest and the highest of what the seeds gave, as a text."""
    low, high = _number(min(band)), _number(max(band))
    return low if low == high else f"{low} to {high}"


def _number(number: Number) -> str:
    return f"{number:,}" if isinstance(number, int) else f"{number:.4g}"


def _run(claim: Claim, values: Values) -> str:
    numbers = [values[name][0] for name in band_names(claim, values)]
    if not claim.is_comparison:
        return ", ".join(map(_number, numbers)) or NOTHING
    if claim.name not in values:
        return NOTHING
    if numbers:
        left, right = numbers
        return f"{_number(left)} {claim.relation} {_number(right)}"
    return "true" if values[claim.name][0] else "false"


def _band(claim: Claim, values: Values) -> str:
    bands = [values[name] for name in band_names(claim, values)]
    joint = f" {claim.relation} " if claim.relation else ", "
    if not bands and claim.name in values:
        return "true" if all(values[claim.name]) else "not always true"
    return joint.join(map(between, bands)) or NOTHING


def _seeds(claim: Claim, values: Values) -> str:
    """Say how many seeds were measured; of a comparison, in how many it held."""
    names = [claim.name, *band_names(claim, values)]
    measured = [values[name] for name in names if name in values]
    if not measured:
        return NOTHING
    if not claim.is_comparison:
        return str(len(measured[0]))
    held = f"{sum(measured[0])} of {len(measured[0])}"
    return held if claim.seeds == SEEDS else f"{held}, claimed in {claim.seeds}"
