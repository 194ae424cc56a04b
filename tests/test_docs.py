"""Pages made from data say what the data says."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import importlib
import importlib.util
import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from checkout import DOCS, ROOT
from guide_assertions import ASSERTIONS, LEFT_OUT
from model_vocabulary import ROWS
from structure.source_tree import FOLDERS, pyproject

from coexistence.checking.registry import Registry
from coexistence.checking.waivers import read_waivers
from coexistence.plugin.entry import is_asked
from coexistence.plugin.loading import load_builtin
from coexistence.plugin.options import settings_of
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


def test_everything_that_a_subject_can_be_asked_has_a_sentence() -> None:
    rows = [line for line in GENERATOR.PAGES["subjects.md"]().splitlines() if line.startswith("| `")]
    # Fields that are called what they are may stand without; questions may not.
    silent = [row for row in rows if "`Outcome` |" in row and row.endswith("|  |")]

    assert len(rows) > 200
    assert silent == []


def test_the_services_page_names_every_service() -> None:
    page = GENERATOR.catalogue_page()

    for service in GENERATOR.CATALOGUE:
        assert (service.name or service.display_suffix or service.key) in page


def examples(page: str) -> list[str]:
    """The TOML examples of a page, in order."""
    parts = (DOCS / page).read_text("utf-8").split("```toml\n")[1:]
    return [part.split("```")[0] for part in parts]


def test_the_configuration_on_the_settings_page_is_understood(pytester: pytest.Pytester) -> None:
    (pytester.path / "pyproject.toml").write_text(examples("settings.md")[1], "utf-8")
    config = pytester.parseconfig()

    assert is_asked(config)
    read = settings_of(config)
    assert (read.seed, read.as_of, read.at) == (11, dt.date(2026, 11, 23), ("pilot", "edge"))
    assert read.checks == (pytester.path / "our_checks",)


def test_the_examples_of_the_settings_page_are_understood(tmp_path: Path) -> None:
    registry = Registry()
    load_builtin(registry)
    settings, _, waivers = examples("settings.md")
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    (tmp_path / "waivers.toml").write_text(waivers, "utf-8")

    tool = read_tool(tmp_path / "pyproject.toml")
    found = {name: table for name, table in tool.checks.items() if "::" not in name}
    registry.configure(found, why_not=str)
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


def python_blocks() -> list[tuple[str, str]]:
    """Every example in Python of the pages that users read, with the page that it is on."""
    return [
        (page.name, part.split("```")[0])
        for page in (ROOT / "README.md", *sorted(DOCS.glob("*.md")))
        for part in page.read_text("utf-8").split("```python\n")[1:]
    ]


def test_examples_import_from_the_window_and_from_nowhere_deeper() -> None:
    """What users type does not follow files that move."""
    windows = {name: importlib.import_module(name) for name in ("coexistence", "coexistence.testing")}
    wrong = []
    for page, text in python_blocks():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "coexistence":
                window = windows.get(str(node.module))
                wrong += [
                    (page, node.module, each.name) for each in node.names if not hasattr(window, each.name)
                ]
            elif isinstance(node, ast.Import):
                wrong += [(page, each.name, "") for each in node.names if each.name.startswith("coexistence")]

    assert wrong == []


def test_examples_run() -> None:
    """Those of two pages do so step by step and import each other: see ``plugin/test_documented.py``."""
    for page, text in python_blocks():
        if page not in ("hooks.md", "writing-checks.md"):
            exec(compile(text, page, "exec"), {"__name__": "example"})


def test_commands_that_pages_show_are_there() -> None:
    pages = "".join(page.read_text("utf-8") for page in (ROOT / "README.md", *sorted(DOCS.glob("*.md"))))
    scripts: dict[str, str] = pyproject()["project"]["scripts"]  # type: ignore[assignment]  # names and functions

    assert "python -m coexistence" not in pages
    assert set(re.findall(r"^(?:\S*\\)?(coexistence-[\w-]+)", pages, re.MULTILINE)) == set(scripts)
    for target in scripts.values():
        module, _, function = target.partition(":")
        assert callable(getattr(importlib.import_module(module), function))


def test_recipes_name_files_and_tables_that_are_there() -> None:
    package = FOLDERS["coexistence"]
    recipes = (DOCS / "changing.md").read_text("utf-8")
    paths = re.findall(r"`([\w./-]+(?:/|\.py|\.ps1))`", recipes)
    tables = re.findall(r"`(\w+)` in `([\w/]+)\.py`", recipes)

    assert len(paths) > 20
    assert [each for each in paths if not any((root / each).exists() for root in (package, ROOT))] == []
    assert len(tables) > 8
    for name, module in tables:
        assert hasattr(importlib.import_module(f"coexistence.{module.replace('/', '.')}"), name), (
            name,
            module,
        )


def test_every_assertion_of_the_guide_is_held_or_left_out_for_a_reason() -> None:
    registry = Registry()
    load_builtin(registry)
    known = {check.name for check in registry}

    assert not set(ASSERTIONS) & set(LEFT_OUT)
    assert len({*ASSERTIONS, *LEFT_OUT}) == 90
    assert all(LEFT_OUT.values())
    assert {name for names in ASSERTIONS.values() for name in names} <= known
