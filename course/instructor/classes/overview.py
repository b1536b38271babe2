"""What a class can do, and where it went wrong: as a picture and as text."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course.instructor.classes.grades import STATUSES, Grade

MOST_MISTAKES = 10
PARTS = 5  # of the points, in a distribution
HEIGHTS = " ▁▂▃▄▅▆▇█"
COLOUR = "#2f6c9e"
BACK = "#e3e6ea"


@dataclass(frozen=True)
class Spread:
    """How scores are distributed.

    Attributes
    ----------
    mean, lower, median, upper : float
        `lower` and `upper` are the quartiles: half of the scores lie between them.
    counts : tuple of int
        How many scores lie in each fifth of the points, the lowest first.
    """

    mean: float
    lower: float
    median: float
    upper: float
    counts: tuple[int, ...]


def spread(scores: Sequence[float | None], most: float) -> Spread | None:
    """Return how scores are distributed; None if there are none.

    Parameters
    ----------
    scores : sequence of float or None
        None is no score, and does not count.
    most : float
        The points that can be reached.
    """
    there = [score for score in scores if score is not None]
    if not there:
        return None
    lower, median, upper = np.percentile(there, [25, 50, 75])
    counts, _ = np.histogram(np.clip(there, 0, most), PARTS, (0, most or 1))
    return Spread(
        float(np.mean(there)),
        float(lower),
        float(median),
        float(upper),
        tuple(counts.tolist()),
    )


def spreads(
    grades: Sequence[Grade], points: dict[str, float]
) -> dict[str, Spread | None]:
    """Return how the scores of each question are distributed."""
    return {
        question: spread([grade.scores[question] for grade in grades], points[question])
        for question in (grades[0].scores if grades else ())
    }


def frequent_mistakes(grades: Sequence[Grade]) -> list[tuple[str, int]]:
    """Return the most frequent mistakes, as "q2: name", and how many did each."""
    counts = Counter(
        f"{question}: {name}"
        for grade in grades
        for question, names in grade.mistakes.items()
        for name in sorted(set(names))
    )
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:MOST_MISTAKES]


def as_text(grades: Sequence[Grade], points: dict[str, float]) -> str:
    """Return the overview as lines of text.

    Parameters
    ----------
    grades : sequence of Grade
        Of all of the class, for one exercise.
    points : dict of str to float
        The points of each question.
    """
    lines = [_statuses(grades), "", *_all_scores(grades), ""]
    lines += ["each question: mean, median, students in each fifth of the points"]
    for question, found in spreads(grades, points).items():
        most = points[question]
        bar = "█" * round(20 * found.mean / most) if found and most else ""
        shape = _shape(found.counts) if found else ""
        shown = _words(grades, question, found, most)
        lines.append(f"  {question:<8} {bar:<20} |{shape:<{PARTS}}| {shown}")
    lines += ["", "most frequent mistakes"]
    lines += [f"  {count:4} {name}" for name, count in frequent_mistakes(grades)]
    return "\n".join(lines if frequent_mistakes(grades) else [*lines, "  none"])


def _all_scores(grades: Sequence[Grade]) -> list[str]:
    """Return lines on the scores of the exercise, which count: penalties are off."""
    most = grades[0].points if grades else 0
    found = spread([grade.score for grade in grades], most)
    if found is None:
        return ["nobody has a score"]
    lines = [
        f"scores: median {found.median:.4g} of {most:g}, mean {found.mean:.4g}, the "
        f"middle half {found.lower:.4g} to {found.upper:.4g}"
    ]
    for part, count in enumerate(found.counts):
        ends = f"{most * part / PARTS:g} to {most * (part + 1) / PARTS:g}"
        bar = "█" * round(40 * count / sum(found.counts))
        lines.append(f"  {ends:<12} {bar} {count}")
    return lines


def _shape(counts: Sequence[int]) -> str:
    """Return bars, one sign each; the lowest bar is a single student at least."""
    steps = len(HEIGHTS) - 1
    return "".join(HEIGHTS[-(-steps * count // max(counts))] for count in counts)


def _words(
    grades: Sequence[Grade], question: str, found: Spread | None, most: float
) -> str:
    waiting = sum(
        grade.score is not None and grade.scores[question] is None for grade in grades
    )
    shown = "no score yet"
    if found:
        shown = f"{found.mean:.2f} of {most:g}, median {found.median:.4g}"
    return f"{shown}, {waiting} to read" if waiting else shown


def _statuses(grades: Sequence[Grade]) -> str:
    counts = Counter(grade.status for grade in grades)
    found = [f"{counts[status]} {status}" for status in STATUSES if counts[status]]
    return f"{len(grades)} students: {', '.join(found)}"


def draw(grades: Sequence[Grade], points: dict[str, float], file: Path) -> None:
    """Draw the overview into a PNG file.

    Parameters
    ----------
    grades : sequence of Grade
        Of all of the class, for one exercise; at least one.
    points : dict of str to float
        The points of each question.
    file : pathlib.Path
    """
    rows = max(len(points), len(frequent_mistakes(grades)))
    figure = Figure(figsize=(12, 4.4 + 0.42 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(f"{grades[0].exercise}\n{_statuses(grades)}", fontsize=13)
    scores, left, right = figure.subplot_mosaic(
        [["scores", "scores"], ["left", "right"]],
        height_ratios=[2.2, 1.8 + 0.42 * rows],
    ).values()
    _draw_scores(scores, grades)
    _draw_questions(left, grades, points)
    _draw_mistakes(right, grades)
    figure.savefig(file, dpi=120)


def _draw_scores(ax, grades: Sequence[Grade]) -> None:  # type: ignore[no-untyped-def]
    most = grades[0].points
    found = spread([grade.score for grade in grades], most)
    if found is None:
        ax.set_axis_off()
        ax.set_title("Nobody has a score", fontsize=12)
        return
    width = most / PARTS
    for part, count in enumerate(found.counts):
        ax.bar(width * part, count, 0.94 * width, align="edge", color=COLOUR)
        ax.text(width * (part + 0.47), count, f"{count}", ha="center", va="bottom")
    ax.axvline(found.median, color="black", linewidth=2)
    ax.set_xlim(0, most or 1)
    ax.set_ylim(0, 1.25 * max(found.counts))
    ax.set_xticks([width * part for part in range(PARTS + 1)])
    ax.set_yticks([])
    median = f"median {found.median:.4g} of {most:g}, the black line"
    ax.set_title(f"Students by score ({median})", fontsize=12)
    ax.tick_params(labelsize=10)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)


def _draw_questions(ax, grades: Sequence[Grade], points: dict[str, float]) -> None:  # type: ignore[no-untyped-def]
    all_found = spreads(grades, points)
    for row, (question, found) in enumerate(all_found.items()):
        most = points[question]
        ax.barh(row, 1, color=BACK)
        if found and most:
            ax.barh(row, found.mean / most, color=COLOUR)
            half = (found.lower / most, found.upper / most)
            ax.plot(half, (row, row), color="black", linewidth=1)
            ax.plot(found.median / most, row, "|", color="black", markersize=13, mew=2)
        ax.text(1.02, row, _words(grades, question, found, most), va="center")
    ax.set_yticks(range(len(all_found)), list(all_found))
    ax.set_xlim(0, 1.7)
    ax.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    _finish(ax, "Mean (bar), median (mark) and middle half (line)")


def _draw_mistakes(ax, grades: Sequence[Grade]) -> None:  # type: ignore[no-untyped-def]
    found = frequent_mistakes(grades)
    names = [textwrap.shorten(name, 46, placeholder="...") for name, _ in found]
    counts = [count for _, count in found]
    ax.barh(range(len(found)), counts, color=COLOUR)
    for row, count in enumerate(counts):
        ax.text(count, row, f" {count}", va="center")
    ax.set_yticks(range(len(found)), names)
    ax.set_xlim(0, max(counts, default=1) * 1.15)
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    _finish(ax, "Most frequent mistakes (students)" if found else "No named mistakes")


def _finish(ax, title: str) -> None:  # type: ignore[no-untyped-def]
    ax.invert_yaxis()
    ax.set_title(title, fontsize=12)
    ax.tick_params(left=False, labelsize=10)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
