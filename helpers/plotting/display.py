"""Show a figure in a notebook, with alternative text.

Jupyter stores text kept beside a PNG picture but never shows it; an HTML image with an
`alt` attribute is understood by JupyterLab, by nbconvert and by the web edition.
"""

import base64
import html
import io
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from IPython.display import HTML, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image, ImageChops, ImageOps

from helpers.plotting.words import description

_SHARP = 2  # pixels of the picture for each pixel of the page
_DPI = _SHARP * 96  # an inch is 96 pixels of the page
_MARGIN = 0.1  # inches around the picture
_COLOURS = (64, 128, 256)  # how many a stored picture has: as few as look alike
_VISIBLE = 24  # of 255: a larger change of colour might show


def show(
    figure: Figure | Axes | Sequence[Axes] | np.ndarray | None = None,
    alt: str | None = None,
) -> None:
    """Show a figure below the cell, with its description as alternative text.

    One inch is 96 pixels of the page, and each of them two by two pixels of the
    picture, so that it is sharp on good screens. Narrow pages shrink it. The figure is
    closed, so that Jupyter does not draw it a second time.

    Parameters
    ----------
    figure : Figure, Axes, or sequence or array of Axes, optional
        What to show; axes stand for the figure they are in. Default: the figure that
        was drawn last.
    alt : str, optional
        What the picture shows, in words. Default: the words that the plot functions
        stored, in the order of the axes.

    Raises
    ------
    TypeError
        If `figure` is none of these.
    ValueError
        If there is no figure, or if neither `alt` nor any of the axes says what the
        picture shows.
    """
    found = _find_figure(figure)
    words = _words(found) if alt is None else alt.strip()
    if not words:
        raise ValueError(
            "The picture has no description. Say in words what it shows: "
            'show(figure, alt="..."), or describe(ax, "...") before.'
        )
    picture = _draw(found)
    plt.close(found)
    size = picture.width // _SHARP, picture.height // _SHARP
    display(HTML(_as_html(_as_png(picture), words, size)))


def _find_figure(given: Any) -> Figure:
    if given is None:
        if not plt.get_fignums():
            raise ValueError("There is no figure to show; draw one first.")
        return plt.gcf()
    if isinstance(given, Figure):
        return given
    several = [given] if isinstance(given, Axes) else given
    if not isinstance(several, (list, tuple, np.ndarray)) or not len(several):
        raise TypeError(
            f"figure is {type(given).__name__}; a matplotlib figure, axes, or a list "
            "of axes is needed."
        )
    axes = list(np.ravel(np.array(several, dtype=object)))
    if not all(isinstance(ax, Axes) for ax in axes):
        raise TypeError("figure holds something else than matplotlib axes.")
    figures = {ax.get_figure(root=True) for ax in axes}
    if len(figures) > 1:
        raise ValueError("The axes are in different figures; show one at a time.")
    found: Figure = figures.pop()
    return found


def _words(figure: Figure) -> str:
    """Join the words of all axes, each ending as a sentence does."""
    found = [description(ax) for ax in figure.axes]
    sentences = [
        words if words[-1] in ".!?" else f"{words}." for words in found if words
    ]
    return " ".join(sentences)


def _draw(figure: Figure) -> Image.Image:
    """Return the picture, cut close; both sides are whole pixels of the page."""
    figure.set_dpi(_DPI)
    area: str | Bbox = "tight"
    if figure.get_layout_engine() is None:
        # The same area; but for "tight", matplotlib draws all of the figure twice.
        area = figure.get_tightbbox().padded(_MARGIN)
    stream = io.BytesIO()  # TIFF: nothing is compressed, for it is read at once
    figure.savefig(
        stream, format="tiff", dpi=_DPI, bbox_inches=area, pad_inches=_MARGIN
    )
    picture = Image.open(stream).convert("RGB")
    missing = (-picture.width % _SHARP, -picture.height % _SHARP)
    return ImageOps.expand(picture, (0, 0, *missing), fill="white")


def _as_png(picture: Image.Image) -> bytes:
    """Return the bytes of a PNG file, with few colours where that looks alike.

    Notebooks are stored with their pictures, and this makes them three times smaller.
    """
    red, green, blue = picture.split()
    if red == green == blue:  # grey: one channel says all
        return _saved(red)
    for number in _COLOURS:
        few = picture.quantize(
            number, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        change = ImageChops.difference(picture, few.convert("RGB"))
        if np.asarray(change).max() <= _VISIBLE:
            return _saved(few)
    return _saved(picture)


def _saved(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, format="png")
    return stream.getvalue()


def _as_html(png: bytes, words: str, size: tuple[int, int]) -> str:
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<img alt="{html.escape(words)}" style="max-width: 100%; height: auto" '
        f'width="{size[0]}" height="{size[1]}" src="data:image/png;base64,{data}">'
    )
