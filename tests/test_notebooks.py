"""What must hold of every stored notebook, seen without running it."""

import ast
import copy
import itertools
import json
import re

import pytest

from course import notebooks
from course.claims.claim import claims_file
from course.comparison import differences, numbers_agree, reduce_outputs
from course.notebooks import project_folder, read_notebook, record_file
from course.portable_errors import what_it_says
from course.printed_numbers import NUMBER
from course.tolerances import bands_file, bands_of, tolerance_of
from course.uncompared import without_noise
from helpers.training import read_bands


def name_of(file):
    """Chapters go by their names; the solution of an exercise says that it is one."""
    return file.stem if file.parent.name == "notebooks" else f"solution {file.stem}"


NOTEBOOKS = {
    name_of(file): file
    for file in notebooks.tested_notebooks()
    if not notebooks.stores_no_outputs(file)
}
CHAPTERS = [name for name in NOTEBOOKS if re.match(r"0[1-9]_", name)]
# Where claims hold the numbers, `tests/test_claims_chapters.py` says what must hold.
WITHOUT_CLAIMS = [n for n, file in NOTEBOOKS.items() if not claims_file(file).exists()]

# Decimal numbers and percentages of the prose that no run can hold: what others
# published, and settings that are named before the code that sets them.
CONSTANTS = {
    "02_keras_basics": {
        "80%": "the reference's accuracy",
        "0.355": "its loss",
        "95%": "the level of an interval",
        "63%": "an example of an accuracy",
    },
    "03_spatial_cnns": {
        "15.3%": "ILSVRC 2012, AlexNet",
        "26.2%": "ILSVRC 2012, the second",
        "6.7%": "ILSVRC 2014, GoogLeNet",
        "7.3%": "ILSVRC 2014, VGG",
        "3.57%": "ILSVRC 2015, ResNet",
        "0.947": "the reference's test accuracy",
        "0.954": "its validation accuracy",
        "0.188": "its loss",
        "0.2": "a validation_split",
        "0.3": "a validation_split",
    },
    "05_tuning_and_understanding": {
        "0.884": "the reference's accuracy",
        "0.2917": "its loss",
        "1506.01186": "an article's number",
        "1411.1792": "an article's number",
        "1610.01644": "an article's number",
        "1312.6034": "an article's number",
        "1311.2901": "an article's number",
        "1810.03292": "an article's number",
    },
}


@pytest.fixture(params=NOTEBOOKS)
def name(request):
    return request.param


@pytest.fixture
def file(name):
    return NOTEBOOKS[name]


@pytest.fixture
def notebook(file):
    return read_notebook(file)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return "\n\n".join(cells)


def expectations(notebook):
    """Return (name, low, high) of each `expect` whose arguments are literals."""
    found = []
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "expect":
                arguments = [node.args[0], *node.args[2:4]]
                if all(isinstance(part, ast.Constant) for part in arguments):
                    found.append(tuple(part.value for part in arguments))
    return found


def test_there_are_notebooks():
    assert "00_start_here" in NOTEBOOKS


def test_cells_are_short(notebook):
    for cell in code_cells(notebook):
        lines = cell.source.splitlines()
        assert len(lines) <= 15, cell.source
        assert max(map(len, lines), default=0) <= 88, cell.source


def test_cells_were_run_once_from_top_to_bottom(notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1)), "use course record"


def test_no_errors_no_stderr_no_noise(notebook, name):
    noise = r"0x[0-9a-f]{6,}|/home/|/root/|/work/"
    if name in WITHOUT_CLAIMS:  # others show at least one real log of Keras
        noise += "|ms/step"
    for cell in code_cells(notebook):
        for output in cell.outputs:
            may_fail = "raises-exception" in cell.metadata.get("tags", [])
            assert may_fail or output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source
        text = json.dumps(reduce_outputs(cell.outputs))
        assert not re.search(noise, text)


def test_tracebacks_name_no_folder_of_a_machine(notebook):
    """They are stored whole, with paths that every machine could have written."""
    absolute = re.compile(r"""(File "?|')(~|[A-Za-z]:)?[/\\]\w""")
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                text = without_noise("\n".join([output.evalue, *output.traceback]))
                assert not absolute.search(text), cell.source


def test_every_picture_has_alternative_text(notebook):
    for cell in code_cells(notebook):
        for picture in reduce_outputs(cell.outputs).get("picture", []):
            assert picture["alt"], cell.source
            assert len(picture["alt"]) >= 20, picture["alt"]


def test_stored_notebook_is_small(file):
    assert file.stat().st_size < 2_000_000


def test_links_lead_somewhere(notebook, file):
    for target in re.findall(r"\]\(([^)#]+)\)", prose(notebook)):
        if "://" not in target:
            assert (file.parent / target).exists(), target


def test_links_to_headings_lead_somewhere(notebook, file):
    """Such as the glossary's: 01_introduction.ipynb#learning-rate."""
    for target, heading in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", prose(notebook)):
        there = read_notebook(file.parent / target) if target else notebook
        titles = re.findall(r"^#+ (.*)$", prose(there), re.M)
        assert heading in {title.replace(" ", "-") for title in titles}, heading


STEPS = ["prepare", "define", "compile", "fit", "tune", "evaluate", "predict", "save"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_chapters_are_built_alike(chapter):
    notebook = read_notebook(NOTEBOOKS[chapter])
    text = prose(notebook)
    opening = notebook.cells[0].source
    for words in ("In this chapter you will", "Before you start", "Time:"):
        assert f"**{words}" in opening, words
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    for ending in ("Key points", "Results", "Questions", "Further reading"):
        assert ending in headings
    steps = " ".join(line for line in headings if line.startswith("Step")).lower()
    assert [step for step in STEPS if step not in steps] == []
    assert len(re.findall(r"Misconception \d", text)) >= 3
    assert text.count("<summary>") >= 5
    code = "\n".join(cell.source for cell in code_cells(notebook))
    assert "results_table(" in code
    assert "explore(" in code  # something to move


def test_boxes_have_blank_lines_inside(notebook):
    """Without them neither JupyterLab nor MyST reads the Markdown in a box."""
    text = prose(notebook)
    openings = re.findall(r"<(?:div class=\"alert|details).*\n(?:<summary.*\n)?", text)
    for opening in openings:
        after = text.partition(opening)[2]
        assert after.startswith("\n"), opening
    assert text.count("<div") == text.count("</div>") == len(re.findall("<div", text))
    assert len(re.findall(r"\n\n</(?:div|details)>", text)) == len(openings)


def test_headings_nest(notebook):
    levels = [len(mark) for mark in re.findall(r"^(#+) ", prose(notebook), re.M)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    for above, below in itertools.pairwise(levels):
        assert below <= above + 1


def test_sample_has_a_record_of_every_cell(notebook, file):
    record = json.loads(record_file(file, project_folder()).read_text("utf-8"))
    assert set(record["cells"]) == {cell.id for cell in code_cells(notebook)}


@pytest.mark.parametrize("name", WITHOUT_CLAIMS)
def test_limits_in_the_text_hold_what_the_seeds_gave(name, notebook, file):
    """`course bands` was run, and no limit is much wider than the band."""
    if not bands_file(file).exists():
        measured = [call for call in expectations(notebook) if call[1] != call[2]]
        assert not measured, "use course bands"
        return
    bands = read_bands(bands_file(file), source="full")
    assert bands["n"].max() >= 10
    assert set(read_bands(bands_file(file), source="sample").index) == set(bands.index)
    for name, low, high in expectations(notebook):
        if name not in bands.index:
            continue  # a cell that no band depends on: tagged skip-bands
        band = bands.loc[name]
        assert low <= band["low"] + 5e-4, name
        assert band["high"] <= high + 5e-4, name
        assert high - low <= 3 * (band["high"] - band["low"]) + 0.0101, name


@pytest.mark.parametrize("name", WITHOUT_CLAIMS)
def test_numbers_of_the_prose_are_held(notebook, name):
    """Each decimal and percentage is printed by the notebook or held by `expect`."""
    printed = [
        json.dumps(reduce_outputs(cell.outputs)) for cell in code_cells(notebook)
    ]
    held = "\n".join([*printed, *(cell.source for cell in code_cells(notebook))])
    values = {float(match.group()) for match in NUMBER.finditer(held)}
    constants = CONSTANTS.get(name, {})
    unheld = [
        number
        for number in _decimals_and_percentages(prose(notebook))
        if number not in constants and not _is_held(number, values)
    ]
    assert not unheld


@pytest.mark.parametrize("name", WITHOUT_CLAIMS)
def test_constants_are_still_in_the_prose(name, notebook):
    assert set(CONSTANTS) <= set(WITHOUT_CLAIMS), "others have [constants]"
    written = _decimals_and_percentages(prose(notebook))
    assert set(CONSTANTS.get(name, {})) <= set(written)


def _decimals_and_percentages(text):
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", " ", text, flags=re.DOTALL)
    found = []
    for match in NUMBER.finditer(text):
        percent = "%" if text[match.end() : match.end() + 1] == "%" else ""
        if percent or "." in match.group():
            found.append(match.group() + percent)
    return found


def _is_held(number, values):
    """Whether a value that is printed somewhere rounds to `number`."""
    scale = 100 if number.endswith("%") else 1
    digits = number.rstrip("%")
    decimals = len(digits.partition(".")[2])
    return any(
        round(value * scale, decimals) == float(digits)
        or (scale == 100 and round(value, decimals) == float(digits))
        for value in values
    )


def _faults(output):
    """Yield what could go wrong with an output, as (what, changed output)."""
    if output.output_type == "stream":
        places = [(output, "text")]
    elif output.output_type == "error":
        places = [(output, "evalue")]
    else:
        places = [(output.data, mime) for mime in output.data if "text" in mime]
    for holder, key in places:
        text = holder[key]
        if key == "evalue":
            text = what_it_says(text)
        # Of a picture's own mark-up only the alternative text is compared as a text.
        shown = re.sub(r'<img[^>]*?alt="([^"]*)"[^>]*>', r"\1", text)
        shown = re.sub(r"\x1b\[[0-9;]*m", "", shown)  # colours are not compared
        # Of a log of Keras, what an epoch gave is left to the claims.
        shown = re.sub(r"^(\d+/\d+ - ).*$", r"\1", shown, flags=re.M)
        for match in NUMBER.finditer(shown):
            changed = _changed_number(match.group())
            if changed and text.count(match.group()) == 1:
                percent = "%" if shown[match.end() : match.end() + 1] == "%" else ""
                faulty = _copy_with(
                    output, holder, key, text.replace(match.group(), changed)
                )
                yield match.group() + percent, changed + percent, faulty
        if re.search("[a-z]{4}", shown):
            word = re.search("[a-z]{4,}", shown).group()
            new = text.replace(word, word[::-1] + "x", 1)
            yield word, "another word", _copy_with(output, holder, key, new)


def _changed_number(number):
    if re.fullmatch(r"[-+]?\d+", number):
        return str(int(number) + 1)
    decimals = len(number.partition(".")[2])
    changed = f"{float(number) * 1.05 + 2 * 10.0**-decimals:.{decimals}f}"
    return changed if "e" not in number.lower() else None


def _line_with(number, output):
    text = output.get("text") or output.get("data", {}).get("text/plain", "")
    return next((line for line in text.splitlines() if number in line), "")


def _copy_with(output, holder, key, text):
    new = copy.deepcopy(output)
    (new if holder is output else new.data)[key] = text
    return new


def test_faults_in_the_stored_outputs_would_be_seen(notebook, file):
    """Change each output of a real chapter; the comparison must notice."""
    bands = bands_of(file, "full")
    tried = 0
    for cell in code_cells(notebook):
        tolerance = tolerance_of(notebook, cell, bands)
        stored = reduce_outputs(cell.outputs)
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            continue
        for place, output in enumerate(cell.outputs):
            others = [*cell.outputs[:place], *cell.outputs[place + 1 :]]
            assert differences(stored, reduce_outputs(others), tolerance), "missing"
            more = [*cell.outputs, output]
            assert differences(stored, reduce_outputs(more), tolerance), "one too many"
            for old, new, changed in _faults(output):
                now = [*cell.outputs[:place], changed, *cell.outputs[place + 1 :]]
                seen = differences(stored, reduce_outputs(now), tolerance)
                line = _line_with(old.rstrip("%"), output)
                band = tolerance.for_line(line)
                allowed = new != "another word" and numbers_agree(old, new, band)
                assert seen or allowed, (cell.source, old, new)
                tried += 1
    assert tried > 5
