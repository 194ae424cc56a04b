from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import Imported, read_exports
from coexistence.model.deployment import EdgeNames, Pool, generations
from coexistence.model.vocabulary import Edition, PoolId, PoolRole, SiteId, SiteKind, Unknown, Version

Write = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture
def whole(exported: Write, published: str) -> Imported:
    return read_exports(exported({"topology.xml": published}))


@pytest.fixture
def pools(whole: Imported) -> dict[str, Pool]:
    return {pool.id.partition(".")[0]: pool for pool in whole.deployment.pools}


def test_sites_keep_name_kind_and_parent(whole: Imported) -> None:
    central, branch = whole.deployment.sites

    assert (central.id, central.name, central.kind) == ("1", "Redmond", SiteKind.CENTRAL)
    assert (branch.name, branch.kind, branch.parent) == ("Zürich", SiteKind.BRANCH, SiteId("1"))
    assert central.federation_route == Unknown("Get-CsSite")


def test_the_default_domain_comes_first_and_names_the_deployment(whole: Imported) -> None:
    assert whole.deployment.sip_domains == ("contoso.com", "fabrikam.com")
    assert whole.deployment.name == "contoso"


def test_each_kind_of_pool_is_told_by_its_services(pools: dict[str, Pool]) -> None:
    assert {name: pool.role for name, pool in pools.items()} == {
        "pool13": PoolRole.FRONT_END,
        "se19": PoolRole.FRONT_END,
        "edge": PoolRole.EDGE,
        "dir": PoolRole.DIRECTOR,
        "med": PoolRole.MEDIATION,
        "app": PoolRole.TRUSTED_APPLICATION,
        "sba": PoolRole.BRANCH_APPLIANCE,
    }


def test_third_party_machines_are_no_pools(whole: Imported) -> None:
    servers = {server.id for server in whole.deployment.servers}

    assert not servers & {"sql1.contoso.com", "files.contoso.com", "gw1.contoso.com", "owas1"}


def test_the_edition_is_where_the_user_store_sits(pools: dict[str, Pool]) -> None:
    assert pools["pool13"].edition is Edition.ENTERPRISE
    assert pools["se19"].edition is Edition.STANDARD
    assert pools["edge"].edition is None


def test_the_version_comes_from_the_pools_own_service_not_from_a_store(pools: dict[str, Pool]) -> None:
    assert pools["pool13"].versions == (Version.L13,)
    assert pools["se19"].versions == (Version.S19, Version.SE)
    assert generations(pools.values()) == ((Version.L13,), (Version.S19, Version.SE))


def test_neighbours_are_found_through_dependencies(pools: dict[str, Pool]) -> None:
    pool = pools["pool13"]

    assert pool.media_edge == "edge.contoso.com"
    assert pool.backup == "se19.contoso.com"
    assert pool.back_end == "sql1.contoso.com\\rtc"
    assert pool.archiving_store == "sql1.contoso.com"
    assert pool.monitoring_store == "sql1.contoso.com\\mon"
    assert pool.file_store == "\\\\files.contoso.com\\LyncShare"
    assert pool.office_web_apps == "owas1"
    assert pool.external_web_fqdn == "web.contoso.com"
    assert pools["edge"].next_hop == PoolId("pool13.contoso.com")
    assert pools["med"].next_hop == PoolId("pool13.contoso.com")
    assert pools["med"].media_edge == PoolId("edge.contoso.com")
    assert pools["app"].next_hop == PoolId("pool13.contoso.com")
    assert pools["sba"].backup == PoolId("pool13.contoso.com")


def test_what_a_pool_offers_is_kept_as_written(pools: dict[str, Pool]) -> None:
    pool = pools["pool13"]

    assert pool.fqdn == "Pool13.contoso.com"
    assert pool.mcus == {"IMConf", "DataConf"}
    assert pool.applications == {"RGS", "Cas"}
    assert pool.has_fabric
    assert not pools["se19"].has_fabric
    assert pool.roles >= {"Registrar", "UserServices", "CentralMgmt"}


def test_an_edge_tells_federation_xmpp_and_its_names(pools: dict[str, Pool]) -> None:
    edge = pools["edge"]

    assert edge.federation
    assert edge.xmpp
    names = EdgeNames(access="sip.contoso.com", web_conferencing="sip.contoso.com", av="sip.contoso.com")
    assert edge.edge_names == names


def test_the_active_central_management_server_is_master(whole: Imported) -> None:
    assert whole.deployment.cms.hosts == ("pool13.contoso.com",)
    assert whole.deployment.cms.masters == ("pool13.contoso.com",)


def test_two_active_masters_are_both_told_and_noted(exported: Write, published: str) -> None:
    second = published[published.index('    <Service RoleVersion="1" ServiceVersion="8">') :]
    second = second[: second.index("</Service>") + len("</Service>")]
    copy = (
        second.replace("UserServices", "CentralMgmt")
        .replace('Instance="2" />\n      <DependsOn>', 'Instance="7" />\n      <DependsOn>')
        .replace(
            "</InstalledOn>",
            "</InstalledOn><CentralMgmtService "
            'xmlns="urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008" IsActive="True" />',
        )
    )
    twice = read_exports(exported({"t.xml": published.replace("  </Services>", copy + "\n  </Services>")}))

    assert twice.deployment.cms.masters == ("pool13.contoso.com", "se19.contoso.com")
    assert any("2 pools are active" in note for note in twice.files[0].notes)


def test_a_published_topology_holds_no_simple_urls(whole: Imported) -> None:
    assert whole.deployment.simple_urls == Unknown("Get-CsSimpleUrlConfiguration")


def test_a_trunk_is_gateway_mediation_pool_and_port(whole: Imported) -> None:
    (trunk,) = whole.deployment.gateways

    assert (trunk.fqdn, trunk.mediation, trunk.port) == ("gw1.contoso.com", "med.contoso.com", 5067)


def test_objects_know_the_line_they_stand_on(whole: Imported, published: str) -> None:
    pool = whole.deployment.pools[0]

    assert pool.origin.source == "topology.xml"
    assert 'Fqdn="Pool13.contoso.com"' in published.splitlines()[pool.origin.line - 1]


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        ('RoleName="ManagementServices"', 'RoleName="VideoInterop"', "the role 'VideoInterop' is not known"),
        ('ServiceVersion="8"', 'ServiceVersion="9"', "the ServiceVersion '9' is not known"),
        ('Usage="Backup"', 'Usage="Mirror"', "the Usage 'Mirror' of a dependency is not known"),
        (
            "<CentralSite ",
            '<CentralSite Colour="red" ',
            "the attribute 'Colour' of 'CentralSite' is not known",
        ),
        (
            "<SqlInstances />",
            "<SqlInstances /><Mirrors><M /></Mirrors>",
            "the element 'Mirrors' is not known",
        ),
        ("BranchSite", "HostedSite", "the kind of site 'HostedSite' is not known"),
        (
            'RoleName="WacService" Instance="1" />\n        </Dependency>',
            'RoleName="WacService" Instance="77" />\n        </Dependency>',
            "a dependency of 'ConfServices' leads to a service that is not there",
        ),
        ('<ClusterId SiteId="1" Number="7" /></', '<ClusterId SiteId="1" Number="70" /></', "is not there"),
        ("Redmond<", "Redm?nd<", "the name of a site holds '?'"),
    ],
)
def test_what_nobody_has_described_is_noted_once_and_kept(
    exported: Write, published: str, before: str, after: str, note: str
) -> None:
    account = read_exports(exported({"topology.xml": published.replace(before, after)})).files[0]

    assert sum(note in each for each in account.notes) == 1


def test_a_topology_of_known_forms_has_no_notes(whole: Imported) -> None:
    (account,) = whole.files

    assert account.notes == ()
    assert account.kind == "Get-CsTopology -AsXml"
    assert account.used == account.rows == 35


def test_an_unknown_version_leaves_no_version(exported: Write, published: str) -> None:
    text = published.replace('ServiceVersion="8"', 'ServiceVersion="12"')
    deployment = read_exports(exported({"topology.xml": text})).deployment

    assert deployment.pool_by_id[PoolId("se19.contoso.com")].versions == ()


def test_a_kind_of_site_that_nobody_described_keeps_its_name(exported: Write, published: str) -> None:
    text = published.replace("BranchSite", "HostedSite")
    deployment = read_exports(exported({"topology.xml": text})).deployment

    assert deployment.sites[1].kind == "HostedSite"


def test_prefixes_instead_of_a_default_namespace_change_nothing(exported: Write, whole: Imported) -> None:
    text = (
        '<t:Topology xmlns:t="urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"><t:Sites>'
        '<t:CentralSite SiteId="1"><t:Name>A</t:Name></t:CentralSite></t:Sites><t:Clusters>'
        '<t:Cluster Fqdn="a.contoso.com" RequiresReplication="TRUE"><t:ClusterId Number="1" SiteId="1"/>'
        "</t:Cluster></t:Clusters></t:Topology>"
    )
    deployment = read_exports(exported({"topology.xml": text})).deployment

    assert [pool.id for pool in deployment.pools] == ["a.contoso.com"]
    assert deployment.pools[0].role is PoolRole.OTHER


def test_a_topology_inside_a_wrapper_is_found(exported: Write, published: str, whole: Imported) -> None:
    store = "urn:schema:Microsoft.Rtc.Management.ScopeFramework.2008"
    item = f"<Item><Value>{published}</Value></Item>"
    text = f'<AnchoredXml xmlns="{store}"><Dictionary Count="1">{item}</Dictionary></AnchoredXml>'

    assert read_exports(exported({"topology.xml": text})).deployment == whole.deployment


def test_a_topology_inside_clixml_is_found(exported: Write, published: str, whole: Imported) -> None:
    inside = published.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "_x000D__x000A_")
    text = (
        '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">\n'
        f'<Obj RefId="0"><ToString>{inside}</ToString></Obj></Objs>'
    )
    again = read_exports(exported({"topology.xml": text}))

    assert again.deployment == whole.deployment
    assert {pool.origin.line for pool in again.deployment.pools} == {2}


def test_a_topology_without_a_pool_is_refused(exported: Write) -> None:
    text = '<Topology xmlns="urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008" />'

    with pytest.raises(InputError, match=r"^topology\.xml, line 1: there is no pool in this topology\."):
        read_exports(exported({"topology.xml": text}))
