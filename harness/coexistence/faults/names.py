"""Are names and certificates right? Records that were forgotten, certificates that nobody takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from coexistence import Checkpoint, Injection, PoolRole, Scene, Severity, State, Unknown, fault
from coexistence.migration import PlanStep
from coexistence.model import operations as op
from coexistence.model.conditions.machines_and_databases import Machine
from coexistence.model.conditions.reverse_proxy import ReverseProxyRule
from coexistence.model.deployment import DnsRecord, key_of
from coexistence.model.vocabulary import Origin, PoolId

_MADE: Final = Origin("fault")
_SIGN_IN: Final = "_sipinternaltls._tcp."
_AUTODISCOVER: Final = ("lyncdiscoverinternal.", "lyncdiscover.")
#: Days that the certificate of a legacy pool has left when the migration begins.
_DAYS_LEFT: Final = 10
#: Minutes.
_AHEAD: Final = 90


def _forgotten(scene: Scene, names: tuple[str, ...]) -> Scene | None:
    """Return the scene in which some names inside are never repointed; None where they never would be."""
    found = False

    def rewrite(_step: PlanStep, operation: op.Operation) -> Iterable[op.Operation]:
        nonlocal found
        if not isinstance(operation, op.SetDnsRecords):
            return (operation,)
        kept = tuple(each for each in operation.records if each.side != "internal" or each.name not in names)
        found = found or len(kept) < len(operation.records)
        return (replace(operation, records=kept),) if kept else ()

    made = scene.rewritten(rewrite)
    return made if found else None


def _internal(scene: Scene) -> tuple[DnsRecord, ...]:
    records = scene.deployment.records
    return () if isinstance(records, Unknown) else tuple(each for each in records if each.side == "internal")


@fault(
    clause="names",
    also=("clients", "topology"),
    severity=Severity.BLOCKER,
    phase="legacy-silent",
    evidence="C",
    source="Update DNS SRV records",
    remedy="Repoint the record of every SIP domain before the old pool stops.",
)
def sip_srv_still_names_old_pool(scene: Scene) -> Iterator[Injection]:
    """The sign-in record of one SIP domain inside still names the old pool or Director.

    When that stops, whoever signs in afresh in this domain fails; people who are signed in, or know their
    server, stay up, so that it shows slowly.
    """
    for record in _internal(scene):
        if record.kind == "SRV" and record.name.startswith(_SIGN_IN):
            made = _forgotten(scene, (record.name,))
            if made is not None:
                yield Injection(target=record.name, scene=made)


@fault(
    clause="names",
    also=("clients", "topology"),
    severity=Severity.ERROR,
    phase="legacy-silent",
    evidence="C",
    source="Lync Server 2013: understanding Autodiscover; Do Lync 2010 clients dream of lyncdiscover records "
    "(third party)",
    remedy="Move both Autodiscover names together with the sign-in record.",
)
def autodiscover_host_still_old(scene: Scene) -> Iterator[Injection]:
    """The Autodiscover names of a SIP domain still lead to the old pool's web services.

    Newer clients and mobile ones are slow or fail, while clients of Lync 2010 work; it is worse where the old
    web site still answers.
    """
    here = {record.name for record in _internal(scene)}
    for domain in scene.deployment.sip_domains:
        names = tuple(f"{label}{domain}" for label in _AUTODISCOVER if f"{label}{domain}" in here)
        made = _forgotten(scene, names)
        if made is not None:
            yield Injection(target=names[0], scene=made, about=names[1:])


@fault(
    clause="names",
    also=("meetings", "clients"),
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="C",
    source="Lync Server 2013: DNS load balancing; reverse proxy web publishing; topologies and "
    "components for mobility",
    remedy="Publish the external web name of every pool, with a certificate that names it, before "
    "people move.",
)
def new_pool_web_not_published(scene: Scene) -> Iterator[Injection]:
    """The external web name of a new pool is not published, or is that of the old pool.

    People outside who were moved lose mobile sign-in, address book, slides and joining by browser, while SIP
    through the Edge works; inside all is well.
    """
    urls = scene.deployment.simple_urls
    if isinstance(urls, Unknown) or scene.deployment.publishing.rules:
        return
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    front_ends = (*scene.leaving, *scene.new_pools(PoolRole.FRONT_END))
    pools = {pool.id: pool for pool in front_ends if pool.external_web_fqdn}
    pages = frozenset(key_of(each.url.partition("://")[2].partition("/")[0]) for each in urls) | {
        f"lyncdiscover.{domain}" for domain in scene.deployment.sip_domains
    }
    for left in scene.new_pools(PoolRole.FRONT_END):
        if left.external_web_fqdn is None:
            continue
        twin = next((old for old in scene.leaving if scene.successors[old.id] == left.id), None)
        if not scene.homed(left.id) and (twin is None or not scene.homed(twin.id)):
            continue
        if twin is not None and twin.external_web_fqdn is not None:
            same = scene.with_new_pool(left.id, external_web_fqdn=twin.external_web_fqdn)
            yield Injection(target=left.id, scene=same, about=(twin.id, key_of(twin.external_web_fqdn)))
        published = {
            each.id: frozenset({key_of(each.external_web_fqdn or "")})
            for each in pools.values()
            if each.id != left.id
        }
        rules = [_rule(names, pool) for pool, names in published.items()]
        done = op.SetReverseProxy(rules=(_rule(pages, left.id), *rules))
        yield Injection(
            target=key_of(left.external_web_fqdn),
            scene=scene.before(Checkpoint.SIDE_BY_SIDE, done),
            about=(left.id,),
        )


def _rule(names: frozenset[str], target: PoolId) -> ReverseProxyRule:
    return ReverseProxyRule(names=names, target=target, origin=_MADE)


@fault(
    clause="names",
    also=("services",),
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="A",
    source="Lync Server certificate expiration (support article)",
    remedy="Renew the certificates of legacy pools for the time that both generations are there.",
)
def certificate_expires_mid_coexistence(scene: Scene) -> Iterator[Injection]:
    """The certificate of a legacy pool is left to run out, because the pool is going away soon.

    Nothing is to be seen at first; at the next restart services do not start, or links to other servers
    fail one by one.
    """
    if isinstance(scene.deployment.certificates, Unknown):
        return
    for pool in scene.leaving:

        def run_out(state: State, pool: PoolId = pool.id) -> State:
            known = state.certificates
            if isinstance(known, Unknown):
                return state
            last = dt.date.fromordinal(state.day + _DAYS_LEFT)
            ending = tuple(
                replace(each, not_after=last) if each.pool == pool and each.use == "Default" else each
                for each in known
            )
            return state.changed(certificates=ending)

        ends = Scene.change(f"the certificate of {pool.fqdn} has {_DAYS_LEFT} days left", run_out)
        yield Injection(target=pool.id, scene=scene.at_first(ends), about=pool.servers)


@fault(
    clause="names",
    also=("edge", "sites"),
    severity=Severity.ERROR,
    phase="edge",
    evidence="A",
    source="Central Management store replication failures (support article)",
    remedy="Have the certificate issued again by the authority that everybody inside trusts, for the "
    "inner name, with its key.",
)
def edge_and_pool_on_different_roots(scene: Scene) -> Iterator[Injection]:
    """The inner certificate of a new Edge comes from an authority nobody trusts, or has another name.

    The Edge never becomes up to date, because the host does not match a certificate (event 1015), and
    requests for media relay fail.
    """
    if isinstance(scene.deployment.certificates, Unknown):
        return
    for pool in scene.new_pools(PoolRole.EDGE):
        for wrong in ({"issuer": "another CA"}, {"names": frozenset({f"inside.{pool.id}"})}):
            yield Injection(
                target=pool.id, scene=scene.with_certificate(pool.id, **wrong), about=pool.servers
            )


@fault(
    clause="names",
    also=("clients",),
    severity=Severity.WARNING,
    phase="pilot",
    evidence="A",
    source="Authentication fails, PIN sign-in (support article)",
    remedy="Take the stray chain out of the machine's store, and keep one that is consistent.",
)
def extra_root_breaks_phone_pin(scene: Scene) -> Iterator[Injection]:
    """A new Front End holds a second trusted chain, which does not match its own certificate.

    Desk phones ask for the PIN again and again although it is right; desktop clients sign in.
    """
    particulars = scene.deployment.particulars
    for pool in scene.new_pools(PoolRole.FRONT_END):
        server = pool.servers[0]
        stray = replace(particulars, stray_chains=particulars.stray_chains | {server})
        made = scene.with_deployment(particulars=stray)
        yield Injection(target=server, scene=made, about=(pool.id,))


@fault(
    clause="names",
    also=("meetings",),
    severity=Severity.WARNING,
    phase="side-by-side",
    evidence="D",
    source="Derived: clocks that differ",
    remedy="Give all servers one source of time; issue certificates that begin in the past.",
)
def derived_clock_or_validity_skew(scene: Scene) -> Iterator[Injection]:
    """The clock of a new server is ahead of the others by more than they tolerate.

    Web requests between pools fail now and then, mostly right after a ticket or certificate was issued; SIP
    stays up.
    """
    for pool in scene.new_pools(PoolRole.FRONT_END):
        server = pool.servers[0]
        ahead = Machine(server=server, clock_skew=_AHEAD, origin=_MADE)
        yield Injection(target=server, scene=scene.with_machine(ahead), about=(pool.id,))


@fault(
    clause="names",
    severity=Severity.ERROR,
    phase="side-by-side",
    evidence="C",
    source="Configure DNS records for pilot pool deployment",
    remedy="Create the A records of the pool, and wait until every DNS server has them.",
)
def new_pool_without_a_record(scene: Scene) -> Iterator[Injection]:
    """The new pool is published, and nobody makes a record for its name.

    Its servers know each other by their own names; whoever asks for the pool finds nothing.
    """
    for pool in scene.new_pools(PoolRole.FRONT_END):
        made = _forgotten(scene, (pool.id,))
        if made is not None:
            yield Injection(target=pool.id, scene=made)


@fault(
    clause="names",
    severity=Severity.WARNING,
    phase="side-by-side",
    evidence="C",
    source="Update DNS SRV records",
    remedy="Let the record name the legacy pool or Director again until everybody was moved.",
)
def sign_in_record_switched_early(scene: Scene) -> Iterator[Injection]:
    """The sign-in record of a SIP domain is changed to the new pool as soon as that stands.

    Everybody's first sign-in rests on a pool that only the pilot was to use.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    for record in _internal(scene):
        new = scene.successors.get(PoolId(record.target))
        if record.kind == "SRV" and record.name.startswith(_SIGN_IN) and new:
            early = op.SetDnsRecords(records=(replace(record, target=new, origin=_MADE),))
            yield Injection(
                target=record.name, about=(new,), scene=scene.before(Checkpoint.SIDE_BY_SIDE, early)
            )
