"""People as columns whose codes come in one fixed order.

Law of this room: the same people give the same columns, whatever file they came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

import numpy as np
import numpy.typing as npt

from coexistence.model.population import NOWHERE, UNTOLD, Addresses, Assignment, Population
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
    codes: dict[PoolId, int] = {}
    for pool in pools:
        if pool.homes_users:
            codes.setdefault(pool.id, len(codes))
    if len(home):
        found, first = np.unique(home, return_index=True)
        for place in found[np.argsort(first, kind="stable")].tolist():
            name = homes[place]
            if name is not None:
                codes.setdefault(name, len(codes))
    table = np.array([NOWHERE if name is None else codes.get(name, 0) for name in homes], np.int64)
    return Population.of(
        tuple(codes),
        table[home] if len(home) else home,
        kind=kind,
        voice=voice,
        meetings=Unknown(_MEETINGS_NEED),
        addresses=addresses,
        assigned=assigned,
        **_domains(domain, domains, known_domains),
    )


def _domains(domain: npt.NDArray[np.int64], domains: Sequence[str], known: Sequence[str]) -> _DomainColumns:
    """Return the column of SIP domains and what it refers to; the few beyond its codes stay untold."""
    codes: dict[str, int] = {}
    for name in known:
        codes.setdefault(name.lower(), len(codes))
    if len(domain):
        found, first = np.unique(domain, return_index=True)
        for place in found[np.argsort(first, kind="stable")].tolist():
            if domains[place]:
                codes.setdefault(domains[place], len(codes))
    table = np.array([min(codes.get(name, UNTOLD), UNTOLD) for name in domains], np.int64)
    return {"domain": table[domain] if len(domain) else domain, "domains": tuple(codes)[:UNTOLD]}


class _DomainColumns(TypedDict):
    domain: npt.NDArray[np.int64]
    domains: tuple[str, ...]
