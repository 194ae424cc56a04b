"""``Export-Clixml``: PowerShell's own form for objects, read from the tree of the one XML reader.

Law of this room: it knows the elements of the form and nothing of what they are about. References are
followed and never copied, protected strings stay closed, and no type is made or looked up.

The two packages that read this form (psrpcore, pypsrp) parse with the standard library's ElementTree,
which expands entities and has no limits, take ten times as long, and keep no lines; so what is needed of
the form, a page, stands here. Source: cmdlet exports, sections 1 and 6.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.formats.objects import Item, Value, lists_within, named

if TYPE_CHECKING:
    from coexistence.inputs.exports.formats.xml import Element

__all__ = ["AGAIN", "NAMESPACE", "groups", "is_clixml"]

NAMESPACE: Final = "http://schemas.microsoft.com/powershell/2004/04"
#: The way out for files of this form.
AGAIN: Final = "Export it again with Export-Clixml; large lists such as users as CSV."
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LISTS: Final = frozenset({"LST", "IE", "STK", "QUE"})
_NOT_VALUES: Final = frozenset({"TN", "TNRef", "ToString", "Props", "MS"})


def is_clixml(root: Element) -> bool:
    """Whether a document is of this form."""
    return root.is_a(NAMESPACE, "Objs")


def groups(root: Element) -> list[list[Item]]:
    """Return the lists of objects in a document: the objects at the top, then lists found within them."""
    reading = _Reading()
    items: list[Item] = []
    for value in [reading.value(child) for child in root.children]:
        parts = value if isinstance(value, tuple) else (value,)
        items += [part for part in parts if isinstance(part, Item)]
    return [items, *lists_within(items)] if items else []


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _Reading:
    """References of one document."""

    def __init__(self) -> None:
        self._objects: dict[str, Value] = {}
        self._types: dict[str, str] = {}

    def value(self, element: Element) -> Value:
        match element.name:
            case "Obj":
                return self._object(element)
            case "Ref":
                # A reference to an object that is not complete yet stays empty: no circles.
                return self._objects.get(element.get("RefId"), "")
            case "Nil" | "SS":
                return ""
            case "B":
                return "True" if element.text.lower() == "true" else "False"
            case _:
                return _unescaped(element.text)

    def _object(self, element: Element) -> Value:
        type_name = shown = plain = ""
        properties: dict[str, Value] = {}
        parts: list[Value] = []
        is_list = False
        for child in element.children:
            if child.name == "TN":
                first = next(iter(child.children), None)
                type_name = "" if first is None else first.text
                self._types[child.get("RefId")] = type_name
            elif child.name == "TNRef":
                type_name = self._types.get(child.get("RefId"), "")
            elif child.name == "ToString":
                shown = _unescaped(child.text)
            elif child.name in ("Props", "MS"):
                for each in child.children:
                    properties[named(_unescaped(each.get("N")))] = self.value(each)
            elif child.name in _LISTS:
                is_list = True
                parts += [self.value(each) for each in child.children]
            elif child.name == "DCT":
                properties |= self._entries(child)
            elif child.name not in _NOT_VALUES and not plain:
                value = self.value(child)
                plain = value if isinstance(value, str) else ""
        made: Value
        if is_list:
            made = tuple(parts)
        elif properties:
            made = Item(element.line, type_name, shown or plain, properties)
        else:
            # An enumeration: its name, and its number where it has none.
            made = shown or plain
        if element.get("RefId"):
            self._objects[element.get("RefId")] = made
        return made

    def _entries(self, dictionary: Element) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for entry in dictionary.children:
            named_parts = {part.get("N"): part for part in entry.children}
            key, value = named_parts.get("Key"), named_parts.get("Value")
            if key is not None and value is not None:
                text = self.value(key)
                found[named(text) if isinstance(text, str) else ""] = self.value(value)
        return found
