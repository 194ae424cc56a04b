"""Numbers and names of the topology formats, and what they stand for.

Law of this room: one table per question, and "nobody knows" is an answer. Source: topology format,
sections 2.1, 2.4, 2.5 and 6.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from coexistence.model.vocabulary import PoolRole, SiteKind, Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "CMDLET_ROLES",
    "LEADING",
    "PASSES_ON",
    "ROLES",
    "STORES",
    "VERSIONS",
    "XML_ROLES",
    "narrowed",
    "role_of",
    "site_kind",
    "versions_of",
]

#: Several versions may have one number; only a build tells them apart (topology format, section 2.5).
VERSIONS: Final[Mapping[str, tuple[Version, ...]]] = {
    number: tuple(version for version in Version if str(version.service_version) == number)
    for number in dict.fromkeys(str(version.service_version) for version in Version)
}
_BUILD: Final = re.compile(r"(\d{1,3}\.\d{1,3}\.\d{1,6})\.(\d{1,6})")

STORES: Final = frozenset(
    {
        "UserStore",
        "ApplicationStore",
        "CentralMgmtStore",
        "ArchivingStore",
        "MonitoringStore",
        "PersistentChatStore",
        "PersistentChatComplianceStore",
        "FileStore",
        "WacService",
        "PstnGateway",
    }
)
ROLES: Final = STORES | {
    "UserServices",
    "Registrar",
    "WebServices",
    "ConfServices",
    "MediationServer",
    "ApplicationServer",
    "CentralMgmt",
    "EdgeServer",
    "ManagementServices",
    "ExternalServer",
    "PersistentChatService",
    "MonitoringServer",
    "ArchivingServer",
}
#: What cmdlets call a role: ``Get-CsService`` in Role, and before the colon of every Identity.
#: Source: topology format, section 2.4.
CMDLET_ROLES: Final[dict[str, str]] = {
    "Registrar": "Registrar",
    "UserServices": "UserServer",
    "EdgeServer": "EdgeServer",
    "ManagementServices": "ManagementServer",
    "WebServices": "WebServer",
    "ConfServices": "ConferencingServer",
    "ApplicationServer": "ApplicationServer",
    "MediationServer": "MediationServer",
    "PstnGateway": "PstnGateway",
    "FileStore": "FileStore",
    "WacService": "WacServer",
    "CentralMgmt": "CentralManagement",
    "CentralMgmtStore": "CentralManagementDatabase",
    "UserStore": "UserDatabase",
    "ApplicationStore": "ApplicationDatabase",
    "ArchivingStore": "ArchivingDatabase",
    "MonitoringStore": "MonitoringDatabase",
    "ExternalServer": "TrustedApplicationPool",
    "PersistentChatService": "PersistentChatServer",
    "PersistentChatStore": "PersistentChatDatabase",
    "PersistentChatComplianceStore": "PersistentChatComplianceDatabase",
    "MonitoringServer": "MonitoringServer",
    "ArchivingServer": "ArchivingServer",
}
#: Back to the topology's names, by the cmdlets' in lower case. ``ExternalServer`` is an alias of theirs.
XML_ROLES: Final[dict[str, str]] = {name.lower(): role for role, name in CMDLET_ROLES.items()} | {
    "director": "Registrar",
    "externalserver": "ExternalServer",
}
#: The service that stands for a pool: its version and its neighbours are the pool's.
LEADING: Final[dict[PoolRole, str]] = {
    PoolRole.FRONT_END: "Registrar",
    PoolRole.DIRECTOR: "Registrar",
    PoolRole.BRANCH_APPLIANCE: "Registrar",
    PoolRole.EDGE: "EdgeServer",
    PoolRole.MEDIATION: "MediationServer",
    PoolRole.TRUSTED_APPLICATION: "ExternalServer",
    PoolRole.PERSISTENT_CHAT: "PersistentChatService",
    PoolRole.MONITORING: "MonitoringServer",
    PoolRole.ARCHIVING: "ArchivingServer",
}
PASSES_ON: Final = frozenset(
    {PoolRole.EDGE, PoolRole.MEDIATION, PoolRole.TRUSTED_APPLICATION, PoolRole.PERSISTENT_CHAT}
)


def versions_of(service_version: str) -> tuple[Version, ...]:
    """Return the products that a ``ServiceVersion`` may stand for; none for a number nobody knows.

    >>> [version.name for version in versions_of("8")], versions_of("9")
    (['S19', 'SE'], ())
    """
    return VERSIONS.get(service_version, ())


def narrowed(versions: tuple[Version, ...], builds: Iterable[str]) -> tuple[Version, ...]:
    """Return which of several versions with one number a pool runs, by the builds that its servers have told.

    One version stays as it is, and so do several while the builds contradict each other. Source: topology
    format, section 2.5; SE begins at 7.0.2046.820.

    >>> [version.name for version in narrowed((Version.S19, Version.SE), ["7.0.2046.553"])]
    ['S19']
    """
    if len(versions) < 2:
        return versions
    told = set()
    for build in builds:
        found = _BUILD.fullmatch(build)
        if found is not None:
            line, update = found[1], int(found[2])
            possible = [each for each in versions if each.build == line and each.facts.first_update <= update]
            told.update(possible[-1:])
    return (told.pop(),) if len(told) == 1 else versions


def site_kind(element: str) -> SiteKind | str:
    """Return the kind of site that an element's name stands for; the name itself for others.

    ``RemoteSite`` and ``BranchSite`` are expected, not seen (topology format, section 2.1).

    >>> site_kind("CentralSite"), site_kind("HostedSite")
    (<SiteKind.CENTRAL: 'central'>, 'HostedSite')
    """
    if element == "CentralSite":
        return SiteKind.CENTRAL
    return SiteKind.BRANCH if element.endswith(("BranchSite", "RemoteSite")) else element


def role_of(roles: frozenset[str], *, is_director: bool, site: SiteKind | str) -> PoolRole:
    """Return what a pool with these roles is for. Source: topology format, section 6, step 4."""
    has = roles.__contains__
    if has("Registrar"):
        if is_director:
            return PoolRole.DIRECTOR
        if has("UserServices"):
            return PoolRole.FRONT_END
        if has("MediationServer") and site is not SiteKind.CENTRAL:
            return PoolRole.BRANCH_APPLIANCE
        return PoolRole.OTHER
    for role in (
        PoolRole.EDGE,
        PoolRole.MEDIATION,
        PoolRole.TRUSTED_APPLICATION,
        PoolRole.PERSISTENT_CHAT,
        PoolRole.MONITORING,
        PoolRole.ARCHIVING,
    ):
        if has(LEADING[role]):
            return role
    return PoolRole.OTHER
