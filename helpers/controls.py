"""A picture that changes when the reader moves a slider."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from helpers.training.shown_line import someone_looks_on

if TYPE_CHECKING:
    import ipywidgets
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def explore(draw: Callable[..., "Axes | Figure"], **choices: Sequence[Any]) -> None:
    """Show a picture, and in a live notebook a slider for each value it depends on.

    Where a notebook is run by a program, or stored, or printed, the picture for the
    first of all choices stands alone.

    Parameters
    ----------
    draw : callable
        Called as ``draw(kernel=3, stride=1)`` with one value of each of the choices;
        returns the axes or the figure, described as all functions of
        `helpers.plotting` do.
    **choices : sequence
        For each argument of `draw` the values that it can take, all different. The
        first is where its slider starts; numbers are put in order along the slider.

    Raises
    ------
    TypeError
        If `draw` cannot be called.
    ValueError
        If there is nothing to choose, if an argument has fewer than two values, or one
        twice.

    Examples
    --------
    >>> explore(draw_curve, rate=[0.1, 0.01, 1.0])  # doctest: +SKIP
    """
    if not callable(draw):
        raise TypeError(f"draw is {draw!r}; a function that draws is needed.")
    _check(choices)
    first = draw(**{name: values[0] for name, values in choices.items()})
    if someone_looks_on():
        from IPython.display import display

        display(_with_sliders(draw, choices, first))
    else:
        _show(first)


def _check(choices: dict[str, Sequence[Any]]) -> None:
    if not choices:
        raise ValueError(
            "There is nothing to choose. Give the values of each argument of draw, "
            "such as explore(draw, kernel=[3, 5, 9])."
        )
    for name, values in choices.items():
        if len(set(values)) < max(2, len(values)):
            raise ValueError(
                f"{name} has the values {list(values)}; two or more are needed, all "
                "different."
            )


def _with_sliders(
    draw: Callable[..., Any], choices: dict[str, Sequence[Any]], first: Any
) -> "ipywidgets.VBox":
    from ipywidgets import Output, SelectionSlider, VBox

    sliders = {
        name: SelectionSlider(
            options=_in_order(values),
            value=values[0],
            description=name,
            # Drawn when the slider is let go: a picture takes longer than a step.
            continuous_update=False,
            style={"description_width": "initial"},
        )
        for name, values in choices.items()
    }
    picture = Output()

    def draw_again(change: object = None) -> None:
        picture.clear_output(wait=True)  # wait: the page does not jump
        with picture:
            _show(draw(**{name: slider.value for name, slider in sliders.items()}))

    with picture:
        _show(first)
    for slider in sliders.values():
        slider.observe(draw_again, names="value")
    return VBox([*sliders.values(), picture])


def _in_order(values: Sequence[Any]) -> list[Any]:
    numbers = all(isinstance(value, int | float) for value in values)
    return sorted(values) if numbers else list(values)


def _show(figure: Any) -> None:
    from helpers.plotting import show  # here: importing this part stays cheap

    show(figure)
