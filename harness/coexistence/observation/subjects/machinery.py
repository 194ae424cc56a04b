"""Subjects that are looked at for themselves: servers, names in DNS, certificates, steps of the plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from coexistence.migration import PlanStep
from coexistence.model.deployment import ACCESS_EDGE_EXTERNAL, Certificate, DnsRecord, Pool, Server
from coexistence.model.population import Heads
from coexistence.model.vocabulary import Disposition, Maybe, PoolId, PoolRole, Unknown
from coexistence.observation.administration import tasks
from coexistence.observation.facts.outcomes import Hop, Outcome, not_applicable
from coexistence.observation.network import dns_answers
from coexistence.observation.subjects.asked import Asked
from coexistence.simulation.state import Readings

__all__ = ["CertificateSubject", "NameSubject", "ServerSubject", "StepSubject"]

#: Roles whose servers serve everybody, whatever pool people are homed on.
_FOR_ALL = (PoolRole.EDGE, PoolRole.DIRECTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSubject(Asked):
    """One machine of a pool."""

    server: Server
    pool: Pool

    @property
    def label(self) -> str:
        """The server's FQDN."""
        return self.server.fqdn

    @property
    def services(self) -> Maybe[Readings]:
        """What it reports of its services, by their keys in the catalogue; unknown if nobody collected it."""
        return self.observer.state.services.get(self.server.id, Unknown("Get-CsWindowsService"))

    @property
    def is_silenced(self) -> bool:
        """Whether its pool's services were stopped on purpose, because the pool is going to be removed."""
        return self.pool.id in self.observer.state.silenced

    def hold_configuration(self) -> Outcome:
        """Return whether its replica holds the newest published configuration.

        Servers of trusted applications alone have none: of them this promises nothing.
        """
        state = self.observer.state
        if self.pool.role is PoolRole.TRUSTED_APPLICATION:
            not_applicable(f"{self.label} has no replica")
        current = state.is_current(self.server.id)
        return self.observer.handed(tasks.replica(self.observer.facts, (self.server.id,), current))

    def speak(self, tls: str) -> Outcome:
        """Return whether it speaks a version of TLS, e.g. ``1.2``."""
        spoken = self.server.tls
        if isinstance(spoken, Unknown):
            return self.observer.handed(
                _undecided(self.label, f"nobody told which TLS {self.label} speaks", spoken)
            )
        return self.observer.handed(_told(self.label, f"TLS {tls} is switched off", is_so=tls in spoken))

    def trust(self, issuer: str) -> Outcome:
        """Return whether an issuer is among its trusted roots."""
        roots = self.server.roots
        if isinstance(roots, Unknown):
            return self.observer.handed(
                _undecided(self.label, f"nobody told which roots {self.label} trusts", roots)
            )
        return self.observer.handed(_told(self.label, f"{issuer} is no trusted root", is_so=issuer in roots))

    def hit(self) -> Mapping[str, Heads]:
        """People homed on the pool; everybody where it is an Edge or a Director."""
        return _people(self, self.pool)


def _undecided(at: str, reason: str, unknown: Unknown) -> Outcome:
    return Outcome(disposition=Disposition.UNDECIDED, source=at, reason=reason, needs=(unknown.needs,))


def _told(at: str, why_not: str, *, is_so: bool) -> Outcome:
    if is_so:
        return Outcome(disposition=Disposition.DONE)
    return Outcome(disposition=Disposition.FAILED, source=at, reason=why_not, hops=(Hop(at, why_not),))


def _people(subject: Asked, pool: Pool | None) -> Mapping[str, Heads]:
    observer = subject.observer
    if pool is None or pool.role in _FOR_ALL or not pool.homes_users:
        return observer.people_of(observer.state.pools)
    return observer.people_of((pool.id,))


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSubject(Asked):
    """One name in internal or external DNS."""

    record: DnsRecord

    @property
    def label(self) -> str:
        """The name, its type, and the side of DNS if that is the outside."""
        side = "external " if self.is_external else ""
        return f"{side}{self.record.kind} {self.record.name}"

    @property
    def name(self) -> str:
        """The name itself, in lower case."""
        return self.record.name

    @property
    def is_external(self) -> bool:
        """Whether the outside sees it."""
        return self.record.side == "external"

    @property
    def is_dormant(self) -> bool:
        """Whether it is the own name of a pool that is not there: not yet, or no more."""
        return self.name == self.record.target and self.name not in self.observer.state.pools

    @property
    def is_silenced(self) -> bool:
        """Whether what answered there was stopped on purpose, because it is going to be removed."""
        state, pool = self.observer.state, self.pool
        return pool in state.silenced or (pool, "front_end") in state.disabled

    @property
    def pool(self) -> PoolId | None:
        """The pool that it leads to in the end; None where it leads elsewhere."""
        return dns_answers.pool_behind(self.observer.facts, self.record)

    def lead(self) -> Outcome:
        """Return whether it leads to something that exists, be it one of our pools or not."""
        return self.observer.handed(dns_answers.leads(self.observer.facts, self.record))

    def answer(self) -> Outcome:
        """Return whether somebody answers there, with a valid certificate for this name."""
        return self.observer.handed(dns_answers.answers(self.observer.facts, self.record))

    def hit(self) -> Mapping[str, Heads]:
        """People of the pool whose own name it is; else everybody."""
        return _people(self, self.observer.state.pools.get(PoolId(self.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateSubject(Asked):
    """One certificate, as it is assigned to the servers of a pool."""

    certificate: Certificate

    @property
    def label(self) -> str:
        """Whose it is, and what for where that is not everything."""
        use = "" if self.certificate.use == "Default" else f" ({self.certificate.use})"
        return f"certificate of {self.certificate.pool}{use}"

    @property
    def pool(self) -> Pool | None:
        """The pool that shows it; None where the topology does not know it."""
        return self.observer.state.pools.get(self.certificate.pool)

    @property
    def is_external(self) -> bool:
        """Whether an Edge pool shows it to the outside."""
        return self.certificate.use == ACCESS_EDGE_EXTERNAL

    @property
    def is_of_silenced_pool(self) -> bool:
        """Whether the pool's services were stopped on purpose, because it is going to be removed."""
        return self.certificate.pool in self.observer.state.silenced

    @property
    def valid_until(self) -> dt.date:
        """The last day on which it is valid."""
        return self.certificate.not_after

    @property
    def names(self) -> tuple[str, ...]:
        """Names in DNS that lead to the pool, and that it names."""
        return dns_answers.served(self.observer.facts, self.certificate)

    def last(self, days: int = 0) -> Outcome:
        """Return whether it is valid, and stays so for some days."""
        return self.observer.handed(dns_answers.lasts(self.observer, self.certificate, days))

    def name_pool(self) -> Outcome:
        """Return whether it names the pool that shows it inside."""
        return self.observer.handed(dns_answers.names_its_pool(self.observer.facts, self.certificate))

    def be_trusted(self) -> Outcome:
        """Return whether every server inside trusts its issuer; of an external one only the outside is asked.

        That everybody outside trusts a public issuer is not looked into.
        """
        pools = () if self.is_external else self.observer.state.pools.values()
        return self.observer.handed(dns_answers.trusted(self.observer.facts, self.certificate, pools))

    def hit(self) -> Mapping[str, Heads]:
        """People homed on the pool; everybody where it serves all."""
        return _people(self, self.pool)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepSubject(Asked):
    """One step of the plan, asked about at the checkpoint that it leads to."""

    step: PlanStep
    #: What the product refused of it.
    refusals: tuple[Outcome, ...] = ()

    @property
    def label(self) -> str:
        """Its id and title."""
        return f"{self.step.key} {self.step.title}"

    @property
    def verify(self) -> str:
        """How one sees that it worked; empty where the guide does not say."""
        return self.step.verify

    def carry_out(self) -> Outcome:
        """Return whether the product carried all of it out; else its first refusal."""
        done = Outcome(disposition=Disposition.DONE)
        return self.observer.handed(self.refusals[0] if self.refusals else done)
