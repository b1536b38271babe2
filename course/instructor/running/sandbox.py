"""The sandbox that a student's kernel runs in: what it sees, and what it may use.

bubblewrap gives the kernel its own view of the machine: no network, its own processes,
the files that it needs read-only, and a scratch folder of limited size in memory. What
is not bound is not there: neither the solutions and checks, nor the class, nor a home.
A filter refuses the system calls of no use to a notebook, and a control group, where
one can be made, bounds memory, processes and processors.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import psutil

from course.instructor.running.control_groups import control_group
from course.instructor.running.limits import MEGABYTE, Limits
from course.instructor.running.system_calls import seccomp_filter
from course.notebooks import SOURCE_VARIABLE, project_folder
from helpers.environment import Finding

SCRATCH = "/tmp"  # in the sandbox, and nowhere else
SHARED_MEMORY = 64 * MEGABYTE  # what Python's multiprocessing keeps in /dev/shm
OPEN_FILES = 1024

# A process may ask for more addresses than memory is there: TensorFlow alone takes 4 GB
# of them. What it really holds is watched from outside.
ADDRESSES_PER_MEMORY = 3
LEAST_ADDRESSES = 8 * 10**9

# What a Python with NumPy needs of the system. None of it tells who works here.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store")
SETTINGS = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "fonts",
    "localtime",
)

# Of the project: what notebooks import and read, and not a file more.
COURSE_FILES = ("helpers", "data")

# Several submissions run at the same time, each on one core.
ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)

# Enter the control groups that are named after their number, open the filter of system
# calls, and become what follows. bubblewrap's arguments come after that.
ENTER_UNFILTERED = (
    'n=$1; shift; while [ "$n" -gt 0 ]; do echo $$ > "$1/cgroup.procs" || exit 1; '
    'shift; n=$((n-1)); done; exec nice -n 5 "$@"'
)
ENTER = f'{ENTER_UNFILTERED} 9<"$0"'

REMEDY = (
    "Install it with `apt-get install bubblewrap`. Or say --unsafe: then the students' "
    "code runs without a sandbox, with your rights, and can read and change all that "
    "you can, the solutions and the grades too."
)


def require_sandbox() -> None:
    """Raise RuntimeError, with the remedy, if there can be no sandbox here.

    Raises
    ------
    RuntimeError
        If bubblewrap is missing, or cannot start Python here.
    """
    if fault := _fault():
        raise RuntimeError(f"{fault} {REMEDY}")


def check_sandbox() -> list[Finding]:
    """Say what grading on this machine has, and what its sandbox lacks."""
    if fault := _fault():
        # A machine to learn on needs none, so this is no remedy that is asked for.
        return [Finding("sandbox", f"none, so no grading here: {fault}")]
    lacks = []
    if not seccomp_filter():
        lacks.append("no filter of system calls for this kind of processor")
    with control_group(f"course-check-{os.getpid()}", Limits()) as group:
        if group is None:
            lacks.append(
                "no control groups can be made, so memory and processes are counted a "
                "few times a second, and busy submissions share processors as they come"
            )
    return [Finding("sandbox", f"works; {'; '.join(lacks) or 'nothing is missing'}")]


@cache  # once in each process; it takes half a second
def _fault() -> str:
    for program in ("bwrap", "setpriv", "prlimit"):
        if shutil.which(program) is None:
            return f"bubblewrap's sandbox needs the program {program}; it is missing."
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        private = Path(folder)
        (private / "connection.json").touch()
        (private / "sockets").mkdir()
        user = sandbox_user()
        hand_over(private, user)
        tried = subprocess.run(
            [
                *sandbox_command(private, Limits(), user),
                *(sys.executable, "-c", "import ipykernel, helpers"),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
    if tried.returncode == 0:
        return ""
    said = tried.stderr.strip().splitlines() or [f"status {tried.returncode}"]
    return f"bubblewrap's sandbox does not work here: {said[-1]}"


def sandbox_user() -> int | None:
    """Return the user that the kernel runs as; None if it stays the one that we are.

    Limits on processes do nothing for root, so root becomes a user without a name, whom
    no other process has. Any other user gets a namespace of users of its own.
    """
    if os.geteuid() != 0:
        return None
    others = (process.info["uids"] for process in psutil.process_iter(["uids"]))
    taken = {uids.real for uids in others if uids}
    # In a container, root may have few users to choose from. The last field of the
    # table is how many, the first is from where.
    table = Path("/proc/self/uid_map").read_text().splitlines()[-1].split()
    highest = min(int(table[0]) + int(table[2]), 2**31) - 1000
    user = highest - os.getpid() % 30_000
    while user in taken:
        user -= 1
    return user


def hand_over(folder: Path, user: int | None) -> None:
    """Let the kernel read how to connect, and make its sockets."""
    if user is not None:
        for name in ("connection.json", "sockets"):
            os.chown(folder / name, user, user)


def take_back(folder: Path, user: int | None) -> None:
    """Once its sockets are made, let the kernel put nothing else beside them.

    The folder lies on a disk of this machine. An ordinary user cannot take it back from
    a kernel that runs as the same user; that one is watched.
    """
    if user is not None:
        os.chown(folder / "sockets", os.getuid(), os.getgid())


def sandbox_command(
    folder: Path, limits: Limits, user: int | None, groups: Sequence[str] = ()
) -> list[str]:
    """Return the words that go before a command, to run it in the sandbox.

    Parameters
    ----------
    folder : pathlib.Path
        Holds ``connection.json``, which the kernel reads, and ``sockets``, where it
        puts its sockets. They have the same paths in the sandbox.
    limits : Limits
        Memory, processes and scratch hold for the command. Time and output are watched
        from outside.
    user : int or None
        From `sandbox_user`.
    groups : sequence of str
        Folders of the control groups that it enters.
    """
    refusing = folder / "seccomp"
    refusing.write_bytes(seccomp_filter())
    filtered = bool(refusing.stat().st_size)
    return [
        *("sh", "-c", ENTER if filtered else ENTER_UNFILTERED, str(refusing)),
        *(str(len(groups)), *groups),
        "bwrap",
        *(("--seccomp", "9") if filtered else ()),
        *_apart(user),
        *_files(folder, limits),
        "--clearenv",
        *_settings(kernel_environment(SCRATCH)),
        *("--chdir", f"{SCRATCH}/exercise"),
        "--",
        *_as_user(user),
        *limiting_command(limits),
        *("prlimit", f"--nproc={limits.processes}", "--"),
    ]


def limiting_command(limits: Limits) -> list[str]:
    """Return the words that set the limits of single processes for a command."""
    addresses = max(ADDRESSES_PER_MEMORY * limits.memory, LEAST_ADDRESSES)
    return [
        "prlimit",
        f"--as={addresses}",
        f"--fsize={limits.scratch}",
        f"--nofile={OPEN_FILES}",
        "--core=0",
        "--",
    ]


def kernel_environment(scratch: str) -> dict[str, str]:
    """Return all variables that a kernel gets: nothing comes from the host by itself.

    Parameters
    ----------
    scratch : str
        The folder of its home, of temporary files and of caches.
    """
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(project_folder()),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": f"{scratch}/home",
        "TMPDIR": scratch,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        SOURCE_VARIABLE: "sample",
        **dict.fromkeys(ONE_THREAD, "1"),
    }


def _apart(user: int | None) -> list[str]:
    """Return the options that cut off network, processes and rights."""
    words = ["--die-with-parent", "--hostname", "sandbox"]
    if user is None:
        return [*words, "--unshare-user", "--unshare-all", "--disable-userns"]
    # With a namespace of users, root could not become anybody else. These three rights
    # are for setpriv, which gives them away.
    words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--unshare-cgroup-try"]
    for right in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
        words += ["--cap-add", right]
    return words


def _files(folder: Path, limits: Limits) -> list[str]:
    """Return the options that say which files there are. Later ones cover earlier."""
    project = str(project_folder())
    words = []
    for path in _system():
        words += _bound("--ro-bind-try", path)
    words += ["--proc", "/proc", "--dev", "/dev"]
    words += ["--perms", "1777", "--size", str(SHARED_MEMORY), "--tmpfs", "/dev/shm"]
    words += ["--perms", "1777", "--size", str(limits.scratch), "--tmpfs", SCRATCH]
    for name in ("home", "exercise"):
        words += ["--perms", "1777", "--dir", f"{SCRATCH}/{name}"]
    words += ["--perms", "755", "--tmpfs", project]  # wherever it lies, it is covered
    for path in [*_environment(), *(Path(project) / name for name in COURSE_FILES)]:
        words += _bound("--ro-bind", path)
    words += _bound("--ro-bind", folder / "connection.json")
    words += _bound("--bind", folder / "sockets")
    for finished in (project, "/dev", "/"):
        words += ["--remount-ro", finished]
    return words


def _bound(how: str, path: Path) -> list[str]:
    """Return the options that give a path; bubblewrap keeps new folders to root."""
    above = [str(parent) for parent in reversed(path.parents)][1:]
    words = [word for parent in above for word in ("--perms", "755", "--dir", parent)]
    return [*words, how, str(path), str(path)]


def _system() -> list[Path]:
    return [Path(name) for name in (*SYSTEM, *(f"/etc/{name}" for name in SETTINGS))]


def _environment() -> list[Path]:
    """Return the folders of the environment, and of the Python it was made from."""
    folders = [Path(sys.prefix), Path(sys.base_prefix)]
    # A link to the Python leads to where its files really are.
    folders += [folder.resolve() for folder in folders]
    folders += [Path(sys.executable).resolve().parent.parent]
    return [folder for folder in dict.fromkeys(folders) if folder != Path("/usr")]


def _settings(variables: Mapping[str, str]) -> list[str]:
    return [
        word for name, value in variables.items() for word in ("--setenv", name, value)
    ]


def _as_user(user: int | None) -> list[str]:
    if user is None:
        return []
    return [
        "setpriv",
        *("--reuid", str(user), "--regid", str(user), "--clear-groups"),
        *("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"),
    ]
