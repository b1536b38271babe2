"""Chapters in JupyterLab, on the sample; the others stand in a file beside this one.

Two files, so that two chapters run at a time.
"""

import pytest

from tests.browser.chapters import CHAPTERS, run_from_the_start_page


@pytest.mark.parametrize("chapter", CHAPTERS[1:4])
def test_chapter_runs_and_gives_what_is_recorded(lab, page, chapter):
    assert run_from_the_start_page(page, lab, chapter) == []
