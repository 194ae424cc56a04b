"""The observer: answers questions about one state, and lists who may be asked about.

Law of this room: it holds nothing but the state, the rules and what it has worked out already. Asked
twice it says the same.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import numpy as np

from coexistence.observation import administering, conferencing, messaging
from coexistence.observation.facts import Facts
from coexistence.observation.outcomes import Outcome, Undecided
from coexistence.observation.services import alike, reported
from coexistence.observation.subjects import (
    Cohort,
    Conversation,
    DeploymentSubject,
    MeetingSubject,
    PoolSubject,
    ReplicaSubject,
    ServiceSubject,
    SiteSubject,
    Subject,
    User,
)
from coexistence.population import UNTOLD, Population, grouped
from coexistence.simulation.rules import Rules
from coexistence.simulation.state import State
from coexistence.vocabulary import (
    Disposition,
    Maybe,
    MeetingKind,
    Modality,
    PoolId,
    PoolRole,
    Unknown,
    Version,
)

__all__ = ["SUBJECTS", "Observer"]


class Observer(Facts):
    """Answers questions about one state."""

    def __init__(self, state: State, rules: Rules) -> None:
        super().__init__(state, rules)
        self._subjects: dict[str, tuple[Subject, ...]] = {}
        #: Where outcomes are noted that a check is handed; set by whoever runs the check.
        self.note: Callable[[Outcome], None] | None = None

    def handed(self, outcome: Outcome) -> Outcome:
        """Note that a check was handed this outcome, and hand it over."""
        if self.note is not None:
            self.note(outcome)
        return outcome

    def subjects(self, kind: str) -> tuple[Subject, ...]:
        """Return everybody and everything of a kind; raises :class:`Undecided` where nobody told."""
        if kind not in self._subjects:
            self._subjects[kind] = tuple(SUBJECTS[kind](self))
        return self._subjects[kind]

    def people_of(self, pools: Iterable[PoolId]) -> Mapping[str, int]:
        """Return head counts by home pool; nothing where nobody told who is homed where."""
        if isinstance(self.state.population, Unknown):
            return {}
        counts = self.state.population.people_by_pool
        return {pool: counts[pool] for pool in pools if pool in counts}

    # ---------------------------------------------------------------- answers, for those who know ids

    def message(self, sender: PoolId, recipient: PoolId) -> Outcome:
        """Return whether a message from a person on one pool reaches one on another (or the same)."""
        return messaging.between(self, sender, recipient, Modality.MESSAGE)

    def join(self, home: PoolId, scheduled_on: Maybe[Version], by_upgraded: Maybe[bool]) -> Outcome:
        """Return whether meetings of people on a pool, scheduled like this, can be joined."""
        return conferencing.join(self, home, scheduled_on, by_upgraded)

    def central_management(self) -> Outcome:
        """Return whether exactly one pool is the active master, and takes changes."""
        return administering.central_management(self)

    def administer_pool(self, pool: PoolId) -> Outcome:
        """Return whether the newest tools can open a pool, and changes reach its servers."""
        return administering.pool(self, pool)


# -------------------------------------------------------------------- who and what may be asked about


def _services(observer: Observer) -> Iterator[ServiceSubject]:
    for pool in observer.state.pools.values():
        for service, evidence, servers, state in reported(observer, pool):
            yield ServiceSubject(
                observer=observer, pool=pool, service=service, evidence=evidence, servers=servers, state=state
            )


def _pools(observer: Observer) -> Iterator[PoolSubject]:
    for pool in observer.state.pools.values():
        yield PoolSubject(observer=observer, pool=pool)


def _sites(observer: Observer) -> Iterator[SiteSubject]:
    for site in observer.state.sites.values():
        yield SiteSubject(observer=observer, site=site.id, name=site.name)


def _replicas(observer: Observer) -> Iterator[ReplicaSubject]:
    state = observer.state
    for pool in state.pools.values():
        if pool.role is PoolRole.TRUSTED_APPLICATION:
            continue
        for current, servers in alike(pool.servers, state.is_current):
            yield ReplicaSubject(observer=observer, pool=pool, servers=tuple(servers), current=current)


def _population(observer: Observer) -> Population:
    population = observer.state.population
    if isinstance(population, Unknown):
        raise Undecided(
            Outcome(
                disposition=Disposition.UNDECIDED,
                needs=(population.needs,),
                reason="nobody told who is homed where",
            )
        )
    return population


def _cohorts(observer: Observer) -> Iterator[Cohort]:
    for pool, people in _population(observer).people_by_pool.items():
        known = observer.state.pools.get(pool)
        yield Cohort(pool, people, known.versions if known else ())


def _users(observer: Observer) -> Iterator[User]:
    for cohort in _cohorts(observer):
        yield User(observer=observer, cohort=cohort)


def _conversations(observer: Observer) -> Iterator[Conversation]:
    cohorts = tuple(_cohorts(observer))
    for sender in cohorts:
        for recipient in cohorts:
            yield Conversation(observer=observer, sender=sender, recipient=recipient)


def _meetings(observer: Observer) -> Iterator[MeetingSubject]:
    population = _population(observer)
    meetings = population.meetings
    if isinstance(meetings, Unknown):
        raise Undecided(
            Outcome(
                disposition=Disposition.UNDECIDED,
                needs=(meetings.needs,),
                reason="nobody told which meetings are scheduled",
            )
        )
    ahead = np.flatnonzero(meetings.last >= observer.state.day)
    homes = population.home[meetings.organizer]
    columns = (homes, meetings.scheduled_on, meetings.by_upgraded, meetings.kind)
    for group in grouped(columns, ahead):
        home, scheduled_on, by_upgraded, kind = group.values
        if home >= len(population.pools):
            continue
        alike = ahead
        for values, value in zip(columns, group.values, strict=True):
            alike = alike[values[alike] == value]
        yield MeetingSubject(
            observer=observer,
            host=population.pools[home],
            meetings=group.count,
            organizers=len(np.unique(meetings.organizer[alike])),
            kind=MeetingKind(kind),
            scheduled_on=Unknown("meetings export") if scheduled_on == UNTOLD else Version(scheduled_on),
            by_upgraded=Unknown("meetings export") if by_upgraded == UNTOLD else bool(by_upgraded),
            example=group.first,
        )


def _deployment(observer: Observer) -> Iterator[DeploymentSubject]:
    yield DeploymentSubject(observer=observer)


#: Parameter names of checks that stand for a kind of subject.
SUBJECTS: Final[Mapping[str, Callable[[Observer], Iterator[Subject]]]] = {
    "service": _services,
    "pool": _pools,
    "site": _sites,
    "replica": _replicas,
    "user": _users,
    "conversation": _conversations,
    "meeting": _meetings,
    "deployment": _deployment,
}
