"""Phases 2 to 4 of the guide: prepare, deploy the new pools, move the pilot.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from coexistence.deployment import Certificate, DnsRecord, Gateway, Pool
from coexistence.operations import (
    AssignCertificates,
    AssociateMediaEdge,
    InstallTools,
    LetDaysPass,
    MoveUsers,
    Operation,
    PrepareDirectory,
    PublishTopology,
    Replicate,
    ScheduleMeetings,
    Selection,
    SetDnsRecords,
    SetVoiceRoutes,
    StartServices,
    UpgradeClients,
)
from coexistence.planning.plans import CLIENT_OF, NO_COUNTERPART, PlanStep, Undo, pilot_size, published
from coexistence.planning.succession import Succession
from coexistence.population import Population
from coexistence.vocabulary import Checkpoint, Maybe, Origin, PoolId, PoolRole, Unknown, Version

__all__ = ["Deploying"]


class Deploying(Succession):
    """Plans the way to the pilot."""

    def _publish(self, pools: list[Pool]) -> tuple[Operation, ...]:
        if not pools:
            return ()
        names = {pool.id for pool in pools}
        servers = tuple(server for server in self.new_servers if server.pool in names)
        trunks = tuple(trunk for trunk in self._new_trunks() if trunk.mediation in names)
        published = PublishTopology(tools=self._tools, pools=tuple(pools), servers=servers, gateways=trunks)
        return (published, Replicate())

    def _new_trunks(self) -> tuple[Gateway, ...]:
        """Let a new Mediation pool reach every gateway that the pool before it reaches.

        The guide says nothing of trunks; without them nobody calls out once the legacy pools are gone.
        """
        fresh = {pool.id for pool in self.additions}
        return tuple(
            replace(trunk, mediation=self.successor[trunk.mediation], origin=Origin("plan P3.4"))
            for trunk in self.deployment.gateways
            if self.successor.get(trunk.mediation) in fresh
        )

    def _routes(self) -> tuple[Operation, ...]:
        """Add the new trunks to every voice route that names the old ones."""
        routes = self.deployment.voice_routes
        added = {(trunk.fqdn, trunk.mediation) for trunk in self._new_trunks()}
        if isinstance(routes, Unknown) or not added:
            return ()
        made = []
        for route in routes:
            new = [
                (gateway, self.successor[mediation])
                for gateway, mediation in route.trunks
                if (gateway, self.successor.get(mediation)) in added
            ]
            made.append(replace(route, trunks=tuple(dict.fromkeys((*route.trunks, *new)))))
        return (SetVoiceRoutes(routes=tuple(made)),)

    def _prepare(self) -> Iterator[PlanStep]:
        records = tuple(
            DnsRecord(name=pool.id, kind="A", target=pool.id, origin=pool.origin) for pool in self.additions
        )
        yield PlanStep(id="P2.1", title="Apply updates to the legacy servers and clients", operations=())
        yield PlanStep(
            id="P2.2",
            title="Create DNS records of the new pools",
            operations=(SetDnsRecords(records=records),) if records else (),
        )
        yield PlanStep(id="P2.3", title="Back up, and write down who is homed where", operations=())

    def _deploy_pilot(self) -> Iterator[PlanStep]:
        inside = self._fresh(
            PoolRole.FRONT_END, PoolRole.DIRECTOR, PoolRole.MEDIATION, PoolRole.PERSISTENT_CHAT
        )
        yield PlanStep(
            id="P3.1",
            title="Prepare Active Directory",
            operations=(PrepareDirectory(version=self._tools),),
            undo=Undo.UNDOCUMENTED,
        )
        yield PlanStep(
            id="P3.2",
            title="Install the new tools, download the topology",
            operations=(InstallTools(version=self._tools),),
        )
        yield PlanStep(id="P3.4", title="Define the new pools and publish", operations=self._publish(inside))
        started = (*self._certificates(inside), *(StartServices(pool=pool.id) for pool in inside))
        yield PlanStep(
            id="P3.5",
            title="Install the servers and start services",
            operations=(*started, *self._routes(), Replicate()),
        )
        connected = tuple(
            AssociateMediaEdge(pool=self.successor[old.id], edge=old.media_edge)
            for old, _ in self._front_ends()
            if old.media_edge
        )
        yield PlanStep(
            id="P3.7",
            title="Connect the new pools to the legacy Edge",
            operations=published(connected),
            reaches=Checkpoint.SIDE_BY_SIDE,
        )

    def _certificates(self, pools: list[Pool]) -> tuple[Operation, ...]:
        """Request for new pools what the old ones have, with the new names in place of the old ones."""
        known = self.deployment.certificates
        if isinstance(known, Unknown) or not pools:
            return ()
        names = {new: old for old, new in self.successor.items()}
        by_pool = {each.pool: each for each in known if each.use == "Default"}
        made: list[Certificate] = []
        for pool in pools:
            model = by_pool.get(names[pool.id]) if pool.id in names else None
            if model is None:
                continue
            old = {model.pool, *self.deployment.pool_by_id[model.pool].servers}
            new = {pool.id, *pool.servers}
            made.append(
                replace(model, pool=pool.id, names=(model.names - old) | new, origin=Origin("plan P3.5"))
            )
        return (AssignCertificates(certificates=tuple(made)),)

    def _selection(self, on: PoolId, **more: bool | int | PoolId | None) -> Selection:
        narrowed = bool(set(self.target) & NO_COUNTERPART)
        return Selection(on=on, without_xmpp=narrowed, without_chat=narrowed, **more)  # type: ignore[arg-type]  # fields of Selection

    def _autodiscover(self) -> tuple[Operation, ...]:
        """Let Autodiscover names lead to the new pools before anybody is homed there, from 2010 on.

        A 2010 pool can answer only for itself, a newer one for everybody (UCWA, "Root URL").
        """
        if not any(pool.versions == (Version.L10,) for pool in self.legacy_pools):
            return ()
        return tuple(
            replace(each, records=found)
            for each in self._repoint("A")
            if isinstance(each, SetDnsRecords)
            and (found := tuple(record for record in each.records if record.name.startswith("lyncdiscover")))
        )

    def _move_pilot(self) -> Iterator[PlanStep]:
        if autodiscover := self._autodiscover():
            yield PlanStep(
                id="P4.2",
                title="User replication is complete: Autodiscover to the new pools",
                operations=autodiscover,
            )
        made: list[Operation] = []
        population: Maybe[Population] = self.deployment.population
        people = {} if isinstance(population, Unknown) else population.people_by_pool
        for old, new in self._front_ends():
            first = pilot_size(people.get(old.id, 0))
            if not first:
                continue
            made += [
                MoveUsers(
                    users=self._selection(old.id, first=first, people_only=True),
                    to=new,
                    tools=self._tools,
                    # P7.1: what lies in meetings moves with their organizers, or not at all.
                    with_content=True,
                ),
                UpgradeClients(users=Selection(on=new, came_from=old.id), to=CLIENT_OF[self._tools]),
                ScheduleMeetings(by=Selection(on=new, came_from=old.id), each=1),
            ]
        yield PlanStep(
            id="P4.3",
            title="Move the pilot users, upgrade their clients",
            operations=(*made, LetDaysPass(days=7)),
            undo=Undo.BILL,
            reaches=Checkpoint.PILOT,
        )

    def _repoint(self, kind: str, skip: tuple[str, ...] = ()) -> tuple[Operation, ...]:
        """Let names that lead to a legacy pool lead to its successor; a pool's own name stays."""
        records = self.deployment.records
        if isinstance(records, Unknown):
            return ()
        changed = tuple(
            replace(record, target=self.successor[PoolId(record.target)], origin=Origin("plan"))
            for record in records
            if record.kind == kind
            and record.side == "internal"
            and record.target in self.successor
            and record.name != record.target
            and not record.name.startswith(skip)
        )
        return (SetDnsRecords(records=changed),) if changed else ()
