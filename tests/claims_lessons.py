"""Small lessons with claims, on which the tests of `course.claims` run."""

import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.claims.claim import claims_file

# Fits nothing and needs no TensorFlow, so that a fresh kernel costs about a second.
CODE = {
    "data": "import os, random\n"
    "rows = 60_000 if os.environ['KERAS_COURSE_SOURCE'] == 'full' else 500",
    "fit": "def fit(seed):\n"
    "    random.seed(seed)\n"
    "    return 0.9 + 0.01 * random.random()\n"
    "accuracy = fit(5)\n"
    "print(f'accuracy: {accuracy:.3f}')",
    "chance": "random.seed(1)\nguessed = 0.1 * random.random()\nprint(rows)",
}
TEXT = "It is right on about 90.5% of the {rows} rows, much better than chance."
CLAIMS = """
[[claim]]
name = "rows"
after = "data"
value = "rows"
says = "the 60,000 rows"

[[claim]]
name = "accuracy"
after = "fit"
value = "accuracy"
says = "about 90.5% of the"

[[claim]]
name = "better than chance"
after = "chance"
left = "accuracy"
relation = ">"
right = "guessed"
margin = 0.5
says = "much better than chance"
sample = true
"""


def write_lesson(folder, code=None, text=TEXT, claims=CLAIMS, bands=None):
    """Write a notebook, its claims and, if given, its bands; return the notebook."""
    cells = [new_code_cell(c, id=name) for name, c in (code or CODE).items()]
    cells.append(new_markdown_cell(text.format(rows="60,000")))
    folder.mkdir(exist_ok=True)
    file = folder / "04_lesson.ipynb"
    nbformat.write(new_notebook(cells=cells), file)
    claims_file(file).parent.mkdir(exist_ok=True)
    claims_file(file).write_text(claims, encoding="utf-8")
    if bands:
        (folder / "bands").mkdir(exist_ok=True)
        (folder / "bands" / "04_lesson.json").write_text(json.dumps(bands))
    return file
