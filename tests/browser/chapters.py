"""Run a chapter in JupyterLab as a student would."""

import re

from course.notebooks import project_folder
from tests.browser.lab_page import open_notebook, run_all, save, wait_for_notebook
from tests.browser.stored import faults_of

START = "notebooks/00_start_here.ipynb"
CHAPTERS = sorted(path.stem for path in project_folder().glob("notebooks/*.ipynb"))
MINUTES = 20  # that a chapter may take on a busy machine; alone it takes one to three


def run_from_the_start_page(page, lab, chapter):
    """Open a chapter by its link, run and save it; return what is not as recorded."""
    panel = open_notebook(page, lab, START)
    path = f"notebooks/{chapter}.ipynb"
    number = re.match(r"\d\d", chapter)
    if not number:  # it goes deeper: chapters link to it, the start page does not
        open_notebook(page, lab, path)
    elif path != START:
        panel.get_by_role("link", name=re.compile(rf"^{int(number[0])}\. ")).click()
        wait_for_notebook(page, path)
    run_all(page, MINUTES)
    save(page)
    return faults_of(lab.course / path, project_folder() / path)
