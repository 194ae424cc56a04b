"""A folder (or a zip file) of exported files, each recognised by what is in it.

Law of this room: a file's name says nothing about its content, with one exception: what is called
``.xml``, ``.tbxml`` or ``.json`` is meant to be just that, so there a broken file is an error and not a
file that belongs to somebody else, and a folder, a link or a pipe is an error where a file is meant. Only
files directly in the folder are opened, and no link is followed.
"""

from __future__ import annotations

import datetime as dt
import gc
import re
import stat
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from coexistence.errors import InputError, printable
from coexistence.inputs.exports.account.file_accounts import Account, FileAccount
from coexistence.inputs.exports.formats import (
    clixml,
    detect,
    encoding,
    format_list,
    json_objects,
)
from coexistence.inputs.exports.formats.xml import (
    EXPORT_AGAIN,
    MOST_PARTS,
    Element,
    MalformedError,
    read_tree,
)
from coexistence.inputs.exports.formats.zip_archive import is_archive, unpacked
from coexistence.inputs.exports.kinds import NOT_UNDERSTOOD, SERVER_VERSION, kind_of, lacking
from coexistence.inputs.exports.read.contradictions import FAR_APART
from coexistence.inputs.exports.read.deployment import deployment_of_tables
from coexistence.inputs.exports.read.found_tables import Tables
from coexistence.inputs.exports.topology import from_lists, select
from coexistence.inputs.exports.topology.embedded import is_buried
from coexistence.inputs.exports.topology.topology import topology_of
from coexistence.model.files import file_names, is_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from coexistence.inputs.exports.topology.document import Document
    from coexistence.model.deployment import Deployment

__all__ = ["Imported", "read_exports"]

#: The one line of ``Get-CsServerVersion``.
_SERVER_VERSION: Final = re.compile(r"\s*[\w ]{5,80} \(\d{1,3}(?:\.\d{1,6}){3}\)")
#: A folder of exports holds some dozens of files.
_MOST_FILES: Final = 1_000
#: What all tables have together: those of a million users and two million meetings have a quarter of it.
_MOST_BYTES: Final = 4 << 30
#: Elements and attributes of all XML files together; a million are two seconds.
_MOST_PARTS: Final = 2_500_000
#: Endings that only files have.
_FILE_ENDINGS: Final = frozenset({".csv", ".json", ".tbxml", ".tsv", ".txt", ".xml", ".zip"})
_PUT_FILE: Final = "Put the exported file itself in its place."


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
    #: How many bytes of files that are nothing else may still be searched for a topology.
    unsearched: int = 1 << 28
    #: Files that are nothing else, in whose text a topology stands.
    buried: list[tuple[Account, Path]] = field(default_factory=list)
    #: How many objects of CLIXML files may still be kept until they are asked for.
    room: int = 150_000
    #: Elements and attributes that may still be read, and bytes of tables.
    parts: int = _MOST_PARTS
    bytes_left: int = _MOST_BYTES
    #: When the file that is sorted in was last written.
    written: dt.datetime | None = None

    def account(self, file: str, kind: str) -> Account:
        """Open the account of the file that is sorted in."""
        account = Account(file, kind)
        account.written = self.written
        self.accounts.append(account)
        return account

    def left_alone(self, file: str, why: str, *, path: Path | None = None) -> None:
        """Account for a file that is not read; with its path it may yet turn out to hold a topology."""
        account = self.account(file, NOT_UNDERSTOOD)
        account.note(why)
        if path is None or self.unsearched <= 0:
            return
        self.unsearched -= path.stat().st_size
        if is_buried(path, file):
            self.buried.append((account, path))


def read_exports(folder: Path, *, watching: Callable[[str], None] | None = None) -> Imported:
    """Return the deployment that the exported files in a folder describe.

    A zip file with the files does as well, and so does one topology file alone. ``watching`` is told the kind
    of each large table (users, clients, meetings) before it is read.

    Raises InputError for a folder without a topology or with two different ones, and for files that are
    damaged or hostile.
    """
    with _without_collecting():
        if is_file(folder) and is_archive(folder):
            with unpacked(folder, str(folder)) as inner:
                return _read(inner, shown=folder, watching=watching)
        return _read(folder, shown=folder, watching=watching)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Let no garbage be looked for: what is read is kept, and looking through it took a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(folder: Path, *, shown: Path, watching: Callable[[str], None] | None) -> Imported:
    """Read a folder; ``shown`` is what it is called in messages."""
    pile = _Pile(tables=Tables(watching=watching))
    for path, file in _entries(folder):
        _sort_in(path, file, pile)
    documents = select.unearthed(pile.documents, pile.buried, may_fail=from_lists.stands_in(pile.tables))
    if documents:
        chosen, document = select.chosen(documents)
        topology = topology_of(document, chosen)
    elif from_lists.stands_in(pile.tables):
        chosen, topology = from_lists.outlined(pile.tables)
    else:
        raise InputError(select.no_topology(pile.accounts), file=str(shown))
    deployment = deployment_of_tables(topology, pile.tables)
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
        names = file_names(folder, _MOST_FILES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not a path"
        raise InputError(
            f"the folder cannot be read ({why}). Give the folder with the exported files.", file=place
        ) from error
    if len(names) > _MOST_FILES:
        raise InputError(
            f"there are more than {_MOST_FILES} files in the folder. Give a folder with nothing but the "
            "exported files.",
            file=place,
        )
    for name in sorted(names):
        yield folder / name, _printable(name)


def _printable(name: str) -> str:
    """Return a file's name without what a terminal or a report could not show."""
    return printable(name.encode("utf-8", "replace").decode())


def _sort_in(path: Path, file: str, pile: _Pile) -> None:
    pile.written = None
    try:
        status = path.lstat()
        mode = status.st_mode
        pile.written = dt.datetime.fromtimestamp(status.st_mtime, tz=dt.UTC)
    except OSError as error:
        raise InputError(
            f"the file cannot be read ({error.strerror}). {encoding.ALLOW}", file=file
        ) from error
    except (OverflowError, ValueError):  # a date that no calendar has
        mode = status.st_mode
    if stat.S_ISREG(mode):
        _sort_in_by_content(path, file, pile)
        return
    what = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
    if path.suffix.lower() in _FILE_ENDINGS:
        raise InputError(f"this is {what}, and called like an export. {_PUT_FILE}", file=file)
    follow = "not followed" if stat.S_ISLNK(mode) else "not looked into"
    pile.left_alone(file, f"this is {what}, which is {follow}; put the files themselves into the folder")


def _sort_in_by_content(path: Path, file: str, pile: _Pile) -> None:
    text, complete = encoding.beginning(path, file)
    ending = Path(file).suffix.lower()
    claims_xml = ending in (".xml", ".tbxml")
    if claims_xml or text.lstrip().startswith("<"):
        _sort_in_xml(path, file, pile, claims_xml=claims_xml, begins=text)
        return
    source = _source(path, file, text, complete=complete)
    export = None if source is None else kind_of(source.heading)
    if export is None and ending in (".csv", ".tsv") and not complete and not {"\n", "\r"} & set(text):
        raise InputError(
            f"the first line has more than {len(text)} characters, and no header has. Export it again, or "
            "move it out of the folder if it is something else.",
            file=file,
            line=1,
        )
    if export is None and ending == ".csv" and "\0" in text:
        raise InputError(
            "there is a NUL character, which no text export has: the file is damaged or binary. "
            "Export it again with -Encoding UTF8.",
            file=file,
            line=1 + text.count("\n", 0, text.index("\0")),
        )
    if source is not None and export is not None:
        pile.bytes_left -= path.lstat().st_size
        if pile.bytes_left < 0:
            raise InputError(
                f"with this one the tables have more than {_MOST_BYTES} bytes. Leave each export there once.",
                file=file,
            )
        pile.tables.add(export.kind, pile.account(file, export.kind), source.opened)
    elif (json_objects.looks_like_json(text) and _sort_in_nested(path, file, pile, detect.within_json)) or (
        format_list.looks_like_transcript(text) and _sort_in_nested(path, file, pile, detect.in_transcript)
    ):
        if is_buried(path, file):
            pile.buried.append((pile.account(file, NOT_UNDERSTOOD), path))
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
    elif format_list.looks_like_screen_table(text):
        pile.left_alone(
            file, "this is a table from the screen, whose columns may be cut; use Format-List or Export-Csv"
        )
    else:
        if ending == ".json" and not is_buried(path, file):
            json_objects.refuse_others(text, file)
        what = lacking(source.heading) if source is not None else None
        pile.left_alone(
            file,
            f"{what or 'the content is none of those that are read so far'}; nothing in it was used",
            path=path,
        )


def _source(path: Path, file: str, text: str, *, complete: bool) -> detect.Source | None:
    """Return the table in a text file; None where it holds none, or where damage is somebody else's."""
    try:
        return detect.in_text(path, file, text, complete=complete)
    except InputError:
        # A list of settings of some tool may look like an export for a line or two.
        heading = detect.begins_as(text, file)
        if file.lower().endswith(".json") or (heading is not None and kind_of(heading) is not None):
            raise
        return None


def _sort_in_xml(path: Path, file: str, pile: _Pile, *, claims_xml: bool, begins: str) -> None:
    is_clixml = clixml.NAMESPACE in begins
    try:
        way_out = clixml.AGAIN if is_clixml else EXPORT_AGAIN
        root, note = read_tree(path, file, way_out=way_out, most_parts=min(MOST_PARTS, pile.parts))
        pile.parts -= sum(1 + len(each.attributes) for each in root.walk())
    except InputError as error:
        # A web page called help.html is somebody else's file; a damaged topology.txt is not.
        if not (claims_xml or is_clixml or "<Topology" in begins):
            pile.left_alone(file, "this is no XML that can be read; nothing in it was used", path=path)
            return
        # Around a topology that is whole, text that is none does no harm.
        is_text = isinstance(error, MalformedError) and is_buried(path, file)
        found = _whole_in_text(path, file) if is_text else None
        if found is None:
            raise error from None
        account = pile.account(file, found[0].kind)
        account.take_over(found[0])
        pile.documents.append((account, found[1]))
        return
    if root.name.lower() == "html" and claims_xml:
        raise InputError(f"this is a web page (HTML), not an export. {EXPORT_AGAIN}", file=file, line=1)
    has_tables = clixml.is_clixml(root) and _sort_in_objects(path, file, root, pile, note)
    found = select.in_tree(root, file)
    if found is None:
        if not has_tables:
            why = "there is no topology in this XML, nor any other export; nothing was used"
            pile.left_alone(file, why, path=path)
        return
    account = pile.account(file, found[0].kind)
    account.take_over(found[0])
    if note:
        account.note(note)
    pile.documents.append((account, found[1]))


def _whole_in_text(path: Path, file: str) -> tuple[Account, Document] | None:
    """Return the topology in a text that is no XML; None where it is not whole either."""
    try:
        return select.in_text(path, file)
    except InputError:
        return None


def _sort_in_objects(path: Path, file: str, root: Element, pile: _Pile, note: str | None) -> bool:
    """Sort in the lists of objects in a CLIXML file: its own, and where that is no export, those inside."""
    sources, kept = detect.in_clixml(path, file, root, room=pile.room)
    pile.room -= kept
    # Its own list counts alone where it is an export.
    own = bool(sources) and kind_of(sources[0].heading) is not None
    return _sort_in_sources(sources[:1] if own else sources[1:], file, pile, note)


def _sort_in_nested(
    path: Path,
    file: str,
    pile: _Pile,
    within: Callable[..., tuple[list[detect.Source], int]],
) -> bool:
    """Sort in the lists within a file of some other form."""
    try:
        sources, kept = within(path, file, room=pile.room)
    except InputError:
        if file.lower().endswith(".json"):
            raise
        return False
    pile.room -= kept
    return _sort_in_sources(sources, file, pile, None)


def _sort_in_sources(sources: list[detect.Source], file: str, pile: _Pile, note: str | None) -> bool:
    accounts: dict[str, Account] = {}
    for source in sources:
        export = kind_of(source.heading)
        if export is None:
            continue
        if export.kind not in accounts:
            accounts[export.kind] = pile.account(file, export.kind)
            if note:
                accounts[export.kind].note(note)
        pile.tables.add(export.kind, accounts[export.kind], source.opened)
    return bool(accounts)
