"""Names by which servers are found, and the certificates that hold them: DNS records, simple URLs.

Law of this room: every name that somebody looks up leads somewhere, and stands in a certificate there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from coexistence.inputs.family.builder.layout import INTERNAL_CA, PUBLIC_CA, Layout, origin
from coexistence.model.deployment import ACCESS_EDGE_EXTERNAL, Certificate, DnsRecord, SimpleUrl
from coexistence.model.vocabulary import PoolRole

__all__ = ["certificates", "records", "simple_urls"]


def records(layout: Layout) -> Iterator[DnsRecord]:
    """Names of pools, of sign-in and of web services, inside first."""
    for pool in layout.pools:
        yield DnsRecord(name=pool.id, kind="A", target=pool.id, origin=pool.origin)
    first = layout.pools_of(PoolRole.FRONT_END)[0]
    sign_in = next(iter(layout.pools_of(PoolRole.DIRECTOR)), first).id
    inside = origin("records")
    for domain in layout.domains:
        yield DnsRecord(name=f"_sipinternaltls._tcp.{domain}", kind="SRV", target=sign_in, origin=inside)
        yield DnsRecord(name=f"sip.{domain}", kind="A", target=sign_in, origin=inside)
        for label in ("lyncdiscoverinternal", "lyncdiscover", "meet"):
            yield DnsRecord(name=f"{label}.{domain}", kind="A", target=first.id, origin=inside)
    for label in ("dialin", "admin"):
        yield DnsRecord(name=f"{label}.{layout.domains[0]}", kind="A", target=first.id, origin=inside)
    yield from _external_records(layout)


def _external_records(layout: Layout) -> Iterator[DnsRecord]:
    """Names by which the outside finds the Edge: sign-in and federation lead to the same one."""
    edges = layout.pools_of(PoolRole.EDGE)
    if not edges:
        return
    access = next((pool for pool in edges if pool.federation), edges[0])
    outside = origin("records", "external")

    def record(name: str, kind: str, target: str) -> DnsRecord:
        return DnsRecord(name=name, kind=kind, target=target, side="external", origin=outside)

    for domain in layout.domains:
        yield record(f"_sip._tls.{domain}", "SRV", f"sip.{domain}")
        if access.federation:
            yield record(f"_sipfederationtls._tcp.{domain}", "SRV", f"sip.{domain}")
        yield record(f"sip.{domain}", "A", access.id)
    for edge in edges:
        assert edge.edge_names is not None  # every Edge is built with names
        names = edge.edge_names
        for name in dict.fromkeys((names.access, names.web_conferencing, names.av)):
            yield record(name, "A", edge.id)


def simple_urls(layout: Layout) -> Iterator[SimpleUrl]:
    """One URL for meetings in each domain, one for dial-in and one for administrators."""
    stated, main = origin("simple_urls"), layout.domains[0]
    for domain in layout.domains:
        yield SimpleUrl(component="Meet", domain=domain, url=f"https://meet.{domain}", origin=stated)
    yield SimpleUrl(component="Dialin", domain="*", url=f"https://dialin.{main}", origin=stated)
    yield SimpleUrl(component="Cscp", domain="*", url=f"https://admin.{main}", origin=stated)


def certificates(layout: Layout, as_of: dt.date) -> Iterator[Certificate]:
    """One for each pool, and another for the outside of an Edge pool; all good for two years."""
    expiry = as_of + dt.timedelta(days=730)
    sign_in = {f"sip.{domain}" for domain in layout.domains}
    web = {f"{label}.{domain}" for domain in layout.domains for label in ("meet", "lyncdiscoverinternal")}
    web |= {f"{label}.{layout.domains[0]}" for label in ("dialin", "admin")}
    for pool in layout.pools:
        has_web = pool.role in (PoolRole.FRONT_END, PoolRole.DIRECTOR)
        yield Certificate(
            pool=pool.id,
            use="Default",
            names=frozenset({pool.id, *pool.servers, *(sign_in | web if has_web else ())}),
            issuer=INTERNAL_CA,
            not_after=expiry,
            origin=pool.origin,
        )
        if pool.edge_names is not None:
            own = {pool.edge_names.access, pool.edge_names.web_conferencing}
            yield Certificate(
                pool=pool.id,
                use=ACCESS_EDGE_EXTERNAL,
                names=frozenset(own | sign_in),
                issuer=PUBLIC_CA,
                not_after=expiry,
                origin=pool.origin,
            )
