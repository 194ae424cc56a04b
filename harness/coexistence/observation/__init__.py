"""Questions put to a state, and outcomes that tell the route and the reason.

Law of this room: observing is reading. An observer computes what would happen, hop by hop, and leaves
nothing behind; asked twice it says the same.
"""

from __future__ import annotations

from coexistence.observation.facts.outcomes import Hop, NotApplicable, Outcome, Undecided, not_applicable
from coexistence.observation.listings import SUBJECTS, Listing
from coexistence.observation.observer import Observer
from coexistence.observation.servers.references import Reference
from coexistence.observation.service_losses import Loss
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
    StepSubject,
    Subject,
    User,
)

__all__ = [
    "SUBJECTS",
    "ApplicationSubject",
    "Asked",
    "CertificateSubject",
    "ClientSubject",
    "Cohort",
    "Conversation",
    "DeploymentSubject",
    "DirectorySubject",
    "Hop",
    "Listing",
    "Loss",
    "MeetingSubject",
    "NameSubject",
    "NotApplicable",
    "Observer",
    "Organizer",
    "Outcome",
    "PartnerSubject",
    "PartySubject",
    "PoolSubject",
    "Reference",
    "ReplicaSubject",
    "ServerSubject",
    "ServiceSubject",
    "SiteSubject",
    "StepSubject",
    "Subject",
    "Undecided",
    "User",
    "not_applicable",
]
