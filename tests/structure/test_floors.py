"""Imports point down only: in functions and for types too."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING

import pytest
from structure.source_tree import source_files

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Rooms by floor. A new room gets its line here, and the text of ARCHITECTURE.md changes with it.
FLOORS = {
    0: "vocabulary errors tagging",
    1: "blueprint deployment inventory population toml_files toml_lines windows_services",
    2: "building carrying describing exports operations people planfile planning pseudonyms",
    3: "simulation",
    4: "observation bills waves",
    5: "checking guarding waivers",
    6: "causes faulting faults scenes verdicts settings",
    7: "appraising trial",
    8: "generation injecting masking qualifying rehearsing reporting",
    9: (
        "estates loading hookspecs pytest_collecting pytest_handover pytest_injecting pytest_items "
        "pytest_plugin pytest_qualifying pytest_question pytest_rerun pytest_run pytest_scheduling "
        "pytest_settings pytest_showing testing"
    ),
}
FLOOR = {room: floor for floor, rooms in FLOORS.items() for room in rooms.split()}
#: The window is lazy: it names everything and stands above everything but the plugin.
WINDOW = "coexistence"
#: Only the plugin (and tests) may know these.
TOP_ONLY = {"checks", "faults", "fixtures", "generation", "reporting"}
#: Third parties, and the rooms that may import them.
GUESTS = {
    "hypothesis": {"generation"},
    "faker": {"people"},
    **{name: set(FLOORS[9].split()) for name in ("pytest", "_pytest", "pluggy", "xdist")},
    "numpy": {room for room, floor in FLOOR.items() if floor > 0},
}
#: Nothing leaves the machine, and nothing from a file is ever executed.
FORBIDDEN = {
    "socket",
    "ssl",
    "http",
    "ftplib",
    "smtplib",
    "telnetlib",
    "pickle",
    "shelve",
    "marshal",
    "subprocess",
}

MODULES = source_files()


def room_of(module: str) -> str:
    """The first name under ``coexistence``; the window itself for the package."""
    return module.split(".")[1] if "." in module else WINDOW


def imports(module: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a module imports, at any depth of its code."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            source = ".".join(part for part in (base, node.module) if part)
            for alias in node.names:
                name = f"{source}.{alias.name}"
                yield node.lineno, name if name in MODULES else source


def complaint(module: str, target: str) -> str | None:
    """Why this import is not allowed, or None."""
    room, (top, *_) = room_of(module), target.split(".")
    if top in FORBIDDEN or target.startswith("urllib.request"):
        return "this project opens no connection, runs no program and loads no pickles"
    if top in sys.stdlib_module_names or top == "_typeshed":  # how the standard library's types are called
        return None
    if top != WINDOW:
        return None if room in GUESTS.get(top, ()) else f"{top} has no business in {room}"
    to = room_of(target)
    if room == "checks":
        return None if target == WINDOW else "a built-in check sees the window only, as any other check"
    if room == "faults":
        # As somebody's own fault does; values and operations beside it, and no product behaviour.
        is_value = to in (WINDOW, room, "faulting") or FLOOR[to] < FLOOR["simulation"]
        return None if is_value else "a fault changes causes alone"
    if to == WINDOW:
        return None if FLOOR.get(room) == 9 else "the window is for those outside: import the room itself"
    if room == to:
        return None
    if to in TOP_ONLY and FLOOR.get(room) != 9:
        return f"only the plugin knows {to}"
    if room == WINDOW:
        return None
    if room == "fixtures":
        return None if FLOOR[to] <= 2 else "sample deployments see floors 0 to 2"
    return None if FLOOR.get(to, 9) <= FLOOR[room] else f"{to} is upstairs"


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    wrong = [
        f"{MODULES[module].name}, line {line}: {target}: {why}"
        for line, target in imports(module)
        if (why := complaint(module, target))
    ]

    assert not wrong, "\n".join(wrong)


def test_every_room_has_its_floor() -> None:
    rooms = {room_of(module) for module in MODULES}

    assert rooms - set(FLOOR) <= {WINDOW, "checks", "fixtures"}


@pytest.mark.parametrize("module", [m for m in MODULES if room_of(m) != "checks"])
def test_engine_modules_are_not_rewritten(module: str) -> None:
    """Where bytecode cannot be cached, rewriting the asserts of thirty modules takes a second a run."""
    docstring = ast.get_docstring(ast.parse(MODULES[module].read_text("utf-8"))) or ""

    assert docstring.splitlines()[-1:] == ["PYTEST_DONT_REWRITE"]


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("coexistence.vocabulary", "coexistence.deployment"),
        ("coexistence.trial", "coexistence.generation"),
        ("coexistence.reporting.text", "coexistence.generation"),
        ("coexistence.observation", "coexistence"),
        ("coexistence.observation", "pytest"),
        ("coexistence.vocabulary", "numpy"),
        ("coexistence.deployment", "requests"),
        ("coexistence.deployment", "urllib.request"),
        ("coexistence.checks.messaging", "coexistence.observation"),
        ("coexistence.faults.services", "coexistence.simulation.state"),
        ("coexistence.faults.services", "coexistence.checking"),
        ("coexistence.checks.messaging", "pytest"),
        ("coexistence.fixtures.samples", "coexistence.simulation.state"),
        ("coexistence.generation.strategies", "coexistence.checks"),
        ("coexistence", "coexistence.generation"),
    ],
)
def test_a_forbidden_import_is_seen(module: str, target: str) -> None:
    assert complaint(module, target)


@pytest.mark.parametrize(
    ("module", "target"),
    [
        ("coexistence.exports.topology", "coexistence.people"),
        ("coexistence.generation.strategies", "hypothesis.strategies"),
        ("coexistence.checks.messaging", "coexistence"),
        ("coexistence.faults.services", "coexistence"),
        ("coexistence.faults.services", "coexistence.inventory.backing"),
        ("coexistence.fixtures.samples", "coexistence.exports.topology"),
        ("coexistence.pytest_plugin", "coexistence.generation"),
        ("coexistence", "coexistence.trial"),
    ],
)
def test_an_allowed_import_is_not(module: str, target: str) -> None:
    assert complaint(module, target) is None
