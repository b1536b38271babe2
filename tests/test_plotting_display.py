"""show() and Jupyter's own display: size, sharpness, colours, words."""

import base64
import html
import io
import re

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import nbclient
import nbformat
import numpy as np
import pytest
from PIL import Image

from helpers.plotting import (
    describe,
    description,
    display,
    plot_class_counts,
    plot_series,
    show,
)

RNG = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def no_figures_left():
    plt.close("all")
    yield
    plt.close("all")


@pytest.fixture
def shown(monkeypatch):
    """Collect what show() displays."""
    outputs = []
    monkeypatch.setattr(display, "display", lambda output: outputs.append(output.data))
    return outputs


def parts_of(output):
    """Return alternative text, size on the page and picture of what show() displays."""
    found = re.fullmatch(
        r'<img alt="([^"<>]*)" style="max-width: 100%; height: auto" width="(\d+)" '
        r'height="(\d+)" src="data:image/png;base64,([A-Za-z0-9+/=]+)">',
        output,
    )
    assert found, output[:200]
    png = Image.open(io.BytesIO(base64.b64decode(found[4])))
    return html.unescape(found[1]), (int(found[2]), int(found[3])), png


def test_show_displays_one_image_with_its_words_and_closes_the_figure(shown):
    ax = plot_class_counts([0, 1, 1])
    words = description(ax)
    assert show(ax) is None
    assert plt.get_fignums() == []
    (output,) = shown
    alt, size, _ = parts_of(output)
    assert alt == words
    assert 450 < size[0] < 600


@pytest.mark.parametrize("layout", [None, "constrained"])
@pytest.mark.parametrize("dpi", [40, 96, 300])
def test_show_gives_two_pixels_for_each_of_the_page(shown, dpi, layout):
    """Whatever the figure's own resolution: an inch is 96 pixels of the page."""
    for width in np.linspace(3, 4, 5):
        figure, ax = plt.subplots(figsize=(width, 2.22), dpi=dpi, layout=layout)
        figure.patch.set(edgecolor="red", linewidth=2)
        ax.set(title="A title", ylabel="left")
        show(figure, alt="Nothing.")
        _, size, png = parts_of(shown[-1])
        assert png.size == (2 * size[0], 2 * size[1])
        assert abs(size[0] - 96 * width) < 0.25 * 96


def test_show_escapes_the_words(shown):
    words = 'a < b & "c" > d'
    show(plot_class_counts([0, 1]), alt=words)
    assert 'alt="a &lt; b &amp; &quot;c&quot; &gt; d"' in shown[0]
    assert parts_of(shown[0])[0] == words


def test_show_joins_the_words_of_several_axes_in_order(shown):
    _, axes = plt.subplots(1, 3)
    describe(axes[1], "Second")
    describe(axes[0], "First.")
    show(axes)
    assert parts_of(shown[0])[0] == "First. Second."


def test_show_takes_the_last_figure_a_figure_axes_or_a_list(shown):
    show_these = [
        lambda ax: None,
        lambda ax: ax.figure,
        lambda ax: ax,
        lambda ax: [ax],
        lambda ax: np.array([[ax]]),
    ]
    for choose in show_these:
        show(choose(plot_class_counts([0, 1])))
        assert plt.get_fignums() == []
    assert len(set(shown)) == 1
    assert len(shown) == 5


def test_show_refuses_a_picture_without_words(shown):
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="no description"):
        show(ax)
    with pytest.raises(ValueError, match="no description"):
        show(ax, alt="   ")
    assert shown == []


def test_show_refuses_what_is_no_figure():
    with pytest.raises(ValueError, match="no figure"):
        show()
    for wrong in (3, [], ["a"], "figure"):
        with pytest.raises(TypeError, match="axes"):
            show(wrong)
    with pytest.raises(ValueError, match="different figures"):
        show([plt.subplots()[1], plt.subplots()[1]])


def test_shown_pictures_are_small_and_keep_their_colours(shown):
    ax = plot_series(RNG.normal(size=(260, 3)).cumsum(axis=0), 52)
    figure = ax.figure
    stream = io.BytesIO()
    figure.set_dpi(192)
    figure.savefig(stream, dpi=192, bbox_inches="tight", pad_inches=0.1)
    show(ax)
    png = parts_of(shown[0])[2]
    full = np.asarray(Image.open(stream).convert("RGB")).astype(int)
    small = np.asarray(png.convert("RGB")).astype(int)[: len(full), : full.shape[1]]
    assert np.abs(full - small).max() <= 24
    assert np.abs(full - small).mean() < 1
    assert small[0, 0].tolist() == [255, 255, 255]
    assert len(shown[0]) < 0.5 * 4 / 3 * len(stream.getvalue())


def test_a_picture_of_too_many_colours_is_kept_whole(shown):
    figure, ax = plt.subplots()
    noise = RNG.random((300, 300, 3))
    ax.imshow(noise)
    show(figure, alt="Noise.")
    assert parts_of(shown[0])[2].mode == "RGB"


def test_grey_pictures_are_stored_exactly_and_in_one_channel(shown):
    """Whatever shortcut `show` takes, it is matplotlib's picture, cut close."""
    figure, ax = plt.subplots()
    ax.imshow(RNG.random((20, 30)), cmap="gray")
    ax.set(title="Beyond the axes", xlabel="across", ylabel="two\nlines")
    ax.text(1.2, 0.5, "outside", transform=ax.transAxes)
    stream = io.BytesIO()
    area = {"bbox_inches": "tight", "pad_inches": 0.1}
    figure.set_dpi(192)
    figure.savefig(stream, dpi=192, **area)
    show(figure, alt="Grey noise.")
    png = parts_of(shown[0])[2]
    assert png.mode == "L"
    full = np.asarray(Image.open(stream).convert("RGB"))
    height, width = full.shape[:2]
    assert png.width - width in (0, 1) and png.height - height in (0, 1)
    same = np.asarray(png.convert("RGB"))[:height, :width]
    np.testing.assert_array_equal(same, full)


PLAIN = """
from helpers import plotting
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
"""


@pytest.mark.parametrize(
    "setting", ["", "%config InlineBackend.figure_formats = 'svg'"]
)
def test_jupyter_draws_plain_figures_with_two_pixels_for_each_of_the_page(setting):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(text) for text in (setting, PLAIN)]
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    (output,) = notebook.cells[1].outputs
    if setting:
        assert "image/svg+xml" in output.data  # what a reader has chosen stays
        return
    png = Image.open(io.BytesIO(base64.b64decode(output.data["image/png"])))
    on_the_page = output.metadata["image/png"]
    assert abs(png.width - 2 * on_the_page["width"]) <= 1
    assert 450 < on_the_page["width"] < 600
