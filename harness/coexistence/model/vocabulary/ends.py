"""What an outcome ended on: names of the things that are broken, or left behind.

Whoever breaks on one thing words it in his own way; by these names they are found to speak of the same.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from coexistence.model.vocabulary.facts import PoolId

__all__ = [
    "CENTRAL_MANAGEMENT",
    "End",
    "certificate_of",
    "name_of",
    "pair_of",
    "replica_of",
    "service_of",
    "use_of",
    "user_replicator_of",
]


class End(NamedTuple):
    """One thing that is broken."""

    #: What it is: a word, or the key of a service.
    what: str
    #: The pool or name that it belongs to; "" for what there is once.
    of: str = ""
    is_service: bool = False

    def __str__(self) -> str:
        return f"{self.what} of {self.of}" if self.of else self.what


#: The Central Management store, and who is its master.
CENTRAL_MANAGEMENT: Final = End("Central Management")


def service_of(pool: PoolId, service: str) -> End:
    """A service (by its key) that takes no new work on a pool."""
    return End(service, pool, is_service=True)


def use_of(pool: PoolId) -> End:
    """Whatever still uses a pool that was stopped on purpose, or is there no more."""
    return End("use", pool)


def replica_of(pool: PoolId) -> End:
    """The configuration that the servers of a pool hold, and how it gets there."""
    return End("replica", pool)


def certificate_of(pool: PoolId, *, is_external: bool = False) -> End:
    """What a pool shows inside, or an Edge pool outside."""
    return End("external certificate" if is_external else "certificate", pool)


def pair_of(one: PoolId, other: PoolId) -> End:
    """Two pools that back each other up."""
    return End("pair", " and ".join(sorted((one, other))))


def name_of(host: str) -> End:
    """The address of a host in DNS."""
    return End("address", host.lower())


def user_replicator_of(pool: PoolId) -> End:
    """The accounts that a pool's user replicator brought."""
    return End("user replicator", pool)
