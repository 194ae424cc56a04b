"""Folders, and what stands in place of them, that mean harm; files that change while they are read."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

from hostile_cases import (
    CASES,
    MEGA,
    USERS,
    Case,
    case,
    numbered,
    write,
)


@case("folder: empty")
def _empty(folder: Path) -> Path:
    made = folder.parent / "empty"
    made.mkdir()
    return made


@case("folder: 100,000 files")
def _crowded(folder: Path) -> None:
    for number in range(100_000):
        (folder / f"{number}.txt").touch()


@case("folder: a folder called users.csv")
def _folder_csv(folder: Path) -> None:
    (folder / "users.csv").unlink()
    (folder / "users.csv").mkdir()


@case("folder: a link called users.csv")
def _linked(folder: Path) -> None:
    (folder / "users.csv").unlink()
    (folder / "users.csv").symlink_to("/etc/passwd")


@case("folder: a link to itself")
def _looped(folder: Path) -> None:
    (folder / "loop.csv").symlink_to("loop.csv")


@case("folder: itself a loop of links")
def _loop(folder: Path) -> Path:
    path = folder.parent / "loop"
    path.symlink_to(path)
    return path


@case("folder: a link to the folder", refused=False)
def _around(folder: Path) -> None:
    (folder / "again").symlink_to(folder)


@case("folder: a pipe called users.csv")
def _pipe(folder: Path) -> None:
    (folder / "users.csv").unlink()
    os.mkfifo(folder / "users.csv")


@case("folder: a socket called users.csv")
def _socket(folder: Path) -> None:
    (folder / "users.csv").unlink()
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(folder)
        try:
            made.bind("users.csv")
        finally:
            os.chdir(here)


@case("folder: names that a terminal obeys", refused=False)
def _named(folder: Path) -> None:
    for name in (
        b"a\nb.csv",
        b"\x1b[2J\x1b]0;x\x07.csv",
        b"\xff\xfe.csv",
        b"\xed\xa0\x80.txt",
        "\u202egnp.csv".encode(),
    ):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(USERS + b"x\0")


@case("folder: a damaged file whose name a terminal obeys")
def _obeyed(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\x1b[2J\n\xff.csv")).write_bytes(USERS + b"x\0\r\n")


@case("folder: itself named so that a terminal obeys")
def _renamed(folder: Path) -> Path:
    made = Path(os.fsdecode(os.fsencode(folder.parent) + b"/\x1b[2J\n\xff"))
    made.mkdir()
    return made


@case("folder: the same file under two names", refused=False)
def _twice(folder: Path) -> None:
    os.link(folder / "users.csv", folder / "people.csv")


@case("folder: two topologies")
def _two(folder: Path) -> None:
    text = (folder / "topology.xml").read_text("utf-8")
    (folder / "other.xml").write_text(text.replace('Number="2"', 'Number="77"'), "utf-8")


@case("given: a device")
def _device(_folder: Path) -> str:
    return "/dev/zero"


@case("given: a pipe")
def _fifo(folder: Path) -> Path:
    path = folder.parent / "pipe"
    os.mkfifo(path)
    return path


for _what in (
    "-",
    "http://127.0.0.1:9/twin.zip",
    "\\\\server\\share",
    "",
    "x" * 5000,
    "a\x1b[2Jb",
    "no/such/folder",
    "~nobody/twin",
    "*.csv",
):
    CASES.append(Case(f"given: {_what[:30]!r}", lambda _folder, what=_what: what, True))  # type: ignore[misc]  # the default binds the loop's word


@case("given: a table in place of a folder")
def _table(folder: Path) -> Path:
    return folder / "users.csv"


def while_read(name: str, change: Callable[[Path, int], None], *, refused: bool = True) -> None:
    """Add a case of a large table that changes while it is read."""

    def make(folder: Path) -> None:
        rows = numbered(USERS, "u%d@contoso.com,pool01.contoso.com,True\r\n", 400_000)
        write(folder / "users.csv", rows)

    CASES.append(Case(name, make, refused, change))


def _grow(path: Path, _turn: int) -> None:
    with path.open("ab") as file:
        file.write(b"v@contoso.com,x,True\r\n" * 10_000)


def _shrink(path: Path, _turn: int) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _vanish(path: Path, _turn: int) -> None:
    path.unlink(missing_ok=True)


def _exchange(path: Path, turn: int) -> None:
    other = path.with_name("other")
    other.write_bytes(b"ComputerName,Name,Status\r\n" if turn % 2 else USERS + b"x\0\r\n")
    other.replace(path)


def _to_pipe(path: Path, turn: int) -> None:
    if not turn:
        path.unlink(missing_ok=True)
        os.mkfifo(path)


def _to_line(path: Path, _turn: int) -> None:
    with path.open("r+b") as file:
        file.seek(1000)
        file.write(bytes(8 * MEGA).replace(b"\0", b"x"))
    time.sleep(0.05)


while_read("changing: a file that grows for ever", _grow)
while_read("changing: a file that gets shorter", _shrink, refused=False)
while_read("changing: a file that vanishes", _vanish, refused=False)
while_read("changing: a file that becomes another one", _exchange)
while_read("changing: a file that becomes a pipe", _to_pipe, refused=False)
while_read("changing: rows that become one line", _to_line)
