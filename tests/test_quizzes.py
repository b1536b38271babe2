"""The self-checks at the end of each chapter: choices, each with its feedback.

They work without a kernel and without a server, because each choice is a `<details>`.
"""

import re
from collections import Counter
from typing import NamedTuple

import pytest

from course.notebooks import project_folder, read_notebook

CHAPTERS = sorted((project_folder() / "notebooks").glob("0[1-9]_*.ipynb"))

# **1. The question?**, and below it one of these for each choice. The blank lines let
# JupyterLab and MyST read the Markdown of the feedback.
QUESTION = re.compile(r"^\*\*(\d+)\. (.+?)\*\*$", re.MULTILINE | re.DOTALL)
CHOICE = re.compile(
    r"^<details>\n<summary>([A-Z])\. ([^\n]+)</summary>\n\n(.*?)\n\n</details>$",
    re.MULTILINE | re.DOTALL,
)
FEEDBACK = re.compile(r"(Yes|No|Not quite)[.,:] \S")


class Choice(NamedTuple):
    letter: str
    text: str
    feedback: str

    @property
    def right(self):
        return self.feedback.startswith("Yes")


class SelfCheck(NamedTuple):
    number: int
    question: str
    choices: list[Choice]

    @property
    def several(self):
        """Whether more than one choice may be right."""
        return "choose all that apply" in self.question.lower()

    @property
    def right(self):
        return [choice for choice in self.choices if choice.right]


def questions_of(notebook):
    """Return the Markdown from the heading "Questions" up to the next heading."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    parts = re.split(r"^#+ (.*)$", "\n\n".join(cells), flags=re.MULTILINE)
    return parts[parts.index("Questions") + 1]


def self_checks_of(text):
    """Return the self-checks in `text`; what stands before the first is left out."""
    _, *parts = QUESTION.split(text)
    rows = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return [
        SelfCheck(int(number), question, [Choice(*c) for c in CHOICE.findall(answers)])
        for number, question, answers in rows
    ]


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda file: file.stem)
def text(request):
    return questions_of(read_notebook(request.param))


@pytest.fixture(scope="module")
def checks(text):
    return self_checks_of(text)


def test_there_are_five_chapters():
    assert len(CHAPTERS) == 5


def test_enough_self_checks_in_order(checks):
    assert len(checks) >= 5
    assert [check.number for check in checks] == list(range(1, len(checks) + 1))


def test_three_or_four_choices_in_order(checks):
    for check in checks:
        letters = "".join(choice.letter for choice in check.choices)
        assert letters in ("ABC", "ABCD"), check.question
        assert len({choice.text for choice in check.choices}) == len(letters)


def test_each_choice_says_whether_it_is_right(checks):
    for check in checks:
        for choice in check.choices:
            assert FEEDBACK.match(choice.feedback), choice


def test_one_choice_is_right_unless_the_question_says_otherwise(checks):
    for check in checks:
        if check.several:
            assert 1 <= len(check.right) < len(check.choices), check.question
        else:
            assert len(check.right) == 1, check.question


def test_every_details_was_read(text, checks):
    """A choice with a slip in its form would be none, and nobody would miss it."""
    tags = re.findall(r"</?details\b[^>]*>", text)
    assert tags == ["<details>", "</details>"] * (len(tags) // 2)  # closed, not nested
    choices = sum(len(check.choices) for check in checks)
    assert len(re.findall(r"<summary>\s*[A-Z]\.", text)) == choices
    open_questions = len(re.findall(r"<summary>\s*\d+\.", text))
    assert len(tags) == 2 * (choices + open_questions)
    assert text.count("<summary>") == text.count("</summary>") == len(tags) // 2


def test_summaries_are_html(checks):
    """Markdown is read in the feedback, but not inside `<summary>`."""
    for check in checks:
        for choice in check.choices:
            assert not re.search(r"[`*\[\]]", choice.text), choice.text


def test_neither_place_nor_length_gives_the_answer_away(checks):
    single = [check for check in checks if not check.several]
    places = Counter(check.right[0].letter for check in single)
    assert max(places.values(), default=0) <= len(single) / 2, places
    longest = [
        max(check.choices, key=lambda choice: len(choice.text)).right
        for check in single
    ]
    assert sum(longest) <= len(single) / 2


def test_a_lead_tells_what_to_do(text):
    assert "open the choice" in QUESTION.split(text)[0]
