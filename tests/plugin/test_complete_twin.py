"""A complete export is go, a missing file leaves its promises open, and contradictions are findings."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkout import SAMPLES

if TYPE_CHECKING:
    from plugin_runs import Ran, Warm

SAMPLE = SAMPLES / "two-sites"
JSON = "--coexistence-json=report.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project with a complete export in it."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    shutil.copytree(SAMPLE, tmp_path / "twin")
    return tmp_path


def asked(start: Warm, folder: Path, twin: str = "twin") -> Ran:
    """A coexistence run about the twin."""
    return start(("--coexistence", f"--coexistence-from={twin}", JSON), folder, {})


@pytest.mark.parametrize("packed", [False, True])
def test_a_complete_export_is_go_and_says_on_which_assumptions(
    start: Warm, folder: Path, packed: bool
) -> None:
    if packed:
        with zipfile.ZipFile(folder / "twin.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted((folder / "twin").iterdir()):
                archive.write(path, f"twin/{path.name}")
    ran = asked(start, folder, "twin.zip" if packed else "twin")

    assert ran.status == 0
    report = ran.report()
    assert report["verdict"] == "go"
    (estate,) = report["estates"]
    assert estate["undecided"] == []
    assert all(each["written"] for each in estate["imported"])
    used = {each["id"] for each in report["assumptions"] if each["used"]}
    assert {"ports-open", "gateways-answer"} <= used
    assert "names-resolve" not in used


def test_without_one_file_the_verdict_is_open_and_names_it(start: Warm, folder: Path) -> None:
    (folder / "twin" / "rgsworkflows.csv").unlink()

    ran = asked(start, folder)

    assert ran.status == 8
    report = ran.report()
    assert not [each for each in report["findings"] if each["severity"] in ("blocker", "error")]
    (estate,) = report["estates"]
    assert {need for each in estate["undecided"] for need in each["needs"]} == {"Get-CsRgsWorkflow"}
    ran.shows("*what would decide it*", "*Get-CsRgsWorkflow*")


def test_a_contradiction_is_a_finding_with_both_places(start: Warm, folder: Path) -> None:
    path = folder / "twin" / "conferencedirectories.csv"
    path.write_text(path.read_text("utf-8-sig") + '"1","UserServer:gone.example"\n', "utf-8-sig")

    ran = asked(start, folder)

    assert ran.status == 1
    found = [each for each in ran.report()["findings"] if each["clause"] == "data"]
    assert {each["kind"] for each in found} == {"unknown-pool", "two-owners"}
    for each in found:
        assert each["check"].endswith("::exported_files_agree")
        assert "conferencedirectories.csv, line 4 against" in each["message"]
