"""Names of services: short ones, and those that people and lists see.

Law of this room: whatever a server reports is found by one of its names, or is nobody's.
"""

from __future__ import annotations

from typing import Final

from coexistence.model.vocabulary import Confidence, Version
from coexistence.model.windows_services.catalogue import CATALOGUE
from coexistence.model.windows_services.schema import WindowsService

__all__ = ["display_name", "find", "matches"]


def display_name(service: WindowsService, version: Version, on_edge: bool = False) -> str | None:
    """Name the service as Windows shows it, or None where no source tells.

    That of SE is assumed: no list of that version has been seen.

    >>> display_name(CATALOGUE[0], Version.L13, on_edge=True)
    'Lync Server Access Edge'
    """
    if service.full_display is not None:
        return service.full_display
    suffix = (service.display_on_edge if on_edge else None) or service.display_suffix
    return None if suffix is None else f"{version.facts.brand} {suffix}"


def _display_names(service: WindowsService) -> set[str]:
    names = (display_name(service, version, on_edge) for version in Version for on_edge in (False, True))
    return {name.lower() for name in names if name is not None}


_BY_NAME: Final = {
    name.lower(): service
    for service in CATALOGUE
    for name in (service.name, *service.aliases)
    if name is not None
}
_BY_DISPLAY_NAME: Final = {name: service for service in CATALOGUE for name in _display_names(service)}


def find(name: str, display_name: str = "") -> WindowsService | None:
    """Return the catalogued service that a reading is about, or None for one this project does not know.

    The short name decides, in any spelling of its letters: the vendor's pages write one service in three
    ways. The display name decides where the catalogue has no firm short name, and for a reading
    without one (a list copied from the Services window); the prefix of either generation will do.

    >>> find("RtcSrv").key
    'front_end'
    """
    service = _BY_NAME.get(name.lower())
    if service is not None:
        return service
    service = _BY_DISPLAY_NAME.get(display_name.lower())
    if service is None or not name or service.name_confidence in (None, Confidence.DERIVED):
        return service
    return None


def matches(service: WindowsService, name: str, display_name: str = "") -> bool:
    """Tell whether a reading is about this service; see :func:`find`."""
    return find(name, display_name) is service
