"""Names in DNS and certificates: where a name leads, who answers there, what they show.

Law of this room: one name, or one certificate, is looked at for itself. In which order clients try names,
and what follows for signing in, is told where finding a server is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from coexistence.model.deployment import (
    ACCESS_EDGE_EXTERNAL,
    Certificate,
    DnsRecord,
    Pool,
    is_address,
    key_of,
)
from coexistence.model.vocabulary import Disposition, Maybe, PoolId, PoolRole, Unknown
from coexistence.model.vocabulary.ends import use_of
from coexistence.observation.facts.facts import Facts, covers
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, ending, failed, passed, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.network.edges import access_edge, shows
from coexistence.observation.sign_in.discovery import WEB, certificate_trouble, leads_to, silence, silent_on
from coexistence.simulation.rules.machines import not_yet_valid
from coexistence.simulation.rules.simple_urls import host_of

__all__ = ["answers", "lasts", "leads", "names_its_pool", "pool_behind", "served", "trusted"]

_CLIENT: Final = "client"
_DONE: Final = Outcome(disposition=Disposition.DONE)
_INTERNAL: Final = "internal"
#: The service that answers under a pool's own name, by role; a trusted application is no service of ours.
_MAIN: Final = {
    PoolRole.FRONT_END: "front_end",
    PoolRole.DIRECTOR: "front_end",
    PoolRole.BRANCH_APPLIANCE: "front_end",
    PoolRole.EDGE: "front_end",
    PoolRole.MEDIATION: "mediation",
    PoolRole.PERSISTENT_CHAT: "persistent_chat",
}
#: How names begin that clients and partners ask SIP servers by.
_OF_SIP: Final = ("_sip", "_ntp", "_xmpp", "sip.", "sipinternal.", "sipexternal.")
_SIP: Final = (PoolRole.FRONT_END, PoolRole.DIRECTOR, PoolRole.BRANCH_APPLIANCE)


# -------------------------------------------------------------------- where a name leads


def target_of(facts: Facts, record: DnsRecord) -> str | None:
    """Return where a record leads in the end: a pool of the topology, or the text of the last record.

    None where it names a host that has no address.
    """
    if record.side == _INTERNAL:
        return leads_to(facts, record.name, record.kind)
    outside = facts.state.outside
    if record.kind != "SRV" or isinstance(outside, Unknown):
        return _inside(facts, record.target)
    host = outside.get((key_of(record.target), "A")) or outside.get((key_of(record.target), "CNAME"))
    return None if host is None else _inside(facts, host.target)


def _inside(facts: Facts, target: str) -> str:
    """Return the pool that a host belongs to, where it is one of ours."""
    key = key_of(target)
    server = facts.state.servers.get(key)  # type: ignore[call-overload]  # a server's key is text
    return key if server is None else str(server.pool)


def pool_behind(facts: Facts, record: DnsRecord) -> PoolId | None:
    """Return the pool of the topology that a record leads to; None where it leads elsewhere."""
    target = target_of(facts, record)
    return PoolId(target) if target is not None and target in facts.state.pools else None


def leads(facts: Facts, record: DnsRecord) -> Outcome:
    """Return whether a name leads to something that exists: a pool of the topology, or somewhere outside it.

    It fails where the record names a host that has no address, or a pool that was removed.
    """
    return facts.outcome(_key("leads", record), lambda: travel([_leads(facts, record)]))


def _key(question: str, record: DnsRecord) -> tuple[object, ...]:
    return (question, record.side, record.name, record.kind)


def _leads(facts: Facts, record: DnsRecord) -> Leg:
    target = target_of(facts, record)
    if target is None:
        return failed(_CLIENT, f"{record.name} names {record.target}, which has no address")
    if target not in facts.state.pools and target in facts.state.defined:
        reason = f"{record.name} leads to {target}, which is in the topology no more"
        return failed(_CLIENT, reason, on=use_of(PoolId(target)))
    return passed(record.name, f"leads to {target}")


# -------------------------------------------------------------------- who answers there


def answers(facts: Facts, record: DnsRecord) -> Outcome:
    """Return whether somebody answers under a name, and shows a valid certificate for it."""
    return facts.outcome(_key("answers", record), lambda: travel(_answers(facts, record)))


def _answers(facts: Facts, record: DnsRecord) -> Iterator[Leg]:
    yield _leads(facts, record)
    target = target_of(facts, record)
    pool = None if target is None else facts.state.pools.get(PoolId(target))
    if pool is not None:
        yield from (
            _inside_answer(facts, record, pool)
            if record.side == _INTERNAL
            else _outside_answer(facts, record, pool)
        )
    elif isinstance(is_web := _is_web(facts, record.name), Unknown):
        yield _untold_url(record, is_web)
    elif record.side != _INTERNAL and is_web:
        # What stands there is a reverse proxy: no export of the product shows it.
        yield Leg(assumes=("reverse-proxy-publishes",))
    elif target is not None and is_address(target):
        yield undecided(_CLIENT, f"nobody told whose address {target} is", "DNS export")
    else:
        yield failed(_CLIENT, f"{record.name} leads to {target}, which is not in the topology")


def _inside_answer(facts: Facts, record: DnsRecord, pool: Pool) -> Iterator[Leg]:
    is_web = _is_web(facts, record.name)
    if isinstance(is_web, Unknown):
        yield _untold_url(record, is_web)
    quiet = silence(facts, WEB, pool.id) if is_web else None
    if isinstance(quiet, Leg):
        yield quiet
    elif quiet is not None:
        yield ending(failed(pool.fqdn, quiet), *silent_on(facts, WEB, pool.id))
    if not is_web and pool.role in _SIP:
        yield facts.registrar(pool.id)
    elif not is_web and pool.role in _MAIN:
        yield facts.service(pool.id, _MAIN[pool.role])
    if record.name.startswith("lyncdiscover."):
        # Asked over HTTP first, or answered by the reverse proxy: the pool shows no certificate for it.
        return
    yield _shows(facts, pool, _host(record), "WebServicesInternal" if is_web else "Default")


def _outside_answer(facts: Facts, record: DnsRecord, pool: Pool) -> Iterator[Leg]:
    if pool.role is not PoolRole.EDGE:
        assumes = ("reverse-proxy-publishes",)
        is_web = _is_web(facts, record.name)
        if isinstance(is_web, Unknown):
            yield _untold_url(record, is_web)
        elif is_web:
            yield Leg(assumes=assumes)
        else:
            yield failed(_CLIENT, f"{record.name} leads to {pool.fqdn}, which is no Edge pool")
        return
    names = pool.edge_names
    host = _host(record)
    if names is not None and host == names.av != names.access:
        yield facts.service(pool.id, "av_edge")
        return
    if names is not None and host == names.web_conferencing != names.access:
        yield facts.service(pool.id, "web_conf_edge")
    else:
        yield access_edge(facts, _CLIENT, pool.id, None)
    yield shows(facts, _CLIENT, pool, host, None, None)


def _host(record: DnsRecord) -> str:
    """Return the name that a certificate has to have.

    That of the record; of a service record the host that it names, or ``sip.`` and the domain where that
    host lies elsewhere (strict matching: DNS requirements for automatic client sign-in).
    """
    if record.kind != "SRV":
        return record.name
    domain = record.name.split(".", 2)[-1]
    host = key_of(record.target)
    return host if host.endswith(f".{domain}") else f"sip.{domain}"


def _is_web(facts: Facts, name: str) -> Maybe[bool]:
    """Tell whether a name is one of web pages; unknown where it may be a simple URL that nobody told."""
    if name.startswith(("lyncdiscover.", "lyncdiscoverinternal.")):
        return True
    if any(
        pool.external_web_fqdn is not None and key_of(pool.external_web_fqdn) == name
        for pool in facts.state.pools.values()
    ):
        return True
    urls = facts.state.simple_urls
    if isinstance(urls, Unknown):
        is_machine = name in facts.state.pools or name in facts.state.servers
        return False if is_machine or name.startswith(_OF_SIP) else urls
    return any(host_of(each.url) == name for each in urls)


def _untold_url(record: DnsRecord, urls: Unknown) -> Leg:
    return undecided(_CLIENT, f"nobody told whether {record.name} is a simple URL", urls.needs)


def _shows(facts: Facts, pool: Pool, host: str, use: str) -> Leg:
    """Ask whether a pool shows a valid certificate that names a host."""
    if isinstance(facts.state.certificates, Unknown):
        return facts.untold_names(pool.fqdn, facts.state.certificates)
    wrong = certificate_trouble(facts, pool.id, host, use)
    return failed(pool.fqdn, wrong) if wrong else passed(pool.fqdn, f"shows a certificate for {host}")


# -------------------------------------------------------------------- certificates


def lasts(situation: Situation, shown: Certificate, days: int) -> Outcome:
    """Return whether a certificate is valid, today and in so many days."""
    return travel([_lasts(situation, shown, days)])


def _lasts(situation: Situation, shown: Certificate, days: int) -> Leg:
    fqdn = _fqdn(situation.facts, shown)
    left = shown.not_after.toordinal() - situation.state.day
    what = _what(shown)
    if left < 0:
        return failed(fqdn, f"the {what} of {fqdn} expired on {shown.not_after}")
    if left < days:
        return failed(fqdn, f"the {what} of {fqdn} expires on {shown.not_after}, in {left} days")
    pool = situation.state.pools.get(shown.pool)
    early = (
        None
        if pool is None
        else not_yet_valid(situation.state, situation.facts.dates, pool, shown, situation.rules)
    )
    if early:
        return failed(fqdn, f"the {what} of {fqdn} {early}", assumes=("clock-tolerance",))
    return passed(fqdn, f"valid until {shown.not_after}")


def served(facts: Facts, shown: Certificate) -> tuple[str, ...]:
    """Return the names in DNS that lead to the pool, and that it answers for with this certificate."""
    state = facts.state
    side = state.outside if shown.use == ACCESS_EDGE_EXTERNAL else state.records
    if isinstance(side, Unknown):
        return ()
    led = [each for each in side.values() if each.kind != "SRV" and pool_behind(facts, each) == shown.pool]
    return tuple(sorted(each.name for each in led if covers(shown, each.name)))


def names_its_pool(facts: Facts, shown: Certificate) -> Outcome:
    """Return whether a certificate that servers show each other names the pool that shows it."""
    if shown.use == ACCESS_EDGE_EXTERNAL or covers(shown, shown.pool):
        return _DONE
    fqdn = _fqdn(facts, shown)
    return travel([failed(fqdn, f"the certificate of {fqdn} does not name {shown.pool} (event 1015)")])


def trusted(facts: Facts, shown: Certificate, by: Iterable[Pool]) -> Outcome:
    """Return whether every server of some pools has the issuer among its trusted roots."""
    return travel(_trusted(facts, shown, by))


def _trusted(facts: Facts, shown: Certificate, by: Iterable[Pool]) -> Iterator[Leg]:
    fqdn = _fqdn(facts, shown)
    for pool in by:
        for server in pool.servers:
            roots = facts.state.servers[server].roots
            if isinstance(roots, Unknown):
                yield facts.untold_names(server, roots)
            elif shown.issuer not in roots:
                yield failed(server, f"{server} does not trust {shown.issuer}, who issued for {fqdn}")
    yield passed(fqdn, f"{shown.issuer} is trusted")


def _what(shown: Certificate) -> str:
    return "external certificate" if shown.use == ACCESS_EDGE_EXTERNAL else "certificate"


def _fqdn(facts: Facts, shown: Certificate) -> str:
    return facts.fqdn(shown.pool) if shown.pool in facts.state.pools else shown.pool
