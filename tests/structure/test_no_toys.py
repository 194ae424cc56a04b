"""What a deployment can say matters to somebody: each field is read where outcomes are made.

A field that nothing but a check, a reader or a writer looks at would be a toy: it could be set wrong, and
no person or administrator in the model would ever notice.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
from typing import Final

import pytest
from structure.source_tree import FOLDERS

from coexistence.model import deployment
from coexistence.model.conditions import (
    administrators,
    external_systems,
    machines_and_databases,
    messaging,
    reverse_proxy,
)

#: Fields without an effect of their own, and why that is right.
_NOBODY_NOTICES: Final = {
    "origin": "says where a fact was found, in reports",
    "Deployment.as_of": "a state has a day of its own",
    "NormalizationRule.starts": "looked at by its own `matches`",
    "NormalizationRule.length": "likewise",
    "Contradiction.one": "what two files say; a check reports it",
    "Contradiction.other": "likewise",
    "Contradiction.is_serious": "likewise",
    "Replica.product_version": "repeated in what is exported; whether a replica is current decides",
    "Replica.last_update_creation": "likewise",
    "Replica.last_status_report": "likewise",
}
_OUTCOMES_ARE_MADE_IN: Final = ("simulation", "observation")


def _fields() -> list[tuple[str, str]]:
    classes = [
        each
        for room in (
            administrators,
            machines_and_databases,
            deployment,
            messaging,
            reverse_proxy,
            external_systems,
        )
        for _, each in inspect.getmembers(room, inspect.isclass)
        if dataclasses.is_dataclass(each) and f"{each.__module__}.".startswith(f"{room.__name__}.")
    ]
    return [
        (each.__name__, field.name)
        for each in classes
        for field in dataclasses.fields(each)
        if not {field.name, f"{each.__name__}.{field.name}"} & _NOBODY_NOTICES.keys()
    ]


@pytest.fixture(scope="module")
def attributes_read() -> set[str]:
    """Names of attributes that are read in the rooms where outcomes are made."""
    found = set()
    for room in _OUTCOMES_ARE_MADE_IN:
        for path in (FOLDERS["coexistence"] / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    found.add(node.attr)
    return found


@pytest.mark.parametrize(("owner", "field"), _fields())
def test_somebody_would_notice(owner: str, field: str, attributes_read: set[str]) -> None:
    assert field in attributes_read, f"{owner}.{field} changes nothing that anybody could observe"
