"""Settings of a scope: policies, dial plans, and the filter of client versions.

Law of this room: values only; every object tells where it comes from, and what nobody told is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from coexistence.model.vocabulary import Origin

__all__ = ["ClientVersionRule", "ClientVersionSettings", "DialPlan", "Policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPlan:
    """How numbers are read at a scope, and which dial-in region its people belong to."""

    #: ``global``, ``site:<id>``, ``service:<pool>`` or ``tag:<name>``.
    scope: str
    #: None where it names no dial-in region.
    region: str | None = None
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named set of settings and the scope at which it applies."""

    kind: str
    #: ``global``, ``site:<id>`` or ``tag:<name>``.
    scope: str
    settings: tuple[tuple[str, str], ...] = ()
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientVersionRule:
    """One rule of the client version filter; lower priorities are tried first."""

    #: ``global``, ``site:<id>``, ``service:<pool>`` (its registrar) or ``tag:<name>`` (granted to people).
    scope: str
    priority: int
    user_agent: str
    compare: str
    version: str
    action: str
    enabled: bool = True
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientVersionSettings:
    """Whether the client version filter is on, and what becomes of clients that no rule is about."""

    #: ``global`` or ``site:<id>``.
    scope: str
    enabled: bool = True
    #: Allow, AllowWithUrl, Block or BlockWithUrl.
    default_action: str = "Allow"
    origin: Origin = field(compare=False)
