"""One line that is shown again and again, in a notebook or in a terminal."""

import sys
from collections.abc import Callable
from shutil import get_terminal_size

# Shows a text in place of the one before; the last call comes with final=True.
ShowLine = Callable[[str, bool], None]


def make_line() -> tuple[ShowLine, bool]:
    """Return how to show a line here, and whether it can change while it is shown."""
    shell = notebook_shell()
    if shell is None:
        live = sys.stdout.isatty()
        return (_line_in_terminal() if live else _final_line_printed), live
    live = someone_looks_on()
    return (_line_in_notebook() if live else _final_line_displayed), live


def someone_looks_on() -> bool:
    """Return whether a person runs this notebook, not a program.

    A kernel that may ask its user for input has one who looks on. Programs that run
    notebooks (nbclient, nbval) say that they take no input: what they store is what
    stays when all is done.
    """
    shell = notebook_shell()
    if shell is None:
        return False
    request = shell.kernel.get_parent().get("content", {})
    return bool(request.get("allow_stdin", False))


def notebook_shell():  # type: ignore[no-untyped-def]
    """Return IPython's shell if this is a notebook, else None."""
    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    shell = get_ipython()
    return shell if hasattr(shell, "kernel") else None


def _line_in_notebook() -> ShowLine:
    from IPython.display import DisplayHandle

    handle = DisplayHandle()
    handle.display({"text/plain": ""}, raw=True)
    return lambda text, final: handle.update({"text/plain": text}, raw=True)


def _final_line_displayed(text: str, final: bool) -> None:
    if final:
        from IPython.display import display

        display({"text/plain": text}, raw=True)


def _line_in_terminal() -> ShowLine:
    width = get_terminal_size().columns - 1

    def show(text: str, final: bool) -> None:
        # Spaces cover what was there; a final line may be longer than the window.
        print("\r" + (text if final else text[:width]).ljust(width), end="", flush=True)
        if final:
            print()

    return show


def _final_line_printed(text: str, final: bool) -> None:
    if final:
        print(text)
