"""How Sphinx makes the web edition; `course site` (`make site`) runs it."""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from course.instructor.web import web_pages  # noqa: E402

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

project = "Deep learning with Keras"
author = "the course team"
copyright = "text and figures CC BY 4.0, code MIT"
language = "en"

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx-mathjax-offline",  # MathJax from the lock file, not from another host
    "course.instructor.web.web_pages",
]
nitpicky = True

# Notebooks: their stored outputs, and no scripts from elsewhere for widgets.
nb_execution_mode = "off"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_merge_streams = True

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 6
myst_heading_slug_func = "course.instructor.web.web_pages.jupyterlab_anchor"
myst_heading_slug_html_ids = True

# The docstrings name each type in words, with shape and range.
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
default_role = "code"

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_use_index = html_domain_indices = False  # the search finds more
html_theme_options = {
    "use_download_button": True,
    "use_fullscreen_button": False,
    "navbar_persistent": [],  # the search is in the side bar
    "show_navbar_depth": 1,
    "home_page_in_toc": True,
    **web_pages.launch_options(PROJECT.get("urls", {}).get("Repository", "")),
}
