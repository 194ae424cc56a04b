"""What the cells of one row about a person mean.

Law of this room: interpretation only, of one distinct combination of cells at a time. Source: cmdlet
exports, section 3.2.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from coexistence.inputs.exports.account.file_accounts import shown
from coexistence.inputs.exports.formats.booleans import truth_of
from coexistence.model.deployment import Pool, key_of
from coexistence.model.population import UNTOLD
from coexistence.model.vocabulary import PoolId, UserKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coexistence.inputs.exports.topology.topology import Topology

__all__ = ["UNREADABLE", "Facts", "meaning", "tag_of"]


class Facts(NamedTuple):
    """The cells of one row but the address, as written; empty where the file has no such column."""

    pool: str = ""
    enabled: str = ""
    provider: str = ""
    voice: str = ""
    home: str = ""
    target: str = ""
    room: str = ""
    conferencing: str = ""
    external_access: str = ""
    voice_policy: str = ""
    client: str = ""
    client_version: str = ""
    mobility: str = ""
    user_services: str = ""


#: Stands for a pool cell that names no pool but is not empty either.
UNREADABLE: Final = "\N{REPLACEMENT CHARACTER}"
_CLUSTER_ID: Final = re.compile(r"CN=([^,:=]{1,200}):([^,:=]{1,20})(?:,|$)", re.IGNORECASE)
_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+")


def tag_of(cell: str) -> str:
    """Return the name of the policy that a cell names; empty for automatic.

    A cell may be ``Tag:Name`` or ``Name``; ``Global`` and a site's are what counts without a grant.
    """
    text = cell.strip()
    prefix, colon, name = text.partition(":")
    if colon and prefix.lower() == "tag":
        return name.strip()
    return "" if text.lower() == "global" or (colon and prefix.lower() == "site") else text


def _flag(text: str, column: str, oddities: list[str]) -> bool | None:
    told = truth_of(text)
    if told is None and text:
        oddities.append(f"the column {column} holds neither True nor False; taken for empty")
    return told


def meaning(
    facts: Facts, known: Mapping[PoolId, Pool], topology: Topology, oddities: list[str]
) -> tuple[PoolId | None, UserKind, int]:
    """Return home, kind and voice of a row, and add what an administrator should look at."""
    enabled = _flag(facts.enabled, "Enabled", oddities)
    voice = _flag(facts.voice, "EnterpriseVoiceEnabled", oddities)
    if facts.target:
        oddities.append("the column TargetRegistrarPool is not empty: a move was under way")
    # "SRV:" is what on-premises accounts commonly show; online ones show a proxy (cmdlet exports, 3.2).
    is_cloud = bool(facts.provider) and not facts.provider.lower().startswith("srv:")
    home = None
    if not facts.pool:
        if not is_cloud:
            oddities.append("the column RegistrarPool is empty and the account is not online: it has no home")
    elif not (facts.pool == UNREADABLE and is_cloud):
        home = _home(facts, known, topology, oddities)
    if home is None and is_cloud:
        kind = UserKind.CLOUD
    elif truth_of(facts.room):
        kind = UserKind.RESOURCE
    else:
        kind = UserKind.DISABLED if enabled is False else UserKind.PERSON
    return home, kind, UNTOLD if voice is None else int(voice)


def _home(
    facts: Facts, known: Mapping[PoolId, Pool], topology: Topology, oddities: list[str]
) -> PoolId | None:
    name = PoolId(key_of(facts.pool.rpartition(":")[2]))
    pool = known.get(name)
    if pool is not None:
        if not pool.homes_users:
            oddities.append(f"the column RegistrarPool names the pool {name!r}, which is home to nobody")
        return name
    if _HOST.fullmatch(name) and len(name) <= 255:
        told = shown(name, topology.domains)
        oddities.append(f"the column RegistrarPool names a pool that the topology does not know{told}")
        return name
    # A bare number stands for a pool that could not be resolved; an object left its type's name.
    for site, number in _CLUSTER_ID.findall(facts.home):
        found = topology.pool_by_cluster.get((site.lower(), number.lower()))
        if found is not None:
            return found
    oddities.append(
        "neither RegistrarPool nor HomeServer names a pool of the topology: the account has no home"
    )
    return None
