"""The page that lists what each chapter needs, and how long it takes.

The chapters say that themselves, in their first cell; it is taken from there, so that
it stands in one place.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from course.notebooks import read_notebook

HEAD = """\
# Time, and what you need

How long each chapter takes, and what you should know before. The exercises say the
same at their top. All of it runs without a graphics card.

| chapter | before you start | time |
| --- | --- | --- |
"""


def chapter_table(chapters: Iterable[Path]) -> str:
    """Return the page in Markdown, for the chapters that say what they need.

    Raises
    ------
    ValueError
        If a chapter says only one of the two, the time or what it needs.
    """
    rows = [_row(file) for file in chapters]
    return HEAD + "".join(rows)


def _row(file: Path) -> str:
    top = read_notebook(file).cells[0].source
    needs, time = _paragraph(top, "Before you start"), _paragraph(top, "Time")
    if not needs and not time:
        return ""  # the start page
    if not (needs and time):
        raise ValueError(
            f"{file.name} does not say both **Before you start:** and **Time:** in "
            "its first cell; the site lists them."
        )
    title = top.splitlines()[0].removeprefix("# ")
    # Links in a first cell start from the folder of the chapter; the list is above it.
    needs = re.sub(r"\]\((?=[\w-]+\.ipynb)", f"]({file.parent.name}/", needs)
    return f"| [{title}]({file.parent.name}/{file.name}) | {needs} | {time} |\n"


def _paragraph(text: str, lead: str) -> str:
    """Return the paragraph that begins with the bold `lead`, on one line."""
    found = re.search(rf"^\*\*{lead}:\*\* (.+?)(?:\n\n|\Z)", text, re.M | re.S)
    words = " ".join(found[1].split()) if found else ""
    return words[:1].upper() + words[1:]
