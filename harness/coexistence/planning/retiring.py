"""Phases 7 and 8 of the guide: applications and services move, the legacy pools go.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from coexistence.deployment import Pool
from coexistence.operations import (
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
    RemovePool,
    Replicate,
    Selection,
    SetEdgeXmpp,
    SetNextHop,
    StartServices,
    StopServices,
    UpgradeClients,
)
from coexistence.planning.cutting_over import CuttingOver
from coexistence.planning.plans import CLIENT_OF, PlanStep, Undo, published
from coexistence.planning.succession import has_single_name
from coexistence.vocabulary import ApplicationKind, Checkpoint, PoolId, PoolRole, Unknown

__all__ = ["Retiring"]

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
        front_ends = list(self._front_ends())
        yield PlanStep(
            id="P7.2",
            title="Move dial-in access numbers",
            operations=self._objects(ApplicationKind.ACCESS_NUMBER),
        )
        yield PlanStep(
            id="P7.3",
            title="Move call park orbits; recreate announcements, move unassigned number ranges",
            operations=self._objects(ApplicationKind.CALL_PARK_ORBIT, ApplicationKind.UNASSIGNED_NUMBERS),
        )
        yield PlanStep(
            id="P7.4",
            title="Copy response groups and move their contacts; the legacy copies stay",
            operations=tuple(
                MoveResponseGroups(source=old.id, to=new)
                for old, new in front_ends
                if old.id not in self.staying and self._owns(old.id, ApplicationKind.RESPONSE_GROUP)
            ),
        )
        yield PlanStep(id="P7.5", title="Address Book: carry customized rules over", operations=())
        yield PlanStep(id="P7.6", title="Configure the meeting join page", operations=())
        yield PlanStep(
            id="P7.7", title="Back up what the legacy Archiving and Monitoring stores hold", operations=()
        )
        yield PlanStep(
            id="P7.8",
            title="Trusted applications: next hop is a new pool; move their endpoints",
            operations=(
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
                UpgradeClients(users=Selection(on=new, came_from=old.id), to=CLIENT_OF[self._tools])
                for old, new in front_ends
            ),
            undo=Undo.BILL,
        )
        yield PlanStep(
            id="P7.15",
            title="XMPP federation through the new Edge",
            operations=published(SetEdgeXmpp(edge=edge, enabled=True) for edge in self._new_xmpp_edges()),
        )
        yield PlanStep(
            id="P7.10",
            title="Branch appliances: put under the new pools",
            operations=tuple(part for pool in self.legacy_pools for part in self._readd(pool)),
        )
        yield PlanStep(id="P7.11", title="Configure SCOM monitoring", operations=())
        yield PlanStep(
            id="P7.12",
            title="Move common area phones",
            operations=self._objects(ApplicationKind.COMMON_AREA_PHONE),
        )
        yield PlanStep(
            id="P7.13",
            title="Move analog devices",
            operations=self._objects(ApplicationKind.ANALOG_DEVICE),
        )
        yield PlanStep(
            id="P7.14",
            title="Move Exchange UM contacts",
            operations=self._objects(ApplicationKind.EXCHANGE_UM),
            reaches=Checkpoint.POST_MIGRATION,
        )

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
        return isinstance(known, Unknown) or any(each.owner == pool and each.kind in kinds for each in known)

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
        yield PlanStep(
            id="P8.4",
            title="Clear Archiving and Monitoring associations of the legacy pools",
            operations=published(
                RemoveArchivingMonitoring(pool=pool.id)
                for pool in leaving
                if pool.archiving_store or pool.monitoring_store
            ),
        )
        yield PlanStep(
            id="P8.5",
            title="Move call admission control to the new pools",
            operations=published(
                MoveCallAdmissionControl(source=pool.id, to=self.successor[pool.id])
                for pool in leaving
                if pool.role is PoolRole.FRONT_END and "PDP" in pool.applications
            ),
        )
        let_go = self._let_go(leaving)
        if let_go:
            yield PlanStep(id="P8.6", title="Take what stays off the pools that go", operations=let_go)
        yield PlanStep(
            id="P8.7",
            title="Prevent sessions, stop the legacy services",
            operations=tuple(StopServices(pool=pool.id) for pool in leaving),
            reaches=Checkpoint.LEGACY_SILENT,
        )
        yield PlanStep(
            id="P8.8",
            title="Remove the legacy pools and publish",
            operations=(*(RemovePool(pool=pool.id, tools=self._tools) for pool in leaving), Replicate()),
            undo=Undo.IRREVERSIBLE,
            reaches=Checkpoint.RETIRED,
        )
