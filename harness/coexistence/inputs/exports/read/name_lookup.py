"""Finding servers, pools and sites of the topology by what a table calls them.

Law of this room: names lead to objects of the topology, or to nothing. What leads to nothing although it
surely names one is a contradiction between the table and the topology, and is collected here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.account.file_accounts import shown
from coexistence.model.deployment import key_of
from coexistence.model.vocabulary import Contradiction, Origin, PoolId, ServerId, SiteId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coexistence.inputs.exports.account.file_accounts import Account
    from coexistence.inputs.exports.formats.csv_tables import Record
    from coexistence.inputs.exports.topology.topology import Topology

__all__ = ["Bearings", "Directory", "Disputes"]

_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+")


class Directory:
    """The servers of one topology."""

    def __init__(self, servers: Iterable[ServerId], domains: frozenset[str]) -> None:
        #: DNS domains whose names may be shown.
        self.domains = domains
        self._by_name = {str(server): server for server in servers}
        self._by_label: dict[str, ServerId | None] = {}
        for server in self._by_name.values():
            label = server.partition(".")[0]
            self._by_label[label] = None if label in self._by_label else server

    def find(self, name: str) -> ServerId | None:
        """Return the server of that name; a name without a dot is enough where only one has it."""
        key = key_of(name)
        found = self._by_name.get(key)
        return self._by_label.get(key) if found is None and "." not in key else found


@dataclass(slots=True)
class _Dispute:
    said: Contradiction
    times: int = 1


class Disputes:
    """Contradictions in the making: what says the same of one thing is said once, with a count."""

    def __init__(self) -> None:
        self._found: dict[object, _Dispute] = {}

    def add(
        self,
        kind: str,
        message: str,
        one: Origin,
        other: Origin,
        *,
        key: object = None,
        times: int = 1,
        is_serious: bool = True,
    ) -> None:
        """Add a contradiction; those of one kind with the same ``key`` become one, at the first place."""
        place = (kind, message if key is None else key)
        if place in self._found:
            self._found[place].times += times
        else:
            said = Contradiction(kind=kind, message=message, one=one, other=other, is_serious=is_serious)
            self._found[place] = _Dispute(said, times)

    def settled(self) -> tuple[Contradiction, ...]:
        """Return what was found, in the order in which it was found."""
        return tuple(
            each.said
            if each.times == 1
            else Contradiction(
                kind=each.said.kind,
                message=f"{each.said.message} ({each.times} rows)",
                one=each.said.one,
                other=each.said.other,
                is_serious=each.said.is_serious,
            )
            for each in self._found.values()
        )


class Bearings(Directory):
    """The servers, pools and sites of one topology, and what other files say against it."""

    def __init__(self, topology: Topology) -> None:
        super().__init__((server.id for server in topology.servers), topology.domains)
        self.topology = topology
        self.disputes = Disputes()
        #: Where people are listed: what disputes about them point at.
        self.users = Origin(topology.cms.origin.source)
        self.pools = {pool.id: pool for pool in topology.pools}
        self._pool_of = {server.id: server.pool for server in topology.servers}
        self._sites: dict[str, SiteId] = {}
        for site in topology.sites:
            self._sites.setdefault(site.id.lower(), site.id)
        for site in topology.sites:
            self._sites.setdefault(site.name.lower(), site.id)

    def pool(self, text: str) -> PoolId | None:
        """Return the pool that a cell names, with or without a role before it, by itself or by a server."""
        name = _named(text)
        if PoolId(name) in self.pools:
            return PoolId(name)
        server = self.find(name) if name else None
        return None if server is None else self._pool_of[server]

    def site(self, text: str) -> SiteId | None:
        """Return the site that a cell names: ``Site:Redmond``, its name, or its id."""
        return self._sites.get(text.strip().removeprefix("Site:").removeprefix("site:").lower())

    def site_of(self, name: str, number: str) -> SiteId | None:
        """Return the site of that name, and of that id where two have the name."""
        bare = name.strip().removeprefix("Site:").lower()
        for site in self.topology.sites:
            if site.name.lower() == bare and site.id.lower() == number.strip().lower():
                return site.id
        return self.site(name) or self.site(number)

    def owner(self, text: str, column: str, account: Account, line: int) -> PoolId | None:
        """Return the pool that a cell names; one that the topology does not know is disputed.

        None, with a note, for a cell that names none, or nothing that looks like one.
        """
        found = self.pool(text)
        if found is not None:
            return found
        name = _named(text)
        if not _HOST.fullmatch(name) or len(name) > 255:
            for site, number in re.findall(r"CN=([^,:=]{1,200}):([^,:=]{1,20})(?:,|$)", text, re.IGNORECASE):
                known = self.topology.pool_by_cluster.get((site.lower(), number.lower()))
                if known is not None:
                    return known
            account.note(f"the column {column} names no pool; the row was not used", line=line, key=column)
            return None
        self.unknown_pool(name, column, Origin(account.file, line))
        account.note(
            f"the column {column} names a pool that the topology does not know{shown(name, self.domains)}",
            line=line,
            key=("pool", name),
        )
        return PoolId(name)

    def unknown_pool(self, name: str, column: str, place: Origin, *, times: int = 1) -> None:
        """Dispute a pool that a file names and the topology does not know."""
        self.disputes.add(
            "unknown-pool",
            f"the column {column} names a pool that the topology does not know{shown(name, self.domains)}",
            place,
            self.topology.cms.origin,
            key=(name, place.source),
            times=times,
        )

    @staticmethod
    def no_computer(account: Account) -> None:
        """Note that a file does not say which servers its rows are about."""
        account.note(
            "there is no column ComputerName, so nobody can tell which server a row is about; "
            "add one, as the export line in the documentation does",
            key="computer",
        )

    def reporting(
        self, account: Account, record: Record, cell: str = "computer", column: str = "ComputerName"
    ) -> ServerId | None:
        """Return the server that a row is about; None, noted and disputed, for one that is nowhere.

        ``cell`` is our name for the column that says so, ``column`` that of exports.
        """
        server = self.find(record[cell])
        if server is None:
            name = record[cell].lower()
            self.unknown_server(name, column, Origin(account.file, record.line))
            account.note(
                f"the column {column} names a server that the topology does not know"
                + shown(name, self.domains),
                line=record.line,
                key=("server", name),
            )
        return server

    def unknown_server(self, name: str, column: str, place: Origin) -> None:
        """Dispute a server that a file names and the topology does not know."""
        self.disputes.add(
            "unknown-server",
            f"the column {column} names a server that the topology does not know{shown(name, self.domains)}",
            place,
            Origin(self.topology.cms.origin.source),
            key=(name, place.source),
            is_serious=False,
        )


def _named(text: str) -> str:
    """Return the name in a cell: without the role before it (``Registrar:pool``) and what follows a slash."""
    last = text.partition("/")[0].rpartition(":")[2]
    return key_of(last)
