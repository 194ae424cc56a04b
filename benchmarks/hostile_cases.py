"""What somebody who means harm, or a broken tool, may leave where exported files are expected.

Law of this room: each case writes into a folder with a small valid deployment, or returns what else to read
instead of it. Large files are written in pieces. The cases themselves stand in the rooms beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

#: What a case does to the folder; returns what to give instead of it, or nothing.
Make = Callable[[Path], "Path | str | None"]
Piece = bytes | str | Iterable[bytes] | Iterable[str]
MEGA = 1 << 20
TOPOLOGY = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"
OBJS = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
USERS = b"SipAddress,RegistrarPool,Enabled\r\n"


@dataclass(frozen=True)
class Case:
    """One file, or one folder, that means harm."""

    name: str
    make: Make
    #: Whether nothing but a refusal will do; others may be read, with open questions.
    refused: bool
    #: What happens to the folder again and again while it is read.
    meanwhile: Callable[[Path, int], None] | None = None


CASES: list[Case] = []


def case(name: str, *, refused: bool = True) -> Callable[[Make], Make]:
    """Add a case."""

    def added(make: Make) -> Make:
        CASES.append(Case(name, make, refused))
        return make

    return added


def put(name: str, file: str, *pieces: Piece, refused: bool = True) -> None:
    """Add a case of one file, of pieces that are not kept in memory together."""

    def make(folder: Path) -> None:
        write(folder / file, flat(pieces))

    CASES.append(Case(name, make, refused))


def long(name: str, file: str, pieces: Callable[[], Iterable[bytes]], *, refused: bool = True) -> None:
    """Add a case of one large file."""
    CASES.append(Case(name, lambda folder: write(folder / file, pieces()), refused))


def flat(pieces: Iterable[Piece]) -> Iterator[bytes]:
    """Return pieces, and what pieces are made of, as bytes."""
    for piece in pieces:
        if isinstance(piece, str):
            yield piece.encode()
        elif isinstance(piece, bytes):
            yield piece
        else:
            yield from flat(piece)


def write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def times(text: bytes | str, number: int) -> Iterator[bytes]:
    """Return a piece so many times, in large pieces."""
    piece = text.encode() if isinstance(text, str) else text
    each = max(1, MEGA // len(piece))
    block = piece * each
    for _ in range(number // each):
        yield block
    yield piece * (number % each)


def numbered(head: bytes, row: str, number: int) -> Iterator[bytes]:
    """Return rows that hold their number."""
    yield head
    for start in range(0, number, 100_000):
        yield "".join([row % at for at in range(start, min(number, start + 100_000))]).encode()
