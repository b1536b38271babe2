"""Tell in one glance what works on this machine: for the start page."""

import importlib.metadata
import os
import platform
import re
import shutil
from dataclasses import dataclass
from html import escape
from pathlib import Path

PINNED_VERSIONS = Path(__file__).resolve().parent.parent / "requirements.lock"
PACKAGES = ["tensorflow", "keras", "numpy", "scikit-learn", "umap-learn", "jupyterlab"]

# As pyproject.toml allows them.
PYTHONS = ["3.11", "3.12", "3.13"]

# What the full data sets and the files that the chapters save need, in bytes.
DISK_NEEDED = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One line of the check.

    Attributes
    ----------
    what : str
        What was looked at.
    found : str
        What is there.
    remedy : str
        What to do about it; empty when all is well.
    """

    what: str
    found: str
    remedy: str = ""


class Findings(list[Finding]):
    """A list of findings that shows itself as a table."""

    def __repr__(self) -> str:
        return "\n".join(
            f"{'check' if line.remedy else 'ok':<6}{line.what:<18}{line.found}"
            + (f"\n{'':<24}{line.remedy}" if line.remedy else "")
            for line in self
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{'⚠ check' if line.remedy else '✓ ok'}</td>"
            f'<th scope="row" style="text-align: left">{escape(line.what)}</th>'
            f'<td style="text-align: left">{escape(line.found)}'
            + (f"<br><em>{escape(line.remedy)}</em>" if line.remedy else "")
            + "</td></tr>"
            for line in self
        )
        heads = "".join(
            f'<th scope="col">{head}</th>' for head in ("", "what", "found")
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def check_versions() -> Findings:
    """Compare Python and the main packages with those that the course was made with.

    Returns
    -------
    Findings
        A list of `Finding`, which a notebook shows as a table.
    """
    findings = Findings([_python_version()])
    pinned = _read_pins()
    for package in PACKAGES:
        findings.append(_package_version(package, pinned.get(package)))
    return findings


def check_machine() -> Findings:
    """Look at the processor, graphics cards, the data and the disk.

    TensorFlow is loaded for this, which takes some seconds.

    Returns
    -------
    Findings
        A list of `Finding`, which a notebook shows as a table.
    """
    return Findings([_processor(), _graphics_card(), *_data(), _disk()])


def _python_version() -> Finding:
    version = platform.python_version()
    supported = ".".join(version.split(".")[:2]) in PYTHONS
    *all_but_last, last = PYTHONS
    which = f"{', '.join(all_but_last)} or {last}"
    remedy = "" if supported else f"Use Python {which}; see README.md."
    return Finding("Python", ".".join(version.split(".")[:2]), remedy)


def _package_version(package: str, pinned: str | None) -> Finding:
    try:
        version = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return Finding(package, "not installed", "Run `make env`; see README.md.")
    if pinned and version != pinned:
        remedy = f"The course was made with {pinned}; figures may differ. `make env`"
        return Finding(package, version, remedy)
    return Finding(package, version)


def _read_pins() -> dict[str, str]:
    if not PINNED_VERSIONS.exists():
        return {}
    text = PINNED_VERSIONS.read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w-]+)==([\w.]+)$", text, flags=re.MULTILINE))


def _processor() -> Finding:
    cores = os.cpu_count() or 1
    found = f"{cores} cores, {platform.machine()}"
    slow = "All runs, but longer than the chapters say." if cores < 2 else ""
    return Finding("processor", found, slow)


def _graphics_card() -> Finding:
    import tensorflow as tf

    cards = tf.config.list_physical_devices("GPU")
    if not cards:
        return Finding("graphics card", "none used; the course does not need one")
    return Finding("graphics card", f"{len(cards)} used by TensorFlow")


def _data() -> list[Finding]:
    from helpers.datasets import cached_full_sets

    return [
        Finding(f"data: {name}", "full set, in the cache")
        if cached
        else Finding(
            f"data: {name}",
            "not in the cache",
            "It is fetched when a chapter first needs it. Without a network, the "
            "chapter runs on a sample.",
        )
        for name, cached in cached_full_sets().items()
    ]


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    found = f"{free / 1e9:.1f} GB free"
    remedy = "" if free >= DISK_NEEDED else f"Make room: {DISK_NEEDED / 1e9} GB needed."
    return Finding("disk", found, remedy)
