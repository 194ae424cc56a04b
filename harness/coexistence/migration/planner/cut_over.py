"""Phases 5 and 6 of the guide: the new Edge, the cut-over of federation and media, everybody moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from coexistence.migration.plan import PlanStep, published, still
from coexistence.migration.planner.deploy import Deploying
from coexistence.migration.planner.target_pools import has_single_name
from coexistence.model.deployment import ACCESS_EDGE_EXTERNAL, Pool
from coexistence.model.operations import (
    AssignCertificates,
    AssociateMediaEdge,
    DisableService,
    Operation,
    Replicate,
    SetDnsRecords,
    SetEdgeFederation,
    SetNextHop,
    StartServices,
    SwitchFederationRoute,
)
from coexistence.model.vocabulary import (
    Checkpoint,
    Feature,
    Origin,
    PoolId,
    PoolRole,
    SiteKind,
    Unknown,
    have,
)

__all__ = ["CuttingOver"]

#: Short name of the Access Edge's Windows service.
_ACCESS_EDGE: Final = "RTCSRV"
_VERIFY_OUTSIDE: Final = still("P6.2", "Verify federation and remote access")


class CuttingOver(Deploying):
    """Plans the way into production."""

    def _deploy_edge(self) -> Iterator[PlanStep]:
        edges = self._fresh(PoolRole.EDGE)
        if edges:
            yield PlanStep(
                id="P5.1", title="Define the new Edge pools, federation off", operations=self._publish(edges)
            )
            yield PlanStep(
                id="P5.2",
                title="Install the new Edge servers, certificates, start",
                operations=(
                    *self._certificates(edges),
                    *(StartServices(pool=pool.id) for pool in edges),
                ),
            )
        yield PlanStep(
            id="P5.3",
            title="Verify replication to the new Edge" if edges else "Verify replication",
            operations=(Replicate(),),
            reaches=Checkpoint.EDGE,
        )

    def _new_xmpp_edges(self) -> tuple[PoolId, ...]:
        """Return the new Edge pools that take XMPP federation over, where the target has it."""
        if have(self.target, Feature.XMPP) is False:
            return ()
        return tuple(self.successor[edge.id] for edge in self._old_edges() if edge.xmpp)

    def _notes(self) -> tuple[str, ...]:
        return tuple(
            f"{edge.fqdn} has one name for Access, Web Conferencing and A/V Edge: switching federation and "
            "media step by step is not supported with it. "
            + (
                "It stays, and keeps both."
                if edge.id in self.staying
                else "It keeps both until everybody has moved, and is stopped before the new Edge takes over."
            )
            for edge in self._old_edges()
            if has_single_name(edge)
        )

    def _cut_over(self, edges: list[Pool], *, stopped_first: bool = False) -> Iterator[PlanStep]:
        """Hand federation and media over from legacy Edge pools, in the guide's order (P6.1a to h).

        ``stopped_first`` takes the legacy Access Edge out of service before the new one begins, which is the
        only way where it has a single name ("Configure federation routes and media traffic").
        """
        # Of whom nobody told it, it is handed over too: where there was none, nothing is lost.
        federated = [pool for pool in edges if pool.federation or not pool.tells("federation")]
        routed = [
            site.id
            for site in self.deployment.sites
            if site.kind is not SiteKind.BRANCH and site.federation_route is not None
        ]
        if federated:
            yield PlanStep(
                id="P6.1a",
                title="Clear the federation route of every site",
                operations=tuple(SwitchFederationRoute(site=site, to=None) for site in routed),
            )
            yield PlanStep(
                id="P6.1b",
                title="Legacy Edge: federation off",
                operations=(
                    *(SetEdgeFederation(edge=pool.id, enabled=False) for pool in federated),
                    Replicate(),
                ),
            )
        disabled = tuple(
            DisableService(pool=edge.id, service=_ACCESS_EDGE)
            for edge in edges
            if edge.id not in self.staying
        )
        if stopped_first:
            yield PlanStep(id="P6.1b", title="Legacy Access Edge stopped and disabled", operations=disabled)
        yield PlanStep(
            id="P6.1c",
            title="New Edge: the legacy Access Edge's external certificate",
            operations=self._external_certificates(edges),
        )
        if federated:
            yield PlanStep(
                id="P6.1d",
                title="New Edge: federation on",
                operations=(
                    SetEdgeFederation(edge=self.successor[federated[0].id], enabled=True),
                    Replicate(),
                ),
            )
        yield PlanStep(
            id="P6.1e",
            title="New Edge: next hop is the new pool",
            operations=published(
                SetNextHop(pool=self.successor[edge.id], to=self.successor[edge.next_hop])
                for edge in edges
                if edge.next_hop in self.successor
            ),
        )
        handed_over = {edge.id for edge in edges}
        yield PlanStep(
            id="P6.1f",
            title="New pools: media through the new Edge",
            operations=published(
                AssociateMediaEdge(pool=pool, edge=self.successor[edge])
                for pool, edge in self._media_edges()
                if edge in handed_over
            ),
        )
        if federated:
            new = self.successor[federated[0].id]
            yield PlanStep(
                id="P6.1g",
                title="Every site: federation route to the new Edge",
                operations=published(SwitchFederationRoute(site=site, to=new) for site in routed),
            )
        yield PlanStep(
            id="P6.1h",
            title="External names to the new Edge, legacy Access Edge stopped and disabled",
            operations=(*self._external_names(handed_over), *(() if stopped_first else disabled)),
        )

    def _media_edges(self) -> Iterator[tuple[PoolId, PoolId]]:
        """Return the pools that are there to stay, each with the legacy Edge that relays media for it."""
        for old, new in self._front_ends():
            if old.media_edge:
                yield new, old.media_edge
        for pool in self.legacy_pools:
            if pool.role is PoolRole.BRANCH_APPLIANCE and pool.media_edge:
                yield pool.id, pool.media_edge

    def _external_certificates(self, edges: list[Pool]) -> tuple[Operation, ...]:
        """Import on each new Edge what the legacy one shows to the outside, private key and all."""
        known = self.deployment.certificates
        if isinstance(known, Unknown):
            return ()
        shown = {each.pool: each for each in known if each.use == ACCESS_EDGE_EXTERNAL}
        made = tuple(
            replace(shown[edge.id], pool=self.successor[edge.id], origin=Origin("plan P6.1c"))
            for edge in edges
            if edge.id in shown
        )
        return (AssignCertificates(certificates=made),) if made else ()

    def _external_names(self, edges: set[PoolId]) -> tuple[Operation, ...]:
        records = self.deployment.records
        if isinstance(records, Unknown):
            return ()
        changed = tuple(
            replace(record, target=self.successor[PoolId(record.target)], origin=Origin("plan P6.1h"))
            for record in records
            if record.side == "external" and record.target in edges
        )
        return (SetDnsRecords(records=changed),) if changed else ()

    def _let_go(self, leaving: list[Pool]) -> tuple[Operation, ...]:
        """Take what stays off the pools that go: next hops, media, routes; and late Edge pools out.

        The guide has no step for it: it follows from what may not point at a pool that is removed.
        """
        gone = {pool.id for pool in leaving}
        late = [edge for edge in self._old_edges() if has_single_name(edge)]
        handing_over = [edge for edge in late if edge.id in gone]
        made: list[Operation] = []
        for step in self._cut_over(handing_over, stopped_first=True) if handing_over else ():
            made += step.operations
        changed: list[Operation] = []
        for edge in self._old_edges():
            if edge.next_hop not in gone or edge.id in gone:
                continue
            changed.append(SetNextHop(pool=edge.id, to=self.successor[edge.next_hop]))
            if edge in late:
                changed.append(SetNextHop(pool=self.successor[edge.id], to=self.successor[edge.next_hop]))
                if edge.federation or not edge.tells("federation"):
                    changed += [
                        SwitchFederationRoute(site=site.id, to=edge.id)
                        for site in self.deployment.sites
                        if site.federation_route in gone
                    ]
        changed += [
            AssociateMediaEdge(pool=pool.id, edge=self.successor[pool.media_edge])
            for pool in self.legacy_pools
            if pool.id in self.staying and pool.media_edge in gone
        ]
        return (*made, *published(changed))

    def _into_production(self) -> Iterator[PlanStep]:
        at_once = [edge for edge in self._old_edges() if not has_single_name(edge)]
        if at_once:
            yield from self._cut_over(at_once)
            yield _VERIFY_OUTSIDE
        yield PlanStep(
            id="P6.3",
            title="Simple URLs and Autodiscover to the new pools",
            operations=self._repoint("A", skip=("sip.",)),
        )
        yield from self._moving_steps(
            "P6.4",
            "Move the remaining users",
            self.later_waves,
            Checkpoint.PRODUCTION,
            self.calendar.production,
        )
