"""Phases 1 to 4 of the guide: plan, prepare, deploy the new pools, move the pilot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from coexistence.migration.plan import PlanStep, Undo, published, still
from coexistence.migration.planner.move_users import Moving
from coexistence.model.deployment import Certificate, DnsRecord, Gateway, Pool
from coexistence.model.operations import (
    AssignCertificates,
    AssociateMediaEdge,
    InstallTools,
    Operation,
    PrepareDirectory,
    PublishTopology,
    Replicate,
    SetDnsRecords,
    SetVoiceRoutes,
    StartServices,
)
from coexistence.model.vocabulary import Checkpoint, Feature, Origin, PoolId, PoolRole, Unknown

__all__ = ["Deploying"]

# Steps in which the model has nothing to do are the same for every deployment.
_USERS_PLAN: Final = still("P1.1", "Plan who is moved when: test users, pilot users, everybody else")
_STORES_PLAN: Final = still("P1.2", "Plan Archiving and Monitoring of the new pools")
_TOOLS_PLAN: Final = still("P1.3", "Plan which computers get the new administrative tools")
_SITES_PLAN: Final = still("P1.4", "Plan each pool by itself: pilot users, validation, external users")
_FEATURES_PLAN: Final = still("P1.5", "Plan for people who use XMPP or Persistent Chat")
_UPDATES: Final = still("P2.1", "Apply updates to the legacy servers and clients")
_BACKUP: Final = still("P2.3", "Back up, and write down who is homed where")
_FILTER: Final = still("P2.4", "Client version filter: admit clients with current updates only")
_VERIFY_LEGACY: Final = still("P2.5", "Verify the legacy deployment")
_DEFINE: Final = still("P3.3", "Define the new pools")
_VERIFY_PILOT: Final = still("P3.6", "Verify coexistence: services run, both versions can be administered")
_XMPP_POLICY: Final = still("P3.8", "XMPP: external access policy for people who stay on legacy pools")
_LIST_USERS: Final = still("P4.1", "List the users of the legacy pools")
_REPLICATED: Final = still("P4.2", "Wait for the first user replication")


class Deploying(Moving):
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

    def _plan_ahead(self) -> Iterator[PlanStep]:
        yield _USERS_PLAN
        if any(pool.archiving_store or pool.monitoring_store for pool in self.legacy_pools):
            yield _STORES_PLAN
        yield _TOOLS_PLAN
        if sum(pool.role is PoolRole.FRONT_END for pool in self.legacy_pools) > 1:
            yield _SITES_PLAN
        if any(pool.xmpp or pool.role is PoolRole.PERSISTENT_CHAT for pool in self.legacy_pools):
            yield _FEATURES_PLAN

    def _prepare(self) -> Iterator[PlanStep]:
        records = tuple(
            DnsRecord(name=pool.id, kind="A", target=pool.id, origin=pool.origin) for pool in self.additions
        )
        yield _UPDATES
        yield PlanStep(
            id="P2.2",
            title="Create DNS records of the new pools",
            operations=(SetDnsRecords(records=records),) if records else (),
        )
        yield _BACKUP
        yield _FILTER
        yield _VERIFY_LEGACY

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
        yield _DEFINE
        yield PlanStep(id="P3.4", title="Publish the topology", operations=self._publish(inside))
        started = (*self._certificates(inside), *(StartServices(pool=pool.id) for pool in inside))
        yield PlanStep(
            id="P3.5",
            title="Install the servers and start services",
            operations=(*started, *self._routes(), Replicate()),
        )
        yield _VERIFY_PILOT
        connected = tuple(
            AssociateMediaEdge(pool=self.successor[old.id], edge=old.media_edge)
            for old, _ in self._front_ends()
            if old.media_edge
        )
        keeps_xmpp = any(pool.xmpp and pool.id in self.staying for pool in self._old_edges())
        yield PlanStep(
            id="P3.7",
            title="Connect the new pools to the legacy Edge",
            operations=published(connected),
            reaches=None if keeps_xmpp else Checkpoint.SIDE_BY_SIDE,
        )
        if keeps_xmpp:
            yield replace(_XMPP_POLICY, reaches=Checkpoint.SIDE_BY_SIDE)

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

    def _autodiscover(self) -> tuple[Operation, ...]:
        """Let Autodiscover names lead to the new pools before anybody is homed there, from 2010 on.

        A 2010 pool can answer only for itself, a newer one for everybody (UCWA, "Root URL").
        """
        if not any(pool.has(Feature.AUTODISCOVER) is False for pool in self.legacy_pools):
            return ()
        return tuple(
            replace(each, records=found)
            for each in self._repoint("A")
            if isinstance(each, SetDnsRecords)
            and (found := tuple(record for record in each.records if record.name.startswith("lyncdiscover")))
        )

    def _move_pilot(self) -> Iterator[PlanStep]:
        yield _LIST_USERS
        if autodiscover := self._autodiscover():
            yield PlanStep(
                id="P4.2",
                title="User replication is complete: Autodiscover to the new pools",
                operations=autodiscover,
            )
        else:
            yield _REPLICATED
        yield from self._moving_steps(
            "P4.3",
            "Move the pilot users, upgrade their clients",
            self.pilot_waves,
            Checkpoint.PILOT,
            self.calendar.pilot,
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
