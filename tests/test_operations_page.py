"""Every operation is built by something of ours, or the page of operations says what it is there for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from checkout import DOCS, ROOT
from helpers import built, front_end, state_at, tried
from own_operations import FOR_YOUR_OWN

from coexistence.checking.fault_registry import Faults
from coexistence.model.vocabulary import ServiceState
from coexistence.rehearsal.fault_injection import Aim, injected
from coexistence.simulation.engine import CARRIED_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What builds operations: plans and mistakes, faults and their scenes, ways back.
BUILDERS = ("migration", "faults", "checking", "rehearsal", "simulation/changes/undo.py", "inputs/planfile")


def _built() -> Iterator[str]:
    """Go through the names that builders call."""
    package = ROOT / "harness" / "coexistence"
    for file in package.rglob("*.py"):
        if not file.relative_to(package).as_posix().startswith(BUILDERS):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def test_every_operation_is_built_or_said_to_be_there_for_peoples_own() -> None:
    ours = {kind.__name__ for kind in CARRIED_OUT}

    assert ours - set(_built()) == set(FOR_YOUR_OWN)
    assert all(FOR_YOUR_OWN.values())


def test_the_fault_of_the_page_can_be_made() -> None:
    example = (DOCS / "operations.md").read_text("utf-8").split("```python\n")[1].split("```")[0]
    namespace: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, "operations.md", "exec", dont_inherit=True), namespace)
    faults = Faults()
    fault = faults.add(namespace["a_front_end_dies_on_the_day_of_the_pilot"], "example")
    sound = tried()
    old = front_end(built())

    faulty, (made,) = injected(sound, [Aim(fault)])

    assert made is not None
    assert made.target == old
    for trial, runs in ((sound, True), (faulty, False)):
        state = state_at(trial, "pilot")
        front = [state.reported(server, "front_end") for server in state.pools[old].servers]
        assert (ServiceState.STOPPED not in front) is runs
