"""Who and what may be asked about: the parameters of checks.

Law of this room: a subject names itself, says who is hit when a promise about it breaks, and passes
questions on to its observer. People and meetings come as cohorts that no rule can tell apart, with their
head counts.
"""

from __future__ import annotations

from typing import TypeAlias

from coexistence.observation.subjects.asked import Asked, Cohort
from coexistence.observation.subjects.calendars import DirectorySubject, MeetingSubject, Organizer
from coexistence.observation.subjects.conversations import Conversation, Conversations, Sort
from coexistence.observation.subjects.machinery import (
    CertificateSubject,
    NameSubject,
    ServerSubject,
    StepSubject,
)
from coexistence.observation.subjects.objects import ApplicationSubject, PartySubject
from coexistence.observation.subjects.people import ClientSubject, PartnerSubject, User
from coexistence.observation.subjects.places import (
    PoolSubject,
    ReplicaSubject,
    ServiceSubject,
    SiteSubject,
)
from coexistence.observation.subjects.whole import DeploymentSubject

__all__ = [
    "ApplicationSubject",
    "Asked",
    "CertificateSubject",
    "ClientSubject",
    "Cohort",
    "Conversation",
    "Conversations",
    "DeploymentSubject",
    "DirectorySubject",
    "MeetingSubject",
    "NameSubject",
    "Organizer",
    "PartnerSubject",
    "PartySubject",
    "PoolSubject",
    "ReplicaSubject",
    "ServerSubject",
    "ServiceSubject",
    "SiteSubject",
    "Sort",
    "StepSubject",
    "Subject",
    "User",
]

Subject: TypeAlias = (
    ServiceSubject
    | ServerSubject
    | NameSubject
    | CertificateSubject
    | StepSubject
    | PoolSubject
    | SiteSubject
    | ReplicaSubject
    | ApplicationSubject
    | User
    | PartnerSubject
    | PartySubject
    | ClientSubject
    | Conversation
    | MeetingSubject
    | Organizer
    | DirectorySubject
    | DeploymentSubject
)
