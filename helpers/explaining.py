"""Which pixels does an answer depend on? Two maps, and neither is an explanation.

Both ask how one output of the network, that of a chosen class, changes when the image
does: `saliency` nudges each pixel a little, `occlusion` covers a patch wholly.
"""

import warnings
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from helpers.validation import as_count, as_labels, as_numbers, require_same_length

if TYPE_CHECKING:
    import keras

__all__ = ["occlusion", "saliency"]


def saliency(model: "keras.Model", images: ArrayLike, classes: ArrayLike) -> np.ndarray:
    """Return how steeply the output of a class depends on each pixel.

    That is the magnitude of the slope (the gradient) of the output for the pixel; of
    several channels the largest counts.

    Parameters
    ----------
    model : keras.Model
        Takes images and gives one output for each class. Cut off a final softmax:
        where a probability is almost 1 it is flat, and its slopes almost 0.
    images : array_like of float, shape (samples, height, width, channels)
        As the model takes them. All go through it together.
    classes : array_like of int, shape (samples,)
        The output that is looked at, for each image.

    Returns
    -------
    numpy.ndarray of float32, shape (samples, height, width)
        0 or larger, on the scale of output per unit of pixel.

    Raises
    ------
    TypeError, ValueError
        If images, classes and model do not fit each other, or the output does not
        depend on the image by a slope.

    References
    ----------
    K. Simonyan, A. Vedaldi, A. Zisserman, "Deep inside convolutional networks", 2013,
    arXiv:1312.6034.
    """
    pictures, wanted = _check(model, images, classes)
    import tensorflow as tf

    pixels = tf.convert_to_tensor(pictures)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        outputs = _call(model, pixels)
        chosen = tf.gather(outputs, wanted, axis=1, batch_dims=1)
    slopes = tape.gradient(chosen, pixels)
    if slopes is None:
        raise ValueError(
            "The outputs of the model have no slope: a layer in it rounds, compares or "
            "picks a class. Give the part before it."
        )
    magnitudes: np.ndarray = np.abs(slopes.numpy()).max(axis=-1)
    return magnitudes


def occlusion(
    model: "keras.Model",
    images: ArrayLike,
    classes: ArrayLike,
    size: int = 7,
    stride: int = 2,
    fill: float = 0.0,
) -> np.ndarray:
    """Return how far the output of a class falls when the place of a pixel is covered.

    A square patch moves over the image. Each pixel gets the mean fall over the patches
    that covered it; the last patch of a row or a column always ends at the border.

    Parameters
    ----------
    model : keras.Model
        Takes images and gives one output for each class.
    images : array_like of float, shape (samples, height, width, channels)
        As the model takes them.
    classes : array_like of int, shape (samples,)
        The output that is looked at, for each image.
    size : int, default 7
        Width and height of the patch, at most those of the image.
    stride : int, default 2
        How far the patch moves; at most `size`, so that each pixel is covered.
    fill : float, default 0
        What the patch is filled with.

    Returns
    -------
    numpy.ndarray of float32, shape (samples, height, width)
        Above 0 where covering lowers the output, below 0 where it raises it.

    Raises
    ------
    TypeError, ValueError
        If images, classes and model do not fit each other, the patch does not fit the
        image, or `stride` leaves pixels out.

    References
    ----------
    M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks",
    ECCV 2014, arXiv:1311.2901.
    """
    pictures, wanted = _check(model, images, classes)
    height, width = pictures.shape[1:3]
    size, stride = as_count(size, "size"), as_count(stride, "stride")
    if size > min(height, width):
        raise ValueError(
            f"size is {size}, but the images are {height} by {width} pixels. "
            "Give a smaller patch."
        )
    if stride > size:
        raise ValueError(
            f"stride is {stride}, above size {size}: pixels between two patches would "
            "never be covered. Give a smaller stride."
        )
    colour = float(as_numbers(fill, "fill", ndim=0))
    before = _outputs(model, pictures, wanted)
    fall = np.zeros(pictures.shape[:3])
    times = np.zeros((height, width))
    for top, left in product(
        _starts(height, size, stride), _starts(width, size, stride)
    ):
        rows, columns = slice(top, top + size), slice(left, left + size)
        covered = pictures.copy()
        covered[:, rows, columns] = colour
        lost = before - _outputs(model, covered, wanted)
        fall[:, rows, columns] += lost[:, np.newaxis, np.newaxis]
        times[rows, columns] += 1
    return (fall / times).astype(np.float32)


def _check(
    model: "keras.Model", images: ArrayLike, classes: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """Return images as float32 and classes as integers that fit the model."""
    pictures = as_numbers(images, "images")
    if pictures.ndim != 4:
        raise ValueError(
            f"images has shape {pictures.shape}; (samples, height, width, channels) is "
            "needed. For one image: images[np.newaxis]."
        )
    if pictures.dtype.kind != "f":
        raise TypeError(
            f"images holds {pictures.dtype} values; the floats that the model was "
            "trained on are needed, such as prepare_images(...) gives them."
        )
    expected, given = tuple(model.input_shape[1:]), pictures.shape[1:]
    if len(expected) != 3 or any(
        size not in (None, other) for size, other in zip(expected, given, strict=True)
    ):
        raise ValueError(
            f"Each image has shape {given}, but the model takes {expected}."
        )
    if len(model.output_shape) != 2:
        raise ValueError(
            f"The model gives the shape {model.output_shape}; one output for each "
            "class is needed, shape (samples, classes)."
        )
    wanted = as_labels(classes, "classes", n_classes=model.output_shape[1])
    require_same_length(images=pictures, classes=wanted)
    return pictures.astype(np.float32), wanted


def _call(model: "keras.Model", pixels: Any) -> Any:
    """Apply the model as in use: dropout off, batch normalisation fixed."""
    with warnings.catch_warnings():
        # keras.Model(other.inputs, ...) expects a list of one; an array will do.
        warnings.filterwarnings("ignore", message="The structure of `inputs`")
        return model(pixels, training=False)


def _outputs(
    model: "keras.Model", pictures: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Return the output of the wanted class for each image."""
    import keras  # here, so that importing this module stays cheap

    outputs = keras.ops.convert_to_numpy(_call(model, pictures))
    chosen: np.ndarray = outputs[np.arange(len(wanted)), wanted]
    return chosen


def _starts(length: int, size: int, stride: int) -> list[int]:
    """Return where patches begin; the last one ends at the border."""
    last = length - size
    return sorted({*range(0, last, stride), last})
