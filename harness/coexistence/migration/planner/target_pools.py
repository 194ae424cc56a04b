"""Who takes over from whom: target, phase, new pools, and pools that stay.

Law of this room: it looks at the deployment alone and plans no step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from coexistence.errors import InputError
from coexistence.migration.custom_plan import NOTHING_ASKED, OwnPlan, OwnPool
from coexistence.migration.phase import phase_of
from coexistence.migration.plan import Calendar, targets_of
from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import Deployment, Pool, Server, generations, key_of
from coexistence.model.vocabulary import (
    PATHS,
    Checkpoint,
    Feature,
    Origin,
    PoolId,
    PoolRole,
    ServerId,
    SiteId,
    Unknown,
    Version,
    have,
    version_name,
)

__all__ = ["Succession", "has_single_name"]

#: Roles that get a new pool of their own. Lync Server 2010's Monitoring and Archiving are part of the
#: Front End from 2013 on; branch appliances are put under the new pool as they are (P7.10).
_MIRRORED: Final = (PoolRole.FRONT_END, PoolRole.DIRECTOR, PoolRole.MEDIATION)


def has_single_name(edge: Pool) -> bool:
    """Tell whether an Edge pool has the same external name for all three services."""
    names = edge.edge_names
    return (
        names is not None
        and bool(names.access)
        and len({names.access, names.web_conferencing, names.av}) == 1
    )


class Succession:
    """Works out who takes over from whom."""

    def __init__(
        self,
        deployment: Deployment,
        target: Version | None,
        own: OwnPlan = NOTHING_ASKED,
        calendar: Calendar | None = None,
    ) -> None:
        self.deployment = deployment
        #: What the administrator wants otherwise.
        self.own = own
        self.calendar = calendar or Calendar()
        #: Where the deployment stands; worked out before any step is planned.
        self.phase = Checkpoint.LEGACY
        #: Where somebody stated that it stands; of several statements the first one counts.
        self.told_phase = next((each.phase for each in own.statements if each.phase), None)
        self._known_rows: dict[str, int] | None = None
        self._wishes: dict[PoolId, OwnPool] = {PoolId(key_of(each.legacy)): each for each in own.pools}
        #: Front End and Edge pools of a version that nobody knows: with such a one, nothing is planned.
        self.strangers = tuple(
            pool.fqdn
            for pool in deployment.pools
            if not pool.versions
            and pool.role in (PoolRole.FRONT_END, PoolRole.EDGE)
            and pool.id not in own.left_alone
        )
        #: Pools that this migration is about.
        self.in_scope = [pool for pool in deployment.pools if pool.id not in own.left_alone]
        found = generations(self.in_scope)
        self.mixed = len(found) > 1
        self.legacy_versions = found[:-1] if self.mixed else found
        self.target = self._target(found, target)
        self.new_pools = [pool for pool in self.in_scope if self.mixed and pool.versions == found[-1]]
        self.legacy_pools = [
            pool
            for pool in self.in_scope
            if pool not in self.new_pools and pool.role is not PoolRole.OTHER and pool.versions
        ]
        #: New pool by legacy pool; worked out before any step is planned.
        self.successor: dict[PoolId, PoolId] = {}
        #: Legacy pools that stay, and why.
        self.staying: dict[PoolId, str] = {}
        self.additions: list[Pool] = []
        self.new_servers: list[Server] = []

    def _target(self, found: tuple[tuple[Version, ...], ...], wanted: Version | None) -> tuple[Version, ...]:
        if self.strangers:
            return ()
        if self.mixed:
            newest = found[-1]
            if wanted is not None and wanted not in newest:
                raise InputError(
                    f"--coexistence-to {wanted.name}: the deployment is already on its way to "
                    f"{version_name(newest)}. Leave the option out, or name {newest[0].name}."
                )
            return (wanted,) if wanted else newest
        if not found or self.strangers or self.told_phase is Checkpoint.RETIRED:
            return ()
        allowed = targets_of(found[0])
        if wanted is not None:
            reachable = {path.target for path in PATHS if path.legacy in found[0]}
            if wanted not in reachable:
                names = ", ".join(version.name for version in sorted(reachable)) or "none"
                raise InputError(
                    f"--coexistence-to {wanted.name}: no side-by-side path leads there from "
                    f"{version_name(found[0])}. Possible: {names}."
                )
            return (wanted,)
        return allowed[-1:]

    def _phase(self) -> Checkpoint:
        """Tell how far the deployment has come, by what its data shows."""
        if not self.mixed:
            # With one generation it is all before them, or all behind.
            return Checkpoint.RETIRED if self.told_phase is Checkpoint.RETIRED else Checkpoint.LEGACY
        if self.told_phase is not None:
            return self.told_phase
        return phase_of(self.deployment, self.legacy_pools, self.new_pools)

    def _successors(self) -> dict[PoolId, PoolId]:
        taken: dict[PoolId, PoolId] = {}
        for pool in self.legacy_pools:
            if pool.role not in (*_MIRRORED, PoolRole.EDGE) and not self._gets_new_chat(pool):
                continue
            taken[pool.id] = self._existing_successor(pool) or self._merged(pool) or self._mirror(pool).id
        self.additions = [self._connected(pool, taken) for pool in self.additions]
        return taken

    def _gets_new_chat(self, pool: Pool) -> bool:
        is_there = have(self.target, Feature.PERSISTENT_CHAT) is not False
        return pool.role is PoolRole.PERSISTENT_CHAT and is_there

    def _merged(self, old: Pool) -> PoolId | None:
        """Return the new pool that another legacy pool was given already, where both shall share one."""
        wish = self._wishes.get(old.id)
        return next((new.id for new in self.additions if wish and new.id == key_of(wish.fqdn)), None)

    def _existing_successor(self, old: Pool) -> PoolId | None:
        if wish := self._wishes.get(old.id):
            return next((new.id for new in self.new_pools if new.id == key_of(wish.fqdn)), None)
        alike = [pool for pool in self.new_pools if pool.role is old.role]
        named = [pool for pool in alike if pool.id == f"new-{old.id}"]
        near = [pool for pool in alike if pool.site == old.site]
        chosen = named or near or (alike if old.role is PoolRole.EDGE else [])
        return chosen[0].id if chosen else None

    def _mirror(self, old: Pool) -> Pool:
        """Describe the new pool for an old one: same edition, size and site, ``new-`` before the name."""
        origin = Origin("plan P3.3")
        prefix = self._free_prefix(old)

        def renamed(fqdn: str) -> str:
            return f"{prefix}-{fqdn}"

        wish = self._wishes.get(old.id)
        fqdn = wish.fqdn if wish else renamed(old.fqdn)
        asked = wish.servers if wish else ()
        if wish and not asked and len(old.servers) == 1 and str(old.servers[0]) == old.id:
            asked = (wish.fqdn,)  # a Standard Edition server is called as its pool
        names = asked or tuple(renamed(server) for server in old.servers)
        servers = tuple(ServerId(key_of(name)) for name in names)
        pool = replace(
            old,
            id=PoolId(key_of(fqdn)),
            fqdn=fqdn,
            edition=(wish and wish.edition) or old.edition,
            site=(wish and wish.site and self.site_named(wish.site)) or old.site,
            versions=self.target,
            servers=servers,
            roles=old.roles - {"CentralMgmt"},
            # A site has one pool that hosts call admission control; it changes in P8.5.
            applications=old.applications - {"PDP"},
            has_fabric=old.role in (PoolRole.FRONT_END, PoolRole.DIRECTOR),
            # A separate SQL instance: old and new pools must not share one (supported migration paths).
            back_end=old.back_end and renamed(old.back_end),
            file_store=old.file_store and f"{old.file_store}-new",
            archiving_store=old.archiving_store and renamed(old.archiving_store),
            monitoring_store=old.monitoring_store and renamed(old.monitoring_store),
            external_web_fqdn=old.external_web_fqdn and renamed(old.external_web_fqdn),
            office_web_apps=self._office_web_apps(old),
            media_edge=None,
            federation=False,
            xmpp=False,
            origin=origin,
        )
        self.additions.append(pool)
        build = self.target[0].first_build if len(self.target) == 1 else Unknown("Get-CsServerPatchVersion")
        # Servers beyond those of the old pool are made like its first one.
        models = (*old.servers, *old.servers[:1] * len(servers))[: len(servers)]
        self.new_servers += [
            replace(
                self.deployment.server_by_id[model],
                id=each,
                fqdn=name,
                pool=pool.id,
                build=build,
                services=(),
                origin=origin,
            )
            for model, each, name in zip(models, servers, names, strict=True)
        ]
        return pool

    def _free_prefix(self, old: Pool) -> str:
        """Return ``new``, or ``new2`` and so on where somebody has used that name already."""
        taken = {*self.deployment.pool_by_id, *self.deployment.server_by_id}
        number = 1
        prefix = "new"
        while taken & {f"{prefix}-{name}" for name in (old.id, *old.servers)}:
            number += 1
            prefix = f"new{number}"
        return prefix

    def _office_web_apps(self, old: Pool) -> str | None:
        """Name the server that shows slides: from Lync Server 2013 on a pool does not do it by itself."""
        is_native = old.role is PoolRole.FRONT_END and old.has(Feature.OFFICE_WEB_APPS) is False
        return f"owas.{old.fqdn.partition('.')[2]}" if is_native else old.office_web_apps

    def _connected(self, pool: Pool, successor: Mapping[PoolId, PoolId]) -> Pool:
        """Let a new pool point at new ones; a new Edge keeps the next hop of the old one (P5.1)."""
        if pool.role is PoolRole.EDGE:
            return pool
        return replace(
            pool,
            next_hop=pool.next_hop and successor.get(pool.next_hop, pool.next_hop),
            backup=pool.backup and successor.get(pool.backup, pool.backup),
        )

    def _staying(self) -> dict[PoolId, str]:
        """Find the pools that cannot be retired because somebody on them needs what the target lacks."""
        population = self.deployment.population
        left_alone: dict[PoolId, str] = {
            pool.id: "the plan file leaves it out of scope"
            for pool in self.deployment.pools
            if pool.id in self.own.left_alone
        }
        if isinstance(population, Unknown):
            return left_alone
        found: dict[PoolId, str] = {}
        for column, feature, name in (
            (population.xmpp, Feature.XMPP, "XMPP"),
            (population.chat, Feature.PERSISTENT_CHAT, "Persistent Chat"),
        ):
            if have(self.target, feature) is not False:
                continue
            needing = population.people[column[population.people] == 1]
            for code in sorted(set(population.home[needing].tolist())):
                found.setdefault(
                    population.pools[code],
                    f"people here use {name}, which {version_name(self.target)} does not have",
                )
        if found:
            for pool in self.legacy_pools:
                if pool.role is PoolRole.EDGE and (pool.xmpp or not pool.tells("xmpp")):
                    found[pool.id] = "XMPP federation of the people who stay runs through this Edge"
                if pool.role is PoolRole.PERSISTENT_CHAT:
                    found[pool.id] = "Persistent Chat of the people who stay runs here"
                    if pool.next_hop:
                        # A chat pool is homed on a Front End pool of its own version (coexistence
                        # considerations).
                        found.setdefault(pool.next_hop, f"{pool.fqdn} is homed here, and stays")
        return found | left_alone

    def site_named(self, name: str) -> SiteId | None:
        """Return the site of an id or a name, as far as there is one."""
        wanted = name.strip().lower()
        found = [site.id for site in self.deployment.sites if wanted in (site.id.lower(), site.name.lower())]
        return found[0] if found else None

    def site_name(self, site: str) -> str:
        """Return what a site is called: its name, or its id where others have the same name."""
        name = next((each.name for each in self.deployment.sites if each.id == site), site)
        is_unique = sum(each.name.lower() == name.lower() for each in self.deployment.sites) == 1
        return name if name and is_unique else site

    @property
    def _tools(self) -> Version:
        return self.target[-1]

    @property
    def _new_client(self) -> ClientGeneration:
        """The desktop client that goes with the new version, rolled out to people who are moved."""
        return ClientGeneration[self._tools.facts.client]

    def _fresh(self, *roles: PoolRole) -> list[Pool]:
        return [pool for pool in self.additions if pool.role in roles]

    def _front_ends(self) -> Iterator[tuple[Pool, PoolId]]:
        for pool in self.legacy_pools:
            if pool.role is PoolRole.FRONT_END:
                yield pool, self.successor[pool.id]

    def _old_edges(self) -> list[Pool]:
        return [pool for pool in self.legacy_pools if pool.role is PoolRole.EDGE]
