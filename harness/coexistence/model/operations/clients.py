"""Operations on clients: what is rolled out to people, and what the filter lets in.

Law of this room: as in :mod:`coexistence.model.operations`, which hands these on: what is done, not what
comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import ClientVersionRule, ClientVersionSettings
from coexistence.model.operations.operation import Operation
from coexistence.model.operations.users import Selection

__all__ = ["DowngradeClients", "SetClientRules", "UpgradeClients"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeClients(Operation):
    """Roll a client out to people; from then on they count as upgraded."""

    users: Selection
    to: ClientGeneration


@dataclass(frozen=True, slots=True, kw_only=True)
class DowngradeClients(Operation):
    """Give upgraded people the client back that they had when the estate was described."""

    users: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class SetClientRules(Operation):
    """Replace the client version rules of one scope, and the filter's settings of it where given."""

    #: ``global``, ``site:<id>``, ``service:<pool>`` or ``tag:<name>``.
    scope: str
    rules: tuple[ClientVersionRule, ...]
    settings: ClientVersionSettings | None = None
