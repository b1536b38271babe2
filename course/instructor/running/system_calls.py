"""The system calls that the sandbox refuses, as a seccomp filter for bubblewrap.

A kernel that runs a notebook makes no namespaces, mounts nothing, looks into no other
process and needs no memory that belongs to no process. The filter is a program for the
kernel's packet machine (see seccomp(2)): compare the number of the call, and refuse.
"""

import errno
import platform
import struct

# Number of each call on x86-64 and on arm64.
REFUSED = {
    # namespaces, mounts, and what leads out of the file system that is shown
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # memory that no process is seen to hold
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "vmsplice": (278, 75),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # wide entrances to the kernel, of no use to a notebook
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "fanotify_init": (300, 262),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
}
CLONE = (56, 220)
CLONE3 = (435, 435)  # its flags lie in memory, where a filter cannot look
# CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET.
NEW_NAMESPACES = 0x7E020080

# The number of a machine in the audit interface, and the column of the tables.
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
OTHER_NUMBERS = 0x40000000  # x32, calls of x86-64 under other numbers

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # places in what the filter is given
ALLOW, REFUSE = 0x7FFF0000, 0x00050000


def seccomp_filter(machine: str | None = None) -> bytes:
    """Return the filter for this machine; empty if there is none for its kind."""
    machine = machine or platform.machine()
    if machine not in MACHINES:
        return b""
    audit, column = MACHINES[machine]
    unknown, forbidden = REFUSE | errno.ENOSYS, REFUSE | errno.EPERM
    program = [
        (LOAD, 0, 0, MACHINE),
        (EQUAL, 1, 0, audit),
        (RETURN, 0, 0, unknown),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, OTHER_NUMBERS),
        (RETURN, 0, 0, unknown),
        (EQUAL, 0, 1, CLONE3[column]),
        (RETURN, 0, 0, unknown),  # so that libraries use clone
    ]
    for numbers in REFUSED.values():
        program += [(EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, forbidden)]
    program += [
        (EQUAL, 0, 3, CLONE[column]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 0, 1, NEW_NAMESPACES),
        (RETURN, 0, 0, forbidden),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("<HBBI", *step) for step in program)
