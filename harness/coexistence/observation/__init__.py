"""Questions put to a state, and outcomes that tell the route and the reason.

Law of this room: observing is reading. An observer computes what would happen, hop by hop, and leaves
nothing behind; asked twice it says the same.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from coexistence.observation.observer import SUBJECTS, Observer
from coexistence.observation.outcomes import Hop, NotApplicable, Outcome, Undecided, not_applicable
from coexistence.observation.references import Reference
from coexistence.observation.subjects import (
    ApplicationSubject,
    ClientSubject,
    Cohort,
    Conversation,
    DeploymentSubject,
    DirectorySubject,
    MeetingSubject,
    Organizer,
    PartnerSubject,
    PoolSubject,
    ReplicaSubject,
    ServiceSubject,
    SiteSubject,
    Subject,
    User,
)

__all__ = [
    "SUBJECTS",
    "ApplicationSubject",
    "ClientSubject",
    "Cohort",
    "Conversation",
    "DeploymentSubject",
    "DirectorySubject",
    "Hop",
    "MeetingSubject",
    "NotApplicable",
    "Observer",
    "Organizer",
    "Outcome",
    "PartnerSubject",
    "PoolSubject",
    "Reference",
    "ReplicaSubject",
    "ServiceSubject",
    "SiteSubject",
    "Subject",
    "Undecided",
    "User",
    "not_applicable",
]
