"""The comparison of stored outputs: what must match, and what may vary."""

import base64
import struct

import pytest

from course.comparison import (
    Tolerance,
    compare_texts,
    differences,
    numbers_agree,
    reduce_outputs,
)

DEFAULT = Tolerance()


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def display(**data):
    data = {key.replace("_", "/"): value for key, value in data.items()}
    return {"output_type": "display_data", "data": data, "metadata": {}}


def png(width=700, height=400, size=2000):
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)
    return base64.b64encode(header + b"\0" * (size - len(header))).decode()


def picture(alt="a line that falls", **shape):
    html = f'<img class="x" alt="{alt}" src="data:image/png;base64,{png(**shape)}">'
    return display(text_html=html, text_plain="<IPython.core.display.HTML object>")


def compare(stored, new, tolerance=DEFAULT):
    return differences(reduce_outputs(stored), reduce_outputs(new), tolerance)


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("accuracy 0.978", "accuracy 0.979"),
        ("loss: 1.234e-02", "loss: 1.235e-02"),
        ("97.8%", "97.9%"),
        ("0.90", "0.91"),  # one unit in the last digit
        ("a   1\nbb  2", "a 1\nbb 2"),  # columns move with the width of numbers
        ("array([0.5, -0.0])", "array([0.5, 0.0])"),
        ("<Thing at 0x7f1234567890>", "<Thing at 0x7fffffffffff>"),
        ("5/5 ━━━━ 1s 3ms/step - loss: 0.50", "5/5 ━━━━ 2s 9ms/step - loss: 0.50"),
    ],
)
def test_texts_that_agree(stored, new):
    assert compare_texts(stored, new, DEFAULT) == []


@pytest.mark.parametrize(
    ("stored", "new"),
    [
        ("accuracy 0.978", "accuracy 0.929"),  # 5% off
        ("accuracy 0.978", "accuracy 1.027"),
        ("0.5", "0.6"),  # one unit of the last digit is too much here
        ("1.0", "1.1"),
        ("97.8%", "92.9%"),
        ("97.8%", "97.8"),
        ("(60000, 28, 28)", "(60001, 28, 28)"),
        ("(60000, 28, 28)", "(60000, 28)"),
        ("There are 1000000.", "There are 1000001."),
        ("60,000", "60,001"),
        ("12", "12.0"),  # an integer became a float
        ("float32", "float64"),
        ("version 2.21.0", "version 2.21.1"),
        ("nan", "0.5"),
        ("-0.5", "0.5"),
        ("0.00", "0.01"),
        ("all right", "all wrong"),
        ("Right", "right"),
        ("a b", "a"),
        ("1e-3", "1e-4"),
    ],
)
def test_texts_that_differ(stored, new):
    assert compare_texts(stored, new, DEFAULT)


def test_the_message_names_both_numbers():
    (message,) = compare_texts("loss 0.50", "loss 0.70", DEFAULT)
    assert "0.50 is stored, 0.70 came" in message


def test_tolerances_are_settings():
    assert numbers_agree("100", "103", Tolerance(integers=0.05))
    assert not numbers_agree("100", "106", Tolerance(integers=0.05))
    assert numbers_agree("0.10", "0.14", Tolerance(absolute=0.05))
    assert not numbers_agree("0.10", "0.16", Tolerance(absolute=0.05))
    assert numbers_agree("10.0%", "14.0%", Tolerance(absolute=0.05))
    assert numbers_agree("2.0", "2.2", Tolerance(relative=0.1))
    assert not numbers_agree("2.0", "2.3", Tolerance(relative=0.1))


def test_outputs_in_several_pieces_are_one_stream():
    assert compare([stream("one\n"), stream("two\n")], [stream("one\ntwo\n")]) == []
    assert compare([stream(["one\n", "two\n"])], [stream("one\ntwo\n")]) == []


def test_carriage_returns_leave_the_last_state():
    assert compare([stream("1 of 2\r2 of 2\n")], [stream("2 of 2\n")]) == []
    assert compare([stream("1 of 2\r2 of 2\n")], [stream("1 of 2\n")])


def test_backspaces_take_back_what_stands_before_them():
    assert compare([stream("50%\b\b\b75%\n")], [stream("75%\n")]) == []
    assert compare([stream("a\b\b\b")], [stream("")]) == []
    assert compare([stream("50%\b75%")], [stream("75%")])


@pytest.mark.parametrize(
    "new",
    [
        [],
        [stream("0.5"), stream("noise", "stderr")],
        [stream("0.5"), display(text_plain="1")],
        [display(text_plain="0.5")],
        [{"output_type": "error", "ename": "KeyError", "evalue": "", "traceback": []}],
    ],
)
def test_missing_and_extra_outputs_are_differences(new):
    assert compare([stream("0.5")], new)
    assert compare(new, [stream("0.5")])


def test_pictures_compare_by_kind_size_and_alt_text():
    assert compare([picture()], [picture()]) == []
    assert compare([picture()], [picture(width=720, size=2500)]) == []
    assert compare([picture(alt="97.8% right")], [picture(alt="97.7% right")]) == []


@pytest.mark.parametrize(
    "new",
    [
        picture(alt="a line that rises"),
        picture(alt="97.8% right"),
        picture(width=1400),
        picture(height=200),
        picture(size=9000),
        display(text_html="<p>a line that falls</p>", text_plain="x"),
        display(image_png=png()),
    ],
)
def test_changed_and_missing_pictures_are_differences(new):
    assert compare([picture()], [new])
    assert compare([new], [picture()])


def test_pictures_of_the_inline_backend_are_compared_too():
    assert compare([display(image_png=png())], [display(image_png=png())]) == []
    assert compare([display(image_png=png())], [display(image_png=png(width=90))])
    assert compare([display(image_png=png())], [display(image_jpeg=png())])


def test_tables_compare_number_by_number():
    row = "<table><tr><th>forest</th><td>{}</td></tr></table>"
    stored, same, other = (display(text_html=row.format(x)) for x in (0.931, 0.93, 0.8))
    assert compare([stored], [same]) == []
    assert compare([stored], [other])


def test_widgets_count_but_their_identifiers_do_not():
    def widget(identifier):
        mime = "application/vnd.jupyter.widget-view+json"
        data = {mime: {"model_id": identifier}}
        return {"output_type": "display_data", "data": data, "metadata": {}}

    assert compare([widget("a")], [widget("b")]) == []
    assert compare([widget("a")], [])


def test_nothing_compares_equal_to_nothing():
    assert compare([], []) == []


def test_a_band_counts_only_in_the_line_that_names_it():
    tolerance = Tolerance(named=(("test accuracy", 0.01), ("test loss", 0.08)))
    stored = "net, test accuracy: 0.940\nnet, test loss: 0.220\n"
    assert compare_texts(stored, stored.replace("0.220", "0.290"), tolerance) == []
    assert compare_texts(stored, stored.replace("0.940", "0.893"), tolerance)
    assert compare_texts(stored, stored.replace("0.220", "0.310"), tolerance)


@pytest.mark.parametrize(
    ("stored", "new", "agree"),
    [
        ("0.9788", "0.9809", True),
        ("0.9788", "0.9870", False),  # 1% of itself does not count
        ("97.88%", "98.09%", True),
        ("97.88%", "98.70%", False),
        ("0.731", "0.732", True),  # the same with every seed: one unit
        ("0.731", "0.733", False),
        ("5.310", "5.330", True),  # in no band: 1% of itself
    ],
)
def test_a_number_in_a_claimed_band_may_differ_by_the_spread_alone(stored, new, agree):
    tolerance = Tolerance(bands=((0.9757, 0.9809), (0.7305, 0.7305)))
    assert numbers_agree(stored, new, tolerance) == agree
