"""A zip file with exports, unpacked for reading.

Law of this room: an archive is hostile until proved otherwise. Names are looked at and never followed,
sizes are measured and never believed, and whatever is encrypted, nested, linked, laid over another or
bound for elsewhere ends in one sentence, as does a name that means a device to Windows: an archive is the
same everywhere. Limits are those of the files themselves: no export shrinks two-hundredfold.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import itertools
import os
import re
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.model.files import is_device_name, read_head, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["is_archive", "unpacked"]

_MOST_FILES: Final = 1_000
#: Tables of a million users and two million meetings have less than one gigabyte.
_MOST_BYTES: Final = 4 << 30
#: From this size on the shrinking is looked at: small files of one repeated row shrink well.
_LARGE: Final = 32 << 20
_MOST_SHRUNK: Final = 200
_PIECE: Final = 1 << 20
#: What the table of contents may take: a thousand entries with long names and a page of extras.
_LARGEST_DIRECTORY: Final = 4 << 20
#: What stands before each packed file at least.
_HEADER: Final = 30
_AGAIN: Final = "Put the exported files, and nothing else, into a zip file without a password."
#: Characters that no file of an export needs, and that mean something to a file system.
_STRANGE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f:*?\"<>|]|[ .]$")


def is_archive(path: Path) -> bool:
    """Whether a file is a zip file, by its first bytes."""
    return read_head(path, 4) in (b"PK\x03\x04", b"PK\x05\x06")


@contextmanager
def unpacked(path: Path, place: str) -> Iterator[Path]:
    """Unpack into a folder that is removed afterwards, and yield the folder.

    A folder around all files is left out. Folders beside files become folders, and are not looked into.

    Raises InputError for an archive that is damaged or hostile.
    """
    with temporary_folder("coexistence-") as folder:
        try:
            with _Guarded(path) as file, zipfile.ZipFile(file) as archive:
                _unpack(archive, folder, place)
        except _TooLargeError as error:
            raise _too_many(place) from error
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            # Sizes and dates that no file has.
            struct.error,
            OverflowError,
            ValueError,
        ) as error:
            raise InputError(
                f"the zip file is damaged or of a kind that is not read. {_AGAIN}", file=place
            ) from error
        except OSError as error:
            raise InputError(
                f"the zip file cannot be unpacked ({error.strerror}). Unpack it into a folder and name that.",
                file=place,
            ) from error
        yield folder


class _TooLargeError(Exception):
    """The table of contents is larger than that of any archive of exports."""


class _Guarded(io.FileIO):
    """A zip file whose table of contents is not taken into memory whatever its size."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, but not much more at once than a packed piece.

        Raises _TooLargeError for more.
        """
        if size is None or size < 0:
            size = os.fstat(self.fileno()).st_size - self.tell()
        if size > _LARGEST_DIRECTORY:
            raise _TooLargeError
        return super().read(size) or b""


def _too_many(place: str) -> InputError:
    return InputError(f"there are more than {_MOST_FILES} files in the zip file. {_AGAIN}", file=place)


def _unpack(archive: zipfile.ZipFile, folder: Path, place: str) -> None:
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if len(entries) > _MOST_FILES:
        raise _too_many(place)
    names = [_parts(entry, place) for entry in entries]
    _refuse_overlapping(entries, place)
    around = _common(names)
    taken: set[str] = set()
    unpacking = _Unpacking(archive, place)
    for entry, parts in zip(entries, names, strict=True):
        inner = parts[around:]
        target = folder / inner[0]
        # Folders are not looked into, so what is in them is not unpacked.
        if len(inner) > 1:
            target.mkdir(exist_ok=True)
            continue
        # Names that Windows takes for one are one everywhere.
        if target.exists() or inner[0].casefold() in taken:
            raise InputError(f"two files in the zip file have one name. {_AGAIN}", file=place)
        taken.add(inner[0].casefold())
        unpacking.copy(entry, target)


def _refuse_overlapping(entries: list[zipfile.ZipInfo], place: str) -> None:
    """Raise InputError for files that share their bytes: so few could become as much as anybody likes."""
    placed = sorted((each.header_offset, each.compress_size) for each in entries)
    for (one, size), (other, _) in itertools.pairwise(placed):
        if one + _HEADER + size > other:
            raise InputError(f"files in the zip file lie over each other. {_AGAIN}", file=place)


def _parts(entry: zipfile.ZipInfo, place: str) -> list[str]:
    """Return the parts of an entry's name.

    Raises InputError for a name that leads elsewhere, and for an entry that is not simply a file.
    """
    mode = entry.external_attr >> 16
    parts = entry.filename.replace("\\", "/").split("/")
    if any(not part or len(part) > 200 or _STRANGE.search(part) or is_device_name(part) for part in parts):
        what = "a name in the zip file leads elsewhere, or is none that an export has"
    elif stat.S_ISLNK(mode) or (stat.S_IFMT(mode) and not stat.S_ISREG(mode)):
        what = "there is a link in the zip file, or something else that is no ordinary file"
    elif entry.flag_bits & 0x1:
        what = "the zip file is encrypted"
    else:
        return parts
    raise InputError(f"{what}. {_AGAIN}", file=place)


def _common(names: list[list[str]]) -> int:
    """Return how many folders stand around all the files."""
    if not names:
        return 0
    depth = min(len(parts) for parts in names) - 1
    shared = 0
    while shared < depth and len({parts[shared] for parts in names}) == 1:
        shared += 1
    return shared


class _Unpacking:
    """How much has come out of an archive, and out of how much."""

    def __init__(self, archive: zipfile.ZipFile, place: str) -> None:
        self._archive = archive
        self._place = place
        self._packed = 0
        self._written = 0

    def copy(self, entry: zipfile.ZipInfo, target: Path) -> None:
        """Unpack one file.

        Raises InputError once more comes out than exports hold, and for an archive in the archive.
        """
        self._packed += max(entry.compress_size, 1)
        is_first = True
        with self._archive.open(entry) as packed, target.open("wb") as file:
            while piece := packed.read(_PIECE):
                if is_first and piece.startswith(b"PK\x03\x04"):
                    raise InputError(f"there is a zip file in the zip file. {_AGAIN}", file=self._place)
                is_first = False
                self._written += len(piece)
                self._refuse_bombs()
                file.write(piece)
        with contextlib.suppress(ValueError, OverflowError, OSError):
            # An archive keeps the time of the machine that made it, without its zone.
            moment = dt.datetime(*entry.date_time, tzinfo=dt.UTC).timestamp()
            os.utime(target, (moment, moment))

    def _refuse_bombs(self) -> None:
        if self._written > _MOST_BYTES:
            raise InputError(f"the zip file holds more than {_MOST_BYTES} bytes. {_AGAIN}", file=self._place)
        if self._written > _LARGE and self._written > _MOST_SHRUNK * self._packed:
            raise InputError(
                f"what is in the zip file is more than {_MOST_SHRUNK} times as large as it was packed, and "
                f"no export shrinks like that. {_AGAIN}",
                file=self._place,
            )
