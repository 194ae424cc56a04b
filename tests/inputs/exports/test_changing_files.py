"""Files that change while they are read: one sentence, whatever became of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.account.file_accounts import Account
from coexistence.inputs.exports.formats import encoding
from coexistence.inputs.exports.formats.csv_tables import Heading, heading_of, opened
from coexistence.inputs.exports.read import deployment
from coexistence.model.vocabulary import Unknown

Write = Callable[[Mapping[str, str | bytes]], Path]

_USERS = "SipAddress,RegistrarPool\r\n" + "ann@contoso.com,se19.contoso.com\r\n" * 3_000
_SENTENCE = (
    r"^users\.csv: the file changed while it was read\. Finish the export first, then name the folder\.$"
)


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


def _shorten(path: Path) -> None:
    os.truncate(path, 100)


def _touch(path: Path) -> None:
    os.utime(path, ns=(0, 0))


def _read(path: Path, change: Callable[[Path], None]) -> int:
    """Read a table that changes after every batch; return how many rows there were."""
    account = Account(path.name, "Get-CsUser")
    with opened(path, account, _heading()) as table:
        for _ in table.batches():
            change(path)
    return account.rows


@pytest.mark.parametrize("change", [_grow, _shorten, _touch])
def test_a_file_that_changes_while_it_is_read_is_refused(
    exported: Write, change: Callable[[Path], None]
) -> None:
    path = exported({"users.csv": _USERS}) / "users.csv"

    with pytest.raises(InputError, match=_SENTENCE):
        _read(path, change)


def test_a_file_that_grows_for_ever_comes_to_its_end(exported: Write) -> None:
    path = exported({"users.csv": _USERS}) / "users.csv"
    turns = []

    def grow(path: Path) -> None:
        turns.append(path)
        with path.open("ab") as file:
            file.write(b"bob@contoso.com,x\r\n" * 1_000)

    with pytest.raises(InputError, match=_SENTENCE):
        _read(path, grow)

    # Two hundred rows at a time, and not one that was not there in the beginning.
    assert len(turns) == 15


def _other(path: Path) -> None:
    path.write_bytes(b"ComputerName,Name,Status\r\n")


def _gone(path: Path) -> None:
    path.unlink()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(_other, "the file changed while it was read", id="other content"),
        pytest.param(_gone, "the file cannot be read", id="gone"),
        pytest.param(
            _pipe,
            "this is a pipe or a device",
            id="pipe",
            marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here"),
        ),
    ],
)
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("users.csv", _USERS),
        ("users.json", '[{"SipAddress": "ann@contoso.com", "RegistrarPool": "se19.contoso.com"}]'),
        ("users.txt", "SipAddress    : ann@contoso.com\r\nRegistrarPool : se19.contoso.com\r\n\r\n"),
    ],
)
def test_a_file_that_is_another_one_by_now_is_refused(
    exported: Write,
    published: str,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: str,
    change: Callable[[Path], None],
    says: str,
) -> None:
    folder = exported({"topology.xml": published, name: content})
    read = deployment.deployment_of_tables

    def changed(*given: object) -> object:
        # Everything was recognised, and nothing read.
        change(folder / name)
        return read(*given)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr("coexistence.inputs.exports.read.folder.deployment_of_tables", changed)

    with pytest.raises(InputError, match=f"^{name.replace('.', '[.]')}: {says}") as caught:
        read_exports(folder)

    assert "\n" not in str(caught.value)


def test_a_file_that_stays_as_it_is_is_read(exported: Write, published: str) -> None:
    read = read_exports(exported({"topology.xml": published, "users.csv": _USERS}))

    assert not isinstance(read.deployment.population, Unknown)
    assert encoding.CHANGED not in {note for each in read.files for note in each.notes}


def _heading() -> Heading:
    found = heading_of(_USERS[:100], complete=False)
    assert found is not None
    return found
