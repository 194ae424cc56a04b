"""Lists of pools and services stand in for a topology, as far as they go; what they leave out is unknown."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from coexistence.errors import InputError
from coexistence.inputs.exports import Imported, read_exports
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.family.strategies import deployments
from coexistence.model.deployment import Deployment
from coexistence.model.vocabulary import Edition, PoolId, PoolRole, SiteKind, Unknown, Version

Write = Callable[[Mapping[str, str | bytes]], Path]

POOLS = """\
"Identity","Fqdn","Site","Computers","Services"
"pool13.contoso.com","Pool13.contoso.com","Site:Redmond","fe1.contoso.com;fe2.contoso.com",\
"Registrar:pool13.contoso.com;UserServer:pool13.contoso.com;WebServer:pool13.contoso.com;\
ApplicationServer:pool13.contoso.com;CentralManagement:pool13.contoso.com"
"sql1.contoso.com","sql1.contoso.com","Site:Redmond","sql1.contoso.com","UserDatabase:sql1.contoso.com"
"se19.contoso.com","se19.contoso.com","Site:Redmond","se19.contoso.com",\
"Registrar:se19.contoso.com;UserServer:se19.contoso.com;UserDatabase:se19.contoso.com"
"edge.contoso.com","edge.contoso.com","Site:Redmond","edge1.contoso.com","EdgeServer:edge.contoso.com"
"dir.contoso.com","dir.contoso.com","Site:Redmond","dir.contoso.com","Registrar:dir.contoso.com"
"sba.contoso.com","sba.contoso.com","Site:Lyon","sba.contoso.com",\
"Registrar:sba.contoso.com;MediationServer:sba.contoso.com"
"""
SERVICES = """\
"Identity","Role","Version","PoolFqdn","SiteId","ServiceId","Active","Registrar","BackupRegistrar","EdgeServer",\
"UserDatabase"
"Registrar:pool13.contoso.com","Registrar","6","pool13.contoso.com","Site:Redmond","1-Registrar-1","","","",\
"EdgeServer:edge.contoso.com",""
"UserServer:pool13.contoso.com","UserServer","6","pool13.contoso.com","Site:Redmond","1-UserServices-1","",\
"","","","UserDatabase:sql1.contoso.com"
"CentralManagement:pool13.contoso.com","CentralManagement","6","pool13.contoso.com","Site:Redmond",\
"1-CentralMgmt-1","True","","","",""
"Registrar:se19.contoso.com","Registrar","8","se19.contoso.com","Site:Redmond","1-Registrar-2","","","","",""
"EdgeServer:edge.contoso.com","EdgeServer","6","edge.contoso.com","Site:Redmond","1-EdgeServer-1","",\
"Registrar:pool13.contoso.com","","",""
"Registrar:dir.contoso.com","Registrar","6","dir.contoso.com","Site:Redmond","1-Registrar-3","","","","",""
"Registrar:sba.contoso.com","Registrar","6","sba.contoso.com","Site:Lyon","2-Registrar-1","","",\
"Registrar:pool13.contoso.com","",""
"""


@pytest.fixture
def listed(exported: Write) -> Callable[..., Imported]:
    """Read the two lists, or others in their place."""

    def read(pools: str = POOLS, services: str = SERVICES, **others: str) -> Imported:
        files = {"pools.csv": pools, "services.csv": services}
        return read_exports(exported(files | {f"{name}.csv": text for name, text in others.items()}))

    return read


def _without(table: str, column: str) -> str:
    rows = list(csv.reader(io.StringIO(table)))
    at = rows[0].index(column)
    made = io.StringIO()
    csv.writer(made).writerows([*row[:at], *row[at + 1 :]] for row in rows)
    return made.getvalue()


def test_pools_sites_servers_and_versions_are_those_of_the_lists(listed: Callable[..., Imported]) -> None:
    twin = listed().deployment

    pools = {pool.fqdn.partition(".")[0]: pool for pool in twin.pools}
    assert {name: (pool.role, pool.edition, pool.versions) for name, pool in pools.items()} == {
        "Pool13": (PoolRole.FRONT_END, Edition.ENTERPRISE, (Version.L13,)),
        "se19": (PoolRole.FRONT_END, Edition.STANDARD, (Version.S19, Version.SE)),
        "edge": (PoolRole.EDGE, None, (Version.L13,)),
        "dir": (PoolRole.DIRECTOR, None, (Version.L13,)),
        "sba": (PoolRole.BRANCH_APPLIANCE, None, (Version.L13,)),
    }
    assert pools["Pool13"].servers == ("fe1.contoso.com", "fe2.contoso.com")
    assert pools["Pool13"].media_edge == "edge.contoso.com"
    assert pools["edge"].next_hop == pools["sba"].backup == "pool13.contoso.com"
    assert [(site.id, site.name, site.kind, site.parent) for site in twin.sites] == [
        ("1", "Redmond", SiteKind.CENTRAL, None),
        ("2", "Lyon", SiteKind.BRANCH, "1"),
    ]
    assert twin.cms.masters == ("pool13.contoso.com",)
    assert (str(pools["edge"].origin), str(twin.cms.origin)) == ("pools.csv, line 5", "services.csv")
    assert twin.contradictions == ()


def test_what_no_column_tells_is_untold_and_nothing_else(listed: Callable[..., Imported]) -> None:
    told = {pool.id: pool.untold for pool in listed().deployment.pools}

    assert told == {
        "pool13.contoso.com": {
            "applications",
            "archiving_store",
            "back_end",
            "external_web_fqdn",
            "monitoring_store",
        },
        "se19.contoso.com": {"archiving_store", "monitoring_store"},
        "edge.contoso.com": {"edge_names", "federation", "xmpp"},
        "dir.contoso.com": {"archiving_store", "monitoring_store"},
        "sba.contoso.com": {"archiving_store", "monitoring_store"},
    }


def test_the_account_says_that_there_is_no_topology(listed: Callable[..., Imported]) -> None:
    account = next(each for each in listed().files if each.file == "pools.csv")

    assert account.notes[0].startswith(
        "there is no topology: pools, servers, services and versions are those"
    )
    assert "Get-CsTopology -AsXml" in account.notes[0]


def test_a_list_of_computers_tells_the_servers_too(listed: Callable[..., Imported]) -> None:
    pools = POOLS.replace('"fe1.contoso.com;fe2.contoso.com"', '""')
    computers = '"Identity","Pool","Fqdn"\n"fe3.contoso.com","pool13.contoso.com","fe3.contoso.com"\n'

    twin = listed(pools, computers=computers)

    assert twin.deployment.pool_by_id[PoolId("pool13.contoso.com")].servers == ("fe3.contoso.com",)
    assert {each.kind for each in twin.files} == {"Get-CsPool", "Get-CsService", "Get-CsComputer"}


def test_what_depends_on_a_service_may_be_told_from_the_other_end(listed: Callable[..., Imported]) -> None:
    header, *rows = _without(_without(SERVICES, "EdgeServer"), "Registrar").splitlines()
    dependents = {
        "EdgeServer:": "Registrar:pool13.contoso.com;MediationServer:sba.contoso.com",
        "Registrar:pool13": "EdgeServer:edge.contoso.com",
    }
    services = "\n".join(
        [
            f"{header},DependentServiceList",
            *(
                f"{row},{next((text for start, text in dependents.items() if row.startswith(start)), '')}"
                for row in rows
            ),
        ]
    )

    pools = listed(services=services).deployment.pool_by_id

    assert pools[PoolId("pool13.contoso.com")].media_edge == "edge.contoso.com"
    assert pools[PoolId("edge.contoso.com")].next_hop == "pool13.contoso.com"


@pytest.mark.parametrize(
    ("pools", "services", "says"),
    [
        (_without(POOLS, "Services"), SERVICES, "its column Services holds nothing that can be read"),
        (POOLS, _without(SERVICES, "Version"), "it tells no versions, in its column Version"),
        (POOLS, _without(SERVICES, "BackupRegistrar"), "it tells no backup registrars"),
        (
            POOLS + '"gw1.contoso.com","gw1.contoso.com","Site:Redmond","","PstnGateway:gw1.contoso.com"\n',
            SERVICES,
            "it does not tell which Mediation pool a trunk is for",
        ),
        (POOLS.splitlines()[0] + "\n", SERVICES, "its column Services holds nothing"),
    ],
)
def test_lists_that_leave_out_what_a_pool_is_do_not_stand_in(
    listed: Callable[..., Imported], pools: str, services: str, says: str
) -> None:
    with pytest.raises(InputError, match=says) as caught:
        listed(pools, services)

    assert "(Get-CsTopology -AsXml).Save('topology.xml')" in str(caught.value)


def test_a_list_that_ends_in_dots_does_not_stand_in(exported: Write) -> None:
    screen = """
Identity  : pool13.contoso.com
Fqdn      : pool13.contoso.com
Services  : {Registrar:pool13.contoso.com, WebServer:pool13.contoso.com...}
Computers : {fe1.contoso.com}
Site      : Site:Redmond

Identity  : dir.contoso.com
Fqdn      : dir.contoso.com
Services  : {Registrar:dir.contoso.com}
Computers : {dir.contoso.com}
Site      : Site:Redmond
"""
    with pytest.raises(InputError, match=r"^pools\.txt, line 2: .* its column Services is cut short"):
        read_exports(exported({"pools.txt": screen, "services.csv": SERVICES}))


def _objects(table: str) -> list[dict[str, object]]:
    lists = ("Computers", "Services")
    return [
        {name: cell.split(";") if name in lists else cell or None for name, cell in row.items()}
        for row in csv.DictReader(io.StringIO(table))
    ]


def _screen(table: str) -> str:
    lines = []
    for each in _objects(table):
        for name, value in each.items():
            shown = f"{{{', '.join(value)}}}" if isinstance(value, list) else value or ""
            lines.append(f"{name:<20} : {shown}")
        lines.append("")
    return "\n".join(lines)


def test_the_lists_may_come_in_other_forms(listed: Callable[..., Imported], exported: Write) -> None:
    twin = listed().deployment
    for name in ("pools.csv", "services.csv"):
        (exported({}) / name).unlink()

    for ending, form in (("json", lambda table: json.dumps(_objects(table))), ("txt", _screen)):
        folder = exported({f"pools.{ending}": form(POOLS), f"services.{ending}": form(SERVICES)})
        assert read_exports(folder).deployment == twin
        for name in ("pools", "services"):
            (folder / f"{name}.{ending}").unlink()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"pools.csv": POOLS}, "Get-CsPool stands in for it only together with Get-CsService"),
        ({"services.csv": SERVICES}, "Get-CsService stands in for it only together with Get-CsPool"),
    ],
)
def test_one_of_the_two_lists_is_not_enough(exported: Write, files: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_exports(exported(files))


def test_a_service_of_a_pool_that_is_not_listed_is_a_contradiction(listed: Callable[..., Imported]) -> None:
    extra = '"Registrar:x.contoso.com","Registrar","6","x.contoso.com","Site:Redmond","","","","","",""\n'

    found = listed(services=SERVICES + extra).deployment.contradictions

    assert [(each.kind, str(each.one)) for each in found] == [("unknown-pool", "services.csv, line 9")]


def test_a_topology_counts_before_the_lists(
    imported: Callable[[Mapping[str, str | bytes]], Imported],
) -> None:
    services = SERVICES.replace("Registrar:pool13", "Registrar:se19").replace('"True"', '"False"')
    computers = '"Identity","Pool","Fqdn"\n"fe1.contoso.com","se19.contoso.com","fe1.contoso.com"\n'

    twin = imported({"pools.csv": POOLS, "services.csv": services, "computers.csv": computers}).deployment

    assert not any(pool.untold for pool in twin.pools)
    assert twin.pool_by_id[PoolId("edge.contoso.com")].next_hop == "pool13.contoso.com"
    assert sorted(each.kind for each in twin.contradictions) == [
        "other-backup",
        "other-master",
        "other-next-hop",
        "other-servers",
        "unlisted-pool",
        "unlisted-pool",
    ]


# ------------------------------------------------------------------------------ all that can be made


def _held(deployment: Deployment) -> Deployment:
    """The deployment without what no list of pools and services holds."""
    return replace(
        deployment,
        gateways=tuple(replace(each, port=0) for each in deployment.gateways),
        pools=tuple(replace(pool, untold=frozenset()) for pool in deployment.pools),
    )


@settings(max_examples=25)
@given(deployment=deployments(max_sites=2))
def test_lists_tell_all_that_the_topology_tells(deployment: Deployment) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_exports(deployment, folder)
        full = read_exports(folder).deployment
        (folder / "topology.xml").unlink()
        twin = read_exports(folder).deployment

    assert twin.contradictions == ()
    assert not isinstance(twin.cms.masters, Unknown)
    assert _held(twin) == _held(full)
    assert not any(pool.untold - {"office_web_apps"} for pool in twin.pools)
