"""Names for what blueprints leave nameless: organisations, towns, people.

Law of this room: the only one that knows faker. A name depends on the seed and on the thing's own
number, never on its neighbours, so nobody is renamed when somebody else disappears; and people get
their names when they are shown, not when they are counted.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faker import Faker

__all__ = ["MadeUpAddresses", "organisation", "town"]

# Reserved for examples (RFC 2606), so that a made-up organisation is never a real one.
_DOMAIN = "example"
#: Distinct first and last names people are made of; with the row number in the address, 400 of each
#: look varied enough and cost a few milliseconds, once.
_NAME_POOL = 400


@functools.cache
def _faker() -> Faker:
    # Its providers take a fifth of a second to import, and a twin has names of its own.
    from faker import Faker

    return Faker("en_US")


def _seeded(*parts: object) -> Faker:
    """Return the generator, seeded by ``parts``: text, so that the hash seed of the process is no part."""
    fake = _faker()
    fake.seed_instance(repr(parts))
    return fake


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def organisation(seed: str) -> str:
    """Return the main SIP domain of a made-up organisation, e.g. ``miller-and-sons.example``."""
    return f"{_slug(_seeded('organisation', seed).company())}.{_DOMAIN}"


def town(seed: str, number: int) -> str:
    """Return the name of a site."""
    return _seeded("town", seed, number).city()


@functools.cache
def _names() -> tuple[tuple[str, ...], tuple[str, ...]]:
    fake = _seeded("names")
    first = tuple(_slug(fake.first_name()) for _ in range(_NAME_POOL))
    last = tuple(_slug(fake.last_name()) for _ in range(_NAME_POOL))
    return first, last


@dataclass(frozen=True, slots=True)
class MadeUpAddresses:
    """SIP addresses of made-up people, composed when asked for."""

    count: int
    domains: Sequence[str]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, row: int) -> str:
        if not 0 <= row < self.count:
            raise IndexError(row)
        first, last = _names()
        # Two multipliers without a common factor with the pool's size spread neighbours apart.
        given, family = first[row * 131 % _NAME_POOL], last[row * 197 % _NAME_POOL]
        return f"{given}.{family}{row}@{self.domains[row % len(self.domains)]}"
