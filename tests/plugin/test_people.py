"""How many people are hit: the same in the terminal, in the JSON report and on the bill, whoever counts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from checkout import SAMPLES
from plugin_checks import FOUR

if TYPE_CHECKING:
    from plugin_runs import Ran, Run

#: A way back on which nobody downgrades a client.
PLAN = '[rollback]\nactions = ["users", "contact-store", "meetings", "applications", "edge", "names"]\n'
QUESTION = ("--coexistence-plan=plan.toml", "--coexistence-json=report.json", "-k", "upgraded_client")
TWIN = ("--coexistence", f"--coexistence-from={SAMPLES / 'two-sites'}", *QUESTION)
FAMILY = (*FOUR, *QUESTION)

_HIT = re.compile(r"  Hit: (\d+) of (\d+) people")


def told(ran: Ran) -> list[tuple[int, int]]:
    """What the terminal says of each cause that it shows."""
    found = map(_HIT.fullmatch, ran.lines)
    return [(int(each[1]), int(each[2])) for each in found if each]


def on_workers(run: Run, *question: str) -> Ran:
    """The same question, asked by two workers."""
    return run(*question, "-n", "2", files={"plan.toml": PLAN})


@pytest.mark.parametrize("question", [TWIN, FAMILY], ids=["twin", "family"])
def test_the_causes_hit_everybody_on_the_bill_once(run: Run, question: tuple[str, ...]) -> None:
    ran = run(*question, files={"plan.toml": PLAN})
    report = ran.report()
    (estate,) = report["estates"]
    on_bill = {bill["from"]: bill["clients"] for bill in estate["rollback"]["bills"]}
    causes = report["causes"]

    assert causes
    assert not any(cause["people_at_least"] for cause in causes)
    assert sum(cause["people"] for cause in causes) == on_bill["post-migration"]
    assert told(ran) == [(cause["people"], cause["of_people"]) for cause in causes][:10]
    # At several checkpoints the same people are hit.
    assert sum(each["people"] for each in report["findings"]) > on_bill["post-migration"]
    assert estate["inventory"]["people"] >= on_bill["post-migration"]


def test_the_sample_strands_180_of_252_people(run: Run) -> None:
    ran = run(*TWIN, files={"plan.toml": PLAN})

    assert told(ran) == [(60, 252), (120, 252)]
    ran.shows("*180 clients to downgrade*")


@pytest.mark.parametrize("question", [TWIN, FAMILY], ids=["twin", "family"])
def test_workers_count_the_same_people(run: Run, question: tuple[str, ...]) -> None:
    alone, ran = run(*question, files={"plan.toml": PLAN}), on_workers(run, *question)

    assert (ran.folder / "report.json").read_bytes() == (alone.folder / "report.json").read_bytes()
    assert told(ran) == told(alone)
