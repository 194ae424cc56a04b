"""Topologies of products and shapes that nobody described are read, kept, noted once, and judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from coexistence.checking.registry import Registry
from coexistence.inputs.exports import Imported, read_exports
from coexistence.model.vocabulary import Edition, PoolRole, Version
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

Write = Callable[[Mapping[str, str | bytes]], Path]

REGISTRY = Registry()
load_builtin(REGISTRY)
_T = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"


def _cluster(number: int, name: str, *machines: str, site: str = "1", ours: bool = True) -> str:
    rows = "".join(f'<Machine OrdinalInCluster="1" Fqdn="{each}.contoso.com" />' for each in machines)
    return (
        f'<Cluster RequiresReplication="{str(ours).lower()}" RequiresSetup="true" Fqdn="{name}.contoso.com">'
        f'<ClusterId SiteId="{site}" Number="{number}" />{rows}</Cluster>'
    )


def _service(
    role: str, version: int, number: int, *needs: str, site: str = "1", sql: str | None = None, own: str = ""
) -> str:
    """One service; a need is role and number with an optional usage."""
    place = f'<ClusterId SiteId="{site}" Number="{number}" />'
    if sql is not None:
        place = f'<SqlInstanceId Name="{sql}">{place}</SqlInstanceId>'
    bound = ""
    for need in needs:
        other, _, rest = need.partition(":")
        at, _, usage = rest.partition("@")
        bound += (
            f'<Dependency Usage="{usage or "Default"}">'
            f'<ServiceId SiteId="{site}" RoleName="{other}" Instance="{at}" /></Dependency>'
        )
    return (
        f'<Service RoleVersion="1" ServiceVersion="{version}">'
        f'<ServiceId SiteId="{site}" RoleName="{role}" Instance="{number}" /><DependsOn>{bound}</DependsOn>'
        f"<InstalledOn>{place}</InstalledOn>{own}</Service>"
    )


def _server(number: int, version: int, *machines: str) -> tuple[str, list[str]]:
    """A Standard Edition server, or one without machines."""
    name = f"p{number}"
    return _cluster(number, name, *machines), [
        _service("UserServices", version, number, f"UserStore:{number}"),
        _service("Registrar", version, number, f"UserServices:{number}"),
        _service("UserStore", version, number, sql="rtc"),
    ]


def _document(clusters: list[str], services: list[str], *, sites: str = "", more: str = "") -> str:
    return (
        f'<Topology xmlns="{_T}"><InternalDomains DefaultDomain="contoso.com">'
        '<InternalDomain Name="contoso.com" /></InternalDomains><Sites>'
        f'<CentralSite SiteId="1"><Name>Redmond</Name></CentralSite>{sites}</Sites>'
        f"<Clusters>{''.join(clusters)}</Clusters><SqlInstances />"
        f"<Services>{''.join(services)}</Services>{more}</Topology>"
    )


def _servers(*versions: int, machines: bool = True) -> tuple[list[str], list[str]]:
    made = [
        _server(number, version, *([f"p{number}"] if machines else []))
        for number, version in enumerate(versions, 1)
    ]
    return [cluster for cluster, _ in made], [each for _, services in made for each in services]


def _with(versions: tuple[int, ...], clusters: list[str], services: list[str], **more: str) -> str:
    own, running = _servers(*versions)
    return _document([*own, *clusters], [*running, *services], **more)


ODD: dict[str, str] = {
    "three generations": _document(*_servers(5, 6, 8)),
    "four generations": _document(*_servers(5, 6, 7, 8)),
    "the legacy version alone": _document(*_servers(5)),
    "the target version alone": _document(*_servers(8)),
    "a version nobody knows": _document(*_servers(6, 11)),
    "pools without machines": _document(*_servers(6, 8, machines=False)),
    "a pool without services": _document([_cluster(1, "p1", "p1")], []),
    "a pool of the product before": _with(
        (5,),
        [_cluster(1, "ocs", "ocs", site="BackCompat")],
        [_service(role, 3, 1, site="BackCompat") for role in ("UserServices", "Registrar", "EdgeServer")],
        sites='<BackCompatSite SiteId="BackCompat"><Name>BackCompatSite</Name></BackCompatSite>',
    ),
    "video interop and its gateway": _with(
        (7,),
        [_cluster(8, "vis", "vis1"), _cluster(9, "vtc", ours=False)],
        [
            _service("VideoInteropServer", 7, 8, "Registrar:1"),
            _service("VideoGateway", 7, 9, "VideoInteropServer:8@Trunk"),
        ],
    ),
    "mirrored databases": _with(
        (6,),
        [_cluster(8, "sql1", "sql1", ours=False), _cluster(9, "sql2", "sql2", ours=False)],
        [
            _service("ArchivingStore", 6, 8, sql="a"),
            _service("ApplicationServer", 6, 1, "ArchivingStore:8", "ArchivingStore:8@Mirror"),
        ],
    ),
    "sites without pools": _with(
        (6,),
        [],
        [],
        sites='<CentralSite SiteId="2"><Name>Empty</Name></CentralSite>'
        '<HostedSite SiteId="3"><Name>Cloud</Name></HostedSite>',
    ),
    "elements and roles of tomorrow": _with(
        (8,),
        [],
        [
            _service(
                "QuantumServer", 8, 1, "Registrar:1@Entangled", "Nothing:9", own='<Q xmlns="urn:q" A="1" />'
            )
        ],
        more='<Future Flag="x"><Deep /></Future>',
    ),
    "an appliance and no pool": _document(
        [_cluster(1, "sba", "sba", site="2")],
        [_service("Registrar", 6, 1, site="2"), _service("MediationServer", 6, 1, site="2")],
        sites='<BranchSite SiteId="2"><Name>Lyon</Name></BranchSite>',
    ),
    "two pools of one name": _document([_cluster(1, "p1", "p1"), _cluster(2, "P1", "p1")], _servers(6, 8)[1]),
}


@pytest.fixture
def odd(exported: Write) -> Callable[[str], Imported]:
    """Read an odd topology."""
    return lambda name: read_exports(exported({"topology.xml": ODD[name]}))


@pytest.mark.parametrize("name", ODD)
def test_an_odd_topology_is_judged_and_no_check_crashes(odd: Callable[[str], Imported], name: str) -> None:
    trial = Trial(odd(name).deployment, is_twin=True)
    place = trial.places[0]

    results = [trial.ask(check, place) for check in REGISTRY if check.applies_at(place)]

    assert [result.crash for result in results if result.crash is not None] == []
    assert any(result.undecided for result in results)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("a version nobody knows", "the ServiceVersion '11' is not known"),
        ("a pool of the product before", "the kind of site 'BackCompatSite' is not known"),
        ("video interop and its gateway", "the Usage 'Trunk' of a dependency is not known"),
        ("mirrored databases", "the Usage 'Mirror' of a dependency is not known"),
        ("sites without pools", "the kind of site 'HostedSite' is not known"),
        ("elements and roles of tomorrow", "the role 'QuantumServer' is not known"),
        ("elements and roles of tomorrow", "the element 'Future' is not known"),
        ("elements and roles of tomorrow", "leads to a service that is not there"),
        ("two pools of one name", "a second pool named 'p1.contoso.com' was left aside"),
    ],
)
def test_what_nobody_described_is_noted_once(odd: Callable[[str], Imported], name: str, says: str) -> None:
    (account,) = odd(name).files

    assert len([note for note in account.notes if says in note]) == 1


def test_what_nobody_described_is_kept(odd: Callable[[str], Imported]) -> None:
    tomorrow = odd("elements and roles of tomorrow").deployment.pools[0]
    vis = odd("video interop and its gateway").deployment.pools[1]
    sites = odd("sites without pools").deployment.sites

    assert "QuantumServer" in tomorrow.roles
    assert (vis.role, set(vis.roles)) == (PoolRole.OTHER, {"VideoInteropServer"})
    assert vis.versions == (Version.S15,)
    assert [site.kind for site in sites if site.id == "3"] == ["HostedSite"]


def test_generations_are_told_apart(odd: Callable[[str], Imported]) -> None:
    pools = odd("four generations").deployment.pools

    assert [pool.versions[0] for pool in pools] == [Version.L10, Version.L13, Version.S15, Version.S19]
    assert {pool.edition for pool in pools} == {Edition.STANDARD}
