"""The export script: it only reads, PowerShell 2.0 can parse it, and what it writes is what is read."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import tree_sitter
import tree_sitter_powershell
from script_tables import SCRIPT, TABLES, kind_in

from coexistence.inputs.exports import export_script
from coexistence.inputs.exports.kinds import CATALOGUE
from coexistence.inputs.pseudonyms import allowlist, pseudonymizer

CODE = "\n".join(line for line in SCRIPT.splitlines() if not line.lstrip().startswith("#"))
TREE = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language())).parse(SCRIPT.encode())

#: Decide nothing, or are told better by something else.
_NOT_ASKED = {"Get-CsRgsQueue", "Get-CsRgsAgentGroup"}
#: Name or explain what others are about, without being a table.
_AROUND = {"Get-CsTopology"}
#: What shapes rows.
_SHAPING = {"ForEach-Object", "Select-Object", "Where-Object", "New-Object", "Join-Path", "Write-Host"}
#: What looks at the machine.
_LOOKING = {"Get-Command", "Get-Date", "Get-Item", "Get-Location", "Test-Path"}
#: What writes, each into the new folder and nowhere else.
_WRITING = {"Export-Csv", "Move-Item", "New-Item", "Out-File"}
#: Parameters of the product's cmdlets, as their documentation has them.
_PARAMETERS = {
    "Get-CsTopology": {"-AsXml"},
    "Get-CsWindowsService": {"-ComputerName", "-ExcludeActivityLevel"},
    "Get-CsManagementStoreReplicationStatus": {"-CentralManagementStoreStatus"},
}
#: Methods that are called; none of them changes anything but Save, Delete (an empty folder) and what belongs
#: to the document in memory.
_METHODS = {
    "Replace", "ToString", "GetBytes", "ComputeHash", "ToLowerInvariant", "TrimEnd", "Trim", "Split", "Join",
    "Substring", "IndexOf", "IndexOfAny", "LastIndexOf", "ToCharArray", "Create", "GetHostByName",
    "ReadAllBytes", "GetType", "get_Attributes", "get_LocalName", "get_Prefix", "get_Value", "set_Value",
    "get_ChildNodes", "RemoveChild", "LoadXml", "SelectNodes", "Save", "Delete", "Open", "Close",
    "CreateCommand", "ExecuteReader", "Read",
}  # fmt: skip
#: Cells that tell nobody's name: flags, states, versions, product words, numbers of directories.
_HARMLESS = {
    "ComputerName",  # replaced where the row is made
    "Name", "DisplayName", "Status",  # of services of the product
    "ComponentName", "Version", "Enabled", "EnterpriseVoiceEnabled", "UpToDate", "ProductVersion",
    "StoreProvider", "Identity",  # the number of a conference directory
    "Active", "AnalogFax", "AutoAttendant", "ThrottleAsServer", "AllowAnonymousParticipantsInMeetings",
    "MaxMeetingSize", "EnableFederationAccess", "EnableOutsideAccess", "EnableXmppAccess",
    "AddressBookAvailability", "EnableAppearOffline", "DisableEmoticons", "EnableMobility",
    "EnableOutsideVoice", "UcsAllowed", "PstnCallersBypassLobby", "AdmitAnonymousUsersByDefault",
    "ShowJoinUsingLegacyClientLink", "ShowAlternateJoinOptionsExpanded", "Priority", "Action", "MajorVersion",
    "MinorVersion", "BuildNumber", "QfeNumber", "UserAgent", "CompareOp", "DefaultAction", "Component",
    "SiteType", "Role", "IsDefault", "AccessEdgeExternalSipPort", "XmppListeningPort", "AtsSipPort",
    "CaaSipPort", "CasSipPort", "CpsSipPort", "PdpSipPort", "RgsSipPort", "is_static", "pstn_authority",
}  # fmt: skip
#: Columns of the catalogue that the script leaves out, and why.
_LEFT_OUT: Final[dict[str, dict[str, str]]] = {
    "Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus": {"heartbeat": "not read"},
    "Get-CsManagementConnection": {"sqlinstance": "not read: the server tells the store"},
    "Get-CsUser": {"room": "Get-CsMeetingRoom has a file of its own"},
    "Get-CsSimpleUrlConfiguration": {"entry": "the active URL is told"},
    "Get-CsRgsWorkflow": {"name": "somebody's words; the identity tells one from another"},
    "Get-CsCallParkOrbit": {"end": "a number that nothing hangs on"},
    "Get-CsUnassignedNumber": {"end": "a number that nothing hangs on"},
    "Get-CsAnalogDevice": {"gateway": "told apart by the other column"},
    "Get-CsTrustedApplication": {"identity": "the pool and the application are told"},
    "Get-CsTrustedApplicationPool": {
        "poolfqdn": "the identity holds it",
        "treatasauthenticated": "told apart by the other column",
    },
    "Get-CsAllowedDomain": {"markformonitoring": "told apart by the other column"},
    "meetings export": {
        **dict.fromkeys(("kind", "directory", "scheduled_on", "content"), "the database does not tell it so"),
        **dict.fromkeys(("client", "evidence", "upgraded"), "recorded nowhere: a statement"),
    },
}


def nodes(kind: str) -> Iterator[tree_sitter.Node]:
    """Every node of a kind, in no particular order."""
    waiting = [TREE.root_node]
    while waiting:
        node = waiting.pop()
        if node.type == kind:
            yield node
        waiting += node.children


def said(node: tree_sitter.Node | None) -> str:
    """What stands in the script there."""
    assert node is not None
    assert node.text is not None
    return node.text.decode()


def commands() -> Iterator[tuple[str, set[str]]]:
    """Each command with the parameters that it is given."""
    for node in nodes("command"):
        found = node.child_by_field_name("command_name")
        if found is not None and found.type == "command_name":
            waiting, given = list(node.children), set()
            while waiting:
                child = waiting.pop()
                if child.type == "command_parameter":
                    given.add(said(child))
                elif child.type not in ("script_block_expression", "parenthesized_expression"):
                    waiting += child.children
            yield said(found), given


FUNCTIONS = {said(node) for node in nodes("function_name")}
CALLED = {name for name, _ in commands()}


# ------------------------------------------------------------------------------- PowerShell


def test_a_grammar_of_powershell_reads_it() -> None:
    assert not TREE.root_node.has_error
    assert SCRIPT.isascii()


@pytest.mark.parametrize(
    "newer",
    [
        "[ordered]", "[pscustomobject]", "-in ", "-notin", "$PSScriptRoot", "$PSItem", "Invoke-", ".foreach(",
        ".where(", "ConvertTo-", "ConvertFrom-", "-Append", "::new(", "Unblock-", "[Parameter", "-Raw",
        "$using:", "-shl", "-parallel", "??", "?.", "class ", "enum ", "Export-Csv -LiteralPath",
        "IsNullOrWhiteSpace", "Set-StrictMode",
    ],
)  # fmt: skip
def test_nothing_is_newer_than_powershell_2(newer: str) -> None:
    assert not re.search(rf"(?<!\w){re.escape(newer.lower())}", CODE.lower())


def test_filters_are_script_blocks_as_powershell_2_wants_them() -> None:
    for node in nodes("command"):
        if said(node.child_by_field_name("command_name")) in ("Where-Object", "ForEach-Object"):
            assert re.match(r"(Where|ForEach)-Object \{", said(node)), said(node)


# -------------------------------------------------------------------------------- reads only


def test_only_what_reads_or_writes_the_folder_is_called() -> None:
    others = {name for name in CALLED if not name.startswith("Get-Cs")}

    assert others - FUNCTIONS == _SHAPING | _LOOKING | _WRITING


def test_no_function_hides_a_command() -> None:
    assert not FUNCTIONS & (_SHAPING | _LOOKING | _WRITING)
    assert not {name for name in FUNCTIONS if name.lower().startswith("get-cs")}


def test_every_cmdlet_is_one_that_is_read_and_none_is_forgotten() -> None:
    asked = {name for name in CALLED if name.startswith("Get-Cs")}
    read = {kind.split()[0] for kind in CATALOGUE if kind.startswith("Get-Cs")}

    assert asked == (read | _AROUND) - _NOT_ASKED - {"Get-CsServerVersion"}


def test_cmdlets_get_the_parameters_that_they_have_and_stop_on_errors() -> None:
    for name, given in commands():
        if name.startswith("Get-Cs"):
            assert "-ErrorAction" in given, name
            assert given - {"-ErrorAction"} <= _PARAMETERS.get(name, set())
    assert len(re.findall(r"Get-Cs\w+[^|{}]*-ErrorAction Stop", CODE)) == len(
        [name for name, _ in commands() if name.startswith("Get-Cs")]
    )


def test_only_known_methods_are_called() -> None:
    called = set(re.findall(r"(?:\.|::)(\w+)\(", re.sub(r"'[^']*'", "''", CODE)))

    assert called == _METHODS


def test_what_is_written_lies_in_the_new_folder() -> None:
    for node in nodes("command"):
        text = said(node)
        match text.partition(" ")[0]:
            case "Export-Csv":
                assert re.match(r"Export-Csv (\$part|\(Join-Path \$Folder )", text)
            case "Out-File":
                assert text.startswith("Out-File $part ")
            case "Move-Item":
                assert text.startswith("Move-Item -LiteralPath $part -Destination (Join-Path $Folder ")
            case "New-Item":
                assert re.match(r"New-Item -ItemType Directory -Path (\$Folder|\(Join-Path \$Folder )", text)
    assert re.findall(r"\.Save\((.*)", CODE) == ["(Join-Path $Folder 'topology.xml'))"]
    assert "$part = Join-Path $script:unfinished" in CODE
    assert "if (Test-Path -LiteralPath $Folder) { throw" in CODE


def test_the_database_is_asked_for_one_selection() -> None:
    (query,) = re.findall(r"\$query = '(.*)'", CODE)

    assert query.startswith("SELECT ")
    assert not re.search(r"\b(insert|update|delete|merge|exec|into|drop|alter|create)\b|;", query.lower())
    assert CODE.count("CommandText") == 1
    assert "$command.CommandText = $query" in CODE


def test_one_that_fails_stops_no_other() -> None:
    for name in ("Save-Rows", "Save-Topology", "Read-Services"):
        (body,) = [
            said(node) for node in nodes("function_statement") if said(node).startswith(f"function {name}")
        ]
        assert "try {" in body
        assert "} catch {" in body
        assert "Add-Log" in body


def test_rows_are_never_gathered() -> None:
    """A million users pass one by one: no list is made of what a cmdlet returns, but for one server's."""
    assert re.findall(r"@\(Get-Cs(\w+)", CODE) == ["WindowsService", "WindowsService"]
    assert "& $read | Where-Object { $_ -ne $null } | ForEach-Object { $script:count++; $_ } | " in CODE


def test_dates_and_lists_look_the_same_everywhere() -> None:
    assert "ToString('yyyy-MM-ddTHH:mm:ss', $script:invariant)" in CODE
    assert not re.search(r"'\{\d:|ToString\('s'\)|-Encoding (?!UTF8)|-UseCulture", CODE)
    assert set(re.findall(r"-join '(.*?)'", CODE)) <= {";", '","'}


# ---------------------------------------------------------------------------- what it writes


def test_there_are_tables() -> None:
    assert len(TABLES) == CODE.count("    Save-Rows ")
    assert len(TABLES) >= 40


@pytest.mark.parametrize("file", TABLES)
def test_a_table_is_recognised_and_all_its_columns_are_read(file: str) -> None:
    kind = kind_in(file)

    expected = {
        "windowsservices": "Get-CsWindowsService",
        "meetingrooms": "Get-CsUser",
        "cmsstatus": "Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus",
        "meetings-local": "meetings export",
    }
    assert kind == expected.get(file, TABLES[file].cmdlet)
    known = {alias for aliases in CATALOGUE[kind].columns.values() for alias in aliases}
    assert {name.lower() for name in TABLES[file].header} <= known


@pytest.mark.parametrize("file", [each for each in TABLES if each != "meetingrooms"])
def test_every_column_that_is_read_is_written(file: str) -> None:
    kind = kind_in(file)
    header = {name.lower() for name in TABLES[file].header}
    missing = {name for name, aliases in CATALOGUE[kind].columns.items() if header.isdisjoint(aliases)}

    assert missing == _LEFT_OUT.get(kind, {}).keys()


def test_the_query_selects_what_is_written() -> None:
    (query,) = re.findall(r"\$query = '(.*)'", CODE)
    selected = re.findall(r" AS (\w+)", query)

    assert selected == list(TABLES["meetings-local"].header)[1:]
    assert set(re.findall(r"\$reader\['(\w+)'\]", CODE)) == set(selected)


# -------------------------------------------------------------------------------- pseudonyms


@pytest.mark.parametrize("file", TABLES)
def test_a_column_is_harmless_or_replaced(file: str) -> None:
    for name, how, by in TABLES[file].columns:
        if how == "Plain":
            assert name in _HARMLESS, name
            assert name != "Identity" or file == "conferencedirectories"
            assert name not in ("Name", "DisplayName") or "windowsservices" in file
        elif how in ("Made", "Joined"):
            assert by in FUNCTIONS
            assert by.startswith(("Hide-", "Get-Cluster", "Get-Leaf"))


def test_nothing_is_said_of_errors_but_their_kind() -> None:
    assert "if ($script:mac) { return $record.Exception.GetType().Name }" in CODE
    assert CODE.count('"$record"') == 1


def test_the_python_side_makes_the_same_pseudonyms() -> None:
    listed = {
        name: set(re.findall(r"'([^']+)'", inside))
        for name, inside in re.findall(r"\$script:(\w+) = @\((.*)\)", CODE)
    }

    assert listed["kept"] == allowlist.KEPT
    assert listed["ends"] == allowlist.ENDS
    assert {each.lower() for each in listed["ours"]} <= allowlist.TERMS
    assert set(re.findall(r"Get-(?:Word|Digest) '(\w+)'", CODE)) == {
        "label",
        "person",
        "name",
        "ip",
        "number",
    }
    assert "^" + pseudonymizer._NUMBER.pattern.replace("?:", "") + "$" in CODE
    assert f"'^({pseudonymizer._SCHEME.pattern[3:-2]}):'" in CODE
    assert f"-split '{pseudonymizer._BEHIND_DOMAIN.pattern}'" in CODE
    assert "HMACSHA256" in CODE
    assert "0, 8)" in CODE


@pytest.mark.parametrize(
    "private",
    [
        "LineURI",
        "Title",
        "WindowsEmailAddress",
        "FirstName",
        "ConferenceKey",
        "DistinguishedName",
        "Guid",
        "Sid",
    ],
)
def test_no_more_about_people_than_is_read(private: str) -> None:
    assert not re.search(rf"'{private}'|\.{private}\b", CODE)


def test_names_of_nodes_are_not_taken_for_their_attributes() -> None:
    """PowerShell shows an attribute called Name in place of the node's own name."""
    assert not re.search(r"\$(element|attribute|child)\.(?!(get|set)_|RemoveChild)", CODE)


# ---------------------------------------------------------------------------------- the file


def test_it_says_that_no_product_server_has_run_it() -> None:
    assert "NOT EXECUTED ON A PRODUCT SERVER" in SCRIPT[:300]


def test_the_command_hands_out_the_very_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packaged = (Path(export_script.__file__).parent / export_script.NAME).read_bytes()
    # A console may have any encoding, and line ends of its own.
    console = io.TextIOWrapper(io.BytesIO(), "utf-16", newline="\r\n")
    file = tmp_path / "new folder" / export_script.NAME

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["coexistence-export-script", *arguments])
        return export_script.main()

    with monkeypatch.context() as on_console:
        on_console.setattr(sys, "stdout", console)
        assert run() == 0
    assert console.buffer.getvalue() == packaged
    assert run(str(file)) == 0
    assert file.read_bytes() == packaged
    assert run(str(tmp_path)) == 4
    assert "cannot be written: it is a folder" in capsys.readouterr().err
    assert [run("-x"), run("one", "two"), run("--help")] == [4, 4, 0]
    said = capsys.readouterr()
    assert said.err.count("usage: coexistence-export-script [FILE]") == 2
    assert "usage: coexistence-export-script [FILE]" in said.out
