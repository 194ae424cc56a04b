"""Server generations, and which of them may stand side by side.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard library.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from coexistence.model.vocabulary.facts import Confidence

__all__ = ["PATHS", "PathPair", "Version", "version_name"]


class Version(enum.IntEnum):
    """A server generation; later ones are greater.

    ``service_version`` is the number that topology documents and ``Get-CsService`` carry;
    ``build`` is the build line. S19 and SE share both the number and the first three parts of the
    build (domain facts: topology format, section 2.5), so a topology alone cannot tell them apart.
    """

    L10 = 10
    L13 = 13
    S15 = 15
    S19 = 19
    SE = 25

    @property
    def product(self) -> str:
        """The product's full name, as reports print it."""
        return _PRODUCTS[self]

    @property
    def service_version(self) -> int:
        """``ServiceVersion`` in the topology document."""
        return _SERVICE_VERSIONS[self]

    @property
    def build(self) -> str:
        """The build line, without the fourth part."""
        return _BUILDS[self]

    @property
    def first_build(self) -> str:
        """A four-part build of this version: the first of SE, the base of the others.

        Source: the fourth part tells SE (820 at release) from S19 (topology format, section 2.5).
        """
        return f"{self.build}.{820 if self is Version.SE else 0}"


_PRODUCTS: Final = {
    Version.L10: "Lync Server 2010",
    Version.L13: "Lync Server 2013",
    Version.S15: "Skype for Business Server 2015",
    Version.S19: "Skype for Business Server 2019",
    Version.SE: "Skype for Business Server Subscription Edition",
}
# 8 for SE is an assumption: no document of that product has been seen (topology format, 2.5).
_SERVICE_VERSIONS: Final = {Version.L10: 5, Version.L13: 6, Version.S15: 7, Version.S19: 8, Version.SE: 8}
_BUILDS: Final = {
    Version.L10: "4.0.7577",
    Version.L13: "5.0.8308",
    Version.S15: "6.0.9319",
    Version.S19: "7.0.2046",
    Version.SE: "7.0.2046",
}


def version_name(versions: tuple[Version, ...]) -> str:
    """Name what a pool may run: one product, or "A or B" where the evidence leaves two.

    >>> version_name((Version.S19, Version.SE))
    'Skype for Business Server 2019 or Subscription Edition'
    """
    if not versions:
        return "unknown product version"
    first, *rest = (version.product for version in versions)
    return " or ".join([first, *(name.removeprefix("Skype for Business Server ") for name in rest)])


@dataclass(frozen=True, slots=True)
class PathPair:
    """One row of the table of what may stand beside what."""

    legacy: Version
    target: Version
    confidence: Confidence
    source: str


#: Side-by-side migrations that the vendor allows. L13 to SE is named in an announcement of 2020 and
#: documented nowhere since: it is left out on purpose. Source: migration facts, table 2.1.
PATHS: Final = (
    PathPair(Version.L10, Version.L13, Confidence.DOCUMENTED, "Lync Server 2013: supported migration paths"),
    PathPair(Version.L10, Version.S15, Confidence.DOCUMENTED, "Skype for Business Server 2015: upgrade"),
    PathPair(Version.L13, Version.S15, Confidence.DOCUMENTED, "Skype for Business Server 2015: upgrade"),
    PathPair(Version.L13, Version.S19, Confidence.DOCUMENTED, "Migration to Skype for Business Server 2019"),
    PathPair(Version.S15, Version.S19, Confidence.DOCUMENTED, "Migration to Skype for Business Server 2019"),
    PathPair(Version.S15, Version.SE, Confidence.THIRD_PARTY, "Subscription Edition announcement"),
    PathPair(Version.S19, Version.SE, Confidence.THIRD_PARTY, "Subscription Edition announcement"),
)
