"""Chapters in JupyterLab, on the sample; the others stand in a file beside this one.

Two files, so that two chapters run at a time.
"""

import pytest

from tests.browser.chapters import run_from_the_start_page

CHAPTERS = ["00_start_here", "04_mnist", "05_tuning_and_understanding"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapter_runs_and_gives_what_is_recorded(lab, page, chapter):
    assert run_from_the_start_page(page, lab, chapter) == []
