"""Each kind of table, by the columns that its cmdlet writes, becomes what the deployment holds."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from coexistence.model.clients import ClientGeneration
from coexistence.model.population import ENDLESS, NO_DIRECTORY, UNTOLD, UNTOLD_DIRECTORY, Meetings, Population
from coexistence.model.vocabulary import (
    APPLICATION_CMDLETS,
    ApplicationKind,
    ContactStore,
    MeetingKind,
    Unknown,
    Version,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coexistence.inputs.exports import FileAccount, Imported
    from coexistence.model.deployment import Application, Deployment

    Read = Callable[[Mapping[str, str | bytes]], Imported]

_DN = "CN={2a5b0a32},CN=Application Contacts,CN=RTC Service,CN=Services,DC=contoso,DC=com"
_HOME = "CN=Lc Services,CN=Microsoft,CN=1:4,CN=Pools,CN=RTC Service,DC=contoso,DC=com"

#: Kind, what its export looks like, and id, owner and address of the one object in it.
_OBJECTS = [
    (
        ApplicationKind.ACCESS_NUMBER,
        (
            "Identity,PrimaryUri,DisplayName,DisplayNumber,LineUri,Pool,PrimaryLanguage,Regions\n"
            f'"{_DN}",sip:n@contoso.com,Redmond,1-425,tel:+1425,pool13.contoso.com,en-US,US;West\n'
        ),
        ("{2a5b0a32}", "pool13.contoso.com", "sip:n@contoso.com"),
    ),
    (
        ApplicationKind.RESPONSE_GROUP,
        (
            "Identity,Name,Active,PrimaryUri,LineUri,Language\n"
            "service:ApplicationServer:se19.contoso.com/0d1f,Help,True,sip:help@contoso.com,tel:+1,en-US\n"
        ),
        ("0d1f", "se19.contoso.com", "sip:help@contoso.com"),
    ),
    (
        ApplicationKind.CALL_PARK_ORBIT,
        (
            "Identity,NumberRangeStart,NumberRangeEnd,CallParkServiceId,CallParkServerFqdn\n"
            "Redmond 1,#100,#199,ApplicationServer:pool13.contoso.com,pool13.contoso.com\n"
        ),
        ("Redmond 1", "pool13.contoso.com", ""),
    ),
    (
        ApplicationKind.UNASSIGNED_NUMBERS,
        (
            "Identity,NumberRangeStart,NumberRangeEnd,AnnouncementService,AnnouncementName\n"
            "Vacant,tel:+1,tel:+2,service:ApplicationServer:pool13.contoso.com,Welcome\n"
        ),
        ("Vacant", "pool13.contoso.com", ""),
    ),
    (
        ApplicationKind.EXCHANGE_UM,
        (
            "SipAddress,DisplayName,DisplayNumber,AutoAttendant,Enabled,RegistrarPool\n"
            "sip:um@contoso.com,UM,1,True,True,se19.contoso.com\n"
        ),
        ("um@contoso.com", "se19.contoso.com", "sip:um@contoso.com"),
    ),
    (
        ApplicationKind.TRUSTED_ENDPOINT,
        (
            "Identity,RegistrarPool,HomeServer,OwnerUrn,SipAddress,Enabled\n"
            f'"{_DN}",487279971,"{_HOME}",urn:application:helpdesk,sip:app@contoso.com,True\n'
        ),
        ("{2a5b0a32}", "se19.contoso.com", "sip:app@contoso.com"),
    ),
    (
        ApplicationKind.COMMON_AREA_PHONE,
        (
            "Identity,RegistrarPool,SipAddress,LineURI,DisplayNumber,DisplayName,ExUmEnabled\n"
            f'"{_DN}",pool13.contoso.com,sip:phone@contoso.com,tel:+1,1,Lobby,False\n'
        ),
        ("{2a5b0a32}", "pool13.contoso.com", "sip:phone@contoso.com"),
    ),
    (
        ApplicationKind.ANALOG_DEVICE,
        (
            "Identity,RegistrarPool,Gateway,AnalogFax,SipAddress,DisplayNumber\n"
            f'"{_DN}",pool13.contoso.com,gw1.contoso.com,True,sip:fax@contoso.com,1\n'
        ),
        ("{2a5b0a32}", "pool13.contoso.com", "sip:fax@contoso.com"),
    ),
]


def _applications(deployment: Deployment) -> tuple[Application, ...]:
    assert not isinstance(deployment.applications, Unknown)
    return deployment.applications


@pytest.mark.parametrize(("kind", "text", "expected"), _OBJECTS, ids=[each[0].name for each in _OBJECTS])
def test_objects_of_every_kind_are_told_apart(
    imported: Read, kind: ApplicationKind, text: str, expected: tuple[str, str, str]
) -> None:
    read = imported({"whatever.csv": text})

    (found,) = _applications(read.deployment)
    assert (found.kind, found.id, found.owner, found.uri) == (kind, *expected)
    assert read.deployment.untold_applications == frozenset(ApplicationKind) - {kind}
    assert {each.kind: each.used for each in read.files}[APPLICATION_CMDLETS[kind]] == 1


def test_all_kinds_at_once_leave_none_untold(imported: Read) -> None:
    read = imported({f"{number}.csv": each[1] for number, each in enumerate(_OBJECTS)})

    assert read.deployment.untold_applications == frozenset()
    assert len({each.id for each in _applications(read.deployment)}) == len(_OBJECTS)


def test_a_header_alone_says_that_there_is_nothing(imported: Read) -> None:
    header = _OBJECTS[0][1].splitlines()[0]
    read = imported({"a.csv": header})

    assert _applications(read.deployment) == ()
    assert ApplicationKind.ACCESS_NUMBER not in read.deployment.untold_applications


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Identity,NumberRangeStart,NumberRangeEnd,CallParkServiceId\nA,1,2,\n", False),
        (
            (
                "Identity,NumberRangeStart,NumberRangeEnd,CallParkServiceId,CallParkServerFqdn\n"
                "A,1,2,,pool13.contoso.com\n"
            ),
            True,
        ),
        (
            (
                "Identity,NumberRangeStart,NumberRangeEnd,AnnouncementServiceId,ExUmAutoAttendantPhoneNumber\n"
                "A,1,2,,\n"
            ),
            False,
        ),
        (
            (
                "Identity,NumberRangeStart,NumberRangeEnd,AnnouncementServiceId,ExUmAutoAttendantPhoneNumber\n"
                "A,1,2,,+1425\n"
            ),
            True,
        ),
        ("Identity,PrimaryUri,Pool,Regions\nA,sip:a@contoso.com,System.Object[],US\n", False),
    ],
)
def test_a_row_without_its_pool_leaves_the_kind_untold(imported: Read, text: str, told: bool) -> None:
    deployment = imported({"a.csv": text}).deployment

    assert (len(deployment.untold_applications) == len(ApplicationKind) - 1) is told


def test_a_directory_without_its_owner_leaves_directories_unknown(imported: Read) -> None:
    text = "Identity,ServiceId\n1,UserServer:pool13.contoso.com\n2,\n"

    assert imported({"d.csv": text}).deployment.directories == Unknown("Get-CsConferenceDirectory")


@pytest.mark.parametrize(
    ("applications", "runs_on"),
    [
        (None, Unknown("Get-CsTrustedApplication")),
        ("other", Unknown("Get-CsTrustedApplication")),
        ("urn:application:helpdesk", "app.contoso.com"),
        ("HelpDesk", "app.contoso.com"),
    ],
)
def test_where_an_endpoints_application_runs_takes_another_export(
    imported: Read, applications: str | None, runs_on: Any
) -> None:
    files: dict[str, str | bytes] = {"a.csv": _OBJECTS[5][1]}
    if applications is not None:
        files["b.csv"] = (
            "Identity,ApplicationId,TrustedApplicationPoolFqdn,Port\n"
            f"app.contoso.com/{applications},{applications},app.contoso.com,5070\n"
        )

    assert _applications(imported(files).deployment)[0].runs_on == runs_on


# ------------------------------------------------------------------------------ configuration


@pytest.mark.parametrize(
    ("identity", "scope"),
    [
        ("Global", "global"),
        ("Site:Redmond", "site:1"),
        ("site:1", "site:1"),
        ("Service:Registrar:POOL13.contoso.com", "service:pool13.contoso.com"),
        ("Registrar:pool13.contoso.com", "service:pool13.contoso.com"),
        ("Tag:Large Meetings", "tag:Large Meetings"),
        ("Large Meetings", "tag:Large Meetings"),
    ],
)
def test_a_scope_names_a_site_by_name_and_a_pool_by_service(
    imported: Read, identity: str, scope: str
) -> None:
    deployment = imported(
        {
            "plans.csv": f"Identity,DialinConferencingRegion,SimpleName\n{identity},US,x\n",
            "policies.csv": f"Identity,AllowAnonymousParticipantsInMeetings\n{identity},True\n",
            "rules.csv": (
                "Identity,Priority,Action,MajorVersion,MinorVersion,BuildNumber,QfeNumber,UserAgent,Enabled,"
                f"CompareOp\n{identity}/2336c611,0,Block,2,0,,,OC,True,LSS\n"
            ),
        }
    ).deployment

    for told in (deployment.dial_plans, deployment.policies, deployment.client_rules):
        assert not isinstance(told, Unknown)
        assert [each.scope for each in told] == [scope]


def test_the_version_filter_is_read_as_the_cmdlet_lists_it(imported: Read) -> None:
    rules = (
        '"Identity","Priority","RuleId","Description","Action","ActionUrl","MajorVersion","MinorVersion",'
        '"BuildNumber","QfeNumber","UserAgent","UserAgentFullName","Enabled","CompareOp"\n'
        '"Global/1","0","1","","Block","","4","0","7577","0","OC","","True","LSS"\n'
        '"Global/2","1","2","","AllowAndUpgrade","","","","","","UCCP","","False","EQL"\n'
        '"Global/3","2","3","","Explode","","","","","","UCCP","","False","EQL"\n'
    )
    read = imported({"r.csv": rules, "c.csv": "Identity,DefaultAction,Enabled\nGlobal,Allow,True\n"})

    found = read.deployment.client_rules
    assert not isinstance(found, Unknown)
    assert [(each.version, each.action, each.enabled) for each in found] == [
        ("4.0.7577.0", "Block", True),
        ("", "AllowAndUpgrade", False),
    ]
    assert any("'Explode'" in note for each in read.files for note in each.notes)
    assert not isinstance(read.deployment.client_settings, Unknown)


def test_a_route_over_an_unknown_trunk_leaves_calls_unknown(imported: Read) -> None:
    text = "Identity,Name,PstnUsages,PstnGatewayList\nA,A,Local,PstnGateway:{}\n"

    known = imported({"r.csv": text.format("GW1.contoso.com")}).deployment.voice_routes
    assert not isinstance(known, Unknown)
    assert imported({"r.csv": text.format("co1-trunk-7")}).deployment.voice_routes == Unknown(
        "Get-CsVoiceRoute"
    )


def test_sites_tell_federation_routes(imported: Read) -> None:
    text = (
        "Identity,SiteId,DisplayName,SiteType,FederationRoute,XmppFederationRoute,Pools\n"
        "Site:Redmond,1,Redmond,CentralSite,EdgeServer:edge.contoso.com,,\n"
    )
    sites = imported({"sites.csv": text}).deployment.site_by_id

    assert [str(site.federation_route) for site in sites.values()] == [
        "edge.contoso.com",
        "Unknown('Get-CsSite')",
    ]


@pytest.mark.parametrize(
    ("blocked", "expected"),
    [(None, [Unknown("Get-CsBlockedDomain")]), ("", [True]), ("good.com,\n", [False])],
)
def test_partners_are_allowed_where_nobody_blocks_them(
    imported: Read, blocked: str | None, expected: list[Any]
) -> None:
    files: dict[str, str | bytes] = {"a.csv": "Domain,ProxyFqdn,Comment\ngood.com,,\n"}
    if blocked is not None:
        files["b.csv"] = f"Domain,Comment\n{blocked}"
    partners = imported(files).deployment.partners

    assert not isinstance(partners, Unknown)
    assert [each.allowed for each in partners] == expected


def test_policies_of_people_are_in_the_order_of_the_policies(imported: Read) -> None:
    users = (
        "SipAddress,RegistrarPool,ConferencingPolicy,VoicePolicy\n"
        "a@contoso.com,se19.contoso.com,Tag:Second,\nb@contoso.com,se19.contoso.com,First,x\n"
        "c@contoso.com,se19.contoso.com,,Tag:X\nd@contoso.com,se19.contoso.com,Third,Global\n"
    )
    policies = "Identity,AllowAnonymousParticipantsInMeetings\nGlobal,True\nTag:First,True\nTag:Second,True\n"
    population = imported({"u.csv": users, "p.csv": policies}).deployment.population

    assert isinstance(population, Population)
    conferencing, voice = population.assigned["conferencing"], population.assigned["voice"]
    assert conferencing.tags == ("First", "Second", "Third")
    assert conferencing.code.tolist() == [2, 1, 0, 3]
    assert voice.code.tolist() == [0, 1, 1, 0]
    assert "client" not in population.assigned


# ------------------------------------------------------------------------------ people and meetings

_USERS = (
    "SipAddress,RegistrarPool\nsip:ann@contoso.com,se19.contoso.com\nbob@contoso.com,pool13.contoso.com\n"
)


def _population(imported: Read, **files: str) -> Population:
    texts: dict[str, str | bytes] = {f"{name}.csv": text for name, text in files.items()}
    population = imported({"users.csv": _USERS} | texts).deployment.population
    assert isinstance(population, Population)
    return population


def _meetings(imported: Read, **files: str) -> Meetings:
    meetings = _population(imported, **files).meetings
    assert isinstance(meetings, Meetings)
    return meetings


def test_the_meetings_query_is_read_and_counts_every_meeting_once(imported: Read) -> None:
    header = (
        '"front_end","organizer","conf_id","is_static","created","updated","last_active","expires",'
        '"server_mode","pstn_authority","pstn_local"\n'
    )
    one = (
        '"FE1","bob@contoso.com","AB12","0","2026-02-01T08:00:00","","","2026-05-01T00:00:00","14","7","55"\n'
    )
    two = (
        '"FE2","BOB@contoso.com","ab12","0","2026-02-01T08:00:00","","","2026-05-01T00:00:00","14","7","55"\n'
    )
    three = '"SE19","ann@contoso.com","X","1","2026-02-02T08:00:00","","","","14","",""\n'
    meetings = _meetings(imported, a=header + one, b=header + two + three)

    assert meetings.organizer.tolist() == [1, 0]
    assert meetings.kind.tolist() == [MeetingKind.ONCE, MeetingKind.STATIC]
    assert meetings.created.tolist() == [dt.date(2026, 2, 1).toordinal(), dt.date(2026, 2, 2).toordinal()]
    assert meetings.last.tolist() == [dt.date(2026, 5, 1).toordinal(), ENDLESS]
    assert meetings.directory.tolist() == [7, NO_DIRECTORY]
    assert set(meetings.by_upgraded.tolist()) == {UNTOLD}


@pytest.mark.parametrize(
    ("columns", "cells", "scheduled_on", "by_upgraded"),
    [
        ("server_mode", "14", UNTOLD, UNTOLD),
        ("scheduler_client,scheduler_evidence", "sfb2016,organizer_join_client", UNTOLD, UNTOLD),
        ("scheduler_client,scheduler_evidence", "sfb2016,admin_statement", UNTOLD, UNTOLD),
        ("scheduler_client,scheduler_evidence", "lync2013,calendar_item", UNTOLD, 0),
        ("scheduler_client,scheduler_evidence", "sfb2015,calendar_item", UNTOLD, 0),
        ("scheduler_client,scheduler_evidence", "sfb2016,calendar_item", UNTOLD, UNTOLD),
        ("scheduler_client,scheduler_evidence", "lync2013,organizer_current_client", UNTOLD, UNTOLD),
        ("scheduler_client,scheduler_evidence", ",created_before_new_pool", int(Version.L13), 0),
        ("scheduled_on,by_upgraded_client", "S19,True", int(Version.S19), 1),
        ("scheduled_on,by_upgraded_client", "Lync Server 2013,false", int(Version.L13), 0),
    ],
)
def test_which_client_scheduled_a_meeting_is_not_guessed(
    imported: Read, columns: str, cells: str, scheduled_on: int, by_upgraded: int
) -> None:
    """The deployment has two generations, so nothing follows from the topology alone."""
    meetings = _meetings(imported, m=f"organizer,conf_id,{columns}\nann@contoso.com,A,{cells}\n")

    assert meetings.scheduled_on.tolist() == [scheduled_on]
    assert meetings.by_upgraded.tolist() == [by_upgraded]


def test_a_meeting_without_the_column_for_codes_may_have_one(imported: Read) -> None:
    assert _meetings(imported, m="organizer,conf_id\nann@contoso.com,A\n").directory.tolist() == [
        UNTOLD_DIRECTORY
    ]


def test_people_are_told_about_by_address(imported: Read) -> None:
    people = (
        "SipAddress,Client,ClientUpgraded,ContactStore,HasXmppContacts,UsesPersistentChat\n"
        "SIP:Bob@contoso.com,lync2013,False,exchange,True,\n"
    )
    population = _population(imported, p=people)

    assert population.client.tolist() == [ClientGeneration.UNKNOWN, ClientGeneration.LYNC_2013]
    assert population.upgraded.tolist() == [UNTOLD, 0]
    assert population.contacts.tolist() == [ContactStore.UNKNOWN, ContactStore.EXCHANGE]
    assert population.xmpp.tolist() == [UNTOLD, 1]


def test_of_several_clients_the_oldest_desktop_counts(imported: Read) -> None:
    rows = [
        "UCCAPI/16.0.4266 OC/16.0.4266.1001 (Skype for Business)",
        "iPhoneLync/6.1.0",
        "UCCAPI/15.0.4420 OC/15.0.4420.1017 (Microsoft Lync)",
    ]
    for turned in (rows, rows[::-1]):
        text = "UserAtHost,ClientApp\n" + "".join(f"ann@contoso.com,{row}\n" for row in turned)
        assert _population(imported, c=text).client.tolist()[0] == ClientGeneration.LYNC_2013


@pytest.mark.parametrize("other", ["iPhoneLync/6.1.0", "a program that nobody knows"])
def test_an_old_mobile_client_counts_before_newer_and_unknown_ones(imported: Read, other: str) -> None:
    for rows in (("AndroidLync/4.0.1", other), (other, "AndroidLync/4.0.1")):
        text = "UserAtHost,ClientApp\n" + "".join(f"ann@contoso.com,{row}\n" for row in rows)
        assert _population(imported, c=text).client.tolist()[0] == ClientGeneration.LYNC_2010_MOBILE


@pytest.mark.parametrize(
    ("agent", "client"),
    [
        ("UCCAPI/4.0.7400.0 OC/4.0.7577.0 (Microsoft Lync 2013)", ClientGeneration.LYNC_2010),
        ("OC/15.0.4970.9999", ClientGeneration.LYNC_2013),
        ("OC/15.0.4971.1000", ClientGeneration.SFB_2015),
        ("OC/16.0.4266.1001", ClientGeneration.SFB_2016),
        ("OC/17.0.1.1", ClientGeneration.UNKNOWN),
        ("iPadLync/5.2", ClientGeneration.MOBILE),
        ("CPE/4.0.7577 OCPhone/4.0.7577.4 (Lync Phone Edition)", ClientGeneration.PHONE_EDITION),
        ("AndroidLync/4.0.1", ClientGeneration.LYNC_2010_MOBILE),
        ("RTCC/6.0.0.0 Mediation", ClientGeneration.UNKNOWN),
        ("skype", ClientGeneration.UNKNOWN),
    ],
)
def test_the_number_tells_the_client(imported: Read, agent: str, client: ClientGeneration) -> None:
    text = f'SipAddress,UserAgent\nann@contoso.com,"{agent}"\n'

    assert _population(imported, c=text).client.tolist()[0] == client


# ------------------------------------------------------------------------------ around the product


def test_names_certificates_and_settings_have_columns_of_ours(imported: Read) -> None:
    deployment = imported(
        {
            "dns.csv": (
                "Name,Type,Target,Side\nsip.contoso.com,A,FE1.contoso.com,internal\n"
                "_sip._tls.contoso.com,SRV,0 0 443 sip.contoso.com.,external\n"
                "x.contoso.com,TXT,hello,internal\n"
            ),
            "certificates.csv": (
                "ComputerName,Use,Subject,AlternativeNames,Issuer,NotAfter\n"
                'fe1.contoso.com,Default,"CN=pool13.contoso.com, O=x",fe1.contoso.com;sip.contoso.com,CA,'
                "2027-01-02T00:00:00\n"
                "fe2.contoso.com,Default,CN=pool13.contoso.com,fe2.contoso.com,CA,2026-12-24\n"
            ),
            "settings.csv": 'ComputerName,TlsVersions,TrustedRoots\nfe1,1.2;Tls 1.1,CA;"Other"\n',
        }
    ).deployment

    assert not isinstance(deployment.records, Unknown)
    assert [(each.name, each.kind, each.target, each.side) for each in deployment.records] == [
        ("sip.contoso.com", "A", "pool13.contoso.com", "internal"),
        ("_sip._tls.contoso.com", "SRV", "sip.contoso.com", "external"),
    ]
    assert not isinstance(deployment.certificates, Unknown)
    (shown,) = deployment.certificates
    assert shown.names == {"pool13.contoso.com", "fe1.contoso.com", "fe2.contoso.com", "sip.contoso.com"}
    assert shown.not_after == dt.date(2026, 12, 24)
    server = next(each for each in deployment.servers if each.id == "fe1.contoso.com")
    assert server.tls == frozenset({"1.2", "1.1"})


def test_every_export_is_recognised_by_what_is_in_it(imported: Read) -> None:
    """Headers as the recommended export lines write them, each under a name that misleads."""
    headers = {
        "Get-CsRgsQueue": "Identity,Name,AgentGroupIDList",
        "Get-CsRgsAgentGroup": "Identity,Name,ParticipationPolicy,AgentsByUri",
        "Get-CsTrustedApplicationPool": "Identity,Registrar,ThrottleAsServer,SiteId,PoolFqdn,Version",
        "Get-CsMobilityPolicy": "Identity,EnableMobility,EnableOutsideVoice",
        "Get-CsClientPolicy": "Identity,AddressBookAvailability",
        "Get-CsUserServicesPolicy": "Identity,UcsAllowed",
        "Get-CsMeetingConfiguration": "Identity,PstnCallersBypassLobby,AdmitAnonymousUsersByDefault",
        "Get-CsWebServiceConfiguration": "Identity,ShowJoinUsingLegacyClientLink",
        "Get-CsManagementConnection": "StoreProvider,Connection,ReadOnly,SqlServer,SqlInstance",
        "Test-Cs* results": "TargetFqdn,Result,Latency,Error,Diagnosis",
    }
    read = imported({f"{number} users.csv": text for number, text in enumerate(headers.values())})

    accounts: list[FileAccount] = [each for each in read.files if each.file != "topology.xml"]
    assert [each.kind for each in sorted(accounts, key=lambda each: int(each.file.split()[0]))] == list(
        headers
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Identity,PstnUsages\nGlobal,\n", (("PstnUsages", ""),)),
        ("Identity,PstnUsages\nGlobal,System.Collections.Generic.List`1[System.String]\n", ()),
    ],
)
def test_an_object_that_was_not_written_out_is_not_an_empty_list(
    imported: Read, text: str, told: tuple[Any, ...]
) -> None:
    policies = imported({"voice.csv": text}).deployment.policies

    assert not isinstance(policies, Unknown)
    assert policies[0].settings == told


def test_what_hides_behind_a_types_name_stays_unknown(imported: Read) -> None:
    hidden = "Microsoft.Rtc.Management.Xds.SomeObject"
    deployment = imported(
        {
            "sites.csv": f"Identity,SiteId,SiteType,FederationRoute\nSite:Redmond,1,,{hidden}\n",
            "routes.csv": f"Identity,Name,PstnUsages,PstnGatewayList\nA,A,Local,{hidden}\n",
            "users.csv": f"SipAddress,RegistrarPool,VoicePolicy\na@contoso.com,se19.contoso.com,{hidden}\n",
        }
    ).deployment

    assert deployment.sites[0].federation_route == Unknown("Get-CsSite")
    assert deployment.voice_routes == Unknown("Get-CsVoiceRoute")
    assert isinstance(deployment.population, Population)
    assert "voice" not in deployment.population.assigned


def test_a_servers_version_is_recognised_and_decides_nothing(imported: Read) -> None:
    text = "Skype for Business Server 2019 (7.0.2046.0): Volume license key installed.\n"
    read = imported({"version.txt": text})

    assert next(each for each in read.files if each.file == "version.txt").kind == "Get-CsServerVersion"
    assert read.deployment == imported({"version.txt": ""}).deployment
