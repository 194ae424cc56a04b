"""Which topology of a folder counts: the documents that files hold, and the one that is taken.

Law of this room: a published topology before a draft, a document of its own before one that stands in some
other text, and two that differ are nobody's to choose between. What was not taken is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.inputs.exports.account.file_accounts import Account
from coexistence.inputs.exports.formats.xml import EXPORT_AGAIN
from coexistence.inputs.exports.kinds import NOT_UNDERSTOOD, POOL_SERVICES, POOLS, PUBLISHED, TOPOLOGY_BUILDER
from coexistence.inputs.exports.topology import published_xml, tbxml
from coexistence.inputs.exports.topology.embedded import buried
from coexistence.inputs.exports.topology.namespace_quirks import spelled_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from coexistence.inputs.exports.formats.xml import Element
    from coexistence.inputs.exports.topology.document import Document

__all__ = ["chosen", "in_text", "in_tree", "no_topology", "unearthed"]

_HOW_TO_START: Final = (
    "A deployment needs one: (Get-CsTopology -AsXml).Save('topology.xml'), or the lists of Get-CsPool and "
    "Get-CsService together."
)
#: The list that has to be there with the other one.
_OTHER_LIST: Final = {POOLS: POOL_SERVICES, POOL_SERVICES: POOLS}
#: Characters of what is told about the files that are there, and of a file's name.
_ROOM: Final = 120
_LONGEST_NAME: Final = 40
_Found = tuple[Account, "Document"]


def in_tree(root: Element, file: str) -> _Found | None:
    """Return the topology in a document of XML, with an account of what was noted; None without one.

    Raises InputError for two that differ, and for one that is a script's template.
    """
    return _one([*_documents(root, file), *_escaped(root, file)], file)


def in_text(path: Path, file: str) -> _Found | None:
    """Return the topology that stands in a text of some other kind; None without one.

    Raises InputError as :func:`in_tree` does, and for one that is cut.
    """
    found = _one([each for root in buried(path, file) for each in _documents(root, file)], file)
    if found is not None:
        found[0].note(
            "the topology stands in a text of another kind; what is around it was left aside",
            line=found[1].line,
        )
    return found


def _escaped(root: Element, file: str) -> Iterator[_Found]:
    # Once: an escaped text inside an escaped text is nothing that a tool writes.
    for inside in published_xml.escaped_documents(root, file):
        yield from _documents(inside, file)


def _documents(root: Element, file: str) -> list[_Found]:
    root, oddities = spelled_out(root)
    builder = tbxml.builder_file(root)
    found = []
    if builder is not None:
        account = Account(file, TOPOLOGY_BUILDER)
        found.append((account, tbxml.read_draft(builder, account)))
    else:
        for element in published_xml.published_topologies(root):
            account = Account(file, PUBLISHED)
            found.append((account, published_xml.read_published(element, account)))
    for account, _ in found:
        for oddity in oddities:
            account.note(oddity, key=oddity)
    return found


def _one(found: list[_Found], file: str) -> _Found | None:
    if not found:
        return None
    # What is published counts, wherever a draft stands beside it.
    best = [each for each in found if each[0].kind == PUBLISHED] or found
    if any(other != best[0][1] for _, other in best[1:]):
        raise InputError(
            f"there are {len(best)} different topologies in this file. {EXPORT_AGAIN}",
            file=file,
            line=best[1][1].line,
        )
    return best[0]


def unearthed(documents: list[_Found], texts: list[tuple[Account, Path]], *, may_fail: bool) -> list[_Found]:
    """Return the documents, or where there is none those that stand in other texts.

    Raises InputError for a text with one that cannot be used, unless ``may_fail`` says that something else
    can stand in for it.
    """
    if documents:
        for account, _ in texts:
            holder = documents[0][0].file
            account.note(f"a topology may stand in its text, which was not read: {holder} holds one")
        return documents
    found = []
    for account, path in texts:
        try:
            held = in_text(path, account.file)
        except InputError as error:
            if not may_fail:
                raise
            account.note(f"the topology in its text cannot be used: {error}")
            continue
        if held is not None:
            account.kind = held[0].kind
            account.take_over(held[0], instead=True)
            found.append((account, held[1]))
    return found


def chosen(documents: list[_Found]) -> _Found:
    """Return the topology to use: a published one before drafts.

    Raises InputError for two that differ.
    """
    account, document = ([each for each in documents if each[0].kind == PUBLISHED] or documents)[0]
    for other_account, other in documents:
        if other_account is account:
            continue
        if other_account.kind != account.kind:
            other_account.note(f"read but not used: {account.file} is the published topology")
        elif other == document:
            other_account.note(f"read but not used: the same topology as in {account.file}")
        else:
            raise InputError(
                f"there is another topology than in {account.file}. Leave the newest one in the folder.",
                file=other_account.file,
            )
    return account, document


def no_topology(accounts: list[Account]) -> str:
    """Say what there is instead of a topology, and how to come by one."""
    if not accounts:
        return f"there is no topology in it: it is empty. {_HOW_TO_START}"
    recognised = [each for each in accounts if each.kind != NOT_UNDERSTOOD]
    if recognised:
        what = _as_fits(f"{each.file[:_LONGEST_NAME]} is {each.kind}" for each in recognised)
    else:
        what = _as_fits(
            f"{each.file[:_LONGEST_NAME]}: {next(iter(each.finished().notes), '')}" for each in accounts
        )
    lists = [each.kind for each in recognised if each.kind in _OTHER_LIST]
    instead = f" {lists[0]} stands in for it only together with {_OTHER_LIST[lists[0]]}." if lists else ""
    files = "1 file" if len(accounts) == 1 else f"{len(accounts)} files"
    return f"there is no topology among {files} ({what}).{instead} {_HOW_TO_START}"


def _as_fits(parts: Iterable[str]) -> str:
    """Return the first part, and as many more as leave the sentence one that is read to its end."""
    waiting = list(parts)
    taken = waiting[0][:_ROOM]
    for number, part in enumerate(waiting[1:], 1):
        if len(taken) + len(part) > _ROOM:
            return f"{taken}; and {len(waiting) - number} more"
        taken = f"{taken}; {part}"
    return taken
