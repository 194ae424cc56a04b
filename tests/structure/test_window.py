"""The window: what ``coexistence.__all__`` names is promised, can be had, and says what it is."""

from __future__ import annotations

import inspect

import pytest

import coexistence


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
