"""The window: what ``coexistence`` names is promised, can be had, and says what it is."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook
from structure.source_tree import trees

import coexistence
from coexistence.checking.decorators import check
from coexistence.checking.registry import Registry, verified
from coexistence.observation import SUBJECTS
from coexistence.plugin.loading import load_builtin

if TYPE_CHECKING:
    from coexistence.checking.registry import Check


def promised() -> dict[str, Any]:
    """What ``from coexistence import *`` hands out."""
    found: dict[str, Any] = {}
    exec("from coexistence import *", found)
    return {name: each for name, each in found.items() if name != "__builtins__"}


def stated() -> dict[str, str]:
    """What the file says to whoever only reads it: each name, and the module that it comes from."""
    tree = trees()["coexistence"]
    homes: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("coexistence."):
            for each in node.names:
                # The form by which a package with types says that a name is public, and no name twice.
                assert each.asname == each.name
                assert each.name not in homes
                homes[each.name] = str(node.module)
    return homes


def test_each_name_can_be_had_and_is_what_a_reader_of_types_takes_it_for() -> None:
    names = promised()

    assert names.keys() == stated().keys()
    for name, home in stated().items():
        assert names[name] is getattr(importlib.import_module(home), name)
        assert getattr(coexistence, name) is names[name]
    assert names.keys() <= set(dir(coexistence))


def test_the_names_are_found_however_the_window_was_imported(
    monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    """pytest imports an installed plugin by a loader of its own, an editable one as everybody does."""
    homes: Any = vars(coexistence)["_homes"]
    assert coexistence.__spec__ is not None
    for loader in (
        AssertionRewritingHook(pytestconfig),
        SourceFileLoader("coexistence", coexistence.__file__),
    ):
        monkeypatch.setattr(coexistence.__spec__, "loader", loader)
        homes.cache_clear()
        assert homes() == stated()


def test_each_class_and_function_says_what_it_is() -> None:
    for name, each in promised().items():
        if inspect.isclass(each) or inspect.isroutine(each):
            text = each.__doc__ or ""
            assert text.strip(), f"{name} has no docstring"
            # A dataclass without a docstring gets its own signature for one.
            assert not text.startswith(f"{name}("), f"{name} has no docstring of its own"


def test_a_name_that_is_not_there_is_refused_by_name() -> None:
    name = "no_such_name"

    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(coexistence, name)


def _builtin_checks() -> list[Check]:
    registry = Registry()
    load_builtin(registry)
    return list(registry)


def test_built_in_checks_use_nothing_that_the_window_does_not_promise() -> None:
    """What they import, a user's check can import from the same place: and nothing else."""
    names = stated().keys()
    wrong = []
    for module, tree in trees().items():
        if not module.startswith("coexistence.checks."):
            continue
        for node in ast.walk(tree):
            match node:
                case ast.ImportFrom(module="coexistence", names=taken):
                    wrong += [(module, each.name) for each in taken if each.name not in names]
                case ast.ImportFrom(module=str(source)) if source.partition(".")[0] == "coexistence":
                    wrong.append((module, source))
                case ast.Attribute(attr=attr) if attr.startswith("_") and not attr.startswith("__"):
                    wrong.append((module, attr))

    assert wrong == []


def test_a_users_check_is_handed_what_a_built_in_one_is() -> None:
    """The same function, registered as somebody's own, asks about the same with the same arguments."""
    for ours in _builtin_checks():
        theirs = verified(ours.function, "mine.py")

        assert dataclasses.replace(theirs, module=ours.module) == ours


def test_a_users_check_may_ask_about_every_kind_of_subject() -> None:
    for kind in SUBJECTS:
        namespace: dict[str, Any] = {}
        exec(f"def mine({kind}): pass", namespace)  # a function with this very parameter
        assert verified(check(clause="data")(namespace["mine"]), "mine.py").subject == kind
