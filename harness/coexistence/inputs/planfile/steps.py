"""Steps of the guide, as a plan file names them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from coexistence.inputs.toml.document import Document
from coexistence.inputs.toml.tables import Table, known_names
from coexistence.migration.guide import GUIDE

__all__ = ["check_step", "step_of"]

#: A key of the guide, and perhaps which of several waves: ``P6.4/2``.
_STEP_KEY: Final = re.compile(r"(P\d\.\d+[a-h]?)(/\d+)?")


def check_step(document: Document, path: Sequence[str], name: str) -> None:
    """Complain about a step that the guide does not have."""
    match = _STEP_KEY.fullmatch(name)
    if match is None or match[1] not in GUIDE:
        document.complain(path, f"there is no step {name!r}. {known_names(name, GUIDE, whole=False)}")


def step_of(table: Table, key: str) -> str:
    """Key of a step of the guide that a table names; "" where it names none."""
    name = table.text(key)
    if name:
        check_step(table.document, (*table.path, key), name)
    return name
