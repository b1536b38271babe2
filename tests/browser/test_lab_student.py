"""What a student meets in JupyterLab: boxes, links, questions, sliders, an exercise."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from playwright.sync_api import expect

from tests.browser.lab_page import (
    OPENED,
    cell,
    choose,
    front,
    open_notebook,
    run_cell,
    wait_for_notebook,
    write,
)

START = "notebooks/00_start_here.ipynb"
INTRODUCTION = "notebooks/01_introduction.ipynb"
SPATIAL = "notebooks/03_spatial_cnns.ipynb"


@pytest.fixture
def start_page(lab, page):
    return open_notebook(page, lab, START)


def test_lab_opens_on_the_start_page(lab, page):
    page.goto(f"{lab.address}/?token={lab.token}")
    panel = wait_for_notebook(page, START)
    title = panel.get_by_role("heading", level=1)
    expect(title).to_contain_text("Deep learning with Keras: start here")
    expect(title).to_be_in_viewport()


def test_boxes_differ_from_the_text_and_from_each_other(start_page):
    for kind in ("info", "warning"):  # a page is open before its Markdown is drawn
        start_page.locator(f".alert-{kind}").first.wait_for()
    colours = {
        box.evaluate("box => getComputedStyle(box).backgroundColor")
        for kind in ("info", "warning")
        for box in start_page.locator(f".alert-{kind}").all()
    }
    assert len(colours) == 2
    assert not colours & {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    # The Markdown inside is read, too.
    expect(start_page.locator(".alert strong").first).to_have_text("No network?")


def test_links_lead_to_exercises_and_back_to_their_chapter(start_page, page):
    start_page.get_by_role("link", name="exercise 1").click()
    exercise = wait_for_notebook(page, "exercises/01_tensors.ipynb")
    exercise.get_by_role("link", name="chapter 1").click()
    wait_for_notebook(page, INTRODUCTION)


def test_links_lead_to_the_glossary(start_page, page):
    start_page.get_by_role("link", name="glossary").click()
    chapter = wait_for_notebook(page, INTRODUCTION)
    glossary = chapter.get_by_role("heading", name="Glossary")
    expect(glossary).to_be_in_viewport(timeout=OPENED)


def test_links_lead_to_a_word_in_another_chapter(lab, page):
    chapter = open_notebook(page, lab, "notebooks/02_keras_basics.ipynb")
    chapter.get_by_role("link", name="one-hot", exact=True).first.click()
    there = wait_for_notebook(page, INTRODUCTION)
    word = there.get_by_role("heading", name=re.compile("^one-hot"))
    expect(word).to_be_in_viewport(timeout=OPENED)


def test_links_lead_to_a_word_in_the_same_chapter(lab, page):
    chapter = open_notebook(page, lab, INTRODUCTION)
    word = chapter.get_by_role("heading", name=re.compile("^loss"))
    expect(word).to_be_attached()  # a long chapter is drawn bit by bit
    expect(word).not_to_be_in_viewport()
    chapter.get_by_role("link", name="loss", exact=True).first.click()
    expect(word).to_be_in_viewport(timeout=OPENED)


def test_equations_are_set(lab, page):
    open_notebook(page, lab, "notebooks/05_tuning_and_understanding.ipynb")
    text = cell(page, "choose-text").locator(".jp-RenderedMarkdown")
    equations = text.locator("mjx-container")
    expect(equations).to_have_count(3)
    expect(text).not_to_contain_text("$")
    root = equations.last.bounding_box()
    assert root["width"] > 50 and root["height"] > 15


def press_tab_until_focused(page, wanted):
    """Go on by key; the buttons of a cell, drawn late, may come before its text."""
    for _ in range(10):
        page.keyboard.press("Tab")
        if wanted.evaluate("wanted => wanted === document.activeElement"):
            return
    pytest.fail(f"Tab does not lead to {wanted}")


def test_questions_are_answered_by_keyboard(lab, page):
    open_notebook(page, lab, INTRODUCTION)
    question = cell(page, "question-1")
    question.locator("strong").first.click()
    for letter, feedback in zip("ABCD", ["No", "Not quite", "Yes", "Not"], strict=True):
        summary = question.get_by_text(re.compile(rf"^{letter}\. "))
        press_tab_until_focused(page, summary)
        says = summary.locator("xpath=..").locator("p").first
        expect(says).to_be_hidden()
        page.keyboard.press("Enter")
        expect(says).to_be_visible()
        expect(says).to_contain_text(re.compile(f"^{feedback}"))
    page.keyboard.press("Enter")
    expect(says).to_be_hidden()


def test_slider_moved_by_key_changes_the_picture(lab, page):
    open_notebook(page, lab, SPATIAL)
    choose(page, "Edit", "Clear Outputs of All Cells")
    for needed in ("setup-helpers", "setup-libraries", "arithmetic"):
        run_cell(page, needed)
    shown = run_cell(page, "arithmetic-figure")
    picture = shown.get_by_role("img").last
    expect(picture).to_be_visible(timeout=OPENED)
    before = picture.get_attribute("alt")
    position, stride = shown.get_by_role("slider").all()
    position.focus()
    page.keyboard.press("ArrowRight")
    expect(picture).not_to_have_attribute("alt", before)
    moved = picture.get_attribute("alt")
    stride.focus()
    page.keyboard.press("ArrowRight")
    expect(picture).not_to_have_attribute("alt", moved)


def test_training_shows_its_progress_and_then_how_it_went(lab, page):
    open_notebook(page, lab, INTRODUCTION)
    choose(page, "Edit", "Clear Outputs of All Cells")
    for needed in ("setup-helpers", "setup-libraries", "digits-load", "digits-define"):
        run_cell(page, needed)
    cell(page, "digits-fit").evaluate(
        """cell => {
            window.seen = [];
            const look = () => window.seen.push(cell.innerText);
            const all = {subtree: true, childList: true, characterData: true};
            new MutationObserver(look).observe(cell, all);
        }"""
    )
    shown = run_cell(page, "digits-fit")
    expect(shown).to_contain_text(
        re.compile(r"5 epochs: loss 0\.\d{3}, accuracy 0\.\d")
    )
    expect(shown).not_to_contain_text("left")
    lines = "\n".join(page.evaluate("window.seen"))
    assert re.search(r"epoch \d of 5, .*loss .*about \d+ s left", lines)


def test_cells_for_the_reader_are_marked(lab, page):
    cells = [
        new_markdown_cell("# A lesson"),
        new_code_cell("x = 1", id="plain"),
        new_code_cell("x = ...", id="turn", metadata={"tags": ["your-turn"]}),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    lesson = new_notebook(cells=cells, metadata=kernel)
    nbformat.write(lesson, lab.course / "notebooks" / "turns.ipynb")
    open_notebook(page, lab, "notebooks/turns.ipynb")
    marks = {
        name: cell(page, name)
        .locator(".jp-Cell-inputWrapper")
        .evaluate("cell => getComputedStyle(cell, '::before').content")
        for name in ("plain", "turn")
    }
    assert marks == {"plain": "none", "turn": '"Your turn"'}


def test_a_missing_name_is_explained(lab, page):
    open_notebook(page, lab, SPATIAL)
    choose(page, "Edit", "Clear Outputs of All Cells")
    said = run_cell(page, "arithmetic-figure")
    expect(said).to_contain_text("NameError: name 'explore' is not defined")
    expect(said).to_contain_text(
        '`explore` is made in the cell under "Set-up" that begins with'
        " from helpers import datasets, features, plotting, preprocessing, training"
    )
    run_cell(page, "setup-helpers")
    said = run_cell(page, "arithmetic-figure")
    expect(said).to_contain_text('in the cell under "Convolution, as arithmetic"')
    expect(said).to_contain_text("choose Run > Run All Above Selected Cell")


def test_an_exercise_is_answered(lab, page):
    open_notebook(page, lab, "exercises/01_tensors.ipynb")
    run_cell(page, "start")
    run_cell(page, "q2-given")
    run_cell(page, "q2")
    expect(run_cell(page, "q2-check")).to_contain_text("not attempted")
    right = "with_channel = images[..., np.newaxis]"
    write(page, "q2", f"flat = images.transpose(0, 2, 1).reshape(5, 12)\n{right}")
    run_cell(page, "q2")
    said = run_cell(page, "q2-check")
    expect(said).to_contain_text("flat: .T for a reshape.")
    write(page, "q2", f"flat = images.reshape(len(images), -1)\n{right}")
    run_cell(page, "q2")
    expect(run_cell(page, "q2-check")).to_contain_text("q2 correct: ")
    expect(
        front(page).locator(".jp-RenderedText[data-mime-type*=error]")
    ).to_have_count(0)
