"""Showing slides, whiteboards and polls to others, with the client that one has.

Law of this room: a client inside talks to the conferencing service itself; what an update of the servers
changes about that, it notices before anybody outside does, for whom the Edge stands between.
"""

from __future__ import annotations

from collections.abc import Iterator

from coexistence.model.clients import CLIENTS, ClientGeneration
from coexistence.model.vocabulary import Confidence, Disposition, Modality, PoolId, Unknown
from coexistence.observation import conferencing
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, travel, undecided
from coexistence.observation.sign_in.admission import CLIENT_VERSIONS
from coexistence.simulation.rules.registry import rule

__all__ = ["present"]


def present(facts: Facts, home: PoolId, client: ClientGeneration, organizer: PoolId) -> Outcome:
    """Return whether people on a pool can present in a new meeting of somebody on another (or the same).

    They are inside, and use a client of a generation.
    """
    # Without that update of .NET every client can present.
    matters = client if facts.state.particulars.net_updated else None
    return facts.outcome(
        ("present", home, matters, organizer), lambda: travel(_present(facts, home, client, organizer))
    )


def _present(facts: Facts, home: PoolId, client: ClientGeneration, organizer: PoolId) -> Iterator[Leg]:
    yield facts.in_topology(organizer)
    host = conferencing.hosting_pool(facts, organizer)
    versions = facts.state.pools[host].versions
    made_on = versions[0] if versions else Unknown("Get-CsServerPatchVersion")
    joiner = None if home == organizer else home
    way = conferencing.join(facts, organizer, made_on, False, joiner=joiner, modality=Modality.CONTENT)
    yield Leg(way.hops, None if way.disposition is Disposition.DONE else way, way.assumes)
    yield facts.leg(("packets", host, client), lambda: _packets(facts, host, client))


@rule(
    "net-update-and-old-clients",
    "A security update of .NET on Front Ends changes how packets are handled: clients inside without a newer "
    "build cannot present, while they join, write and hear as before.",
    source="Cannot connect to the server for presenting (support article); it names no builds",
    confidence=Confidence.DERIVED,
    switch="clients-updated",
)
def _packets(facts: Facts, host: PoolId, client: ClientGeneration) -> Leg:
    updated = facts.state.particulars.net_updated
    if not any(server in updated for server in facts.state.pools[host].servers):
        return Leg()
    known, fqdn = CLIENTS.get(client), facts.fqdn(host)
    if known is None:
        return undecided(fqdn, "nobody told which client they use", CLIENT_VERSIONS.needs)
    has_update = known.updated != known.versions and client not in facts.state.particulars.not_updated
    assumes = ("clients-updated",) if has_update else ()
    if has_update and facts.rules.value("clients-updated") == "yes":
        return Leg(assumes=assumes)
    reason = f"{client.label} cannot connect to the server for presenting since its .NET update"
    return failed(fqdn, reason, assumes=assumes)
