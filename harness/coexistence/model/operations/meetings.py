"""Operations on meetings, on the directories that number them, on their settings and their links.

Law of this room: values, as in ``operations``, whose room lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass

from coexistence.model.conditions.reverse_proxy import ReverseProxyRule
from coexistence.model.deployment import SimpleUrl
from coexistence.model.operations.operation import Operation
from coexistence.model.operations.users import Selection
from coexistence.model.vocabulary import PoolId, Version

__all__ = [
    "BreakOffDirectoryMove",
    "EnableComputer",
    "HoldMeetings",
    "MoveConferenceDirectories",
    "RescheduleMeetings",
    "ScheduleMeetings",
    "SetMeetingConfiguration",
    "SetReverseProxy",
    "SetSimpleUrls",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldMeetings(Operation):
    """People hold the meetings that they organize, each once; single ones are over then."""

    #: Whoever is homed on this pool organizes them.
    on: PoolId
    #: Slides are shown, or files attached, and stay in the meeting.
    with_content: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMeetingConfiguration(Operation):
    """``Set-CsMeetingConfiguration`` or ``Set-CsWebServiceConfiguration``: the settings of one scope."""

    #: ``global``, ``site:<id>`` or ``service:<pool>``.
    scope: str
    settings: tuple[tuple[str, str], ...]
    #: ``meeting``, or ``web-service`` for what the join page offers.
    kind: str = "meeting"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSimpleUrls(Operation):
    """``Set-CsSimpleUrlConfiguration``: replace the simple URLs of one scope."""

    #: ``global`` or ``site:<id>``.
    scope: str
    urls: tuple[SimpleUrl, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableComputer(Operation):
    """``Enable-CsComputer`` on every server of a pool: setup puts changed simple URLs into effect."""

    pool: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReverseProxy(Operation):
    """Replace all rules by which the reverse proxy publishes web pages to the outside."""

    rules: tuple[ReverseProxyRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakOffDirectoryMove(Operation):
    """Begin to move the conference directories of a pool, and fail on the way: both pools have them then."""

    source: PoolId
    to: PoolId


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleMeetings(Operation):
    """People schedule meetings with the client and on the pool that they have now."""

    by: Selection
    each: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleMeetings(Operation):
    """Organizers replace meetings that their pool cannot host by new ones."""

    by: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveConferenceDirectories(Operation):
    """``Move-CsConferenceDirectory`` for each directory of a pool."""

    source: PoolId
    to: PoolId
    #: ``-Force``: the dial-in codes of existing meetings are lost.
    force: bool = False
    #: Version of the shell; None for the newest tools in use.
    tools: Version | None = None
    #: Name of the administrator who does it; empty for somebody with every right.
    by: str = ""
