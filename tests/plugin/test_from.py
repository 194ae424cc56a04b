"""``--coexistence-from``: twins in place of the generated family."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helpers import built, one_pool

from coexistence.inputs.exports.write.folder import write_exports

if TYPE_CHECKING:
    from pathlib import Path

    from plugin_runs import Ran, Warm

JSON = "--coexistence-json=report.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project with a deployment's exports in it."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    write_exports(built(one_pool(people=30)), tmp_path / "contoso")
    return tmp_path


def asked(start: Warm, folder: Path, *arguments: str) -> Ran:
    """A coexistence run in the project."""
    return start(("--coexistence", *arguments), folder, {})


def test_a_twin_begins_at_now(start: Warm, folder: Path) -> None:
    ran = asked(start, folder, "--coexistence-from=contoso", JSON)

    (estate,) = ran.report()["estates"]
    assert (estate["kind"], estate["checkpoints"][:2]) == ("twin", ["now", "side-by-side"])
    assert estate["inventory"]["users"] == 30


def test_nothing_breaks_on_the_way_of_a_sound_twin(start: Warm, folder: Path) -> None:
    ran = asked(start, folder, "--coexistence-from=contoso", JSON)

    # That its newest version is out of support by now is worth knowing, and breaks nothing.
    findings = ran.report()["findings"]
    assert [each["check"] for each in findings if each["severity"] != "info"] == []


def test_the_same_twin_twice_has_two_names(start: Warm, folder: Path) -> None:
    ran = asked(start, folder, "--coexistence-from=contoso", "--coexistence-from=contoso", JSON)

    one, other = (estate["name"] for estate in ran.report()["estates"])
    assert other == f"{one}-2"


def test_a_twin_is_the_same_on_workers(start: Warm, folder: Path) -> None:
    question = ("--coexistence-from=contoso", "--coexistence-at=now,pilot", JSON)
    asked(start, folder, *question)
    first = (folder / "report.json").read_bytes()

    asked(start, folder, *question, "-n", "2")

    assert (folder / "report.json").read_bytes() == first


def test_an_empty_folder_is_refused_in_one_sentence(start: Warm, folder: Path) -> None:
    (folder / "empty").mkdir()

    ran = asked(start, folder, "--coexistence-from=empty")

    assert ran.status == 4
    assert len([line for line in ran.said.splitlines() if line.strip()]) == 1
    assert "Traceback" not in ran.said
