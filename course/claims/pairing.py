"""Compare the figures of what a text says with the values that seeds gave.

The words of a value claim hold, for each value in order, a point ("about 98%"), a range
("97.6% to 98.1%"), or a point and then its range. A point lies within one unit of its
last digit of what every seed gave, after "about" two; the ends of a range lie as close
to the lowest and the highest. Each refusal is one line that says what to do.
"""

import ast
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from course.claims.claim import SEEDS, Claim
from course.claims.figures import Figure, figures_in
from course.claims.words import places, shortened

# How far a number word may be off, as a share of what it says.
WORD, WORD_ABOUT = 0.15, 0.25
# "About 55,000" is rounded to thousands; that may not take it further off than this.
LARGEST_ROUNDING = 0.05
AT_LEAST = {"at least", "at most", "up to", "no more than"}
UPWARD = {"more than", "over", "above", "at least"}
UPWARD |= {"larger than", "higher than", "greater than"}


@dataclass(frozen=True)
class Said:
    """What the words say of one value: a point, a range, or a point and its range."""

    point: Figure | None = None
    range: Figure | None = None

    @property
    def unit(self) -> float:
        """What one unit of the last digit is worth, the finest of its figures."""
        points = [
            f for figure in (self.point, self.range) if figure for f in figure.points
        ]
        return min(figure.unit for figure in points)


def own_figures(says: str, constants: Iterable[str]) -> list[Figure]:
    """Return the figures of `says` that are its values': not constants, not seeds."""
    taken = [place for words in constants for place in places(words, says)]
    return [
        figure
        for figure in figures_in(says)
        if not figure.of_seeds and not all(_within(p, taken) for p in figure.points)
    ]


def pair(says: str, constants: Iterable[str], values: int) -> list[Said]:
    """Return what the words say of each of so many values, in order.

    Raises
    ------
    ValueError
        If they hold another number of figures.
    """
    figures = own_figures(says, constants)
    readings = [_grouped(figures), [Said(**_as_said(figure)) for figure in figures]]
    apart = [p for f in figures for p in (f.points if f.two_points else (f,))]
    readings += [_grouped(apart), [Said(**_as_said(figure)) for figure in apart]]
    for reading in readings:
        if len(reading) == values:
            return reading
    listed = ", ".join(repr(figure.text) for figure in figures) or "none"
    raise ValueError(
        f"says {shortened(says)} has {len(readings[0])} figures ({listed}), but value "
        f"gives {values}: give as many values, in their order, or put what is "
        "published or set into [constants]"
    )


def words_against_values(
    claim: Claim, constants: Iterable[str], values: Sequence[Sequence[float]]
) -> list[str]:
    """Return where the words of a value claim say another thing than the seeds gave.

    Parameters
    ----------
    claim : Claim
        A claim with a `value`.
    constants : iterable of str
        The words of [constants].
    values : sequence of sequences of float
        For each value of the claim, what each seed gave.

    Returns
    -------
    list of str
        One line for each disagreement.
    """
    found = []
    constants = list(constants)
    for says in claim.says:
        try:
            pairs = pair(says, constants, len(values))
        except ValueError as error:
            found.append(f"claim {claim.name!r}: {error}")
            continue
        for said, band in zip(pairs, values, strict=True):
            if problem := disagreement(said, band):
                found.append(f"claim {claim.name!r}: {shortened(says)}: {problem}")
    return found


def disagreement(said: Said, band: Sequence[float]) -> str | None:
    """Return where `said` disagrees with the values of the seeds; None if nowhere."""
    if not all(map(math.isfinite, band)):
        return f"the seeds gave {_listed(band)}; a value must be finite"
    if said.range is not None:
        return _range_problem(said.range, band) or (
            _point_problem(said.point, [fmean(band)], "the mean of the seeds is")
            if said.point
            else None
        )
    assert said.point is not None
    return _point_problem(said.point, band, "the seeds gave")


def allowance(figure: Figure) -> float:
    """Return how far a value may lie from a point figure."""
    if figure.exact:
        return 0.0
    if figure.word:
        share = (WORD_ABOUT if figure.about else WORD) * abs(figure.value)
        if figure.whole is None:
            return share
        # "Nine of ten" leaves eight and a half to nine and a half of ten, at most.
        return min(share, (1.0 if figure.about else 0.5) / figure.whole)
    units = 2 if figure.about else 1
    rounding = _rounding(figure) if figure.about else 0.0
    return max(units * figure.unit, rounding)


def _point_problem(figure: Figure, band: Sequence[float], gave: str) -> str | None:
    low, high = min(band), max(band)
    if figure.bound:
        problem = _bound_problem(figure, low, high)
    elif figure.is_integer and low == high == round(low) and not figure.about:
        problem = None if low == figure.value else "a count must be exact"
    else:
        allowed = allowance(figure) * (1 + 1e-9) + 1e-12 * abs(figure.value)
        worst = max(abs(low - figure.value), abs(high - figure.value))
        problem = None if worst <= allowed else _too_far(figure)
    if problem is None:
        return None
    return f"{figure.text!r}, but {gave} {_between(figure, low, high)}; {problem}" + (
        _percent_hint(figure, low, high)
    )


def _too_far(figure: Figure) -> str:
    if figure.word:
        return (
            "a number word may be off by 15%, after 'about' by 25%: write the figure "
            "or its range"
        )
    return (
        "each must lie within one unit of the last digit, after 'about' two: "
        "write the range"
    )


def _bound_problem(figure: Figure, low: float, high: float) -> str | None:
    """Say what is wrong with a bound such as "more than 97%"."""
    upward = figure.bound in UPWARD
    nearest = low if upward else high
    beyond = nearest - figure.value if upward else figure.value - nearest
    if beyond < 0 or (beyond == 0 and figure.bound not in AT_LEAST):
        return f"not every seed is {figure.bound} that"
    near = max(2 * figure.unit, _rounding(figure))
    near = WORD_ABOUT * abs(figure.value) if figure.word else near
    if beyond > near * (1 + 1e-9):
        return (
            "a bound must lie within two units of the nearest seed: write a closer "
            "one, or make it a comparison (holds = ...)"
        )
    return None


def _rounding(figure: Figure) -> float:
    """Return by how much a whole number with zeros at its end may be rounded."""
    if not figure.is_integer or not figure.value:
        return 0.0
    digits = str(int(abs(figure.value)))
    zeros = len(digits) - len(digits.rstrip("0"))
    return min(0.5 * 10**zeros, LARGEST_ROUNDING * abs(figure.value))


def _range_problem(figure: Figure, band: Sequence[float]) -> str | None:
    low, high = min(band), max(band)
    ends = sorted(figure.points, key=lambda end: end.value)
    for end, measured, which in zip(
        ends, (low, high), ("lowest", "highest"), strict=True
    ):
        allowed = allowance(end) * (1 + 1e-9) + 1e-12 * abs(end.value)
        if abs(measured - end.value) > allowed:
            return (
                f"the range says {end.text!r}, but the {which} of {len(band)} seeds is "
                f"{_as_written(measured, end)}; write "
                f"{_to(end, low, high)!r}" + _percent_hint(end, low, high)
            )
    return None


def numbers_of_a_comparison(claim: Claim, constants: Iterable[str]) -> list[str]:
    """Return which numbers in the words of a comparison its expression does not hold.

    "Twice" is held by a 2 or by 0.5, "3%" by 0.03 or by 3 where the expression counts
    in per cent, "nine of ten seeds" by ``seeds = 9``.
    """
    literals = [*_literals(claim.expression), claim.margin]
    found = []
    constants = list(constants)
    for says in claim.says:
        where = f"claim {claim.name!r}: {shortened(says)} says"
        found += [
            f"{where} {figure.text!r}, which is neither in the expression nor the "
            "margin: put it there, into [constants], or out of says"
            for either in own_figures(says, constants)
            for figure in either.points
            if not any(_is_same(figure, literal) for literal in literals)
        ]
        found += [
            f"{where} {figure.text!r} seeds, but seeds is {claim.seeds}"
            for figure in figures_in(says)
            if figure.of_seeds and not _is_seeds(figure, claim.seeds)
        ]
    return found


def _is_same(figure: Figure, literal: float) -> bool:
    values = [figure.value]
    if figure.word and figure.value:
        values.append(1 / figure.value)
    if figure.percent:
        values.append(100 * figure.value)
    return any(math.isclose(abs(v), abs(literal), rel_tol=1e-9) for v in values)


def _is_seeds(figure: Figure, seeds: int) -> bool:
    said = SEEDS * figure.value if figure.whole else figure.value
    return math.isclose(said, seeds) or (not figure.whole and said == SEEDS)


def _literals(expression: str) -> list[float]:
    return [
        float(node.value)
        for node in ast.walk(ast.parse(expression.strip(), mode="eval"))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    ]


def values_of(
    claim: Claim, values: Mapping[str, Sequence[float]]
) -> list[Sequence[float]]:
    """Return what the seeds gave for each value of a claim, from the bands' values.

    Raises
    ------
    ValueError
        If the claim was never measured.
    """
    if claim.name in values:
        return [values[claim.name]]
    found: list[Sequence[float]] = []
    while (name := f"{claim.name} [{len(found) + 1}]") in values:
        found.append(values[name])
    if not found:
        raise ValueError(
            f"claim {claim.name!r} has no band: measure it with `course bands`"
        )
    return found


def _grouped(figures: list[Figure]) -> list[Said]:
    grouped: list[Said] = []
    for figure in figures:
        last = grouped[-1] if grouped else None
        if figure.upper and last and last.point and not last.range:
            grouped[-1] = Said(last.point, figure)
        else:
            grouped.append(Said(**_as_said(figure)))
    return grouped


def _as_said(figure: Figure) -> dict[str, Figure]:
    return {"range" if figure.upper else "point": figure}


def _within(figure: Figure, spans: list[tuple[int, int]]) -> bool:
    return any(start <= figure.start and figure.end <= end for start, end in spans)


def _as_written(value: float, like: Figure) -> str:
    """Write a value as a figure is written, with one more digit where words stand."""
    if like.word:
        return f"{value:.3g}"
    scale, mark = (100, "%") if like.percent else (1, "")
    decimals = max(0, -round(math.log10(like.unit * scale)))
    return f"{value * scale:,.{decimals}f}{mark}"


def _between(like: Figure, low: float, high: float) -> str:
    """Write a band, with one digit more than the figure has."""
    finer = like if like.word or like.is_integer else replace(like, unit=like.unit / 10)
    if finer.is_integer and not (low == round(low) and high == round(high)):
        finer = replace(like, unit=0.1)
    return _to(finer, low, high)


def _to(like: Figure, low: float, high: float) -> str:
    ends = [_as_written(value, like) for value in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _percent_hint(figure: Figure, low: float, high: float) -> str:
    middle = (low + high) / 2
    for factor, advice in (
        (0.01, "the value must be a share: leave out its factor 100"),
        (100, "write the figure with '%', or the value times 100"),
    ):
        wrong = figure.percent == (factor == 0.01)
        if wrong and abs(middle * factor - figure.value) <= allowance(figure):
            return f" ({advice})"
    return ""


def _listed(band: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in band)
