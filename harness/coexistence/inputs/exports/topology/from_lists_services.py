"""What runs on pools and rests on what, by lists of ``Get-CsService``, in the words of a topology.

Law of this room: a tie may be told from either end, by a property of the service that depends (``Registrar :
Registrar:pool``) or by ``DependentServiceList`` of the one that is depended on; a column that a file does
not have has told nothing. Source: cmdlet exports, section 3.4; topology format, sections 2.4, 2.6 and 2.7.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.formats.booleans import truth_of
from coexistence.inputs.exports.topology.document import BoundTo, Port, Service
from coexistence.inputs.exports.topology.from_lists_pools import meant
from coexistence.inputs.exports.topology.roles_and_versions import (
    LEADING,
    PASSES_ON,
    STORES,
    XML_ROLES,
    versions_of,
)
from coexistence.inputs.exports.topology.service_columns import APPLICATION_PORTS, TIES
from coexistence.model.deployment import key_of
from coexistence.model.vocabulary import Edition, Feature, PoolRole, have

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coexistence.inputs.exports.formats.csv_tables import Record
    from coexistence.inputs.exports.read.found_tables import Tables
    from coexistence.inputs.exports.topology.from_lists_pools import Place
    from coexistence.model.deployment import Pool

__all__ = [
    "COMPONENTS",
    "SOMEWHERE",
    "Row",
    "Telling",
    "listed_services",
    "rows_of",
]

#: Key of the cluster that stands for a database server that no list names.
SOMEWHERE: Final = "somewhere"
#: Conferencing components, as the topology names them (topology format, section 2.4).
COMPONENTS: Final = ("IMConf", "DataConf", "AppSharingConf", "AVConf")
#: What a list tells of a pool by one property of one of its services.
_PARTICULARS: Final[dict[str, tuple[str, frozenset[str]]]] = {
    "federation": ("EdgeServer", frozenset({"federation"})),
    "xmpp": ("EdgeServer", frozenset({"xmpp"})),
    "edge_names": ("EdgeServer", frozenset({"access"})),
    "external_web_fqdn": ("WebServices", frozenset({"web"})),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One service of the lists."""

    #: As the topology spells it.
    role: str
    #: As the list spells it, lower case.
    word: str
    pool: str
    record: Record
    #: Columns that the file has and that hold no type's name here.
    told: frozenset[str]


def rows_of(tables: Tables, places: Mapping[str, Place]) -> list[Row]:
    """Return the services that stand on a pool of the list; others are disputed elsewhere."""
    found: list[Row] = []
    seen: set[object] = set()
    for _, has, record in tables.records(kinds.POOL_SERVICES, again=True):
        word, _, name = record["identity"].partition(":")
        word = (record["role"] or word).strip()
        pool = key_of(record["pool"] or name)
        if not word or pool not in places:
            continue
        role = XML_ROLES.get(word.lower(), word)
        # One of each role stands on a pool; of databases, shares and trunks there may be several.
        which: object = record["serviceid"] or (tuple(record.cells.items()) if role in STORES else "")
        if (role, pool, which) not in seen:
            seen.add((role, pool, which))
            found.append(Row(role, word.lower(), pool, record, has - record.cut))
    return found


def listed_services(rows: list[Row], places: Mapping[str, Place]) -> tuple[Service, ...]:
    """Return the services of the lists, each with what it rests on."""
    return _Listing(rows, places).services()


class _Listing:
    """Services in the making: from their own rows, and from what the list of pools names besides."""

    def __init__(self, rows: list[Row], places: Mapping[str, Place]) -> None:
        self._rows = rows
        self._places = places
        self._made: dict[str, Service] = {}
        self._keys: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._needs: defaultdict[str, list[BoundTo]] = defaultdict(list)
        # Stores keep the version of the release that defined them (topology format, section 2.5).
        self._versions: dict[str, str] = {}
        for row in sorted(rows, key=lambda each: each.role in STORES):
            self._versions[row.pool] = self._versions.get(row.pool) or row.record["version"]

    def services(self) -> tuple[Service, ...]:
        listed = [(self._add(row), row) for row in self._rows]
        for pool, place in self._places.items():
            for role in place.roles:
                if (role, pool) not in self._keys:
                    self._make(f"{pool} {role}", role, pool)
        for key, row in listed:
            self._bind(key, row)
        for key, row in listed:
            self._bind_dependents(key, row)
        self._place_user_stores()
        return tuple(replace(each, needs=tuple(self._needs[key])) for key, each in self._made.items())

    def _make(self, key: str, role: str, pool: str, version: str = "", **facts: Any) -> str:
        version = version or self._versions.get(pool, "")
        place = self._places.get(pool)
        if role == "Registrar" and place is not None:
            facts.setdefault("is_director", _is_director(place))
            if facts["is_director"] or "UserServices" in place.roles:
                facts["ports"] = tuple(_fabric(version))
        if role == "ConfServices":
            # Which of them there are stands in no list of services: Windows services tell.
            facts["mcus"] = COMPONENTS
        self._made[key] = Service(key=key, role=role, version=version, cluster=pool, **facts)
        self._keys[role, pool].append(key)
        return key

    def _add(self, row: Row) -> str:
        key = row.record["serviceid"] or f"{row.pool} {row.role}"
        while key in self._made:
            key += "+"
        facts: dict[str, Any] = dict(_facts(row))
        return self._make(key, row.role, row.pool, row.record["version"], **facts)

    def _bind(self, key: str, row: Row) -> None:
        """Bind a service to those that its own properties name."""
        for column, (default, usage) in TIES.items():
            for text in row.record[column].split(";"):
                targets = self._keys.get(meant(text, default))
                if text.strip() and targets and targets[0] != key:
                    self._needs[key].append(BoundTo(service=targets[0], usage=usage))

    def _bind_dependents(self, key: str, row: Row) -> None:
        """Bind to a service those that it says depend on it, unless they said themselves on what."""
        for text in row.record["dependents"].split(";"):
            for dependent in self._keys.get(meant(text), ()):
                bound = {self._made[need.service].role for need in self._needs[dependent]}
                if dependent != key and row.role not in bound:
                    usage = "Backup" if row.role == self._made[dependent].role == "Registrar" else "Default"
                    self._needs[dependent].append(BoundTo(service=key, usage=usage))
                    # Two trunks of one gateway share their name: each Mediation pool has one of them.
                    break

    def _place_user_stores(self) -> None:
        """Give each pool with people the store that it must have: its own where it has one.

        Standard Edition keeps its store on the pool itself; another pool's store is elsewhere, even where
        nobody told where.
        """
        for (role, pool), keys in list(self._keys.items()):
            mine = self._needs[keys[0]]
            if role == "UserServices" and not any(
                self._made[need.service].role == "UserStore" for need in mine
            ):
                own = self._keys.get(("UserStore", pool))
                store = own[0] if own else self._make(f"{SOMEWHERE} {pool}", "UserStore", SOMEWHERE)
                mine.append(BoundTo(service=store))


def _is_director(place: Place) -> bool:
    """Registrars alone: a pool with people has User Services, an appliance a Mediation Server."""
    return not {"UserServices", "MediationServer"} & set(place.roles)


def _fabric(version: str) -> Iterator[Port]:
    """Yield Windows Fabric's port for versions that have it: no list shows it under a name we know."""
    if have(versions_of(version), Feature.FABRIC) is True:
        yield _port("WinFab", "WinFabFederation", "Primary", "5090", protocol="Tcp")


def _facts(row: Row) -> Iterator[tuple[str, object]]:
    """Yield what a row says beside names, as fields of a service."""
    record = row.record
    match row.role:
        case "Registrar" if row.word == "director":
            yield "is_director", True
        case "CentralMgmt" if record["active"]:
            yield "is_active", truth_of(record["active"]) is True
        case "FileStore":
            yield "share", record["share"].rpartition("\\")[2]
        case "WebServices":
            yield "web_host", record["web"]
        case "UserStore" | "ArchivingStore" | "MonitoringStore":
            yield "instance", record["instance"]
        case "PstnGateway":
            # Which port of the Mediation pool a trunk uses stands in no list.
            yield "mediation_port", "0"
        case "ApplicationServer":
            enabled = (name for column, name in APPLICATION_PORTS.items() if _is_port(record[column.lower()]))
            yield (
                "ports",
                tuple(
                    Port(
                        owner=f"urn:application:{name}",
                        usage="SipServer",
                        side="Primary",
                        port="",
                        protocol="Mtls",
                    )
                    for name in enabled
                ),
            )
        case "EdgeServer":
            yield "ports", tuple(_edge_ports(record))


def _is_port(text: str) -> bool:
    return text.strip() not in ("", "0")


def _edge_ports(record: Record) -> Iterator[Port]:
    names = {
        "AccessEdge": record["access"],
        "DataEdge": record["conferencing"],
        "MediaRelayEdge": record["av"],
    }
    for owner, name in names.items():
        if name:
            yield _port(owner, "SipClient", "External", "443", name, protocol="Tls")
    if record["federation"].strip() == "5061":
        yield _port("AccessEdge", "SipServer", "External", "5061", names["AccessEdge"])
    if _is_port(record["xmpp"]):
        yield _port("XmppFederationProxy", "XmppServer", "External", "5269", protocol="Tls")


def _port(owner: str, usage: str, side: str, port: str, name: str = "", *, protocol: str = "Mtls") -> Port:
    return Port(
        owner=f"urn:component:{owner}", usage=usage, side=side, port=port, protocol=protocol, name=name
    )


# ------------------------------------------------------------------------------ what nobody told


class Telling:
    """What the lists tell of each pool: by columns that are there, not by what stands in them."""

    def __init__(self, rows: list[Row], places: Mapping[str, Place]) -> None:
        self._places = places
        self._by_pool: defaultdict[str, dict[str, list[Row]]] = defaultdict(dict)
        for row in rows:
            self._by_pool[row.pool].setdefault(row.role, []).append(row)
        telling = {(row.role, row.pool) for row in rows if "dependents" in row.told}
        #: Whether every service of the list of pools has a row that says what depends on it.
        self._is_whole = all((role, key) in telling for key, place in places.items() for role in place.roles)
        self._has_office = any("WacService" in place.roles for place in places.values())

    def untold(self, pool: Pool) -> frozenset[str]:
        """Return the fields of a pool of which no column of the lists tells."""
        mine = self._by_pool.get(pool.id, {})
        roles = self._places[pool.id].roles

        def tells(role: str, *columns: str) -> bool:
            return role in mine and any(column in mine[role][0].told for column in columns)

        found = {
            field
            for field, (role, columns) in _PARTICULARS.items()
            if role in roles and not tells(role, *columns)
        }
        if pool.has(Feature.XMPP) is False:
            found.discard("xmpp")
        # The test robot of the Audio Test Service is on every pool, and nothing asks for it.
        ports = [column.lower() for column, name in APPLICATION_PORTS.items() if name != "testbot"]
        if "ApplicationServer" in roles and not all(tells("ApplicationServer", column) for column in ports):
            found.add("applications")
        lead = LEADING.get(pool.role, "")
        if not self._is_whole:
            if pool.role is not PoolRole.EDGE and lead and not tells(lead, "edgeserver"):
                found.add("media_edge")
            if pool.role in PASSES_ON and not tells(lead, "registrar"):
                found.add("next_hop")
            if lead == "Registrar":
                ties = {"backup": "backupregistrar"}
                ties |= {f"{name}_store": f"{name}database" for name in ("archiving", "monitoring")}
                found |= {field for field, column in ties.items() if not tells(lead, column)}
            if self._has_office:
                found.add("office_web_apps")
        if pool.role is PoolRole.FRONT_END and pool.edition is Edition.ENTERPRISE:
            # The name of its server alone does not tell two instances on it apart.
            host, _, _ = (pool.back_end or "").partition("\\")
            databases = self._by_pool.get(host, {}).get("UserStore", [])
            if not databases or not all("instance" in row.told for row in databases):
                found.add("back_end")
        return frozenset(found)
