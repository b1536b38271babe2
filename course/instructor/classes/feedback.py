"""A page for each student: what came out, without anything that acts in a browser."""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from bs4 import BeautifulSoup
from nbgrader.converters import GenerateFeedback

from course.exercises import ANSWERED_BY
from course.instructor.classes.class_folder import write_private
from course.instructor.classes.gradebook import course_directory, quietly
from course.instructor.classes.grades import FAILED, Grade
from course.instructor.classes.limited import OverLimit, limited
from course.instructor.rubrics import DropGraderOnly

# Nothing may run, and nothing may be fetched, whatever the page holds.
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
ACTIVE = ["script", "link", "iframe", "object", "embed", "form", "base", "svg"]

KEPT = "The newest submission could not be scored; what follows is from an earlier one."

# What a status means for the student.
MEANING = {
    "altered": "Parts of the notebook were not as released and were put back.",
    "timed out": (
        "A cell took longer than allowed and was stopped. The other questions were "
        "scored. Run the notebook afresh from top to bottom and look for it."
    ),
    "cell crashed": (
        "A cell ended Python, or was stopped for its memory or output. The other "
        "questions were scored. Run the notebook afresh and look for it."
    ),
    "crashed": (
        "The notebook could not be run to its end, so there is no score. Run it "
        "afresh from top to bottom with `course check`, and ask for help."
    ),
    FAILED: (
        "The submission could not be graded yet; the fault is not in it. Your "
        "instructor has been told."
    ),
    "unreadable": (
        "What was handed in could not be read as this exercise, so there is no "
        "score. Hand it in again with `course submit`."
    ),
}


def autograded_file(folder: Path, exercise: str, student: str) -> Path:
    """Return where nbgrader puts a student's graded notebook."""
    return folder / "autograded" / student / exercise / f"{exercise}.ipynb"


def feedback_file(folder: Path, exercise: str, student: str) -> Path:
    """Return where a student's page lies."""
    return folder / "feedback" / student / exercise / f"{exercise}.html"


def write_feedback(folder: Path, grade: Grade) -> Path:
    """Write the page of one student; return its path.

    Without a score there is no graded notebook to show, and the page says why.

    Raises
    ------
    Failed
        If it could not be made for a reason that is not in the notebook.
    """
    target = feedback_file(folder, grade.exercise, grade.student)
    page = _short(grade)
    if grade.score is not None:
        try:
            [page] = limited(pages, folder, grade)
        except OverLimit as problem:
            page = _short(grade, f"Your notebook cannot be shown here: {problem}.")
    write_private(target, page.encode())
    return target


def pages(folder: Path, grade: Grade) -> Iterator[str]:
    """Yield the one page that nbgrader makes, finished; to be called by `limited`."""
    directory = course_directory(
        folder, assignment_id=grade.exercise, student_id=grade.student
    )
    converter = GenerateFeedback(coursedir=directory, force=True)
    converter.preprocessors = [DropGraderOnly, *converter.preprocessors]
    converter.log.setLevel("CRITICAL")
    with quietly():
        converter.start()
    target = feedback_file(folder, grade.exercise, grade.student)
    yield finish(target.read_text(encoding="utf-8"), grade)


def finish(page: str, grade: Grade) -> str:
    """Return a page without scripts and links to elsewhere, with our heading."""
    soup = BeautifulSoup(page, "html.parser")
    for element in soup(ACTIVE):
        element.decompose()
    for element in soup("meta"):
        element.decompose()
    for element in soup(True):
        for name in [name for name in element.attrs if name.lower().startswith("on")]:
            del element[name]
    for link in soup("a"):
        if not str(link.get("href", "#")).startswith("#"):
            del link["href"]
    for ours in soup.select(".panel-heading > h4, .late-penalty"):
        ours.decompose()  # it stands above, with the score that counts
    _name_questions(soup, _unread(grade))
    for place, new in (("head", _head()), ("body", _heading(grade))):
        for element in soup(place, limit=1):
            element.insert(0, BeautifulSoup(new, "html.parser"))
    for element in soup("html"):
        element["lang"] = "en"
    return str(soup)


def _name_questions(soup: BeautifulSoup, unread: Collection[str]) -> None:
    """Say each score once, by the question's name, and what nobody has read yet."""
    for link in soup.select('#toc a:not([href^="#comment"])'):
        question = str(link.get("href")).removeprefix("#").removesuffix(ANSWERED_BY)
        link.string = question  # nbgrader calls all of them "Test cell"
        if question in unread and link.next_sibling:
            link.next_sibling.replace_with(" (not read yet)")
    for heading in soup.select(".nbgrader_cell > .panel-heading"):
        anchor = heading.find_previous_sibling("a")
        name = str(anchor.get("name", "")) if anchor else ""
        for score in heading.find_all(string=re.compile("Score:")):
            if name.endswith(ANSWERED_BY):
                score.replace_with("")  # the verdict says it, right below
            elif name in unread:
                score.replace_with("not read yet ")


def _short(grade: Grade, why: str = "") -> str:
    said = f"<p>{escape(why)}</p>" if why else ""
    title = f"<title>{escape(grade.exercise)}</title>"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{_head()}{title}</head>'
        f"<body>{_heading(grade)}{said}</body></html>\n"
    )


def _head() -> str:
    return (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    )


def _heading(grade: Grade) -> str:
    score = (
        "no score" if grade.score is None else f"{grade.score:g} of {grade.points:g}"
    )
    lines = [_meaning(grade), _late(grade), _waits(grade)]
    return (
        '<div style="max-width: 60em; margin: 1em auto; padding: 0 1em">'
        f"<h1>{escape(grade.exercise)}: {score}</h1>"
        f"<p>{escape(grade.student)}, handed in {escape(_came(grade))}: "
        f"<strong>{escape(grade.status)}</strong></p>"
        + "".join(f"<p>{escape(line)}</p>" for line in lines if line)
        + "</div>"
    )


def _came(grade: Grade) -> str:
    """Say when it was handed in, in the zone of the deadline."""
    if not grade.submitted:
        return "at a time that is not known"
    due = grade.deadline
    zone = datetime.fromisoformat(due).tzinfo if due else UTC
    return _time(datetime.fromisoformat(grade.submitted).astimezone(zone))


def _late(grade: Grade) -> str:
    """Say when the deadline was, and what being late cost; nothing if there is none."""
    if not grade.deadline:
        return ""
    due = f"The deadline was {_time(datetime.fromisoformat(grade.deadline))}."
    if not grade.late:
        return due
    days, seconds = divmod(int(grade.late), 24 * 60 * 60)
    spent = f"{seconds // 3600:02}:{seconds // 60 % 60:02} hours"
    said = f"{due} It came {f'{days} d and ' if days else ''}{spent} later."
    if not grade.penalty or grade.score is None:
        return said
    reached = f"{grade.score + grade.penalty:g} - {grade.penalty:g} = {grade.score:g}"
    return f"{said} That costs {grade.penalty:g} points: {reached}."


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} {time.tzname()}"


def _waits(grade: Grade) -> str:
    unread = _unread(grade)
    return f"Not read yet: {', '.join(unread)}." if unread else ""


def _unread(grade: Grade) -> list[str]:
    """Return the questions that have an answer, and no points as yet."""
    if grade.score is None:
        return []
    return [name for name, points in grade.scores.items() if points is None]


def _meaning(grade: Grade) -> str:
    if grade.status in ("crashed", "unreadable", FAILED) and grade.score is not None:
        return KEPT
    return MEANING.get(grade.status, "")
