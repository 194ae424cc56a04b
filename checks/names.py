"""Do names and certificates lead everybody to servers that answer, today and until the migration is over?"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence import (
    CertificateSubject,
    DeploymentSubject,
    Finding,
    NameSubject,
    PoolRole,
    PoolSubject,
    Severity,
    check,
    not_applicable,
)

#: Roles whose names the product's servers do not look up.
_STRANGERS = (PoolRole.TRUSTED_APPLICATION, PoolRole.OTHER)


@check(
    clause="names",
    severity=Severity.ERROR,
    at="legacy, side-by-side, edge, production, retired, now",
    source="Configure DNS records for pilot pool deployment",
    remedy="Create the A records of the pool, and wait until every DNS server has them.",
)
def every_pool_has_an_address(pool: PoolSubject) -> None:
    """The name of every pool has an address in internal DNS."""
    if pool.pool.role in _STRANGERS:
        not_applicable("no server of the product looks it up")
    outcome = pool.have_address()
    assert outcome.done, outcome


@check(
    clause="names",
    severity=Severity.BLOCKER,
    at="legacy..retired, now",
    source="Update DNS SRV records; DNS requirements for automatic client sign-in",
    remedy="Let _sipinternaltls._tcp of the domain name a pool or Director that stays, and that the "
    "certificate there has a name for. There is one record for every SIP domain.",
)
def every_sip_domain_leads_to_a_pool_that_answers(deployment: DeploymentSubject) -> Iterator[Finding]:
    """The sign-in record of every SIP domain leads to a pool that answers under it."""
    for name, outcome in deployment.sign_in_records().items():
        if not outcome.done:
            yield Finding(kind="sign-in-record-dead", outcome=outcome, message=name)


@check(
    clause="names",
    severity=Severity.WARNING,
    at="side-by-side..edge",
    source="Update DNS SRV records",
    remedy="Leave the record on the legacy pool or Director until everybody was moved.",
)
def sign_in_records_wait_for_everybody(deployment: DeploymentSubject) -> Iterator[Finding]:
    """Sign-in records lead to new pools only once nobody is homed on a legacy pool."""
    for name, outcome in deployment.early_sign_in_records().items():
        if not outcome.done:
            yield Finding(kind="sign-in-record-early", outcome=outcome, message=name)


@check(
    clause="names",
    severity=Severity.ERROR,
    at="legacy..retired, now",
    source="Skype for Business Server 2015: plan for mobility; UCWA: Root URL",
    remedy="Let lyncdiscoverinternal of the domain name a pool that stays, whose web services run and whose "
    "certificate has the name; beside Lync Server 2010, a newer one.",
)
def autodiscover_sends_everybody_home(deployment: DeploymentSubject) -> Iterator[Finding]:
    """Autodiscover inside gives people of both generations the web services of their home pool."""
    for name, outcome in deployment.autodiscover().items():
        if not outcome.done:
            yield Finding(kind="autodiscover-dead", outcome=outcome, message=name)


@check(
    clause="names",
    severity=Severity.ERROR,
    at="legacy, side-by-side, edge, production, retired, now",
    source="Lync Server certificate expiration (support article); certificate requirements",
    remedy="Request and assign a new certificate before the old one runs out: servers do not start again "
    "with an expired one.",
)
def no_certificate_runs_out(certificate: CertificateSubject, days: int = 30) -> Iterator[Finding]:
    """Every certificate is valid, and stays so for a month beyond each checkpoint."""
    if certificate.is_of_silenced_pool:
        not_applicable("the pool is about to be removed")
    soon = certificate.last(days)
    if soon.done:
        return
    outcome = certificate.last()
    if outcome.done:
        yield Finding(kind="certificate-runs-out", severity=Severity.WARNING, outcome=soon)
    else:
        yield Finding(kind="certificate-invalid", outcome=outcome)


@check(
    clause="names",
    severity=Severity.WARNING,
    at="retired",
    source="Change simple URLs after migration; Update DNS SRV records",
    remedy="Delete the record, or point it at a pool that is there.",
)
def names_lead_to_something_that_exists(name: NameSubject) -> None:
    """No name in DNS leads to a pool that was removed."""
    if name.is_dormant:
        not_applicable("the own name of a pool that is not there")
    outcome = name.lead()
    assert outcome.done, outcome


@check(
    clause="names",
    severity=Severity.ERROR,
    at="legacy, side-by-side, edge, production, retired, now",
    source="Central Management store replication failures (support article); certificate requirements",
    remedy="Have the certificate issued again by the authority that the servers trust, or give its root to "
    "all of them.",
)
def certificates_are_accepted_inside(certificate: CertificateSubject) -> None:
    """Certificates that servers show each other name their pool, and come from whom every server trusts."""
    if certificate.is_external or certificate.is_of_silenced_pool:
        not_applicable("the outside looks at it, or its pool is about to be removed")
    named = certificate.name_pool()
    assert named.done, named
    outcome = certificate.be_trusted()
    assert outcome.done, outcome


@check(
    clause="names",
    severity=Severity.WARNING,
    at="side-by-side..retired, now",
    source="Authentication fails, PIN sign-in (support article)",
    remedy="Take the stray chain out of the store of the server that is named.",
)
def servers_hand_out_one_chain_of_trust(pool: PoolSubject) -> None:
    """Phones fetch one consistent chain of trust, whichever server of a pool they ask."""
    outcome = pool.hand_out_one_chain()
    assert outcome.done, outcome


@check(
    clause="names",
    severity=Severity.WARNING,
    at="side-by-side..legacy-silent, now",
    source="Derived: a web ticket that another clock does not accept",
    remedy="Give all servers one source of time.",
)
def clocks_agree_between_pools(pool: PoolSubject) -> None:
    """The web tickets of every pool are valid on all others."""
    if pool.pool.role is not PoolRole.FRONT_END or pool.is_silenced:
        not_applicable("no Front End pool, or about to be removed")
    outcome = pool.agree_on_time()
    assert outcome.done, outcome


@check(
    clause="names",
    severity=Severity.ERROR,
    at="side-by-side..retired, now",
    source="Lync Server 2013: DNS load balancing; reverse proxy web publishing",
    remedy="Publish the external web name of the pool in DNS and in the reverse proxy, with a certificate "
    "that has it.",
)
def external_web_names_are_published(pool: PoolSubject) -> None:
    """The external web name of every pool is published, and leads to that pool."""
    if pool.pool.role is not PoolRole.FRONT_END or pool.is_silenced or not pool.people:
        not_applicable("nobody outside asks for it")
    outcome = pool.publish_web()
    assert outcome.done, outcome
