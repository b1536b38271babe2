"""One look for all figures: the style sheet, sizes, colours.

``course.mplstyle`` is set for the whole notebook when this module is loaded, so that
``plt.subplots()`` in a lesson looks like the figures drawn here. Our own are drawn with
it even after a reader has chosen another style.
"""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import rc_params_from_file
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.text import Text

from helpers.training.shown_line import notebook_shell

# Eight colours of Okabe and Ito, "Color Universal Design" (2008), and two dark ones.
# All ten stay apart in the three kinds of colour vision; tests measure it.
PALETTE = (
    "#0072B2",  # blue
    "#D55E00",  # vermillion
    "#009E73",  # green
    "#E69F00",  # orange
    "#CC79A7",  # pink
    "#56B4E9",  # sky blue
    "#F0E442",  # yellow
    "#000000",  # black
    "#882255",  # wine
    "#332288",  # indigo
)
# For lines the darker colours come first; yellow is too pale on white.
LINE_COLOURS = tuple(PALETTE[k] for k in (0, 1, 2, 8, 3, 7, 5, 4, 9))
LINE_STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

INK = "#222222"
FAINT = "#767676"  # the palest grey that is still easy to read on white
RULE = "#D9D9D9"
POSITIVE = PALETTE[0]
NEGATIVE = PALETTE[1]

# From zero (white) to large (dark blue): the upper half of the next one.
ABOVE_ZERO = LinearSegmentedColormap.from_list(
    "above_zero", ["#FFFFFF", "#A6CBE3", POSITIVE, "#003A5C"]
)
# From negative (vermillion) over zero (white) to positive (dark blue).
SIGNED = LinearSegmentedColormap.from_list(
    "signed",
    ["#A34700", NEGATIVE, "#F7C9A8", "#FFFFFF", "#A6CBE3", POSITIVE, "#003A5C"],
    N=257,  # an odd number: the one in the middle is pure white
)

_SHEET = Path(__file__).with_name("course.mplstyle")
STYLE = rc_params_from_file(_SHEET, use_default_template=False)
WIDTH, HEIGHT = STYLE["figure.figsize"]  # inches
FONT_SIZE = STYLE["font.size"]
SMALL = STYLE["xtick.labelsize"]

Drawing = TypeVar("Drawing", bound=Callable[..., Any])


def in_course_style(draw: Drawing) -> Drawing:
    """Let a function draw with the course's style, and write all text as it stands.

    Names and titles come from readers: a class called "$5 or $9" is no mathematics.
    """

    @functools.wraps(draw)
    def styled(*args: Any, **kwargs: Any) -> Any:
        with mpl.rc_context({**STYLE, "text.parse_math": False}):
            drawn = draw(*args, **kwargs)
            for ax in np.ravel(np.array(drawn, dtype=object)):
                # Titles and labels are as old as the axes, which may be the reader's.
                for text in ax.findobj(Text):
                    text.set_parse_math(False)
        return drawn

    return cast(Drawing, styled)


def use_for_the_notebook() -> None:
    """Set the style for all figures, and let Jupyter draw them sharply.

    Plain figures are then stored as those of `show` are: two pixels of the picture for
    each pixel of the page. A format that a reader has chosen stays.
    """
    mpl.rcParams.update(STYLE)
    shell = notebook_shell()
    if shell is not None:
        from matplotlib_inline.config import InlineBackend

        jupyter = InlineBackend.instance(parent=shell)
        if jupyter.figure_formats == {"png"}:
            jupyter.figure_formats = {"retina"}


def new_axes(ax: Axes | None, width: float = WIDTH, height: float = 4.0) -> Axes:
    """Return `ax`, or the axes of a new figure of `width` x `height` inches.

    Raises
    ------
    TypeError
        If `ax` is something else than matplotlib axes.
    """
    if ax is None:
        return plt.subplots(figsize=(width, height), layout="constrained")[1]
    if not isinstance(ax, Axes):
        raise TypeError(
            f"ax is {type(ax).__name__}; matplotlib axes are needed, such as "
            "ax[0] of plt.subplots(1, 2)."
        )
    return ax


def drawn_width(ax: Axes) -> float:
    """Return the width of the axes in points, after the layout has been worked out."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("ax is in no figure; it was removed.")
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
    ax.apply_aspect()
    return float(ax.get_window_extent().width * 72 / figure.dpi)


def tidy(ax: Axes, grid: str | None = None) -> None:
    """Open the frame at the top and on the right; draw a faint `grid` if wanted.

    The axes may have been made in another style, and tick labels are made only when
    the figure is drawn, after ours has ended: so their look is set here.
    """
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[:].set(color=FAINT, linewidth=0.8)
    ax.tick_params(
        labelsize=SMALL, labelfontfamily="DejaVu Sans", color=FAINT, labelcolor=INK
    )
    if grid is not None:
        ax.grid(axis=grid, color=RULE, linewidth=0.7)  # type: ignore[arg-type]


def legend_above(ax: Axes, title: str = "", **options: Any) -> None:
    """Name what is drawn in rows above the axes, and write the title above those.

    At the right of the axes the names would take a third of a narrow page.
    """
    handles = options.pop("handles", None) or ax.get_legend_handles_labels()[0]
    figure = ax.get_figure(root=True)
    width = figure.get_figwidth() if figure else WIDTH
    room = 1.15 * width * ax.get_position().width  # before the layout widens the axes
    longest = max(len(str(handle.get_label())) for handle in handles)
    entry = (0.55 * longest + 5.0) * FONT_SIZE / 72
    columns = max(1, min(len(handles), int(room / entry)))
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(-0.01, 1),
        ncols=columns,
        borderaxespad=0.1,
        columnspacing=1.4,
        **options,
    )
    rows = -(-len(handles) // columns)
    ax.set_title(title, loc="left", pad=6 + 1.6 * FONT_SIZE * rows)


def framed(ax: Axes) -> None:
    """Take away the ticks and leave a thin border."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set(visible=True, color=FAINT, linewidth=0.8)


def bare(ax: Axes) -> None:
    """Take away ticks, labels and border."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)


def class_colours(n_classes: int) -> np.ndarray:
    """Return one colour a class, shape (n_classes, 3), from 0 to 1.

    The ten of the palette come first. Further classes get paler, then darker
    versions of them: with more than ten, only names tell classes apart.
    """
    base = np.array([to_rgb(colour) for colour in PALETTE])
    rounds = [base, 0.5 * base + 0.5, 0.55 * base + 0.12]
    colours = np.concatenate(rounds)
    return colours[np.arange(n_classes) % len(colours)]


def luminance(colour: Sequence[float] | np.ndarray) -> float:
    """Return the relative luminance (WCAG 2) of an RGB colour, from 0 to 1."""
    rgb = np.asarray(colour, dtype=float)[:3]
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def text_colour_on(background: Sequence[float] | np.ndarray) -> str:
    """Return black or white, whichever is easier to read on `background`."""
    return "black" if luminance(background) > 0.18 else "white"
