"""Finding a server of the topology by what a table calls it.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coexistence.deployment import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coexistence.vocabulary import ServerId

__all__ = ["COMPUTER", "Directory"]

#: What the column with the computer's name may be called; exports of the product have none of their own.
COMPUTER: Final = ("computername", "computer", "server", "serverfqdn", "fqdn", "pscomputername")


class Directory:
    """The servers of one topology."""

    def __init__(self, servers: Iterable[ServerId], domains: frozenset[str]) -> None:
        #: DNS domains whose names may be shown.
        self.domains = domains
        self._by_name = {str(server): server for server in servers}
        self._by_label: dict[str, ServerId | None] = {}
        for server in self._by_name.values():
            label = server.partition(".")[0]
            self._by_label[label] = None if label in self._by_label else server

    def find(self, name: str) -> ServerId | None:
        """Return the server of that name; a name without a dot is enough where only one has it."""
        key = key_of(name)
        found = self._by_name.get(key)
        return self._by_label.get(key) if found is None and "." not in key else found
