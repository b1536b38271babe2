"""JupyterLab as its users work with it: by menus, links and keys.

What a notebook holds is read from JupyterLab's model of it, not from the page: of a
long notebook the page holds only the part that is seen.
"""

import uuid

OPENED = 120_000  # milliseconds; JupyterLab comes as many files
NOTEBOOK = "jupyterapp.shell.currentWidget"
IDLE = f"{NOTEBOOK}.sessionContext.session?.kernel?.status === 'idle'"
# Says "error" as soon as a cell has failed: JupyterLab leaves out those after it.
STATE = f"""() => {{
    const cells = [...{NOTEBOOK}.content.model.cells].filter(
        cell => cell.type === 'code' && cell.sharedModel.source.trim());
    if (cells.some(cell => cell.outputs.toJSON().some(
        output => output.output_type === 'error'))) return 'error';
    return cells.every(cell => cell.executionCount
        && cell.executionState === 'idle') && {IDLE} && 'done';
}}"""


def open_notebook(page, lab, path):
    """Open a notebook in a JupyterLab that has nothing else open; return its panel."""
    workspace = f"lab/workspaces/{uuid.uuid4().hex}"
    page.goto(f"{lab.address}/{workspace}/tree/{path}?token={lab.token}")
    return wait_for_notebook(page, path)


def wait_for_notebook(page, path):
    """Wait until the notebook is in front and its kernel ready; return its panel."""
    page.wait_for_function(
        f"path => window.jupyterapp && {NOTEBOOK}?.context?.path === path",
        arg=path,
        timeout=OPENED,
    )
    page.wait_for_function(IDLE, timeout=OPENED)
    panel = front(page)
    panel.locator(".jp-RenderedMarkdown h1").first.wait_for(timeout=OPENED)
    return panel


def front(page):
    """Return the panel of the notebook that is in front."""
    return page.locator(".jp-NotebookPanel:visible")


def choose(page, menu, entry):
    """Choose an entry of one of the menus."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=entry, exact=True).click()


def run_all(page, minutes):
    """Run the notebook afresh from top to bottom; wait for its end, or for an error."""
    choose(page, "Edit", "Clear Outputs of All Cells")
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(STATE, timeout=minutes * 60_000)


def save(page):
    """Save the notebook by key; wait until it is written."""
    page.keyboard.press("Control+s")
    page.wait_for_function(f"!{NOTEBOOK}.context.model.dirty", timeout=OPENED)


def cell(page, identifier):
    """Scroll to a cell of the notebook in front; return it."""
    index = page.evaluate(
        f"id => [...{NOTEBOOK}.content.model.cells].findIndex(cell => cell.id === id)",
        identifier,
    )
    found = front(page).locator(f"[data-windowed-list-index='{index}']")
    found.wait_for(state="attached", timeout=OPENED)  # a long notebook comes in parts
    found.scroll_into_view_if_needed()
    return found


def run_cell(page, identifier):
    """Run one cell by key and wait for its end; return where its outputs are."""
    running = cell(page, identifier)
    running.locator(".jp-InputArea-editor").click()
    model = f"[...{NOTEBOOK}.content.model.cells].find(cell => cell.id === id)"
    before = page.evaluate(f"id => {model}.executionCount", identifier)
    page.keyboard.press("Control+Enter")
    page.wait_for_function(
        f"""([id, before]) => {{
            const {{executionCount, executionState}} = {model};
            return executionCount && executionCount !== before
                && executionState === 'idle' && {IDLE};
        }}""",
        arg=[identifier, before],
        timeout=OPENED,
    )
    return running.locator(".jp-Cell-outputArea")


def write(page, identifier, code):
    """Type `code` into a cell in place of what is there."""
    cell(page, identifier).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
