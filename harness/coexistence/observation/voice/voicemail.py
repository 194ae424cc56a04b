"""Voice mail: Exchange Unified Messaging, its contacts on our pools, and Cloud Voicemail.

Law of this room: who takes a message is decided by where the mailbox is and what the home pool runs.
Exchange is in no export of this product: what was told about it is looked at, the rest is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.vocabulary import ApplicationKind, Feature, Mailbox, PoolId, PoolRole, Unknown
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.simulation.rules.registry import rule

__all__ = ["contact", "exchange", "has_contacts", "leave_message"]

#: Exchange whose Unified Messaging is gone, or is somewhere else than on the premises.
_NO_UM_HERE = frozenset({Mailbox.E2019, Mailbox.ONLINE})


def exchange(facts: Facts, pool: PoolId, diagnostic: int | None) -> Leg:
    """Ask whether Exchange, which no export shows, serves a pool (assumption ``exchange-answers``)."""
    assumes = ("exchange-answers",)
    if facts.rules.value("exchange-answers") == "yes":
        return Leg(assumes=assumes)
    return failed(facts.fqdn(pool), "Exchange does not answer this pool", diagnostic, assumes=assumes)


@rule(
    "um-knows-the-pool",
    "Exchange UM takes calls only from pools that it has a UM IP gateway for, and whose Front-End service "
    "was restarted since; otherwise 480 with 15030.",
    source="Move Exchange Unified Messaging contact objects; Testing peer-to-peer A/V calls",
    switch="exchange-answers",
)
def _known(facts: Facts, pool: PoolId) -> Leg:
    told = facts.state.surroundings.exchange_um
    if told is None:
        return exchange(facts, pool, 15030)
    fqdn = facts.fqdn(pool)
    if pool not in told.gateways:
        return failed(fqdn, "Exchange UM has no IP gateway for this pool", 15030)
    if pool in told.not_restarted:
        reason = "the Front-End service was not restarted since Exchange UM was told of this pool"
        return failed(fqdn, reason, 15030)
    return passed(fqdn, "Exchange UM has an IP gateway for this pool")


@rule(
    "um-contacts-fail-on-2019",
    "Calls to subscriber access and auto attendant contacts on a pool of 2019 or later may end with 500.",
    source="Call to Subscriber Access or Auto Attendant fails in Skype for Business Server 2019",
    switch="um-contacts-work-on-2019",
)
def contact(facts: Facts, owner: PoolId) -> Iterator[Leg]:
    """Ask for the way from a contact object's pool to Exchange; 480 with 15030 where it is barred.

    Source: Testing peer-to-peer A/V calls.
    """
    pool = facts.state.pools[owner]
    if pool.has(Feature.UM_DEFECT) is True:
        is_known = owner in facts.state.surroundings.um_defect
        assumes = () if is_known else ("um-contacts-work-on-2019",)
        if is_known or facts.rules.value("um-contacts-work-on-2019") == "no":
            reason = "Exchange UM contacts fail on this version"
            yield failed(pool.fqdn, reason, 15000, assumes=assumes)
        yield Leg(assumes=assumes)
    yield _known(facts, owner)


def has_contacts(situation: Situation) -> bool:
    """Tell whether any pool has contacts of Exchange UM, as far as was told."""
    found = situation.state.applications
    return not isinstance(found, Unknown) and any(each.kind is ApplicationKind.EXCHANGE_UM for each in found)


def leave_message(facts: Facts, home: PoolId, mailbox: Mailbox) -> Outcome:
    """Return whether an unanswered call to people of a pool ends in their voice mail.

    Fails with 480 (15030) where nobody takes the message.
    """
    return facts.outcome(("voice mail", home, mailbox), lambda: travel(_leave(facts, home, mailbox)))


@rule(
    "voicemail-follows-the-mailbox",
    "Exchange 2019 has no Unified Messaging: people with mailboxes there or online have voice mail in the "
    "cloud, and only on a pool of 2019 or later.",
    source="What's new in Skype for Business Server 2019; Plan for UM migration",
    switch="cloud-voicemail-works",
)
def _leave(facts: Facts, home: PoolId, mailbox: Mailbox) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.registrar(home)
    pool = facts.state.pools[home]
    if mailbox not in _NO_UM_HERE:
        if pool.role is PoolRole.FRONT_END:
            yield _known(facts, home)
        else:
            yield exchange(facts, home, 15030)
        return
    in_the_cloud = pool.has(Feature.CLOUD_VOICEMAIL)
    if isinstance(in_the_cloud, Unknown):
        yield undecided(pool.fqdn, "nobody told which version runs here", in_the_cloud.needs)
    if in_the_cloud is True:
        yield _in_the_cloud(facts, pool.fqdn)
    elif mailbox is Mailbox.ONLINE:
        yield exchange(facts, home, 15030)
    else:
        yield failed(pool.fqdn, f"{mailbox.product} has no Unified Messaging", 15030)


def _in_the_cloud(facts: Facts, fqdn: str) -> Leg:
    tenant = facts.state.surroundings.tenant
    if tenant is not None:
        if tenant.voicemail:
            return passed(fqdn, "Cloud Voicemail takes the message")
        return failed(fqdn, "the cloud tenant takes no voice mail for people of this deployment", 15030)
    assumes = ("cloud-voicemail-works",)
    if facts.rules.value("cloud-voicemail-works") == "no":
        return failed(fqdn, "no cloud tenant takes voice mail", 15030, assumes=assumes)
    return Leg(assumes=assumes)
