"""Make a notebook of a student harmless to look at.

nbgrader's pages show whatever HTML a notebook has, scripts included, in the browser of
the instructor who grades and of the student who reads the feedback. What is kept here
is text, tables, and pictures that are PNG.
"""

import base64
import binascii
import html
import re
from collections.abc import Container
from typing import Any

import bleach
import nbformat
from bs4 import BeautifulSoup

PNG = b"\x89PNG\r\n\x1a\n"
PNG_URL = "data:image/png;base64,"
MOST_PIXELS = 25_000_000
LONGEST_HTML = 3_000_000  # characters; a picture inside has some hundred thousand

# Elements of which not even the text is wanted.
WITHOUT_TEXT = ["script", "style", "template", "iframe", "object", "svg", "math"]
TAGS = {
    *("div", "p", "span", "br", "hr", "pre", "code", "strong", "b", "em", "i", "small"),
    *("ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "img"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {"alt", "colspan", "rowspan", "scope", "width", "height"}


def make_harmless(notebook: Any, own: Container[str] = ()) -> None:
    """Reduce a notebook to what cannot act in a browser, in place.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Of a student.
    own : container of str
        Sources of Markdown cells that are ours, and stay as they are. A student's are
        shown as plain text.
    """
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": kernel, "language_info": {"name": "python"}}
    )
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        cell.metadata = nbformat.from_dict({"nbgrader": marks} if marks else {})
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs = [
                _harmless_output(output) for output in cell.outputs if _shows(output)
            ]
        elif cell.cell_type != "markdown" or cell.source not in own:
            cell.cell_type = "markdown"
            cell.source = as_text(cell.source)


def as_text(source: str) -> str:
    """Return HTML that shows a text as it is, also where Markdown is expected."""
    style = "white-space: pre-wrap"
    return f'<pre style="{style}">{html.escape(source)}</pre>'


def _shows(output: Any) -> bool:
    """Return whether there is anything; answers that were handed out are gone."""
    return output.output_type in ("stream", "error") or bool(output.get("data"))


def _harmless_output(output: Any) -> Any:
    if output.output_type == "stream":
        name = "stderr" if output.name == "stderr" else "stdout"
        return nbformat.v4.new_output("stream", name=name, text=str(output.text))
    if output.output_type == "error":
        return nbformat.v4.new_output(
            "error",
            ename=str(output.ename),
            evalue=str(output.evalue),
            traceback=[str(line) for line in output.traceback],
        )
    data = _harmless_data(output.get("data", {}))
    return nbformat.v4.new_output("display_data", data=data)


def _harmless_data(data: Any) -> dict[str, str]:
    kept = {}
    if isinstance(text := data.get("text/plain"), str):
        kept["text/plain"] = text
    if is_picture(data.get("image/png")):
        kept["image/png"] = data["image/png"]
    page = data.get("text/html")
    if isinstance(page, str) and len(page) <= LONGEST_HTML:
        kept["text/html"] = harmless_html(page)
    return kept or {"text/plain": "(an output of a kind that is not shown here)"}


def harmless_html(page: str) -> str:
    """Return HTML with nothing in it that acts, links, or loads from elsewhere."""
    soup = BeautifulSoup(page, "html.parser")
    for element in soup(WITHOUT_TEXT):
        element.decompose()
    cleaned: str = bleach.clean(
        str(soup),
        tags=TAGS,
        attributes=_is_allowed,
        protocols={"data"},
        strip=True,
    )
    return cleaned


def _is_allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        return value.startswith(PNG_URL) and is_picture(value[len(PNG_URL) :])
    return name in ATTRIBUTES


def is_picture(text: Any) -> bool:
    """Return whether a text is base64 of a PNG file of bearable size."""
    if not isinstance(text, str):
        return False
    try:
        data = base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except (binascii.Error, ValueError):
        return False
    # After the signature: length and name of the first chunk, then width and height.
    if not data.startswith(PNG) or data[12:16] != b"IHDR" or len(data) < 33:
        return False
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    return 0 < width * height <= MOST_PIXELS
