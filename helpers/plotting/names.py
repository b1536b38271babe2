"""Names of classes, channels and windows: the checks that all plots share."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from helpers.plotting.words import count


def as_class_names(
    class_names: Iterable[Any] | None, n_classes: int | None = None
) -> list[str] | None:
    """Return class names as a list of text, or None if none were given.

    Parameters
    ----------
    class_names : iterable of str, optional
        One name a class, in the order of the labels 0, 1, 2, ...
    n_classes : int, optional
        How many names are needed.

    Raises
    ------
    TypeError
        If it is one text, or a mapping, instead of a list of names.
    ValueError
        If it is empty, holds a name twice, or has another length than `n_classes`.
    """
    if class_names is None:
        return None
    if isinstance(class_names, (str, bytes, dict, set)):
        raise TypeError(
            f"class_names is a {type(class_names).__name__}; a list with one name a "
            "class, in the order of the labels, is needed."
        )
    names = [str(name) for name in class_names]
    if not names:
        raise ValueError("class_names is empty; give one name a class, or None.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"class_names holds {twice[0]!r} twice; names must differ.")
    if n_classes is not None and len(names) != n_classes:
        raise ValueError(
            f"class_names has {len(names)} names, but there are {n_classes} classes. "
            "Give one name a class."
        )
    return names


def name_of(label: Any, class_names: list[str] | None) -> str:
    """Return the class name of one label.

    Parameters
    ----------
    label : int or str
        The index of a class, or its name.
    class_names : list of str, optional
        Without it, the name is the label itself.

    Raises
    ------
    TypeError
        If `label` is neither one whole number nor text.
    ValueError
        If there is no such class.
    """
    if isinstance(label, str):
        if class_names is not None and label not in class_names:
            raise ValueError(
                f"label is {label!r}, which is not in class_names: "
                f"{', '.join(class_names)}."
            )
        return label
    if np.ndim(label) != 0 or np.asarray(label).dtype.kind not in "biuf":
        raise TypeError(
            f"label is {label!r}; one whole number from 0, or one name, is needed. "
            "Undo a one-hot encoding with from_one_hot(...)."
        )
    if label != label or int(label) != label or label < 0:
        raise ValueError(f"label is {label}; labels are whole numbers from 0.")
    if class_names is None:
        return str(int(label))
    if label >= len(class_names):
        raise ValueError(
            f"label is {label}, but class_names has {len(class_names)} names, "
            f"for the labels 0 to {len(class_names) - 1}."
        )
    return class_names[int(label)]


def classes_and_names(
    labels: np.ndarray,
    class_names: Iterable[Any] | None,
    most: int,
    occurring: bool = False,
) -> tuple[np.ndarray, list[str]]:
    """Return labels numbered by the classes to be drawn, and a name for each of these.

    Parameters
    ----------
    labels : numpy.ndarray of int
        From 0.
    class_names : iterable of str, optional
        One name a class: all of these are drawn.
    most : int
        How many classes can be told apart.
    occurring : bool, default False
        Without `class_names`: draw only the classes that occur. Else all from 0 to the
        highest, unless these are too many.

    Raises
    ------
    ValueError
        If there are more than `most` classes.
    """
    names = as_class_names(class_names)
    if names is None:
        known = np.unique(labels)
        if not occurring and labels.max() < most:
            known = np.arange(labels.max() + 1)
        labels = np.searchsorted(known, labels)
        names = [str(label) for label in known]
    if len(names) > most:
        raise ValueError(
            f"There are {len(names):,} classes; at most {most} can be told apart. "
            "Choose some of them, such as labels[np.isin(labels, [0, 1, 2])]."
        )
    return labels, names


def names_of_each(
    given: Iterable[Any] | None, argument: str, needed: int, array: str, noun: str
) -> list[str] | None:
    """Return as many names as `array` has of something; None if none were given."""
    if given is None:
        return None
    names = [given] if isinstance(given, str) else [str(name) for name in given]
    if len(names) != needed:
        raise ValueError(
            f"{argument} has {len(names)} names, but {array} has {count(needed, noun)}."
        )
    return names
