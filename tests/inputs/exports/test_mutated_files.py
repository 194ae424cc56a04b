"""Whatever happens to a valid file, reading it ends in a deployment or in one sentence."""

from __future__ import annotations

import io
import random
import re
import tempfile
import zipfile
from pathlib import Path

import pytest
from export_fuzz import complaint, mutated, samples, sentence_complaint, twin
from hypothesis import given
from hypothesis import strategies as st

from coexistence.errors import InputError
from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.write.projection import projection

_TABLES = {
    "users.csv": (
        "#TYPE Selected.User\r\n"
        '"SipAddress","RegistrarPool","Enabled","HomeServer","EnterpriseVoiceEnabled"\r\n'
        '"sip:ann@contoso.com","pool13.contoso.com","True","CN=1:4,CN=Pools","True"\r\n'
        '"sip:bob@contoso.com","487279971","False","CN=1:4,CN=Pools",""\r\n'
    ),
    "services.csv": (
        '"ComputerName","Name","DisplayName","Status","RoleName"\r\n'
        '"fe1.contoso.com","RTCSRV","Front-End","Running",""\r\n"edge1.contoso.com","","","NotCollected",""\r\n'
    ),
    "replication.csv": (
        '"ReplicaFqdn","UpToDate","ProductVersion","LastStatusReport","LastUpdateCreation"\r\n'
        '"fe1.contoso.com","True","5.0.8308.0","2026-03-01T08:00:00","8/31/2018 8:00:00 PM"\r\n'
    ),
    "patches.csv": (
        '"ComponentName","Version","ComputerName"\r\n'
        '"Server, Core Components","7.0.2046.252","se19.contoso.com"\r\n'
    ),
}
_CLIXML = (
    '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">\n'
    '<Obj RefId="0"><TN RefId="0"><T>Deserialized.X.SimpleUrlConfiguration</T></TN><Props>'
    '<S N="Identity">Global</S><Obj N="SimpleUrl" RefId="1"><LST><Obj RefId="2"><TNRef RefId="0"/><Props>'
    '<S N="Component">Meet</S><S N="Domain">contoso_x002E_com</S><S N="ActiveUrl">https://meet</S>'
    '<Ref N="Self" RefId="2"/></Props></Obj></LST></Obj></Props></Obj>\n</Objs>\n'
)
#: The other forms, and tables whose cells are taken apart.
_OTHERS = {
    "users.json": (
        '[{"SipAddress": "sip:ann@contoso.com", "RegistrarPool": {"FriendlyName": "se19.contoso.com"},'
        ' "Enabled": true, "WhenCreated": "\\/Date(1534017600000)\\/"},\n {"SipAddress": null}]'
    ),
    "urls.xml": _CLIXML,
    "routes.txt": (
        "Identity        : A\nName            : A\nPstnUsages      : {Local, \n                  Far}\n"
        "PstnGatewayList : {PstnGateway:gw1.contoso.com}\n\nIdentity        : B\n"
    ),
    "meetings.csv": (
        "organizer,conf_id,front_end,is_static,created,expires,pstn_authority,pstn_local,scheduler_client\n"
        "ann@contoso.com,A,FE1,0,2026-01-01T08:00:00,,1,2,OC/15.0.4420\n"
    ),
    "clients.csv": "SipAddress,Client,ContactStore\nann@contoso.com,lync2013,exchange\n",
    "rules.csv": (
        "Identity,Priority,Action,MajorVersion,MinorVersion,BuildNumber,QfeNumber,UserAgent,Enabled,CompareOp\n"
        "Site:Redmond/1,0,Block,2,0,,,OC,True,LSS\n"
    ),
    "certificates.csv": (
        "ComputerName,Use,Subject,AlternativeNames,Issuer,NotAfter\n"
        'fe1.contoso.com,Default,"CN=pool13.contoso.com",a;b,CA,2027-01-02\n'
    ),
    "endpoints.csv": (
        "Identity,RegistrarPool,HomeServer,OwnerUrn,SipAddress\n"
        '"CN={1},DC=x",487279971,"CN=Lc Services,CN=1:4,CN=Pools",urn:application:a,sip:a@contoso.com\n'
    ),
}
_PIECES = st.sampled_from(
    [
        b"",
        b"\0",
        b'"',
        b"<",
        b">",
        b"&",
        b"&#0;",
        b"]]>",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\r",
        b"\n",
        b",",
        b";",
        b"$x",
        b"\xc3",
        b"\x80\x81",
        "\N{LINE SEPARATOR}".encode(),
        b"<![CDATA[",
        b"<!--",
        b"<?x ?>",
        b"99999999999999999999",
        b"-1",
        b"True",
        b"=cmd",
        b"\xed\xa0\x80",
        b'xmlns="urn:x" ',
        b'{"',
        b"[[[[",
        b'RefId="0"',
        b" : ",
        b"{...}",
        b"/Date(1)/",
    ]
)


@st.composite
def _cuts(draw: st.DrawFn) -> tuple[float, int, bytes]:
    """Where to cut (as a share of the file), how many bytes to drop, what to put there.

    Shrinks towards an insertion of nothing at the beginning.
    """
    share = draw(st.floats(0, 1, allow_nan=False, width=32))
    return share, draw(st.integers(0, 60)), draw(_PIECES | st.binary(max_size=6))


def _mutated(data: bytes, cuts: list[tuple[float, int, bytes]]) -> bytes:
    for share, drop, piece in cuts:
        at = int(share * len(data))
        data = data[:at] + piece + data[at + drop :]
    return data


def _read(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        for file, data in files.items():
            (Path(name) / file).write_bytes(data)
        try:
            read = read_exports(Path(name))
        except InputError as error:
            assert sentence_complaint(str(error), name) is None  # noqa: PT017  # either way is right
        else:
            assert all(account.used <= account.rows for account in read.files)
            # Whatever was read can be written about again.
            assert projection(read.deployment).pools


@given(cuts=st.lists(_cuts(), min_size=1, max_size=6), codec=st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_a_mutated_topology_is_read_or_refused(
    published: str, cuts: list[tuple[float, int, bytes]], codec: str
) -> None:
    _read({"topology.xml": _mutated(published.encode(codec), cuts)})


@given(cuts=st.lists(_cuts(), min_size=1, max_size=6))
def test_a_mutated_draft_is_read_or_refused(draft: str, cuts: list[tuple[float, int, bytes]]) -> None:
    _read({"topology.tbxml": _mutated(draft.encode(), cuts)})


@pytest.mark.parametrize("name", sorted(_TABLES))
@given(
    cuts=st.lists(_cuts(), min_size=1, max_size=6), codec=st.sampled_from(["utf-8-sig", "utf-16", "ascii"])
)
def test_a_mutated_table_is_read_or_refused(
    published: str, name: str, cuts: list[tuple[float, int, bytes]], codec: str
) -> None:
    _read({"topology.xml": published.encode(), name: _mutated(_TABLES[name].encode(codec), cuts)})


@pytest.mark.parametrize("name", sorted(_OTHERS))
@given(
    cuts=st.lists(_cuts(), min_size=1, max_size=6), codec=st.sampled_from(["utf-8-sig", "utf-16", "ascii"])
)
def test_another_form_mutated_is_read_or_refused(
    published: str, name: str, cuts: list[tuple[float, int, bytes]], codec: str
) -> None:
    users = _TABLES["users.csv"].encode()
    _read(
        {
            "topology.xml": published.encode(),
            "a-users.csv": users,
            name: _mutated(_OTHERS[name].encode(codec), cuts),
        }
    )


@given(cuts=st.lists(_cuts(), min_size=1, max_size=4), packed=st.booleans(), share=st.floats(0, 1, width=32))
def test_a_mutated_archive_is_read_or_refused(
    published: str, cuts: list[tuple[float, int, bytes]], packed: bool, share: float
) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        archive.writestr("twin/topology.xml", published)
        archive.writestr("twin/users.csv", _TABLES["users.csv"])
    data = _mutated(made.getvalue(), cuts)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "twin.zip"
        path.write_bytes(data[: max(1, int(len(data) * (0.5 + share)))])
        try:
            sentence = str(read_exports(path).deployment.name)
        except InputError as error:
            sentence = str(error)
    assert "\n" not in sentence


_VALUE = re.compile(r'"([^"<>]*)"')


@given(data=st.data())
def test_a_topology_with_other_values_is_read_or_refused(published: str, data: st.DataObject) -> None:
    """Well-formed documents reach further than broken ones: values are exchanged for each other."""
    values = sorted(set(_VALUE.findall(published)))
    text = published
    for _ in range(data.draw(st.integers(1, 4))):
        places = list(_VALUE.finditer(text))
        place = data.draw(st.sampled_from(places))
        value = data.draw(st.sampled_from(values))
        text = text[: place.start(1)] + value + text[place.end(1) :]
    _read({"topology.xml": text.encode()})


@pytest.mark.parametrize("ending", [".csv", ".json", ".tbxml", ".txt", ".xml"])
@given(choose=st.randoms(use_true_random=False))
def test_every_kind_of_file_in_every_form_changed_in_its_structure(
    ending: str, choose: random.Random
) -> None:
    name = choose.choice(sorted(each for each in samples() if each.endswith(ending)))

    _, wrong = complaint(twin(choose, name, mutated(choose, name)))

    assert wrong is None


def test_every_kind_of_table_is_changed_in_every_form() -> None:
    stems = {each.removesuffix(".csv") for each in samples() if each.endswith(".csv")}

    assert len(stems) > 30
    assert {f"{stem}{ending}" for stem in stems for ending in (".csv", ".json", ".txt", ".xml")} <= set(
        samples()
    )


@pytest.mark.parametrize(
    "said",
    [
        "users.csv, line 3: the row is odd",
        "users.csv, line 3: the row is odd.\nExport it again.",
        "users.csv: \x1b[2J. Export it again.",
        f"users.csv: {'x' * 300}. Export it again.",
        "the row is odd. Export it again.",
    ],
)
def test_a_sentence_that_is_none_is_noticed(said: str) -> None:
    assert sentence_complaint("users.csv, line 3: the row is odd. Export it again.") is None
    assert sentence_complaint(said) is not None
