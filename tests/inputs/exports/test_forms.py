"""The same objects in every form that PowerShell writes give the same rows, with the lines they stand on."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports.read import folder
from coexistence.model.vocabulary import PoolId, ServiceState, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coexistence.inputs.exports import FileAccount, Imported
    from coexistence.model.deployment import Deployment

    Read = Callable[[Mapping[str, str | bytes]], Imported]
    AccountOf = Callable[[str | bytes], FileAccount]

_CLIXML = "http://schemas.microsoft.com/powershell/2004/04"


def _objs(*objects: str) -> str:
    return f'<Objs Version="1.1.0.1" xmlns="{_CLIXML}">\n' + "\n".join(objects) + "\n</Objs>\n"


_DIRECTORIES = {
    "csv": "Identity,ServiceId\n1,UserServer:pool13.contoso.com\n2,UserServer:se19.contoso.com\n",
    "csv with type": (
        "#TYPE Microsoft.Rtc.Management.WritableConfig.Settings.PstnConf.ConferenceDirectories\r\n"
        '"Identity";"ServiceId";"Element"\r\n'
        '"1";"UserServer:pool13.contoso.com";"<x/>"\r\n"2";"UserServer:se19.contoso.com";""\r\n'
    ),
    "json": (
        '[\n  {"Identity": 1, "ServiceId": "UserServer:pool13.contoso.com"},\n'
        '  {"Identity": "2", "ServiceId": {"FriendlyName": "UserServer:se19.contoso.com"}}\n]\n'
    ),
    "json in its odd wrapper": (
        '{"value": [{"Identity": "1", "ServiceId": "UserServer:pool13.contoso.com"},'
        ' {"Identity": "2", "ServiceId": "UserServer:se19.contoso.com"}], "Count": 2}'
    ),
    "json lists of two servers": (
        '[{"Identity": "1", "ServiceId": "UserServer:pool13.contoso.com"}]\n'
        '{"Identity": "2", "ServiceId": "UserServer:se19.contoso.com"}\n'
    ),
    "clixml": _objs(
        '<Obj RefId="0"><TN RefId="0"><T>Deserialized.Some.ConferenceDirectories</T></TN>'
        '<Props><S N="Identity">1</S><S N="ServiceId">UserServer:pool13.contoso.com</S></Props></Obj>',
        '<Obj RefId="1"><TNRef RefId="0"/><Props><I32 N="Identity">2</I32>'
        '<Obj N="ServiceId" RefId="2"><ToString>UserServer:se19_x002E_contoso.com</ToString>'
        "<Props /></Obj></Props></Obj>",
    ),
    "list": (
        "\n\nIdentity  : 1\nServiceId : UserServer:pool13.contoso.com\n\n"
        "Identity  : 2\nServiceId : UserServer:se19.contoso.com\n\n\n"
    ),
}
_LINES = {
    "csv": (2, 3),
    "csv with type": (3, 4),
    "json": (2, 3),
    "json in its odd wrapper": (1, 1),
    "json lists of two servers": (1, 2),
    "clixml": (2, 3),
    "list": (3, 6),
}
_ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "utf-16 big-endian": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
}


def _owners(deployment: Deployment) -> dict[int, tuple[str, int]]:
    assert not isinstance(deployment.directories, Unknown)
    return {each.number: (each.owner, each.origin.line) for each in deployment.directories}


@pytest.mark.parametrize("encoding", _ENCODINGS)
@pytest.mark.parametrize("form", _DIRECTORIES)
def test_every_form_and_encoding_gives_the_same_rows(imported: Read, form: str, encoding: str) -> None:
    read = imported({"whatever.dat": _ENCODINGS[encoding](_DIRECTORIES[form])})

    one, two = _LINES[form]
    assert _owners(read.deployment) == {1: ("pool13.contoso.com", one), 2: ("se19.contoso.com", two)}
    account = next(each for each in read.files if each.file == "whatever.dat")
    assert (account.kind, account.rows, account.used) == ("Get-CsConferenceDirectory", 2, 2)


def test_users_come_in_every_form_too(imported: Read) -> None:
    texts = {
        "a.json": '{"SipAddress": "sip:a@contoso.com", "Enabled": true, "EnterpriseVoiceEnabled": false,'
        ' "RegistrarPool": {"FriendlyName": "pool13.contoso.com"}, "ConferencingPolicy": null}',
        "b.xml": _objs(
            '<Obj RefId="0"><Props><S N="SipAddress">sip:b@contoso.com</S><B N="Enabled">true</B>'
            '<Obj N="RegistrarPool" RefId="1"><ToString>se19.contoso.com</ToString></Obj>'
            '<Nil N="ConferencingPolicy"/></Props></Obj>'
        ),
        "c.txt": "SipAddress    : sip:c@contoso.com\n"
        "RegistrarPool : se19.contoso.com\nEnabled       : True\n",
    }
    population = imported(texts).deployment.population

    assert not isinstance(population, Unknown)
    assert [population.pools[code] for code in population.home.tolist()] == [
        "pool13.contoso.com",
        "se19.contoso.com",
        "se19.contoso.com",
    ]


def test_enumerations_are_numbers_in_json_and_names_elsewhere(imported: Read) -> None:
    texts = {
        "a.json": '[{"ComputerName": "fe1.contoso.com", "Name": "RTCSRV", "DisplayName": "x", "Status": 4}]',
        "b.xml": _objs(
            '<Obj RefId="0"><Props><S N="ComputerName">fe2.contoso.com</S><S N="Name">RTCSRV</S>'
            '<Obj N="Status" RefId="1"><ToString>Stopped</ToString><I32>1</I32></Obj></Props></Obj>'
        ),
    }
    servers = imported(texts).deployment.server_by_id

    states = {}
    for name in ("fe1", "fe2"):
        services = next(each.services for key, each in servers.items() if key.startswith(name))
        assert not isinstance(services, Unknown)
        states[name] = services[0].state
    assert states == {"fe1": ServiceState.RUNNING, "fe2": ServiceState.STOPPED}


_URLS = {
    "clixml": _objs(
        '<Obj RefId="0"><Props><S N="Identity">Global</S><Obj N="SimpleUrl" RefId="1"><LST>'
        '<Obj RefId="2"><Props><S N="Component">Meet</S><S N="Domain">contoso.com</S>'
        '<S N="ActiveUrl">https://meet.contoso.com</S></Props></Obj>'
        '<Obj RefId="3"><Props><S N="Component">Dialin</S><S N="Domain">*</S>'
        '<S N="ActiveUrl">https://dialin.contoso.com</S></Props></Obj></LST></Obj></Props></Obj>'
    ),
    "json": '{"Identity": "Global", "SimpleUrl": ['
    '{"Component": "Meet", "Domain": "contoso.com", "SimpleUrlEntry": [{"Url": "https://meet.contoso.com"}]},'
    '{"Component": "Dialin", "Domain": "*", "ActiveUrl": "https://dialin.contoso.com"}]}',
    "csv": "Component,Domain,ActiveUrl\nMeet,contoso.com,https://meet.contoso.com\n"
    "Dialin,*,https://dialin.contoso.com\n",
}


@pytest.mark.parametrize("form", _URLS)
def test_simple_urls_are_the_rows_inside_an_object(imported: Read, form: str) -> None:
    urls = imported({"urls.txt": _URLS[form]}).deployment.simple_urls

    assert not isinstance(urls, Unknown)
    assert [(url.component, url.domain, url.url) for url in urls] == [
        ("Meet", "contoso.com", "https://meet.contoso.com"),
        ("Dialin", "*", "https://dialin.contoso.com"),
    ]


def test_what_json_cut_off_is_missing_and_said(imported: Read) -> None:
    text = (
        '{"Identity": "Global", "SimpleUrl": [{"Component": "Meet", "Domain": "contoso.com",'
        ' "SimpleUrlEntry": "@{Url=https://meet.contoso.com}", "ActiveUrl": "@{x=1}"}]}'
    )
    read = imported({"urls.json": text})

    assert read.deployment.simple_urls == ()
    notes = next(each.notes for each in read.files if each.file == "urls.json")
    assert any("-Depth 5" in note for note in notes)
    assert any("instead of its content" in note for note in notes)


def test_a_collectors_file_is_looked_into(imported: Read) -> None:
    text = _objs(
        '<Obj RefId="0"><DCT><En><S N="Key">EnvironmentData</S><Obj N="Value" RefId="1"><DCT>'
        '<En><S N="Key">UserData</S><Obj N="Value" RefId="2"><LST>'
        '<Obj RefId="3"><MS><S N="SipAddress">sip:a@contoso.com</S><B N="Enabled">true</B>'
        '<S N="RegistrarPool">se19.contoso.com</S></MS></Obj></LST></Obj></En>'
        '<En><S N="Key">SipDomains</S><Obj N="Value" RefId="4"><LST>'
        '<Obj RefId="5"><MS><S N="Name">contoso.com</S><B N="IsDefault">true</B></MS></Obj>'
        "</LST></Obj></En></DCT></Obj></En></DCT></Obj>"
    )
    read = imported({"environment.xml": text})

    assert {each.kind for each in read.files if each.file == "environment.xml"} == {
        "Get-CsUser",
        "Get-CsSipDomain",
    }
    assert not isinstance(read.deployment.population, Unknown)
    assert read.deployment.population.home.tolist() == [1]


def test_objects_beyond_the_room_for_them_are_read_again(
    imported: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"a.xml": _DIRECTORIES["clixml"], "b.xml": _URLS["clixml"]}
    kept = imported(texts).deployment
    made = folder._Pile
    monkeypatch.setattr(folder, "_Pile", lambda **more: made(**{**more, "room": 0}))

    assert imported(texts).deployment == kept


def test_wrapped_values_of_a_list_are_put_together(imported: Read) -> None:
    text = (
        "Identity        : LocalRoute\n"
        "Name            : LocalRoute\n"
        "PstnUsages      : {Long Distance, \n"
        "                  Local}\n"
        "PstnGatewayList : {PstnGateway:gw1.contoso.com}\n"
    )
    routes = imported({"routes.txt": text}).deployment.voice_routes

    assert not isinstance(routes, Unknown)
    assert routes[0].usages == ("Long Distance", "Local")
    assert routes[0].trunks == (("gw1.contoso.com", PoolId("med.contoso.com")),)


def test_a_list_that_ends_in_dots_was_not_exported(imported: Read) -> None:
    text = (
        "Identity   : Global\nPstnUsages : {Local, Internal...}\n\nIdentity   : Tag:A\nPstnUsages : {Local}\n"
    )
    policies = imported({"voice.txt": text}).deployment.policies

    assert not isinstance(policies, Unknown)
    assert {policy.scope: dict(policy.settings) for policy in policies}["tag:A"] == {"PstnUsages": "Local"}


def test_a_table_from_the_screen_is_refused(account_of: AccountOf) -> None:
    account = account_of("Identity ServiceId\n-------- ---------\n1        UserServer:pool13.cont...\n")

    assert account.kind == "not yet understood"
    assert "screen" in account.notes[0]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("x.json", '[{"Identity": 1, "ServiceId": "a"', "JSON"),
        ("x.json", '[{"Identity": 1, "ServiceId": "a"}', "the list does not end"),
        ("x.json", '[{"a": ' + "[" * 100_000, "JSON|nested"),
        ("x.json", '[{"Identity": "' + "x" * 6_000_000 + '"}]', "characters"),
        ("x.xml", _objs("<Obj>")[:-12], "Export-Clixml"),
        ("x.xml", '<!DOCTYPE a [<!ENTITY b "c">]>' + _objs("<S>&b;</S>"), "DOCTYPE"),
        ("x.json", '[{"Identity": 1, "ServiceId": "\0"}]', "NUL"),
    ],
)
def test_damage_is_one_sentence(imported: Read, name: str, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        imported({name: text})

    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("x.")


def test_a_property_that_comes_late_is_said(imported: Read) -> None:
    row = '{"Identity": "1", "ServiceId": "UserServer:pool13.contoso.com"},\n'
    last = '{"Identity": "1", "ServiceId": "UserServer:pool13.contoso.com", "Late": 1}'
    read = imported({"x.json": f"[{row * 20_000}{last}]"})

    notes = next(each.notes for each in read.files if each.file == "x.json")
    assert any(note.startswith("line 20001: an object far down") for note in notes)


def test_more_properties_than_any_object_has_are_refused(imported: Read) -> None:
    many = ", ".join(f'"p{number}": 1' for number in range(1_001))

    with pytest.raises(InputError, match="more than 1000 different properties"):
        imported({"x.json": f"[{{{many}}}]"})


def test_json_that_is_somebody_elses_is_left_alone(account_of: AccountOf) -> None:
    assert account_of('{"name": "settings", "list": [1, 2]}').kind == "not yet understood"
    assert account_of('{"name": "broken').kind == "not yet understood"


def test_references_are_followed_and_do_not_explode(imported: Read) -> None:
    """Ten lists, each of ten references to the one before: written out, ten thousand million texts."""
    lists = ['<Obj RefId="0"><LST><S>x</S></LST></Obj>']
    for number in range(1, 11):
        parts = f'<Ref RefId="{number - 1}"/>' * 10
        lists.append(f'<Obj RefId="{number}"><LST>{parts}</LST></Obj>')
    objects = [
        *lists,
        (
            '<Obj RefId="90"><Props><S N="Identity">1</S><Ref N="ServiceId" RefId="10"/>'
            '<Ref N="Itself" RefId="90"/></Props></Obj>'
        ),
    ]

    assert imported({"x.xml": _objs(*objects)}).deployment.pools


def test_dates_of_json_are_read(imported: Read) -> None:
    text = (
        '[{"ReplicaFqdn": "fe1.contoso.com", "UpToDate": true, "LastStatusReport": '
        '"\\/Date(1534017600000)\\/", "LastUpdateCreation": {"value": "\\/Date(1534017600000)\\/"}}]'
    )
    replicas = imported({"x.json": text}).deployment.replicas

    assert not isinstance(replicas, Unknown)
    assert (
        str(replicas[0].last_status_report) == str(replicas[0].last_update_creation) == "2018-08-11 20:00:00"
    )
