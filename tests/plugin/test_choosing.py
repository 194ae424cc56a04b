"""``--collect-only`` reads like a table of contents; ``-k``, ``-m``, ``--coexistence-at`` choose from it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from plugin_checks import FEW

from coexistence.checking.checkpoints import LABELS
from coexistence.checking.registry import Registry
from coexistence.model.vocabulary import CHECKPOINT_ORDER, Clause, Severity
from coexistence.plugin.loading import load_builtin

if TYPE_CHECKING:
    from plugin_runs import Ran, Run

CONTENTS = (*FEW, "--co", "-q", "-p", "no:randomly")


def items(ran: Ran) -> list[tuple[str, str, str]]:
    """Module, check and checkpoint of every line that is a node id."""
    ids = [line for line in ran.lines if "::" in line]
    found = []
    for each in ids:
        module, _, rest = each.partition("::")
        check, _, where = rest.removesuffix("]").partition("[")
        label = max((label for label in LABELS if where.endswith(f"-{label}")), key=len)
        found.append((module, check, label))
    return found


@pytest.fixture(scope="module")
def checks() -> Registry:
    registry = Registry()
    load_builtin(registry)
    return registry


def test_it_reads_like_a_table_of_contents(run: Run, checks: Registry) -> None:
    found = items(run(*CONTENTS))

    # A chapter for each module, in it a heading for each promise, under it the checkpoints in their order.
    assert [module for module, _ in itertools.groupby(found, lambda each: each[0])] == sorted(
        {each.module for each in checks if any(item[1] == each.name for item in found)}
    )
    path = [
        label
        for checkpoint in CHECKPOINT_ORDER
        for label in (checkpoint.value, checkpoint.rolled_back)
        if label in LABELS
    ]
    for (_, check), lines in itertools.groupby(found, lambda each: each[:2]):
        labels = [label for _, _, label in lines]
        assert labels == sorted(labels, key=path.index), check
        assert len(labels) == len(set(labels)), check


def test_the_order_does_not_depend_on_chance(run: Run) -> None:
    assert items(run(*CONTENTS)) == items(run(*FEW, "--co", "-q"))


def test_each_promise_is_told_in_words_by_the_tree(run: Run, checks: Registry) -> None:
    ran = run(*FEW, "--co", "-v", "--coexistence-at=pilot")

    asked = {check for _, check, _ in items(run(*CONTENTS, "--coexistence-at=pilot"))}
    assert all(each.promise in ran.out for each in checks if each.name in asked)


@pytest.mark.parametrize(
    ("options", "module"),
    [
        (("-k", "messaging"), "coexistence.checks.messaging"),
        (("-k", "checks.edge"), "coexistence.checks.edge"),
    ],
)
def test_a_keyword_chooses_a_chapter(run: Run, options: tuple[str, str], module: str) -> None:
    found = items(run(*CONTENTS, *options))

    assert found
    assert {each[0] for each in found if options[1].split(".")[-1] not in each[1]} == {module}


def test_a_keyword_chooses_a_promise_or_a_checkpoint(run: Run) -> None:
    promises = items(run(*CONTENTS, "-k", "reach_each_other"))
    places = items(run(*CONTENTS, "-k", "retired"))

    assert promises
    assert all("reach_each_other" in check for _, check, _ in promises)
    assert {label for _, _, label in places if label == "retired"} == {"retired"}
    assert all("retired" in check or label == "retired" for _, check, label in places)


@pytest.mark.parametrize("severity", Severity, ids=lambda each: each.name.lower())
def test_a_mark_chooses_what_weighs_so_much(run: Run, severity: Severity, checks: Registry) -> None:
    found = items(run(*CONTENTS, "-m", severity.name.lower()))

    assert {check for _, check, _ in found} <= {each.name for each in checks if each.severity is severity}
    assert found or not any(each.severity is severity and each.at != "now" for each in checks)


@pytest.mark.parametrize("clause", ["names", "meetings"])
def test_a_mark_chooses_what_is_about_something(run: Run, clause: str, checks: Registry) -> None:
    found = items(run(*CONTENTS, "-m", clause))

    assert found
    assert {check for _, check, _ in found} <= {each.name for each in checks if each.clause is Clause(clause)}


@pytest.mark.parametrize("at", ["pilot", "pilot,pilot.rolled-back"])
def test_checkpoints_are_chosen_by_name(run: Run, at: str) -> None:
    found = items(run(*CONTENTS, f"--coexistence-at={at}"))

    assert {label for _, _, label in found} == set(at.split(","))


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])
@pytest.mark.parametrize(
    "choice", [("-k", "legacy_and_current"), ("-m", "policies"), ("--coexistence-at=pilot",)], ids=" ".join
)
def test_part_of_the_question_is_never_go(
    run: Run, choice: tuple[str, ...], workers: tuple[str, ...]
) -> None:
    ran = run(*FEW, *choice, *workers)

    assert ran.status == 8, ran.said
    assert "such a run" in ran.out
