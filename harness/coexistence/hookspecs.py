"""Hooks by which others take part in a coexistence run.

Law of this room: signatures and words, nothing that runs.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from coexistence.checking import Registry


@pytest.hookspec
def pytest_coexistence_checks(registry: Registry) -> None:
    """Called when a coexistence run gathers its checks, after the built-in ones are registered.

    Add yours with ``registry.add(function, "where it is from")``; return nothing.
    """
