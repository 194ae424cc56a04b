"""Scheduling: what an organizer's pool takes, from which client, and on which terms meetings begin.

Law of this room: the focus factory on the organizer's hosting pool answers. Its refusals are C3P failures:
a reason, no SIP status ([MS-CONFPRO]; UCMA: CommandFailureReasons).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coexistence.model.clients import CLIENTS, ClientGeneration, Fit, Scheduler
from coexistence.model.vocabulary import (
    ApplicationKind,
    Confidence,
    Feature,
    Maybe,
    Modality,
    PoolId,
    Unknown,
    Version,
)
from coexistence.observation.conferencing.admission import OPEN, Terms
from coexistence.observation.conferencing.hosting import (
    COMPONENTS,
    MCU_TYPES,
    hosting_pool,
    needed_service,
    to_focus,
)
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, passed, refused, travel, undecided
from coexistence.observation.facts.situation import Situation
from coexistence.observation.servers.user_replicas import changes, user_services
from coexistence.simulation.changes.meetings import MOST_MEETINGS, terms_of_new
from coexistence.simulation.rules.meeting_clients import fit_of_scheduler
from coexistence.simulation.rules.registry import rule

__all__ = ["Capabilities", "capabilities", "new_terms", "schedule", "schedule_by_web"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What ``getConferencingCapabilities`` lists; a client must offer nothing else."""

    #: MCU types of this pool, sorted.
    mcu_types: tuple[str, ...]
    #: Access numbers for phones; unknown where nobody told.
    access_numbers: Maybe[tuple[str, ...]]
    #: The generation that a client compares with its own before it offers what is new
    #: (``capability-version``; its numbers are documented nowhere). Unknown while versions are.
    version: Maybe[Version]


@rule(
    "capabilities-of-this-pool",
    "Before scheduling, a client is told the MCU types of the organizer's pool and the access numbers, and "
    "must not offer anything else.",
    source="[MS-CONFPRO] 2.2.3.8",
)
def capabilities(situation: Situation, home: PoolId) -> Capabilities:
    """Return what the focus factory of an organizer's hosting pool lists."""
    pool = situation.state.pools[hosting_pool(situation.facts, home)]
    known = situation.state.applications
    numbers: Maybe[tuple[str, ...]] = (
        known
        if isinstance(known, Unknown)
        else tuple(each.id for each in known if each.kind is ApplicationKind.ACCESS_NUMBER)
    )
    components = pool.mcus or frozenset(MCU_TYPES)
    return Capabilities(
        mcu_types=tuple(sorted(MCU_TYPES[each] for each in components if each in MCU_TYPES)),
        access_numbers=numbers,
        version=pool.version or Unknown("Get-CsServerPatchVersion"),
    )


@rule(
    "oldest-add-ins-drop-lobby-options",
    "The add-in of the 2007 generation knows the admission policy alone: phones are not admitted to what it "
    "schedules.",
    source="UCMA: ConferenceAdmissionPolicy; lobby since Lync Server 2010",
    confidence=Confidence.ASSUMED,
    switch="dropped-lobby-options",
)
def new_terms(facts: Facts, home: PoolId, tool: Scheduler | None = None) -> Maybe[Terms]:
    """Return the terms on which new meetings of people on a pool begin, unless they choose others.

    ``tool`` is what they schedule with.
    """
    found = terms_of_new(facts.state, facts.rules, hosting_pool(facts, home), tool)
    if isinstance(found, Unknown):
        return found
    terms = Terms(*found)
    return OPEN if terms == OPEN else terms


# -------------------------------------------------------------------- scheduled meetings


def schedule(
    facts: Facts,
    home: PoolId,
    client: ClientGeneration | None = None,
    *,
    tool: Scheduler | None = None,
    offers: Iterable[Modality] = (),
    already: int = 0,
) -> Outcome:
    """Return whether people homed on a pool can schedule a meeting; hops tell what it may offer.

    ``tool`` is what they schedule with, left out: the add-in of their client. ``offers`` are modalities
    that the meeting must have, ``already`` how many meetings the organizer has.
    """
    offered = tuple(offers)
    if tool is None and client is not None and client in CLIENTS:
        tool = CLIENTS[client].add_in
    return facts.outcome(
        ("schedule", home, client, tool, offered, already),
        lambda: travel(_schedule(facts, home, client, tool, offered, already)),
    )


def _schedule(
    facts: Facts,
    home: PoolId,
    client: ClientGeneration | None,
    tool: Scheduler | None,
    offered: tuple[Modality, ...],
    already: int,
) -> Iterator[Leg]:
    yield from _to_factory(facts, home)
    host = hosting_pool(facts, home)
    if tool is not None:
        yield facts.leg(("add-in", host, tool), lambda: _add_in(facts, host, tool))
    for modality in offered:
        yield _may_offer(facts, host, modality)
    if already >= MOST_MEETINGS:
        reason = f"C3P failure maximumConferencesExceeded: {already} meetings of {MOST_MEETINGS}"
        yield refused(facts.fqdn(host), reason)
    yield _taken(facts, host, client)


def _to_factory(facts: Facts, home: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(home)
    host = hosting_pool(facts, home)
    if host != home:
        yield facts.registrar(home)
        yield to_focus(facts, home, host)
    yield facts.registrar(host)
    yield user_services(facts, host)
    yield changes(facts, host)


def _taken(facts: Facts, host: PoolId, client: ClientGeneration | None) -> Leg:
    pool = facts.state.pools[host]
    with_client = f" with {client.label}" if client is not None else ""
    listed = ", ".join(sorted(pool.mcus)) or "what its roles have"
    return passed(pool.fqdn, f"takes new meetings{with_client}; conferencing: {listed}")


def _add_in(facts: Facts, host: PoolId, tool: Scheduler) -> Leg:
    """What the lists say about an add-in and the organizer's pool."""
    pool = facts.state.pools[host]
    fit = fit_of_scheduler(tool, pool.versions)
    if isinstance(fit, Unknown):
        # Which of its versions it is does not keep anybody from scheduling: it only may hide options.
        return Leg(assumes=("unlisted-addin-schedules",))
    product = pool.versions[0].product
    if fit is Fit.NO:
        return refused(pool.fqdn, f"{tool.value} cannot schedule on {product}")
    if fit is Fit.NOT_LISTED:
        assumes = ("unlisted-addin-schedules",)
        if facts.rules.value("unlisted-addin-schedules") == "no":
            return refused(pool.fqdn, f"{tool.value} is in no list for {product}", assumes=assumes)
        return Leg(assumes=assumes)
    if fit is Fit.REDUCED:
        return passed(pool.fqdn, f"{tool.value} schedules without its new options")
    return Leg()


def _may_offer(facts: Facts, host: PoolId, modality: Modality) -> Leg:
    pool = facts.state.pools[host]
    component = COMPONENTS[modality][0]
    if not pool.tells("mcus"):
        return undecided(pool.fqdn, f"nobody told whether it has {component}", "Get-CsTopology -AsXml")
    if pool.mcus and component not in pool.mcus:
        reason = f"getConferencingCapabilities lists no {MCU_TYPES[component]}: it must not be offered"
        return refused(pool.fqdn, reason)
    return Leg()


# -------------------------------------------------------------------- the web scheduler


def schedule_by_web(facts: Facts, home: PoolId, at: PoolId | None = None) -> Outcome:
    """Return whether people homed on a pool can schedule in a browser, on the page of a pool (their own)."""
    return facts.outcome(
        ("schedule by web", home, at), lambda: travel(_schedule_by_web(facts, home, at or home))
    )


@rule(
    "web-scheduler-of-2013",
    "The web scheduler of Lync Server 2013 works for people on 2013 alone.",
    source="Client interoperability in Lync 2013",
    switch="web-scheduler-own-version",
)
def _schedule_by_web(facts: Facts, home: PoolId, at: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(home)
    yield facts.in_topology(at)
    host, page = (hosting_pool(facts, each) for each in (home, at))
    yield needed_service(facts, page, "web_services")
    theirs, ours = facts.state.pools[page].versions, facts.state.pools[host].versions
    fqdn = facts.fqdn(page)
    if len(theirs) != 1 or len(ours) != 1:
        if theirs != ours:
            yield undecided(fqdn, "nobody told which version both pools run", "Get-CsServerPatchVersion")
    elif not theirs[0].has(Feature.WEB_SCHEDULER):
        yield refused(fqdn, f"{theirs[0].product} brings no web scheduler")
    elif theirs != ours:
        if not ours[0].has(Feature.WEB_SCHEDULER):
            yield refused(
                fqdn, f"the web scheduler of {theirs[0].product} cannot schedule on {ours[0].product}"
            )
        assumes = ("web-scheduler-own-version",)
        if facts.rules.value("web-scheduler-own-version") == "yes":
            reason = f"the web scheduler of {theirs[0].product} is taken to serve its own version alone"
            yield refused(fqdn, reason, assumes=assumes)
        yield Leg(assumes=assumes)
    if page != host:
        yield to_focus(facts, page, host)
    yield from _to_factory(facts, home)
    yield _taken(facts, host, None)
