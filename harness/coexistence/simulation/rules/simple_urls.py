"""Simple URLs: which of them an organizer's site uses.

Law of this room: looked up, not judged. A site with URLs of its own for a component uses these alone.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Iterable

from coexistence.model.deployment import SimpleUrl
from coexistence.model.vocabulary import Maybe, SiteId, Unknown
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.state import Infrastructure

__all__ = ["among", "effective_urls", "host_of"]


def host_of(url: str) -> str:
    """Return the host of a URL in lower case; of what is none, all of it.

    >>> host_of("https://Meet.contoso.com/ann"), host_of("https://[meet")
    ('meet.contoso.com', 'https://[meet')
    """
    try:
        return (urllib.parse.urlsplit(url).hostname or url).lower()
    except ValueError:  # brackets that hold no address
        return url.lower()


@rule(
    "simple-urls-by-site",
    "Simple URLs of a site come before the global ones.",
    source="Planning for simple URLs",
)
def among(urls: Iterable[SimpleUrl], component: str, site: SiteId) -> tuple[SimpleUrl, ...]:
    """Return those of some simple URLs that a site uses for a component."""
    found = tuple(each for each in urls if each.component.lower() == component.lower())
    own = tuple(each for each in found if each.scope.lower() == f"site:{site}".lower())
    return own or tuple(each for each in found if each.scope.lower() == "global")


def effective_urls(state: Infrastructure, component: str, site: SiteId) -> Maybe[tuple[SimpleUrl, ...]]:
    """Return the simple URLs that a site uses for a component; unknown where nobody told any."""
    urls = state.simple_urls
    return urls if isinstance(urls, Unknown) else among(urls, component, site)
