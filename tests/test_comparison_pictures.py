"""Pictures are described by what a reader sees of them: kind, size, words."""

import base64
from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image

from course.comparison import Tolerance, differences, reduce_outputs

KINDS = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "WEBP": "webp"}


def drawn(kind, width, height):
    """Return a picture that Pillow has drawn, in base64."""
    file = BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def display(mime, data):
    return {"output_type": "display_data", "data": {mime: data}, "metadata": {}}


def reduced(mime, data):
    (picture,) = reduce_outputs([display(mime, data)])["picture"]
    return picture


def svg(attributes):
    return (
        f'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" {attributes}/>'
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_size_of_every_kind_is_read(kind):
    mime = f"image/{KINDS[kind]}"
    data = drawn(kind, 90, 60)
    picture = reduced(mime, data)
    assert (picture["kind"], picture["width"], picture["height"]) == (mime, 90, 60)
    source = f'<img alt="a > b" src="data:{mime};base64,{data}">'
    assert reduced("text/html", source) == {**picture, "alt": "a > b"}


@pytest.mark.parametrize("kind", KINDS)
def test_another_size_is_a_difference(kind):
    mime = f"image/{KINDS[kind]}"
    stored = reduce_outputs([display(mime, drawn(kind, 90, 60))])
    for size in [(180, 60), (90, 120)]:
        new = reduce_outputs([display(mime, drawn(kind, *size))])
        assert differences(stored, new, Tolerance())


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="300" height="200"', (300, 200)),
        ('width="300px" height=" 200 px "', (300, 200)),
        ('width="72pt" height="1in"', (96, 96)),
        ('width="25.4mm" height="2.54cm"', (96, 96)),
        ('width="1e2" height=".5in"', (100, 48)),
        ('viewBox="0 0 640 480"', (640, 480)),
        ('viewBox="-10,-10, 640 480"', (640, 480)),
        ('width="100%" height="auto" viewBox="0 0 640 480"', (640, 480)),
        ('width="320" viewBox="0 0 640 480"', (320, 480)),
        ("", (0, 0)),
        ('viewBox="none" width="wide"', (0, 0)),
        (f'width="{"9" * 400}" height="1e999"', (0, 0)),
    ],
)
def test_the_size_of_an_svg_is_read(attributes, size):
    content = svg(attributes)
    sources = [
        base64.b64encode(content.encode()).decode(),
        quote(content),
    ]
    pictures = [reduced("image/svg+xml", content)] + [
        reduced("text/html", f'<img src="data:image/svg+xml{coding},{source}"/>')
        for coding, source in zip((";base64", ";utf8"), sources, strict=True)
    ]
    for picture in pictures:
        assert (picture["width"], picture["height"]) == size
        assert picture["kind"] == "image/svg+xml"
        assert picture["bytes"] == len(content)


def test_an_svg_of_matplotlib_has_the_size_of_its_figure():
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(4, 2))
    axes.plot([1, 2])
    file = BytesIO()
    figure.savefig(file, format="svg")
    plt.close(figure)
    picture = reduced("image/svg+xml", file.getvalue().decode())
    assert (picture["width"], picture["height"]) == (384, 192)


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg", "image/webp"])
@pytest.mark.parametrize("data", ["", "AAAA", "no base64 !", "AAA"])
def test_what_is_no_picture_has_no_size(mime, data):
    picture = reduced(mime, data)
    assert (picture["width"], picture["height"]) == (0, 0)
    stored = reduce_outputs([display(mime, drawn("PNG", 90, 60))])
    assert differences(stored, reduce_outputs([display(mime, data)]), Tolerance())


@pytest.mark.parametrize("text", ["", "not a picture", "<svg", "<html></html>"])
def test_what_is_no_svg_has_no_size(text):
    picture = reduced("image/svg+xml", text)
    assert (picture["width"], picture["height"]) == (0, 0)


def test_html_keeps_all_but_its_pictures():
    source = f"data:image/png;base64,{drawn('PNG', 9, 6)}"
    html = (
        f"<p>before &amp; <b>bold</b>\n<img\n src='{source}' alt='one'>\n"
        f'<!-- <img src="x"> -->é<IMG SRC="{source}" alt="two" />'
        '<img src="x.png">end</p>'
    )
    (text,) = reduce_outputs([display("text/html", html)])["text/html"]
    assert text == (
        "<p>before &amp; <b>bold</b>\n[picture]\n"
        '<!-- <img src="x"> -->é[picture]<img src="x.png">end</p>'
    )
