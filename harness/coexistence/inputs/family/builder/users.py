"""People and their meetings: the crowds of a blueprint as columns.

Law of this room: whoever cannot have something where he is homed does not get it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from coexistence.inputs.family.builder.layout import Layout
from coexistence.inputs.family.builder.policies import CONFERENCING_POLICIES
from coexistence.inputs.family.fake_names import MadeUpAddresses
from coexistence.model.blueprint import Crowd
from coexistence.model.population import (
    ENDLESS,
    HAS_CONTENT,
    NO_CONTENT,
    NOTHING_LOST,
    NOWHERE,
    Assignment,
    Column,
    Meetings,
    Population,
)
from coexistence.model.vocabulary import (
    POLICY_CMDLETS,
    Access,
    ContactStore,
    Feature,
    MeetingKind,
    PhoneEntry,
    PoolId,
    PoolRole,
    UserKind,
    Version,
)

__all__ = ["population"]


def population(layout: Layout, directories: Mapping[PoolId, int], as_of: dt.date) -> Population:
    """Return everybody; ``directories`` has the conference directory of each pool that people dial in to."""
    pools = tuple(pool.id for pool in layout.pools if pool.homes_users)
    code = {pool: number for number, pool in enumerate(pools)}
    crowds = [
        (NOWHERE if crowd.kind is UserKind.CLOUD else code[pool], _possible(layout, crowd))
        for pool, crowd in layout.crowds
    ]
    counts = np.array([max(crowd.people, 0) for _, crowd in crowds], dtype=np.int64)

    def spread(values: Iterator[int]) -> Column:
        return np.repeat(np.fromiter(values, np.int64, len(crowds)), counts)

    total = int(counts.sum())
    nobody = Assignment.of((), np.zeros(total, np.int64))
    return Population.of(
        pools,
        spread(home for home, _ in crowds),
        addresses=MadeUpAddresses(total, layout.domains),
        meetings=_meetings(
            crowds, counts, {code[pool]: directories.get(pool, -1) for pool in pools}, layout.version, as_of
        ),
        client=spread(crowd.client for _, crowd in crowds),
        kind=spread(crowd.kind for _, crowd in crowds),
        contacts=spread(crowd.contacts for _, crowd in crowds),
        voice=spread(int(crowd.voice) for _, crowd in crowds),
        xmpp=spread(int(crowd.xmpp) for _, crowd in crowds),
        chat=spread(int(crowd.chat) for _, crowd in crowds),
        upgraded=np.zeros(total, dtype=np.int64),
        # As the addresses go: domains take turns.
        domain=np.arange(total, dtype=np.int64) % len(layout.domains),
        domains=layout.domains,
        assigned=dict.fromkeys(POLICY_CMDLETS, nobody)
        | {
            "conferencing": Assignment.of(
                CONFERENCING_POLICIES, spread(_tag_code(crowd) for _, crowd in crowds)
            )
        },
    )


def _possible(layout: Layout, crowd: Crowd) -> Crowd:
    """Return the crowd without what its server generation does not have."""
    is_person = crowd.kind is UserKind.PERSON
    has_xmpp = is_person and layout.version.has(Feature.XMPP)
    has_chat = is_person and layout.version.has(Feature.PERSISTENT_CHAT)
    return replace(
        crowd,
        contacts=crowd.contacts if layout.version.has(Feature.UNIFIED_CONTACTS) else ContactStore.SERVER,
        conferencing_policy=""
        if crowd.conferencing_policy == "No Guests" and layout.route is not None
        else crowd.conferencing_policy,
        # Nobody is enabled for Enterprise Voice where no trunk leads out.
        voice=crowd.voice and bool(layout.gateways),
        xmpp=crowd.xmpp and has_xmpp and any(pool.xmpp for pool in layout.pools),
        chat=crowd.chat and has_chat and bool(layout.pools_of(PoolRole.PERSISTENT_CHAT)),
    )


def _tag_code(crowd: Crowd) -> int:
    """Return the place of a crowd's conferencing policy among the made-up ones, from 1; 0 for none."""
    return [*CONFERENCING_POLICIES].index(crowd.conferencing_policy) + 1 if crowd.conferencing_policy else 0


def _meetings(
    crowds: Sequence[tuple[int, Crowd]],
    counts: Column,
    directories: Mapping[int, int],
    version: Version,
    as_of: dt.date,
) -> Meetings:
    today = as_of.toordinal()
    columns: dict[str, list[Column]] = {
        "organizer": [],
        "kind": [],
        "created": [],
        "last": [],
        "directory": [],
        "content": [],
    }
    starts = np.concatenate([[0], np.cumsum(counts)])
    for (home, crowd), start, people in zip(crowds, starts.tolist(), counts.tolist(), strict=False):
        each = crowd.meetings if crowd.kind is UserKind.PERSON else 0
        number = people * each
        if not number:
            continue
        spread = np.arange(number, dtype=np.int64)
        columns["organizer"].append(np.repeat(np.arange(start, start + people), each))
        columns["kind"].append(np.full(number, crowd.meeting_kind))
        columns["created"].append(today - 30 + spread % 30)
        ends = (
            today + 7 + spread % 180 if crowd.meeting_kind is MeetingKind.ONCE else np.full(number, ENDLESS)
        )
        columns["last"].append(ends)
        columns["directory"].append(np.full(number, directories[home]))
        columns["content"].append(np.full(number, HAS_CONTENT if crowd.content else NO_CONTENT))
    if not columns["organizer"]:
        return Meetings.none()
    return Meetings.from_columns(
        **{name: np.concatenate(parts) for name, parts in columns.items()},
        scheduled_on=version,
        lost=NOTHING_LOST,
        access=Access.EVERYONE,
        phones=PhoneEntry.BYPASS,
    )
