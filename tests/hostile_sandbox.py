"""More hostile submissions: what reaches beside the limits of the sandbox.

They are part of the kept set `tests.hostile.HOSTILE`. Each prints FOUND if it gets what
it must not; most are refused by the filter of system calls.
"""

# Calls a system call by its number on x86-64, and says if it is allowed.
CALL = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(name, number, *arguments):
    if os.uname().machine != "x86_64":
        return -1
    given = libc.syscall(number, *arguments)
    if given >= 0: print("FOUND", name, given)
    return given
"""


def calling(*lines: str) -> str:
    return CALL + "\n".join(lines)


SANDBOX_CODE = {
    "memory in a memfd": (
        "executed",
        "1.5 GB were held under a limit of 1 GB",
        """
        import os
        try: descriptor = os.memfd_create("hidden")
        except OSError: pass
        else: print("FOUND memfd", os.write(descriptor, b"x" * 10**6))
        """,
    ),
    "memory in System V segments": (
        "executed",
        "it stays when nobody has it mapped",
        calling("call('shmget', 29, 0, 10**8, 0o1600)"),
    ),
    "messages in System V queues": (
        "executed",
        "they lie in the kernel",
        calling("call('msgget', 68, 0, 0o1600)"),
    ),
    "keys in the kernel": (
        "executed",
        "they lie in the kernel",
        calling("call('add_key', 248, b'user', b'k', b'x' * 9000, 9000, -3)"),
    ),
    "secret memory": (
        "executed",
        "not even the kernel maps it",
        calling("call('memfd_secret', 447, 0)"),
    ),
    "memory in pipes": (
        "executed",
        "it belongs to no process",
        """
        import fcntl, os
        kept = []
        try:
            for _ in range(400):
                kept.append(os.pipe())
                fcntl.fcntl(kept[-1][1], 1031, 2**20)
                os.set_blocking(kept[-1][1], False)
                os.write(kept[-1][1], b"x" * 2**20)
        except OSError: pass
        held = sum(fcntl.fcntl(pair[1], 1032) for pair in kept)
        if held > 200 * 2**20: print("FOUND room in pipes", held)
        """,
    ),
    "memory in files of the scratch and of /dev/shm": (
        "cell crashed",
        "no process holds it, and with its own it is too much",
        """
        import time
        for place, size in (("/tmp/big", 45), ("/dev/shm/big", 45)):
            with open(place, "wb") as file: file.write(bytes(size * 10**6))
        kept = np.ones(41 * 10**7 // 8)
        time.sleep(10**6)
        """,
    ),
    "a namespace of users by unshare": (
        "executed",
        "in it, one is root, and mounts a tmpfs of any size",
        calling("call('unshare', 272, 0x10000000)"),
    ),
    "a namespace of mounts by clone": (
        "executed",
        "the same by another way",
        calling(
            "child = call('clone', 56, 0x10020011, 0, 0, 0, 0)",
            "if child == 0: os._exit(0)",
        ),
    ),
    "a namespace by clone3": (
        "executed",
        "its flags lie where no filter looks",
        calling(
            "flags = (ctypes.c_uint64 * 11)(0x10000000)",
            "child = call('clone3', 435, flags, 88)",
            "if child == 0: os._exit(0)",
            "if ctypes.get_errno() not in (errno.ENOSYS, 0): print('FOUND clone3')",
        ),
    ),
    "a namespace of another process": (
        "executed",
        "",
        calling(
            "own = os.open('/proc/self/ns/user', os.O_RDONLY)",
            "call('setns', 308, own, 0)",
        ),
    ),
    "a mount by the old call": (
        "executed",
        "",
        calling("call('mount', 165, b'none', b'/tmp/home', b'tmpfs', 0, 0)"),
    ),
    "a mount by the new calls": (
        "executed",
        "",
        calling("call('fsopen', 430, b'tmpfs', 0)", "call('open_tree', 428, 0, 0, 0)"),
    ),
    "another root": ("executed", "", calling("call('chroot', 161, b'/tmp')")),
    "calls under other numbers": (
        "executed",
        "x32 has all calls a second time",
        calling("call('getpid of x32', 0x40000000 + 39)"),
    ),
    "traces another process": (
        "executed",
        "its memory can be changed",
        calling("call('ptrace', 101, 0, 0, 0, 0)"),
    ),
    "reads the memory of another process": (
        "executed",
        "",
        calling("call('process_vm_readv', 310, os.getppid(), 0, 0, 0, 0, 0)"),
    ),
    "a ring for input and output": (
        "executed",
        "a wide entrance to the kernel",
        calling(
            "room = (ctypes.c_char * 120)()", "call('io_uring_setup', 425, 4, room)"
        ),
    ),
    "a program for the kernel": (
        "executed",
        "",
        calling("room = (ctypes.c_char * 120)()", "call('bpf', 321, 0, room, 72)"),
    ),
    "counts events of the processor": (
        "executed",
        "",
        calling(
            "room = (ctypes.c_uint32 * 32)(0, 112)",
            "call('perf_event_open', 298, room, 0, -1, -1, 0)",
        ),
    ),
    "handles faults of pages": (
        "executed",
        "",
        calling("call('userfaultfd', 323, 1)"),
    ),
    "takes the first place": (
        "executed",
        "before all other processes of the machine",
        """
        import os, socket
        for name, take in {
            "a better priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
            "a real-time schedule": lambda: os.sched_setscheduler(
                0, os.SCHED_FIFO, os.sched_param(50)),
            "safety from the end of memory": lambda: os.write(
                os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"-1000"),
            "another name of the machine": lambda: socket.sethostname("x"),
        }.items():
            try: take()
            except OSError: continue
            print("FOUND", name)
        """,
    ),
    "raises its own limits": (
        "executed",
        "",
        """
        import resource
        for name in ("RLIMIT_NPROC", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE"):
            kind = getattr(resource, name)
            try: resource.setrlimit(kind, (2**40, 2**40))
            except (ValueError, OSError): continue
            print("FOUND", name)
        """,
    ),
    "leaves its control group": (
        "executed",
        "",
        """
        import glob, os
        for file in glob.glob("/sys/fs/cgroup/**/cgroup.procs", recursive=True):
            print("FOUND", file)
        """,
    ),
    "settings and devices of the machine": (
        "executed",
        "",
        """
        for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/dev/mem",
                     "/dev/kmsg", "/dev/fuse", "/dev/vda", "/proc/kcore"):
            for how in ("rb", "wb"):
                try: open(path, how).close()
                except OSError: continue
                if how == "wb" or path.startswith("/dev"): print("FOUND", path, how)
        """,
    ),
    "stops itself": (
        "timed out",
        "no signal is an end",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    ),
    "children that nobody waits for": (
        "executed",
        "they fill the table of processes",
        """
        import os
        for _ in range(2000):
            try:
                if os.fork() == 0: os._exit(0)
            except OSError: break
        for _ in range(2000):
            try: os.waitpid(-1, os.WNOHANG)
            except OSError: break
        """,
    ),
    "HTML nested deeply": (
        "executed",
        "cleaning it takes the square of its depth",
        """
        from IPython.display import HTML
        display(HTML("<div>" * 100_000))
        """,
    ),
    "answers nested deeply": (
        "executed",
        "as JSON, or in lists of lists",
        f"""
        text = '{{"parts": ' + "[" * 100_000
        display({{{"application/vnd.keras-course.answers+json"!r}: text}}, raw=True)
        flat = with_channel = ...
        for _ in range(5000): flat = [flat]
        """,
    ),
    "an answer of no bytes and of a large shape": (
        "executed",
        "10**13 lists were made of it outside the sandbox",
        """
        flat = [np.empty((4_000_000, 4_000_000, 0), np.uint8)] * 17
        with_channel = np.empty((0, 10**9), np.uint8)
        """,
    ),
}
