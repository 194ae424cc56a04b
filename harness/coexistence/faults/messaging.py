"""Faults by which people no longer reach each other, or see each other otherwise than they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from coexistence import Injection, PoolRole, Scene, Severity, fault
from coexistence.model import operations as op
from coexistence.model.clients import CLIENTS
from coexistence.model.conditions.external_systems import BandwidthLink
from coexistence.model.conditions.machines_and_databases import Machine
from coexistence.model.conditions.messaging import ImFilter
from coexistence.model.deployment import Policy
from coexistence.model.vocabulary import Checkpoint, Feature, Origin, PoolId, Unknown, Version, have

__all__: list[str] = []

_ORIGIN = Origin("fault")
#: Clients that came before the privacy mode of presence: those of the oldest server generation.
_OLD_CLIENTS = tuple(each for each, row in CLIENTS.items() if row.goes_with is min(Version))


@fault(
    clause="messaging",
    also=("edge",),
    severity=Severity.ERROR,
    phase="pilot",
    evidence="A",
    source="Migrating XMPP federation; features removed from Skype for Business Server 2019",
    remedy="Leave people with XMPP contacts on the legacy pool and keep its Edge, or give XMPP up before.",
)
def xmpp_user_moved_forward(scene: Scene) -> Iterator[Injection]:
    """People with XMPP contacts are moved to a version that has no XMPP gateway.

    Their XMPP contacts are offline for good and messages to them fail; whoever was not moved goes on
    reaching theirs.
    """
    if have(scene.plan.target, Feature.XMPP) is not False:
        return
    for pool, new in scene.moving:
        if not len(scene.people_on(pool.id, xmpp=1)):
            continue

        def everybody(
            _step: object, operation: op.Operation, source: PoolId = pool.id
        ) -> Iterable[op.Operation]:
            if isinstance(operation, op.MoveUsers) and operation.users.on == source:
                yield replace(operation, users=replace(operation.users, without_xmpp=False))
            else:
                yield operation

        yield Injection(target=pool.id, about=(new,), scene=scene.rewritten(everybody))


@fault(
    clause="messaging",
    also=("applications", "data"),
    severity=Severity.WARNING,
    phase="post-migration",
    evidence="A",
    source="Coexistence considerations; Migrating Group Chat servers",
    remedy="Carry rooms over last, with the export and import of the chat server, and switch all members "
    "at once.",
)
def group_chat_islands(scene: Scene) -> Iterator[Injection]:
    """A new chat pool stands beside the old one, and nobody imports the rooms.

    People find the rooms as long as the old chat pool serves them, and no room at all in the new one.
    """
    new = scene.new_pools(PoolRole.PERSISTENT_CHAT)
    old = [pool for pool in scene.pools(PoolRole.PERSISTENT_CHAT) if pool.id not in {each.id for each in new}]
    if not new or not old or scene.deployment.surroundings.chat_rooms is not None:
        return
    rooms = frozenset(pool.id for pool in old)
    around = replace(scene.deployment.surroundings, chat_rooms=rooms)
    for pool in new:
        yield Injection(
            target=pool.id,
            about=tuple(rooms),
            scene=scene.with_deployment(surroundings=around).without(op.ImportChatRooms, to=pool.id),
        )


@fault(
    clause="messaging",
    severity=Severity.WARNING,
    phase="pilot",
    evidence="C",
    source="Configuring file transfer and URL filtering for instant messaging",
    remedy="Give every site the same filter, or use the global one alone.",
)
def im_filter_asymmetry(scene: Scene) -> Iterator[Injection]:
    """The filter of links and files of one site is not that of the others.

    Links and files arrive in one direction and are blocked in the other; plain text passes both ways.
    """
    sites = dict.fromkeys(pool.site for pool, _ in scene.moving if len(scene.arriving(pool.id)))
    if len(sites) < 2 or scene.deployment.particulars.im_filters:
        return
    for site in sites:
        own = ImFilter(scope=f"site:{site}", links="block", files="block")
        particulars = replace(scene.deployment.particulars, im_filters=(own,))
        yield Injection(target=f"site:{site}", scene=scene.with_deployment(particulars=particulars))


@fault(
    clause="messaging",
    also=("clients",),
    severity=Severity.WARNING,
    phase="side-by-side",
    evidence="A",
    source="Presence privacy mode update; Deploying Lync Server 2013 clients",
    remedy="Block clients that do not know the mode first, and switch it on after the migration.",
)
def privacy_mode_with_old_clients(scene: Scene) -> Iterator[Injection]:
    """The privacy mode of presence is switched on while clients are in use that do not know it.

    Many contacts show as unavailable; which of them depends on the client that was used last.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    sites = dict.fromkeys(
        pool.site
        for pool, _ in scene.moving
        if any(len(scene.people_on(pool.id, client=client)) for client in _OLD_CLIENTS)
    )
    for site in sites:
        scope = f"site:{site}"
        switched = scene.add_to_part("particulars", privacy_mode=frozenset({scope}))
        homes = tuple(pool.id for pool in scene.pools() if pool.site == site and pool.homes_users)
        yield Injection(target=scope, about=homes, scene=scene.before(Checkpoint.SIDE_BY_SIDE, switched))


@fault(
    clause="messaging",
    also=("meetings", "services"),
    severity=Severity.ERROR,
    phase="pilot",
    evidence="A",
    source="Event 32402 or 61045 on a Front End (support article)",
    remedy="Set the documented registry value on every Front End, and restart them.",
)
def tls_session_ticket_breaks_port_444(scene: Scene) -> Iterator[Injection]:
    """Front Ends of Lync Server 2013 run on Windows Server 2012 R2 without the registry value for it.

    Two people write to each other, but nobody gets into a conference there, a third person cannot be
    invited, and contact lists that are kept on the server come up empty.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    by_id = {each.id: each for each in scene.new_pools(PoolRole.FRONT_END)}
    there = [
        *(pool for pool, _ in scene.moving if len(scene.people_on(pool.id)) > 2),
        *(by_id[new] for pool, new in scene.moving if new in by_id and len(scene.arriving(pool.id))),
    ]
    for pool in dict.fromkeys(there):
        if pool.has(Feature.SESSION_TICKET_DEFECT) is not True:
            continue
        machines = tuple(
            Machine(server=server, os="Windows Server 2012 R2", origin=_ORIGIN) for server in pool.servers
        )

        def installed(now: object, machines: tuple[Machine, ...] = machines) -> object:
            for machine in machines:
                now = now.with_machine(machine)  # type: ignore[attr-defined]  # the part is a Backing
            return now

        yield Injection(
            target=pool.id,
            about=tuple(pool.servers),
            scene=scene.before(Checkpoint.SIDE_BY_SIDE, scene.change_part("backing", installed)),
        )


@fault(
    clause="messaging",
    severity=Severity.ERROR,
    phase="pilot",
    evidence="D",
    source="Derived: a value of an enumeration that the other generation does not list",
    remedy="Keep to the old set of states until the legacy pools are gone.",
)
def derived_unknown_state_value_rejected(scene: Scene) -> Iterator[Injection]:
    """A legacy pool refuses presence states that only the new version lists, instead of passing over them.

    People on it do not see the presence of moved people while these are in such a state; in other states
    they do, and messages arrive in all of them.
    """
    if not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    for pool, _ in scene.moving:
        # Two of them are moved in the pilot, and somebody has to be left to watch.
        if len(scene.people_on(pool.id)) < 3 or not len(scene.arriving(pool.id)):
            continue
        strict = scene.add_to_part("particulars", strict_presence=frozenset({pool.id}))
        yield Injection(target=pool.id, scene=scene.before(Checkpoint.SIDE_BY_SIDE, strict))


@fault(
    clause="messaging",
    severity=Severity.BLOCKER,
    phase="side-by-side",
    evidence="C",
    source="Migration process; Client interoperability in Lync 2013",
    remedy="Give the link between the sites room for audio again in the bandwidth policy.",
)
def bandwidth_policy_without_room(scene: Scene) -> Iterator[Injection]:
    """The bandwidth policy of a link between two sites is set to nothing when the regions are defined anew.

    People of the two sites write to each other; calls and screens between them are refused.
    """
    known = scene.deployment.policies
    homes = {pool.site: pool.id for pool, _ in scene.moving if scene.homed(pool.id)}
    deciding = {pool.site for pool in scene.pools() if "PDP" in pool.applications}
    if isinstance(known, Unknown) or not scene.passes(Checkpoint.SIDE_BY_SIDE):
        return
    rest = tuple(each for each in known if each.kind != "voice")
    nowhere_else = Policy(
        kind="voice", scope="global", settings=(("AllowPSTNReRouting", "False"),), origin=_ORIGIN
    )
    for site in sorted(deciding & set(homes)):
        for other in sorted(set(homes) - {site}):
            full = BandwidthLink(sites=frozenset({site, other}), room=0, origin=_ORIGIN)
            yield Injection(
                target=homes[site],
                about=(homes[other],),
                scene=scene.with_deployment(policies=(*rest, nowhere_else)).before(
                    Checkpoint.SIDE_BY_SIDE, op.SetBandwidthLinks(links=(full,))
                ),
            )
