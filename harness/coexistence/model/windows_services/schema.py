"""What a row of the catalogue says of a service.

Law of this room: words and fields; the rows themselves stand in ``catalogue``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from coexistence.model.vocabulary import Confidence, Version

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Evidence",
    "Host",
    "Listing",
    "Presence",
    "PresenceKind",
    "RowConfidence",
    "Weight",
    "WindowsService",
]


class Host(enum.Enum):
    """Kinds of machine that services are bound to; finer than a pool's role in two places."""

    FRONT_END_ENTERPRISE = "Front End, Enterprise"
    FRONT_END_STANDARD = "Front End, Standard"
    DIRECTOR = "Director"
    EDGE = "Edge"
    MEDIATION = "stand-alone Mediation"
    BRANCH_APPLIANCE = "branch appliance"
    PERSISTENT_CHAT = "stand-alone Persistent Chat"
    MONITORING = "Monitoring"
    ARCHIVING = "Archiving"
    AV_CONFERENCING = "stand-alone A/V Conferencing"
    VIDEO_INTEROP = "Video Interop"


class Evidence(enum.Enum):
    """What sources say about one service in one version, and what that means when it is missing.

    A reading that says *stopped* counts for all of the first three.
    """

    #: Stated or shown; missing from a complete list is a fault.
    PRESENT = "yes"
    #: Our conclusion; missing leaves the question open.
    ASSUMED = "assumed"
    #: May be there or not; missing means nothing.
    OPTIONAL = "optional"
    #: Nothing points either way; never expected.
    UNKNOWN = "?"
    #: Not part of this version; never expected.
    ABSENT = "no"


class RowConfidence(enum.Enum):
    """How far a row as a whole is to be trusted.

    Not :class:`~coexistence.model.vocabulary.Confidence`, which names the kind of one fact's source: a row
    has many facts, and a high one may well owe its short name to a third party.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class PresenceKind(enum.Enum):
    """Which part of a topology decides whether a service is expected on a fitting machine."""

    ALWAYS = "always"
    #: The pool hosts the active Central Management master. On a standby copy no source says which state
    #: is right, so nothing is expected there.
    CMS = "with the active Central Management master"
    ROLE = "with the role"
    MCU = "with the conferencing component"
    APPLICATION = "with a port of the application"
    #: A configured port; for Windows Fabric and the XMPP proxy.
    PORT = "with a port of the component"
    PAIRED = "with a paired pool"
    SQL = "with the local SQL instance"


class Presence(NamedTuple):
    """When a service is expected: a kind and, for most kinds, a name in the topology's spelling.

    Missing is fine while the condition does not hold. Whether setup leaves services behind that the
    topology does not use is not known.
    """

    kind: PresenceKind
    name: str = ""


class Weight(enum.Enum):
    """How much it matters when a service that should run does not."""

    FULL = "full"
    INFORMATION = "information"
    INFORMATION_WITHOUT_XMPP = "information unless XMPP is in use"


class Listing(enum.Enum):
    """Whether ``Get-CsWindowsService`` shows a service, i.e. what its silence is worth."""

    LISTED = "yes"
    #: Not in the vendor's sample output. Silence means nothing, a reading counts.
    NOT_SEEN = "not seen"
    #: SQL Server: belongs to the machine, not to the product.
    NOT_LISTED = "no"


# Rows are singletons and compared as such: a mapping inside would make them unhashable by value.
@dataclass(frozen=True, slots=True, eq=False)
class WindowsService:
    """One service of the catalogue."""

    #: Our own word for it; unique, and what capabilities refer to.
    key: str
    #: None where no source gives the short name: then the display name has to do.
    name: str | None
    #: Where the name comes from. A derived one is not relied on alone: the display name counts too.
    name_confidence: Confidence | None
    #: What follows the product's name in the display name; None where no source gives it.
    display_suffix: str | None
    process: str | None
    hosts: frozenset[Host]
    presence: Presence
    evidence: Mapping[Version, Evidence]
    capabilities: tuple[str, ...]
    #: Titles of what was read; the first ones show the service, third parties name it.
    sources: tuple[str, ...]
    confidence: RowConfidence = RowConfidence.HIGH
    aliases: tuple[str, ...] = ()
    #: The suffix on an Edge Server, where it differs.
    display_on_edge: str | None = None
    #: The whole display name of services that do not carry the product's.
    full_display: str | None = None
    weight: Weight = Weight.FULL
    listing: Listing = Listing.LISTED
    #: Installed with start type *disabled*: not running is how it should be.
    is_disabled_by_design: bool = False

    @property
    def is_recognisable(self) -> bool:
        """Whether a reading could be told to be this service at all."""
        return bool(self.name or self.display_suffix or self.full_display)
