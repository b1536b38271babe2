"""Spare every process of ours what nothing in it needs; as a plugin, pytest, too.

nbformat loads jsonschema, and jsonschema the package ``rfc3987_syntax`` if it is there:
it checks international addresses, and builds 35 parsers for them as soon as it is
loaded, which takes a second. No schema of notebooks has such an address. nbformat can
choose another validator, but loads jsonschema all the same, so this says that the
package is not there, which jsonschema allows for.
"""

import sys
from typing import Any

PARSERS = "rfc3987_syntax"

sys.modules.setdefault(PARSERS, None)  # type: ignore[arg-type]


def pytest_sessionfinish(session: Any) -> None:
    """Have Hypothesis's plugin report only where a test has loaded Hypothesis.

    It would load all of it for that, at the end of every run.
    """
    plugins = session.config.pluginmanager
    if "hypothesis" not in sys.modules and plugins.has_plugin("hypothesispytest"):
        plugins.unregister(name="hypothesispytest")
