"""The web edition in a browser: accessible, narrow enough, by keyboard, and offline."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from axe_playwright_python.sync_playwright import Axe

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
CHAPTER = "notebooks/02_keras_basics.html"
# All rules of WCAG 2 at levels A and AA, and what axe-core calls best practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
STRUCTURE = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": RULES},
    "rules": {"color-contrast": {"enabled": False}},  # measured by CONTRAST
    "preload": False,
}
CONTRAST = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast"]},
    "preload": False,
}
# Contrast takes axe-core many seconds on a long page, and depends on nothing but these
# properties: so it looks at one text of each kind that a page has.
MARK_ONE_OF_EACH_KIND = """() => {
    const kinds = new Set();
    const background = (element) => {
        for (; element; element = element.parentElement) {
            const style = getComputedStyle(element);
            if (style.backgroundImage !== "none") return style.backgroundImage;
            if (style.backgroundColor !== "rgba(0, 0, 0, 0)")
                return style.backgroundColor;
        }
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    document.querySelectorAll(".one-of-a-kind").forEach(
        (element) => element.classList.remove("one-of-a-kind"));
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
        const style = getComputedStyle(element);
        const kind = [style.color, style.fontSize, style.fontWeight, style.opacity,
            background(element)].join();
        if (kinds.has(kind)) continue;
        kinds.add(kind);
        element.classList.add("one-of-a-kind");
    }
    return kinds.size;
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serve files, and write no line for each."""

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture(scope="module")
def address(site):
    handler = partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def names(site):
    return sorted(
        file.relative_to(site).as_posix()
        for file in site.rglob("*.html")
        if "_static" not in file.parts
    )


def serious(page, options, context=None):
    """Return what axe-core finds that keeps readers from reading, in short."""
    found = Axe().run(page, context=context, options=options).response
    return [
        f"{finding['id']} ({finding['impact']}): {node['html'][:120]}"
        for finding in found["violations"]
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"]
    ]


def test_axe_finds_nothing_serious(page, address, names):
    found = {}
    for name in names:
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(f"{address}/{name}")
        found[name] = serious(page, STRUCTURE)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.wait_for_selector(f'html[data-theme="{scheme}"]')
            assert page.evaluate(MARK_ONE_OF_EACH_KIND) > 5
            found[name] += serious(page, CONTRAST, ".one-of-a-kind")
    assert {name: findings for name, findings in found.items() if findings} == {}


def test_no_page_scrolls_sideways_on_a_phone(page, address, names):
    page.set_viewport_size(PHONE)
    wide = {}
    for name in names:
        page.goto(f"{address}/{name}")
        width = page.evaluate("document.scrollingElement.scrollWidth")
        pictures = page.evaluate(
            "Math.max(0, ...Array.from("
            "document.images, picture => picture.getBoundingClientRect().right))"
        )
        if width > PHONE["width"] or pictures > PHONE["width"]:
            wide[name] = width, pictures
    assert wide == {}


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_figure_has_its_own_size_and_no_frame(page, address, scheme):
    """Padding would shrink the picture, so a browser would blur it."""
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{address}/{CHAPTER}")
    page.wait_for_selector(f'html[data-theme="{scheme}"]')
    figure = page.locator(".cell_output img").first
    frame = figure.evaluate(
        """figure => [figure, figure.closest(".text_html")].flatMap(element => {
            const style = getComputedStyle(element);
            return [style.paddingLeft, style.backgroundColor, style.filter];
        })"""
    )
    assert frame == ["0px", "rgba(0, 0, 0, 0)", "none"] * 2
    shown = figure.evaluate("figure => [figure.width, figure.getAttribute('width')]")
    assert shown[0] == int(shown[1])


def press_tab_until(page, reached, most=400):
    """Press Tab until `reached`, a test in JavaScript, holds for what has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"(({reached}))(document.activeElement)"):
            return
    pytest.fail(f"{most} times Tab, and never {reached}")


def test_the_keyboard_alone_finds_a_word(page, address):
    page.goto(f"{address}/{CHAPTER}")
    press_tab_until(page, "e => e.matches('.search-button-field')", most=10)
    page.keyboard.press("Enter")
    page.keyboard.type("backpropagation")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    found = page.locator("#search-results li a").all_inner_texts()
    assert any("Introduction" in title for title in found), found


def test_the_keyboard_alone_goes_to_another_chapter(page, address):
    page.goto(f"{address}/{CHAPTER}")
    press_tab_until(page, "e => e.pathname?.endsWith('/04_mnist.html')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/04_mnist.html")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_keyboard_alone_chooses_the_theme(page, address, theme):
    page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    page.goto(f"{address}/{CHAPTER}")
    press_tab_until(page, "e => e.matches('.theme-switch-button')")
    page.keyboard.press("Enter")  # opens a menu
    press_tab_until(page, f"e => e.dataset.mode === '{theme}'", most=4)
    page.keyboard.press("Enter")
    page.wait_for_selector(f'html[data-theme="{theme}"]', timeout=5000)


def test_the_keyboard_alone_opens_and_closes_a_self_check(page, address):
    page.goto(f"{address}/{CHAPTER}")
    press_tab_until(page, "e => e.matches('summary')")
    choice = page.locator("details:has(summary:focus)")
    feedback = choice.locator("p").first
    assert not feedback.is_visible()
    page.keyboard.press("Enter")
    assert feedback.is_visible()
    assert feedback.inner_text().startswith(("Yes", "No"))
    page.keyboard.press("Enter")
    assert not feedback.is_visible()


def test_the_keyboard_reaches_a_wide_table_and_scrolls_it(page, address):
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/{CHAPTER}")
    press_tab_until(page, "e => e.matches('.output:has(table.dataframe)')")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0")


def test_equations_are_drawn(page, address):
    page.goto(f"{address}/notebooks/05_tuning_and_understanding.html")
    page.wait_for_selector("mjx-container mjx-math")
    height = page.locator("mjx-container").first.bounding_box()["height"]
    assert height > 8


def test_no_script_of_a_page_fails(page, address, names):
    errors = []
    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    page.on("requestfailed", lambda sent: errors.append(f"{page.url}: {sent.url}"))
    page.on(
        "response",
        lambda answer: answer.status >= 400 and errors.append(answer.url),
    )
    for name in names:
        page.goto(f"{address}/{name}")
    assert errors == []
