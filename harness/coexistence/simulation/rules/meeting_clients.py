"""Which client schedules on, and joins, meetings of which server generation, as the vendor's lists have it.

Law of this room: tables. An older server or client never refuses a meeting by itself: it has fewer
features. Only pairs that a list names as unsupported are refused; pairs that no list names are an
assumption (``unlisted-client-joins``, ``unlisted-addin-schedules``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from coexistence.model.clients import JOINERS, SCHEDULERS, Fit, MeetingClient, Scheduler
from coexistence.model.vocabulary import Confidence, Maybe, Unknown, Version, by_version
from coexistence.simulation.rules.registry import rule

__all__ = ["fit_of_joiner", "fit_of_scheduler", "reduced"]


_SHARED: Final = "with the features that both have"
#: What is missing in meetings of a host, for clients that would have it; some pairs are only known to differ.
_MISSING: Final[Mapping[MeetingClient, Mapping[Version, str]]] = {
    MeetingClient.LYNC_2010: by_version(
        "what clients miss in meetings",
        L10=_SHARED,
        L13="slides of newer clients can be viewed, not annotated",
        S15=_SHARED,
        S19=_SHARED,
    ),
    MeetingClient.LYNC_2013: by_version(
        "what clients miss in meetings",
        L10="no gallery view, no meeting without messages, no video spotlight",
        L13=_SHARED,
        S15=_SHARED,
        S19=_SHARED,
    ),
}


@rule(
    "meeting-clients-by-host",
    "The 2007 generation, Live Meeting, Lync 2010 Attendee and Lync Web App 2010 are not supported in "
    "meetings of Lync Server 2013, nor is its Web App in those of 2010; every other listed pair joins.",
    source="Client interoperability in Lync 2013; Supported clients from previous deployments",
)
def fit_of_joiner(client: MeetingClient, host: Iterable[Version]) -> Maybe[Fit]:
    """Return what the lists say about a client in meetings of a host.

    Unknown where the evidence leaves several versions of the host, and they differ.
    """
    return _one({JOINERS[client][version] for version in host})


@rule(
    "scheduling-add-ins",
    "The add-ins of Lync 2010 and 2013 schedule on Lync Server 2010 and 2013, the newer on the older one "
    "without its new options; that of Communicator 2007 R2 cannot schedule on 2013.",
    source="Client interoperability in Lync 2013",
)
def fit_of_scheduler(scheduler: Scheduler, host: Iterable[Version]) -> Maybe[Fit]:
    """Return what the lists say about scheduling with an add-in on a host; unknown as above."""
    return _one({SCHEDULERS[scheduler][version] for version in host})


def _one(found: set[Fit]) -> Maybe[Fit]:
    return found.pop() if len(found) == 1 else Unknown("Get-CsServerPatchVersion")


@rule(
    "host-limits-features",
    "Meeting features are those of the server that hosts the meeting: a Lync 2013 client in a meeting of "
    "2010 has no gallery view, cannot turn messages off and cannot lock or pin video.",
    source="Client interoperability in Lync 2013; Migration considerations for meetings",
    confidence=Confidence.DOCUMENTED,
)
def reduced(client: MeetingClient, host: Version) -> str:
    """Return what a client misses in meetings of a host, in words."""
    return _MISSING[client][host] if client in _MISSING else _SHARED
