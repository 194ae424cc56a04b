"""Files that contradict each other are findings, with both places; files that agree are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Registry
from coexistence.inputs.exports import read_exports
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coexistence.inputs.exports import Imported

    Read = Callable[[Mapping[str, str | bytes]], Imported]

REGISTRY = Registry()
load_builtin(REGISTRY)
(AGREE,) = [check for check in REGISTRY if check.name == "exported_files_agree"]

#: What files say, the kind of contradiction, where it is, what else is named, and whether it weighs.
_SAID = [
    (
        {
            "u.csv": "SipAddress,RegistrarPool\n"
            "a@contoso.com,gone.contoso.com\nb@contoso.com,gone.contoso.com\n"
        },
        ("unknown-pool", "u.csv, line 2", "topology.xml", True),
    ),
    (
        {"d.csv": "Identity,ServiceId\n1,UserServer:gone.contoso.com\n"},
        ("unknown-pool", "d.csv, line 2", "topology.xml", True),
    ),
    (
        {"s.csv": "ComputerName,Name,DisplayName,Status\nfe9.contoso.com,RTCSRV,x,Running\n"},
        ("unknown-server", "s.csv, line 2", "topology.xml", False),
    ),
    (
        {"r.csv": "ReplicaFqdn,UpToDate\nfe9.contoso.com,True\n"},
        ("unknown-server", "r.csv, line 2", "topology.xml", False),
    ),
    (
        {
            "s.csv": "ComputerName,Name,DisplayName,Status\nfe1.contoso.com,RTCSRV,x,Running\n"
            "fe1.contoso.com,RTCSRV,x,Stopped\n"
        },
        ("two-states", "s.csv, line 3", "s.csv, line 2", True),
    ),
    (
        {
            "p.csv": 'ComponentName,Version,ComputerName\n"X, Core Components",7.0.2046.1,se19.contoso.com\n',
            "q.csv": (
                'ComponentName,Version,ComputerName\n"X, Core Components",7.0.2046.900,se19.contoso.com\n'
            ),
        },
        ("two-builds", "q.csv, line 2", "p.csv, line 2", True),
    ),
    (
        {"d.csv": "Identity,ServiceId\n1,UserServer:pool13.contoso.com\n1,UserServer:se19.contoso.com\n"},
        ("two-owners", "d.csv, line 3", "d.csv, line 2", True),
    ),
    (
        {
            "a.csv": "Identity,DialinConferencingRegion\nGlobal,US\n",
            "b.csv": "Identity,DialinConferencingRegion\nGlobal,EU\n",
        },
        ("two-values", "b.csv, line 2", "a.csv, line 2", True),
    ),
    (
        {"c.csv": "LastUpdatedOn,ActiveMasterFqdn\n2026-03-01T08:00:00,se19.contoso.com\n"},
        ("other-master", "c.csv, line 2", "topology.xml", True),
    ),
    (
        {"c.csv": "LastUpdatedOn,ActiveMasterFqdn\n2026-03-01T08:00:00,\n"},
        ("no-master", "c.csv, line 2", "topology.xml", True),
    ),
    (
        {
            "c.csv": "LastUpdatedOn,ActiveMasterFqdn\n2026-03-03T08:00:00,fe1.contoso.com\n",
            "r.csv": "ReplicaFqdn,UpToDate,LastStatusReport\nfe1.contoso.com,True,2026-03-01T08:00:00\n",
        },
        ("exports-apart", "r.csv", "c.csv", False),
    ),
    (
        {
            "v.csv": (
                "Identity,Role,Version,PoolFqdn\nRegistrar:se19.contoso.com,Registrar,7,se19.contoso.com\n"
            ),
        },
        ("other-version", "v.csv, line 2", "topology.xml", True),
    ),
    (
        {
            "v.csv": "Identity,Role,Version,PoolFqdn,BackupRegistrar\n"
            "Registrar:pool13.contoso.com,Registrar,6,pool13.contoso.com,Registrar:dir.contoso.com\n"
        },
        ("other-backup", "v.csv, line 2", "topology.xml", True),
    ),
    (
        {
            "v.csv": (
                "Identity,Role,Version,PoolFqdn\nRegistrar:gone.contoso.com,Registrar,6,gone.contoso.com\n"
            ),
        },
        ("unknown-pool", "v.csv, line 2", "topology.xml", True),
    ),
    (
        {
            "n.csv": (
                "Identity,Name,IsDefault\n"
                "fabrikam.com,fabrikam.com,False\ncontoso.com,contoso.com,True\n"
                "new.com,new.com,False\n"
            ),
        },
        ("unknown-domain", "n.csv, line 4", "topology.xml", True),
    ),
    (
        {"n.csv": "Identity,Name,IsDefault\ncontoso.com,contoso.com,True\n"},
        ("unlisted-domain", "topology.xml", "n.csv", True),
    ),
    (
        {"k.csv": "StoreProvider,SqlServer,SqlInstance\nSql,old-sql.contoso.com,rtc\n"},
        ("other-store", "k.csv, line 2", "topology.xml", True),
    ),
    (
        {"a.csv": "Domain,ProxyFqdn\nbad.com,\n", "b.csv": "Domain,Comment\nbad.com,\n"},
        ("allowed-and-blocked", "a.csv, line 2", "b.csv, line 2", False),
    ),
    (
        {
            "t.csv": "TargetFqdn,Result,Latency,Error,Diagnosis,Test\npool13.contoso.com,Failure,00:00:00,"
            '"504, Server time-out","ErrorCode=2,Source=x,Reason=y",Test-CsIM\n'
        },
        ("test-failed", "t.csv, line 2", "topology.xml", True),
    ),
    (
        {
            "u.csv": "SipAddress,RegistrarPool\na@contoso.com,se19.contoso.com\n",
            "m.csv": "organizer,conf_id,front_end\na@contoso.com,X1,fe1\n",
        },
        ("meeting-elsewhere", "m.csv, line 2", "u.csv", False),
    ),
    (
        {
            "u.csv": "SipAddress,RegistrarPool\na@contoso.com,se19.contoso.com\n",
            "m.csv": "organizer,conf_id\nb@contoso.com,X1\n",
        },
        ("meeting-of-nobody", "m.csv, line 2", "u.csv", False),
    ),
    (
        {
            "g.csv": (
                "Identity,SiteId,DisplayName,SiteType,FederationRoute\nSite:Nowhere,9,Nowhere,CentralSite,\n"
            ),
        },
        ("unknown-site", "g.csv, line 2", "topology.xml", True),
    ),
]


@pytest.mark.parametrize(
    ("files", "expected"), _SAID, ids=[f"{each[1][0]}-{n}" for n, each in enumerate(_SAID)]
)
def test_a_contradiction_names_both_places(
    imported: Read, files: dict[str, str], expected: tuple[str, str, str, bool]
) -> None:
    kind, one, other, weighs = expected
    (found,) = imported(dict(files)).deployment.contradictions

    assert found.kind == kind
    for place, expected_place in ((found.one, one), (found.other, other)):
        assert str(place) == expected_place or str(place).startswith(f"{expected_place}, line ")
    assert found.is_serious is weighs
    assert "\n" not in found.message
    assert "a@contoso.com" not in found.message


_AGREEING = {
    "users.csv": "SipAddress,RegistrarPool\na@contoso.com,POOL13.contoso.com.\n",
    "services.csv": (
        "Identity,Role,Version,PoolFqdn,BackupRegistrar,EdgeServer\n"
        "Registrar:pool13.contoso.com,Registrar,6,Pool13.contoso.com,Registrar:se19.contoso.com,"
        "EdgeServer:edge.contoso.com\n"
        "UserDatabase:sql1.contoso.com,UserDatabase,6,sql1.contoso.com,,\n"
    ),
    "pools.csv": (
        "Identity,Fqdn,Site,Computers,Services\n"
        "x,sql1.contoso.com,Site:Redmond,sql1.contoso.com,UserDatabase:sql1.contoso.com\n"
    )
    + "".join(
        f"x,{name}.contoso.com,Site:Redmond,,Registrar:{name}.contoso.com\n"
        for name in ("pool13", "se19", "edge", "dir", "med", "app", "sba")
    ),
    "cms.csv": "LastUpdatedOn,ActiveMasterFqdn\n2026-03-01T09:00:00,fe2.contoso.com\n",
    "connection.csv": "StoreProvider,SqlServer,SqlInstance\nSql,sql1.contoso.com,rtc\n",
    "replication.csv": "ReplicaFqdn,UpToDate,LastStatusReport\nfe1.contoso.com,True,2026-03-01T08:00:00\n",
    "domains.csv": "Identity,Name,IsDefault\nx,fabrikam.com,False\nx,contoso.com,True\n",
    "tests.csv": "TargetFqdn,Result,Latency\npool13.contoso.com,Success,00:00:06.8630376\n",
    "trusted.csv": (
        "Identity,Registrar,ThrottleAsServer\n"
        "TrustedApplicationPool:app.contoso.com,Registrar:pool13.contoso.com,True\n"
    ),
}


def test_files_that_agree_contradict_nothing(imported: Read) -> None:
    read = imported(_AGREEING)

    assert read.deployment.contradictions == ()
    assert read.deployment.cms.scp == "pool13.contoso.com"
    assert "not yet understood" not in {each.kind for each in read.files}


@pytest.mark.parametrize(("files", "expected"), _SAID[:4])
def test_the_check_reports_it_with_its_weight(
    imported: Read, files: dict[str, str], expected: tuple[str, str, str, bool]
) -> None:
    trial = Trial(imported(dict(files)).deployment, is_twin=True)
    now = trial.places[0]
    result = trial.ask(AGREE, now)

    (broken,) = result.broken
    assert (broken.finding.kind, broken.severity.fails) == (expected[0], expected[3])
    assert expected[1] in broken.finding.message
    assert expected[2] in broken.finding.message
    assert not any(AGREE.applies_at(place) for place in trial.places[1:])


def test_the_check_is_silent_where_files_agree(imported: Read) -> None:
    trial = Trial(imported(_AGREEING).deployment, is_twin=True)

    result = trial.ask(AGREE, Place("now", trial.plan.phase))

    assert (result.broken, result.undecided, result.crash) == ((), (), None)


def test_a_master_that_only_the_status_names_is_the_master(
    exported: Callable[[Mapping[str, str | bytes]], object], draft: str
) -> None:
    folder = exported(
        {"draft.tbxml": draft, "cms.csv": "LastUpdatedOn,ActiveMasterFqdn\n,SE15.fabrikam.com\n"}
    )
    deployment = read_exports(folder).deployment  # type: ignore[arg-type]  # a folder

    assert deployment.cms.masters == ("se15.fabrikam.com",)
    assert deployment.contradictions == ()
