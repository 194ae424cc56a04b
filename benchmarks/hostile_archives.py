"""Archives that mean harm."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from hostile_cases import (
    CASES,
    MEGA,
    USERS,
    Case,
    case,
    times,
)


def zipped(
    name: str, files: Callable[[zipfile.ZipFile, Path], None], *, refused: bool = True, ending: str = ".zip"
) -> None:
    """Add a case of a zip file."""

    def make(folder: Path) -> Path:
        path = folder.parent / f"archive{ending}"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(folder / "topology.xml", "topology.xml")
            files(archive, folder)
        return path

    CASES.append(Case(name, make, refused))


def _zeros(archive: zipfile.ZipFile, _folder: Path) -> None:
    with archive.open("users.csv", "w", force_zip64=True) as file:
        for _ in range(1024):
            file.write(bytes(MEGA))


def _rows(archive: zipfile.ZipFile, _folder: Path) -> None:
    with archive.open("users.csv", "w", force_zip64=True) as file:
        file.write(USERS)
        for piece in times(b"u@contoso.com,x.contoso.com,True\r\n", 32_000_000):
            file.write(piece)


def _nested(archive: zipfile.ZipFile, _folder: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("users.csv", USERS * 1000)
    archive.writestr("more.zip", inner.getvalue())


def _link(archive: zipfile.ZipFile, _folder: Path) -> None:
    entry = zipfile.ZipInfo("users.csv")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


zipped("zip: 1 GB of zeros in 1 MB", _zeros)
zipped("zip: 1 GB of rows in a few MB", _rows)
zipped("zip: 1 GB of zeros, no ending", _zeros, ending="")
zipped("zip: a zip in it", _nested)
zipped("zip: a link", _link)


def _named(*names: str) -> Callable[[zipfile.ZipFile, Path], None]:
    """Files of these names."""

    def add(archive: zipfile.ZipFile, _folder: Path) -> None:
        for name in names:
            archive.writestr(name, USERS)

    return add


zipped("zip: 100,000 files", _named(*(f"f{at}.csv" for at in range(100_000))))
#: What some system takes for another place, or for a device.
_NAMES = (
    *("../users.csv", "/etc/users.csv", "C:/users.csv", "C:users.csv", "\\\\server\\share\\users.csv"),
    *("..\\users.csv", "a/../../users.csv", "users.csv:stream", "CON", "aux.csv", "com1.txt", "NUL.xml"),
    *("users.csv ", "users.csv.", "a\x1b[2J.csv", "a\nb.csv", "x" * 5000 + ".csv", "lpt1", "CONIN$"),
    *("conout$.csv", "COM\u00b9.csv"),
)
for _name in _NAMES:
    zipped(f"zip: a file called {_name[:40]!r}", _named(_name))
zipped("zip: two files of one name", _named("a.csv", "A.csv"))
zipped("zip: 900 folders deep", _named("a/" * 900 + "b.csv"), refused=False)


def changed(name: str, change: Callable[[bytearray], object], *, refused: bool = True) -> None:
    """Add a case of a zip file with other bytes."""

    def make(folder: Path) -> Path:
        path = folder.parent / "twin.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in sorted(folder.iterdir()):
                archive.write(each, each.name)
        data = bytearray(path.read_bytes())
        change(data)
        path.write_bytes(data)
        return path

    CASES.append(Case(name, make, refused))


def _each(data: bytearray, mark: bytes) -> Iterator[int]:
    at = data.find(mark)
    while at >= 0:
        yield at
        at = data.find(mark, at + 4)


def _encrypt(data: bytearray) -> None:
    for at in _each(data, b"PK\x03\x04"):
        data[at + 6] |= 1
    for at in _each(data, b"PK\x01\x02"):
        data[at + 8] |= 1


def _claim(data: bytearray) -> None:
    for at in _each(data, b"PK\x01\x02"):
        data[at + 24 : at + 28] = struct.pack("<I", 5)


def _huge(data: bytearray) -> None:
    for at in _each(data, b"PK\x01\x02"):
        data[at + 20 : at + 28] = b"\xff\xff\xff\xff\xfe\xff\xff\xff"


def _overlap(data: bytearray) -> None:
    for at in _each(data, b"PK\x01\x02"):
        data[at + 42 : at + 46] = bytes(4)


def _strange(data: bytearray) -> None:
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        for at in _each(data, mark):
            data[at + offset : at + offset + 2] = b"\x63\0"


def _beheaded(data: bytearray) -> None:
    del data[:300]


changed("zip: encrypted", _encrypt)
changed("zip: sizes that are too small", _claim)
changed("zip: sizes that are too large", _huge)
changed("zip: files that are one and the same", _overlap)
changed("zip: packed in a way of its own", _strange)
changed("zip: without its beginning", _beheaded)
changed("zip: cut", lambda data: data.__delitem__(slice(len(data) // 2, None)))
changed("zip: half of it twice", lambda data: data.extend(data[len(data) // 2 :]), refused=False)
changed(
    "zip: a comment that holds another end",
    lambda data: data.extend(b"PK\x05\x06" + bytes(18)),
    refused=False,
)


@case("zip: sizes of 16 EiB in zip64")
def _zip64(folder: Path) -> Path:
    path = folder.parent / "twin.zip"
    name = b"topology.xml"
    extra = struct.pack("<HHQQ", 1, 16, 1 << 63, 1 << 63)
    local = struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", 45, 0, 0, 0, 33, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(extra)
    )
    central = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 45, 45, 0, 0, 0, 33, 0, 0xFFFFFFFF, 0xFFFFFFFF,
        len(name), len(extra), 0, 0, 0, 0, 0,
    )  # fmt: skip
    body = local + name + extra + b"<a/>"
    directory = central + name + extra
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(body), 0)
    path.write_bytes(body + directory + end)
    return path


@case("zip: one file that overlaps itself, 10,000 times (quine of sizes)")
def _fifield(folder: Path) -> Path:
    """Many names for one packed megabyte: each file alone shrinks little enough."""
    path = folder.parent / "twin.zip"
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", os.urandom(1 << 19).hex() * 60)
    data = inner.getvalue()
    start = data.index(b"PK\x01\x02")
    entry = data[start : data.index(b"PK\x05\x06")]
    directory = entry * 900
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 900, 900, len(directory), start, 0)
    path.write_bytes(data[:start] + directory + end)
    return path


@case("tar in place of a zip")
def _tar(folder: Path) -> Path:
    path = folder.parent / "twin.tar"
    with tarfile.open(path, "w") as archive:
        archive.add(folder / "topology.xml", "topology.xml")
    return path


@case("gzip in place of a zip")
def _gzip(folder: Path) -> Path:
    path = folder.parent / "twin.gz"
    with gzip.open(path, "wb") as file:
        file.write((folder / "topology.xml").read_bytes())
    return path


@case("gzip and 7z in the folder", refused=False)
def _packed(folder: Path) -> None:
    (folder / "users.csv.gz").write_bytes(gzip.compress(bytes(10 * MEGA)))
    (folder / "users.7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + os.urandom(1000))
