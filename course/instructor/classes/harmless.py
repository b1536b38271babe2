"""Make a notebook of a student harmless to look at.

nbgrader's pages show whatever HTML a notebook has, scripts included, in the browser of
the instructor who grades and of the student who reads the feedback. What is kept here
is text, tables, and pictures that are PNG.
"""

import base64
import binascii
import html
import re
from collections import Counter
from collections.abc import Container
from typing import Any

import nbformat
import nh3

PNG = b"\x89PNG\r\n\x1a\n"
PNG_URL = "data:image/png;base64,"
MOST_PIXELS = 25_000_000
LONGEST_HTML = 3_000_000  # characters; a picture inside has some hundred thousand
DEEPEST = 100  # elements in elements; cleaning takes the square of it

COMMENT = re.compile(r"<!--.*?-->|<[!?][^>]*>", re.DOTALL)
TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
EMPTY = {"br", "hr", "img", "input", "link", "meta", "col", "wbr", "source", "area"}
# Elements of which not even the text is wanted.
WITHOUT_TEXT = {"script", "style", "template", "iframe", "object", "svg", "math"}
TAGS = {
    *("div", "p", "span", "br", "hr", "pre", "code", "strong", "b", "em", "i", "small"),
    *("ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "img"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
ATTRIBUTES = {"src", "alt", "colspan", "rowspan", "scope", "width", "height"}


def make_harmless(notebook: Any, own: Container[str] = (), plain: bool = False) -> None:
    """Reduce a notebook to what cannot act in a browser, in place.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Of a student.
    own : container of str
        Sources of Markdown cells that are ours, and stay as they are. A student's are
        shown as plain text.
    plain : bool, default False
        Whether to show outputs as plain text only.
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
                _harmless_output(output, plain)
                for output in cell.outputs
                if _shows(output)
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


def _harmless_output(output: Any, plain: bool) -> Any:
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
    data = _harmless_data(output.get("data", {}), plain)
    return nbformat.v4.new_output("display_data", data=data)


def _harmless_data(data: Any, plain: bool) -> dict[str, str]:
    kept = {}
    if isinstance(text := data.get("text/plain"), str):
        kept["text/plain"] = text
    if is_picture(data.get("image/png")):
        kept["image/png"] = data["image/png"]
    page = data.get("text/html")
    if isinstance(page, str) and not plain:
        kept["text/html"] = harmless_html(page)
    return kept or {"text/plain": "(an output of a kind that is not shown here)"}


def harmless_html(page: str) -> str:
    """Return HTML with nothing in it that acts, links, or loads from elsewhere."""
    if len(page) > LONGEST_HTML or depth(page) > DEEPEST:
        return "<p>(HTML too long or nested too deeply to be shown)</p>"
    cleaned: str = nh3.clean(
        page,
        tags=TAGS,
        clean_content_tags=WITHOUT_TEXT,
        attributes={"*": ATTRIBUTES},
        attribute_filter=_allowed,
        url_schemes={"data"},
        link_rel=None,
    )
    return cleaned


def depth(page: str) -> int:
    """Return how many elements are open at the same time at most, at first sight."""
    still_open: Counter[str] = Counter()
    deepest = now = 0
    for slash, name in TAG.findall(COMMENT.sub("", page)):
        name = name.lower()
        if not slash and name not in EMPTY:
            still_open[name] += 1
            now += 1
            deepest = max(deepest, now)
        elif slash and still_open[name]:
            still_open[name] -= 1
            now -= 1
    return deepest


def _allowed(tag: str, name: str, value: str) -> str | None:
    """Return the value of an attribute; None takes the attribute away."""
    if name != "src":
        return value
    picture = tag == "img" and value.startswith(PNG_URL)
    return value if picture and is_picture(value[len(PNG_URL) :]) else None


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
