"""The service catalogue, compared with the lists that the vendor's own pages show."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Edition, Origin, PoolId, PoolRole, ServerId, SiteId, Version
from coexistence.model.windows_services import (
    CAPABILITIES,
    CATALOGUE,
    Evidence,
    Host,
    Listing,
    Presence,
    PresenceKind,
    Weight,
    WindowsService,
    display_name,
    expected,
    find,
    host_of,
    matches,
)

BY_KEY = {service.key: service for service in CATALOGUE}

BARE = Pool(
    id=PoolId("pool01.example.com"),
    fqdn="pool01.example.com",
    site=SiteId("1"),
    role=PoolRole.FRONT_END,
    edition=Edition.ENTERPRISE,
    versions=(Version.S19,),
    servers=(ServerId("fe01.example.com"),),
    origin=Origin("test"),
)
# The pool that the guides take for granted: conferencing, dial-in, voice with Mediation on the Front End.
GUIDE_POOL = dataclasses.replace(
    BARE,
    roles=frozenset(
        {"Registrar", "UserServices", "WebServices", "ConfServices", "ApplicationServer", "MediationServer"}
    ),
    mcus=frozenset({"IMConf", "DataConf", "AppSharingConf", "AVConf"}),
    applications=frozenset({"testbot", "Cas", "Caa", "Cps", "RGS"}),
    has_fabric=True,
)
WITH_CALL_ADMISSION = dataclasses.replace(GUIDE_POOL, applications=GUIDE_POOL.applications | {"PDP"})

IN_EVERY_GUIDE = {
    "Application Sharing",
    "Audio Test Service",
    "Audio/Video Conferencing",
    "Call Park",
    "Conferencing Announcement",
    "Conferencing Attendant",
    "Front-End",
    "IM Conferencing",
    "Mediation",
    "Replica Replicator Agent",
    "Response Group",
    "Web Conferencing",
}
CMS = {"Master Replicator Agent", "File Transfer Agent"}
CALL_ADMISSION = {"Bandwidth Policy Service (Authentication)", "Bandwidth Policy Service (Core)"}
SINCE_2013 = {"Centralized Logging Service Agent", "XMPP Translating Gateway"}


def a_pool(role: PoolRole, **facts: object) -> Pool:
    return dataclasses.replace(BARE, role=role, edition=None, **facts)  # type: ignore[arg-type]  # by name


def names(pool: Pool, version: Version, *, is_cms: bool = False) -> set[str | None]:
    """Short names, or display suffixes where there is no short name."""
    return {service.name or service.display_suffix for service, _ in expected(pool, version, is_cms=is_cms)}


def listed_by_the_guide(pool: Pool, version: Version, *, is_cms: bool = False) -> set[str | None]:
    """What a reader of the guide's page would tick: product services that must be there."""
    return {
        service.display_suffix
        for service, evidence in expected(pool, version, is_cms=is_cms)
        if evidence is Evidence.PRESENT and service.full_display is None
    }


@pytest.mark.parametrize(
    ("pool", "version", "is_cms", "suffixes"),
    [
        (WITH_CALL_ADMISSION, Version.L10, True, IN_EVERY_GUIDE | CMS | CALL_ADMISSION
         | {"Web Conferencing Compatibility"}),
        (GUIDE_POOL, Version.L13, False, IN_EVERY_GUIDE | SINCE_2013),
        (WITH_CALL_ADMISSION, Version.L13, True, IN_EVERY_GUIDE | SINCE_2013 | CMS | CALL_ADMISSION),
        # The XMPP gateway may be there or not: neither is a fault.
        (GUIDE_POOL, Version.S19, False, IN_EVERY_GUIDE | {"Centralized Logging Service Agent"}),
    ],
    ids=["2010 with CMS", "2013", "2013 with CMS", "2019"],
)  # fmt: skip
def test_the_vendors_front_end_list_is_expected_to_the_letter(
    pool: Pool, version: Version, is_cms: bool, suffixes: set[str]
) -> None:
    assert listed_by_the_guide(pool, version, is_cms=is_cms) == suffixes


COLLOCATED = {
    *("RTCSRV", "RTCIMMCU", "RTCAVMCU", "RTCDATAMCU", "RTCASMCU", "RTCRGS", "RTCCAA", "RTCCAS", "RTCCPS"),
    *("RTCATS", "RTCMEDSRV", "REPLICA", "W3SVC"),
}
EDGE = {"RTCSRV", "RTCDATAPROXY", "RTCMRAUTH", "RTCMEDIARELAY", "REPLICA"}


@pytest.mark.parametrize(
    ("pool", "version", "is_cms", "services"),
    [
        (GUIDE_POOL, Version.L10, False, COLLOCATED | {"RTCMEETINGMCU"}),
        (GUIDE_POOL, Version.L13, False, COLLOCATED | {"RTCCLSAGT", "RTCXMPPTGW", "FabricHostSvc"}),
        (GUIDE_POOL, Version.S15, False,
         COLLOCATED | {"RTCCLSAGT", "RTCXMPPTGW", "FabricHostSvc", "RTCHA"}),
        (GUIDE_POOL, Version.S19, False, COLLOCATED | {"RTCCLSAGT", "FabricHostSvc", "RTCHA"}),
        (GUIDE_POOL, Version.SE, True,
         COLLOCATED | {"RTCCLSAGT", "FabricHostSvc", "RTCHA", "MASTER", "FTA"}),
        (BARE, Version.L10, False, {"RTCSRV", "REPLICA"}),
        (a_pool(PoolRole.EDGE), Version.L10, False, EDGE),
        (a_pool(PoolRole.EDGE), Version.S19, False, EDGE | {"RTCCLSAGT"}),
        (a_pool(PoolRole.EDGE, xmpp=True), Version.S15, False, EDGE | {"RTCCLSAGT", "RTCXMPPTGWPX"}),
        # The proxy is gone from 2019 on, whatever ports the topology still carries.
        (a_pool(PoolRole.EDGE, xmpp=True), Version.S19, False, EDGE | {"RTCCLSAGT"}),
        (a_pool(PoolRole.DIRECTOR, roles=frozenset({"Registrar", "WebServices"}), has_fabric=True),
         Version.S15, False, {"RTCSRV", "W3SVC", "REPLICA", "RTCCLSAGT", "FabricHostSvc"}),
        (a_pool(PoolRole.DIRECTOR, roles=frozenset({"Registrar", "WebServices"})),
         Version.L10, False, {"RTCSRV", "W3SVC", "REPLICA"}),
        (a_pool(PoolRole.MEDIATION, roles=frozenset({"MediationServer"})),
         Version.L13, False, {"RTCMEDSRV", "REPLICA", "RTCCLSAGT"}),
        (a_pool(PoolRole.MEDIATION), Version.L10, False, {"RTCMEDSRV", "REPLICA"}),
        (a_pool(PoolRole.BRANCH_APPLIANCE, roles=frozenset({"Registrar", "MediationServer"}),
                backup=PoolId("pool02.example.com")),
         Version.S15, False, {"RTCSRV", "RTCMEDSRV", "REPLICA", "RTCCLSAGT"}),
        (a_pool(PoolRole.PERSISTENT_CHAT, roles=frozenset({"PersistentChatService"})),
         Version.L13, False, {"Persistent Chat", "REPLICA", "RTCCLSAGT"}),
        (a_pool(PoolRole.PERSISTENT_CHAT, roles=frozenset({"PersistentChatComplianceStore"})),
         Version.S15, False, {"Persistent Chat", "Persistent Chat Compliance", "REPLICA", "RTCCLSAGT"}),
        (a_pool(PoolRole.MONITORING), Version.L10, False, {"RTCQMS", "RTCCDR", "REPLICA"}),
        # Nobody knows what the archiving service is called: nothing to look for but the replica.
        (a_pool(PoolRole.ARCHIVING), Version.L10, False, {"REPLICA"}),
        (a_pool(PoolRole.OTHER, mcus=frozenset({"AVConf"})), Version.L10, False, {"RTCAVMCU", "REPLICA"}),
        (a_pool(PoolRole.OTHER, roles=frozenset({"VideoInteropServer"})),
         Version.S15, False, {"REPLICA", "RTCCLSAGT"}),
        (a_pool(PoolRole.TRUSTED_APPLICATION), Version.S15, False, set()),
        (a_pool(PoolRole.OTHER), Version.S15, False, set()),
    ],
)  # fmt: skip
def test_services_follow_from_role_version_and_topology(
    pool: Pool, version: Version, is_cms: bool, services: set[str]
) -> None:
    assert names(pool, version, is_cms=is_cms) == services


def test_only_the_active_master_is_expected_to_run_central_management() -> None:
    assert names(GUIDE_POOL, Version.S15, is_cms=True) - names(GUIDE_POOL, Version.S15) == {"MASTER", "FTA"}


@pytest.mark.parametrize(("version", "services"), [(Version.L10, set()), (Version.L13, {"LYNCBACKUP"})])
def test_a_paired_pool_backs_up_from_2013_on(version: Version, services: set[str]) -> None:
    paired = dataclasses.replace(GUIDE_POOL, backup=PoolId("pool02.example.com"))

    assert names(paired, version) - names(GUIDE_POOL, version) == services


@pytest.mark.parametrize("edition", [Edition.STANDARD, Edition.ENTERPRISE, None])
@pytest.mark.parametrize("version", list(Version))
def test_sql_server_is_never_expected_of_this_cmdlet(edition: Edition | None, version: Version) -> None:
    pool = dataclasses.replace(GUIDE_POOL, edition=edition)

    assert not [name for name in names(pool, version) if name and "$" in name]


def test_a_silent_export_says_nothing_about_windows_fabric_but_a_stopped_one_counts() -> None:
    evidence = dict(expected(GUIDE_POOL, Version.S15, is_cms=False))

    assert evidence[BY_KEY["windows_fabric"]] is Evidence.OPTIONAL
    assert {e for service, e in evidence.items() if service.listing is Listing.LISTED} == {Evidence.PRESENT}


def test_what_is_inferred_leaves_the_question_open_when_missing() -> None:
    evidence = dict(expected(GUIDE_POOL, Version.S19, is_cms=False))

    assert [service.name for service, e in evidence.items() if e is Evidence.ASSUMED] == ["RTCHA"]


def test_the_same_facts_are_worked_out_once() -> None:
    twin = dataclasses.replace(
        GUIDE_POOL, id=PoolId("pool02.example.com"), fqdn="pool02.example.com", site=SiteId("2")
    )

    assert expected(twin, Version.S19, is_cms=False) is expected(GUIDE_POOL, Version.S19, is_cms=False)


@pytest.mark.parametrize("service", CATALOGUE, ids=lambda service: service.key)
def test_each_row_says_where_it_comes_from_and_speaks_of_every_version(service: WindowsService) -> None:
    assert service.sources
    assert all(source.strip() for source in service.sources)
    assert set(service.evidence) == set(Version)
    assert service.hosts
    assert (service.name is None) == (service.name_confidence is None)


def test_no_two_rows_claim_the_same_name() -> None:
    keys = [service.key for service in CATALOGUE]
    claimed = [
        name.lower() for service in CATALOGUE for name in (service.name, *service.aliases) if name is not None
    ]
    shown = [
        shown
        for service in CATALOGUE
        for shown in {display_name(service, Version.S15), display_name(service, Version.S15, on_edge=True)}
        if shown is not None
    ]

    for values in (keys, claimed, shown):
        assert sorted(set(values)) == sorted(values)


@pytest.mark.parametrize(
    ("name", "shown", "key"),
    [
        ("RTCSRV", "", "front_end"),
        ("RtcSrv", "", "front_end"),
        ("rtcsrv", "Lync Server Access Edge", "front_end"),
        ("medsvc", "", "mediation"),
        ("MSSQL$rtclocal", "", "sql_rtclocal"),
        # The short name decides, whatever is shown beside it.
        ("RTCSRV", "Skype for Business Server Mediation", "front_end"),
        ("RTCSRV2", "Lync Server Front-End", None),
        # No source gives the short name, so the display name has to do, with either prefix.
        ("whatever", "Lync Server Persistent Chat", "persistent_chat"),
        ("whatever", "skype for business server PERSISTENT CHAT", "persistent_chat"),
        ("whatever", "Lync Server Persistent Chat Compliance", "persistent_chat_compliance"),
        ("whatever", "Persistent Chat", None),
        ("whatever", "Lync Server Bandwidth Policy Service (Core)", "bandwidth_policy_core"),
        # The short name is a conclusion of ours: it may turn out to be another.
        ("whatever", "Lync Server Web Conferencing Compatibility", "meeting_mcu"),
        # A list copied from the Services window has no short names.
        ("", "Lync Server Front-End", "front_end"),
        ("", "Skype for Business Server Access Edge", "front_end"),
        ("", "World Wide Web Publishing Service", "web_services"),
        ("Spooler", "Print Spooler", None),
        ("", "", None),
    ],
)
def test_a_reading_is_recognised(name: str, shown: str, key: str | None) -> None:
    found = find(name, shown)

    assert (found.key if found else None) == key
    assert [service.key for service in CATALOGUE if matches(service, name, shown)] == ([key] if key else [])


@pytest.mark.parametrize(
    ("key", "version", "on_edge", "shown"),
    [
        ("front_end", Version.L10, False, "Lync Server Front-End"),
        ("front_end", Version.S15, True, "Skype for Business Server Access Edge"),
        ("replica_replicator", Version.S19, True, "Skype for Business Server Replica Replicator Agent"),
        ("web_services", Version.L13, False, "World Wide Web Publishing Service"),
        ("archiving", Version.L10, False, None),
    ],
)
def test_the_display_name_follows_version_and_place(
    key: str, version: Version, on_edge: bool, shown: str | None
) -> None:
    assert display_name(BY_KEY[key], version, on_edge) == shown


def test_weights_are_full_but_for_three_services() -> None:
    light = {service.name: service.weight for service in CATALOGUE if service.weight is not Weight.FULL}

    assert light == {
        "RTCCLSAGT": Weight.INFORMATION,
        "RTCHA": Weight.INFORMATION,
        "RTCXMPPTGW": Weight.INFORMATION_WITHOUT_XMPP,
    }


def test_capabilities_need_services_that_the_catalogue_has() -> None:
    for name, capability in CAPABILITIES.items():
        assert capability.needs, name
        assert {key for need in capability.needs for key in need.services} <= set(BY_KEY), name


def test_a_standard_edition_server_is_told_from_an_enterprise_pool() -> None:
    standard = dataclasses.replace(GUIDE_POOL, edition=Edition.STANDARD)

    assert host_of(standard) is Host.FRONT_END_STANDARD
    assert host_of(GUIDE_POOL) is Host.FRONT_END_ENTERPRISE


def test_every_kind_of_pool_can_be_asked_about_every_version() -> None:
    ports = {service.presence for service in CATALOGUE if service.presence.kind is PresenceKind.PORT}
    assert ports == {
        Presence(PresenceKind.PORT, "WinFab"),
        Presence(PresenceKind.PORT, "XmppFederationProxy"),
    }

    for role, version, is_cms in itertools.product(PoolRole, Version, (False, True)):
        for service, evidence in expected(a_pool(role), version, is_cms=is_cms):
            assert evidence in {Evidence.PRESENT, Evidence.ASSUMED, Evidence.OPTIONAL}
            assert service.is_recognisable
