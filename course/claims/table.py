"""The table of what a chapter claims: its words, one run, and what ten seeds gave."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from course.claims.asking import Number, band_names
from course.claims.claim import SEEDS, Claim, ClaimsFile

LONGEST = 44  # characters of a name or of words
NOTHING = "-"


@dataclass(frozen=True)
class Row:
    """What stands in the table about one claim."""

    name: str
    says: str
    run: str
    full: str
    sample: str
    seeds: str


HEADS = Row("claim", "the text says", "one run", "full", "sample", "seeds")

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
            run=_run(claim, full),
            full=_band(claim, full),
            sample=_band(claim, sample),
            seeds=_seeds(claim, full),
        )
        for claim in claims.claims
    ]


def as_text(rows: Sequence[Row]) -> str:
    """Return the table for a terminal, one line for each claim."""
    columns = [field.name for field in fields(Row)]
    cells = [
        [_short(getattr(row, column)) for column in columns] for row in (HEADS, *rows)
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        for row in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


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


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
