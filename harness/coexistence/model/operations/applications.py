"""Operations on what answers callers, on voice routes, and on call admission control.

Law of this room: as in :mod:`coexistence.model.operations`, which hands these on: what is done, not what
comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from coexistence.model.deployment import VoiceRoute
from coexistence.model.operations.operation import Operation
from coexistence.model.vocabulary import ApplicationKind, PoolId

__all__ = [
    "DeleteLegacyResponseGroups",
    "MoveApplications",
    "MoveCallAdmissionControl",
    "MoveResponseGroups",
    "SetVoiceRoutes",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveApplications(Operation):
    """Give application objects of a pool to another one (numbers, groups, phones, endpoints)."""

    source: PoolId
    to: PoolId
    #: Left out, every kind; response groups are then copied where the target does not have them yet.
    kinds: frozenset[ApplicationKind] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveResponseGroups(Operation):
    """``Move-CsRgsConfiguration``: copy the configuration to a pool, and move the contact objects there."""

    source: PoolId
    to: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteLegacyResponseGroups(Operation):
    """Delete the response groups on the pool that they were migrated from."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVoiceRoutes(Operation):
    """Replace the voice routes (``Set-CsVoiceRoute``)."""

    routes: tuple[VoiceRoute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCallAdmissionControl(Operation):
    """Let another pool of the site host call admission control."""

    source: PoolId
    to: PoolId
