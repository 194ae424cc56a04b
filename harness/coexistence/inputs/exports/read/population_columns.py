"""People as columns whose codes come in one fixed order.

Law of this room: the same people give the same columns, whatever file they came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

import numpy as np
import numpy.typing as npt

from coexistence.model.population import NOWHERE, UNTOLD, Addresses, Assignment, Population, numbered
from coexistence.model.vocabulary import PoolId, Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coexistence.model.deployment import Pool

__all__ = ["population_of"]

_MEETINGS_NEED: Final = "meetings export"


def population_of(
    pools: Sequence[Pool],
    homes: Sequence[PoolId | None],
    home: npt.NDArray[np.int64],
    *,
    kind: npt.NDArray[np.uint8],
    voice: npt.NDArray[np.uint8],
    domain: npt.NDArray[np.int64],
    domains: Sequence[str],
    known_domains: Sequence[str],
    addresses: Addresses,
    assigned: Mapping[str, Assignment] | None = None,
) -> Population:
    """Build a population whose pools come in one fixed order.

    ``home`` holds places in ``homes``. First come the deployment's pools that can be home to users, then
    other pools in the order in which the rows name them. The same goes for SIP domains: ``domain`` holds
    places in ``domains`` (an empty one is none), and ``known_domains``, the deployment's, come first.
    """
    named = [homes[place] for place in _in_order(home)]
    ids = dict.fromkeys(pool.id for pool in pools if pool.homes_users)
    ids |= dict.fromkeys(name for name in named if name is not None)
    numbers = numbered(ids, NOWHERE, PoolId(""))
    codes = {name: code for code, name in enumerate(numbers)}
    table = np.array([NOWHERE if name is None else codes.get(name, 0) for name in homes], np.int64)
    return Population.of(
        numbers,
        table[home] if len(home) else home,
        kind=kind,
        voice=voice,
        meetings=Unknown(_MEETINGS_NEED),
        addresses=addresses,
        assigned=assigned,
        **_domains(domain, domains, known_domains),
    )


def _domains(domain: npt.NDArray[np.int64], domains: Sequence[str], known: Sequence[str]) -> _DomainColumns:
    """The column of SIP domains, and what it refers to."""
    named = (domains[place] for place in _in_order(domain))
    names = dict.fromkeys([*map(str.lower, known), *(name for name in named if name)])
    numbers = numbered(names, UNTOLD, "")
    codes = {name: code for code, name in enumerate(numbers)}
    table = np.array([codes.get(name, UNTOLD) for name in domains], np.int64)
    return {"domain": table[domain] if len(domain) else domain, "domains": numbers}


def _in_order(places: npt.NDArray[np.int64]) -> list[int]:
    """The different places, in the order in which rows name them first."""
    found, first = np.unique(places, return_index=True)
    in_order: list[int] = found[np.argsort(first, kind="stable")].tolist()
    return in_order


class _DomainColumns(TypedDict):
    domain: npt.NDArray[np.int64]
    domains: tuple[str, ...]
