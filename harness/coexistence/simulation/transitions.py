"""What came of an operation, and what every room of changes needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from coexistence.model import operations as op
from coexistence.model.deployment import Pool
from coexistence.model.population import NOWHERE, Population, Rows
from coexistence.model.vocabulary import Disposition, PoolId, ServiceState, Unknown, UserKind, Version
from coexistence.model.vocabulary.ends import End, use_of
from coexistence.model.windows_services import find
from coexistence.simulation.state import State, frozen

__all__ = [
    "Step",
    "all_servers",
    "no_such_pool",
    "refused",
    "selected",
    "service_key",
    "tools_too_old",
    "written",
]


@dataclass(frozen=True, slots=True)
class Step:
    """What came of an operation: the state afterwards, and whether the product agreed."""

    state: State
    disposition: Disposition = Disposition.DONE
    reason: str = ""
    #: Undecided: the export that would tell whether the product agrees.
    needs: str = ""
    #: What the product objected to, where others may end on the same and say it otherwise.
    ended_on: tuple[End, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the product carried the operation out, or nobody told that it did not."""
        return self.disposition in (Disposition.DONE, Disposition.UNDECIDED)


def refused(state: State, reason: str, *ended_on: End) -> Step:
    """The step of an operation that the product refuses, with its reason, and with what it objects to."""
    return Step(state, Disposition.REFUSED, reason, ended_on=ended_on)


def no_such_pool(state: State, pool: PoolId) -> Step:
    """The step of an operation on a pool that the topology does not have."""
    return refused(state, f"there is no pool {pool} in the topology", use_of(pool))


def selected(population: Population, selection: op.Selection) -> Rows:
    """Return the rows that a selection names, ascending."""
    wanted = population.home == population.code(selection.on)
    if population.code(selection.on) == NOWHERE:
        return np.empty(0, dtype=np.int64)
    if selection.came_from is not None:
        wanted = wanted & (population.came_from == population.code(selection.came_from))
    if selection.without_xmpp:
        wanted = wanted & (population.xmpp != 1)
    if selection.without_chat:
        wanted = wanted & (population.chat != 1)
    if selection.people_only:
        wanted = wanted & (population.kind == UserKind.PERSON)
    rows = np.flatnonzero(wanted)
    if selection.listed is not None:
        rows = rows[np.isin(rows, selection.listed)]
    rows = rows if selection.first is None else rows[: selection.first]
    return rows[: len(rows) // 2] if selection.is_half else rows


def tools_too_old(state: State, tools: Version) -> str | None:
    """Old tools cannot open a topology that newer ones published ("Verify pilot pool coexistence")."""
    newest = max((version for pool in state.pools.values() for version in pool.versions[:1]), default=tools)
    # What newer tools have published stays theirs, whatever is still in it: nothing leads back.
    newest = max(newest, state.document or newest)
    if tools < newest:
        return f"tools of {tools.product} cannot open a topology with {newest.product} in it"
    return None


def written(state: State, pools: Mapping[PoolId, Pool]) -> State:
    """Return the state after a published change that adds no pool: everybody stays as trusted as before."""
    return state.changed(published=state.published + 1, pools=frozen(dict(pools)))


def service_key(name: str) -> str:
    """Return the key in the catalogue of a service by its short name; the name itself if it has none."""
    found = find(name)
    return found.key if found else name.lower()


def all_servers(state: State, pool: Pool, service: str, becomes: ServiceState) -> State:
    """Return the state after a service (by its key) went the same way on every server of a pool."""
    made = dict(state.services)
    for server in pool.servers:
        readings = made.get(server, Unknown("Get-CsWindowsService"))
        if not isinstance(readings, Unknown):
            made[server] = frozen(dict(readings) | {service: becomes})
    return state.changed(services=frozen(made))
