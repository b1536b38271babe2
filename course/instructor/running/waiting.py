"""How long a kernel has only waited for a processor: that is not its own time.

Beside busy neighbours, a notebook takes many times as long by the clock. Limits hold
for the clock less that waiting, which Linux counts for each process.
"""

from collections.abc import Iterable
from pathlib import Path

import psutil

# A notebook that keeps its own processes busy waits, too; that must come to an end.
MOST_FOR_WAITING = 3  # times what a limit allows


def waited(processes: Iterable[psutil.Process]) -> float:
    """Return for how many seconds the kernel among some processes waited, so far."""
    kernels = []
    for process in processes:
        try:
            if any("ipykernel_launcher" in word for word in process.cmdline()):
                kernels.append((process.create_time(), process.pid))
        except psutil.Error:
            continue
    try:
        # The first of that name: whatever else is called so was started by it.
        text = Path(f"/proc/{min(kernels)[1]}/schedstat").read_text()
        return int(text.split()[1]) / 1e9
    except (ValueError, OSError, IndexError):  # there is none, or Linux does not count
        return 0.0


def over(seconds: float, by_the_clock: float, waited_for: float) -> bool:
    """Return whether a limit is reached, by the clock less the waiting."""
    return by_the_clock - min(waited_for, MOST_FOR_WAITING * seconds) > seconds
