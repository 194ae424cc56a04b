"""Valid exports made invalid, and what has to be true of whatever becomes of them.

The same for the test suite, where Hypothesis makes the choices, and for the long job in benchmarks/, where
:class:`random.Random` does: a few thousand files more in the same time.
"""

from __future__ import annotations

import functools
import random
import re
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import complete_export
from export_forms import FORMS, csv_of, rows_of

from coexistence.errors import InputError
from coexistence.inputs.exports import Imported, read_exports
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.exports.write.projection import projection

__all__ = ["LONGEST", "complaint", "mutated", "samples", "sentence_complaint", "twin"]

#: A sentence that nobody reads to its end is none.
LONGEST: Final = 300
#: Values that some reader may stumble over.
_NASTY: Final = (
    "",
    " ",
    "0",
    "-1",
    "1e999",
    "NaN",
    "9" * 400,
    "9" * 5_000,
    "99999999999",
    "²",
    "٣",
    "True",
    "false",
    "null",
    "System.String[]",
    "@{a=b}",
    "{a, b...}",
    "=cmd|' /C calc'!A1",
    "'=1",
    "a\tb",
    "a\r\nb",
    "\x1b[2J",
    "\N{RIGHT-TO-LEFT OVERRIDE}x",
    "\N{ZERO WIDTH NO-BREAK SPACE}",
    "\N{LINE SEPARATOR}",
    "\N{MUSICAL SYMBOL G CLEF}",
    "ß",
    "İ",
    "a@b.c",
    "sip:a@b.c",
    "a@",
    "@",
    ";",
    ";;,;",
    "..",
    "x" * 300,
    "0001-01-01",
    "9999-12-31T23:59:59",
    "10000-01-01",
    "2026-02-30",
    "31/12/2026",
    "/Date(999999999999999)/",
    "CN=1:1,CN=Pools",
    "CN={",
    "tag:x",
    "Global",
    "site:1",
    "Service:1-Registrar-1",
    "UserServer:x",
    "http://[::1",
    "https://meet/\\",
    "\\\\x\\y",
    "urn:",
    "$x",
    "255.255.255.255.1",
    "S19",
    "Lync Server 2013",
)
_BYTES: Final = (
    b"\0",
    b'"',
    b"'",
    b"<",
    b">",
    b"&",
    b"&#0;",
    b"&lt;",
    b"]]>",
    b"<![CDATA[",
    b"<!--",
    b"<!DOCTYPE a>",
    b"<?x ?>",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b",",
    b";",
    b"\t",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b" : ",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"_xD800_",
    b"_x0000_",
    b"\xc3",
    b"\x80\x81",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b'xmlns="urn:x" ',
    b"#TYPE x\r\n",
    b"sep=;\r\n",
    b"PK\x03\x04",
    b'RefId="0"',
    b"...",
)
_TAG: Final = re.compile(rb"<[^<>]{1,2000}>")
_VALUE: Final = re.compile(rb'"([^"<>\r\n]{0,200})"')


@functools.cache
def samples() -> Mapping[str, bytes]:
    """Return valid files by name: every kind in every form, and both kinds of topologies."""
    made = complete_export.files()
    found = {name: data for name, data in made.items() if name.endswith(".xml")}
    with tempfile.TemporaryDirectory() as folder:
        draft = write_exports(complete_export.everything(), Path(folder), tbxml=True)[0]
        found[draft.name] = draft.read_bytes()
    for name, data in made.items():
        if name.endswith(".csv"):
            for ending, form in FORMS.values():
                found[name.removesuffix(".csv") + ending] = form(data)
    return found


def twin(choose: random.Random, name: str, data: bytes) -> dict[str, bytes]:
    """Return a folder with this file, and with others that go with it."""
    files = {"topology.xml": samples()["topology.xml"]}
    if name.endswith(".tbxml") and choose.random() < 0.7:
        files = {}
    others = ["users.csv", "meetings.csv"]
    if choose.random() < 0.2:
        others = [each for each in samples() if each.endswith(".csv")]
    elif choose.random() < 0.2:
        others = []
    stem = name.rpartition(".")[0]
    files |= {each: samples()[each] for each in others if each.rpartition(".")[0] != stem}
    files[name] = data
    return files


def mutated(choose: random.Random, name: str) -> bytes:
    """Return one of the samples, changed in one way or several."""
    data = samples()[name]
    if not name.endswith((".xml", ".tbxml")) or name.rpartition(".")[0] != "topology":
        stem = name.rpartition(".")[0]
        table = f"{stem}.csv"
        if table in samples() and choose.random() < 0.5:
            rows = rows_of(samples()[table])
            for _ in range(choose.randint(1, 4)):
                choose.choice(_TABLE_CHANGES)(choose, rows)
            ending = name[len(stem) :]
            form = next(make for each, make in FORMS.values() if each == ending)
            try:
                data = form(csv_of(rows))
            except ValueError:  # rows of several widths, which only CSV can have
                data = csv_of(rows)
            if choose.random() < 0.7:
                return _encoded(choose, data)
    changes = _TREE_CHANGES if name.endswith((".xml", ".tbxml")) else _BYTE_CHANGES
    for _ in range(choose.randint(1, 4)):
        data = choose.choice(changes)(choose, data)
    return _encoded(choose, data)


def _encoded(choose: random.Random, data: bytes) -> bytes:
    if choose.random() < 0.8:
        return data
    text = data.decode("utf-8", "replace")
    return text.encode(choose.choice(["utf-16", "utf-16-be", "cp1252", "utf-8-sig", "ascii"]), "replace")


# -------------------------------------------------------------------------------------------- tables

_Rows = list[list[str]]


def _at(choose: random.Random, rows: _Rows) -> tuple[list[str], int] | None:
    row = choose.choice(rows) if rows else []
    return (row, choose.randrange(len(row))) if row else None


def _set_cell(choose: random.Random, rows: _Rows) -> None:
    if at := _at(choose, rows):
        at[0][at[1]] = choose.choice(_NASTY)


def _set_column(choose: random.Random, rows: _Rows) -> None:
    value = choose.choice(_NASTY)
    place = choose.randrange(max(map(len, rows), default=0) or 1)
    for row in rows[1:]:
        if place < len(row):
            row[place] = value


def _copy_cell(choose: random.Random, rows: _Rows) -> None:
    one, other = _at(choose, rows), _at(choose, rows)
    if one and other:
        one[0][one[1]] = other[0][other[1]]


def _drop_cell(choose: random.Random, rows: _Rows) -> None:
    if at := _at(choose, rows):
        del at[0][at[1]]


def _double_cell(choose: random.Random, rows: _Rows) -> None:
    if at := _at(choose, rows):
        at[0].insert(at[1], at[0][at[1]])


def _drop_column(choose: random.Random, rows: _Rows) -> None:
    place = choose.randrange(max(map(len, rows), default=0) or 1)
    for row in rows:
        del row[place : place + 1]


def _swap_columns(choose: random.Random, rows: _Rows) -> None:
    if rows and len(rows[0]) > 1:
        one, other = choose.sample(range(len(rows[0])), 2)
        # The header stays, so the columns now hold what others should.
        for row in rows[1:]:
            if max(one, other) < len(row):
                row[one], row[other] = row[other], row[one]


def _double_column(choose: random.Random, rows: _Rows) -> None:
    place = choose.randrange(max(map(len, rows), default=0) or 1)
    for row in rows:
        row[place:place] = row[place : place + 1]


def _drop_row(choose: random.Random, rows: _Rows) -> None:
    if rows:
        del rows[choose.randrange(len(rows))]


def _double_row(choose: random.Random, rows: _Rows) -> None:
    if rows:
        rows.append(list(choose.choice(rows)))


def _shuffle_rows(choose: random.Random, rows: _Rows) -> None:
    rows.sort(key=lambda _: choose.random())


def _splice(choose: random.Random, rows: _Rows) -> None:
    other = choose.choice(sorted(each for each in samples() if each.endswith(".csv")))
    place = choose.randrange(len(rows) + 1)
    rows[place:place] = rows_of(samples()[other])[: choose.randint(1, 4)]


def _join(choose: random.Random, rows: _Rows) -> None:
    other = rows_of(samples()[choose.choice(sorted(each for each in samples() if each.endswith(".csv")))])
    for row, more in zip(rows, other, strict=False):
        row += more


_TABLE_CHANGES: Final[tuple[Callable[[random.Random, _Rows], None], ...]] = (
    _set_cell,
    _set_cell,
    _set_column,
    _copy_cell,
    _copy_cell,
    _drop_cell,
    _double_cell,
    _drop_column,
    _swap_columns,
    _double_column,
    _drop_row,
    _double_row,
    _shuffle_rows,
    _splice,
    _join,
)

# --------------------------------------------------------------------------------------------- bytes


def _insert(choose: random.Random, data: bytes) -> bytes:
    at = choose.randrange(len(data) + 1)
    return data[:at] + choose.choice(_BYTES) + data[at + choose.choice((0, 0, 1, 2, 7)) :]


def _insert_value(choose: random.Random, data: bytes) -> bytes:
    at = choose.randrange(len(data) + 1)
    return data[:at] + choose.choice(_NASTY).encode() + data[at:]


def _flip(choose: random.Random, data: bytes) -> bytes:
    if not data:
        return data
    at = choose.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << choose.randrange(8))]) + data[at + 1 :]


def _cut(choose: random.Random, data: bytes) -> bytes:
    one, other = sorted((choose.randrange(len(data) + 1), choose.randrange(len(data) + 1)))
    return data[:one] if choose.random() < 0.3 else data[:one] + data[other:]


def _repeat(choose: random.Random, data: bytes) -> bytes:
    one, other = sorted((choose.randrange(len(data) + 1), choose.randrange(len(data) + 1)))
    return data[:other] + data[one:]


def _graft(choose: random.Random, data: bytes) -> bytes:
    other = samples()[choose.choice(sorted(samples()))]
    return data[: choose.randrange(len(data) + 1)] + other[choose.randrange(len(other)) :]


_BYTE_CHANGES: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    _insert,
    _insert,
    _insert_value,
    _flip,
    _cut,
    _repeat,
    _graft,
)

# ---------------------------------------------------------------------------------------------- trees


def _match(choose: random.Random, what: re.Pattern[bytes], data: bytes) -> re.Match[bytes] | None:
    # From a place of its own on: to look for all of them every time would take longer than to read the file.
    at = choose.randrange(len(data) + 1)
    return what.search(data, at) or what.search(data)


def _drop_tag(choose: random.Random, data: bytes) -> bytes:
    found = _match(choose, _TAG, data)
    return data if found is None else data[: found.start()] + data[found.end() :]


def _move_tag(choose: random.Random, data: bytes) -> bytes:
    found, place = _match(choose, _TAG, data), _match(choose, _TAG, data)
    if found is None or place is None:
        return data
    return data[: place.start()] + found[0] + data[place.start() :]


def _drop_element(choose: random.Random, data: bytes) -> bytes:
    found = _element(choose, data)
    return data if found is None else data[: found[0]] + data[found[1] :]


def _double_element(choose: random.Random, data: bytes) -> bytes:
    found = _element(choose, data)
    return data if found is None else data[: found[1]] + data[found[0] :]


def _move_element(choose: random.Random, data: bytes) -> bytes:
    found, place = _element(choose, data), _element(choose, data)
    if found is None or place is None:
        return data
    return data[: place[0]] + data[found[0] : found[1]] + data[place[0] :]


def _element(choose: random.Random, data: bytes) -> tuple[int, int] | None:
    """Return where some element begins and ends; elements of its name inside it may cut it short."""
    found = _match(choose, _TAG, data)
    if found is None or found[0][1:2] in b"/?!" or found[0].endswith(b"/>"):
        return None if found is None else found.span()
    name = re.split(rb"[\s/>]", found[0][1:], maxsplit=1)[0]
    end = data.find(b"</" + name + b">", found.end())
    return (found.start(), end + len(name) + 3) if end >= 0 else None


def _set_value(choose: random.Random, data: bytes) -> bytes:
    found = _match(choose, _VALUE, data)
    if found is None:
        return data
    other = _match(choose, _VALUE, data)
    value = choose.choice(_NASTY).replace("&", "").replace('"', "").replace("<", "").encode()
    if other is not None and choose.random() < 0.6:
        value = other[1]
    return data[: found.start(1)] + value + data[found.end(1) :]


def _rename(choose: random.Random, data: bytes) -> bytes:
    """Give all values of one kind another value."""
    found = _match(choose, _VALUE, data)
    if found is None or not found[1]:
        return data
    return data.replace(b'"' + found[1] + b'"', b'"' + choose.choice([b"", b"x", b"7", found[1] * 2]) + b'"')


_TREE_CHANGES: Final[tuple[Callable[[random.Random, bytes], bytes], ...]] = (
    _drop_element,
    _drop_element,
    _double_element,
    _move_element,
    _move_element,
    _set_value,
    _set_value,
    _set_value,
    _rename,
    _drop_tag,
    _move_tag,
    *_BYTE_CHANGES,
)

# -------------------------------------------------------------------------------------------- judging


def sentence_complaint(said: str, folder: str = "") -> str | None:
    """Say what is wrong with how a refusal was said; None if nothing is."""
    said = said.replace(folder, "EXPORTS") if folder else said
    if "\n" in said or not said.isprintable():
        return f"more than one line, or something that no terminal can show: {said!r}"
    if len(said) > LONGEST:
        return f"a sentence of {len(said)} characters: {said}"
    if not re.fullmatch(r"[^:]+(?:, line \d+)?: .+\. [A-Z].+[.)]", said):
        return f"it lacks the file or the way out: {said}"
    return None


def complaint(
    files: Mapping[str, bytes], then: Callable[[Imported], object] | None = None
) -> tuple[str, str | None]:
    """Read files; return how it ended, and what is wrong about that.

    ``then`` is done with what was read.
    """
    with tempfile.TemporaryDirectory() as folder:
        for file, data in files.items():
            (Path(folder) / file).write_bytes(data)
        try:
            read = read_exports(Path(folder))
        except InputError as error:
            return "refused", sentence_complaint(str(error), folder)
        except Exception:  # noqa: BLE001  # whatever else it raises is what is looked for
            return "crashed", traceback.format_exc()
        try:
            for account in read.files:
                if account.used > account.rows:
                    return "read", f"{account.file}: {account.used} of {account.rows} rows used"
                for note in account.notes:
                    if not note.isprintable():
                        return "read", f"{account.file}: a note that no terminal can show: {note!r}"
            # Whatever was read can be written about again.
            projection(read.deployment)
            if then is not None:
                then(read)
        except Exception:  # noqa: BLE001  # as above
            return "crashed", traceback.format_exc()
    return "read", None
