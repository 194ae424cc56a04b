"""``--coexistence-waivers``: accepted findings lose their weight, and never their place in the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plugin_checks import BREAKS, FEW, MINE

if TYPE_CHECKING:
    from plugin_runs import Run

WAIVERS = ("--coexistence-waivers=waivers.toml", "--coexistence-json=report.json")
BLOCKER = BREAKS.format(severity="BLOCKER")
WAIVER = """
[[waivers]]
check = "{check}"
owner = "Operations"
approver = "Change board"
reason = "the partner is told by \\u001b[31mtelephone"
expires = {expires}
"""


def waiver(check: str = "every_pool_is_called_*", expires: str = "2099-12-31", more: str = "") -> str:
    """A file with one waiver."""
    return WAIVER.format(check=check, expires=expires) + more


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_an_accepted_blocker_does_not_fail_the_run_and_is_shown(run: Run, workers: tuple[str, ...]) -> None:
    files = {"mine.py": BLOCKER, "waivers.toml": waiver()}
    assert run(*MINE, files=files).status == 1

    ran = run(*MINE, *WAIVERS, *workers, files=files)

    assert ran.status == 0, ran.said
    assert "\x1b" not in ran.said
    assert ran.outcomes.get("xfailed", 0) > 0
    ran.shows("*data", "pilot * waived", "Accepted", "*accepted until 2099-12-31 by Operations, approved*")
    report = ran.report()
    assert report["verdict"] == "go"
    found = [each for each in report["findings"] if each["check"].startswith("mine.py")]
    assert found
    assert all(
        each["waived"]
        == {
            "owner": "Operations",
            "approver": "Change board",
            "reason": "the partner is told by ?[31mtelephone",
            "expires": "2099-12-31",
        }
        for each in found
    )


def test_the_command_to_run_again_names_the_file(run: Run) -> None:
    ran = run(*MINE, *WAIVERS, files={"mine.py": BLOCKER, "waivers.toml": waiver()})

    assert "--coexistence-waivers=waivers.toml" in ran.report()["rerun"]


def test_a_waiver_for_one_subject_leaves_the_others(run: Run) -> None:
    files = {"mine.py": BLOCKER, "waivers.toml": waiver(more='subject = "nobody"\n')}

    ran = run(*MINE, *WAIVERS, files=files)

    assert ran.status == 1
    assert "waiver-not-needed" in {each["kind"] for each in ran.report()["findings"]}


def test_a_waiver_that_ran_out_accepts_nothing_and_is_a_finding(run: Run) -> None:
    files = {"mine.py": BLOCKER, "waivers.toml": waiver(expires="2020-01-31")}

    ran = run(*MINE, *WAIVERS, files=files)

    assert ran.status == 1
    ran.shows("Waivers that need a decision", "*waivers.toml, line 2: *ran out on 2020-01-31*")
    (complaint,) = (each for each in ran.report()["findings"] if each["check"] == "waivers")
    assert (complaint["kind"], complaint["severity"]) == ("waiver-expired", "warning")


def test_a_waiver_that_nothing_needs_fails_a_strict_run_only(run: Run) -> None:
    files = {"waivers.toml": waiver("legacy_and_current_users_reach_each_other")}

    lenient = run(*FEW, *WAIVERS, files=files)
    strict = run(*FEW, *WAIVERS, "--coexistence-strict", files=files)

    assert (lenient.status, strict.status) == (0, 1)
    assert "no finding matches it any more" in " ".join(lenient.said.split())


def test_whether_it_is_needed_is_not_judged_by_part_of_the_question(run: Run) -> None:
    files = {"waivers.toml": waiver("legacy_and_current_users_reach_each_other")}

    assert "need a decision" not in run(*FEW, *WAIVERS, "--coexistence-at=pilot", files=files).said


def test_the_day_of_an_offset_is_the_one_in_utc(run: Run) -> None:
    late = waiver(expires="2026-01-01T00:30:00+02:00")
    files = {"mine.py": BLOCKER, "waivers.toml": late}

    assert run(*MINE, *WAIVERS, "--coexistence-as-of=2025-12-31", files=files).status == 0
    assert run(*MINE, *WAIVERS, "--coexistence-as-of=2026-01-01", files=files).status == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("waivers = 3", "waivers.toml, line 1: waivers = 3: must be tables: write [[waivers]] above each."),
        (
            "[[waiver]]",
            "waivers.toml, line 1: the file has no key 'waiver'. Known: waivers. Did you mean 'waivers'?",
        ),
        ("[[waivers]]\ncheck = 'x'", "waivers.toml, line 1: [[waivers]] needs owner."),
        (waiver("no_such_check"), 'waivers.toml, line 3: check = "no_such_check": there is no check'),
        (
            waiver(expires='"soon"'),
            'waivers.toml, line 7: expires = "soon": must be a date, like 2026-12-01.',
        ),
        (waiver(expires="true"), "waivers.toml, line 7: expires = true: must be a date"),
        (waiver(more="until = 1"), "waivers.toml, line 8: [[waivers]] has no key 'until'. Known: check,"),
        (waiver().replace('"Operations"', '" "'), 'line 4: owner = " ": is empty.'),
        ("a = ", "waivers.toml: not valid TOML:"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_one_sentence(run: Run, text: str, sentence: str) -> None:
    ran = run(*FEW, *WAIVERS, files={"waivers.toml": text})

    assert ran.status == 4
    assert sentence in " ".join(ran.said.split())
    assert "Traceback" not in ran.said


def test_a_file_that_is_not_there(run: Run) -> None:
    ran = run(*FEW, *WAIVERS)

    assert ran.status == 4
    assert "waivers.toml: the file cannot be read (No such file" in " ".join(ran.said.split())
