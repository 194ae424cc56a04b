"""``--coexistence-fault``: faults made on purpose, and a report as an administrator would meet them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helpers import built, two_sites
from plugin_checks import FEW

from coexistence.inputs.exports.write.folder import write_exports

if TYPE_CHECKING:
    from pathlib import Path

    from plugin_runs import Ran, Run, Warm

JSON = "--coexistence-json=report.json"
TWO = ("--coexistence", "--coexistence-deployments=2")
#: A fault of a user's own, which any deployment can have.
OWN = '''
from coexistence import Injection, ServiceState, Severity, fault
from coexistence.model import operations as op
from coexistence.model.vocabulary import Checkpoint

@fault(clause="services", phase="pilot", severity=Severity.BLOCKER, evidence="B", source="a diary",
       remedy="Start the service.")
def our_front_end_stops(scene):
    """Somebody stops the Front-End service of a legacy pool.

    Nobody on it is reached.
    """
    for pool in scene.leaving:
        stops = [op.SetServiceState(server=each, service="RTCSRV", state=ServiceState.STOPPED)
                 for each in pool.servers]
        yield Injection(target=pool.id, scene=scene.before(Checkpoint.PILOT, *stops))

@fault(clause="capacity", id="rain")
def it_rains(scene):
    """It rains.

    Everything is wet, and nothing is broken.
    """
    yield Injection(target="the weather", scene=scene)

@fault(clause="capacity", id="never")
def it_never_happens(scene):
    """Nothing.

    Nothing.
    """
    yield from ()
'''
MINE = {"mine.py": OWN}
CHECKS = "--coexistence-checks=mine.py"
STOPS = "--coexistence-fault=our-front-end-stops"


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
def test_symptom_cause_who_and_fix_in_every_member_that_can_have_it(
    run: Run, workers: tuple[str, ...]
) -> None:
    ran = run(*TWO, CHECKS, STOPS, JSON, *workers, files=MINE)

    assert ran.status == 1, ran.said
    ran.shows(
        "Faults that were made on purpose",
        "*our-front-end-stops, made in 2 of 2 deployments",
        "*Seen: Nobody on it is reached.",
        "*First noticed: at pilot*",
        "*Set wrong: Somebody stops the Front-End service of a legacy pool. *",
        "*Hit: * people",
        "*Do: Start the service.",
        "*See: a diary",
        "Findings",
        "BLOCKER*",
        "*Set wrong: Somebody stops*",
    )
    report = ran.report()
    (fault,) = report["faults"]
    assert (fault["id"], fault["clause"], fault["severity"]) == ("our-front-end-stops", "services", "blocker")
    assert [each["deployment"] for each in fault["made"]] == [0, 1]
    assert {each["estate"] for each in fault["made"]} == {"generated"}
    assert report["verdict"] == "no-go"
    assert report["findings"]
    assert all(each["faults"] == ["our-front-end-stops"] for each in report["findings"])
    assert STOPS in report["rerun"]


def test_two_workers_find_what_one_process_does(run: Run) -> None:
    alone = run(*TWO, CHECKS, STOPS, JSON, files=MINE).folder / "report.json"
    both = run(*TWO, CHECKS, STOPS, JSON, "-n", "2", files=MINE).folder / "report.json"

    assert alone.read_bytes() == both.read_bytes()


def test_a_fault_that_nobody_notices_is_no_go_for_nobody_and_never_go(run: Run) -> None:
    ran = run(*FEW, CHECKS, "--coexistence-fault=rain", JSON, files=MINE)

    assert ran.status == 8
    ran.shows("*rain, made in 1 of 1 deployments", "*Noticed: by no check.")
    assert "a fault was made on purpose" in ran.said


def test_several_faults_are_made_together(run: Run) -> None:
    ran = run(*FEW, CHECKS, STOPS, "--coexistence-fault=rain", JSON, files=MINE)

    assert [each["id"] for each in ran.report()["faults"]] == ["our-front-end-stops", "rain"]
    assert {tuple(each["faults"]) for each in ran.report()["findings"]} >= {("our-front-end-stops",)}


def test_the_ini_file_may_ask_for_them_too(run: Run) -> None:
    ini = "[pytest]\ncoexistence_fault =\n    our-front-end-stops\n    rain\n"
    ran = run(*FEW, CHECKS, JSON, files={**MINE, "pytest.ini": ini})

    assert [each["asked"] for each in ran.report()["faults"]] == ["our-front-end-stops", "rain"]
    assert f"{STOPS} --coexistence-fault=rain" in ran.report()["rerun"]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("our-front-end-stop", "there is no fault 'our-front-end-stop'. Did you mean 'our-front-end-stops'?"),
        (
            "never",
            "--coexistence-fault never: cannot be made in generated: there is nothing that it could hit.",
        ),
        (
            "rain:snow",
            "'snow' is nothing that it can hit. Possible targets in generated, deployment 0: the weather.",
        ),
        ("derived-reconnect-storm-at-cutover", "is left out:"),
    ],
)
def test_what_cannot_be_made_is_one_sentence(run: Run, fault: str, sentence: str) -> None:
    ran = run(*FEW, CHECKS, f"--coexistence-fault={fault}", files=MINE)

    assert ran.status == 4
    (said,) = [line for line in ran.said.splitlines() if line.strip()]
    assert sentence in said


def test_it_can_be_waived_selected_and_looked_at_in_one_place(run: Run) -> None:
    waivers = """
[[waivers]]
check = "*"
owner = "Operations"
approver = "Change board"
reason = "a drill"
expires = 2099-12-31
"""
    files = {**MINE, "waivers.toml": waivers}
    selected = ("-k", "every_expected_service_runs", "--coexistence-at=pilot", CHECKS, STOPS)

    found = run(*FEW, *selected, JSON, files=files)
    waived = run(*FEW, *selected, JSON, "--coexistence-waivers=waivers.toml", files=files)

    assert (found.status, waived.status) == (1, 8)
    assert {each["checkpoint"] for each in found.report()["findings"]} == {"pilot"}
    assert all(each["waived"] and each["faults"] for each in waived.report()["findings"])


# ---------------------------------------------------------------- twins


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a deployment's exports in it."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "mine.py").write_text(OWN)
    write_exports(built(two_sites()), tmp_path / "contoso")
    return tmp_path


def asked(start: Warm, folder: Path, fault: str) -> Ran:
    """A coexistence run about the twin."""
    about = ("--coexistence", "--coexistence-from=contoso", CHECKS, JSON, "--coexistence-at=pilot")
    return start((*about, f"--coexistence-fault={fault}"), folder, {})


def test_a_twin_is_hit_where_it_is_aimed(start: Warm, folder: Path) -> None:
    second = built(two_sites()).pools[1].id
    pools = {pool.id for pool in built(two_sites()).pools}
    refused = asked(start, folder, "our-front-end-stops:somewhere")

    assert refused.status == 4
    (said,) = [line for line in refused.said.splitlines() if line.strip()]
    targets = said.partition(": ")[2].rpartition(": ")[2].rstrip(".").split(", ")
    assert set(targets) <= pools
    assert len(targets) == 2

    for target in targets:
        ran = asked(start, folder, f"our-front-end-stops:{target}")
        assert ran.status == 1
        (fault,) = ran.report()["faults"]
        assert [(each["deployment"], each["target"]) for each in fault["made"]] == [(None, target)]
    assert second in pools


def test_what_a_twin_has_anyway_is_blamed_on_no_fault(start: Warm, folder: Path) -> None:
    breaks = (
        OWN
        + '''
from coexistence import PoolSubject, check

@check(clause="data")
def every_pool_is_called_bob(pool: PoolSubject) -> None:
    """Every pool is called Bob."""
    assert pool.label == "bob"
'''
    )
    (folder / "mine.py").write_text(breaks)
    report = asked(start, folder, "our-front-end-stops").report()

    bob = [each for each in report["findings"] if each["check"].endswith("bob")]
    assert bob
    assert not any(each["faults"] for each in bob)


# ---------------------------------------------------------------- the list


def test_the_list_shows_every_fault_by_family_and_what_is_left_out(run: Run) -> None:
    ran = run(*FEW, CHECKS, "--coexistence-fault=list", files=MINE, env={"COLUMNS": "80"})

    assert ran.status == 0
    assert max(len(line) for line in ran.lines if not line.startswith("  Ask: ")) <= 80
    ran.shows(
        "services",
        "  our-front-end-stops  * pilot * blocker  B",
        "      Somebody stops the Front-End service of a legacy pool.",
        "meetings",
        "  conference-directory-left-behind*",
        "capacity",
        "  rain *",
        "left out, because nothing here could show them",
        "  derived-reconnect-storm-at-cutover",
        "      it is about load*",
    )
