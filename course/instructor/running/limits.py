"""How much a submission may use while it runs."""

from dataclasses import dataclass

MEGABYTE = 10**6
GIGABYTE = 10**9

# In the folder of a job: why its kernel was ended from outside.
STOPPED = "stopped"


@dataclass(frozen=True)
class Limits:
    """How much a submission may use while it runs.

    Attributes
    ----------
    cell_seconds : float
        The longest that one cell may take; then it is interrupted.
    total_seconds : float
        The longest that the whole notebook may take; then everything is killed.
    memory : int
        Bytes that all processes of the submission may hold together.
    processes : int
        Processes and threads at the same time.
    output : int
        Bytes that the whole notebook may write as outputs.
    scratch : int
        Bytes of the files that it may write; they live in memory and are dropped.
    """

    cell_seconds: float = 240
    total_seconds: float = 1200
    memory: int = 4 * GIGABYTE
    processes: int = 256
    output: int = 20 * MEGABYTE
    scratch: int = 500 * MEGABYTE
