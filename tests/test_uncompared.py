"""What varies from run to run does not count; everything beside it does."""

import copy

import nbformat
import pandas as pd
import pytest

from course.comparison import Tolerance, differences, reduce_outputs
from course.notebooks import project_folder, run_notebook

DEFAULT = Tolerance()


def display(mime, data):
    return {"output_type": "display_data", "data": {mime: data}, "metadata": {}}


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


def error(name="ValueError", message="x is 3", lines=("a traceback",)):
    what = {"output_type": "error", "ename": name, "evalue": message}
    return {**what, "traceback": list(lines)}


def compare(stored, new, tolerance=DEFAULT):
    return differences(reduce_outputs([stored]), reduce_outputs([new]), tolerance)


VEGA = "application/vnd.vegalite.v5+json"
CHART = {
    "mark": "line",
    "data": {"values": [{"x": 1, "y": 0.5}, {"x": 2, "y": 0.25}]},
    "encoding": {"y": {"type": "quantitative"}, "x": {"type": "ordinal"}},
    "large": 2**60,
    "grid": True,
    "title": None,
    "words": ["a", "b"],
    "odd": [float("nan"), float("inf")],
}


class TestData:
    @pytest.mark.parametrize("mime", [VEGA, "application/json"])
    def test_what_nbformat_stores_agrees_with_what_came(self, mime, tmp_path):
        output = nbformat.v4.new_output("display_data", {mime: CHART})
        cell = nbformat.v4.new_code_cell("x", outputs=[output])
        notebook = nbformat.v4.new_notebook(cells=[cell])
        nbformat.write(notebook, tmp_path / "x.ipynb")
        (stored,) = nbformat.read(tmp_path / "x.ipynb", 4).cells[0].outputs
        assert [*stored["data"][mime]] != [*CHART], "nbformat sorts no longer"
        assert compare(stored, display(mime, CHART)) == []
        assert compare(display(mime, CHART), stored) == []

    def test_numbers_have_their_tolerance(self):
        new = copy.deepcopy(CHART)
        new["data"]["values"][0]["y"] = 0.501
        assert compare(display(VEGA, CHART), display(VEGA, new)) == []

    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (["mark"], "bar"),
            (["mark"], None),
            (["mark"], ["line"]),
            (["data", "values", 0, "y"], 0.6),
            (["data", "values", 0, "x"], 2),
            (["data", "values", 0, "x"], 1.0),
            (["data", "values", 0, "x"], True),
            (["data", "values", 0, "x"], "1"),
            (["data", "values", 0], {"x": 1}),
            (["data", "values"], []),
            (["data", "values", 1, "y"], float("nan")),
            (["large"], 2**60 + 1),
            (["grid"], 1),
            (["grid"], False),
            (["title"], "a"),
            (["title"], 0),
            (["words"], ["b", "a"]),
            (["words"], "ab"),
            (["odd"], [float("inf"), float("nan")]),
            (["odd"], [0.0, float("-inf")]),
            (["new"], 1),
        ],
    )
    def test_each_change_is_seen_and_its_place_said(self, path, value):
        new = copy.deepcopy(CHART)
        place = new
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        for said in (
            compare(display(VEGA, CHART), display(VEGA, new)),
            compare(display(VEGA, new), display(VEGA, CHART)),
        ):
            assert said
            assert "names differ" in said[0] or str(path[0]) in said[0]

    def test_a_list_of_words_is_data_where_it_is_json(self):
        words = display("application/json", ["a", "b"])
        assert compare(words, display("application/json", ["ab"]))
        assert compare(words, words) == []
        plain = display("text/plain", ["a ", "b"])
        assert compare(plain, display("text/plain", "a b")) == []

    def test_results_that_changed_places_are_seen_in_data_too(self):
        stored = display("application/json", {"forest": 0.978, "network": 0.981})
        new = display("application/json", {"forest": 0.981, "network": 0.978})
        assert compare(stored, new)


class TestErrors:
    def test_kind_and_message_count_and_the_traceback_does_not(self):
        assert compare(error(), error(lines=["another path"])) == []
        assert compare(error(), error(name="TypeError"))
        assert compare(error(), error(message="x is 4"))
        assert compare(error(), error(message="y is 3"))
        assert compare(error(), error(message=""))

    def test_an_address_in_a_message_does_not_count(self):
        one, other = (error(message=f"<f at 0x7f{k}2345678>") for k in "ab")
        assert compare(one, other) == []


class TestIdentifiers:
    @staticmethod
    def styled(value=0.978, uuid=None, marked=0):
        table = pd.DataFrame({"accuracy": [value, 0.5], "loss": [12345.0, 0.25]})
        style = table.style.apply(
            lambda column: ["color: red" if i == marked else "" for i in range(2)]
        )
        if uuid:
            style = style.set_uuid(uuid)
        return display("text/html", style.to_html())

    def test_a_styler_agrees_with_itself(self):
        assert self.styled()["data"] != self.styled()["data"], "no longer random"
        assert compare(self.styled(), self.styled()) == []

    @pytest.mark.parametrize("uuid", ["12345", "5e583", "faded", "a0b1c2d3e4f5"])
    def test_whatever_is_drawn_as_its_id(self, uuid):
        assert compare(self.styled(uuid="abcde"), self.styled(uuid=uuid)) == []

    def test_what_a_styler_shows_counts(self):
        assert compare(self.styled(), self.styled(value=0.95))
        assert compare(self.styled(), self.styled(marked=1))

    @pytest.mark.parametrize(
        "page",
        [
            '<div id="{}"></div><script>draw("{}")</script>',
            "<div id='altair-viz-{}'></div><style>#altair-viz-{} p {{}}</style>",
            '<label for="x-{}">1</label><input id="x-{}">',
        ],
    )
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (
                "0b5f7d3e-8a51-4a0c-9a5e-2f1f0e5d7c11",
                "7c9e6679-7425-40de-944b-e07fc1f90ae7",
            ),
            ("d41d8cd98f00b204e9800998ecf8427e", "900150983cd24fb0d6963f7d28e17f72"),
        ],
    )
    def test_ids_of_other_libraries(self, page, one, other):
        stored, new = (display("text/html", page.format(x, x)) for x in (one, other))
        assert compare(stored, new) == []

    def test_two_tables_stay_two(self):
        page = '<p id="T_{}"></p><p id="T_{}"></p><style>#T_{} {{}}</style>'
        stored = display("text/html", page.format("aaaaa", "bbbbb", "aaaaa"))
        same = display("text/html", page.format("ccccc", "ddddd", "ccccc"))
        other = display("text/html", page.format("ccccc", "ddddd", "ddddd"))
        assert compare(stored, same) == []
        assert compare(stored, other)

    def test_a_number_of_the_table_is_no_id(self):
        page = '<td id="T_{}_row0">{}</td>'
        stored = display("text/html", page.format("12345", "12345"))
        assert (
            compare(stored, display("text/html", page.format("abcde", "12345"))) == []
        )
        assert compare(stored, display("text/html", page.format("abcde", "12346")))

    def test_a_name_is_no_id(self):
        stored = display("text/html", '<p id="accuracy-table">1</p>')
        assert compare(stored, display("text/html", '<p id="loss-table">1</p>'))

    def test_a_checksum_in_the_text_counts(self):
        one, other = (
            "d41d8cd98f00b204e9800998ecf8427e",
            "900150983cd24fb0d6963f7d28e17",
        )
        assert compare(stream(one), stream(other))


BAR = "375/375 ━━━━━━━━━━━━━━━━━━━━ {} {} - accuracy: {} - loss: {}\n"
LINE = "375/375 - {} - {} - accuracy: {} - loss: {}\n"


class TestLogsOfKeras:
    @pytest.mark.parametrize("line", [BAR, LINE])
    def test_values_and_times_do_not_count(self, line):
        stored = "Epoch 1/2\n" + line.format("2s", "5ms/step", 0.8987, 0.3541)
        new = "Epoch 1/2\n" + line.format("1:02", "61us/step", 0.1, 2.5e-05)
        assert compare(stream(stored), stream(new)) == []

    @pytest.mark.parametrize("line", [BAR, LINE])
    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Epoch 1/2", "Epoch 2/2"),
            ("Epoch 1/2", "Epoch 1/3"),
            ("Epoch 1/2\n", ""),
            ("375/375", "376/376"),
            ("accuracy", "auc"),
            (" - loss: 0.3541", ""),
            ("loss: 0.3541", "loss: nan"),
            ("loss: 0.3541", "loss: 0.3541 - val_loss: 0.4"),
        ],
    )
    def test_epochs_steps_and_names_count(self, line, old, new):
        stored = "Epoch 1/2\n" + line.format("2s", "5ms/step", 0.8987, 0.3541)
        assert old in stored
        assert compare(stream(stored), stream(stored.replace(old, new, 1)))
        assert compare(stream(stored.replace(old, new, 1)), stream(stored))

    def test_a_bar_is_no_line(self):
        given = ("2s", "5ms/step", 0.8987, 0.3541)
        assert compare(stream(BAR.format(*given)), stream(LINE.format(*given)))

    def test_what_is_printed_beside_a_log_counts(self):
        log = "Epoch 1/2\n" + BAR.format("2s", "5ms/step", 0.8987, 0.3541)
        assert compare(stream(log + "accuracy: 0.97"), stream(log + "accuracy: 0.90"))
        assert compare(stream(log + "12/13 are right"), stream(log + "11/13 are right"))

    def test_colours_and_all_states_of_a_bar(self):
        """As Keras 3.15 sends it: each state goes back over the one before it."""
        colours = (
            "\x1b[1m{}/375\x1b[0m \x1b[32m━━━\x1b[0m\x1b[37m━\x1b[0m \x1b[1m2s\x1b[0m "
        )
        state = colours + "5ms/step - accuracy: {} - loss: 0.3"
        states = [state.format(step, 0.5) for step in (17, 120, 375)]
        long = "Epoch 1/2\n\r" + ("\b" * 90 + "\r").join(states) + "\n"
        short = "Epoch 1/2\n\r" + states[-1].replace("0.5", "0.6") + "\n"
        assert compare(stream(long), stream(short)) == []
        assert compare(stream(long), stream(short.replace("375", "300")))

    @pytest.mark.parametrize("said", ["now {}", "\nEpoch 1: now {}", "\n\nnow {}"])
    def test_where_a_bar_was_interrupted_is_chance(self, said):
        """A callback that prints leaves the bar as it was drawn last."""
        end = BAR.format("2s", "5ms/step", 0.9, 0.3)
        bar = "{}/375 ━━━━━━━━━ 0s 1ms/step - accuracy: 0.61"
        epoch = "Epoch 1/2\n" + bar + said + "\n" + end
        stored, *late = (stream(epoch.format(at, 0.5)) for at in (43, 371, 375))
        for new in late:
            assert compare(stored, new) == []
            assert compare(new, stored) == []
        assert compare(stored, stream(epoch.format(43, 0.7)))
        assert compare(stored, stream(epoch.format(43, 0.5).replace("loss", "lost")))

    def test_every_evaluation_counts(self):
        bar = BAR.format("2s", "5ms/step", 0.9, 0.3)
        assert compare(stream(bar), stream(bar + bar))
        assert compare(stream(bar + "Epoch 1/1\n" + bar), stream("Epoch 1/1\n" + bar))

    def test_what_callbacks_say_of_values(self):
        said = "Epoch 2: val_loss improved from {} to {}, saving model to {}\n"
        stored = stream(said.format("0.62", "0.61", "a.keras"))
        assert compare(stored, stream(said.format("None", "0.5", "a.keras"))) == []
        assert compare(stored, stream(said.format("0.62", "0.61", "b.keras")))
        assert compare(stored, stream("Epoch 2: val_loss did not improve from 0.61\n"))


TRAINING = """\
import helpers, keras, numpy
class Say(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs): print("said by a callback")
x = numpy.random.default_rng().random((2000, 3)); y = x.sum(axis=1) > 1.5
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=[keras.metrics.AUC(name="area under curve")])
fit = dict(x=x, y=y, epochs=2, validation_split=0.5)"""


def test_two_real_trainings_agree():
    """Unlike seeds and speeds; whatever Keras writes, it is the same for a reader."""
    cells = [TRAINING, "h = model.fit(**fit, callbacks=[Say()])"]
    cells += ["h = model.fit(**fit, verbose=2)", "model.evaluate(x, y);"]
    cells = [nbformat.v4.new_code_cell(code) for code in cells]
    notebook = nbformat.v4.new_notebook(cells=cells)
    runs = [run_notebook(notebook, project_folder(), {}) for _ in range(2)]
    for one, other in zip(*(run.cells[1:] for run in runs), strict=True):
        assert one.outputs and one.outputs != other.outputs
        reduced = [reduce_outputs(cell.outputs) for cell in (one, other)]
        assert differences(*reduced, DEFAULT) == []
