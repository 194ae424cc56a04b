"""Users in waves: a pilot, then site by site, or as the administrator wants it.

Law of this room: a wave names people by pool, number or row of the inventory; it moves nobody itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from coexistence.migration.custom_plan import OwnWave
from coexistence.migration.plan import PlanStep, Undo, Wave, pilot_size, reached
from coexistence.migration.planner.target_pools import Succession
from coexistence.model.deployment import Pool, key_of
from coexistence.model.operations import (
    HoldMeetings,
    LetDaysPass,
    MoveUsers,
    Operation,
    ScheduleMeetings,
    Selection,
    UpgradeClients,
)
from coexistence.model.population import Population
from coexistence.model.vocabulary import Checkpoint, Feature, PoolId, Unknown, have

__all__ = ["Moving", "address_key", "rows_of"]

_PILOT: Final = "pilot"


def address_key(address: str) -> str:
    """Return the form in which SIP addresses are compared.

    >>> address_key(" SIP:Ann@Contoso.com")
    'ann@contoso.com'
    """
    return address.strip().lower().removeprefix("sip:")


def rows_of(population: Population, wanted: Sequence[str]) -> dict[str, int]:
    """Return the row of each address that is known, by :func:`address_key`."""
    sought = {address_key(each) for each in wanted}
    addresses = population.addresses
    return {key: row for row in range(len(addresses)) if (key := address_key(addresses[row])) in sought}


@dataclass(frozen=True, slots=True)
class _Planned:
    """A wave with whom it moves where."""

    wave: Wave
    wish: OwnWave
    moves: tuple[tuple[PoolId, PoolId, Selection], ...]
    upgrades: bool


class Moving(Succession):
    """Plans who moves when."""

    #: Who goes first, and who goes later; known once it is known who takes over from whom.
    pilot_waves: list[_Planned]
    later_waves: list[_Planned]

    def _selection(self, on: PoolId, **more: bool | int | PoolId | tuple[int, ...] | None) -> Selection:
        without_xmpp = have(self.target, Feature.XMPP) is False
        without_chat = have(self.target, Feature.PERSISTENT_CHAT) is False
        return Selection(on=on, without_xmpp=without_xmpp, without_chat=without_chat, **more)  # type: ignore[arg-type]  # fields of Selection

    def _moving_steps(
        self, step: str, title: str, waves: Sequence[_Planned], reaches: Checkpoint, wait: int
    ) -> Iterator[PlanStep]:
        for number, planned in enumerate(waves, start=1):
            last = number == len(waves)
            days = wait if last else self.calendar.between_waves
            yield PlanStep(
                id=step,
                title=title if len(waves) == 1 else f"{title}: {planned.wave.name}",
                operations=(*self._moved(planned), LetDaysPass(days=days)),
                undo=Undo.BILL,
                reaches=reaches if last else None,
                instance=number if len(waves) > 1 else 0,
                wave=planned.wave,
                date=planned.wish.date,
            )

    def _moved(self, planned: _Planned) -> Iterator[Operation]:
        wish = planned.wish
        for old, new, selection in planned.moves:
            # P7.1: what lies in meetings moves with their organizers, or not at all.
            yield MoveUsers(
                users=selection,
                to=new,
                tools=self._tools,
                with_content=wish.move_conference_data,
                force=wish.force,
            )
            there = Selection(on=new, came_from=old, listed=selection.listed)
            if planned.upgrades:
                yield UpgradeClients(users=there, to=self._new_client)
            if self.calendar.meetings_held:
                yield HoldMeetings(on=new)
            yield ScheduleMeetings(by=there, each=1)

    def _waves(self) -> tuple[list[_Planned], list[_Planned]]:
        """Return the waves of the pilot, and those of everybody else.

        Where the pilot is over, all waves are for whoever is left.
        """
        past = reached(self.phase, Checkpoint.PILOT)
        if not self.own.waves:
            return [self._default_pilot()], self._by_site()
        told = any(wave.is_pilot for wave in self.own.waves)
        pilot: list[_Planned] = []
        rest: list[_Planned] = []
        for number, wave in enumerate(self.own.waves):
            is_pilot = not past and (wave.is_pilot if told else number == 0)
            planned = self._planned(wave, is_pilot=is_pilot)
            if is_pilot:
                pilot.append(planned)
            elif planned.moves:
                rest.append(planned)
        nobody = _Planned(Wave(name="nobody"), OwnWave(name="nobody"), (), upgrades=False)
        return pilot or [self._default_pilot()], rest or [nobody]

    def _default_pilot(self) -> _Planned:
        sizes = {pool: pilot_size(count, self.calendar.pilot_one_in) for pool, count in self._people.items()}
        moves = tuple(
            (old.id, new, self._selection(old.id, first=first, people_only=True))
            for old, new in self._front_ends()
            if (first := sizes.get(old.id, 0))
        )
        wave = Wave(name=_PILOT, is_pilot=True)
        return _Planned(wave, OwnWave(name=_PILOT, is_pilot=True), moves, upgrades=True)

    def _by_site(self) -> list[_Planned]:
        """Return one wave for each site whose legacy pools have accounts; one for all if none has any."""
        pools = list(self._front_ends())
        known = self.deployment.population
        accounts = None if isinstance(known, Unknown) else known.accounts_by_pool
        sites: dict[str, list[tuple[Pool, PoolId]]] = {}
        for old, new in pools:
            if accounts is None or accounts.get(old.id):
                sites.setdefault(old.site, []).append((old, new))
        if not sites:
            return [self._default_wave("everybody", pools)]
        return [self._default_wave(self.site_name(site), found) for site, found in sites.items()]

    def _default_wave(self, name: str, pools: Sequence[tuple[Pool, PoolId]]) -> _Planned:
        moves = tuple((old.id, new, self._selection(old.id)) for old, new in pools)
        return _Planned(Wave(name=name), OwnWave(name=name), moves, upgrades=False)

    def _planned(self, wish: OwnWave, *, is_pilot: bool) -> _Planned:
        upgrades = is_pilot if wish.upgrade_clients is None else wish.upgrade_clients
        wave = Wave(name=wish.name, is_pilot=is_pilot, window=wish.window)
        return _Planned(wave, wish, tuple(self._moves(wish)), upgrades=upgrades)

    def _moves(self, wish: OwnWave) -> Iterator[tuple[PoolId, PoolId, Selection]]:
        if wish.list_file:
            yield from self._listed(wish)
            return
        counts = {key_of(name): number for name, number in wish.counts}
        known = self.deployment.population
        accounts = None if isinstance(known, Unknown) else known.accounts_by_pool
        for old, new in self._front_ends():
            if (
                (wish.pool and old.id != key_of(wish.pool))
                or (wish.site and old.site != self.site_named(wish.site))
                or (counts and old.id not in counts)
                or (accounts is not None and not accounts.get(old.id))
            ):
                continue
            first = counts.get(old.id, wish.count)
            if first:
                yield old.id, new, self._selection(old.id, first=first, people_only=True)
            else:
                yield old.id, new, self._selection(old.id)

    def _listed(self, wish: OwnWave) -> Iterator[tuple[PoolId, PoolId, Selection]]:
        population = self.deployment.population
        if isinstance(population, Unknown):
            return
        rows = sorted(
            {self._rows[key] for each in wish.addresses if (key := address_key(each)) in self._rows}
        )
        for old, new in self._front_ends():
            code = population.code(old.id)
            here = tuple(row for row in rows if int(population.home[row]) == code)
            if here:
                yield old.id, new, self._selection(old.id, listed=here)

    @property
    def _people(self) -> dict[PoolId, int]:
        known = self.deployment.population
        return {} if isinstance(known, Unknown) else known.people_by_pool

    @property
    def _rows(self) -> dict[str, int]:
        """Rows of everybody who stands in some list, looked for once."""
        if self._known_rows is None:
            population = self.deployment.population
            sought = [each for wave in self.own.waves for each in wave.addresses]
            self._known_rows = {} if isinstance(population, Unknown) else rows_of(population, sought)
        return self._known_rows
