"""The same people and things at two moments of a path.

Law of this room: who is the same is known by rows, names and numbers, never by a label. People who are put
together at one moment may have been apart at another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

import numpy as np

from coexistence.errors import CheckError
from coexistence.model.population import Part, Rows
from coexistence.model.vocabulary import Unknown
from coexistence.observation.facts.outcomes import untold
from coexistence.observation.listings import SUBJECTS, conversations, subject_class, subjects
from coexistence.observation.observer import Observer
from coexistence.observation.subjects import (
    ApplicationSubject,
    Asked,
    CertificateSubject,
    ClientSubject,
    Cohort,
    Conversation,
    DeploymentSubject,
    DirectorySubject,
    MeetingSubject,
    NameSubject,
    Organizer,
    PartnerSubject,
    PartySubject,
    PoolSubject,
    ReplicaSubject,
    ServerSubject,
    ServiceSubject,
    SiteSubject,
    User,
)

__all__ = ["same_at"]

S = TypeVar("S", bound=Asked)


def same_at(subject: S, observer: Observer) -> tuple[S, ...]:
    """Return the subject as it was at another moment: usually one, none where it was not there.

    People and meetings come as groups that no rule tells apart, and what is told apart differs from moment
    to moment: then these are all groups there that share a person (a meeting, an object, a server) with this
    one. Raises :class:`Undecided` where nobody stated who or what there was, and
    :class:`~coexistence.errors.CheckError` for steps of the plan and for subjects of your own kinds.
    """
    if isinstance(subject, Conversation):
        cohorts = conversations(observer).cohorts
        senders = [each for each in cohorts if _are_same_people(subject.sender, each)]
        recipients = [each for each in cohorts if _are_same_people(subject.recipient, each)]
        return tuple(
            replace(subject, observer=observer, sender=sender, recipient=recipient)
            for sender in senders
            for recipient in recipients
        )
    is_same = _IS_SAME.get(type(subject))
    if is_same is None:
        raise CheckError(f"same_at: nothing is known of what makes two {type(subject).__name__} the same.")
    kind = next(name for name, listing in SUBJECTS.items() if subject_class(listing) is type(subject))
    there: Iterable[Any] = subjects(observer, kind)
    return tuple(each for each in there if is_same(subject, each))


def _share(part: Part | None, other: Part | None) -> bool:
    """Whether two groups have a person in common; rows of people are the same at all moments of a path."""
    if part is None or other is None:
        raise untold("nobody told which people these are", "Get-CsUser")
    return bool(np.intersect1d(part.rows, other.rows, assume_unique=True).size)


def _are_same_people(cohort: Cohort, other: Cohort) -> bool:
    return _share(cohort.part, other.part)


def _meetings(subject: MeetingSubject) -> Rows:
    population = subject.observer.state.population
    assert not isinstance(population, Unknown)  # the subject is a group of its meetings
    observer, alike = subject.observer, subject.alike
    return observer.once(
        ("rows of meetings", alike), lambda: population.meetings_of_group(observer.state.day, alike)
    )


#: When two subjects of a class are the same, at whatever moments.
_IS_SAME: Final[Mapping[type[Asked], Callable[[Any, Any], bool]]] = {
    ServiceSubject: lambda one, two: (
        (one.pool.id, one.service.key) == (two.pool.id, two.service.key)
        and not set(one.servers).isdisjoint(two.servers)
    ),
    ServerSubject: lambda one, two: one.server.id == two.server.id,
    NameSubject: lambda one, two: (
        (one.record.name, one.record.kind, one.record.side)
        == (two.record.name, two.record.kind, two.record.side)
    ),
    CertificateSubject: lambda one, two: (
        (one.certificate.pool, one.certificate.use) == (two.certificate.pool, two.certificate.use)
    ),
    PoolSubject: lambda one, two: one.pool.id == two.pool.id,
    SiteSubject: lambda one, two: one.site == two.site,
    ReplicaSubject: lambda one, two: not set(one.servers).isdisjoint(two.servers),
    ApplicationSubject: lambda one, two: (
        one.kind is two.kind and (one.ids == two.ids or not set(one.ids).isdisjoint(two.ids))
    ),
    User: lambda one, two: _are_same_people(one.cohort, two.cohort),
    ClientSubject: lambda one, two: _share(one.part, two.part),
    Organizer: lambda one, two: _are_same_people(one.cohort, two.cohort),
    PartnerSubject: lambda one, two: (
        one.partner.domain == two.partner.domain and _are_same_people(one.cohort, two.cohort)
    ),
    PartySubject: lambda one, two: (one.party.kind, one.party.name) == (two.party.kind, two.party.name),
    MeetingSubject: lambda one, two: bool(
        np.intersect1d(_meetings(one), _meetings(two), assume_unique=True).size
    ),
    DirectorySubject: lambda one, two: one.directory.number == two.directory.number,
    DeploymentSubject: lambda _one, _two: True,
}
