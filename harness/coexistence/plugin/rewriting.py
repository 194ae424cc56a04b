"""Which of our modules pytest rewrites: checks, whose asserts people read, and nothing else.

pytest rewrites the asserts of every module of a distribution that brings a plugin. With some 300 modules of
the engine among them, a run over one deployment takes 1.7 times as long after an install, 1.2 times as long
ever after, and 1.8 times as long where no bytecode can be saved (``benchmarks/first_run.py``). A mark against
it in every file would spare the rewriting alone, not the compiling: an ordinary import uses the bytecode that
pip left beside the modules, in a folder that may not be written too.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

import pytest

__all__ = ["import_engine_as_it_is"]

_ENGINE = "coexistence."
#: Packages that lie elsewhere, and whose asserts are rewritten or of no matter.
_OTHERS = ("coexistence.checks", "coexistence.fixtures")


class _EngineFinder:
    """Finds modules of the engine before pytest's rewriting finder is asked."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(_ENGINE) or name.startswith(_OTHERS):
            return None
        return PathFinder.find_spec(name, path, target)


def import_engine_as_it_is(config: pytest.Config) -> None:
    """Import what is left of the engine without rewriting it, until the run is over."""
    if _EngineFinder not in sys.meta_path:
        sys.meta_path.insert(0, _EngineFinder)
        config.add_cleanup(lambda: sys.meta_path.remove(_EngineFinder))
