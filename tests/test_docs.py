"""Pages made from data say what the data says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

DOCS = Path(__file__).resolve().parents[1] / "docs"


def load_generator() -> ModuleType:
    """The script by its path: ``docs`` is a folder, and no package."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()


@pytest.mark.parametrize("name", GENERATOR.PAGES)
def test_the_page_on_disk_is_what_the_data_says(name: str) -> None:
    assert (DOCS / name).read_text("utf-8") == GENERATOR.PAGES[name](), (
        f"docs/{name} is stale: python docs/generate.py"
    )


def test_the_services_page_names_every_service() -> None:
    page = GENERATOR.catalogue_page()

    for service in GENERATOR.CATALOGUE:
        assert (service.name or service.display_suffix or service.key) in page
