"""Topologies as other hands leave them: namespaces of another year, or none at all.

Law of this room: a name of one of our namespaces with another year is that namespace, because the years are
no product versions; an element without a namespace inside a topology is in the one where its name is at
home. Each is noted once, and nothing else is mended here. Source: topology format, sections 2 and 4.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports.topology.document import (
    BASE,
    BUILDER,
    DEPLOY,
    KNOWN,
    ROLES,
    URLS,
    WEB,
    WRITABLE,
)

if TYPE_CHECKING:
    from coexistence.inputs.exports.formats.xml import Element

__all__ = ["spelled_out"]

_FAMILIES: Final = {
    namespace.rpartition(".")[0].lower(): namespace
    for namespace in (DEPLOY, ROLES, WEB, BASE, BUILDER, WRITABLE, URLS)
}
_OURS: Final = frozenset(_FAMILIES.values())
#: Where an element belongs that lost the declaration of its own namespace.
_HOMES: Final = {
    name: namespace
    for wanted in (DEPLOY, ROLES, WEB, BASE)
    for namespace, name in KNOWN
    if namespace == wanted and not (wanted != DEPLOY and (DEPLOY, name) in KNOWN)
}
_TELLING: Final = frozenset({"Clusters", "Services"})


def spelled_out(root: Element) -> tuple[Element, tuple[str, ...]]:
    """Return a document with the namespaces that are expected, and what was found instead."""
    if not any(map(_is_odd, root.walk())):
        return root, ()
    notes: dict[str, None] = {}
    return _mended(root, notes, inside=False), tuple(notes)


def _is_odd(element: Element) -> bool:
    if not element.namespace:
        return element.name in _HOMES
    if element.namespace in _OURS:
        return (element.namespace, element.name) not in KNOWN and element.name in _HOMES
    return element.namespace.rpartition(".")[0].lower() in _FAMILIES


def _mended(element: Element, notes: dict[str, None], *, inside: bool) -> Element:
    namespace = element.namespace
    family = _FAMILIES.get(namespace.rpartition(".")[0].lower())
    if family is not None and namespace != family and namespace.rpartition(".")[2].isdigit():
        notes[
            f"the namespace {namespace[:120]!r} is read as that of {family.rpartition('.')[2]}: it may hold "
            "what nobody has described yet"
        ] = None
        namespace = family
    bare = not namespace and (inside or _is_topology(element))
    lost = namespace == DEPLOY and inside and (DEPLOY, element.name) not in KNOWN
    if (bare or lost) and element.name in _HOMES:
        notes["elements without their namespaces are read as those of a topology"] = None
        namespace = _HOMES[element.name]
    inside = inside or namespace in _OURS
    children = tuple(_mended(child, notes, inside=inside) for child in element.children)
    return replace(element, namespace=namespace, children=children)


def _is_topology(element: Element) -> bool:
    """Whether an element without a namespace can be nothing else."""
    return element.name == "Topology" and {child.name for child in element.children} >= _TELLING
