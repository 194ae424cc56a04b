"""The export script: what it reads is in the catalogue, and a PowerShell grammar can parse it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter
import tree_sitter_powershell

from coexistence.exports.catalogue import CATALOGUE, kind_of
from coexistence.exports.script import NAME, export_script
from coexistence.exports.tables import Heading

SCRIPT = export_script()
DOCS = Path(__file__).resolve().parents[2] / "docs"
_SAVED = re.compile(r"^ *Save-Rows '([\w-]+)' (@\(.*\)|\$\w+|\(\$.*\)) \{(.*)$", re.MULTILINE)
_COLUMN = re.compile(r"n = '(\w+)'|'(\w+)'")
#: Decide nothing, or are told better by something else.
_NOT_ASKED = {"Get-CsRgsQueue", "Get-CsRgsAgentGroup"}
#: Name or explain what others are about, without being a table.
_AROUND = {"Get-CsTopology", "Get-CsComputer"}
#: Columns that no reader looks at, there for whoever opens the file.
_FOR_PEOPLE = {"readonly", "displayname", "rolename", "lastupdatecreation", "componentname"}
#: The cmdlets that only read, and what shapes and writes their rows.
_OURS = {
    "Save-Rows", "Add-Failure", "Read-Services", "Text", "Joined", "Moment", "HostName", "Number", "Named",
    "NamedAll", "Get-Word", "Hide-Address", "Hide-Host", "Hide-Name", "Hide-Number", "Hide-Text",
}  # fmt: skip
_PLAIN = {
    "Export-Csv", "ForEach-Object", "Get-Command", "Join-Path", "New-Item", "New-Object", "Out-File",
    "Out-Null", "Remove-Item", "Select-Object", "Sort-Object", "Test-Path", "Where-Object", "Write-Host",
}  # fmt: skip


def parsed() -> tree_sitter.Tree:
    language = tree_sitter.Language(tree_sitter_powershell.language())
    return tree_sitter.Parser(language).parse(SCRIPT.encode())


def commands() -> set[str]:
    found: set[str] = set()
    waiting = [parsed().root_node]
    while waiting:
        node = waiting.pop()
        if node.type == "command_name" and node.text is not None:
            found.add(node.text.decode())
        waiting += node.children
    return found


def tables() -> dict[str, tuple[tuple[str, ...], str]]:
    """Columns and cmdlet of each table that the script writes under a name of its own."""
    named = dict(re.findall(r"^ *\$(people|services) = (@\(.*\))$", SCRIPT, re.MULTILINE))
    found = {}
    for file, columns, read in _SAVED.findall(SCRIPT):
        text = re.sub(r"\$(\w+)", lambda match: named.get(match[1], match[0]), columns)
        names = tuple((made or plain).lower() for made, plain in _COLUMN.findall(text) if made != "True")
        cmdlet = re.search(r"Get-Cs\w+(?: -CentralManagementStoreStatus)?", read)
        found[file] = (names, cmdlet[0] if cmdlet else "")
    return found


TABLES = tables()


def test_a_grammar_of_powershell_reads_it() -> None:
    assert not parsed().root_node.has_error


def test_only_what_reads_or_writes_the_folder_is_called() -> None:
    others = {name for name in commands() if not name.startswith("Get-Cs")}

    assert others == _OURS | _PLAIN


def test_every_cmdlet_is_one_that_is_read_and_none_is_forgotten() -> None:
    asked = {name for name in commands() if name.startswith("Get-Cs")}
    read = {kind.split()[0] for kind in CATALOGUE if kind.startswith("Get-Cs")}

    assert asked == (read | _AROUND) - _NOT_ASKED


def test_there_are_tables() -> None:
    assert len(TABLES) == SCRIPT.count("    Save-Rows '")


@pytest.mark.parametrize("file", TABLES)
def test_a_table_is_recognised_and_every_column_is_read(file: str) -> None:
    names, cmdlet = TABLES[file]
    found = kind_of(Heading("", ",", names, 1))

    assert found is not None
    # The blocks of these hand on what was asked for elsewhere; rooms are people with a column more.
    expected = {
        "windowsservices": "Get-CsWindowsService",
        "pools": "Get-CsPool",
        "simpleurls": "Get-CsSimpleUrlConfiguration",
        "meetingrooms": "Get-CsUser",
    }
    assert found.kind == expected.get(file, cmdlet)
    known = {alias for aliases in found.columns.values() for alias in aliases}
    assert set(names) - known <= _FOR_PEOPLE | ({"true"} if file == "meetingrooms" else set())


def test_the_meetings_query_gives_meetings() -> None:
    block = SCRIPT.partition("} elseif ($Meetings) {")[2].partition("Save-Rows")[0].partition("$columns")[2]
    names = tuple(
        made or plain
        for made, plain in _COLUMN.findall(block.replace("'{0:s}'", "").replace("'meeting'", ""))
    )
    found = kind_of(Heading("", ",", names, 1))

    assert found is not None
    assert found.kind == "meetings export"
    assert set(names) <= {alias for aliases in found.columns.values() for alias in aliases}


@pytest.mark.parametrize(
    "newer",
    [
        "[ordered]",
        "[pscustomobject]",
        " -in ",
        "-notin",
        "$PSScriptRoot",
        "Invoke-",
        ".foreach(",
        "ConvertTo-Json",
    ],
)
def test_nothing_is_newer_than_powershell_2(newer: str) -> None:
    assert newer.lower() not in SCRIPT.lower()


def test_it_says_that_no_product_server_has_run_it() -> None:
    assert "NOT EXECUTED ON A PRODUCT SERVER" in SCRIPT[:300]


@pytest.mark.parametrize(
    "private",
    ["DisplayName, LineURI", "LineURI", "Title", "WindowsEmailAddress", "FirstName", "ConferenceKey"],
)
def test_no_more_about_people_than_is_read(private: str) -> None:
    code = "\n".join(line for line in SCRIPT.splitlines() if not line.lstrip().startswith("#"))

    assert private not in code


def test_the_page_has_the_same_script() -> None:
    assert (DOCS / NAME).read_text("ascii") == SCRIPT


def test_it_is_printed() -> None:
    done = subprocess.run(  # our own module
        [sys.executable, "-m", "coexistence.exports.script"], capture_output=True, text=True, check=True
    )

    assert done.stdout == SCRIPT
    assert done.stderr == ""
