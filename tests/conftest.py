"""What every file of tests leaves as it found it, and the site, built once.

Tests marked `all_only` take minutes each and run with ``course test --all``.
"""

import os
import time

import pytest
from filelock import FileLock

from course.processes import ALL_VARIABLE
from helpers.datasets import sources

pytest.register_assert_rewrite("tests.banks")  # so that its failures show the values


def pytest_collection_modifyitems(items):
    if os.environ.get(ALL_VARIABLE):
        return
    left_out = pytest.mark.skip(reason="takes minutes; course test --all runs it")
    for item in items:
        if item.get_closest_marker("all_only"):
            item.add_marker(left_out)


@pytest.fixture(scope="module", autouse=True)
def forget_what_was_loaded():
    """`sample_in_use` says in one file of tests nothing about another."""
    before = dict(sources._last_source)
    sources._last_source.clear()
    yield
    sources._last_source.clear()
    sources._last_source.update(before)


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id):
    """Give the folder of the site's pages; all workers of a run share one build."""
    from course.instructor.web.web_edition import build_site

    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    target = shared / "a site"  # with a space: a path may have one
    with FileLock(shared / "site.lock"):
        if not (target / "html" / "searchindex.js").exists():
            start = time.monotonic()
            build_site(target=target)
            (target / "seconds").write_text(str(time.monotonic() - start))
    return target / "html"
