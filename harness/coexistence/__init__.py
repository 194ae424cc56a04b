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
    from coexistence.observation import (
        ApplicationSubject,
        ClientSubject,
        Cohort,
        Conversation,
        DeploymentSubject,
        DirectorySubject,
        Hop,
        MeetingSubject,
        Observer,
        Organizer,
        Outcome,
        PartnerSubject,
        PoolSubject,
        Reference,
        ReplicaSubject,
        ServiceSubject,
        SiteSubject,
        User,
        not_applicable,
    )
    from coexistence.tagging import check
    from coexistence.vocabulary import (
        ApplicationKind,
        Clause,
        Disposition,
        Guest,
        MeetingKind,
        Modality,
        PoolRole,
        ServiceState,
        Severity,
        Unknown,
        Version,
        is_known,
    )

__all__ = [
    "ApplicationKind",
    "ApplicationSubject",
    "Clause",
    "ClientSubject",
    "Cohort",
    "Conversation",
    "DeploymentSubject",
    "DirectorySubject",
    "Disposition",
    "Finding",
    "Guest",
    "Hop",
    "MeetingKind",
    "MeetingSubject",
    "Modality",
    "Observer",
    "Organizer",
    "Outcome",
    "PartnerSubject",
    "PoolRole",
    "PoolSubject",
    "Reference",
    "ReplicaSubject",
    "ServiceState",
    "ServiceSubject",
    "Severity",
    "SiteSubject",
    "Unknown",
    "User",
    "Version",
    "check",
    "is_known",
    "not_applicable",
]

_HOMES = {
    "tagging": ("check",),
    "checking": ("Finding",),
    "observation": (
        "ApplicationSubject",
        "ClientSubject",
        "Cohort",
        "Conversation",
        "DeploymentSubject",
        "DirectorySubject",
        "Hop",
        "MeetingSubject",
        "Observer",
        "Organizer",
        "Outcome",
        "PartnerSubject",
        "PoolSubject",
        "Reference",
        "ReplicaSubject",
        "ServiceSubject",
        "SiteSubject",
        "User",
        "not_applicable",
    ),
    "vocabulary": (
        "ApplicationKind",
        "Clause",
        "Disposition",
        "Guest",
        "MeetingKind",
        "Modality",
        "PoolRole",
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
