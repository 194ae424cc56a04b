"""What a failure points at, and what it ended on, whoever was the one to notice.

Law of this room: it reads what an outcome says and asks nothing new. Forty pools that cannot resolve one name
give forty outcomes with forty sources; they point at that one name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from coexistence.model.deployment import key_of
from coexistence.model.vocabulary import PoolId, Unknown
from coexistence.model.vocabulary.ends import End, use_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome

__all__ = ["points_at", "rests_on"]

_NAME: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+")
#: A reason that speaks of "here" is about where it was given, whatever else it names.
_HERE: Final = re.compile(r"\bhere\b")


def points_at(facts: Facts, outcome: Outcome | None, *told: str) -> tuple[str, ...]:
    """Return what is broken, then what it belongs to, then what else is spoken of.

    Of an outcome that is what its reason names, else where it was given; without one, what is named in what
    else was ``told``: the subject's label, the message. Empty where nothing of the deployment is named.
    """
    known = facts.once(("things",), lambda: _things(facts))
    found: dict[str, None] = {}
    if outcome is not None:
        source = known.get(key_of(outcome.source))
        named = [each for each in _named(known, outcome.reason) if each != source]
        first = named[0] if named and not (source and _HERE.search(outcome.reason)) else source
        found.update(dict.fromkeys(each for each in (first, source) if each))
    for text in told:
        found.update(dict.fromkeys(_named(known, text)))
    for each in list(found):
        server = facts.state.servers.get(each)  # type: ignore[call-overload]  # a server's key is text
        if server is not None:
            found.setdefault(str(server.pool))
    return tuple(found)


def rests_on(facts: Facts, outcome: Outcome | None) -> tuple[str, ...]:
    """What an outcome ended on, by name, so that others that ended there are found to speak of the same.

    A service that was stopped on purpose, because its pool is going to be removed, is not what is wrong
    then: something still uses the pool.
    """
    found = () if outcome is None else outcome.ended_on
    return tuple(dict.fromkeys(str(_meant(facts, each)) for each in found))


def _meant(facts: Facts, end: End) -> End:
    if not end.is_service:
        return end
    pool = PoolId(end.of)
    is_on_purpose = pool in facts.state.silenced or (pool, end.what) in facts.state.disabled
    return use_of(pool) if is_on_purpose else end


def _named(known: Mapping[str, str], text: str) -> Iterator[str]:
    return (known[name.lower()] for name in _NAME.findall(text) if name.lower() in known)


def _things(facts: Facts) -> Mapping[str, str]:
    """Return every name of the deployment, with the key of what it names."""
    state = facts.state
    found: dict[str, str] = {}
    for side in (state.records, state.outside):
        if not isinstance(side, Unknown):
            found |= {record.name: record.name for record in side.values()}
    for pool in state.defined:
        found[pool] = pool
    for server in state.servers.values():
        found[server.id] = server.id
        found[key_of(server.fqdn)] = server.id
    for known in state.pools.values():
        found[known.id] = known.id
        found[key_of(known.fqdn)] = known.id
    return found
