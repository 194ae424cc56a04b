"""The writers write every kind of table, and every column that they write is read for something."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from coexistence.errors import InputError
from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.formats.csv_tables import Heading
from coexistence.inputs.exports.formats.objects import named
from coexistence.inputs.exports.kinds import CATALOGUE, POLICY_SETTINGS, kind_of
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.exports.write.projection import projection
from coexistence.inputs.exports.write.rows import Listed
from coexistence.inputs.exports.write.tables import listed
from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    Crowd,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.deployment import Deployment, Policy
from coexistence.model.vocabulary import Edition, Origin, Unknown, UserKind, Version

#: Tables that hold nothing of a deployment which another one does not: only read.
NOT_WRITTEN: Final = {
    "Get-CsComputer": "servers stand in the list of pools",
    "Get-CsManagementStoreReplicationStatus -CentralManagementStoreStatus": "a topology names the master",
    "Get-CsMeetingRoom": "rooms are written among the users",
    "Get-CsRgsAgentGroup": "nothing is read from it",
    "Get-CsRgsQueue": "nothing is read from it",
    "Get-CsTrustedApplicationPool": "the pools stand in the topology",
    "Test-Cs* results": "what happened once is no part of a deployment",
    "log of the export script": "it is about an export, and no part of a deployment",
}
#: Columns that an export has and that say the same as another one, or what nobody asks.
REPEATED: Final = {
    ("Get-CsWindowsService", "RoleName"),
    ("Get-CsManagementConnection", "ReadOnly"),
    ("Get-CsManagementConnection", "SqlInstance"),
    ("Get-CsSite", "DisplayName"),
    ("Get-CsSite", "SiteType"),
    ("Get-CsRgsWorkflow", "Name"),
    ("Get-CsCallParkOrbit", "NumberRangeEnd"),
    ("Get-CsUnassignedNumber", "NumberRangeEnd"),
    ("Get-CsTrustedApplication", "Identity"),
    ("Get-CsVoiceRoute", "NumberPattern"),
    # Either of two tells it.
    *(("Get-CsVoiceRoute", column) for column in ("Identity", "Name")),
    *(("meetings export", column) for column in ("kind", "is_static")),
    # Where all pools run one version, meetings were scheduled on it; where no site has URLs, they are global.
    ("meetings export", "scheduled_on"),
    ("Get-CsSimpleUrlConfiguration", "Identity"),
    # The topology tells these; without it they count, which is looked at below.
    *(("Get-CsSipDomain", column) for column in ("Identity", "Name", "IsDefault")),
}
_COMPARED: Final = ("Get-CsPool", "Get-CsService", "Get-CsSipDomain")


def _everything() -> Deployment:
    pool = PoolBlueprint(
        edition=Edition.ENTERPRISE,
        front_ends=3,
        crowds=(
            Crowd(people=6, voice=True, meetings=2, content=True),
            Crowd(people=2, xmpp=True, chat=True, voice=True, meetings=1),
            Crowd(people=2, kind=UserKind.DISABLED),
            Crowd(people=2, kind=UserKind.RESOURCE),
            Crowd(people=2, kind=UserKind.CLOUD),
        ),
        dial_in=True,
        voice=True,
        response_groups=2,
        monitoring=True,
        archiving=True,
        call_park=True,
        unassigned_numbers=True,
        common_area_phones=1,
        analog_devices=1,
        exchange_um=True,
        admission_control=True,
    )
    site = SiteBlueprint(
        pools=(pool, replace(pool, edition=Edition.STANDARD)),
        edge=EdgeBlueprint(servers=2, federation=True, xmpp=True),
        director=True,
        trusted_applications=1,
        persistent_chat=True,
        branches=(BranchBlueprint(crowds=(Crowd(people=2),)),),
    )
    blueprint = Blueprint(legacy=Version.L13, target=Version.S15, sip_domains=2, partners=2, sites=(site,))
    made = build(blueprint, "everything")
    assert not isinstance(made.policies, Unknown)
    told = {policy.kind for policy in made.policies if policy.settings}
    more = [
        Policy(
            kind=kind,
            scope="global",
            settings=tuple((name, "True") for name in names),
            origin=Origin("test"),
        )
        for kind, names in POLICY_SETTINGS.items()
        if kind not in told
    ]
    kept = [policy for policy in made.policies if policy.kind in told]
    return replace(made, policies=(*kept, *more))


WHOLE: Final = _everything()
TABLES: Final = {
    table.kind: replace(table, rows=[tuple(row) for row in table.rows]) for table in listed(WHOLE)
}


def test_every_kind_of_table_is_written_or_holds_nothing_of_a_deployment() -> None:
    assert {*TABLES, *NOT_WRITTEN} == set(CATALOGUE)
    assert not NOT_WRITTEN.keys() & TABLES.keys()


def _less(table: Listed, column: str) -> Listed:
    at = table.header.index(column)
    return replace(
        table,
        header=table.header[:at] + table.header[at + 1 :],
        rows=[row[:at] + row[at + 1 :] for row in table.rows],
    )


@pytest.mark.parametrize("kind", [kind for kind in TABLES if kind not in _COMPARED[:2]])
def test_what_stands_in_a_column_is_read(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    whole = projection(WHOLE)
    unread = set()
    for column in TABLES[kind].header:
        rest = tuple(map(named, _less(TABLES[kind], column).header))
        export = kind_of(Heading("", ",", rest, 1))
        if export is None or export.kind != kind:
            # By this one the table is told from others.
            continue
        tables = [_less(table, column) if table.kind == kind else table for table in TABLES.values()]
        monkeypatch.setattr(
            "coexistence.inputs.exports.write.projection.listed", lambda _, tables=tables: tables
        )
        if projection(WHOLE) == whole:
            unread.add((kind, column))

    assert unread <= REPEATED


# ------------------------------------------------------------------ lists that stand in for a topology

#: Of the two ends of a tie either tells it, and a name tells what an id and a role tell.
EITHER: Final = {
    "Identity",
    "Role",
    "SiteId",
    "ServiceId",
    "DependentServiceList",
    "Registrar",
    "BackupRegistrar",
    "EdgeServer",
    "MediationServer",
    "UserDatabase",
    "ArchivingDatabase",
    "MonitoringDatabase",
    "ShareName",
    "Fqdn",
    "Site",
}


def _files() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        written = write_exports(WHOLE, Path(folder))
        return {
            path.name: path.read_text("utf-8-sig")
            for path in written
            if path.name in ("pools.csv", "services.csv", "sites.csv", "sipdomains.csv")
        }


FILES: Final = _files()


def _read(files: dict[str, str]) -> Deployment | None:
    """The twin of the lists alone; None for lists that do not stand in for a topology."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, "utf-8", newline="")
        try:
            return read_exports(Path(folder)).deployment
        except InputError:
            return None


def _without(text: str, column: str) -> str:
    rows = list(csv.reader(io.StringIO(text, newline="")))
    at = rows[0].index(column)
    made = io.StringIO(newline="")
    csv.writer(made).writerows([*row[:at], *row[at + 1 :]] for row in rows)
    return made.getvalue()


@pytest.mark.parametrize("file", FILES)
def test_what_stands_in_a_column_of_the_lists_is_read(file: str) -> None:
    whole = _read(FILES)
    header = next(csv.reader([FILES[file].splitlines()[0]]))
    unread = {column for column in header if _read(FILES | {file: _without(FILES[file], column)}) == whole}

    assert whole is not None
    assert unread <= EITHER | {"DisplayName", "SiteType", "IsDefault"}
