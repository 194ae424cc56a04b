"""What every observation looks at: services, quorum, replicas, names, ports, certificates, TLS.

Law of this room: one question, one answer, remembered. Each question is about a pool or about two; who
wants to know does not matter. Rules of the product that decide an answer stand in the simulation.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cached_property
from typing import Final

from coexistence.model.deployment import Certificate, Pool
from coexistence.model.vocabulary import (
    Confidence,
    Maybe,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
    Version,
)
from coexistence.model.vocabulary.ends import certificate_of, name_of, replica_of, service_of
from coexistence.observation.facts.cache import Memory
from coexistence.observation.facts.outcomes import Hop
from coexistence.observation.facts.routes import Leg, failed, passed, undecided
from coexistence.simulation.rules import quorum
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.certificate_dates import CertificateDates
from coexistence.simulation.rules.machines import foreign_web_server, not_yet_valid
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.rules.user_replicas import edge_replicator
from coexistence.simulation.state import BY_KEY, NO_STATUS, Infrastructure

__all__ = ["NO_STATUS", "SIP_PORT", "Facts"]

#: SIP between servers. Source: ports and protocols for internal servers.
SIP_PORT: Final = 5061

#: Front Ends of a pool that is large enough to take a while on a cold start.
_LARGE: Final = 3


class Facts(Memory):
    """Answers about one infrastructure, each worked out once; whichever moments have it share them."""

    def __init__(self, state: Infrastructure, dates: CertificateDates, rules: Rules) -> None:
        super().__init__()
        self.state = state
        self.dates = dates
        self.rules = rules
        #: Numbers that stand for values in keys of these. They stay: whoever kept one must not meet it anew.
        self._numbers: dict[Hashable, int] = {}

    def number(self, what: Hashable) -> int:
        """Number that stands for a value wherever these answers are shared: it is looked up faster."""
        return self._numbers.setdefault(what, len(self._numbers))

    def has_expired(self, certificate: Certificate) -> bool:
        """Whether a certificate that one of the pools shows has expired."""
        return self.dates.has_expired(certificate)

    # ---------------------------------------------------------------- one pool

    def is_planned(self, pool: PoolId) -> bool:
        """Tell whether a pool is not there yet, but was defined by a step of the plan."""
        return self.state.defined[pool] > 0

    def fqdn(self, pool: PoolId) -> str:
        """Return the pool's name as the administrator typed it."""
        return self.state.pools[pool].fqdn

    def in_topology(self, pool: PoolId) -> Leg:
        """Ask whether the topology knows a pool that people are said to be on."""
        if pool in self.state.pools:
            return Leg()
        return undecided(pool, f"{pool} is in no topology that was given", "Get-CsTopology")

    def state_of(self, server: ServerId, service: str) -> Maybe[ServiceState | None]:
        """Return what a server reports of a service (by its key); None if its list does not have it."""
        return self.state.reported(server, service)

    @rule(
        "one-running-server-serves",
        "A pool does what a service is for while the service runs on one of its servers; where it is paused "
        "or on its way to running it takes no new work.",
        source="Get-CsWindowsService reference; third party: draining a Lync 2010 Mediation Server",
        confidence=Confidence.DERIVED,
    )
    def runs(self, pool: PoolId, service: str) -> Maybe[bool]:
        """Tell whether a service (by its key) takes new work on at least one server of a pool."""
        if service == "front_end" and edge_replicator(self.state, pool):
            return False
        open_question: Unknown | None = None
        for server in self.state.pools[pool].servers:
            state = self.state_of(server, service)
            if state is ServiceState.RUNNING:
                return True
            if isinstance(state, Unknown):
                open_question = state
        return open_question if open_question is not None else False

    def _planned(self, pool: PoolId) -> tuple[str, ...]:
        return ("plan-as-written",) if self.is_planned(pool) else ()

    def service(self, pool: PoolId, service: str, *, diagnostic: int | None = None) -> Leg:
        """Ask whether a service takes new work on a pool; ``diagnostic`` is how its silence is answered."""
        return self.leg(
            ("service", pool, service, diagnostic), lambda: self._service(pool, service, diagnostic)
        )

    def _service(self, pool: PoolId, service: str, diagnostic: int | None) -> Leg:
        fqdn = self.fqdn(pool)
        name = BY_KEY[service].display_suffix or BY_KEY[service].full_display or service
        runs = self.runs(pool, service)
        if isinstance(runs, Unknown):
            return undecided(fqdn, f"nobody collected whether {name} runs here", runs.needs)
        if not runs:
            reason = f"{name} takes no new work on any server of the pool"
            return failed(fqdn, reason, diagnostic, on=service_of(pool, service))
        if service == "web_services" and (foreign := self.foreign_web(pool)):
            return failed(fqdn, foreign, diagnostic, assumes=("balancer-sees-foreign-web",))
        return passed(fqdn, f"{name} runs", *self._planned(pool))

    def registrar(self, pool: PoolId) -> Leg:
        """Ask the pool's Front-End service; a silent pool gives 504 with diagnostic 2.

        Source: Test-CsIM (testing pages): "504, Server time-out", ErrorCode=2.
        """
        return self.leg(("registrar", pool), lambda: self._registrar(pool))

    @rule(
        "silent-pool-504",
        "A pool of which no Front-End service takes new work is answered for with 504, diagnostic 2.",
        source="Lync Server 2013: testing pages (Test-CsIM)",
    )
    def _registrar(self, pool: PoolId) -> Leg:
        fqdn = self.fqdn(pool)
        runs = self.runs(pool, "front_end")
        if isinstance(runs, Unknown):
            return undecided(fqdn, "nobody collected whether the Front-End service runs here", runs.needs)
        if not runs and self.fills(pool) and self.rules.value("cold-start-ends") == "yes":
            return passed(fqdn, "its Front-End services are starting: databases fill", "cold-start-ends")
        if not runs:
            reason = "no Front-End service of the pool takes new work"
            shortage = self.start_shortage(pool)
            why = f"{reason}: {shortage}" if shortage else reason
            return failed(fqdn, why, 2, on=service_of(pool, "front_end"))
        if lost := self.lost_quorum(pool):
            return failed(fqdn, lost, 2, on=service_of(pool, "front_end"))
        if (untold := quorum.untold_quorum(self.state, self.state.pools[pool], self.rules)) is not None:
            return undecided(fqdn, "nobody collected whether enough of its Front Ends run", untold.needs)
        return passed(fqdn, "the Front-End service answers", *self._planned(pool))

    def fills(self, pool: PoolId) -> bool:
        """Tell whether a large pool is just starting, with enough Front Ends, and will be up by itself."""
        known = self.state.pools[pool]
        return (
            len(known.servers) >= _LARGE
            and quorum.has_quorum_rules(known)
            and all(self.state_of(each, "front_end") is ServiceState.START_PENDING for each in known.servers)
            and self.start_shortage(pool) is None
        )

    def lost_quorum(self, pool: PoolId) -> str | None:
        """Say why an Enterprise pool is below its functional minimum; None while it is not."""
        return quorum.lost_quorum(self.state, self.state.pools[pool], self.rules)

    def start_shortage(self, pool: PoolId) -> str | None:
        """Say why Front-End services that are starting never finish; None where none is, or enough are."""
        known = self.state.pools[pool]
        if not any(
            self.state_of(server, "front_end") is ServiceState.START_PENDING for server in known.servers
        ):
            return edge_replicator(self.state, pool)
        return edge_replicator(self.state, pool) or quorum.cold_start_shortage(self.state, known, self.rules)

    def foreign_web(self, pool: PoolId) -> str | None:
        """Say why a pool's web sites answer with a foreign page; None where they are its own."""
        return foreign_web_server(self.state, self.state.pools[pool], self.rules)

    # ---------------------------------------------------------------- two pools

    def link(self, here: PoolId, there: PoolId, port: int = SIP_PORT) -> Leg:
        """Ask whether servers of one pool can talk to those of another.

        In the order in which it fails: does this pool know the other, does the name resolve, is the port
        reachable, do both sides have a TLS version in common, is the certificate trusted (protocol
        facts, sections 6.3, 6.4 and 7.2; the statuses are our choice).
        """
        return self.leg(("link", here, there, port), lambda: self._link(here, there, port))

    def _link(self, here: PoolId, there: PoolId, port: int) -> Leg:
        ours, theirs = self.state.pools[here], self.state.pools[there]
        reached = Hop(theirs.fqdn, f"reached over MTLS {port}")
        met = self.leg(
            ("ends meet", self.near_end(here), self.far_end(there)), lambda: self._meet(ours, theirs)
        )
        if met.stop is None and not self.is_blocked(here, there, port):
            return Leg((*self._knows(ours, theirs, port).hops, reached), None, met.assumes)
        hops: list[Hop] = []
        assumes: list[str] = []
        for look in (self._knows, self._name, self._port, self._tls, self._trust):
            leg = look(ours, theirs, port)
            hops += leg.hops
            assumes += leg.assumes
            if leg.stop is not None:
                return Leg(tuple(hops), leg.stop, tuple(assumes))
        return Leg((*hops, reached), None, tuple(dict.fromkeys(assumes)))

    def _meet(self, ours: Pool, theirs: Pool) -> Leg:
        """Ask once for all links with such ends whether anything but a blocked port is in their way."""
        assumes: list[str] = []
        for look in (self._knows, self._name, self._no_block, self._tls, self._trust):
            leg = look(ours, theirs, SIP_PORT)
            assumes += leg.assumes
            if leg.stop is not None:
                return Leg((), leg.stop)
        return Leg((), None, tuple(dict.fromkeys(assumes)))

    def near_end(self, pool: PoolId) -> int:
        """Return a number for all that a link looks at where it begins: links from alike ends fare alike."""
        return self.once(("near end", pool), lambda: self.number(("near", self._near_end(pool))))

    def _near_end(self, pool: PoolId) -> Hashable:
        state, servers = self.state, self.state.pools[pool].servers
        held = frozenset(state.replicas.get(server, NO_STATUS) for server in servers)
        roots = tuple(dict.fromkeys(state.servers[server].roots for server in servers))
        machines = state.backing.machine_by_server
        clocks = tuple(machines[each].clock_skew if each in machines else 0 for each in servers)
        return held, self.tls_versions(pool), roots, clocks if any(clocks) else ()

    def far_end(self, pool: PoolId) -> int:
        """Return a number for all that a link looks at where it leads to."""
        return self.once(("far end", pool), lambda: self.number(("far", self._far_end(pool))))

    def _far_end(self, pool: PoolId) -> Hashable:
        shown, records = self.certificate(pool), self.state.records
        certificate = shown and (
            shown.issuer,
            shown.not_before,
            self.has_expired(shown),
            covers(shown, pool),
        )
        has_record = isinstance(records, Unknown) or (pool, "A") in records
        return self.state.defined[pool], has_record, self.tls_versions(pool), certificate

    @rule(
        "lagging-replica-distrusts",
        "A server whose replica does not hold the configuration in which a pool was defined does not trust "
        "that pool's servers; the connection fails with diagnostic 1010.",
        source="Inferred from: central management store replication status; the status is our choice",
        confidence=Confidence.DERIVED,
    )
    def knows(self, here: PoolId, there: PoolId) -> Leg:
        """Ask whether a replica of one pool has heard of another pool."""
        return self.leg(
            ("knows", here, there),
            lambda: self._knows(self.state.pools[here], self.state.pools[there], SIP_PORT),
        )

    def _knows(self, here: Pool, there: Pool, port: int) -> Leg:
        """A pool whose replica lags behind does not trust servers that it has not heard of."""
        del port
        defined = self.state.defined[there.id]
        held = [self.state.replicas.get(server, NO_STATUS) for server in here.servers]
        if any(not isinstance(each, Unknown) and each >= defined for each in held):
            return passed(here.fqdn, f"knows {there.fqdn}")
        unknown = next((each for each in held if isinstance(each, Unknown)), None)
        if unknown is not None:
            return undecided(
                here.fqdn, f"nobody told whether the replica here knows {there.fqdn}", unknown.needs
            )
        if defined == 0:
            # A twin's replica that lags: what it lacks is in no export.
            return undecided(here.fqdn, f"the replica here lags; it may lack {there.fqdn}", NO_STATUS.needs)
        reason = f"the replica here has not heard of {there.fqdn}: not a trusted server"
        return failed(here.fqdn, reason, 1010, on=replica_of(here.id))

    @rule(
        "next-hop-needs-a-record",
        "A next hop whose FQDN has no DNS A record cannot be reached: diagnostic 1014.",
        source="[MS-OCER] error tables; the SIP status 504 is our choice",
        switch="names-resolve",
    )
    def _name(self, here: Pool, there: Pool, port: int) -> Leg:
        del port
        if isinstance(self.state.records, Unknown):
            return self.untold_names(here.fqdn, self.state.records)
        if (there.id, "A") not in self.state.records:
            return failed(here.fqdn, f"no DNS A record of {there.fqdn}", 1014, on=name_of(there.id))
        return Leg()

    def untold_names(self, asking: str, unknown: Unknown) -> Leg:
        """Return a leg about names, certificates or TLS of which no export was given.

        Undecided, unless it was said that they are in order (``names-resolve``).
        """
        if self.rules.value("names-resolve") == "undecided":
            return undecided(asking, "nobody told about names and certificates", unknown.needs)
        return Leg(assumes=("names-resolve",))

    @rule(
        "interpool-5061",
        "Every SIP message between users of different pools needs MTLS 5061 from Front End to Front End.",
        source="Ports and protocols for internal servers",
        switch="ports-open",
    )
    def _port(self, here: Pool, there: Pool, port: int) -> Leg:
        if self.is_blocked(here.id, there.id, port):
            return failed(
                here.fqdn, f"port {port} of {there.fqdn} cannot be reached", 1038, assumes=("ports-open",)
            )
        return self._no_block(here, there, port)

    def _no_block(self, here: Pool, there: Pool, port: int) -> Leg:
        del here, there, port
        return Leg(assumes=("ports-open",))

    def is_blocked(self, here: PoolId, there: PoolId, port: int) -> bool:
        """Tell whether something between two pools blocks a port."""
        if self.rules.value("ports-open") == "no":
            return True
        return bool(self.state.blocked) and any(
            block.port == port and block.source in (None, here) and block.target in (None, there)
            for block in self.state.blocked
        )

    @rule(
        "tls-version-in-common",
        "Servers without a TLS version in common do not connect; diagnostic 1039.",
        source="Disable TLS 1.0/1.1 in Skype for Business Server 2015; id and status are our choice",
        confidence=Confidence.DERIVED,
    )
    def _tls(self, here: Pool, there: Pool, port: int) -> Leg:
        del port
        ours, theirs = self.tls_versions(here.id), self.tls_versions(there.id)
        for unknown in (ours, theirs):
            if isinstance(unknown, Unknown):
                return self.untold_names(here.fqdn, unknown)
        assert isinstance(ours, frozenset)  # neither is unknown any more
        assert isinstance(theirs, frozenset)  # as above
        if not ours & theirs:
            return failed(
                here.fqdn,
                f"no TLS version in common with {there.fqdn}: {_listed(ours)} here, {_listed(theirs)} there",
                1039,
            )
        return Leg()

    def tls_versions(self, pool: PoolId) -> Maybe[frozenset[str]]:
        """Return the TLS versions that every server of a pool speaks; a call may land on any of them."""
        common: frozenset[str] | None = None
        for server in self.state.pools[pool].servers:
            spoken = self.state.servers[server].tls
            if isinstance(spoken, Unknown):
                return spoken
            common = spoken if common is None else common & spoken
        return common if common is not None else Unknown("TLS settings")

    def _trust(self, here: Pool, there: Pool, port: int) -> Leg:
        del port
        return self.trusts(here, there.id, there.id)

    @rule(
        "mtls-trust",
        "A peer's certificate must be valid, name the host that was meant, and come from a trusted root; "
        "otherwise diagnostic 1010.",
        source="Events related to DNS, TLS, federation (Office Communications Server 2007 R2); [MS-OCER]",
        switch="names-resolve",
    )
    def trusts(self, here: Pool, there: PoolId, name: str) -> Leg:
        """Ask whether a pool's servers accept the certificate that another pool shows for a name."""
        shown = self.certificate(there)
        if shown is None:
            return self.untold_names(here.fqdn, Unknown("certificate export"))
        fqdn, on = self.fqdn(there), certificate_of(there)
        if self.has_expired(shown):
            return failed(here.fqdn, f"the certificate of {fqdn} expired on {shown.not_after}", 1010, on=on)
        if early := not_yet_valid(self.state, self.dates, here, shown, self.rules):
            assumes = ("clock-tolerance",)
            return failed(here.fqdn, f"the certificate of {fqdn} {early}", 1010, assumes=assumes, on=on)
        if not covers(shown, name):
            return failed(here.fqdn, f"the certificate of {fqdn} does not name {name}", 1010, on=on)
        for server in here.servers:
            roots = self.state.servers[server].roots
            if isinstance(roots, Unknown):
                return self.untold_names(here.fqdn, roots)
            if shown.issuer not in roots:
                reason = f"{server} does not trust {shown.issuer}, who issued for {fqdn}"
                return failed(here.fqdn, reason, 1010, on=on)
        return Leg()

    def certificate(self, pool: PoolId, use: str = "Default") -> Certificate | None:
        """Return the certificate that a pool shows; None where no export of certificates was given."""
        return self._certificates.get((pool, use))

    @cached_property
    def _certificates(self) -> dict[tuple[PoolId, str], Certificate]:
        if isinstance(self.state.certificates, Unknown):
            return {}
        return {(each.pool, each.use): each for each in self.state.certificates}

    # ---------------------------------------------------------------- names

    def resolve(self, name: str, kind: str = "A") -> Maybe[str | None]:
        """Return where an internal name leads: a pool's id, other text, or None where nothing answers."""
        if isinstance(self.state.records, Unknown):
            return self.state.records
        record = self.state.records.get((name, kind))
        return record.target if record else None

    def pools(self, *roles: PoolRole) -> Iterator[Pool]:
        """Return the pools with one of these roles, in the order of the topology."""
        return (pool for pool in self.state.pools.values() if pool.role in roles)

    @cached_property
    def newest(self) -> Version | None:
        """The newest generation that the topology has for certain."""
        return max((pool.versions[0] for pool in self.state.pools.values() if pool.versions), default=None)


def covers(certificate: Certificate, name: str) -> bool:
    """Tell whether a certificate names a host, by itself or by a wildcard for its domain."""
    return name in certificate.names or f"*.{name.partition('.')[2]}" in certificate.names


def _listed(versions: frozenset[str]) -> str:
    return ", ".join(sorted(versions)) or "none"
