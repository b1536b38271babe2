"""What a class can do, and where it went wrong: as a picture and as text."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course.instructor.classes.grades import STATUSES, Grade

MOST_MISTAKES = 10
COLOUR = "#2f6c9e"
BACK = "#e3e6ea"


def means(grades: Sequence[Grade]) -> dict[str, float | None]:
    """Return the mean score of each question, over those who have one; else None."""
    found: dict[str, float | None] = {}
    for question in grades[0].scores if grades else ():
        scores = [grade.scores[question] for grade in grades]
        there = [score for score in scores if score is not None]
        found[question] = sum(there) / len(there) if there else None
    return found


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
    lines = [_statuses(grades), "", "mean score of each question"]
    for question, mean in means(grades).items():
        most = points[question]
        shown = _words(grades, question, mean, most)
        bar = "" if mean is None or not most else "█" * round(20 * mean / most)
        lines.append(f"  {question:<6} {bar:<20} {shown}")
    lines += ["", "most frequent mistakes"]
    lines += [f"  {count:4} {name}" for name, count in frequent_mistakes(grades)]
    return "\n".join(lines if frequent_mistakes(grades) else [*lines, "  none"])


def _words(
    grades: Sequence[Grade], question: str, mean: float | None, most: float
) -> str:
    waiting = sum(
        grade.score is not None and grade.scores[question] is None for grade in grades
    )
    shown = "no score yet" if mean is None else f"{mean:.2f} of {most:g}"
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
    figure = Figure(figsize=(12, 1.8 + 0.42 * rows), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(f"{grades[0].exercise}\n{_statuses(grades)}", fontsize=13)
    left, right = figure.subplots(1, 2)
    _draw_means(left, grades, points)
    _draw_mistakes(right, grades)
    figure.savefig(file, dpi=120)


def _draw_means(ax, grades: Sequence[Grade], points: dict[str, float]) -> None:  # type: ignore[no-untyped-def]
    found = means(grades)
    for row, (question, mean) in enumerate(found.items()):
        most = points[question]
        ax.barh(row, 1, color=BACK)
        ax.barh(row, 0 if mean is None or not most else mean / most, color=COLOUR)
        ax.text(1.02, row, _words(grades, question, mean, most), va="center")
    ax.set_yticks(range(len(found)), list(found))
    ax.set_xlim(0, 1.45)
    ax.set_xticks([0, 0.5, 1], ["0 %", "50 %", "100 %"])
    _finish(ax, "Mean score of each question")


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
