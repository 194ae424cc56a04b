"""Files that people name: read whole and never waited for, written whole or not at all.

Law of this room: nothing else touches the file system, but for what ``tests/structure/test_files.py`` lists.
Only ordinary files are read, and no more of them than the caller has a use for. A file is written beside the
one that it replaces and takes its place when it is complete: whatever goes wrong, the old one is as it was.
What bytes mean is the caller's to say.
"""

from __future__ import annotations

import contextlib
import errno
import io
import mmap
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from coexistence.errors import InputError, OutputError

__all__ = [
    "Drafts",
    "check_writable",
    "file_names",
    "is_device_name",
    "is_file",
    "mapped",
    "open_file",
    "read_bytes",
    "read_head",
    "remove",
    "temporary_file",
    "temporary_folder",
    "write_bytes",
]

#: What Windows takes for a device, whatever ending it has.
_DEVICE: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\xb9\xb2\xb3])\s*(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)
#: A longer path is not found by a Windows that was not told to allow it.
_LONGEST_WINDOWS_PATH: Final = 259
#: How Windows says that another program has the file open.
_SHARING_VIOLATION: Final = (5, 32, 33)


# ---------------------------------------------------------------------------------------------- reading


def open_file(path: Path, shown: str, *, advice: str = "") -> BinaryIO:
    """Return an ordinary file, opened for reading bytes; nothing is waited for.

    ``shown`` is what the file is called in a complaint, ``advice`` what to do about one that cannot be read.
    Raises InputError for a file that is not there or may not be read, and for a folder, a pipe or a device.
    """
    try:
        raw = io.FileIO(os.fspath(path), "rb", opener=_without_waiting)
    except (OSError, ValueError) as error:
        raise _unreadable(error, shown, advice) from error
    if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
        raw.close()
        raise InputError("this is a pipe or a device. Put an ordinary file in its place.", file=shown)
    return io.BufferedReader(raw)


def read_bytes(path: Path, shown: str, *, most_bytes: int, advice: str = "") -> bytes:
    """Return what is in a file.

    Raises InputError as :func:`open_file` does, and for a file of more than ``most_bytes``.
    """
    try:
        with open_file(path, shown, advice=advice) as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise _unreadable(error, shown, advice) from error
    if len(data) > most_bytes:
        size = f"{most_bytes // 1_000_000} MB" if most_bytes >= 1_000_000 else f"{most_bytes} bytes"
        raise InputError(f"the file has more than {size}, and is no file of this kind.", file=shown)
    return data


def read_head(path: Path, size: int) -> bytes:
    """Return the first bytes of a file; none of one that cannot be read."""
    try:
        with open_file(path, "") as file:
            return file.read(size)
    except (InputError, OSError):
        return b""


def is_file(path: Path) -> bool:
    """Whether there is an ordinary file; false for a name that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def file_names(folder: Path, most: int) -> list[str]:
    """Return the names of what is in a folder, in no order, and not more than ``most`` of them.

    Raises OSError and ValueError, as the system does.
    """
    with os.scandir(folder) as entries:
        return [each.name for each in islice(entries, most)]


def mapped(path: Path) -> memoryview:
    """Return what is in a file without reading it; views keep it mapped. Raises OSError."""
    with path.open("rb") as file:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _without_waiting(name: str, flags: int) -> int:
    """Open a file; a pipe that took its place in the meantime is not waited for."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


# ---------------------------------------------------------------------------------------------- writing


class Drafts:
    """Files that are written beside those they replace, and take their places together.

    To be used in a ``with`` statement: on its way out without an error every file is put in its place, with
    one nothing is left behind. Folders are made where they are missing, and links are followed.
    Raises OutputError, in the statement and at its end.
    """

    def __init__(self) -> None:
        #: The draft of every file that is written.
        self._drafts: dict[Path, Path] = {}

    def append(self, path: Path, pieces: Iterable[bytes]) -> None:
        """Write more of a file; the first time it begins empty."""
        with _complaining(path):
            target = _followed(path)
            draft = self._drafts.get(target)
            if draft is None:
                _refuse(target)
                target.parent.mkdir(parents=True, exist_ok=True)
                draft = _beside(target)
                draft.open("xb").close()
                self._drafts[target] = draft
            file = draft.open("ab")
        # What is wrong with the pieces is no fault of the file.
        with file:
            for piece in pieces:
                with _complaining(path):
                    file.write(piece)
            with _complaining(path):
                file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            for target, draft in self._drafts.items() if kind is None else ():
                with _complaining(target):
                    with draft.open("rb+") as file:
                        os.fsync(file.fileno())
                    if target.exists():
                        draft.chmod(stat.S_IMODE(target.stat().st_mode))
                    draft.replace(target)
        finally:
            for draft in self._drafts.values():
                remove(draft)
            self._drafts.clear()


def write_bytes(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file, or leave the one that is there as it is. Raises OutputError."""
    with Drafts() as drafts:
        drafts.append(path, pieces)


def check_writable(path: Path, shown: str) -> None:
    """Raise InputError for a file that cannot be written, as far as that can be known before.

    Nothing is left behind, and no folder is made. ``shown`` is what the file is called in the complaint.
    """
    try:
        with _complaining(path):
            target = _followed(path)
            _refuse(target)
            folder = next(each for each in target.parents if each.exists())
            draft = _beside(folder / target.name)
            draft.open("xb").close()
            remove(draft)
    except OutputError as error:
        raise InputError(f"cannot be written: {error.why}.", file=shown) from error


def _refuse(target: Path) -> None:
    """Raise OSError for what could be written to, and must not be replaced."""
    if is_device_name(target.name) and os.name == "nt":
        raise OSError(errno.EINVAL, "Windows takes this name for a device")
    try:
        mode = target.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder; name a file in it")
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a pipe or a device, and no ordinary file")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, "it is write-protected")


def _followed(path: Path) -> Path:
    """Return where links lead; those that lead in a circle are the system's to complain about."""
    return Path(os.path.realpath(path))


def _beside(target: Path) -> Path:
    return target.with_name(f".coexistence-{secrets.token_hex(8)}.tmp")


@contextlib.contextmanager
def _complaining(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise OutputError(path, _hint(path, error)) from error


def _hint(path: Path, error: OSError | ValueError) -> str:
    code = getattr(error, "winerror", None)
    if code in _SHARING_VIOLATION:
        return f"{_why(error)}; close it where it is open, in a spreadsheet for example"
    if code is not None and len(str(path.absolute())) > _LONGEST_WINDOWS_PATH:
        return f"{_why(error)}; its path has more than {_LONGEST_WINDOWS_PATH} characters"
    return _why(error)


def temporary_file(prefix: str, suffix: str, pieces: Iterable[bytes | memoryview]) -> Path:
    """Return a new file for this user's eyes alone. Raises OSError, and then leaves nothing."""
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=suffix)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
    except OSError:
        remove(path)
        raise
    return path


@contextlib.contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Yield a new folder for this user's eyes alone, which is removed afterwards. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix=prefix) as made:
        yield Path(made)


def remove(path: Path) -> None:
    """Remove a file of ours; one that is gone, or that the system keeps, is left alone."""
    with contextlib.suppress(OSError):
        path.unlink()


def is_device_name(name: str) -> bool:
    """Whether Windows takes a name for a device, whatever ending it has.

    >>> is_device_name("aux.json"), is_device_name("auxiliary.json")
    (True, False)
    """
    return _DEVICE.fullmatch(name) is not None


def _why(error: OSError | ValueError) -> str:
    """Return the system's words; a name that no file can have raises ValueError."""
    return error.strerror or str(error) if isinstance(error, OSError) else "not a path"


def _unreadable(error: OSError | ValueError, shown: str, advice: str) -> InputError:
    what = f"the file cannot be read ({_why(error)})."
    return InputError(f"{what} {advice}" if advice else what, file=shown)
