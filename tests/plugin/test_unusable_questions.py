"""Questions that make no sense end before the run, with one sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from checkout import SAMPLES


def test_a_report_cannot_be_a_folder(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess("--coexistence", "--coexistence-json=.")

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(
        ["ERROR: --coexistence-json .: cannot be written: it is a folder; name a file in it."]
    )


def test_a_checkpoint_that_a_twin_has_passed_is_not_on_its_path(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess(
        "--coexistence", f"--coexistence-from={SAMPLES / 'pilot'}", "--coexistence-at=side-by-side"
    )

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(
        ["ERROR: --coexistence-at side-by-side: not on the path from here. On it: now, *"]
    )


def test_a_version_that_nothing_leads_to_is_no_target(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess("--coexistence", "--coexistence-to=L10")

    assert ran.ret == pytest.ExitCode.USAGE_ERROR
    ran.stderr.fnmatch_lines(["ERROR: --coexistence-to L10: no side-by-side path leads there.*"])


def test_a_report_named_in_the_ini_file_lies_beside_it(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ncoexistence_json = report.json\n")
    below: Path = pytester.mkdir("below")
    pytester.chdir()
    ran = pytester.run(
        sys.executable,
        "-m",
        "pytest",
        "--coexistence",
        "--coexistence-deployments=2",
        f"--rootdir={pytester.path}",
        f"-c={pytester.path / 'tox.ini'}",
        str(below.parent),
    )

    assert ran.ret == 0
    assert (pytester.path / "report.json").is_file()


def test_a_parameter_that_is_neither_subject_nor_fixture_is_named(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        mine="""
        from coexistence import PoolSubject, check

        @check(clause="sites", at="pilot")
        def asks_for_a_wombat(pool: PoolSubject, wombat: object) -> None:
            assert pool
        """
    )
    ran = pytester.runpytest_subprocess(
        "--coexistence", "--coexistence-deployments=2", "--coexistence-checks=mine.py"
    )

    ran.stdout.fnmatch_lines(["*'wombat' is neither a subject nor a known*"])
