"""What questions start from, when that is not at hand at once."""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Lazily(Mapping[str, Any]):
    """What a question starts from, made when it is first looked at."""

    def __init__(self, make: Callable[[], dict[str, Any]]) -> None:
        self._made = functools.cache(make)

    def __getitem__(self, name: str) -> Any:
        return self._made()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._made())

    def __len__(self) -> int:
        return len(self._made())


@functools.cache
def digits() -> Any:
    """Return the 5,000 real digits of the sample: the same for everybody."""
    from helpers.datasets import load_mnist  # here: the answers may never need it

    return load_mnist(source="sample")
