from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import FileAccount, Imported, read_exports
from coexistence.model.vocabulary import Unknown

Write = Callable[[Mapping[str, str | bytes]], Path]

_DECLARED = '<?xml version="1.0" encoding="utf-16"?>\n'


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"), id="out-file"),
        pytest.param(lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), id="big-endian"),
        pytest.param(lambda text: text.encode("utf-16-le"), id="utf-16 without mark"),
        pytest.param(lambda text: text.encode("utf-16-be"), id="big-endian without mark"),
        pytest.param(lambda text: codecs.BOM_UTF8 + text.encode(), id="utf-8 with mark"),
        pytest.param(lambda text: text.encode(), id="utf-8"),
        pytest.param(lambda text: (_DECLARED + text).encode(), id="utf-8 that claims utf-16"),
        pytest.param(lambda text: b"\r\n \r\n" + (_DECLARED + text).encode(), id="blank lines first"),
        pytest.param(
            lambda text: (
                codecs.BOM_UTF16_LE
                + _DECLARED.replace("16", "8").encode("utf-16-le")
                + text.encode("utf-16-le")
            ),
            id="utf-16 that claims utf-8",
        ),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="carriage returns"),
    ],
)
def test_a_topology_reads_the_same_in_every_encoding(
    exported: Write, published: str, encoded: Callable[[str], bytes]
) -> None:
    read = read_exports(exported({"topology.xml": encoded(published)}))

    assert read.deployment.sites[1].name == "Zürich"
    assert len(read.deployment.pools) == 7
    assert read.files[0].notes == ()


def test_blank_lines_before_the_document_count_as_lines(exported: Write, published: str) -> None:
    plain = read_exports(exported({"topology.xml": published})).deployment
    moved = read_exports(exported({"topology.xml": "\n\n" + published})).deployment

    assert moved.pools[0].origin.line == plain.pools[0].origin.line + 2


def test_windows_1252_is_read_with_a_note(exported: Write, published: str) -> None:
    read = read_exports(exported({"topology.xml": published.encode("cp1252")}))

    assert read.deployment.sites[1].name == "Zürich"
    assert any("Windows-1252" in note for note in read.files[0].notes)


def test_an_ascii_export_that_lost_letters_is_noted(exported: Write, published: str) -> None:
    read = read_exports(exported({"topology.xml": published.encode("ascii", "replace")}))

    assert any("letters may have been lost" in note for note in read.files[0].notes)


_USERS = '"SipAddress","RegistrarPool","Enabled"\r\n"sip:zoë@contoso.com","pool13.contoso.com","True"\r\n'


@pytest.mark.parametrize(
    "data",
    [
        _USERS.encode("utf-8-sig"),
        _USERS.encode(),
        _USERS.encode("utf-16"),
        _USERS.encode("utf-16-le"),
        _USERS.encode("cp1252"),
        ("\ufeff" + _USERS).encode("utf-16"),
    ],
    ids=["utf-8 with mark", "utf-8", "utf-16", "utf-16 without mark", "cp1252", "two marks"],
)
def test_a_table_reads_the_same_in_every_encoding(
    imported: Callable[[Mapping[str, str | bytes]], Imported], data: bytes
) -> None:
    population = imported({"users.csv": data}).deployment.population

    assert not isinstance(population, Unknown)
    assert population.addresses[0] == "zoë@contoso.com"


def test_an_ascii_table_that_lost_letters_is_noted(account_of: Callable[[str | bytes], FileAccount]) -> None:
    account = account_of(_USERS.encode("ascii", "replace"))

    assert any("letters may have been lost" in note for note in account.notes)


_HEADER = "SipAddress,RegistrarPool,Enabled\r\n"
_ZOE = "zoë@contoso.com,se19.contoso.com,True\r\n"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(
            _HEADER.encode() + _ZOE.encode("utf-16-le"), "line 2: there is a NUL", id="utf-16 appended"
        ),
        pytest.param(
            (_HEADER + _ZOE * 9).encode() + _ZOE.encode("utf-16-le") * 9,
            "line 11: from here on the file is in another encoding",
            id="much utf-16 appended",
        ),
        pytest.param(
            _HEADER.encode("utf-16") + b"bob@contoso.com,x,True\r\n" * 2,
            "line 2: the file goes on in another encoding",
            id="appended to utf-16",
        ),
        pytest.param(
            _HEADER.encode("utf-16") + b"a",
            "line 2: from here on the file is in another encoding",
            id="utf-16, cut",
        ),
        pytest.param(
            ("\ufeff" + _HEADER).encode("utf-16-le") + b"\x00\xd8a\0",
            "line 2: from here on the file is in another encoding",
            id="a lone surrogate in utf-16",
        ),
        pytest.param(
            (_HEADER + _ZOE).encode() + _ZOE.encode("cp1252"),
            "line 3: from here on the file is in another encoding",
            id="windows-1252 behind utf-8",
        ),
        pytest.param(
            _HEADER.encode() + _ZOE.encode("cp1252") + _ZOE.encode(),
            "line 2: from here on the file is in another encoding",
            id="utf-8 behind windows-1252",
        ),
        pytest.param(
            _HEADER.encode("utf-8-sig") + _ZOE.encode("cp1252"),
            "line 2: from here on the file is in another encoding",
            id="windows-1252 behind a mark",
        ),
        pytest.param(
            _HEADER.encode() + b"a\xed\xa0\x80@contoso.com,x,True\r\n" + _ZOE.encode(),
            "line 2: from here on the file is in another encoding",
            id="a lone surrogate in utf-8",
        ),
    ],
)
def test_several_encodings_in_one_file_are_refused(
    exported: Write, published: str, data: bytes, says: str
) -> None:
    with pytest.raises(InputError, match=rf"^users\.csv, {says}.*Export it again with -Encoding UTF8\.$"):
        read_exports(exported({"topology.xml": published, "users.csv": data}))


def test_letters_of_a_code_page_that_look_like_utf_8_by_chance_are_read(
    imported: Callable[[Mapping[str, str | bytes]], Imported],
) -> None:
    names = ("Её", "Жанна", "Юрий", "Алёна", "Пётр", "Ольга")
    rows = "".join(f"{name}@contoso.com,se19.contoso.com,True\r\n" for name in names)
    assert len("Её".encode("cp1251").decode("utf-8")) == 1

    population = imported({"users.csv": (_HEADER + rows).encode("cp1251")}).deployment.population

    assert not isinstance(population, Unknown)
    assert len(population) == len(names)
