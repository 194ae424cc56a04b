"""Files that people name: read whole and never waited for, written whole or not at all."""

from __future__ import annotations

import errno
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coexistence.errors import InputError, OutputError
from coexistence.model import files
from coexistence.model.files import Drafts, check_writable, read_bytes, read_head, write_bytes

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such thing")
nobody_is_root = pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="whoever is root may write everywhere"
)


def left(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    # A socket's path has some hundred characters at most.
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@posix
@pytest.mark.parametrize("make", [_pipe, _socket, _device, Path.mkdir])
def test_only_ordinary_files_are_read_and_written(make: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "it"
    make(path)

    with pytest.raises(InputError, match=r"^it: .*(pipe|cannot be read)") as told:
        read_bytes(path, "it", most_bytes=10)
    assert "\n" not in str(told.value)
    assert read_head(path, 4) == b""
    with pytest.raises(InputError, match=r"^it: cannot be written: it is a"):
        check_writable(path, "it")
    with pytest.raises(OutputError, match="it is a"):
        write_bytes(path, [b"x"])
    assert left(tmp_path) == ["it"]


@pytest.mark.parametrize("name", ["none", "a\0b", "n" * 300])
def test_what_is_not_there_is_one_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^it: the file cannot be read \(.*\)\. Look again\.$"):
        read_bytes(tmp_path / name, "it", most_bytes=10, advice="Look again.")


def test_no_more_is_read_than_there_is_a_use_for(tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(b"0123456789")

    assert read_bytes(tmp_path / "it", "it", most_bytes=10) == b"0123456789"
    with pytest.raises(InputError, match="has more than 9 bytes"):
        read_bytes(tmp_path / "it", "it", most_bytes=9)


def test_files_take_their_places_together(tmp_path: Path) -> None:
    with Drafts() as drafts:
        drafts.append(tmp_path / "new" / "one", [b"a", b"b"])
        drafts.append(tmp_path / "two", [b"c"])
        drafts.append(tmp_path / "new" / "one", [b"d"])
        assert not (tmp_path / "new" / "one").exists()
        assert not (tmp_path / "two").exists()

    assert (tmp_path / "new" / "one").read_bytes() == b"abd"
    assert (left(tmp_path), left(tmp_path / "new")) == (["new", "two"], ["one"])


def _broken() -> Iterator[bytes]:
    yield b"cut"
    raise RuntimeError


def test_what_goes_wrong_on_the_way_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"old")

    with pytest.raises(RuntimeError):
        write_bytes(path, _broken())

    assert path.read_bytes() == b"old"
    assert left(tmp_path) == ["it"]


@pytest.mark.parametrize("at", ["fsync", "replace"])
def test_a_disk_that_says_no_leaves_the_old_file(
    at: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os if at == "fsync" else Path, at, full)
    with pytest.raises(OutputError, match=r"it: cannot be written: No space left on device\. Nothing was"):
        write_bytes(path, [b"new"])

    assert path.read_bytes() == b"old"
    assert left(tmp_path) == ["it"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has a disk that is always full")
def test_a_full_disk_is_noticed_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "it"
    path.write_bytes(b"old")
    opened = Path.open
    monkeypatch.setattr(
        Path, "open", lambda self, mode: opened(Path("/dev/full") if mode == "ab" else self, mode)
    )

    with pytest.raises(OutputError, match="No space left on device"):
        write_bytes(path, [b"x" * 100_000])

    assert path.read_bytes() == b"old"
    assert left(tmp_path) == ["it"]


@posix
def test_a_link_stays_a_link_and_rights_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "it", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(0o640)
    link.symlink_to("it")

    write_bytes(link, [b"new"])

    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix
def test_a_new_file_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"")
    write_bytes(tmp_path / "it", [b"new"])

    assert (tmp_path / "it").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("path", ["it", "a/b/it"])
def test_asking_whether_a_file_can_be_written_leaves_nothing(path: str, tmp_path: Path) -> None:
    check_writable(tmp_path / path, "it")

    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "why"),
    [("file/it", "Not a directory|File exists"), ("n" * 300, "File name too long"), ("a\0b", "not a path")],
)
@posix
def test_a_file_that_cannot_be_written_is_known_before(path: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(InputError, match=f"^--out x: cannot be written: ({why})"):
        check_writable(tmp_path / path, "--out x")
    with pytest.raises(OutputError, match=why):
        write_bytes(tmp_path / path, [b"x"])
    assert left(tmp_path) == ["file"]


@nobody_is_root
def test_rights_are_known_before(tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(b"old")
    (tmp_path / "it").chmod(0o444)
    (tmp_path / "folder").mkdir(mode=0o555)

    for path in (tmp_path / "it", tmp_path / "folder" / "it"):
        with pytest.raises(InputError, match=r"write-protected|Permission denied"):
            check_writable(path, "it")


class _WindowsError(OSError):
    """An error as Windows raises it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(errno.EACCES, text)
        self.winerror = code


@pytest.mark.parametrize(
    ("code", "path", "hint"),
    [(32, "it", "close it where it is open"), (3, "n" * 300, "has more than 259 characters")],
)
def test_windows_gets_a_hint(code: int, path: str, hint: str) -> None:
    assert hint in files._hint(Path(path), _WindowsError(code, "Access is denied"))


@pytest.mark.parametrize("name", ["nul", "CON.json", "com1", "lpt³.csv", "aux .txt"])
def test_names_that_windows_takes_for_devices(name: str) -> None:
    assert files.is_device_name(name)
    assert not files.is_device_name(f"x{name}")
