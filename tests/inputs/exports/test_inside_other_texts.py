"""A topology that stands in some other tool's output, or was edited by hand, is found and read."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import Imported, read_exports

Write = Callable[[Mapping[str, str | bytes]], Path]
Wrap = Callable[[str], str]

_T = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"
_TRANSCRIPT = (
    "**********************\nWindows PowerShell transcript start\nStart time: 20261123\n"
    "**********************\nPS C:\\> (Get-CsTopology -AsXml).ToString()\n"
)


def _windows_json(text: str) -> str:
    """As ``ConvertTo-Json`` of Windows PowerShell escapes it."""
    made = json.dumps({"When": "today", "Topology": {"Xml": text}})
    return re.sub(r"[<>'&]", lambda found: f"\\u{ord(found[0]):04x}", made)


def _cut_at(width: int) -> Wrap:
    def cut(text: str) -> str:
        lines = text.splitlines()
        return "\n".join(line[at : at + width] for line in lines for at in range(0, max(len(line), 1), width))

    return cut


INSIDE: dict[str, tuple[str, Wrap]] = {
    "a transcript": ("run.log", lambda text: f"{_TRANSCRIPT}{text}\nPS C:\\> exit\n"),
    "a transcript of a narrow console": ("run.txt", lambda text: _TRANSCRIPT + _cut_at(80)(text)),
    "a file of a narrow console": ("topology.xml", _cut_at(120)),
    "text before a byte order mark": ("topology.xml", lambda text: f"Exported by hand\n\ufeff{text}"),
    "JSON": ("tool.json", lambda text: json.dumps({"Topology": {"Xml": text}})),
    "JSON of Windows PowerShell": ("tool.json", _windows_json),
    "one JSON text": ("tool.json", json.dumps),
    "a page": ("page.html", lambda text: f"<html><body><pre>{html.escape(text)}</pre></body></html>"),
    "escaped text": ("topology.txt", html.escape),
    "a cell of a table": ("tool.csv", lambda text: '"Name","Xml"\n"x","' + text.replace('"', '""') + '"\n'),
    "a script": ("make.ps1", lambda text: f'$xml = @"\n{text}\n"@\nPublish-CsTopology\n'),
    "a document": ("notes.md", lambda text: f"# Topology\n\n```xml\n{text}\n```\n"),
    "elements of another tool": (
        "tool.xml",
        lambda text: f"<Report xmlns='urn:other'><Topology><Data>{text}</Data></Topology></Report>",
    ),
    "escaped in another tool's XML": ("tool.xml", lambda text: f"<Report>{html.escape(text)}</Report>"),
    "CDATA": ("tool.xml", lambda text: f"<Report><![CDATA[{text}]]></Report>"),
    "an item of the configuration store": (
        "store.xml",
        lambda text: (
            "<DocItemSet><DocItem Name='urn:xds:1'><Data>"
            "<AnchoredXml xmlns='urn:schema:Microsoft.Rtc.Management.ScopeFramework.2008'><Dictionary><Item>"
            f"<Key /><Value>{text}</Value></Item></Dictionary></AnchoredXml></Data></DocItem></DocItemSet>"
        ),
    ),
}


@pytest.fixture
def plain(published: str, exported: Write) -> Imported:
    """What the topology says when it stands alone."""
    found = read_exports(exported({"topology.xml": published}))
    (exported({}) / "topology.xml").unlink()
    return found


@pytest.mark.parametrize(("file", "wrapped"), INSIDE.values(), ids=INSIDE)
def test_a_topology_is_read_wherever_it_stands(
    exported: Write, plain: Imported, published: str, file: str, wrapped: Wrap
) -> None:
    read = read_exports(exported({file: wrapped(published)}))

    assert read.deployment == plain.deployment
    assert [each.kind for each in read.files] == ["Get-CsTopology -AsXml"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_it_is_found_in_every_encoding(
    exported: Write, plain: Imported, published: str, encoding: str
) -> None:
    text = f"{_TRANSCRIPT}{published}\n"

    assert read_exports(exported({"run.log": text.encode(encoding)})).deployment == plain.deployment


def test_a_draft_is_found_too(exported: Write, draft: str) -> None:
    inside = draft.partition("?>")[2].strip()

    read = read_exports(exported({"run.log": f"saved:\n{inside}\n"}))

    assert [pool.id for pool in read.deployment.pools] == ["se15.fabrikam.com", "edge.fabrikam.com"]
    assert [each.kind for each in read.files] == ["Topology Builder (.tbxml)"]


def test_an_export_of_the_configuration_is_a_zip_file(
    tmp_path: Path, plain: Imported, published: str
) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("DocItemSet.xml", INSIDE["an item of the configuration store"][1](published))
    path = tmp_path / "configuration.zip"
    path.write_bytes(made.getvalue())

    assert read_exports(path).deployment == plain.deployment


def test_beside_a_topology_of_its_own_the_text_is_left_alone(
    imported: Callable[[Mapping[str, str | bytes]], Imported], published: str
) -> None:
    other = published.replace("contoso.com", "fabrikam.com")

    account = imported({"old.log": f"{_TRANSCRIPT}{other}"}).files[0]

    assert account.kind == "not yet understood"
    assert "which was not read: topology.xml holds one" in account.notes[-1]


@pytest.mark.parametrize(
    ("file", "wrapped", "says"),
    [
        (
            "run.log",
            lambda text: _TRANSCRIPT + text[:3000],
            "line 6: a topology begins in this text and does",
        ),
        (
            "make.ps1",
            lambda text: '$x = @"\n' + text.replace('Fqdn="', 'Fqdn="$Name.') + '\n"@',
            "holds the PowerShell variable",
        ),
        (
            "two.log",
            lambda text: f"!{text}\n{text.replace('contoso', 'fabrikam')}",
            "there are 2 different topologies in this file",
        ),
        ("page.html", lambda text: f"<!DOCTYPE html><pre>{html.escape(text)}</pre>", "there is a DOCTYPE"),
        ("run.log", lambda text: f"!{text.replace('</Sites>', '')}", "not well-formed XML"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(
    exported: Write, published: str, file: str, wrapped: Wrap, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_exports(exported({file: wrapped(published)}))

    assert says in str(caught.value)
    assert str(caught.value).startswith(file)


def test_the_object_of_the_cmdlet_is_told_from_its_document(exported: Write) -> None:
    text = (
        "\nInternalDomains : Microsoft.Rtc.Management\nSites           : {1}\nClusters        : {1:1...}\n\n"
    )

    with pytest.raises(InputError, match="this is the object of Get-CsTopology, of which a file keeps next"):
        read_exports(exported({"topology.txt": text}))


# ---------------------------------------------------------------------------------- edited by hand


def _bare(text: str) -> str:
    return re.sub(r' xmlns="[^"]*"', "", text)


EDITED: dict[str, tuple[Wrap, str]] = {
    "namespaces of another year": (
        lambda text: text.replace(".2008", ".2019"),
        "the namespace 'urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2019' is read as that of 2008",
    ),
    "no namespace at all": (_bare, "elements without their namespaces are read as those of a topology"),
    "none but the first": (
        lambda text: _bare(text).replace("<Topology", f'<Topology xmlns="{_T}"', 1),
        "elements without their namespaces",
    ),
    "no flag about replicas": (
        lambda text: re.sub(r' RequiresReplication="\w+"', "", text),
        "nothing says whether the machines of a cluster hold a replica",
    ),
    "comments and instructions": (
        lambda text: f"<!-- edited -->{text.replace('<Clusters>', '<Clusters><!-- x --><?keep y?>')}",
        "",
    ),
    "a service twice": (
        lambda text: text.replace(
            "</Services>",
            re.search(r"<Service .*?</Service>", text, re.DOTALL)[0] + "</Services>",  # type: ignore[index]  # there is one
        ),
        "a second service with the same id was left aside",
    ),
    "a claim of another encoding": (lambda text: f'<?xml version="1.0" encoding="utf-16"?>\n{text}', ""),
}


@pytest.mark.parametrize(("edited", "notes"), EDITED.values(), ids=EDITED)
def test_what_was_edited_is_read_and_noted_once(
    exported: Write, plain: Imported, published: str, edited: Wrap, notes: str
) -> None:
    read = read_exports(exported({"topology.xml": edited(published)}))

    assert read.deployment == plain.deployment
    said = [note for each in read.files for note in each.notes if notes and notes in note]
    assert len(said) == bool(notes)


def test_a_service_without_a_version_is_noted_as_that(exported: Write, published: str) -> None:
    read = read_exports(exported({"topology.xml": re.sub(r' ServiceVersion="6"', "", published)}))

    assert any("there is no ServiceVersion: such a pool" in note for note in read.files[0].notes)


# ------------------------------------------------------------------------------- lists inside others


def test_lists_inside_a_tools_json_are_read(
    imported: Callable[[Mapping[str, str | bytes]], Imported],
) -> None:
    tool = {
        "Tool": {"Name": "collector", "Version": 3},
        "Data": {
            "Replication": [{"ReplicaFqdn": "fe1.contoso.com", "UpToDate": True, "ProductVersion": "5.0"}],
            "Domains": [{"Identity": "contoso.com", "Name": "contoso.com", "IsDefault": True}],
        },
    }

    read = imported({"tool.json": json.dumps(tool)})

    assert {each.kind for each in read.files if each.file == "tool.json"} == {
        "Get-CsManagementStoreReplicationStatus",
        "Get-CsSipDomain",
    }
    assert [each.up_to_date for each in read.deployment.replicas] == [True]  # type: ignore[union-attr]  # told


_LISTS = """\
**********************
Windows PowerShell-Transkript gestartet
Startzeit : 20261123
**********************
PS C:\\> Get-CsManagementStoreReplicationStatus

UpToDate           : True
ReplicaFqdn        : fe1.contoso.com
ProductVersion     : 5.0.8308.0

UpToDate           : False
ReplicaFqdn        : fe2.contoso.com
ProductVersion     : 5.0.8308.0

[server.contoso.com]: PS C:\\Users\\x> Get-CsPool

Identity  : pool13.contoso.com
Fqdn      : Pool13.contoso.com
Services  : {Registrar:pool13.contoso.com, UserServer:pool13.contoso.com...}
Computers : {fe1.contoso.com, fe9.contoso.com}
Site      : Site:Redmond

PS C:\\> Get-CsWindowsService

Status   Name            ActivityLevel
------   ----            -------------
Running  REPLICA

PS C:\\> Stop-Transcript
**********************
Ende der Windows PowerShell-Aufzeichnung
"""


def test_lists_in_a_transcript_are_read(
    imported: Callable[[Mapping[str, str | bytes]], Imported],
) -> None:
    read = imported({"run.txt": _LISTS})

    assert [each.kind for each in read.files] == [
        "Get-CsManagementStoreReplicationStatus",
        "Get-CsPool",
        "Get-CsTopology -AsXml",
    ]
    replicas = read.deployment.replicas
    assert [(str(each.server), each.up_to_date) for each in replicas] == [  # type: ignore[union-attr]  # told
        ("fe1.contoso.com", True),
        ("fe2.contoso.com", False),
    ]
    other = next(each for each in read.deployment.contradictions if each.kind == "other-servers")
    assert str(other.one) == "run.txt, line 17"


def test_an_indented_list_is_a_list(imported: Callable[[Mapping[str, str | bytes]], Imported]) -> None:
    read = imported({"page.txt": "    UpToDate    : True\n    ReplicaFqdn : fe1.contoso.com\n"})

    assert read.files[0].kind == "Get-CsManagementStoreReplicationStatus"
    assert read.files[0].used == 1


@pytest.mark.parametrize(
    ("yes", "no"), [("True", "False"), ("WAHR", "FALSCH"), ("VRAI", "FAUX"), ("Verdadero", "Falso")]
)
def test_a_spreadsheet_of_another_language_says_true_and_false(
    imported: Callable[[Mapping[str, str | bytes]], Imported], yes: str, no: str
) -> None:
    rows = [f"{yes};fe1.contoso.com;12.08.2019 20:00:00", f"{no};fe2.contoso.com;"]
    table = "\n".join(["UpToDate;ReplicaFqdn;LastStatusReport", *rows, ""])

    replicas = imported({"replication.csv": table}).deployment.replicas

    assert [each.up_to_date for each in replicas] == [True, False]  # type: ignore[union-attr]  # told


def test_a_table_from_the_screen_says_what_to_use(
    imported: Callable[[Mapping[str, str | bytes]], Imported],
) -> None:
    text = "\nIdentity   Services Computers\n--------   -------- ---------\npool01...  {Regi...   {fe01...\n"

    assert "use Format-List or Export-Csv" in imported({"pools.txt": text}).files[0].notes[0]
