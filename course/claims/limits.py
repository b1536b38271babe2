"""Judge what one run gave for the claims: values by their bands, comparisons as such.

A value passes within its band over the seeds, widened on each side by half the band's
width and by one unit of the last digit that the text prints. A count that is the same
under every seed must be exactly that. A comparison must hold; one that does not hold
under every seed (``seeds = 9``) is reported when it fails, and that is all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course.claims.asking import Answer, Number, UnfitReplyError, read_answer
from course.claims.claim import SEEDS, Claim, ClaimsFile
from course.claims.pairing import pair, values_of
from course.claims.words import shortened

# Of what is said in words alone ("half of them"), as a share: as for stored outputs.
WORD_UNIT = 0.01
# Bands are stored with six digits.
ROUNDING = 1e-5


@dataclass(frozen=True)
class Finding:
    """What is wrong with a claim in this run: one line, and whether the run fails."""

    text: str
    fails: bool = True


def judge(
    claims: ClaimsFile,
    asked: Iterable[Claim],
    replies: Mapping[str, Mapping[str, Any]],
    values: Mapping[str, Sequence[Number]],
) -> list[Finding]:
    """Say which of the claims that were asked do not hold in this run.

    Parameters
    ----------
    claims : ClaimsFile
        Where they stand.
    asked : iterable of Claim
    replies : mapping of str to mapping
        What the kernel said to the `course.claims.asking.questions` of these.
    values : mapping of str to sequence of numbers
        What the seeds gave on this source, as ``course bands`` has stored it.
    """
    found = []
    for claim in asked:
        try:
            answer = read_answer(claim, replies)
            finding = _judge_one(claim, answer, claims, values)
        except ValueError as error:  # an unfit reply is one
            remedy = ""
            if isinstance(error, UnfitReplyError):
                remedy = "; correct this cell, or the expression in the claims file"
            finding = Finding(f"{error}{remedy}")
        if finding:
            where = f"claim {claim.name!r} ({shown_path(claims)}): "
            said = str(finding.text).removeprefix(f"claim {claim.name!r} ")
            found.append(Finding(where + said, finding.fails))
    return found


def shown_path(claims: ClaimsFile) -> str:
    return f"{claims.path.parent.name}/{claims.path.name}"


def _judge_one(
    claim: Claim,
    answer: Answer,
    claims: ClaimsFile,
    values: Mapping[str, Sequence[Number]],
) -> Finding | None:
    if answer.holds is not None:
        return None if answer.holds else _missed(claim, answer)
    bands = values_of(claim, values)
    if len(bands) != len(answer.numbers):
        return Finding(
            f"`{claim.value}` gives {len(answer.numbers)} numbers, but "
            f"{len(bands)} were measured; measure anew: {_bands_command(claims)}"
        )
    units = units_of(claim, claims.constants, bands)
    for number, band, unit in zip(answer.numbers, bands, units, strict=True):
        low, high = limits(band, unit)
        if not low <= number <= high:
            return Finding(
                f"`{claim.value}` gives {number:.6g}, but {len(band)} seeds gave "
                f"{_between(min(band), max(band))}, so {_between(low, high)} passes; "
                f"look for what changed in this cell or above, or measure anew "
                f"({_bands_command(claims)}) and correct {shortened(claim.says[0])}"
            )
    return None


def limits(band: Sequence[Number], unit: float) -> tuple[float, float]:
    """Return the lowest and the highest value that pass.

    Parameters
    ----------
    band : sequence of numbers
        What each seed gave.
    unit : float
        What one unit of the last digit is worth that the text prints.
    """
    low, high = min(band), max(band)
    if low == high and all(isinstance(number, int) for number in band):
        return low, high
    widened = (high - low) / 2 + unit + ROUNDING * max(abs(low), abs(high))
    return low - widened, high + widened


def units_of(
    claim: Claim, constants: Iterable[str], bands: Sequence[Sequence[Number]]
) -> list[float]:
    """Return for each value of a claim what its last printed digit is worth.

    Raises
    ------
    ValueError
        If the words have another number of figures than the claim has values.
    """
    said = [pair(words, constants, len(bands)) for words in claim.says]
    units = []
    for place, band in enumerate(bands):
        figures = [
            figure
            for words in said
            for figure in (words[place].point, words[place].range)
            if figure is not None
        ]
        written = [point for f in figures for point in f.points if not point.word]
        in_words = WORD_UNIT * max(map(abs, band))
        units.append(min((point.unit for point in written), default=in_words))
    return units


def _missed(claim: Claim, answer: Answer) -> Finding:
    if claim.relation is None:
        what = f"`{claim.holds}` is false"
    else:
        left, right = answer.numbers
        by = f" by at least {claim.margin:g}" if claim.margin else ""
        what = (
            f"`{claim.left}` {claim.relation} `{claim.right}`{by} does not hold "
            f"({left:.6g} and {right:.6g})"
        )
    what += f", but the text says {shortened(claim.says[0])}"
    if claim.seeds < SEEDS:
        return Finding(f"{what}; it holds in {claim.seeds} of {SEEDS} seeds", False)
    return Finding(
        f"{what}; look for what changed in this cell or above, or correct the text"
    )


def _between(low: float, high: float) -> str:
    ends = [f"{low:.6g}", f"{high:.6g}"]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _bands_command(claims: ClaimsFile) -> str:
    return f"course bands {claims.path.stem}"
