"""Hostile and broken hand-ins, as code that makes them: the kept set for collecting.

`ARCHIVES` maps a name to a function, which takes a folder and a notebook's bytes, puts
one file there and returns it, and to what must be said about it. All of them are
refused. Notebooks that are hostile when run are in tests/hostile.py.
"""

import hashlib
import io
import json
import os
import stat
import struct
import zipfile
from datetime import UTC, datetime

EXERCISE = "01_tensors"
TIME = "2026-03-01T10:00:00+00:00"


def receipt_of(content, **changes):
    sha256 = hashlib.sha256(content).hexdigest()
    fields = {"exercise": EXERCISE, "student": "mallory", "time": TIME}
    return json.dumps({**fields, "sha256": sha256, **changes})


def pack(folder, content, name="hostile.zip", members=(), receipt=None, **changes):
    """Write an archive as `course submit` does, with these changes."""
    file = folder / name
    receipt = receipt_of(content, **changes) if receipt is None else receipt
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{EXERCISE}.ipynb", content)
        archive.writestr("receipt.json", receipt)
        for member, data in members:
            archive.writestr(member, data)
    return file


def _only(folder, members, name="hostile.zip"):
    file = folder / name
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.writestr(member, data)
    return file


def _bytes(folder, data, name="hostile.zip"):
    (folder / name).write_bytes(data)
    return folder / name


def _cut(folder, content):
    whole = pack(folder, content).read_bytes()
    return _bytes(folder, whole[: len(whole) // 2])


def _flipped(folder, content):
    file = pack(folder, content)
    data = bytearray(file.read_bytes())
    data[len(data) // 3] ^= 0xFF
    return _bytes(folder, bytes(data))


def _nested(folder, content):
    return pack(folder, content, members=[("more.zip", b"PK\x05\x06" + bytes(18))])


def _link(folder, content):
    link = zipfile.ZipInfo(f"{EXERCISE}.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    receipt = receipt_of(b"/etc/passwd")
    return _only(folder, [(link, "/etc/passwd"), ("receipt.json", receipt)])


def _encrypted(folder, content):
    """Set the flag of encryption in both headers of the first member."""
    file = pack(folder, content)
    data = bytearray(file.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return _bytes(folder, bytes(data))


def _bomb(folder, content):
    """500 MB in half a MB, honestly labelled."""
    file = folder / "hostile.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(f"{EXERCISE}.ipynb", "w") as member:
            for _ in range(500):
                member.write(bytes(1_000_000))
        archive.writestr("receipt.json", receipt_of(content))
    return file


def _lying_bomb(folder, content):
    """The same in small, and the archive says that it holds 1,000 bytes."""
    file = _only(
        folder,
        [(f"{EXERCISE}.ipynb", bytes(50_000_000)), ("receipt.json", receipt_of(b""))],
    )
    data = bytearray(file.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + offset, 1000)
    return _bytes(folder, bytes(data))


def _many_members(folder, content):
    members = [(f"{number}.txt", b"") for number in range(20_000)]
    return pack(folder, content, members=members)


def _twice(folder, content):
    stream = io.BytesIO(pack(folder, content).read_bytes())
    import warnings

    with warnings.catch_warnings(), zipfile.ZipFile(stream, "a") as archive:
        warnings.simplefilter("ignore")  # zipfile warns of what we want
        archive.writestr(f"{EXERCISE}.ipynb", b"{}")
    return _bytes(folder, stream.getvalue())


def _fifo(folder, content):
    os.mkfifo(folder / "hostile.zip")
    return folder / "hostile.zip"


def _link_in_inbox(folder, content):
    (folder / f"{EXERCISE}.ipynb").symlink_to("/etc/passwd")
    return folder / f"{EXERCISE}.ipynb"


def _sparse(folder, content):
    with (folder / "hostile.zip").open("wb") as file:
        file.truncate(3_000_000_000)
    return folder / "hostile.zip"


def _with_student(student):
    return lambda folder, content: pack(folder, content, student=student)


def _with_member(name):
    return lambda folder, content: pack(folder, content, members=[(name, b"x")])


def _with_receipt(receipt):
    return lambda folder, content: pack(folder, content, receipt=receipt)


def _in_future():
    return datetime.now(UTC).replace(year=9999).isoformat()


ARCHIVES = {
    "empty": (lambda folder, content: _bytes(folder, b""), "broken archive"),
    "no zip": (lambda folder, content: _bytes(folder, b"not a zip"), "broken archive"),
    "cut off": (_cut, "broken archive"),
    "bytes flipped": (_flipped, "broken archive|cannot be unpacked"),
    "nested": (_nested, "more.zip' is an archive in the archive"),
    "climbs out": (_with_member("../../evil.py"), r"evil\.py' climbs out"),
    "climbs out backwards": (_with_member("..\\evil.py"), "climbs out"),
    "absolute path": (_with_member("/tmp/evil.py"), "climbs out"),
    "drive": (_with_member("C:/evil.py"), "climbs out"),
    "link": (_link, "is a link"),
    "encrypted": (_encrypted, "is encrypted"),
    "bomb": (_bomb, "too large: 500.0 MB when unpacked"),
    "bomb that lies": (_lying_bomb, "broken archive"),
    "20,000 members": (_many_members, "does not belong there"),
    "notebook twice": (_twice, "is there twice"),
    "no receipt": (
        lambda folder, content: _only(folder, [(f"{EXERCISE}.ipynb", content)]),
        "has no receipt.json",
    ),
    "no notebook": (
        lambda folder, content: _only(folder, [("receipt.json", receipt_of(content))]),
        "has no 01_tensors.ipynb",
    ),
    "renamed notebook": (
        lambda folder, content: _only(
            folder,
            [("mine.ipynb", content), ("receipt.json", receipt_of(content))],
        ),
        "mine.ipynb' is not expected; 01_tensors.ipynb is",
    ),
    "receipt no JSON": (_with_receipt("{"), "receipt cannot be read"),
    "receipt nested deeply": (_with_receipt("[" * 9_000), "receipt cannot be read"),
    "receipt a list": (_with_receipt("[]"), "receipt cannot be read"),
    "receipt of 1 MB": (_with_receipt(" " * 1_000_000), "is too large"),
    "receipt with a number": (
        lambda folder, content: pack(folder, content, student=7),
        "says nothing about: student",
    ),
    "wrong checksum": (
        lambda folder, content: pack(folder, content, sha256="0" * 64),
        "another checksum",
    ),
    "other exercise": (
        lambda folder, content: pack(folder, content, exercise="02_breast_cancer"),
        "is for exercise '02_breast_cancer'",
    ),
    "time is no time": (
        lambda folder, content: pack(folder, content, time="yesterday"),
        "no proper time",
    ),
    "time in the future": (
        lambda folder, content: pack(folder, content, time=_in_future()),
        "from the future",
    ),
    "student with a path": (_with_student("../../root"), "names the student"),
    "student with a formula": (_with_student("=cmd|' /C calc'!A0"), "names the stude"),
    "student with a quote": (_with_student("o'neill"), "names the student"),
    "student with a new line": (_with_student("anna\nbob"), "names the student"),
    "student that looks alike": (_with_student("аnna"), r"'\\u0430nna'"),
    "student with a mark": (_with_student("<b>anna"), "names the student"),
    "no student": (_with_student(""), "names the student"),
    "FIFO": (_fifo, "a link or a device"),
    "link in the inbox": (_link_in_inbox, "a link or a device"),
    "3 GB": (_sparse, "too large: 3000 MB"),
    "text": (
        lambda folder, content: _bytes(folder, b"sorry", "excuse.txt"),
        "neither an archive",
    ),
    "notebook renamed": (
        lambda folder, content: _bytes(folder, content, "mine.ipynb"),
        "it is renamed",
    ),
}
