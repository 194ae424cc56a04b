"""The words that every room speaks: enumerations, identifiers, and *unknown* as a value.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard
library. A word stands here once, with its meaning; design decisions about it stand where it is used.
"""

from __future__ import annotations

from coexistence.model.vocabulary.checks import CHECKPOINT_ORDER, Checkpoint, Clause, Disposition, Severity
from coexistence.model.vocabulary.conversations import (
    Access,
    Content,
    Guest,
    MeetingKind,
    Modality,
    PhoneEntry,
    Recipient,
)
from coexistence.model.vocabulary.facts import (
    FIRST_DAY,
    LAST_DAY,
    Confidence,
    Contradiction,
    Maybe,
    Origin,
    PoolId,
    ServerId,
    SiteId,
    Unknown,
    Word,
    is_known,
)
from coexistence.model.vocabulary.patterns import matches
from coexistence.model.vocabulary.people import (
    ContactStore,
    Credentials,
    Deregistration,
    Mailbox,
    Scheme,
    UserKind,
)
from coexistence.model.vocabulary.topology import (
    APPLICATION_CMDLETS,
    CONFIGURATION_CMDLETS,
    POLICY_CMDLETS,
    ApplicationKind,
    Edition,
    PartnerKind,
    PartyKind,
    PoolRole,
    ServiceState,
    SiteKind,
)
from coexistence.model.vocabulary.versions import (
    PATHS,
    VERSION_NAMES,
    Feature,
    PathPair,
    Version,
    by_version,
    have,
    version_name,
)

__all__ = [
    "APPLICATION_CMDLETS",
    "CHECKPOINT_ORDER",
    "CONFIGURATION_CMDLETS",
    "FIRST_DAY",
    "LAST_DAY",
    "PATHS",
    "POLICY_CMDLETS",
    "VERSION_NAMES",
    "Access",
    "ApplicationKind",
    "Checkpoint",
    "Clause",
    "Confidence",
    "ContactStore",
    "Content",
    "Contradiction",
    "Credentials",
    "Deregistration",
    "Disposition",
    "Edition",
    "Feature",
    "Guest",
    "Mailbox",
    "Maybe",
    "MeetingKind",
    "Modality",
    "Origin",
    "PartnerKind",
    "PartyKind",
    "PathPair",
    "PhoneEntry",
    "PoolId",
    "PoolRole",
    "Recipient",
    "Scheme",
    "ServerId",
    "ServiceState",
    "Severity",
    "SiteId",
    "SiteKind",
    "Unknown",
    "UserKind",
    "Version",
    "Word",
    "by_version",
    "have",
    "is_known",
    "matches",
    "version_name",
]
