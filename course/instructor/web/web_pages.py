"""What the web edition needs beyond Sphinx and MyST-NB: links, launch buttons, tables.

An extension of Sphinx; `site/conf.py` names it.
"""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def jupyterlab_anchor(title: str) -> str:
    """Return the anchor that JupyterLab gives a heading.

    Examples
    --------
    >>> jupyterlab_anchor("Key points")
    'Key-points'
    """
    return title.replace(" ", "-")


def add_lower_case_anchors(app: Sphinx, document: nodes.document) -> None:
    """Let links find headings in lower case, too: those of the guides are GitHub's."""
    anchors = app.env.metadata[app.env.docname].get("myst_slugs", {})
    for anchor, heading in list(anchors.items()):
        anchors.setdefault(anchor.lower(), heading)


def with_scopes(html: str) -> str:
    """Say of each head of a table whether it is that of a column or of a row.

    Screen readers read them out with each cell. pandas and docutils write heads
    without, and pandas writes heads that are empty: these become plain cells.

    Examples
    --------
    >>> with_scopes("<tbody><tr><th>loss</th><td>0.1</td></tr></tbody>")
    '<tbody><tr><th scope="row">loss</th><td>0.1</td></tr></tbody>'
    """
    return re.sub(r"<(thead|tbody)\b.*?</\1>", _scoped_part, html, flags=re.DOTALL)


def _scoped_part(part: re.Match[str]) -> str:
    scope = "col" if part[1] == "thead" else "row"
    filled = re.sub(r"<th\b[^>]*>\s*</th>", "<td></td>", part[0])
    return re.sub(r"<th\b(?![^>]*\bscope=)", f'<th scope="{scope}"', filled)


def give_heads_scopes(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: Any
) -> None:
    """Do that on each page, before it is written."""
    if "body" in context:
        context["body"] = with_scopes(context["body"])


def launch_options(repository: str) -> dict[str, Any]:
    """Return the theme's options for a repository on GitHub; none without an address.

    Raises
    ------
    ValueError
        If the address is not one of GitHub: Colab opens notebooks from nowhere else.
    """
    if not repository:
        return {}
    if not repository.startswith("https://github.com/"):
        raise ValueError(
            f"The repository is {repository!r}; the launch buttons need an address "
            "that begins with https://github.com/ (pyproject.toml, [project.urls])."
        )
    return {
        "repository_url": repository.rstrip("/"),
        "repository_branch": "main",
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
            "notebook_interface": "jupyterlab",
        },
    }


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the above to Sphinx."""
    app.connect("doctree-read", add_lower_case_anchors)
    app.connect("html-page-context", give_heads_scopes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
