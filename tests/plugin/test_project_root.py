"""The value of an option leads pytest to no other project: settings are the same, or the run is refused."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkout import DOCS, ROOT
from helpers import built, one_pool

from coexistence.inputs.exports.write.folder import write_exports
from coexistence.plugin import entry

if TYPE_CHECKING:
    from plugin_runs import Ran, Warm

FROM = "--coexistence-from"
NOW = "--coexistence-at=now"
RULES = '[tool.coexistence.rules]\nports-open = "{}"\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two projects that say otherwise, an export beside the settings of one, and folders of neither."""
    for folder in ("mine/below", "other/export", "neither"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "mine" / "pyproject.toml").write_text(RULES.format("no"))
    (tmp_path / "other" / "pyproject.toml").write_text(RULES.format("yes"))
    (tmp_path / "other" / "pytest.ini").write_text("[pytest]\ncoexistence_at = edge\n")
    write_exports(built(one_pool(people=7)), tmp_path / "other" / "export")
    return tmp_path


def asked(start: Warm, folder: Path, *arguments: str) -> Ran:
    return start(("--coexistence", "--coexistence-json=report.json", *arguments), folder, {})


def ports_open(ran: Ran) -> str:
    made = json.loads((ran.folder / "report.json").read_text("utf-8"))
    return str(next(each["value"] for each in made["assumptions"] if each["id"] == "ports-open"))


@pytest.mark.parametrize(
    ("folder", "export", "more", "settings"),
    [
        ("mine", "../other/export", (), "mine/pyproject.toml"),
        ("mine/below", "../../other/export", (), "mine/pyproject.toml"),
        ("neither", "../other/export", (), "neither"),
        ("mine", "../other/export", ("--rootdir=.",), "mine/pyproject.toml"),
    ],
    ids=["in the project", "in a folder of it", "in no project", "with a root directory"],
)
def test_a_value_after_a_blank_that_would_count_is_refused(
    start: Warm, place: Path, folder: str, export: str, more: tuple[str, ...], settings: str
) -> None:
    ran = asked(start, place / folder, FROM, export, NOW, *more)

    assert (ran.status, ran.out) == (4, "")
    (said,) = ran.err.splitlines()[:1]
    assert said.startswith(f"ERROR: {FROM} {export}: pytest took the value for a folder of tests")
    assert f"({place / 'other' / 'pytest.ini'}), and not in this project ({place / settings})." in said
    assert not (place / folder / "report.json").exists()

    again = shlex.split(said.rpartition("equals sign: ")[2])
    assert asked(start, place / folder, *again, NOW, *more).status != 4


def test_a_file_that_the_last_run_wrote_is_such_a_value(start: Warm, place: Path) -> None:
    (place / "other" / "report.json").write_text("{}")
    ran = start(("--coexistence", "--coexistence-json", "../other/report.json", NOW), place / "mine", {})

    assert ran.status == 4
    assert "equals sign: --coexistence-json=../other/report.json" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        (f"{FROM}=../other/export",),
        (FROM, "../other/export", "-c", "pyproject.toml"),
        (FROM, "export"),
    ],
    ids=["with an equals sign", "with a configuration file", "with the same settings found"],
)
def test_the_projects_own_settings_count(start: Warm, place: Path, arguments: tuple[str, ...]) -> None:
    if "export" in arguments:
        (place / "other" / "export").rename(place / "mine" / "export")
    ran = asked(start, place / "mine", *arguments, NOW)

    assert ran.status in (1, 8), ran.said
    assert ports_open(ran) == "no"
    ran.shows("coexistence: settings from pyproject.toml and [[]tool.coexistence] of pyproject.toml")


def test_who_has_no_settings_is_told_so(start: Warm, place: Path) -> None:
    ran = asked(start, place / "neither", f"{FROM}=../other/export", NOW, "--collect-only")

    ran.shows("coexistence: settings from no file")


def test_an_option_of_somebody_else_is_noticed_too(start: Warm, place: Path) -> None:
    (place / "mine" / "theirs.py").write_text(
        "def pytest_addoption(parser):\n    parser.addoption('--theirs')\n"
    )
    ran = asked(start, place / "mine", "-p", "theirs", "--theirs", "../other/export", "--co")

    assert ran.status == 4, ran.said
    assert "equals sign: --theirs=../other/export" in ran.err


def test_documents_write_values_after_an_equals_sign() -> None:
    names = "|".join(name for name, *_ in entry._OPTIONS)
    value = re.compile(rf"--coexistence-(?:{names}) [A-Z./\\\w-]*[A-Z./\\\w]")
    for page in (ROOT / "README.md", *DOCS.glob("*.md")):
        shown = "\n".join(re.findall(r"`[^`]+`|^ {{4}}.*|^pytest .*", page.read_text("utf-8"), re.MULTILINE))
        assert value.findall(shown) == [], page.name
