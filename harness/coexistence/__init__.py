"""Rehearse a Lync / Skype for Business side-by-side migration.

This is the window: what stands in ``__all__`` is promised, to the built-in checks and to everybody's own
checks alike. Names are imported when they are first used, so that an idle plugin costs nothing.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coexistence.checking import Finding
    from coexistence.faulting import Injection, Scene
    from coexistence.inventory.administration import Administrator, AdminRole, AdminTask, AdminTool, AdminWay
    from coexistence.observation import (
        ApplicationSubject,
        Asked,
        CertificateSubject,
        ClientSubject,
        Cohort,
        Conversation,
        DeploymentSubject,
        DirectorySubject,
        Hop,
        Loss,
        MeetingSubject,
        NameSubject,
        Observer,
        Organizer,
        Outcome,
        PartnerSubject,
        PartySubject,
        PoolSubject,
        Reference,
        ReplicaSubject,
        ServerSubject,
        ServiceSubject,
        SiteSubject,
        StepSubject,
        User,
        not_applicable,
    )
    from coexistence.operations.own import OwnOperation
    from coexistence.simulation.meeting_clients import MeetingClient
    from coexistence.simulation.state import State
    from coexistence.tagging import check, fault
    from coexistence.vocabulary import (
        ApplicationKind,
        Checkpoint,
        Clause,
        Content,
        Credentials,
        Deregistration,
        Disposition,
        Guest,
        MeetingKind,
        Modality,
        PoolId,
        PoolRole,
        Recipient,
        ServiceState,
        Severity,
        Unknown,
        Version,
        is_known,
    )

__all__ = [
    "AdminRole",
    "AdminTask",
    "AdminTool",
    "AdminWay",
    "Administrator",
    "ApplicationKind",
    "ApplicationSubject",
    "Asked",
    "CertificateSubject",
    "Checkpoint",
    "Clause",
    "ClientSubject",
    "Cohort",
    "Content",
    "Conversation",
    "Credentials",
    "DeploymentSubject",
    "Deregistration",
    "DirectorySubject",
    "Disposition",
    "Finding",
    "Guest",
    "Hop",
    "Injection",
    "Loss",
    "MeetingClient",
    "MeetingKind",
    "MeetingSubject",
    "Modality",
    "NameSubject",
    "Observer",
    "Organizer",
    "Outcome",
    "OwnOperation",
    "PartnerSubject",
    "PartySubject",
    "PoolId",
    "PoolRole",
    "PoolSubject",
    "Recipient",
    "Reference",
    "ReplicaSubject",
    "Scene",
    "ServerSubject",
    "ServiceState",
    "ServiceSubject",
    "Severity",
    "SiteSubject",
    "State",
    "StepSubject",
    "Unknown",
    "User",
    "Version",
    "check",
    "fault",
    "is_known",
    "not_applicable",
]

_HOMES = {
    "simulation.meeting_clients": ("MeetingClient",),
    "inventory.administration": ("AdminRole", "AdminTask", "AdminTool", "AdminWay", "Administrator"),
    "tagging": ("check", "fault"),
    "checking": ("Finding",),
    "faulting": ("Injection", "Scene"),
    "operations.own": ("OwnOperation",),
    "simulation.state": ("State",),
    "observation": (
        "ApplicationSubject",
        "Asked",
        "CertificateSubject",
        "ClientSubject",
        "Cohort",
        "Conversation",
        "DeploymentSubject",
        "DirectorySubject",
        "Hop",
        "Loss",
        "MeetingSubject",
        "NameSubject",
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
        "User",
        "not_applicable",
    ),
    "vocabulary": (
        "ApplicationKind",
        "Checkpoint",
        "Clause",
        "Content",
        "Credentials",
        "Deregistration",
        "Disposition",
        "Guest",
        "MeetingKind",
        "Modality",
        "PoolId",
        "PoolRole",
        "Recipient",
        "ServiceState",
        "Severity",
        "Unknown",
        "Version",
        "is_known",
    ),
}
_ROOM = {name: room for room, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _ROOM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_ROOM[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
