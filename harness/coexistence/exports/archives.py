"""A zip file with exports, unpacked for reading.

Law of this room: an archive is hostile until proved otherwise. Names are looked at and never followed,
sizes are measured and never believed, and whatever is encrypted, nested, linked or bound for elsewhere
ends in one sentence. Limits are those of the files themselves: no export shrinks two-hundredfold.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import stat
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_archive", "unpacked"]

_MOST_FILES: Final = 1_000
#: Tables of a million users and two million meetings have less than one gigabyte.
_MOST_BYTES: Final = 4 << 30
#: From this size on the shrinking is looked at: small files of one repeated row shrink well.
_LARGE: Final = 32 << 20
_MOST_SHRUNK: Final = 200
_PIECE: Final = 1 << 20
_AGAIN: Final = "Put the exported files, and nothing else, into a zip file without a password."
#: Characters that no file of an export needs, and that mean something to a file system.
_STRANGE: Final = re.compile(r"[\x00-\x1f\x7f:*?\"<>|]")


def is_archive(path: Path) -> bool:
    """Whether a file is a zip file, by its first bytes."""
    try:
        with path.open("rb") as raw:
            return raw.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


@contextmanager
def unpacked(path: Path, place: str) -> Iterator[Path]:
    """Unpack into a folder that is removed afterwards, and yield the folder.

    A folder around all files is left out. Folders beside files become folders, and are not looked into.

    Raises InputError for an archive that is damaged or hostile.
    """
    with tempfile.TemporaryDirectory(prefix="coexistence-") as made:
        folder = Path(made)
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, folder, place)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise InputError(
                f"the zip file is damaged or of a kind that is not read. {_AGAIN}", file=place
            ) from error
        except OSError as error:
            raise InputError(f"the zip file cannot be unpacked ({error.strerror}).", file=place) from error
        yield folder


def _unpack(archive: zipfile.ZipFile, folder: Path, place: str) -> None:
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if len(entries) > _MOST_FILES:
        raise InputError(f"there are more than {_MOST_FILES} files in the zip file. {_AGAIN}", file=place)
    names = [_parts(entry, place) for entry in entries]
    around = _common(names)
    left = _MOST_BYTES
    for entry, parts in zip(entries, names, strict=True):
        inner = parts[around:]
        target = folder / inner[0]
        if len(inner) > 1:
            target.mkdir(exist_ok=True)
            continue
        if target.exists():
            raise InputError(f"two files in the zip file have one name. {_AGAIN}", file=place)
        left = _copied(archive, entry, target, left, place)


def _parts(entry: zipfile.ZipInfo, place: str) -> list[str]:
    """Return the parts of an entry's name.

    Raises InputError for a name that leads elsewhere, and for an entry that is not simply a file.
    """
    mode = entry.external_attr >> 16
    parts = entry.filename.replace("\\", "/").split("/")
    if any(part in ("", ".", "..") or _STRANGE.search(part) or len(part) > 200 for part in parts):
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


def _copied(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, left: int, place: str) -> int:
    """Unpack one file and return how many bytes may still come.

    Raises InputError once more comes out than an export holds.
    """
    written = 0
    with archive.open(entry) as packed, target.open("wb") as file:
        while piece := packed.read(_PIECE):
            if not written and piece.startswith(b"PK\x03\x04"):
                raise InputError(f"there is a zip file in the zip file. {_AGAIN}", file=place)
            written += len(piece)
            if written > left:
                raise InputError(f"the zip file holds more than {_MOST_BYTES} bytes. {_AGAIN}", file=place)
            if written > _LARGE and written > _MOST_SHRUNK * max(entry.compress_size, 1):
                raise InputError(
                    f"a file in the zip file is more than {_MOST_SHRUNK} times as large as it was packed, "
                    f"and no export shrinks like that. {_AGAIN}",
                    file=place,
                )
            file.write(piece)
    with contextlib.suppress(ValueError, OverflowError, OSError):
        # An archive keeps the time of the machine that made it, without its zone.
        moment = dt.datetime(*entry.date_time, tzinfo=dt.UTC).timestamp()
        os.utime(target, (moment, moment))
    return left - written
