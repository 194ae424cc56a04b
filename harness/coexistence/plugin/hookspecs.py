"""Hooks by which others take part in a coexistence run.

Law of this room: signatures and words, nothing that runs. Whatever is registered lasts for the run that asked
for it; what clashes is refused in one sentence. With pytest-xdist every worker calls them for itself, in the
same way: what they add may depend on the project, and on nothing that changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from coexistence.checking.fault_registry import Faults
    from coexistence.checking.registry import Registry
    from coexistence.rehearsal.estates import Deployments
    from coexistence.simulation.changes.custom import Operations


@pytest.hookspec
def pytest_coexistence_subjects(registry: Registry) -> None:
    """Called when a coexistence run begins, before any check is read.

    Add a kind of subject of your own with ``registry.add_subject("name", listing)``: checks ask about it by
    a parameter of that name. ``listing(observer)`` yields subjects (see :class:`coexistence.Asked`). Return
    nothing.
    """


@pytest.hookspec
def pytest_coexistence_operations(operations: Operations) -> None:
    """Called when a coexistence run begins, before deployments are made.

    Say how an operation of your own is carried out with ``operations.add(Type, carries_out)``: it is handed
    a state and the operation, and returns another state, or a sentence that refuses. Return nothing.
    """


@pytest.hookspec
def pytest_coexistence_checks(registry: Registry) -> None:
    """Called when a coexistence run gathers its checks, after the built-in ones are registered.

    Add yours with ``registry.add(function, "where it is from")``; return nothing.
    """


@pytest.hookspec
def pytest_coexistence_faults(faults: Faults) -> None:
    """Called when a coexistence run gathers its faults, after those of installed packs.

    Add yours with ``faults.add(function, "where it is from")``; return nothing.
    """


@pytest.hookspec
def pytest_coexistence_deployments(deployments: Deployments) -> None:
    """Called when a coexistence run gathers what it is about, after twins and generated deployments.

    Add a deployment with ``deployments.add("name", deployment)``; it is tried beside the others, and stands
    in the report under its name. Return nothing.
    """


@pytest.hookspec
def pytest_coexistence_verdict(report: Mapping[str, Any]) -> None:
    """Called once when the verdict stands, after the files were written; not on xdist workers.

    ``report`` is the JSON report (schema 1) as plain data, and yours to change. A hook that raises is named
    in the report, which is written again: it is not go any more, and the run ends with 1. Return nothing.
    """
