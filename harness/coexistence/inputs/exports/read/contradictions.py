"""What other exports say about things that the topology tells too.

Law of this room: the topology counts where both speak, but whoever contradicts it is heard: the two places
are named, and nobody decides here who is right. What the topology cannot hold is taken from them. Results
of the product's own tests prove that something worked once, on one pool; a failure speaks against
everything that says otherwise. Source: cmdlet exports, sections 3.3 to 3.6 and 3.13; synthetic
transactions, section 2.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.formats.booleans import truth_of
from coexistence.inputs.exports.read.replication import date_of
from coexistence.inputs.exports.topology.roles_and_versions import LEADING, PASSES_ON, versions_of
from coexistence.model.deployment import Cms, key_of
from coexistence.model.vocabulary import Origin, PoolId, PoolRole, Unknown

if TYPE_CHECKING:
    from coexistence.inputs.exports.read.found_tables import Tables
    from coexistence.inputs.exports.read.name_lookup import Bearings
    from coexistence.model.deployment import Pool

__all__ = ["FAR_APART", "CrossChecked", "cross_checked"]

#: Cmdlet names of roles that only pools of the product have (topology format, section 2.4).
_OURS: Final = frozenset({"registrar", "userserver", "edgeserver", "mediationserver", "director"})
#: Cmdlet names of the services that stand for a pool.
_CMDLET_ROLES: Final = {
    "Registrar": "registrar",
    "EdgeServer": "edgeserver",
    "MediationServer": "mediationserver",
}
_DIAGNOSIS: Final = re.compile(r"ErrorCode=(\d{1,6})")
_ERROR: Final = re.compile(r"(\d{3}|10060)\b")
_FILE_WORD: Final = re.compile(r"[a-z-]{3,30}")
_TEST: Final = re.compile(r"Test-Cs[A-Za-z0-9]{1,60}")
#: Exports that were taken further apart than this may contradict each other without either being wrong.
FAR_APART: Final = dt.timedelta(hours=12)


@dataclass
class CrossChecked:
    """What these exports add to the topology."""

    cms: Cms
    #: Backup registrars of pools, as services tell them.
    backups: dict[PoolId, PoolId] = field(default_factory=dict)
    #: When the Central Management master last wrote its status.
    status_written: dt.datetime | None = None


def cross_checked(tables: Tables, bearings: Bearings) -> CrossChecked:
    """Compare everything that is told twice, and return what the topology does not hold."""
    found = CrossChecked(bearings.topology.cms)
    _pools(tables, bearings)
    _computers(tables, bearings)
    _services(tables, bearings, found)
    _masters(tables, bearings, found)
    _domains(tables, bearings)
    _connection(tables, bearings, found)
    _trusted_pools(tables, bearings)
    _tests(tables, bearings)
    _log(tables)
    for kind, why in _HOLDS_NOTHING.items():
        for account, _, _ in tables.records(kind):
            account.note(why, key="nothing")
    return found


#: Recognised, so that nobody wonders; nothing in them decides a promise.
_HOLDS_NOTHING: Final = {
    kinds.QUEUES: "recognised; which groups answer is told by Get-CsRgsWorkflow",
    kinds.AGENT_GROUPS: "recognised; where agents are homed stays an assumption (agents-anywhere)",
}


def _log(tables: Tables) -> None:
    """Repeat which files the export script could not write; why it could not may name people."""
    for account, _, record in tables.records(kinds.EXPORT_LOG):
        account.used += 1
        if record["problem"]:
            what = record["file"] if _FILE_WORD.fullmatch(record["file"]) else "a file"
            account.note(f"{what} could not be exported: the column Problem says why", line=record.line)


def _pools(tables: Tables, bearings: Bearings) -> None:
    seen: set[PoolId] = set()
    topology = bearings.topology
    last = None
    for account, _, record in tables.records(kinds.POOLS):
        place = last = Origin(account.file, record.line)
        name = PoolId(key_of(record["fqdn"] or record["identity"]))
        pool = bearings.pools.get(name)
        if pool is None:
            roles = {part.partition(":")[0].strip().lower() for part in record["services"].split(";")}
            # Databases, file servers and gateways are listed as pools too.
            if roles & _OURS:
                bearings.unknown_pool(name, "Fqdn", place)
            continue
        account.used += 1
        seen.add(name)
        listed = {key_of(part) for part in record["computers"].split(";") if part.strip()}
        if listed and listed != set(pool.servers):
            bearings.disputes.add(
                "other-servers",
                f"{pool.fqdn} has other servers in an export of pools than in the topology",
                place,
                pool.origin,
            )
    if last is not None:
        for pool in topology.pools:
            if pool.id not in seen:
                message = f"{pool.fqdn} is in the topology and in no export of pools"
                bearings.disputes.add("unlisted-pool", message, pool.origin, Origin(last.source))


def _computers(tables: Tables, bearings: Bearings) -> None:
    for account, _, record in tables.records(kinds.COMPUTERS):
        server = bearings.find(record["fqdn"] or record["identity"])
        listed = bearings.pool(record["pool"])
        # Machines of databases and gateways are listed too.
        if server is None or listed is None:
            continue
        account.used += 1
        pool = bearings.pools[listed]
        if server not in pool.servers:
            bearings.disputes.add(
                "other-servers",
                f"{pool.fqdn} has other servers in an export of computers than in the topology",
                Origin(account.file, record.line),
                pool.origin,
            )


def _services(tables: Tables, bearings: Bearings, found: CrossChecked) -> None:
    for account, _, record in tables.records(kinds.POOL_SERVICES):
        place = Origin(account.file, record.line)
        role = (record["role"] or record["identity"].partition(":")[0]).lower()
        name = PoolId(key_of(record["pool"] or record["identity"].rpartition(":")[2]))
        pool = bearings.pools.get(name)
        if pool is None:
            if role in _OURS:
                bearings.unknown_pool(name, "PoolFqdn", place)
            continue
        account.used += 1
        leading = _CMDLET_ROLES.get(LEADING.get(pool.role, ""))
        versions = versions_of(record["version"])
        if role == leading and versions and pool.versions and not set(versions) & set(pool.versions):
            bearings.disputes.add(
                "other-version",
                f"{pool.fqdn} has another version in an export of services than in the topology",
                place,
                pool.origin,
            )
        if role == "centralmanagement":
            _active(truth_of(record["active"]), pool, place, bearings)
        hop = bearings.pool(record["registrar"]) if record["registrar"] else None
        if role == leading and pool.role in PASSES_ON and hop is not None and hop != pool.next_hop:
            bearings.disputes.add(
                "other-next-hop",
                f"{pool.fqdn} has another next hop in an export of services than in the topology",
                place,
                pool.origin,
            )
        backup = bearings.pool(record["backupregistrar"]) if record["backupregistrar"] else None
        if role == "registrar" and backup is not None:
            if pool.backup is None:
                found.backups[pool.id] = backup
            elif pool.backup != backup:
                bearings.disputes.add(
                    "other-backup",
                    f"{pool.fqdn} has another backup registrar in an export of services than in the topology",
                    place,
                    pool.origin,
                )
        edge = bearings.pool(record["edgeserver"]) if record["edgeserver"] else None
        if role == "registrar" and edge is not None and edge != pool.media_edge:
            bearings.disputes.add(
                "other-edge",
                f"{pool.fqdn} has another Edge pool in an export of services than in the topology",
                place,
                pool.origin,
            )


def _active(active: bool | None, pool: Pool, place: Origin, bearings: Bearings) -> None:
    cms = bearings.topology.cms
    if active is None or isinstance(cms.masters, Unknown) or active is (pool.id in cms.masters):
        return
    bearings.disputes.add(
        "other-master",
        "an export of services names another Central Management master than the topology",
        place,
        cms.origin,
    )


def _masters(tables: Tables, bearings: Bearings, found: CrossChecked) -> None:
    for account, _, record in tables.records(kinds.CMS_STATUS):
        place = Origin(account.file, record.line)
        account.used += 1
        moment = date_of(record["lastupdatedon"]) if record["lastupdatedon"] else None
        if moment is not None:
            found.status_written = max(moment, found.status_written or moment)
        masters = found.cms.masters
        if not record["master"]:
            bearings.disputes.add(
                "no-master",
                "the replication status names no active Central Management master, so none works",
                place,
                found.cms.origin,
            )
            continue
        pool = bearings.pool(record["master"])
        if pool is None:
            bearings.unknown_server(key_of(record["master"]), "ActiveMasterFqdn", place)
        elif isinstance(masters, Unknown):
            hosts = found.cms.hosts if pool in found.cms.hosts else (*found.cms.hosts, pool)
            found.cms = replace(found.cms, hosts=hosts, masters=(pool,), origin=place)
        elif pool not in masters:
            bearings.disputes.add(
                "other-master",
                "the replication status names another Central Management master than the topology",
                place,
                found.cms.origin,
            )


def _connection(tables: Tables, bearings: Bearings, found: CrossChecked) -> None:
    """Follow the service control point: the store that it names, by its server or by its database."""
    for account, _, record in tables.records(kinds.CONNECTION):
        place = Origin(account.file, record.line)
        account.used += 1
        server = key_of(record["sqlserver"].partition("\\")[0])
        if not server:
            found.cms = replace(found.cms, scp=None)
            continue
        hosts = [bearings.pools[host] for host in found.cms.hosts if host in bearings.pools]
        named = [
            pool.id
            for pool in hosts
            if bearings.pool(server) == pool.id or (pool.back_end or "").partition("\\")[0] == server
        ]
        if len(named) == 1:
            found.cms = replace(found.cms, scp=named[0])
        elif not named and not all(pool.tells("back_end") for pool in hosts):
            account.note("nobody told the database servers of the pools, so nothing is compared", key="told")
            found.cms = replace(found.cms, scp=Unknown(kinds.PUBLISHED))
        elif not named:
            bearings.disputes.add(
                "other-store",
                "the service control point leads to a database that is no Central Management store of the "
                "topology",
                place,
                found.cms.origin,
            )
        else:
            account.note("several Central Management stores share that database server", line=record.line)


def _domains(tables: Tables, bearings: Bearings) -> None:
    listed: dict[str, Origin] = {}
    for account, _, record in tables.records(kinds.SIP_DOMAINS):
        account.used += 1
        listed[key_of(record["name"])] = Origin(account.file, record.line)
    known = set(bearings.topology.sip_domains)
    for domain, place in listed.items():
        if domain not in known:
            message = "an export lists a SIP domain that the topology does not know"
            bearings.disputes.add(
                "unknown-domain", message, place, bearings.topology.cms.origin, key="domain"
            )
    if listed and known - set(listed):
        place = next(iter(listed.values()))
        message = "the topology has a SIP domain that the export of them does not list"
        bearings.disputes.add("unlisted-domain", message, bearings.topology.cms.origin, Origin(place.source))


def _trusted_pools(tables: Tables, bearings: Bearings) -> None:
    for account, _, record in tables.records(kinds.TRUSTED_POOLS):
        place = Origin(account.file, record.line)
        name = bearings.owner(record["poolfqdn"] or record["identity"], "Identity", account, record.line)
        pool = None if name is None else bearings.pools.get(name)
        if pool is None:
            continue
        account.used += 1
        hop = bearings.pool(record["registrar"]) if record["registrar"] else None
        if pool.role is PoolRole.TRUSTED_APPLICATION and hop is not None and hop != pool.next_hop:
            bearings.disputes.add(
                "other-next-hop",
                f"{pool.fqdn} has another next hop in an export than in the topology",
                place,
                pool.origin,
            )


def _tests(tables: Tables, bearings: Bearings) -> None:
    for account, _, record in tables.records(kinds.TESTS):
        place = Origin(account.file, record.line)
        pool = bearings.pool(record["target"])
        result = record["result"].lower()
        if pool is None:
            bearings.unknown_pool(key_of(record["target"]), "TargetFqdn", place)
            continue
        if result not in ("success", "failure"):
            account.note(
                "the column Result holds neither Success nor Failure", line=record.line, key="result"
            )
            continue
        account.used += 1
        if result == "success":
            continue
        named = _TEST.search(record["test"])
        error, diagnosis = _ERROR.match(record["error"]), _DIAGNOSIS.search(record["diagnosis"])
        told = f" with {error[1]}" if error else ""
        if diagnosis:
            told += f" (ms-diagnostics {diagnosis[1]})"
        bearings.disputes.add(
            "test-failed",
            f"{named[0] if named else 'a test of the product'} failed on {bearings.pools[pool].fqdn}{told}",
            place,
            bearings.pools[pool].origin,
        )
