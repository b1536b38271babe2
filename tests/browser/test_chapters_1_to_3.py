import pytest

from tests.browser.chapters import run_from_the_start_page


@pytest.mark.parametrize("chapter", ["00_start_here", "01_introduction"])
def test_chapter_runs_and_gives_what_is_recorded(page, lab, chapter):
    assert run_from_the_start_page(page, lab, chapter) == []
