"""What is larger than any export is refused before it takes time or memory; each limit on its two sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import Imported, kinds, read_exports
from coexistence.inputs.exports.formats import csv_tables, detect, json_objects, objects, xml
from coexistence.inputs.exports.read import folder, row_limits
from coexistence.model.vocabulary import Unknown

Write = Callable[[Mapping[str, str | bytes]], Path]
Read = Callable[[Mapping[str, str | bytes]], Imported]

_USERS = "SipAddress,RegistrarPool\r\n"
_OBJS = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'


def _users(number: int, first: int = 0) -> str:
    return "".join(f"u{at}@contoso.com,se19.contoso.com\r\n" for at in range(first, first + number))


def limit(monkeypatch: pytest.MonkeyPatch, kind: str, most_rows: int) -> None:
    """Have fewer rows of a kind suffice."""
    row = replace(kinds.KINDS[kind], most_rows=most_rows)
    monkeypatch.setattr(kinds, "KINDS", {**kinds.KINDS, kind: row})


def _people(read: Imported) -> int:
    population = read.deployment.population
    assert not isinstance(population, Unknown)
    return len(population)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        pytest.param("users.csv", _USERS + _users(9), "users.csv: the file has more than 9 lines", id="CSV"),
        pytest.param(
            "users.csv", _USERS + "\r" * 9, "users.csv: the file has more than 9 lines", id="CR alone"
        ),
        pytest.param(
            "users.txt",
            "SipAddress    : a@b.c\nRegistrarPool : x\n\n" * 3 + "\n",
            "users.txt: the file has more than 9 lines",
            id="list",
        ),
    ],
)
def test_a_file_with_too_many_lines_is_refused_before_it_is_read(
    exported: Write, published: str, monkeypatch: pytest.MonkeyPatch, file: str, content: str, says: str
) -> None:
    monkeypatch.setattr(csv_tables, "_MOST_LINES", 9)
    monkeypatch.setattr(detect, "_MOST_LINES", 9)

    with pytest.raises(InputError, match=f"^{says}"):
        read_exports(exported({"topology.xml": published, file: content}))


def test_a_file_with_as_many_lines_as_allowed_is_read(
    imported: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_tables, "_MOST_LINES", 10)

    assert _people(imported({"users.csv": _USERS + _users(8)})) == 8


def test_the_rows_of_a_kind_are_limited_in_all_its_files(
    imported: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"a.csv": _USERS + _users(5), "b.csv": _USERS + _users(5, 5)}
    limit(monkeypatch, kinds.USERS, 10)
    assert _people(imported(files)) == 10
    limit(monkeypatch, kinds.USERS, 9)

    with pytest.raises(InputError, match=r"^b\.csv, line 2: there are more than 9 rows of Get-CsUser in all"):
        imported(files)


def test_the_rows_of_small_tables_are_limited_in_all_their_files(
    imported: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "ComputerName,Name,Status\n" + "se19.contoso.com,RTCSRV,Running\n" * 5
    limit(monkeypatch, kinds.SERVICES, 9)

    with pytest.raises(InputError, match=r"^b\.csv, line 2: there are more than 9 rows of Get-CsWindows"):
        imported({"a.csv": rows, "b.csv": rows})


def test_the_bytes_of_all_tables_are_limited(imported: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    table = _USERS + _users(5)
    monkeypatch.setattr(
        folder._Pile, "__init__", _with_room(folder._Pile.__init__, bytes_left=len(table) + 3)
    )

    with pytest.raises(InputError, match=r"^b\.csv: with this one the tables have more than"):
        imported({"a.csv": table, "b.csv": table})


def test_the_elements_of_all_documents_are_limited(
    exported: Write, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"topology.xml": published, "other.xml": "<a>" + "<b/>" * 100 + "</a>"}
    monkeypatch.setattr(folder._Pile, "__init__", _with_room(folder._Pile.__init__, parts=150))

    with pytest.raises(InputError, match=r"^topology\.xml, line \d+: there are more than 49 elements"):
        read_exports(exported(files))


def _with_room(made: Callable[..., None], **room: int) -> Callable[..., None]:
    return lambda self, **given: made(self, **given, **room)


def test_a_tag_without_an_end_is_not_waited_for(exported: Write) -> None:
    text = "<a " + " ".join(f'b{at}="c"' for at in range(xml._LONGEST_TAG // 4)) + "/>"

    with pytest.raises(InputError, match="a tag or a comment has more than 1048576 characters"):
        read_exports(exported({"topology.xml": text}))


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (",".join(["SipAddress", "RegistrarPool", *["c"] * 999]), "the header has 1001 columns"),
        ("SipAddress,RegistrarPool" + ",c" * 70_000, "the first line has more than 131072 characters"),
    ],
)
def test_a_header_with_too_many_columns_is_refused(
    exported: Write, published: str, header: str, says: str
) -> None:
    with pytest.raises(InputError, match=rf"^users\.csv, line 1: {says}"):
        read_exports(exported({"topology.xml": published, "users.csv": header + "\n"}))


def test_json_with_too_many_values_is_refused(imported: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[{"SipAddress": "a@b.c", "RegistrarPool": "x"}' + ", {}" * 50 + "]"
    monkeypatch.setattr(json_objects, "_MOST_VALUES", 400)

    with pytest.raises(InputError, match=r"^u\.json, line 1: there are more than 400 values in it"):
        imported({"u.json": text})


@pytest.mark.parametrize("name", ["u.json", "u.txt"])
def test_what_begins_as_an_export_is_refused_and_not_left_aside(imported: Read, name: str) -> None:
    users = {
        "u.json": '[{"SipAddress": "a@b.c", "RegistrarPool": "x"}, {"SipAddress": [}]',
        "u.txt": "SipAddress    : a@b.c\nRegistrarPool : x\n\nSipAddress    : b\n" + "  c\n" * 5_001,
    }

    with pytest.raises(InputError, match=rf"^{name}, line "):
        imported({name: users[name]})


def test_a_list_is_no_json_whatever_it_is_called(imported: Read) -> None:
    with pytest.raises(InputError, match=r"^u\.json, line 1: this is no JSON, though the file is called so"):
        imported({"u.json": "hello"})


def test_rows_inside_objects_are_limited(imported: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    row = '<Obj><Props><S N="Component">Meet</S><S N="Domain">x</S><S N="ActiveUrl">u</S></Props></Obj>'
    # Two objects that refer to one list have its rows twice.
    text = (
        f'{_OBJS}<Obj RefId="1"><LST>{row * 3}</LST></Obj>'
        '<Obj><Props><S N="Identity">g</S><Ref N="SimpleUrl" RefId="1"/></Props></Obj>'
        '<Obj><Props><S N="Identity">h</S><Ref N="SimpleUrl" RefId="1"/></Props></Obj></Objs>'
    )
    monkeypatch.setattr(objects, "_MOST_ROWS_INSIDE", 6)
    assert imported({"urls.xml": text}).files
    monkeypatch.setattr(objects, "_MOST_ROWS_INSIDE", 5)

    with pytest.raises(InputError, match="there are more than 5 rows inside the objects"):
        imported({"urls.xml": text})


def test_values_that_refer_to_each_other_are_limited(imported: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    user = '<Obj><Props><S N="SipAddress">a@b.c</S><Ref N="RegistrarPool" RefId="0"/></Props></Obj>'
    text = f'{_OBJS}<Obj RefId="0"><LST>{"<S>x</S>" * 50}</LST></Obj>{user * 10}</Objs>'
    monkeypatch.setattr(objects, "_MOST_CELLS", 400)

    with pytest.raises(InputError, match=r"^users\.xml, line 1: the objects hold more than 400 values"):
        imported({"users.xml": text})


def test_numbers_that_would_take_for_ever_are_left_out(imported: Read) -> None:
    header = (
        "Identity,Priority,Action,MajorVersion,MinorVersion,BuildNumber,QfeNumber,UserAgent,Enabled,CompareOp"
    )
    long = "9" * 5_000
    read = imported(
        {
            "rules.csv": "\n".join(
                [
                    header,
                    f"Global/1,{long},Block,4,0,,,OC,True,LSS",
                    f"Global/2,1,Block,{long},,,,OC,True,LSS",
                ]
            ),
        }
    )
    rules = read.deployment.client_rules

    assert not isinstance(rules, Unknown)
    assert [(rule.priority, rule.version) for rule in rules] == [(0, "4.0")]


def test_who_waits_hears_how_much_was_read(
    exported: Write, published: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(row_limits, "_TOLD_EVERY", 200)
    folder = exported(
        {"topology.xml": published, "a.csv": _USERS + _users(450), "b.csv": _USERS + _users(50, 450)}
    )

    read_exports(folder, watching=told.append)

    assert told == ["Get-CsUser", "Get-CsUser: 200 rows", "Get-CsUser: 400 rows", "Get-CsUser"]
