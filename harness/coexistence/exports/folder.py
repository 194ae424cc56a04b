"""A folder (or a zip file) of exported files, each recognised by what is in it.

Law of this room: a file's name says nothing about its content, with one exception: what is called
``.xml``, ``.tbxml`` or ``.json`` is meant to be just that, so there a broken file is an error and not a
file that belongs to somebody else. Only files directly in the folder are opened, and no link is followed.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import datetime as dt
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError
from coexistence.exports import clixml, draft, forms, published, screens, texts
from coexistence.exports.accounts import (
    NOT_UNDERSTOOD,
    PUBLISHED,
    SERVER_VERSION,
    TOPOLOGY_BUILDER,
    Account,
    FileAccount,
)
from coexistence.exports.archives import is_archive, unpacked
from coexistence.exports.catalogue import kind_of, lacking
from coexistence.exports.crosschecks import FAR_APART
from coexistence.exports.markup import EXPORT_AGAIN, Element, read_tree
from coexistence.exports.reading import Tables, deployment_of_tables
from coexistence.exports.topology import topology_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coexistence.deployment import Deployment
    from coexistence.exports.documents import Document

__all__ = ["Imported", "read_exports"]

#: The one line of ``Get-CsServerVersion``.
_SERVER_VERSION: Final = re.compile(r"\s*[\w ]{5,80} \(\d{1,3}(?:\.\d{1,6}){3}\)")
#: A folder of exports holds some dozens of files.
_MOST_FILES: Final = 1_000
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
    tables: Tables = field(default_factory=Tables)
    #: How many objects of CLIXML files may still be kept until they are asked for.
    room: int = 150_000
    #: When the file that is sorted in was last written.
    written: dt.datetime | None = None

    def account(self, file: str, kind: str) -> Account:
        """Open the account of the file that is sorted in."""
        account = Account(file, kind)
        account.written = self.written
        self.accounts.append(account)
        return account

    def left_alone(self, file: str, why: str) -> None:
        """Account for a file that is not read."""
        self.account(file, NOT_UNDERSTOOD).note(why)


def read_exports(folder: Path, *, watching: Callable[[str], None] | None = None) -> Imported:
    """Return the deployment that the exported files in a folder describe.

    A zip file with the files does as well, and so does one topology file alone. ``watching`` is told the kind
    of each large table (users, clients, meetings) before it is read.

    Raises InputError for a folder without a topology or with two different ones, and for files that are
    damaged or hostile.
    """
    if folder.is_file() and is_archive(folder):
        with unpacked(folder, str(folder)) as inner:
            return _read(inner, shown=folder, watching=watching)
    return _read(folder, shown=folder, watching=watching)


def _read(folder: Path, *, shown: Path, watching: Callable[[str], None] | None) -> Imported:
    """Read a folder; ``shown`` is what it is called in messages."""
    pile = _Pile(tables=Tables(watching=watching))
    for path, file in _entries(folder):
        _sort_in(path, file, pile)
    chosen, document = _chosen(pile, shown)
    deployment = deployment_of_tables(topology_of(document, chosen), pile.tables)
    _compare_ages(pile.accounts, chosen)
    files = sorted((account.finished() for account in pile.accounts), key=lambda each: (each.file, each.kind))
    return Imported(deployment=deployment, files=tuple(files))


def _compare_ages(accounts: list[Account], topology: Account) -> None:
    """Note which files were written long before or after the topology.

    A note and no contradiction: copying a file or checking it out makes it look new.
    """
    for account in accounts:
        if account.kind == NOT_UNDERSTOOD or account.written is None or topology.written is None:
            continue
        hours = round((account.written - topology.written).total_seconds() / 3600)
        if abs(hours) > FAR_APART.total_seconds() / 3600:
            account.note(
                f"written {abs(hours)} hours {'after' if hours > 0 else 'before'} {topology.file}: what "
                "changed in between may look like a contradiction; export everything on one day",
            )


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
    pile.written = None
    try:
        status = path.lstat()
        mode = status.st_mode
        pile.written = dt.datetime.fromtimestamp(status.st_mtime, tz=dt.UTC)
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror}).", file=file) from error
    except (OverflowError, ValueError):  # a date that no calendar has
        mode = path.lstat().st_mode
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
    source = _source(path, file, text, complete=complete)
    export = None if source is None else kind_of(source.heading)
    if export is None and ending == ".csv" and "\0" in text:
        raise InputError(
            "there is a NUL character, which no text export has: the file is damaged or binary. "
            "Export it again with -Encoding UTF8.",
            file=file,
            line=1 + text.count("\n", 0, text.index("\0")),
        )
    if source is not None and export is not None:
        pile.tables.add(export.kind, pile.account(file, export.kind), source.opened)
    elif not text.strip():
        pile.left_alone(
            file, "the file is empty; for a list without entries write the header line alone, as documented"
        )
    elif text.startswith("PK"):
        pile.left_alone(file, "this is a zip file: unpack it into the folder, or name the zip file itself")
    elif _SERVER_VERSION.match(text):
        pile.account(file, SERVER_VERSION).note(
            "this tells the product of one server and not which; the topology tells as much, and "
            "Get-CsServerPatchVersion with the computer's name tells more"
        )
    elif screens.looks_like_screen_table(text):
        pile.left_alone(file, "this is a table from the screen, whose columns may be cut; use Export-Csv")
    else:
        what = lacking(source.heading) if source is not None else None
        pile.left_alone(
            file, f"{what or 'the content is none of those that are read so far'}; nothing in it was used"
        )


def _source(path: Path, file: str, text: str, *, complete: bool) -> forms.Source | None:
    """Return the table in a text file; None where it holds none, or where damage is somebody else's."""
    try:
        return forms.in_text(path, file, text, complete=complete)
    except InputError:
        # A list of settings of some tool may look like an export for a line or two.
        if file.lower().endswith(".json"):
            raise
        return None


def _sort_in_xml(path: Path, file: str, pile: _Pile, *, claims_xml: bool, begins: str) -> None:
    is_clixml = clixml.NAMESPACE in begins
    try:
        root, note = read_tree(path, file, way_out=clixml.AGAIN if is_clixml else EXPORT_AGAIN)
    except InputError:
        # A web page called help.html is somebody else's file; a damaged topology.txt is not.
        if claims_xml or is_clixml or "<Topology" in begins:
            raise
        pile.left_alone(file, "this is no XML that can be read; nothing in it was used")
        return
    if root.name.lower() == "html" and claims_xml:
        raise InputError(f"this is a web page (HTML), not an export. {EXPORT_AGAIN}", file=file, line=1)
    has_tables = clixml.is_clixml(root) and _sort_in_objects(path, file, root, pile, note)
    found = _documents(root, file, pile)
    if not found:
        if not has_tables:
            pile.left_alone(file, "there is no topology in this XML, nor any other export; nothing was used")
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


def _sort_in_objects(path: Path, file: str, root: Element, pile: _Pile, note: str | None) -> bool:
    """Sort in the lists of objects in a CLIXML file: its own, and where that is no export, those inside."""
    sources, kept = forms.in_clixml(path, file, root, room=pile.room)
    pile.room -= kept
    accounts: dict[str, Account] = {}
    for source in sources[:1] if sources and kind_of(sources[0].heading) else sources[1:]:
        export = kind_of(source.heading)
        if export is None:
            continue
        if export.kind not in accounts:
            accounts[export.kind] = pile.account(file, export.kind)
            if note:
                accounts[export.kind].note(note)
        pile.tables.add(export.kind, accounts[export.kind], source.opened)
    return bool(accounts)


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
