"""Who and what may be asked about: the parameters of checks.

Law of this room: a subject names itself, says who is hit when a promise about it breaks, and passes
questions on to its observer. People and meetings come as cohorts that no rule can tell apart, with their
head counts.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from typing import TypeAlias

from coexistence.observation.subjects.asked import Cohort
from coexistence.observation.subjects.calendars import DirectorySubject, MeetingSubject, Organizer
from coexistence.observation.subjects.objects import ApplicationSubject
from coexistence.observation.subjects.people import ClientSubject, Conversation, PartnerSubject, User
from coexistence.observation.subjects.places import (
    DeploymentSubject,
    PoolSubject,
    ReplicaSubject,
    ServiceSubject,
    SiteSubject,
)

__all__ = [
    "ApplicationSubject",
    "ClientSubject",
    "Cohort",
    "Conversation",
    "DeploymentSubject",
    "DirectorySubject",
    "MeetingSubject",
    "Organizer",
    "PartnerSubject",
    "PoolSubject",
    "ReplicaSubject",
    "ServiceSubject",
    "SiteSubject",
    "Subject",
    "User",
]

Subject: TypeAlias = (
    ServiceSubject
    | PoolSubject
    | SiteSubject
    | ReplicaSubject
    | ApplicationSubject
    | User
    | PartnerSubject
    | ClientSubject
    | Conversation
    | MeetingSubject
    | Organizer
    | DirectorySubject
    | DeploymentSubject
)
