"""Which Windows services exist, where each belongs, and how well that is known.

Law of this room: facts about the product as data, and the set of services that follows from a pool's
role, version and topology. Whether a service *runs* is the state's to say; what a missing or stopped
one means is a rule's and a check's.
"""

from __future__ import annotations

from coexistence.model.windows_services.capabilities import CAPABILITIES, Capability, Need, Place
from coexistence.model.windows_services.catalogue import CATALOGUE
from coexistence.model.windows_services.expected import expected, host_of, running_services
from coexistence.model.windows_services.names import display_name, find, matches
from coexistence.model.windows_services.schema import (
    Evidence,
    Host,
    Listing,
    Presence,
    PresenceKind,
    RowConfidence,
    Weight,
    WindowsService,
)

__all__ = [
    "CAPABILITIES",
    "CATALOGUE",
    "Capability",
    "Evidence",
    "Host",
    "Listing",
    "Need",
    "Place",
    "Presence",
    "PresenceKind",
    "RowConfidence",
    "Weight",
    "WindowsService",
    "display_name",
    "expected",
    "find",
    "host_of",
    "matches",
    "running_services",
]
