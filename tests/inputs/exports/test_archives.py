"""A zip file is as good as a folder, unless somebody means harm."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from typing import TYPE_CHECKING

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.formats import zip_archive
from coexistence.model.vocabulary import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_USERS = "SipAddress,RegistrarPool,Enabled\na@contoso.com,se19.contoso.com,True\n"


@pytest.fixture
def zipped(tmp_path: Path) -> Callable[..., Path]:
    """Put texts into a zip file, under names as they are given."""

    def write(files: dict[str, str | bytes]) -> Path:
        path = tmp_path / "twin.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return path

    return write


@pytest.mark.parametrize("around", ["", "twin/", "a/b/"])
def test_a_zip_file_is_read_as_a_folder(
    zipped: Callable[..., Path], published: str, tmp_path: Path, around: str
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, text in (("topology.xml", published), ("users.csv", _USERS)):
        (folder / name).write_text(text, "utf-8")
    path = zipped({f"{around}topology.xml": published, f"{around}users.csv": _USERS})

    read = read_exports(path)

    assert read == read_exports(folder)
    assert not isinstance(read.deployment.population, Unknown)


def test_a_folder_beside_the_files_is_not_looked_into(zipped: Callable[..., Path], published: str) -> None:
    read = read_exports(zipped({"topology.xml": published, "old/users.csv": _USERS}))

    assert read.deployment.population == Unknown("Get-CsUser")
    assert {each.file for each in read.files} == {"topology.xml", "old"}


@pytest.mark.parametrize(
    "name",
    [
        "../topology.xml",
        "/etc/passwd",
        "..\\x.xml",
        "C:/x.xml",
        "\\\\server\\share\\x.xml",
        "a/../../b",
        "a//b",
        "./x",
        "x\nb",
        "\x1b[2J.csv",
        "users.csv:stream",
        "users.csv.",
        "users.csv ",
        "x" * 300,
        "CON",
        "aux.csv",
        "old/com1.txt",
        "LPT9",
        "conout$.csv",
        "nul .tar.gz",
    ],
)
def test_names_that_lead_elsewhere_are_refused(
    zipped: Callable[..., Path], published: str, tmp_path: Path, name: str
) -> None:
    with pytest.raises(InputError, match="leads elsewhere") as caught:
        read_exports(zipped({"topology.xml": published, name: "x"}))

    assert "\n" not in str(caught.value)
    assert not (tmp_path.parent / "topology.xml").exists()


def test_a_bomb_is_refused_before_it_goes_off(zipped: Callable[..., Path], published: str) -> None:
    path = zipped({"topology.xml": published, "users.csv": b"\0" * (40 << 20)})

    with pytest.raises(InputError, match="times as large"):
        read_exports(path)


def test_bombs_are_added_up(zipped: Callable[..., Path], published: str) -> None:
    part = b"\0" * (20 << 20)

    with pytest.raises(InputError, match="times as large"):
        read_exports(zipped({"topology.xml": published, **{f"{number}.csv": part for number in range(5)}}))


def test_names_that_are_one_on_windows_are_one_everywhere(
    zipped: Callable[..., Path], published: str
) -> None:
    with pytest.raises(InputError, match="two files in the zip file have one name"):
        read_exports(zipped({"topology.xml": published, "Users.csv": _USERS, "users.CSV": _USERS}))


def test_files_that_lie_over_each_other_are_refused(zipped: Callable[..., Path], published: str) -> None:
    path = zipped({"topology.xml": published, "a.csv": _USERS, "b.csv": _USERS})
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    # The last entry of the table of contents now leads to the first file.
    data[at + 42 : at + 46] = bytes(4)
    path.write_bytes(data)

    with pytest.raises(InputError, match="lie over each other"):
        read_exports(path)


def test_a_table_of_contents_is_not_read_whatever_its_size(
    zipped: Callable[..., Path], published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped({"topology.xml": published, **{f"{number:04}{'x' * 180}": "" for number in range(200)}})
    read_exports(path)
    monkeypatch.setattr(zip_archive, "_LARGEST_DIRECTORY", 20_000)

    with pytest.raises(InputError, match="more than 1000 files in the zip file"):
        read_exports(path)


def test_an_archive_in_the_archive_is_refused(zipped: Callable[..., Path], published: str) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("topology.xml", published)

    with pytest.raises(InputError, match="zip file in the zip file"):
        read_exports(zipped({"topology.xml": published, "more.csv": inner.getvalue()}))


def test_a_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twin.zip"
    entry = zipfile.ZipInfo("topology.xml")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")

    with pytest.raises(InputError, match="link"):
        read_exports(path)


def test_an_encrypted_archive_is_refused(zipped: Callable[..., Path], published: str) -> None:
    path = zipped({"topology.xml": published})
    data = bytearray(path.read_bytes())
    # Both headers carry a flag for it.
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(data))

    with pytest.raises(InputError, match="encrypted"):
        read_exports(path)


@pytest.mark.parametrize("cut", [10, 200, -30, -1])
def test_a_damaged_archive_is_one_sentence(zipped: Callable[..., Path], published: str, cut: int) -> None:
    path = zipped({"topology.xml": published})
    path.write_bytes(path.read_bytes()[:cut])

    with pytest.raises(InputError) as caught:
        read_exports(path)

    assert "\n" not in str(caught.value)


def test_bytes_that_do_not_match_their_sum_are_one_sentence(
    zipped: Callable[..., Path], published: str
) -> None:
    path = zipped({"topology.xml": published})
    data = bytearray(path.read_bytes())
    for place in range(60, 90):
        data[place] ^= 0xFF
    path.write_bytes(bytes(data))

    with pytest.raises(InputError, match="damaged"):
        read_exports(path)


def test_too_many_files_are_refused(zipped: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match="more than 1000"):
        read_exports(zipped({f"{number}.csv": "" for number in range(1_001)}))


def test_nothing_is_left_behind(
    zipped: Callable[..., Path], published: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", os.fspath(scratch))

    read_exports(zipped({"topology.xml": published}))

    assert list(scratch.iterdir()) == []
