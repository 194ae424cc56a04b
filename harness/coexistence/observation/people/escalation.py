"""Invitations before and after: do link, conference ID, terms and PIN say what they said?

Law of this room: two moments of one path are compared by the rows of the meetings, which never change their
place. A meeting that was scheduled anew in between has a new invitation, and is left out.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from coexistence.model.population import CODE_LOST, NO_PIN, Meetings, Population, Rows
from coexistence.model.vocabulary import Disposition, PoolId, Unknown
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import failed, travel, undecided
from coexistence.observation.facts.situation import Situation

__all__ = ["Kept", "kept"]


class Kept(enum.Enum):
    """What stays as it was when an organizer is moved."""

    LINK = "the link in the invitation is not the one that the organizer's site uses any more"
    CODE = "the conference ID in the invitation is not the one that the server knows any more"
    TERMS = "the meeting lets in others than it did"
    PIN = "the organizer's PIN was not kept"


_NOTHING: Final[Mapping[Kept, Rows]] = MappingProxyType({})
_AS_BEFORE: Final = Outcome(disposition=Disposition.DONE)


def kept(
    now: Situation, before: Situation, things: tuple[Kept, ...], host: PoolId, alike: tuple[int, ...]
) -> Outcome:
    """Return whether meetings kept things that they had at another moment of the path.

    ``alike`` are the values of their group at this moment. Source: "Move remaining users" and "Migrate
    existing meetings and meeting content" promise link, ID and PIN.
    """
    here = now.state.population
    if here is before.state.population:
        return _AS_BEFORE
    changed = now.once(("invitations", before), lambda: _changes(now, before))
    if isinstance(changed, Unknown):
        return travel([undecided("", "nobody told which meetings were scheduled", changed.needs)])
    if not changed:
        return _AS_BEFORE
    return now.outcome(
        ("invitation", before, things, alike), lambda: _of_group(now, here, things, changed, host, alike)
    )


def _of_group(
    now: Situation,
    here: object,
    things: tuple[Kept, ...],
    changed: Mapping[Kept, Rows],
    host: PoolId,
    alike: tuple[int, ...],
) -> Outcome:
    assert isinstance(here, Population)  # rows were found in it
    group = here.meetings_of_group(now.state.day, alike)
    fqdn = now.facts.fqdn(host) if host in now.state.pools else host
    for what in things:
        number = int(np.count_nonzero(np.isin(group, changed[what]))) if what in changed else 0
        if number:
            return travel([failed(fqdn, f"{what.value} ({number} meetings)")])
    return _AS_BEFORE


def _changes(now: Situation, before: Situation) -> Mapping[Kept, Rows] | Unknown:
    """Return the rows of meetings that changed, by what did; what did not change is left out."""
    here, there = now.state.population, before.state.population
    for each in (here, there):
        if isinstance(each, Unknown):
            return each
        if isinstance(each.meetings, Unknown):
            return each.meetings
    assert isinstance(here, Population)
    assert isinstance(there, Population)
    new, old = here.meetings, there.meetings
    assert isinstance(new, Meetings)
    assert isinstance(old, Meetings)
    found: dict[Kept, Rows] = {}
    number = min(len(new), len(old))
    if new is not old:
        same = new.created[:number] == old.created[:number]
        for what, names in _COLUMNS.items():
            is_other = np.zeros(number, bool)
            for name in names:
                one, other = getattr(new, name), getattr(old, name)
                if one is not other:
                    is_other |= one[:number] != other[:number]
            found[what] = np.flatnonzero(is_other & same)
        code_lost = (new.lost[:number] == CODE_LOST) & (old.lost[:number] != CODE_LOST)
        found[Kept.CODE] = np.union1d(found[Kept.CODE], np.flatnonzero(code_lost))
    if here.pin is not None and here.pin is not there.pin:
        had = np.ones(len(here), bool) if there.pin is None else there.pin != NO_PIN
        found[Kept.PIN] = np.flatnonzero(((here.pin == NO_PIN) & had)[new.organizer])
    return {what: rows for what, rows in found.items() if len(rows)} or _NOTHING


#: Columns of meetings that hold what is kept; a code that was lost stands in a column of its own.
_COLUMNS: Final = {Kept.LINK: ("link",), Kept.CODE: ("directory",), Kept.TERMS: ("access", "phones")}
