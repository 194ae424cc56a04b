"""Files exactly as the export script writes them give the twin that the deployment's own files give."""

from __future__ import annotations

import csv
import re
import tempfile
import xml.dom.minidom
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers import built, one_pool
from hypothesis import given, settings
from script_hiding import KEY, hidden
from script_tables import TABLES, Table, kind_in

from coexistence.inputs.exports import Imported, read_exports
from coexistence.inputs.exports.kinds import CATALOGUE
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.exports.write.projection import projection
from coexistence.inputs.exports.write.rows import Listed
from coexistence.inputs.exports.write.tables import listed
from coexistence.inputs.family.strategies import deployments
from coexistence.inputs.pseudonyms import Pseudonyms
from coexistence.model.deployment import Deployment
from coexistence.model.population import NOWHERE, Meetings, Population
from coexistence.model.vocabulary import Unknown

#: Own tables of somebody who wrote down what no cmdlet lists.
_BY_HAND = {"client versions", "DNS export", "certificate export", "TLS settings", "meetings export"}


def _hide_element(element: Any) -> None:
    """What the function Hide-Element does, with the script's own Hide-Attribute and Hide-Name."""
    for attribute in list(element.attributes.values()):
        if attribute.localName != "xmlns" and attribute.prefix != "xmlns":
            attribute.value = hidden(
                "Hide-Attribute", element.localName, attribute.localName, attribute.value
            )
    for child in list(element.childNodes):
        if child.nodeType == child.ELEMENT_NODE:
            _hide_element(child)
        elif child.nodeType != child.TEXT_NODE:
            element.removeChild(child)
        elif child.data.strip() and not re.fullmatch("true|false|[0-9]+", child.data.strip()):
            child.data = hidden("Hide-Name", child.data.strip())


# ------------------------------------------------------------------------ files in its own form


def _cell(column: str, how: str, by: str, row: Mapping[str, str], *, hides: bool) -> str:
    """What the script writes for a column, given what our own writer writes for the same thing."""
    if how == "Blank":
        return ""
    if column == "MeetingRoom":
        return "True"
    value = row.get(column.lower(), "")
    if by == "Get-Leaf" and value:
        value = f"CN={value}"
    if how == "Moment" and value:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value)
    if column == "ComputerName":
        by = "Hide-Host"
    if not hides or not by:
        return value
    return ";".join(hidden(by, part) for part in value.split(";")) if how == "Joined" else hidden(by, value)


def _renamed(kind: str, header: Iterable[str], wanted: Table) -> dict[str, str]:
    """Which of the script's columns holds what our writer's column holds."""
    aliases = {alias: name for name, all_ in CATALOGUE[kind].columns.items() for alias in all_}
    ours = {aliases[column.lower()]: column.lower() for column in wanted.header if column.lower() in aliases}
    return {column: ours.get(aliases.get(column.lower(), ""), "") for column in header}


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([header, *rows])


def _table(
    folder: Path,
    file: str,
    table: Table,
    source: Listed,
    rows: list[tuple[str, ...]],
    *,
    hides: bool,
) -> None:
    renamed = _renamed(source.kind, source.header, table)
    made = []
    for row in rows:
        cells = {renamed[column]: cell for column, cell in zip(source.header, row, strict=True)}
        made.append([_cell(*column, cells, hides=hides) for column in table.columns])
    _write(folder / f"{file}.csv", table.header, made)


def script_files(deployment: Deployment, folder: Path, *, hides: bool = False) -> None:
    """Write a deployment as runs of the script leave it: one for all, one on each Edge server, builds."""
    write_exports(deployment, folder)
    topology = xml.dom.minidom.parseString((folder / "topology.xml").read_bytes()).documentElement
    assert topology is not None
    for path in folder.iterdir():
        path.unlink()
    if hides:
        _hide_element(topology)
    # What XmlDocument.Save writes: no byte order mark, no declaration that was not there.
    (folder / "topology.xml").write_bytes(topology.toxml().encode())
    sources = {source.kind: source for source in listed(deployment)}
    edges = {
        server.id
        for pool in deployment.pools
        if pool.role.value == "edge"
        for server in deployment.servers
        if server.pool == pool.id
    }
    for file, table in TABLES.items():
        source = sources.get(kind_in(file))
        if source is None or source.kind in _BY_HAND:
            continue
        rows = list(source.rows) if not isinstance(source.rows, list) else source.rows
        if source.rows is not rows:
            source = sources[source.kind] = Listed(source.file, source.kind, source.header, rows)
        match file:
            case "users" | "meetingrooms":
                at = source.header.index("MeetingRoom") if "MeetingRoom" in source.header else None
                rows = [
                    row for row in rows if (at is not None and row[at] == "True") == (file == "meetingrooms")
                ]
                if file == "meetingrooms" and not rows:
                    continue
            case "windowsservices":
                rows = [row if row[0] not in edges else (row[0], "", "", "NotCollected", "") for row in rows]
                rows = list(dict.fromkeys(rows))
        if not file.endswith("-local"):
            _table(folder, file, table, source, rows, hides=hides)
            continue
        at = source.header.index("ComputerName")
        for computer in dict.fromkeys(row[at] for row in rows):
            if file == "windowsservices-local" and computer not in edges:
                continue
            label = hidden("Hide-Host", computer) if hides else computer
            mine = [row for row in rows if row[at] == computer]
            _table(folder, f"{file.removesuffix('-local')}-{label}", table, source, mine, hides=hides)
    _write(folder / "log.csv", ("File", "Rows", "Problem"), [("users", "5", "")])


def own_tables(deployment: Deployment, folder: Path) -> None:
    """Add what somebody wrote by hand, as documented."""
    for source in listed(deployment):
        if source.kind in _BY_HAND:
            _write(folder / source.file, source.header, source.rows)


def imported(write: Callable[[Path], None]) -> Imported:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        return read_exports(Path(folder))


def in_order(deployment: Deployment) -> tuple[Deployment, list[tuple[object, ...]], list[tuple[object, ...]]]:
    """A deployment, its people and its meetings by address: the script lists rooms behind everybody else."""
    people = deployment.population
    assert isinstance(people, Population)
    columns = zip(
        people.home.tolist(),
        *(each.tolist() for each in (people.kind, people.client, people.upgraded, people.contacts)),
        *(each.tolist() for each in (people.voice, people.xmpp, people.chat)),
        *([given.tag(code) for code in given.code.tolist()] for _, given in sorted(people.assigned.items())),
        strict=True,
    )
    persons = [
        (people.addresses[row], "" if home == NOWHERE else people.pools[home], *rest)
        for row, (home, *rest) in enumerate(columns)
    ]
    meetings = people.meetings
    held = []
    if isinstance(meetings, Meetings):
        facts = zip(
            meetings.organizer.tolist(),
            *(each.tolist() for each in (meetings.kind, meetings.created, meetings.last, meetings.directory)),
            *(each.tolist() for each in (meetings.scheduled_on, meetings.by_upgraded, meetings.content)),
            strict=True,
        )
        held = [(people.addresses[organizer], *rest) for organizer, *rest in facts]
    return replace(deployment, population=Unknown("Get-CsUser")), sorted(persons), sorted(held)


@settings(max_examples=10)
@given(made=deployments(max_sites=2))
def test_what_the_script_writes_gives_the_same_twin(made: Deployment) -> None:
    def write(folder: Path) -> None:
        script_files(made, folder)
        own_tables(made, folder)

    assert in_order(imported(write).deployment) == in_order(projection(made))


def test_every_file_of_the_script_is_recognised() -> None:
    accounts = imported(lambda folder: script_files(built(one_pool()), folder)).files
    unknown = [each for each in accounts if each.kind == "not yet understood"]

    assert [each.file for each in unknown] == []


@settings(max_examples=5)
@given(made=deployments(max_sites=2))
def test_the_script_and_the_door_replace_names_alike(made: Deployment) -> None:
    """With one key, whether names are replaced on the server or when the files are read."""
    there = imported(lambda folder: script_files(made, folder, hides=True))
    here = Pseudonyms(KEY).imported(imported(lambda folder: script_files(made, folder)))

    assert in_order(there.deployment) == in_order(here.deployment)


@pytest.mark.parametrize("pseudonymise", [False, True])
def test_meetings_of_several_front_ends_count_once(tmp_path: Path, pseudonymise: bool) -> None:
    made = built(one_pool(people=3))
    people = made.population
    assert isinstance(people, Population)
    script_files(made, tmp_path, hides=pseudonymise)
    table = TABLES["meetings-local"]
    when = {"created": "2025-01-02T03:04:05"}
    dialled = {"expires": "2027-01-02T03:04:05", "pstn_authority": "1", "pstn_local": "12345"}
    rows = [
        {"organizer": people.addresses[0], "conf_id": "ABC1", "is_static": "True", **when},
        {"organizer": people.addresses[1], "conf_id": "ABC2", "is_static": "False", **when, **dialled},
    ]
    for front_end in ("fe1", "fe2"):
        cells = [[_cell(*column, row, hides=pseudonymise) for column in table.columns] for row in rows]
        _write(tmp_path / f"meetings-{front_end}.csv", table.header, cells)

    deployment = read_exports(tmp_path).deployment

    assert isinstance(deployment.population, Population)
    meetings = deployment.population.meetings
    assert isinstance(meetings, Meetings)
    assert meetings.organizer.tolist() == [0, 1]
    assert meetings.directory.tolist() == [-1, 1]
