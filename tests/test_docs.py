"""Pages made from data say what the data says."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import importlib.util
import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from checkout import DOCS
from guide_assertions import ASSERTIONS, LEFT_OUT
from model_vocabulary import ROWS

from coexistence.checking.registry import Registry
from coexistence.checking.waivers import read_waivers
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.settings import read_tool

if TYPE_CHECKING:
    from types import ModuleType


def load_generator() -> ModuleType:
    """The script by its path: ``docs`` is a folder, and no package."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()
#: Rooms that hold what a deployment can say, and what can be done to it.
_INVENTORY = (
    "deployment",
    "conditions.administrators",
    "conditions.machines_and_databases",
    "conditions.messaging",
    "conditions.reverse_proxy",
    "conditions.external_systems",
    "population",
    "operations",
)
HELD_BY: dict[str, Any] = {
    name: each
    for room in _INVENTORY
    for name, each in inspect.getmembers(
        importlib.import_module(f"coexistence.model.{room}"), inspect.isclass
    )
    if dataclasses.is_dataclass(each)
}


@pytest.mark.parametrize("name", GENERATOR.PAGES)
def test_the_page_on_disk_is_what_the_data_says(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == GENERATOR.PAGES[name](), (
        f"docs/{name} is stale: python docs/generate.py"
    )


def test_the_services_page_names_every_service() -> None:
    page = GENERATOR.catalogue_page()

    for service in GENERATOR.CATALOGUE:
        assert (service.name or service.display_suffix or service.key) in page


def examples(page: str) -> list[str]:
    """The TOML examples of a page, in order."""
    parts = (DOCS / page).read_text("utf-8").split("```toml\n")[1:]
    return [part.split("```")[0] for part in parts]


def test_the_examples_of_the_settings_page_are_understood(tmp_path: Path) -> None:
    registry = Registry()
    load_builtin(registry)
    settings, waivers = examples("settings.md")
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    (tmp_path / "waivers.toml").write_text(waivers, "utf-8")

    tool = read_tool(tmp_path / "pyproject.toml")
    registry.configure({name: table for name, table in tool.checks.items() if "::" not in name})
    read = read_waivers(tmp_path / "waivers.toml", (check.id for check in registry), dt.date(2026, 11, 23))

    assert tool.rules.value("ports-open") == "no"
    assert len(read) == 1


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[1]}")
def test_what_the_model_is_said_to_hold_is_there(row: tuple[str, str, str, str]) -> None:
    _, _, places, effect = row

    assert effect
    for place in filter(None, map(str.strip, places.split(","))):
        owner, _, field = place.partition(".")
        assert field in {each.name for each in dataclasses.fields(HELD_BY[owner])}, place


def test_every_assertion_of_the_guide_is_held_or_left_out_for_a_reason() -> None:
    registry = Registry()
    load_builtin(registry)
    known = {check.name for check in registry}

    assert not set(ASSERTIONS) & set(LEFT_OUT)
    assert len({*ASSERTIONS, *LEFT_OUT}) == 90
    assert all(LEFT_OUT.values())
    assert {name for names in ASSERTIONS.values() for name in names} <= known
