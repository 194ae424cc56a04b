"""``--coexistence-plan`` and ``--coexistence-show-plan``: somebody's own plan, and the plan on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helpers import built, front_end, one_pool
from plugin_checks import FOUR

from coexistence.inputs.exports.write.folder import write_exports

if TYPE_CHECKING:
    from pathlib import Path

    from plugin_runs import Ran, Run, Warm

JSON = "--coexistence-json=report.json"
DEPLOYMENT = built(one_pool(people=30))
OLD = front_end(DEPLOYMENT)
PLAN = f"""\
target = "S19"
[[waves]]
name = "pilot"
list = "pilot.csv"
date = 2026-12-01
window = "22:00-22:01"
[[waves]]
name = "the others"
pool = "{OLD}"
[steps]
leave_out = ["P7.11"]
[rates]
moves_per_hour = 60
[[statements]]
text = "Port 444 is open."
author = "Ann"
date = 2026-11-01
"""


def people(*rows: int) -> str:
    known = DEPLOYMENT.population
    assert hasattr(known, "addresses")
    return "SipAddress\n" + "".join(f"sip:{known.addresses[row]}\n" for row in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a deployment's exports, a plan file and its list."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "plan.toml").write_text(PLAN)
    (tmp_path / "pilot.csv").write_text(people(1, 2, 3))
    write_exports(DEPLOYMENT, tmp_path / "contoso")
    return tmp_path


def asked(start: Warm, folder: Path, *arguments: str) -> Ran:
    """A coexistence run about the twin in the project."""
    return start(("--coexistence", "--coexistence-from=contoso", *arguments), folder, {})


def test_the_plan_of_the_file_is_tried_and_reported(start: Warm, folder: Path) -> None:
    ran = asked(start, folder, "--coexistence-plan=plan.toml", "--coexistence-at=now,pilot", JSON)

    (estate,) = ran.report()["estates"]
    assert [(wave["name"], wave["accounts"], wave["fits"]) for wave in estate["plan"]["waves"]] == [
        ("pilot", 3, False),
        ("the others", 27, None),
    ]
    assert estate["plan"]["file"] == "plan.toml"
    (told,) = estate["plan"]["statements"]
    assert (told["text"], told["author"], told["date"]) == ("Port 444 is open.", "Ann", "2026-11-01")
    assert (told["says"], told["used"]) == ({}, False)
    assert "P7.11" not in [step["step"] for step in estate["rollback"]["steps"]]
    assert [bill["users"] for bill in estate["rollback"]["bills"] if bill["from"] == "pilot"] == [3]
    ran.shows("The plan in plan.toml", "*P4.3 pilot, 2026-12-01: 3 accounts, about 3 minutes,*DOES NOT FIT")
    assert "--coexistence-plan=plan.toml" in ran.report()["rerun"]


def test_it_is_the_same_on_workers_that_never_see_the_file(start: Warm, folder: Path) -> None:
    question = ("--coexistence-plan=plan.toml", "--coexistence-at=now,pilot", JSON)
    asked(start, folder, *question)
    first = (folder / "report.json").read_bytes()
    # The first worker that starts takes the list away: whoever read it again would stumble.
    (folder / "conftest.py").write_text(
        "import os, pathlib\n"
        "if os.environ.get('PYTEST_XDIST_WORKER'):\n"
        "    for name in ('pilot.csv', 'plan.toml'):\n"
        "        pathlib.Path(name).unlink(missing_ok=True)\n"
    )

    asked(start, folder, *question, "-n", "2")

    assert not (folder / "plan.toml").exists()
    assert (folder / "report.json").read_bytes() == first


def test_it_can_be_set_in_the_ini_file(start: Warm, folder: Path) -> None:
    (folder / "pytest.ini").write_text("[pytest]\ncoexistence_plan = plan.toml\n")
    ran = asked(start, folder, "--coexistence-at=now", JSON)

    assert ran.report()["estates"][0]["plan"]["file"] == "plan.toml"
    assert "--coexistence-plan=plan.toml" in ran.report()["rerun"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rates]\nmoves_per_hour = 'x'\n[x]\n", ['plan.toml, line 2: moves_per_hour = "x": ',
                                                 "plan.toml, line 3: the file has no key 'x'."]),
        ("[[waves]]\nname = 'a'\npool = 'pool99'\n", ["plan.toml, line 3: wave 'a' names pool 'pool99'"]),
        ("[[waves]]\nname = 'a'\nlist = 'none.csv'\n", ['plan.toml, line 3: list = "none.csv": there is no']),
        ("target = 'S15'\n", ["plan.toml, line 1: target = 'S15', and --coexistence-to says S19."]),
        ("a = \n", ["plan.toml: not valid TOML: "]),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_used_ends_the_run_before_it_begins(
    start: Warm, folder: Path, text: str, said: list[str]
) -> None:
    (folder / "plan.toml").write_text(text)
    ran = asked(start, folder, "--coexistence-plan=plan.toml", "--coexistence-to=S19")

    assert ran.status == 4
    found = [line.removeprefix("ERROR: ") for line in ran.said.splitlines() if line.strip()]
    assert len(found) == len(said)
    assert all(line.startswith(begins) for line, begins in zip(found, said, strict=True)), found


def test_a_file_that_is_not_there_is_named(start: Warm, folder: Path) -> None:
    ran = asked(start, folder, "--coexistence-plan=none.toml")

    assert ran.status == 4
    assert "none.toml: the file cannot be read (No such file" in ran.said


def test_a_plan_by_numbers_serves_made_up_deployments(run: Run) -> None:
    plan = {"plan.toml": "[[waves]]\nname = 'few'\ncount = 2\n[[waves]]\nname = 'all'\neverybody = true\n"}
    ran = run(*FOUR, "--coexistence-plan=plan.toml", JSON, files=plan)

    assert ran.status == 0
    (estate,) = ran.report()["estates"]
    assert estate["plan"]["file"] == "plan.toml"


def test_a_plan_with_names_does_not(run: Run) -> None:
    plan = {"plan.toml": "[[waves]]\nname = 'one'\npool = 'pool01.contoso.com'\n"}
    ran = run(*FOUR, "--coexistence-plan=plan.toml", files=plan)

    assert ran.status == 4
    assert "plan.toml, line 1: names pool 'pool01.contoso.com', and made-up deployments all have" in ran.said


# ---------------------------------------------------------------- the plan on paper


@pytest.mark.parametrize("more", [(), ("-n", "2")])
def test_the_plan_is_printed_and_nothing_is_run(start: Warm, folder: Path, more: tuple[str, ...]) -> None:
    ran = asked(start, folder, "--coexistence-show-plan", *more)

    assert ran.status == 0
    ran.shows("=* runbook: * =*", "Waves", "*1. P1.1  Plan who is moved when*", "*--> checkpoint retired")
    assert "test session starts" not in ran.out


def test_the_plan_of_the_file_is_the_one_that_is_printed(start: Warm, folder: Path) -> None:
    ran = asked(start, folder, "--coexistence-plan=plan.toml", "--coexistence-show-plan")

    ran.shows(
        "*P4.3 pilot, 2026-12-01, 3 accounts, about 3 min*", "*-UserList 'pilot.csv' -Report 'moved.csv'*"
    )
    assert "P7.11" not in ran.out.split("The same as a plan file")[0]


def test_of_a_family_the_first_deployment_is_shown(run: Run) -> None:
    ran = run(*FOUR, "--coexistence-show-plan")

    assert ran.status == 0
    ran.shows("This is deployment 0 of 4 made-up ones (seed *")


def test_printing_can_be_set_in_the_ini_file(run: Run) -> None:
    ran = run(*FOUR, files={"pytest.ini": "[pytest]\ncoexistence_show_plan = true\n"})

    ran.shows("=* runbook: generated =*")


def test_a_plan_that_cannot_be_used_is_not_printed(start: Warm, folder: Path) -> None:
    (folder / "plan.toml").write_text("x = 1\n")
    ran = asked(start, folder, "--coexistence-plan=plan.toml", "--coexistence-show-plan")

    assert ran.status == 4
    assert ran.said.startswith("ERROR: plan.toml, line 1: the file has no key 'x'.")


def test_without_a_coexistence_run_nothing_is_printed(run: Run) -> None:
    ran = run("--coexistence-show-plan", files={"test_one.py": "def test_one():\n    pass\n"})

    assert (ran.status, "runbook" in ran.out) == (0, False)
