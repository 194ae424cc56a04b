"""The built-in faults: everything that is known to go wrong while two generations stand side by side.

Law of this room: one module for each clause, one function for each known failure. A fault sees the window
``coexistence``, the operations and plain values: it changes causes, and knows of no check.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

from coexistence.model.vocabulary import Clause

if TYPE_CHECKING:
    from coexistence.checking.fault_registry import Faults

__all__ = ["EXCLUDED", "load_builtin_faults"]

#: Known failures that are not represented, by id, with the reason.
EXCLUDED: Final[dict[str, str]] = {
    "derived-reconnect-storm-at-cutover": "it is about load over minutes, and the calendar here knows days",
}


def load_builtin_faults(faults: Faults) -> None:
    """Register the faults that come with us, and say which known ones are left out."""
    for clause in Clause:
        module = importlib.import_module(f"{__name__}.{clause.value}")
        faults.add_module(vars(module), module.__name__)
    for identity, why in EXCLUDED.items():
        faults.exclude(identity, why)
