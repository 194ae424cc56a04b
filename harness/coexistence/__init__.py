"""Rehearse a Lync / Skype for Business side-by-side migration.

This is the window: what stands in ``__all__`` is promised, to the built-in checks and to everybody's own
checks alike. Names are imported when they are first used, so that an idle plugin costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coexistence.checking.decorators import check, fault
    from coexistence.checking.fault_registry import Injection, Scene
    from coexistence.checking.results import Finding
    from coexistence.model.conditions.administrators import (
        Administrator,
        AdminRole,
        AdminTask,
        AdminTool,
        AdminWay,
    )
    from coexistence.model.operations.custom import OwnOperation
    from coexistence.model.vocabulary import (
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
    from coexistence.observation.listings import subjects
    from coexistence.observation.service_losses import losses
    from coexistence.simulation.rules.meeting_clients import MeetingClient
    from coexistence.simulation.state import State

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
    "losses",
    "not_applicable",
    "subjects",
]

_HOMES = {
    "simulation.rules.meeting_clients": ("MeetingClient",),
    "model.conditions.administrators": ("AdminRole", "AdminTask", "AdminTool", "AdminWay", "Administrator"),
    "checking.decorators": ("check", "fault"),
    "checking.results": ("Finding",),
    "checking.fault_registry": ("Injection", "Scene"),
    "model.operations.custom": ("OwnOperation",),
    "simulation.state": ("State",),
    "observation.listings": ("subjects",),
    "observation.service_losses": ("losses",),
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
    "model.vocabulary": (
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
