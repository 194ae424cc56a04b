"""Meetings: where they are hosted, how they are scheduled, and every way in.

Law of this room: the focus of a meeting runs on its organizer's home pool alone; joiners from other pools
and versions come to it. An older server or client never refuses a meeting by itself: it sees fewer
features, and that is a note on the way, not its end.
"""

from __future__ import annotations

from coexistence.observation.conferencing.admission import (
    OPEN,
    Terms,
    anonymous_allowed,
    may_have_guests,
    waits,
)
from coexistence.observation.conferencing.demands import Demand, Flaw, demand, shown
from coexistence.observation.conferencing.dialling import access_number, dial_in, directory_owner, numbers_of
from coexistence.observation.conferencing.hosting import FOCUS_PORT, fate, hosting_pool
from coexistence.observation.conferencing.joining import Joiner, as_partner, content, join
from coexistence.observation.conferencing.links import by_link, open_url, urls_of
from coexistence.observation.conferencing.scheduling import (
    Capabilities,
    capabilities,
    new_terms,
    schedule,
    schedule_by_web,
)

__all__ = [
    "FOCUS_PORT",
    "OPEN",
    "Capabilities",
    "Demand",
    "Flaw",
    "Joiner",
    "Terms",
    "access_number",
    "anonymous_allowed",
    "as_partner",
    "by_link",
    "capabilities",
    "content",
    "demand",
    "dial_in",
    "directory_owner",
    "fate",
    "hosting_pool",
    "join",
    "may_have_guests",
    "new_terms",
    "numbers_of",
    "open_url",
    "schedule",
    "schedule_by_web",
    "shown",
    "urls_of",
    "waits",
]
