"""Phases 7 and 8 of the guide: applications and services move, the legacy pools go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from coexistence.migration.plan import PlanStep, Undo, published, still
from coexistence.migration.planner.cut_over import CuttingOver
from coexistence.migration.planner.target_pools import has_single_name
from coexistence.model.deployment import Pool
from coexistence.model.operations import (
    AssignCertificates,
    MoveApplications,
    MoveCallAdmissionControl,
    MoveCms,
    MoveConferenceDirectories,
    MoveResponseGroups,
    MoveUsers,
    Operation,
    PublishTopology,
    RemoveArchivingMonitoring,
    RemoveCmsDatabase,
    RemoveDatabases,
    RemovePool,
    Replicate,
    Selection,
    SetEdgeXmpp,
    SetNextHop,
    StartServices,
    StopServices,
    UpgradeClients,
)
from coexistence.model.vocabulary import ApplicationKind, Checkpoint, PoolId, PoolRole, Unknown

__all__ = ["Retiring"]

_CONTENT: Final = still("P7.1", "See that meeting content came along")
_ADDRESS_BOOK: Final = still("P7.5", "Address Book: carry customized rules over")
_JOIN_PAGE: Final = still("P7.6", "Configure the meeting join page")
_OLD_STORES: Final = still("P7.7", "Back up what the legacy Archiving and Monitoring stores hold")
_MONITORING: Final = still("P7.11", "Configure SCOM monitoring")
_PREVENT: Final = still("P8.6", "Prevent new sessions on the legacy pools")

_RETIRED_ROLES: Final = (
    PoolRole.FRONT_END,
    PoolRole.DIRECTOR,
    PoolRole.MEDIATION,
    PoolRole.EDGE,
    PoolRole.PERSISTENT_CHAT,
    PoolRole.MONITORING,
    PoolRole.ARCHIVING,
)


class Retiring(CuttingOver):
    """Plans the end of the legacy pools."""

    def _move_services(self) -> Iterator[PlanStep]:
        """Phase 7, without what the deployment does not have; its last step reaches the checkpoint."""
        steps = list(self._services())
        yield from steps[:-1]
        yield replace(steps[-1], reaches=Checkpoint.POST_MIGRATION)

    def _services(self) -> Iterator[PlanStep]:
        front_ends = list(self._front_ends())
        yield _CONTENT
        yield from self._if_any(
            "P7.2", "Move dial-in access numbers", self._objects(ApplicationKind.ACCESS_NUMBER)
        )
        yield from self._if_any(
            "P7.3",
            "Move call park orbits; recreate announcements, move unassigned number ranges",
            self._objects(ApplicationKind.CALL_PARK_ORBIT, ApplicationKind.UNASSIGNED_NUMBERS),
        )
        yield from self._if_any(
            "P7.4",
            "Copy response groups and move their contacts; the legacy copies stay",
            tuple(
                MoveResponseGroups(source=old.id, to=new)
                for old, new in front_ends
                if old.id not in self.staying and self._owns(old.id, ApplicationKind.RESPONSE_GROUP)
            ),
        )
        yield _ADDRESS_BOOK
        yield _JOIN_PAGE
        if any(pool.archiving_store or pool.monitoring_store for pool in self.legacy_pools):
            yield _OLD_STORES
        yield from self._if_any(
            "P7.8",
            "Trusted applications: next hop is a new pool; move their endpoints",
            (
                *published(
                    SetNextHop(pool=pool.id, to=self.successor[pool.next_hop])
                    for pool in self.legacy_pools
                    if pool.role is PoolRole.TRUSTED_APPLICATION and pool.next_hop in self.successor
                ),
                *self._objects(ApplicationKind.TRUSTED_ENDPOINT),
            ),
        )
        yield PlanStep(
            id="P7.9",
            title="Deploy clients to everybody",
            operations=tuple(
                UpgradeClients(users=Selection(on=new, came_from=old.id), to=self._new_client)
                for old, new in front_ends
            ),
            undo=Undo.BILL,
        )
        yield from self._if_any(
            "P7.15",
            "XMPP federation through the new Edge",
            published(SetEdgeXmpp(edge=edge, enabled=True) for edge in self._new_xmpp_edges()),
        )
        yield from self._if_any(
            "P7.10",
            "Branch appliances: put under the new pools",
            tuple(part for pool in self.legacy_pools for part in self._readd(pool)),
            # The appliance can be defined under the legacy pool again; no document says so.
            Undo.UNDOCUMENTED,
        )
        yield _MONITORING
        yield from self._if_any(
            "P7.12", "Move common area phones", self._objects(ApplicationKind.COMMON_AREA_PHONE)
        )
        yield from self._if_any("P7.13", "Move analog devices", self._objects(ApplicationKind.ANALOG_DEVICE))
        yield from self._if_any(
            "P7.14", "Move Exchange UM contacts", self._objects(ApplicationKind.EXCHANGE_UM)
        )
        if any(self._gets_new_chat(pool) for pool in self.legacy_pools):
            yield still("P7.16", "Carry rooms over to the new Persistent Chat pool")

    @staticmethod
    def _if_any(
        id_: str, title: str, operations: tuple[Operation, ...], undo: Undo = Undo.CLEAN
    ) -> Iterator[PlanStep]:
        """Return a step where there is something to do in it."""
        if operations:
            yield PlanStep(id=id_, title=title, operations=operations, undo=undo)

    def _objects(self, *kinds: ApplicationKind) -> tuple[Operation, ...]:
        """Move all objects of some kinds from every pool that goes to the one that takes over."""
        return tuple(
            MoveApplications(source=old.id, to=new, kinds=frozenset(kinds))
            for old, new in self._front_ends()
            if old.id not in self.staying and self._owns(old.id, *kinds)
        )

    def _owns(self, pool: PoolId, *kinds: ApplicationKind) -> bool:
        """Tell whether a pool has objects of some kinds, or may have: nobody told."""
        known = self.deployment.applications
        if isinstance(known, Unknown) or self.deployment.untold_applications.intersection(kinds):
            return True
        return any(each.owner == pool and each.kind in kinds for each in known)

    def _readd(self, appliance: Pool) -> Iterator[Operation]:
        """Move people off, delete the appliance, add it under the new pool, move people back (P7.10)."""
        if appliance.role is not PoolRole.BRANCH_APPLIANCE or appliance.backup not in self.successor:
            return
        registrar = self.successor[appliance.backup]
        servers = tuple(self.deployment.server_by_id[server] for server in appliance.servers)
        yield MoveUsers(users=Selection(on=appliance.id), to=registrar, tools=self._tools, with_content=True)
        yield RemovePool(pool=appliance.id, tools=self._tools)
        yield PublishTopology(
            tools=self._tools,
            pools=(replace(appliance, backup=registrar, media_edge=self._media_edge_now(appliance)),),
            servers=servers,
            gateways=tuple(each for each in self.deployment.gateways if each.mediation == appliance.id),
        )
        if not isinstance(self.deployment.certificates, Unknown):
            # Its certificate is still on it, but was taken out of the inventory with it.
            yield AssignCertificates(
                certificates=tuple(each for each in self.deployment.certificates if each.pool == appliance.id)
            )
        yield StartServices(pool=appliance.id)
        yield Replicate()
        yield MoveUsers(
            users=Selection(on=registrar, came_from=appliance.id),
            to=appliance.id,
            tools=self._tools,
            with_content=True,
        )

    def _media_edge_now(self, pool: Pool) -> PoolId | None:
        """Return the Edge that relays a pool's media after the cut-over; a late one still does itself."""
        late = {edge.id for edge in self._old_edges() if has_single_name(edge)}
        edge = pool.media_edge
        return edge if edge is None or edge in late else self.successor.get(edge, edge)

    def _retire(self) -> Iterator[PlanStep]:
        leaving = [
            pool for pool in self.legacy_pools if pool.role in _RETIRED_ROLES and pool.id not in self.staying
        ]
        masters = self.deployment.cms.masters
        yield PlanStep(
            id="P8.1",
            title="Sign-in records of every SIP domain to the new pools",
            operations=(*self._repoint("SRV"), *self._repoint("A")),
        )
        cms = tuple(
            MoveCms(to=self.successor[master], tools=self._tools)
            for master in (() if isinstance(masters, Unknown) else masters)
            if master in self.successor
        )
        yield PlanStep(id="P8.2", title="Move the Central Management store", operations=cms)
        yield PlanStep(
            id="P8.3",
            title="Move conference directories",
            operations=tuple(
                MoveConferenceDirectories(source=old.id, to=new)
                for old, new in self._front_ends()
                if old.id not in self.staying
            ),
        )
        yield from self._if_any(
            "P8.4",
            "Clear Archiving and Monitoring associations of the legacy pools",
            published(
                RemoveArchivingMonitoring(pool=pool.id)
                for pool in leaving
                if pool.archiving_store or pool.monitoring_store
            ),
            # While the stores exist, they can be associated again; no document says so.
            Undo.UNDOCUMENTED,
        )
        yield from self._if_any(
            "P8.5",
            "Move call admission control to the new pools",
            published(
                MoveCallAdmissionControl(source=pool.id, to=self.successor[pool.id])
                for pool in leaving
                if pool.role is PoolRole.FRONT_END and "PDP" in pool.applications
            ),
            Undo.UNDOCUMENTED,
        )
        yield from self._if_any("P8.5b", "Take what stays off the pools that go", self._let_go(leaving))
        yield _PREVENT
        yield PlanStep(
            id="P8.7",
            title="Stop the legacy services",
            operations=tuple(StopServices(pool=pool.id) for pool in leaving),
            reaches=Checkpoint.LEGACY_SILENT,
        )
        if cms:
            yield PlanStep(
                id="P8.7b",
                title="Remove the old database of the Central Management store",
                operations=tuple(
                    RemoveCmsDatabase(pool=master)
                    for master in (() if isinstance(masters, Unknown) else masters)
                    if master in self.successor
                ),
                undo=Undo.IRREVERSIBLE,
            )
        yield PlanStep(
            id="P8.8",
            title="Remove the legacy pools and publish",
            operations=(*(RemovePool(pool=pool.id, tools=self._tools) for pool in leaving), Replicate()),
            undo=Undo.IRREVERSIBLE,
        )
        yield PlanStep(
            id="P8.9",
            title="Remove the databases of the legacy pools",
            operations=self._databases(leaving),
            undo=Undo.IRREVERSIBLE,
            reaches=Checkpoint.RETIRED,
        )

    def _databases(self, leaving: Sequence[Pool]) -> tuple[Operation, ...]:
        """Return the removal of the databases that no pool rests on which stays."""
        gone = {pool.id for pool in leaving}
        kept = {pool.back_end for pool in self.deployment.pools if pool.id not in gone}
        stores = dict.fromkeys(pool.back_end for pool in leaving if pool.back_end)
        found = tuple(store for store in stores if store not in kept)
        return (RemoveDatabases(stores=found),) if found else ()
