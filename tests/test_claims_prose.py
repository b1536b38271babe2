"""What the text of a chapter says and nothing holds."""

from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course.claims.checking import faults
from course.claims.claim import Claim, ClaimsFile, read_claims
from course.claims.comparisons import comparing_words
from course.claims.markdown import prose_of, sentences_of
from course.claims.prose import not_in_the_text, unheld_comparisons, unheld_numbers
from tests.claims_chapter import BANDS, small_notebook, write_chapter


def chapter(*cells: str | tuple[str, str]) -> Any:
    """Return a notebook of Markdown cells, and of code cells with what they print."""
    made = []
    for place, content in enumerate(cells):
        if isinstance(content, str):
            cell = new_markdown_cell(content)
        else:
            code, printed = content
            cell = new_code_cell(code, outputs=[new_output("stream", text=printed)])
        cell.id = f"c{place}"
        made.append(cell)
    return new_notebook(cells=made)


def claims(*made: Claim, **lists: Any) -> ClaimsFile:
    entries: dict[str, Any] = {"constants": {}, "turns": (), "not_comparisons": ()}
    return ClaimsFile(Path("04_small.toml"), claims=made, **{**entries, **lists})


def numbers(*cells: str | tuple[str, str], held: ClaimsFile | None = None) -> list[str]:
    return [u.words for u in unheld_numbers(chapter(*cells), held or claims())]


def test_a_chapter_in_which_all_is_held(tmp_path: Path) -> None:
    held = read_claims(write_chapter(tmp_path))
    assert faults(small_notebook(), held, BANDS) == []


def test_a_number_is_held_by_the_words_that_stand_there() -> None:
    claim = Claim(name="it", after="c0", says=("98% of the digits",), value="x")
    code = ("x = 0", "")
    assert numbers(code, "It reads 98% of the digits.", held=claims(claim)) == []
    assert numbers(code, "It reads 98% of all digits.", held=claims(claim)) == ["98%"]
    assert numbers("It reads 98% of the digits.", code, held=claims(claim)) == ["98%"]


def test_a_number_is_held_by_a_constant_as_a_whole() -> None:
    held = claims(constants={"0.97": "a source", "batches of 128": "a setting"})
    assert numbers("published 0.97, in batches of 128", held=held) == []
    assert numbers("published 0.974, and 128 units", held=held) == ["0.974", "128"]


@pytest.mark.parametrize(
    "code",
    [
        ("x = 48_000", ""),
        ("f(x[:48000])", ""),
        ("f()", "48,000 digits"),
        ("f()", "(48000, 28, 28)"),
    ],
)
def test_whole_numbers_rest_on_their_section(code: tuple[str, str]) -> None:
    assert numbers("## One", code, "All 48,000 digits.") == []
    assert numbers("## One\n\nAll 48,000 digits.", code) == []
    assert numbers("## One", code, "## Two\n\nAll 48,000 digits.") == ["48,000"]
    assert numbers("## One", code, "All 48,001 digits.") == ["48,001"]


def test_a_section_that_shows_a_number_near_it_does_not_tell_it_apart() -> None:
    assert numbers(("f(97, 101, 97.5)", ""), "It is 97.") == []
    assert numbers(("f(97, 100)", ""), "It is 97.") == ["97"]
    assert numbers(("f(97)", "98"), "It is 97.") == ["97"]


def test_decimals_and_percentages_never_rest_on_code_or_outputs() -> None:
    code = ("print(0.98, 98)", "0.98 98\n98%\n")
    assert numbers(code, "It is 0.98, or 98%.") == ["0.98", "98%"]


def test_a_part_rests_on_the_setting_but_not_when_it_is_measured() -> None:
    code = ("layers.Dropout(0.5)", "0.5")
    assert numbers(code, "It switches off half of the units.") == []
    assert numbers(code, "About half of the errors are gone.") == ["half"]
    assert numbers(("f()", "0.5"), "It switches off half of the units.") == ["half"]


def test_texts_and_comments_of_code_hold_nothing() -> None:
    assert numbers(("f('97')  # 96", ""), "97 and 96") == ["97", "96"]


def test_an_output_that_shows_data_states_nothing() -> None:
    pixels = " ".join(map(str, range(256)))
    assert numbers(("print(x)", pixels), "It is 97.") == ["97"]


def test_code_in_the_text_is_no_prose() -> None:
    text = 'Take `f(0.97)`, <span title="96">or</span>\n```python\nf(95)\n```\n'
    assert numbers(text) == []
    assert numbers("see [the site](https://x.org/97.html) at https://x.org/96") == []


def test_the_code_of_an_answer_is_code_of_its_section() -> None:
    assert numbers("```python\nx = 784 * 256\n```\nThat is 784 weights.") == []


@pytest.mark.parametrize(
    "text",
    [
        "# 4. MNIST",
        "## Step 1: prepare",
        "## Steps 3 and 4: compile and fit",
        "### Step 3: compile, and step 4: fit",
        "(Step 5, tuning, comes later.) Back to step 1.",
        "**Misconception 1: no.**\n\n**Misconception 2: no.** As in misconception 1.",
        "**1. One?**\n\n**2. Two?**",
        "1. One.\n2. Two.\n   1. Inner.\n3. Three.",
        "See [chapter 3](03_spatial_cnns.ipynb), [exercise 4](../ex/04_mnist.ipynb).",
    ],
)
def test_what_numbers_the_structure_is_held(text: str) -> None:
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("# 7. MNIST", "7"),
        ("## Step 4: prepare", "4"),
        ("## Step 9: save", "9"),
        ("**Misconception 4: no.**", "4"),
        ("**Misconception 1: no.** As in misconception 2.", "2"),
        ("**1. One?**\n\n**5. Two?**", "5"),
        ("1. One.\n5. Two.", "5"),
        ("See [chapter 6](03_spatial_cnns.ipynb).", "6"),
        ("See chapter 3.", "3"),
    ],
)
def test_what_numbers_the_structure_wrongly_is_not(text: str, wrong: str) -> None:
    assert numbers(text) == [wrong]


def test_runs_and_seeds_are_ten() -> None:
    assert numbers("over 10 seeds") == []
    assert numbers("over 13 seeds") == ["13"]


def test_each_end_of_a_range_is_held() -> None:
    assert numbers(("x[5:11]", ""), "rows 5 to 10") == ["10"]


def test_an_unheld_number_says_what_to_do() -> None:
    (found,) = unheld_numbers(chapter("It is 97."), claims())
    assert str(found) == (
        "cell 'c0': '97' in 'It is 97.' is held by nothing: quote it in a claim, or "
        "put it into [constants], or let the code or an output of its section show it, "
        "and no other whole number within 3 of it"
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "L2 is better than dropout.",
        "The forest is as good as the network.",
        "The small network does just as well.",
        "Validation accuracy is higher than training accuracy.",
        "The gap narrows.",
        "The gap is real.",
        "The validation loss turns after four epochs.",
        "Training gets smoother with a smaller rate.",
        "With L2 the curve is calmer.",
        "The accuracy hardly changes.",
        "It makes fewer mistakes.",
        "The loss falls at first and then rises.",
        "The convolutional network is ahead at every size.",
        "The forest stays behind.",
        "Dropout does not help here.",
        "More layers help.",
        "Augmentation improves the accuracy.",
        "The dense network outperforms the forest.",
        "There is no difference between the two.",
        "Both end at the same accuracy.",
        "The two curves coincide.",
        "The first method loses most.",
        "It reads several digits in a hundred more.",
        "Both are equal in accuracy.",
        "Adam gains two points.",
        "The second run takes longer.",
        "Pooling is wrong more often.",
        "Fine-tuning hurts the accuracy.",
        "Random search wins.",
        "Its loss lies a little above that of the forest.",
        "The best accuracy comes from the fast network.",
        "The most frequent digit is 1.",
        "Four and nine are confused most often.",
        "The network is well calibrated.",
        "The network has begun to overfit.",
        "Most of the errors are 4s.",
        "Nearly all test digits are right.",
        "They cannot be told apart.",
        "The loss drops quickly.",
        "Its accuracy is the lowest.",
        "That beats the published result.",
        "The spread is smaller with more data.",
    ],
)
def test_sentences_that_compare_results(sentence: str) -> None:
    assert found_in(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "A convolution slides a kernel over the image.",
        "Every layer has weights and biases.",
        "Look at the pictures below.",
        "You need no more than NumPy.",
        "Is the forest better than the network?",
        "Use a list rather than an array.",
        "The label is no longer needed.",
        "We ask for its ten nearest neighbours.",
        "Images are arrays of the same shape.",
        "The test set has played no part so far.",
        "### A better network",
        '**Misconception 1: "more epochs are better."**',
        "We read more about it later.",
        "Keras falls back to the default.",
        "Sort the wrong answers by their largest probability.",
        "It flattens the images, so that no mistakes can happen.",
        "Train the same network without dropout, and compute its gap.",
    ],
)
def test_sentences_that_do_not(sentence: str) -> None:
    assert not found_in(sentence)


def found_in(text: str) -> list[str]:
    return [u.words for u in unheld_comparisons(chapter(text), claims())]


def test_a_comparison_quotes_its_whole_sentence_a_value_its_words() -> None:
    text = "At the end, the gap has narrowed to 2%."
    code = ("x = 0", "")

    def found(says: str, **asked: str) -> int:
        claim = Claim(name="it", after="c0", says=(says,), **asked)
        return len(unheld_comparisons(chapter(code, text), claims(claim)))

    assert found("At the end", holds="x < y") == 0
    assert found("to 2%", value="x") == 1
    assert found("narrowed to 2%", value="x") == 0


def test_a_sentence_may_be_listed_with_its_reason() -> None:
    listed = claims(not_comparisons=(("Trees are better", "it quotes the paper"),))
    text = "Trees are better, says the paper."
    assert unheld_comparisons(chapter(text), listed) == []
    assert not_in_the_text(chapter(text), listed) == []
    (line,) = not_in_the_text(chapter("Other words."), listed)
    assert "'Trees are better' does not stand in the text" in line


def test_constants_that_left_the_text_are_named() -> None:
    held = claims(constants={"0.97": "a source"})
    assert not_in_the_text(chapter("It published 0.97."), held) == []
    assert len(not_in_the_text(chapter("It published 0.974."), held)) == 1


def test_choices_that_are_right_state_results_and_wrong_ones_do_not() -> None:
    choice = "<details>\n<summary>A. It is better.</summary>\n\n{}\n\n</details>"
    assert found_in(choice.format("Yes. As shown.")) == ["better"]
    assert found_in(choice.format("No. Not so.")) == []
    assert found_in(choice.format("No. It is worse.")) == ["worse"]


def test_titles_of_books_compare_nothing() -> None:
    text = "## Further reading\n\n- Smith, *Why trees outperform networks*."
    assert found_in(text) == []
    assert found_in(text.replace("Further", "No further")) == ["outperform"]


def test_prose_keeps_its_place() -> None:
    text = "a `b` <br> c\n```\nd\n```\n[e](f) 1"
    prose = prose_of(text)
    assert len(prose) == len(text)
    assert prose.split() == ["a", "c", "[e]", "1"]
    assert prose.index("1") == text.index("1")


def test_sentences_of_all_kinds() -> None:
    text = (
        "# 4. A title\n\nOne, e.g. this. Two\nlines!\n- An item.\n- 1. Another\n\n"
        "| a | b |\n| 1 | 2 |\n\n<summary>A. A choice.</summary>\n\nNo. It ends at 5."
    )
    found = [(s.kind, " ".join(s.text.split())) for s in sentences_of(text)]
    assert found == [
        ("heading", "# 4. A title"),
        ("prose", "One, e.g. this."),
        ("prose", "Two lines!"),
        ("prose", "- An item."),
        ("prose", "- 1. Another"),
        ("row", "| a | b |"),
        ("row", "| 1 | 2 |"),
        ("wrong choice", "A. A choice."),
        ("prose", "No."),
        ("prose", "It ends at 5."),
    ]
    for sentence in sentences_of(text):
        assert prose_of(text)[sentence.start : sentence.end] == sentence.text
        assert comparing_words(sentence) == ()
