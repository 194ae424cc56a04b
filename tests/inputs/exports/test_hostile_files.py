"""Files that mean harm, or are broken: one sentence each, soon, and with little memory."""

from __future__ import annotations

import csv
import re
import time
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import read_exports

Write = Callable[[Mapping[str, str | bytes]], Path]

_TOPOLOGY = '<Topology xmlns="urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008">'
_AGAIN = re.escape("Export it again with (Get-CsTopology -AsXml).Save('topology.xml').")
_BOMB = (
    '<!DOCTYPE a [<!ENTITY a0 "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    + "]><Topology>&a9;</Topology>"
)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", "the file is empty", id="empty"),
        pytest.param(b" \r\n ", "the file is empty", id="blank"),
        pytest.param(_BOMB, "line 1: there is a DOCTYPE", id="entity bomb"),
        pytest.param(_BOMB.encode("utf-16"), "line 1: there is a DOCTYPE", id="entity bomb in UTF-16"),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            "line 1: there is a DOCTYPE",
            id="file entity",
        ),
        pytest.param("<!DOCTYPE html>\n<html></html>", r"line 1: this is a web page \(HTML\)", id="web page"),
        pytest.param("<html><body/></html>", r"line 1: this is a web page \(HTML\)", id="plain web page"),
        pytest.param(
            '<?xml version="1.0"?><html><body/></html>', r"line 1: this is a web page \(HTML\)", id="XHTML"
        ),
        pytest.param(
            "\n" + _TOPOLOGY + "\n<Sites>", "line 3: the XML ends too early: the file is cut", id="cut"
        ),
        pytest.param(_TOPOLOGY + "\n<Sites></Site>", "line 2: this is not well-formed XML", id="wrong end"),
        pytest.param("hello", "line 1: this is not well-formed XML", id="text"),
        pytest.param(_TOPOLOGY + "<a>" * 100_000, "nested more than 200 levels deep", id="deep"),
        pytest.param(
            _TOPOLOGY + "<a " + " ".join(f'b{at}=""' for at in range(500)) + "/>",
            "an element has more than 200 attributes",
            id="attributes",
        ),
        pytest.param(
            _TOPOLOGY + '<a b="' + "x" * 70_000 + '"/>', "an attribute has more than 65536", id="attribute"
        ),
        pytest.param(_TOPOLOGY + "<" + "a" * 2_000 + "/>", "a name has more than 1000", id="name"),
        pytest.param(_TOPOLOGY + "x" * (1 << 24) + "y", "a text has more than 16777216", id="text length"),
        pytest.param(
            _TOPOLOGY + "<a/>" * 1_000_001, "more than 1000000 elements and attributes", id="elements"
        ),
    ],
)
def test_a_broken_topology_is_one_sentence_with_the_way_out(
    exported: Write, content: str | bytes, sentence: str
) -> None:
    with pytest.raises(InputError, match=f"^topology\\.xml(: |, ).*{sentence}.*{_AGAIN}$") as caught:
        read_exports(exported({"topology.xml": content}))

    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "topology.xml"
    with path.open("wb") as file:
        file.write(b"<a>")
        file.truncate((64 << 20) + 1)

    with pytest.raises(InputError, match="has 67108865 bytes, and 67108864 is the most"):
        read_exports(path)


def test_a_template_with_variables_is_refused_with_its_line(exported: Write, published: str) -> None:
    text = published.replace('Fqdn="se19.contoso.com"', 'Fqdn="$ServerName.$Domain"')
    line = text[: text.index("$ServerName")].count("\n") + 1

    with pytest.raises(InputError, match=rf"line {line}: .*PowerShell variable '\$ServerName'.*{_AGAIN}"):
        read_exports(exported({"topology.xml": text}))


def test_a_hidden_share_is_no_variable(exported: Write, published: str) -> None:
    text = published.replace("LyncShare", "Lync$")

    assert read_exports(exported({"topology.xml": text})).deployment.pools[0].file_store == (
        "\\\\files.contoso.com\\Lync$"
    )


_USERS = b"SipAddress,RegistrarPool\r\n"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(_USERS + b"a\0b@contoso.com,x\r\n", "line 2: there is a NUL character", id="NUL"),
        pytest.param(b"\0\1\2\n\3,\4", "line 1: there is a NUL character", id="binary"),
        pytest.param(
            _USERS + b'a@contoso.com,x\r\n"' + b"y\r\n" * 500_000,
            "line 3: the row cannot be read",
            id="open quote",
        ),
        pytest.param(_USERS + b"x" * 10_000_000, "line 2: the line has more than 4194304", id="endless line"),
        pytest.param(
            _USERS.strip() + b"".join(b",c%d" % at for at in range(2_000)) + b"\n",
            "line 1: the header has 2002 columns, and no export has more than 1000",
            id="columns",
        ),
        pytest.param(
            b"ComputerName,Name,Status\n" + b"fe1.contoso.com,RTCSRV,Running\n" * 100_001,
            "there are more than 100000 rows of Get-CsWindowsService in all",
            id="services",
        ),
    ],
)
def test_a_broken_table_is_one_sentence_with_its_line(
    exported: Write, published: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(InputError, match=f"^table\\.csv(: |, ).*{sentence}"):
        read_exports(exported({"topology.xml": published, "table.csv": content}))


def test_the_limit_of_the_csv_module_is_put_back(exported: Write, published: str) -> None:
    before = csv.field_size_limit(99_999)
    try:
        read_exports(exported({"topology.xml": published, "u.csv": _USERS + b"a@contoso.com,x\n"}))
        assert csv.field_size_limit() == 99_999
    finally:
        csv.field_size_limit(before)


def test_harm_takes_little_time_and_memory(exported: Write) -> None:
    folder = exported({"topology.xml": _TOPOLOGY + '<a b="' + "x" * 30_000_000 + '"/>'})
    tracemalloc.start()
    start = time.perf_counter()
    try:
        with pytest.raises(InputError):
            read_exports(folder)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    # Generous: the point is that it is not quadratic in the file's size.
    assert time.perf_counter() - start < 10
    assert peak < 300 << 20
