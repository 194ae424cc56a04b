"""Objects with properties, as JSON, CLIXML and screen lists hold them, turned into rows.

Law of this room: whatever form an object came in, a reader sees cells. An object inside an object becomes
the text that PowerShell shows for it, a list its parts joined by semicolons; and where the parts are the
real rows (the rules of a policy, the entries of simple URLs), each becomes a row. Source: cmdlet exports,
sections 1 and 6.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias, Union

from coexistence.errors import InputError
from coexistence.exports.tables import MOST_COLUMNS, Heading, Rows, tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coexistence.exports.accounts import Account

__all__ = ["Item", "Listed", "Value", "heading_of_items", "named", "text_of", "type_of", "unfolded"]

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
_BATCH: Final = 200
_LONGEST_CELL: Final = 131_072
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


def text_of(value: Value) -> str:
    """Return what a cell says for a value.

    >>> text_of(("US", "Canada"))
    'US;Canada'
    """
    return _text(value, [_MOST_PARTS])[:_LONGEST_CELL]


def _text(value: Value, left: list[int]) -> str:
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


def unfolded(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items that are rows: those inside an item where they are the rows, else the item."""
    for item in items:
        inner = next((item.properties[name] for name in _ROWS_INSIDE if name in item.properties), None)
        parts = [inner] if isinstance(inner, Item) else inner if isinstance(inner, tuple) else []
        rows = [part for part in islice(parts, 100_000) if isinstance(part, Item)]
        if not rows:
            yield item
        identity = item.properties.get("identity", "")
        for row in rows:
            yield Item(row.line, row.type_name, "", {"identity": identity, **row.properties})


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
        """Yield some rows at a time, with the lines on which the objects begin."""
        columns = self.heading.columns
        known = frozenset(columns)
        waiting = iter(self._items())
        while batch := list(islice(waiting, _BATCH)):
            rows = [
                [text_of(item.properties[name]) if name in item.properties else "" for name in columns]
                for item in batch
            ]
            self._account.rows += len(rows)
            late = next((item for item in batch if not known.issuperset(item.properties)), None)
            if late is not None:
                self._account.note(
                    "an object far down has a property that none of those above it has; it was left out",
                    line=late.line,
                    key="late",
                )
            yield [item.line for item in batch], rows
