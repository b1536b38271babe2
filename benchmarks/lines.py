"""A line of the table: two medians, their ratio, and whether the goal holds."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MEASURES = ("ratio", "ours", "difference")


@dataclass(frozen=True)
class Goal:
    """What has to hold: one of the `MEASURES`, at most or at least a limit.

    The ratio is ours / against and the difference ours - against, so "20 times faster"
    is a ratio of at most 1/20.
    """

    measure: str
    at_most: float = math.inf
    at_least: float = -math.inf

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise ValueError(
                f"measure is {self.measure!r}; it must be one of {MEASURES}."
            )
        if math.isfinite(self.at_most) == math.isfinite(self.at_least):
            raise ValueError("a goal needs one limit: at_most or at_least.")

    def words(self, unit: str) -> str:
        """Return the goal as the table shows it."""
        sense = "at most" if math.isfinite(self.at_most) else "at least"
        limit = self.at_most if math.isfinite(self.at_most) else self.at_least
        if self.measure == "ratio" and 0 < limit < 1:
            return f"ratio {sense} 1/{1 / limit:.3g}"
        unit = "" if self.measure == "ratio" else unit
        return f"{self.measure} {sense} {amount(limit, unit)}"

    def missed_by(self, value: float) -> float:
        """Return by how much a value misses the goal; 0 if it does not."""
        return max(value - self.at_most, self.at_least - value, 0.0)


@dataclass(frozen=True)
class Line:
    """One line of the table: what was measured again and again, and the goal.

    Parameters
    ----------
    what, against : str
        In a few words.
    ours, theirs : sequence of float
        What each repetition or seed gave. `theirs` is empty where nothing is compared,
        and holds one number where that is a fixed one.
    goal : Goal
    unit : str
        ``"s"``, ``"MB"``, or nothing.
    note : str
        Seeds, settings, and whatever a reader must know to believe it.
    middle : callable
        ``statistics.median``, or ``statistics.mean`` where the goal is about a mean.
    """

    what: str
    against: str
    ours: Sequence[float]
    theirs: Sequence[float]
    goal: Goal
    unit: str = "s"
    note: str = ""
    middle: Callable[[Sequence[float]], float] = statistics.median

    def value(self, measure: str) -> float:
        """Return the ratio, ours, or the difference."""
        ours = self.middle(self.ours)
        if measure == "ours":
            return ours
        theirs = self.middle(self.theirs)
        return ours / theirs if measure == "ratio" else ours - theirs

    def ratio(self) -> str:
        """Return the ratio and its spread from pair to pair, or a dash.

        Without pairs, where one side was repeated more often, there is no spread.
        """
        if not self.theirs:
            return "-"
        theirs = self.theirs
        if len(theirs) == 1:
            theirs = list(theirs) * len(self.ours)
        text = amount(self.value("ratio"))
        if len(theirs) != len(self.ours) or len(theirs) == 1:
            return text
        ratios = [a / b for a, b in zip(self.ours, theirs, strict=True)]
        return f"{text} ({amount(min(ratios))} to {amount(max(ratios))})"

    def result(self) -> str:
        """Return "reached", or by how much the goal is missed."""
        value = self.value(self.goal.measure)
        if math.isnan(value):
            return "misses: not a number"
        missed = self.goal.missed_by(value)
        if missed == 0:
            return "reached"
        unit = "" if self.goal.measure == "ratio" else self.unit
        return f"misses by {amount(missed, unit)}"

    def cells(self) -> list[str]:
        """Return the line as it stands in the table, under `results.HEADER`."""
        ours = amount(self.middle(self.ours), self.unit)
        theirs = amount(self.middle(self.theirs), self.unit) if self.theirs else "-"
        kind = "mean" if self.middle is statistics.mean else "median"
        often = f"{kind} of {len(self.ours)}" if len(self.ours) > 1 else "once"
        return [
            self.what,
            self.against or "-",
            self.goal.words(self.unit),
            ours,
            theirs,
            self.ratio(),
            self.result(),
            "; ".join(filter(None, [often, self.note])),
        ]


def amount(value: float, unit: str = "") -> str:
    """Return a number with three or more digits and its unit."""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    if not unit and 0.9 < abs(value) < 1:  # accuracies: 0.9952, not 0.995
        text = f"{value:.4f}"
    return f"{text} {unit}".strip()
