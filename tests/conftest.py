"""What every file of tests leaves as it found it."""

import pytest

from helpers.datasets import sources

pytest.register_assert_rewrite("tests.banks")  # so that its failures show the values


@pytest.fixture(scope="module", autouse=True)
def forget_what_was_loaded():
    """`sample_in_use` says in one file of tests nothing about another."""
    before = dict(sources._last_source)
    sources._last_source.clear()
    yield
    sources._last_source.clear()
    sources._last_source.update(before)
