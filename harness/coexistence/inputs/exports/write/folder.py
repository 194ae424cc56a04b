"""A deployment as the files that an administrator would have exported.

Law of this room: the same deployment gives the same bytes.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from coexistence.inputs.exports.formats.csv_tables import neutral
from coexistence.inputs.exports.write.tables import listed
from coexistence.inputs.exports.write.topology_document import composed, in_draft_order
from coexistence.inputs.exports.write.topology_xml import draft_lines, published_lines
from coexistence.model.files import Drafts
from coexistence.model.vocabulary import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from coexistence.inputs.exports.topology.document import Document
    from coexistence.model.deployment import Deployment

__all__ = ["document_of", "write_exports"]


def write_exports(deployment: Deployment, folder: Path, *, tbxml: bool = False) -> tuple[Path, ...]:
    """Write the files and return their paths; the folder is made if it is not there.

    The topology is written in the published form, or with ``tbxml`` as Topology Builder saves it. A table
    about which nothing is known is not written; one of which it is known that there is nothing has its
    header alone. What comes back from :func:`~coexistence.inputs.exports.read_exports` is
    ``projection`` of the deployment. Addresses must be distinct, as they
    are in any directory.

    Raises OutputError for a folder that cannot be written to.
    """
    document = document_of(deployment, tbxml=tbxml)
    topology = folder / ("topology.tbxml" if tbxml else "topology.xml")
    text = draft_lines(document) if tbxml else published_lines(document)
    written = [topology]
    with Drafts() as drafts:
        drafts.append(topology, ["\r\n".join(text).encode("utf-8-sig")])
        for table in listed(deployment):
            written.append(folder / table.file)
            drafts.append(written[-1], _table(table.header, table.rows))
    return tuple(written)


def document_of(deployment: Deployment, *, tbxml: bool) -> Document:
    """Return the topology of a deployment as one of the two formats can hold it."""
    document = composed(deployment)
    if tbxml:
        published = not isinstance(deployment.cms.masters, Unknown)
        return replace(in_draft_order(document), published=published)
    return replace(document, urls=None)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[bytes]:
    """Return a file in pieces, as ``Export-Csv -NoTypeInformation -Encoding UTF8`` writes it."""
    yield codecs.BOM_UTF8 + _lines([header])
    waiting = iter(rows)
    while batch := list(islice(waiting, 1_000)):
        yield _lines([list(map(neutral, row)) for row in batch])


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
