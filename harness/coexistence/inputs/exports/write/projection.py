"""What remains of a deployment that goes through exported files.

Law of this room: the way through the files without the files. The same words are composed, the same rows
read and the same conclusions drawn, so it says what the formats can hold; that bytes are written and read
faithfully is for the round trip to prove.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.account.file_accounts import Account
from coexistence.inputs.exports.formats.csv_tables import Heading, Rows, neutral
from coexistence.inputs.exports.formats.objects import named
from coexistence.inputs.exports.kinds import PUBLISHED
from coexistence.inputs.exports.read.deployment import deployment_of_tables
from coexistence.inputs.exports.read.found_tables import Tables
from coexistence.inputs.exports.topology.topology import topology_of
from coexistence.inputs.exports.write import folder
from coexistence.inputs.exports.write.rows import Listed
from coexistence.inputs.exports.write.tables import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from coexistence.model.deployment import Deployment

__all__ = ["projection"]

_NOWHERE_YET: Final = "deployment"
_BATCH: Final = 200


def projection(deployment: Deployment, *, tbxml: bool = False) -> Deployment:
    """Return the deployment as far as the files of ``write_exports`` hold it.

    Kept is what an export tells. Left behind are assumptions about what nobody can export (firewalls, the
    partners' side), addresses of number ranges, copies of response groups, and what is true of meetings
    beyond their dates, kind and client. A pool that cannot tell S19 from SE by its builds may be either.

    Raises InputError for a deployment without pools, which no topology can describe.
    """
    account = Account(_NOWHERE_YET, PUBLISHED)
    topology = topology_of(folder.document_of(deployment, tbxml=tbxml), account)
    tables = Tables()
    for table in listed(deployment):
        tables.add(table.kind, Account(_NOWHERE_YET, table.kind), _opener(table))
    return deployment_of_tables(topology, tables)


class _Made(Rows):
    """Rows that were never written."""

    def __init__(self, table: Listed, account: Account, rows: list[list[str]]) -> None:
        super().__init__(Heading("", "", tuple(map(named, table.header)), 0), account)
        self._rows = rows

    def batches(self) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        waiting = iter(self._rows)
        while batch := list(islice(waiting, _BATCH)):
            self._account.rows += len(batch)
            yield [0] * len(batch), batch


def _opener(table: Listed) -> Callable[[Account], AbstractContextManager[Rows]]:
    # Some tables are read twice, and rows are made only once.
    rows = [list(map(neutral, row)) for row in table.rows]

    @contextmanager
    def opened(account: Account) -> Iterator[Rows]:
        yield _Made(table, account, rows)

    return opened
