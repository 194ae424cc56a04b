"""The window: what ``coexistence.__all__`` names is promised, can be had, and says what it is."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from typing import TYPE_CHECKING, Any

import pytest
from structure.source_tree import source_files

import coexistence
from coexistence.checking.decorators import check
from coexistence.checking.registry import Registry, verified
from coexistence.observation import SUBJECTS
from coexistence.plugin.loading import load_builtin

if TYPE_CHECKING:
    from coexistence.checking.registry import Check


def test_the_list_is_sorted_and_names_nothing_twice() -> None:
    # Constants, then classes, then functions: the order of the linter's sorted __all__.
    def order(name: str) -> tuple[int, str]:
        return (0 if name.isupper() else 1 if name[:1].isupper() else 2), name

    assert list(coexistence.__all__) == sorted(set(coexistence.__all__), key=order)


@pytest.mark.parametrize("name", coexistence.__all__)
def test_each_name_can_be_had(name: str) -> None:
    assert getattr(coexistence, name) is not None


@pytest.mark.parametrize("name", coexistence.__all__)
def test_each_class_and_function_says_what_it_is(name: str) -> None:
    promised = getattr(coexistence, name)
    if not (inspect.isclass(promised) or inspect.isroutine(promised)):
        return

    text = promised.__doc__ or ""
    assert text.strip(), f"{name} has no docstring"
    # A dataclass without a docstring gets its own signature for one.
    assert not text.startswith(f"{name}("), f"{name} has no docstring of its own"


def test_dir_shows_what_is_promised() -> None:
    assert set(coexistence.__all__) <= set(dir(coexistence))


def test_a_name_that_is_not_there_is_refused_by_name() -> None:
    name = "no_such_name"

    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(coexistence, name)


def _builtin_checks() -> list[Check]:
    registry = Registry()
    load_builtin(registry)
    return list(registry)


@pytest.mark.parametrize(
    "module", [name for name in source_files() if name.startswith("coexistence.checks.")]
)
def test_built_in_checks_use_nothing_that_the_window_does_not_promise(module: str) -> None:
    """What they import, a user's check can import from the same place: and nothing else."""
    tree = ast.parse(source_files()[module].read_text("utf-8"))
    ours = [
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "coexistence"
        for alias in node.names
    ]
    private = [
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
    ]

    assert all(source == "coexistence" and name in coexistence.__all__ for source, name in ours)
    assert private == []


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
