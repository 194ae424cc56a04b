"""Changes to what stands around the pools: Exchange's gateways, firewalls, files, links, partners, rooms.

Law of this room: as in the neighbouring rooms of changes. What the product has nothing to say about
(Exchange's own scripts, firewalls, other organisations) is done; what it would refuse is refused with its
reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from coexistence.model import operations as op
from coexistence.model.conditions.external_systems import ExchangeUm, Runtime, StoreFile
from coexistence.model.deployment import Policy
from coexistence.model.vocabulary import (
    ApplicationKind,
    Confidence,
    Feature,
    Origin,
    PoolId,
    PoolRole,
    ServiceState,
    Unknown,
)
from coexistence.simulation.dispatch import Change, Changes
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import State
from coexistence.simulation.transitions import Step, refused

__all__ = ["CHANGES", "restarting"]

CHANGES: Final = Changes()

_PLAN: Final = Origin("operation")


def _around(state: State, **parts: Any) -> Step:
    return Step(state.changed(surroundings=replace(state.surroundings, **parts)))


def _unknown_pool(state: State, *pools: PoolId) -> str | None:
    missing = next((pool for pool in pools if pool not in state.pools), None)
    return None if missing is None else f"there is no pool {missing} in the topology"


# -------------------------------------------------------------------- Exchange and the cloud


@CHANGES.carries_out(op.SetExchangeUm)
@rule(
    "um-script-then-restart",
    "Exchange UM learns of a new pool from its set-up script alone, and the pool's Front-End service must be "
    "restarted afterwards.",
    source="Lync Server 2013: move Exchange Unified Messaging contact objects",
)
def _exchange_um(state: State, operation: op.SetExchangeUm, _rules: Rules) -> Step:
    if reason := _unknown_pool(state, *sorted(operation.gateways)):
        return refused(state, reason)
    before = state.surroundings.exchange_um
    known = before.gateways if before else frozenset()
    waiting = (before.not_restarted if before else frozenset()) | (operation.gateways - known)
    return _around(
        state,
        exchange_um=ExchangeUm(
            gateways=operation.gateways,
            not_restarted=frozenset() if operation.restart else waiting & operation.gateways,
            origin=before.origin if before else _PLAN,
        ),
    )


def restarting(change: Change) -> Change:
    """Return a change that starts a pool's Front-End service, with what Exchange UM makes of it."""

    def carry_out(state: State, operation: Any, rules: Rules) -> Step:
        step = change(state, operation, rules)
        known = step.state.surroundings.exchange_um
        starts = getattr(operation, "service", "") in ("", "RTCSRV")
        if not step.accepted or not starts or known is None or operation.pool not in known.not_restarted:
            return step
        told = replace(known, not_restarted=known.not_restarted - {operation.pool})
        around = replace(step.state.surroundings, exchange_um=told)
        return replace(step, state=step.state.changed(surroundings=around))

    return carry_out


@CHANGES.carries_out(op.SetTenant)
def _tenant(state: State, operation: op.SetTenant, _rules: Rules) -> Step:
    return _around(state, tenant=operation.tenant)


@CHANGES.carries_out(op.SetContactStorePolicy, configures=True)
def _contact_store_policy(state: State, operation: op.SetContactStorePolicy, _rules: Rules) -> Step:
    if isinstance(state.policies, Unknown):
        return Step(state)
    kind, setting = "user-services", ("UcsAllowed", str(operation.allowed))
    others = tuple(each for each in state.policies if (each.kind, each.scope) != (kind, operation.scope))
    made = Policy(kind=kind, scope=operation.scope, settings=(setting,), origin=_PLAN)
    return Step(state.changed(policies=(*others, made)))


# -------------------------------------------------------------------- the outside


@CHANGES.carries_out(op.SetGatewayAnswers)
def _gateway_answers(state: State, operation: op.SetGatewayAnswers, _rules: Rules) -> Step:
    return _around(state, gateway_answers=operation.answers)


@CHANGES.carries_out(op.SetOutsideBlocks)
def _outside_blocks(state: State, operation: op.SetOutsideBlocks, _rules: Rules) -> Step:
    return _around(state, outside_blocks=operation.blocks)


@CHANGES.carries_out(op.RepointExternalParty)
def _repoint(state: State, operation: op.RepointExternalParty, _rules: Rules) -> Step:
    if reason := _unknown_pool(state, operation.to):
        return refused(state, reason)
    parties = state.surroundings.parties
    if not any(each.name == operation.name for each in parties):
        return refused(state, f"nobody knows of anything called {operation.name}")
    return _around(
        state,
        parties=tuple(
            replace(each, pinned_to=operation.to) if each.name == operation.name else each for each in parties
        ),
    )


@CHANGES.carries_out(op.SetPartner)
def _partner(state: State, operation: op.SetPartner, _rules: Rules) -> Step:
    if isinstance(state.partners, Unknown):
        return Step(state)
    others = tuple(each for each in state.partners if each.domain != operation.partner.domain)
    return Step(state.changed(partners=(*others, operation.partner)))


@CHANGES.carries_out(op.SetXmppRoute, configures=True)
def _xmpp_route(state: State, operation: op.SetXmppRoute, _rules: Rules) -> Step:
    if operation.to is not None:
        edge = state.pools.get(operation.to)
        if edge is None or edge.role is not PoolRole.EDGE:
            return refused(state, f"there is no Edge pool {operation.to} in the topology")
        if not edge.xmpp:
            return refused(state, f"XMPP federation is not enabled on {edge.fqdn}")
    return _around(state, xmpp_route=operation.to)


# -------------------------------------------------------------------- files, links, applications


@CHANGES.carries_out(op.CopyStoreFiles)
@rule(
    "own-files-stay-behind",
    "An administrator's own files in a pool's file store (music, announcements, rules of the address book) "
    "are copied by hand alone; nothing carries them over.",
    source="Migrate Call Park application settings; Migrate Address Book",
)
def _copy_files(state: State, operation: op.CopyStoreFiles, _rules: Rules) -> Step:
    if reason := _unknown_pool(state, operation.source, operation.to):
        return refused(state, reason)
    files = state.surroundings.files
    theirs = [
        each
        for each in files
        if each.pool == operation.source and (operation.names is None or each.name in operation.names)
    ]
    missing = (operation.names or frozenset()) - {each.name for each in theirs}
    if missing:
        store = state.pools[operation.source].fqdn
        return refused(state, f"there is no file {min(missing)} in the file store of {store}")
    copies = {
        each.name: replace(each, pool=operation.to, fits_newer=each.fits_newer or operation.rewritten)
        for each in theirs
    }
    kept = tuple(each for each in files if each.pool != operation.to or each.name not in copies)
    return _around(state, files=(*kept, *copies.values()))


@CHANGES.carries_out(op.SetAddressBookSettings, configures=True)
@rule(
    "address-book-settings-per-scope",
    "Settings of the address book may be given to a pool of their own.",
    source="Migrate Address Book says so; the New-CsAddressBookConfiguration reference allows sites alone",
    confidence=Confidence.ASSUMED,
    switch="address-book-per-pool",
)
def _address_book(state: State, operation: op.SetAddressBookSettings, rules: Rules) -> Step:
    made = operation.settings
    if made.scope.startswith("service:") and rules.value("address-book-per-pool") == "no":
        return refused(state, f"address book settings cannot be made at {made.scope}: use the site")
    others = tuple(each for each in state.surroundings.address_book if each.scope != made.scope)
    return _around(state, address_book=(*others, made))


@CHANGES.carries_out(op.SetBandwidthLinks)
def _links(state: State, operation: op.SetBandwidthLinks, _rules: Rules) -> Step:
    return _around(state, links=operation.links)


@CHANGES.carries_out(op.MoveUnassignedNumbers)
@rule(
    "announcements-not-carried",
    "The tool that carried unassigned numbers and announcements over is not shipped with 2019 and later.",
    source="Features removed from Skype for Business Server 2019",
)
def _unassigned(state: State, operation: op.MoveUnassignedNumbers, _rules: Rules) -> Step:
    if reason := _unknown_pool(state, operation.source, operation.to):
        return refused(state, reason)
    tool = operation.by_tool
    if tool is not None and not tool.has(Feature.UNASSIGNED_NUMBER_TOOL):
        return refused(state, f"{tool.product} ships no tool that moves unassigned numbers")
    if isinstance(state.applications, Unknown):
        return Step(state)
    ranges = [
        each
        for each in state.applications
        if each.kind is ApplicationKind.UNASSIGNED_NUMBERS and each.owner == operation.source
    ]
    moved = state.changed(
        applications=tuple(
            replace(each, owner=operation.to) if each in ranges else each for each in state.applications
        )
    )
    if not operation.with_announcements:
        return Step(moved)
    heard = {each.plays for each in ranges if each.plays}
    there = {each.name for each in state.surroundings.files if each.pool == operation.to}
    made = tuple(StoreFile(pool=operation.to, name=name, origin=_PLAN) for name in sorted(heard - there))
    return _around(moved, files=(*state.surroundings.files, *made))


@CHANGES.carries_out(op.SetAgentConsole)
def _agent_console(state: State, operation: op.SetAgentConsole, _rules: Rules) -> Step:
    if reason := _unknown_pool(state, operation.console):
        return refused(state, reason)
    if isinstance(state.applications, Unknown):
        return Step(state)
    return Step(
        state.changed(
            applications=tuple(
                replace(each, console=operation.console)
                if each.kind is ApplicationKind.RESPONSE_GROUP and each.owner == operation.owner
                else each
                for each in state.applications
            )
        )
    )


@CHANGES.carries_out(op.UpdateRuntime)
def _runtime(state: State, operation: op.UpdateRuntime, _rules: Rules) -> Step:
    pool = state.pools.get(operation.pool)
    if pool is None or pool.role is not PoolRole.TRUSTED_APPLICATION:
        return refused(state, f"there is no trusted application pool {operation.pool} in the topology")
    others = tuple(each for each in state.surroundings.runtimes if each.pool != pool.id)
    made = Runtime(pool=pool.id, version=operation.version, origin=_PLAN)
    return _around(state, runtimes=(*others, made))


@CHANGES.carries_out(op.ImportChatRooms)
@rule(
    "chat-rooms-by-import",
    "Rooms come to a newer chat pool by export and import alone, with the services stopped on both sides.",
    source="Lync Server 2013: migrating Group Chat, migration process details",
)
def _chat_rooms(state: State, operation: op.ImportChatRooms, _rules: Rules) -> Step:
    for pool in (operation.source, operation.to):
        known = state.pools.get(pool)
        if known is None or known.role is not PoolRole.PERSISTENT_CHAT:
            return refused(state, f"there is no chat pool {pool} in the topology")
    target = state.pools[operation.to]
    if target.has(Feature.PERSISTENT_CHAT) is not True:
        return refused(state, f"{target.fqdn} cannot import rooms")
    for pool in (operation.source, operation.to):
        for server in state.pools[pool].servers:
            readings = state.services.get(server)
            if (
                readings is not None
                and not isinstance(readings, Unknown)
                and readings.get("persistent_chat") is ServiceState.RUNNING
            ):
                return refused(state, f"Persistent Chat still runs on {server}")
    holders = state.surroundings.chat_rooms
    if holders is not None and operation.source not in holders:
        return refused(state, f"{operation.source} holds no rooms")
    return _around(state, chat_rooms=((holders or frozenset()) - {operation.source}) | {operation.to})


@CHANGES.carries_out(op.ClearDirectoryAttributes)
def _clear_attributes(state: State, _operation: op.ClearDirectoryAttributes, _rules: Rules) -> Step:
    """Clear them; what the next synchronization makes of it, nobody is asked."""
    return _around(state, attributes_cleared=True)
