"""Imports point down between rooms and in no circle between files: in functions and for types too.

That no file imports itself through others is also what lets each module be imported first, in any order: this
runs what it imports, and the packages around these, and nothing else.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from checkout import ROOT
from rooms import FLOORS, GUESTS, LATERAL, LINES, OUTSIDE
from structure.source_tree import FOLDERS, source_files, trees

MODULES = source_files()
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
#: Nothing leaves the machine, no program is run, and nothing from a file is ever executed.
FORBIDDEN = {
    *("socket", "ssl", "http", "ftplib", "smtplib", "telnetlib", "poplib", "imaplib", "nntplib", "xmlrpc"),
    *("asyncio", "socketserver", "webbrowser", "urllib.request", "urllib.error"),
    *("subprocess", "multiprocessing", "pty", "runpy", "code", "ctypes"),
    *("pickle", "shelve", "marshal", "dill", "cloudpickle"),
}
#: Who may all the same, and why.
ALLOWED = {
    (
        "coexistence.inputs.transport",
        "pickle",
    ): "to workers, which run our code; nothing comes back like that",
}


def room_of(module: str) -> str:
    """Room of a module, or the package of another folder; ``__init__`` for the window."""
    return module.split(".")[1] if "." in module else "__init__"


def imports(module: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a module imports, at any depth of its code."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(trees()[module]):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            source = ".".join(part for part in (base, node.module) if part)
            for alias in node.names:
                name = f"{source}.{alias.name}"
                yield node.lineno, name if name in MODULES else source


@cache
def all_imports() -> dict[str, list[tuple[int, str]]]:
    """What each module imports, by its name."""
    return {module: list(imports(module)) for module in MODULES}


def packages(module: str) -> set[str]:
    """Packages that a module lies in; all of them run before it does."""
    parts = module.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts))}


def ran_by(module: str, targets: Iterable[str]) -> set[str]:
    """Modules of ours that a module's imports run: those named, and packages around them but for its own."""
    ran = {each for target in targets for each in {target, *packages(target)} - packages(module)}
    return {each for each in ran if each in MODULES and each != module}


def in_circles(graph: Mapping[str, set[str]]) -> set[str]:
    """Modules that reach themselves, and those on a way from one circle to another."""
    left = {module: set(targets) for module, targets in graph.items()}
    while True:
        reached = set().union(*left.values()) if left else set()
        ends = {module for module, targets in left.items() if not targets or module not in reached}
        if not ends:
            return set(left)
        left = {module: targets - ends for module, targets in left.items() if module not in ends}


def complaint(module: str, target: str) -> str | None:
    """Why this import is not allowed, or None."""
    room, (top, *_) = room_of(module), target.split(".")
    if {top, target} & FORBIDDEN and (module, target) not in ALLOWED:
        return "this project opens no connection, runs no program and loads nothing that could"
    if top in sys.stdlib_module_names or top == "_typeshed":  # how the standard library's types are called
        return None
    if top != "coexistence":
        hosts = [f"coexistence.{host}" for host in GUESTS.get(top, ())]
        is_guest = any(f"{module}.".startswith(f"{host}.") for host in hosts)
        return None if is_guest else f"{top} has no business in {room}"
    to = room_of(target)
    if room in OUTSIDE:
        return None if to in (room, *OUTSIDE[room]) else f"{room} sees {OUTSIDE[room] or 'nothing of ours'}"
    if room == "faults":
        # As somebody's own fault does; values and operations beside it, and no product behaviour.
        is_value = to in ("__init__", room, "model", "migration")
        is_registry = target == "coexistence.checking.fault_registry"
        return None if is_value or is_registry else "a fault changes causes alone"
    if to in OUTSIDE:
        return f"{to} is loaded by name alone"
    if room == to or FLOOR[to] < FLOOR[room] or (room, to) in LATERAL:
        return None
    return f"{to} is next door" if FLOOR[to] == FLOOR[room] else f"{to} is upstairs"


def test_no_file_imports_itself_through_others() -> None:
    graph = {
        module: ran_by(module, (target for _, target in found if target != "coexistence"))
        for module, found in all_imports().items()
    }
    # The window imports what it names when that is first used; to all others it is the package around them.
    graph.pop("coexistence")

    circles = in_circles(graph)
    assert not circles, "\n".join(f"{each} -> {sorted(graph[each] & circles)}" for each in sorted(circles))


def test_a_circle_is_seen_and_what_leads_to_it_is_not_blamed() -> None:
    assert in_circles({"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}) == {"b", "c"}
    assert in_circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == set()
    # A package runs before what lies in it: whoever imports that imports the package.
    inside, package = "coexistence.inputs.exports.read.users", "coexistence.inputs.exports"
    assert package in ran_by("coexistence.plugin.run", [inside])
    assert package not in ran_by("coexistence.inputs.exports.read.folder", [inside])


def test_imports_point_down() -> None:
    wrong = [
        f"{MODULES[module].relative_to(ROOT)}, line {line}: {target}: {why}"
        for module, found in all_imports().items()
        for line, target in found
        if (why := complaint(module, target))
    ]

    assert not wrong, "\n".join(wrong)


def test_every_exception_is_used() -> None:
    """A list that lets more pass than there is would hide the next one."""
    seen = {(module, target) for module, found in all_imports().items() for _, target in found}
    rooms = {(room_of(module), room_of(target)) for module, target in seen if target in MODULES}
    guests = [(name, f"coexistence.{host}") for name, hosts in GUESTS.items() for host in hosts]

    assert seen >= set(ALLOWED)
    assert rooms >= set(LATERAL)
    for name, host in guests:
        assert any(t.split(".")[0] == name and f"{m}.".startswith(f"{host}.") for m, t in seen), (name, host)


def test_examples_of_imports_are_judged_as_they_should_be() -> None:
    forbidden = """
        coexistence.model.vocabulary            coexistence.rehearsal.trial
        coexistence.model.vocabulary.versions   numpy
        coexistence.model.deployment            requests
        coexistence.model.deployment            urllib.request
        coexistence.inputs.exports.read.folder  pickle
        coexistence.inputs.exports.read.folder  coexistence.observation.observer
        coexistence.inputs.family.strategies    coexistence.checks
        coexistence.observation.observer        coexistence.inputs.family
        coexistence.observation.observer        coexistence
        coexistence.observation.observer        pytest
        coexistence.rehearsal.trial             coexistence.faults
        coexistence.rehearsal.trial             hypothesis
        coexistence.reporting.text_report       coexistence.plugin.run
        coexistence.checks.messaging            coexistence.observation
        coexistence.checks.messaging            coexistence.fixtures
        coexistence.checks.messaging            pytest
        coexistence.faults.services             coexistence.simulation.state
        coexistence.faults.services             coexistence.checking.registry
        coexistence.fixtures                    coexistence.simulation.state
        coexistence                             coexistence.checks
    """
    allowed = """
        coexistence.inputs.exports.topology.topology  coexistence.inputs.family.fake_names
        coexistence.inputs.exports.read.folder        coexistence.migration.plan
        coexistence.inputs.family.strategies          hypothesis.strategies
        coexistence.inputs.transport                  pickle
        coexistence.checks.messaging                  coexistence
        coexistence.checks.messaging                  datetime
        coexistence.faults.services                   coexistence
        coexistence.faults.services                   coexistence.model.conditions.machines_and_databases
        coexistence.faults.services                   coexistence.checking.fault_registry
        coexistence.plugin.entry                      coexistence.inputs.family
        coexistence.plugin.entry                      pytest
        coexistence                                   coexistence.rehearsal.trial
    """
    passed = [line for line in filter(str.strip, forbidden.splitlines()) if not complaint(*line.split())]
    stopped = [line for line in filter(str.strip, allowed.splitlines()) if complaint(*line.split())]

    assert passed == []
    assert stopped == []


def test_the_package_holds_its_rooms_and_nothing_loose() -> None:
    found = {path.name for path in FOLDERS["coexistence"].iterdir()} - {"__pycache__"}
    rooms = {room for room in FLOOR if (FOLDERS["coexistence"] / room).is_dir()}

    assert len(rooms) == 10
    assert found == rooms | {f"{loose}.py" for loose in FLOOR.keys() - rooms} | {"py.typed"}
    assert set(FOLDERS) == {"coexistence", *(f"coexistence.{name}" for name in OUTSIDE)}


def test_tests_follow_the_rooms() -> None:
    tests = ROOT / "tests"
    folders = {path.parent.relative_to(tests).parts[0] for path in tests.glob("*/**/test_*.py")}
    rooms = {room for room in FLOOR if (FOLDERS["coexistence"] / room).is_dir()}
    named = re.findall(r"`(tests/[\w/.]*)`", (tests / "README.md").read_text("utf-8"))

    assert folders == rooms | {"checks", "structure"}
    assert len(named) > 8
    assert [path for path in named if not (tests.parent / path).exists()] == []


def test_every_path_of_the_architecture_is_there() -> None:
    """The page is made of these lines; a file that moves takes its line along."""
    paths = [path for _, home in LINES for path in re.findall(r"`([\w./-]*(?:/|\.py))`", home)]

    roots = (FOLDERS["coexistence"], ROOT)
    assert len(paths) > len(LINES)
    assert [path for path in paths if not any((root / path).exists() for root in roots)] == []
