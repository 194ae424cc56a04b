"""Objects with properties, as JSON, CLIXML and screen lists hold them, turned into rows.

Law of this room: whatever form an object came in, a reader sees cells. An object inside an object becomes
the text that PowerShell shows for it, a list its parts joined by semicolons; and where the parts are the
real rows (the rules of a policy, the entries of simple URLs), each becomes a row. Source: cmdlet exports,
sections 1 and 6.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias, Union

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.csv_tables import MOST_COLUMNS, Heading, Rows, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coexistence.inputs.exports.account.file_accounts import Account

__all__ = [
    "Item",
    "Listed",
    "Value",
    "heading_of_items",
    "lists_within",
    "named",
    "type_of",
    "unfolded",
]

#: A text, a list, or an object.
Value: TypeAlias = Union[str, tuple["Value", ...], "Item"]


@dataclass(frozen=True, slots=True)
class Item:
    """An object, with the line on which it begins."""

    line: int
    type_name: str
    #: What the object shows for itself; empty where the form does not keep that.
    text: str
    #: By name in lower case without spaces.
    properties: Mapping[str, Value]


#: Properties whose parts are the rows. Source: cmdlet exports, sections 3.10 and 3.13.
_ROWS_INSIDE: Final = ("simpleurl", "rules")
#: Properties that speak for an object that shows no text of its own, best first.
_SPEAKERS: Final = ("friendlyname", "fqdn", "url", "uri", "name", "identity", "value")
#: Objects may refer to one another, so what one shows could grow without end.
_MOST_PARTS: Final = 2_000
#: Groups of objects within objects: a collector's file nests its lists this deep.
_DEEPEST_GROUP: Final = 8
_MOST_GROUPS: Final = 2_000
_BATCH: Final = 200
_LONGEST_CELL: Final = 131_072
#: Rows that stand inside other objects, of one file: what refers to a list once more has its rows once more.
_MOST_ROWS_INSIDE: Final = 200_000
#: Cells of one file, and parts of what stands in them: three hundred thousand users with every property.
_MOST_CELLS: Final = 20_000_000
#: A part takes as long as so many cells that are texts already.
_A_PART: Final = 10
#: Characters of one batch: references make one text into many.
_MOST_TEXT: Final = 8 << 20
_TOO_MUCH: Final = "Export it in smaller files, or as CSV."
_PREFIX: Final = re.compile(r"(?:Deserialized\.|Selected\.)+", re.IGNORECASE)
#: Dates as ``ConvertTo-Json`` of Windows PowerShell writes them: milliseconds since 1970, UTC.
_DATE: Final = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def named(name: str) -> str:
    """Return a property's name in the form in which names are compared."""
    return "".join(name.split()).lower()


def type_of(type_name: str) -> str:
    """Return a .NET type without what remote sessions and Select-Object put before it.

    >>> type_of("Deserialized.Microsoft.Rtc.Management.Xds.AccessNumber")
    'Microsoft.Rtc.Management.Xds.AccessNumber'
    """
    return _PREFIX.sub("", type_name.strip(), count=1)


def _text(value: Value, left: list[int]) -> str:
    """Return what a cell says for a value; of what it is made of only so many parts are looked at.

    >>> _text(("US", "Canada"), [9])
    'US;Canada'
    """
    left[0] -= 1
    if left[0] < 0:
        return ""
    if isinstance(value, str):
        return _dated(value)
    if isinstance(value, tuple):
        return ";".join(filter(None, (_text(each, left) for each in value)))
    if tidy(value.text):
        return value.text
    properties = value.properties
    # The identity of a response group: the service that it belongs to, and its own number.
    if "serviceid" in properties and "instanceid" in properties:
        return f"{_text(properties['serviceid'], left)}/{_text(properties['instanceid'], left)}"
    for speaker in _SPEAKERS:
        if speaker in properties:
            return _text(properties[speaker], left)
    return ""


def _dated(text: str) -> str:
    found = _DATE.fullmatch(text)
    if found is None:
        return text
    try:
        moment = _EPOCH + dt.timedelta(milliseconds=int(found[1]))
    except OverflowError:
        return text
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def unfolded(items: Iterable[Item], file: str) -> Iterator[Item]:
    """Yield the items that are rows: those inside an item where they are the rows, else the item.

    Raises InputError for more rows inside items than any export has.
    """
    left = _MOST_ROWS_INSIDE
    for item in items:
        inner = next((item.properties[name] for name in _ROWS_INSIDE if name in item.properties), None)
        parts = [inner] if isinstance(inner, Item) else inner if isinstance(inner, tuple) else []
        rows = [part for part in islice(parts, left + 1) if isinstance(part, Item)]
        left -= len(rows)
        if left < 0:
            raise InputError(
                f"there are more than {_MOST_ROWS_INSIDE} rows inside the objects. {_TOO_MUCH}",
                file=file,
                line=item.line,
            )
        if not rows:
            yield item
        identity = item.properties.get("identity", "")
        for row in rows:
            yield Item(row.line, row.type_name, "", {"identity": identity, **row.properties})


def lists_within(items: Iterable[Item]) -> list[list[Item]]:
    """Return the lists of objects within objects, as a collector's file nests them."""
    found: list[list[Item]] = []
    seen: set[int] = set()
    told: set[int] = set()
    waiting: list[tuple[Value, int]] = [(each, 0) for each in items]
    while waiting and len(found) < _MOST_GROUPS:
        value, depth = waiting.pop()
        if isinstance(value, str) or id(value) in seen or depth > _DEEPEST_GROUP:
            continue
        seen.add(id(value))
        inner = value if isinstance(value, tuple) else tuple(value.properties.values())
        for each in inner if isinstance(value, Item) else ():
            # A list that others refer to is still one list.
            if isinstance(each, str) or id(each) in told:
                continue
            told.add(id(each))
            parts = each if isinstance(each, tuple) else (each,)
            if listed := [part for part in parts if isinstance(part, Item)]:
                found.append(listed)
        waiting += [(each, depth + 1) for each in inner if id(each) not in seen]
    return found


def heading_of_items(items: Iterable[Item], *, file: str) -> Heading | None:
    """Return the columns of a list of objects: every property that any of them has; None without one.

    Raises InputError for more properties than any object has.
    """
    columns: dict[str, None] = {}
    type_name = ""
    for item in items:
        type_name = type_name or type_of(item.type_name)
        columns.update(dict.fromkeys(item.properties))
        if len(columns) > MOST_COLUMNS:
            raise InputError(
                f"the objects have more than {MOST_COLUMNS} different properties, and no export has. "
                "Export it again.",
                file=file,
                line=item.line,
            )
    return Heading(type_name, "", tuple(columns), 0) if columns else None


class Listed(Rows):
    """A list of objects as rows."""

    def __init__(self, heading: Heading, account: Account, items: Callable[[], Iterable[Item]]) -> None:
        super().__init__(heading, account)
        self._items = items

    def batches(self) -> Iterator[tuple[Sequence[int], list[list[str]]]]:
        """Yield some rows at a time, with the lines on which the objects begin.

        Raises InputError for objects that refer to each other more often than those of any export.
        """
        columns = self.heading.columns
        known = frozenset(columns)
        left = _MOST_CELLS
        lines: list[int] = []
        rows: list[list[str]] = []
        text = 0
        # An object is let go of as soon as it is a row: it may be large.
        for item in self._items():
            row, parts = _row(item, columns)
            left -= parts
            if left < 0:
                raise InputError(
                    f"the objects hold more than {_MOST_CELLS} values. {_TOO_MUCH}",
                    file=self._account.file,
                    line=item.line,
                )
            if not known.issuperset(item.properties):
                self._account.note(
                    "an object far down has a property that none of those above it has; it was left out",
                    line=item.line,
                    key="late",
                )
            lines.append(item.line)
            rows.append(row)
            text += sum(map(len, row))
            if len(rows) == _BATCH or text > _MOST_TEXT:
                self._account.rows += len(rows)
                yield lines, rows
                lines, rows, text = [], [], 0
        if rows:
            self._account.rows += len(rows)
            yield lines, rows


def _row(item: Item, columns: Sequence[str]) -> tuple[list[str], int]:
    """Return what the cells say for an object, and how much had to be looked at for that."""
    parts = len(columns)
    row = []
    for name in columns:
        value = item.properties.get(name, "")
        if isinstance(value, str):
            row.append(_dated(value)[:_LONGEST_CELL] if value else "")
        else:
            left = [_MOST_PARTS]
            row.append(_text(value, left)[:_LONGEST_CELL])
            parts += _A_PART * (_MOST_PARTS - left[0])
    return row, parts
