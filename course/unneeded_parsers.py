"""Spare every process of ours a second: parsers that nothing here needs are not built.

nbformat loads jsonschema, and jsonschema the package ``rfc3987_syntax`` if it is there:
it checks international addresses, and builds 35 parsers for them as soon as it is
loaded. No schema of notebooks has such an address. `nbformat` can choose another
validator, but loads jsonschema all the same, so this says that the package is not
there, which jsonschema allows for.
"""

import sys

PARSERS = "rfc3987_syntax"

sys.modules.setdefault(PARSERS, None)  # type: ignore[arg-type]
