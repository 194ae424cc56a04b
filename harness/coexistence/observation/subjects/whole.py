"""The deployment as a whole, as somebody who is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coexistence.model.conditions.administrators import Administrator
from coexistence.model.deployment import Pool, Site, generations
from coexistence.model.population import Heads
from coexistence.model.vocabulary import Contradiction, PoolRole, Unknown, Version
from coexistence.observation import conferencing
from coexistence.observation.administration import tasks
from coexistence.observation.facts.outcomes import Outcome, untold
from coexistence.observation.network import sip_domains
from coexistence.observation.servers import retained_data, supported_topology
from coexistence.observation.subjects.asked import Asked
from coexistence.observation.subjects.places import PoolSubject

if TYPE_CHECKING:
    from coexistence.observation.observer import Observer

__all__ = ["DeploymentSubject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSubject(Asked):
    """The deployment as a whole."""

    @property
    def label(self) -> str:
        """Just that."""
        return "the deployment"

    @property
    def pools(self) -> tuple[Pool, ...]:
        """Every pool of the topology."""
        return tuple(self.observer.state.pools.values())

    def federating_edges(self) -> tuple[Pool, ...]:
        """Return the Edge pools on which federation is enabled; undecided where nobody told that of one."""
        edges = [pool for pool in self.pools if pool.role is PoolRole.EDGE]
        if not all(edge.tells("federation") for edge in edges):
            raise untold("nobody told which Edge pools federate", "Get-CsTopology -AsXml")
        return tuple(edge for edge in edges if edge.federation)

    @property
    def sites(self) -> tuple[Site, ...]:
        """Every site of the topology."""
        return tuple(self.observer.state.sites.values())

    @property
    def generations(self) -> tuple[tuple[Version, ...], ...]:
        """The generations of Front End pools, oldest first."""
        return generations(self.observer.state.pools.values())

    @property
    def administrators(self) -> tuple[Administrator, ...]:
        """The people who administer, as far as anybody described them."""
        return self.observer.state.administrators

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """What exported files say that cannot both be so; of made-up deployments there is none."""
        return self.observer.state.contradictions

    def access_numbers(self) -> Mapping[str, Outcome]:
        """Return for each dial-in access number whether some dial plan offers it to anybody."""
        numbers = conferencing.numbers_of(self.observer)
        if isinstance(numbers, Unknown):
            raise untold("nobody told the access numbers", numbers.needs)
        return {
            each.id: self.observer.handed(conferencing.access_number(self.observer.facts, each))
            for each in numbers
        }

    def simple_urls(self) -> Mapping[str, Outcome]:
        """Return for each simple URL whether it leads to a pool that answers under its name."""
        urls = conferencing.urls_of(self.observer.facts)
        if isinstance(urls, Unknown):
            raise untold("nobody told the simple URLs", urls.needs)
        return {
            each.url: self.observer.handed(conferencing.open_url(self.observer.facts, each.url))
            for each in urls
        }

    @property
    def master(self) -> PoolSubject | None:
        """The pool that is the active Central Management master; None where no single one is known to be."""
        masters = self.observer.state.cms.masters
        if isinstance(masters, Unknown) or len(masters) != 1:
            return None
        pool = self.observer.state.pools.get(masters[0])
        return None if pool is None else PoolSubject(observer=self.observer, pool=pool)

    def keep_configuration(self) -> Outcome:
        """Return whether a Central Management store is left that is whole."""
        return self.observer.handed(retained_data.configuration_kept(self.observer.facts))

    def keep_settings(self, before: Observer) -> Mapping[str, Outcome]:
        """Return what policies lost since an earlier moment, and only newer tools know; by kind and scope."""
        return self._handed(retained_data.settings_kept(self.observer.facts, before.facts))

    def keep_pools(self) -> Mapping[str, Outcome]:
        """Return the pools that are gone from the topology although nobody removed them."""
        return self._handed(retained_data.pools_kept(self.observer.facts))

    def keep_cloud_numbers(self) -> Outcome:
        """Return whether people in the cloud keep telephone numbers that hang on attributes here."""
        return self.observer.handed(retained_data.cloud_numbers(self.observer))

    def stand_together(self) -> Mapping[str, Outcome]:
        """Return for generations that stand side by side, in words, whether the vendor supports that."""
        return self._handed(supported_topology.generations_fit(self.observer.facts))

    def be_supported(self) -> Outcome:
        """Return whether the newest version in the topology is in support on the day at hand."""
        return self.observer.handed(supported_topology.in_support(self.observer))

    def prepare_directory(self) -> Outcome:
        """Return whether Active Directory is prepared for the version of the tools in use."""
        return self.observer.handed(supported_topology.directory_prepared(self.observer.facts))

    def have_new_version(self) -> Outcome:
        """Return whether the topology has a Front End pool of the version of the tools in use."""
        return self.observer.handed(supported_topology.is_there(self.observer.facts))

    def open_topology(self, by: Administrator) -> Outcome:
        """Return whether the tools of an administrator open the topology as it is now."""
        return self.observer.handed(tasks.opens_topology(self.observer.facts, by))

    def sign_in_records(self) -> Mapping[str, Outcome]:
        """Return for the sign-in record of each SIP domain whether a pool answers there."""
        return self._handed(sip_domains.sign_in(self.observer.facts))

    def early_sign_in_records(self) -> Mapping[str, Outcome]:
        """Return for the sign-in record of each SIP domain whether it waits for people of legacy pools.

        Nothing where nobody is homed on one any more.
        """
        return self._handed(sip_domains.early_sign_in(self.observer))

    def autodiscover(self) -> Mapping[str, Outcome]:
        """Return for each SIP domain whether Autodiscover inside sends everybody to their home pool."""
        return self._handed(sip_domains.autodiscover(self.observer))

    def _handed(self, outcomes: Mapping[str, Outcome]) -> Mapping[str, Outcome]:
        for outcome in outcomes.values():
            self.observer.handed(outcome)
        return outcomes

    def central_management(self) -> Outcome:
        """Return whether exactly one reachable pool is the active Central Management master."""
        return self.observer.handed(tasks.central_management(self.observer.facts))

    def hit(self) -> Mapping[str, Heads]:
        """Everybody."""
        return self.observer.people_of(self.observer.state.pools)
