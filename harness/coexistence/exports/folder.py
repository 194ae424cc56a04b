"""A folder of exported files, each recognised by what is in it.

Law of this room: a file's name says nothing about its content, with one exception: what is called
``.xml`` or ``.tbxml`` is meant to be XML, so there a broken file is an error and not a file that belongs
to somebody else. Only files directly in the folder are opened, and no link is followed.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.exports import draft, patches, published, replication, services, tables, texts, users
from coexistence.exports.accounts import (
    NOT_UNDERSTOOD,
    PATCHES,
    PUBLISHED,
    REPLICATION,
    SERVICES,
    TOPOLOGY_BUILDER,
    USERS,
    Account,
    FileAccount,
)
from coexistence.exports.assembling import assembled
from coexistence.exports.markup import EXPORT_AGAIN, Element, read_tree
from coexistence.exports.servers import Directory
from coexistence.exports.topology import topology_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from coexistence.deployment import Deployment
    from coexistence.exports.documents import Document

__all__ = ["Imported", "read_exports"]

#: A folder of exports holds some dozens of files.
_MOST_FILES: Final = 1_000
_RECOGNISED: Final[tuple[tuple[str, Callable[[tables.Heading], bool]], ...]] = (
    (REPLICATION, replication.is_replication),
    (PATCHES, patches.is_patches),
    (USERS, users.is_users),
    (SERVICES, services.is_services),
)
_HOW_TO_START: Final = "A deployment needs one: (Get-CsTopology -AsXml).Save('topology.xml')."


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A deployment read from files, and what became of each file."""

    deployment: Deployment
    #: Sorted by file name.
    files: tuple[FileAccount, ...]


@dataclass
class _Pile:
    """The files of a folder, sorted by what they turned out to be."""

    accounts: list[Account] = field(default_factory=list)
    documents: list[tuple[Account, Document]] = field(default_factory=list)
    tables: dict[str, list[tuple[Path, Account]]] = field(default_factory=dict)

    def account(self, file: str, kind: str) -> Account:
        """Open the account of a file."""
        account = Account(file, kind)
        self.accounts.append(account)
        return account

    def left_alone(self, file: str, why: str) -> None:
        """Account for a file that is not read."""
        self.account(file, NOT_UNDERSTOOD).note(why)


def read_exports(folder: Path) -> Imported:
    """Return the deployment that the exported files in a folder describe; one topology file will do too.

    Raises InputError for a folder without a topology or with two different ones, and for files that are
    damaged or hostile.
    """
    pile = _Pile()
    for path, file in _entries(folder):
        _sort_in(path, file, pile)
    chosen, document = _chosen(pile, folder)
    topology = topology_of(document, chosen)
    servers = Directory((server.id for server in topology.servers), topology.domains)
    listed = pile.tables.get(USERS)
    states = pile.tables.get(REPLICATION)
    deployment = assembled(
        topology,
        builds=patches.builds_of(_with_computer(pile.tables.get(PATCHES, ()), patches.COLUMNS), servers),
        services=services.services_of(
            _with_computer(pile.tables.get(SERVICES, ()), services.COLUMNS), servers
        ),
        replicas=None
        if states is None
        else replication.replicas_of(
            ((account, record) for account, _, record in _records(states, replication.COLUMNS)), servers
        ),
        population=None if listed is None else users.read_users(listed, topology),
    )
    files = sorted((account.finished() for account in pile.accounts), key=lambda each: each.file)
    return Imported(deployment=deployment, files=tuple(files))


def _entries(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files to look at with their names, sorted; a file that was named itself stands alone."""
    place = str(folder)
    try:
        if not folder.is_dir():
            if not folder.exists():
                raise InputError(
                    "there is no such file or folder. Give the folder with the exported files.", file=place
                )
            yield folder.resolve(), _printable(folder.name)
            return
        names = []
        for entry in folder.iterdir():
            names.append(entry)
            if len(names) > _MOST_FILES:
                raise InputError(
                    f"there are more than {_MOST_FILES} files in the folder. Give a folder with nothing but "
                    "the exported files.",
                    file=place,
                )
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a path"
        raise InputError(
            f"the folder cannot be read ({why}). Give the folder with the exported files.", file=place
        ) from error
    for entry in sorted(names, key=lambda each: each.name):
        yield entry, _printable(entry.name)


def _printable(name: str) -> str:
    """Return a file's name without what a terminal or a report could not show."""
    clean = name.encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else "?" for letter in clean)


def _sort_in(path: Path, file: str, pile: _Pile) -> None:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror}).", file=file) from error
    if stat.S_ISLNK(mode):
        pile.left_alone(file, "this is a link: links are not followed; put the file itself into the folder")
    elif stat.S_ISDIR(mode):
        pile.left_alone(file, "this is a folder: folders inside the folder are not looked into")
    elif not stat.S_ISREG(mode):
        pile.left_alone(file, "this is no ordinary file")
    else:
        _sort_in_by_content(path, file, pile)


def _sort_in_by_content(path: Path, file: str, pile: _Pile) -> None:
    text, complete = texts.beginning(path, file)
    ending = Path(file).suffix.lower()
    claims_xml = ending in (".xml", ".tbxml")
    if claims_xml or text.lstrip().startswith("<"):
        _sort_in_xml(path, file, pile, claims_xml=claims_xml, begins=text)
        return
    heading = tables.heading_of(text, complete=complete)
    kind = None
    if heading is not None:
        kind = next((kind for kind, recognises in _RECOGNISED if recognises(heading)), None)
    if kind is None and ending == ".csv" and "\0" in text:
        raise InputError(
            "there is a NUL character, which no text export has: the file is damaged or binary. "
            "Export it again with -Encoding UTF8.",
            file=file,
            line=1 + text.count("\n", 0, text.index("\0")),
        )
    if kind is not None:
        pile.tables.setdefault(kind, []).append((path, pile.account(file, kind)))
    elif not text.strip():
        pile.left_alone(file, "the file is empty")
    elif text.startswith("PK"):
        pile.left_alone(file, "this is a zip file: unpack it into the folder")
    else:
        pile.left_alone(file, "the content is none of those that are read so far; nothing in it was used")


def _sort_in_xml(path: Path, file: str, pile: _Pile, *, claims_xml: bool, begins: str) -> None:
    try:
        root, note = read_tree(path, file)
    except InputError:
        # A web page called help.html is somebody else's file; a damaged topology.txt is not.
        if claims_xml or "<Topology" in begins:
            raise
        pile.left_alone(file, "this is no XML that can be read; nothing in it was used")
        return
    if root.name.lower() == "html" and claims_xml:
        raise InputError(f"this is a web page (HTML), not an export. {EXPORT_AGAIN}", file=file, line=1)
    found = _documents(root, file, pile)
    if not found:
        pile.left_alone(file, "there is no topology in this XML; nothing in it was used")
        return
    account, document = found[0]
    if any(other != document for _, other in found[1:]):
        raise InputError(
            f"there are {len(found)} different topologies in this file. {EXPORT_AGAIN}",
            file=file,
            line=found[1][1].line,
        )
    if note:
        account.note(note)
    pile.documents.append((account, document))


def _documents(root: Element, file: str, pile: _Pile) -> list[tuple[Account, Document]]:
    """Return the topologies in a document; only the first one's account is a file's account."""
    builder = draft.builder_file(root)
    if builder is not None:
        account = pile.account(file, TOPOLOGY_BUILDER)
        return [(account, draft.read_draft(builder, account))]
    found: list[tuple[Account, Document]] = []
    for element in published.published_topologies(root, file):
        account = Account(file, PUBLISHED) if found else pile.account(file, PUBLISHED)
        found.append((account, published.read_published(element, account)))
    return found


def _chosen(pile: _Pile, folder: Path) -> tuple[Account, Document]:
    """Return the topology to use: the published one before drafts."""
    if not pile.documents:
        kinds = [f"{each.file} is {each.kind}" for each in pile.accounts if each.kind != NOT_UNDERSTOOD]
        others = f" ({', '.join(kinds[:5])})" if kinds else ""
        where = f"among {len(pile.accounts)} files{others}" if pile.accounts else "in it: it is empty"
        raise InputError(f"there is no topology {where}. {_HOW_TO_START}", file=str(folder))
    first = [each for each in pile.documents if each[0].kind == PUBLISHED] or pile.documents
    account, document = first[0]
    for other_account, other in pile.documents:
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


def _records(
    files: Iterable[tuple[Path, Account]], columns: dict[str, tuple[str, ...]]
) -> Iterator[tuple[Account, dict[str, int], tables.Record]]:
    for path, account in files:
        with tables.opened(path, account) as table:
            at = tables.places(table.heading, columns)
            for record in table.records(columns):
                yield account, at, record


def _with_computer(
    files: Iterable[tuple[Path, Account]], columns: dict[str, tuple[str, ...]]
) -> Iterator[tuple[Account, bool, tables.Record]]:
    for account, at, record in _records(files, columns):
        yield account, "computer" in at, record
