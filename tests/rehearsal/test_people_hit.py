"""Whoever is hit by several findings counts once, however they come."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from helpers import RULES
from hypothesis import given
from hypothesis import strategies as st
from rehearsal.shared import checks

from coexistence.checking.checkpoints import Place
from coexistence.checking.decorators import check
from coexistence.checking.registry import Check, verified
from coexistence.checking.results import Broken, Finding, OpenQuestion, Result
from coexistence.inputs.family.builder import build
from coexistence.inputs.family.family import Family
from coexistence.migration import RollbackAction
from coexistence.model.population import (
    Division,
    Part,
    Population,
    packed_rows,
    union_of,
    unpacked_rows,
)
from coexistence.model.vocabulary import Checkpoint, Severity, Unknown
from coexistence.observation.listings import SUBJECTS, subjects
from coexistence.observation.subjects import User
from coexistence.rehearsal.estates.family import FamilyEstate
from coexistence.rehearsal.trial import Trial
from coexistence.rehearsal.verdicts import EstateReport, ItemVerdict, Run
from coexistence.rehearsal.verdicts.head_count import HeadCount, head_count_of
from coexistence.rehearsal.verdicts.item import MAX_FINDINGS
from coexistence.reporting.json_report import plain_report
from coexistence.reporting.text_report import render_text
from coexistence.testing import SOME_OF_EVERYTHING

ROWS = st.sets(st.integers(0, 90), max_size=40).map(lambda rows: np.array(sorted(rows), np.int64))
PLACE = Place("pilot", Checkpoint.PILOT)


def promise() -> Check:
    @check(clause="messaging", severity=Severity.ERROR, source="a document", remedy="mend it")
    def it_works(user: User) -> None:
        """It works."""
        assert user

    return verified(it_works, "mine")


PROMISE = promise()


def broken(hit: dict[str, Any], subject: str = "somebody", about: tuple[str, ...] = ()) -> Broken:
    return Broken(
        finding=Finding(kind="it_works"),
        severity=Severity.ERROR,
        subject=subject,
        hit=hit,
        message=f"{about} is broken",
        about=about,
    )


def rows(*numbers: int) -> Any:
    return np.array(numbers, np.int64)


def people(first: int, behind: int) -> Any:
    return np.arange(first, behind)


def verdict(*found: Broken, everybody: int | None = 252, number: int | None = None) -> ItemVerdict:
    return verdict_of((number, Result(evaluations=9, broken=found, everybody=everybody)))


def verdict_of(*results: tuple[int | None, Result]) -> ItemVerdict:
    return ItemVerdict.of(PROMISE, PLACE, "contoso", results)


# -------------------------------------------------------------------- rows


@given(ROWS)
def test_rows_come_back_as_they_were(some: Any) -> None:
    assert unpacked_rows(packed_rows(some)).tolist() == some.tolist()


@given(st.lists(ROWS, max_size=5))
def test_a_union_is_that_of_sets(some: list[Any]) -> None:
    assert union_of(some).tolist() == sorted({row for each in some for row in each.tolist()})


@pytest.mark.parametrize("gap", [0, 1, 255, 256, 65_535, 65_536, 2**31])
def test_people_may_lie_as_far_apart_as_they_like(gap: int) -> None:
    assert unpacked_rows(packed_rows(rows(gap, 2 * gap + 1))).tolist() == [gap, 2 * gap + 1]


@pytest.mark.parametrize(("step", "most"), [(1, 8_000), (2, 8_000), (100, 20_000)])
def test_a_million_people_fit_into_little(step: int, most: int) -> None:
    """In the order of pools, every other of them, and a pool of a hundred whose people are scattered."""
    some = np.arange(0, 1_000_000, step)
    if step == 100:
        some = some + np.random.default_rng(7).integers(0, 100, len(some))

    assert len(packed_rows(some)) < most


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 300)), min_size=1, max_size=40), st.data())
def test_the_parts_of_a_division_are_its_groups(codes: list[tuple[int, int]], data: st.DataObject) -> None:
    columns = [np.array(part, np.uint16) for part in zip(*codes, strict=True)]
    some = np.array(sorted(data.draw(st.sets(st.integers(0, len(codes) - 1)))), np.int64)
    parts = Division(columns, some).parts

    for part in parts:
        assert part.rows.tolist() == [row for row in some.tolist() if codes[row] == part.group.values]
        assert part.count == len(part.rows) > 0
    assert union_of(part.rows for part in parts).tolist() == some.tolist()


# -------------------------------------------------------------------- subjects


@pytest.mark.parametrize("label", ["legacy", "pilot", "production.rolled-back"])
def test_every_subject_says_who_is_hit_and_not_only_how_many(label: str) -> None:
    trial = Trial(build(SOME_OF_EVERYTHING, "test"), target=SOME_OF_EVERYTHING.target, rules=RULES)
    here = next(trial.views_at(place).here for place in trial.places if place.label == label)
    population = here.state.population
    assert not isinstance(population, Unknown)
    everybody = set(population.people.tolist())

    for kind in SUBJECTS:
        for subject in subjects(here, kind):
            for heads_ in subject.hit().values():
                assert not isinstance(heads_, int), (kind, subject.label)
                known = heads_.rows if isinstance(heads_, Part) else heads_
                assert set(known.tolist()) <= everybody, (kind, subject.label)


# -------------------------------------------------------------------- items


def test_people_of_one_name_in_two_deployments_are_different_people() -> None:
    """Made-up deployments have pools of the same names."""
    open_ones = [
        (number, OpenQuestion(subject="s", reason="why", needs=("it",), hit={"pool01": people(0, many)}))
        for number, many in enumerate((60, 192))
    ]
    results = [
        (number, Result(undecided=(each,), broken=(broken(dict(each.hit)),))) for number, each in open_ones
    ]
    made = verdict_of(*results)

    assert made.undecided is not None
    assert made.undecided.people == 252
    assert made.people == 252
    assert head_count_of(made.findings).people == 252


def test_people_who_are_called_the_same_are_not_the_same() -> None:
    made = verdict(*(broken({"40 people on pool01": people(at, at + 40)}) for at in (0, 40)))

    assert made.people == 80
    assert head_count_of(made.findings) == HeadCount(80, 252, is_bound=False)


def test_people_who_are_called_differently_may_be_the_same() -> None:
    division = Division([np.repeat(np.arange(2), 50)], np.arange(100))
    one, other = division.parts
    made = verdict(
        broken({"a": one}), broken({"b": one}), broken({"c": other}), broken({"d": people(90, 110)})
    )

    assert made.people == 110
    assert head_count_of(made.findings).people == 110


def test_findings_that_hit_different_people_are_added_up() -> None:
    made = verdict(broken({"a": people(0, 100)}), broken({"b": people(100, 223)}))

    assert str(head_count_of(made.findings)) == "223 of 252 people"


def test_of_whom_only_the_number_is_known_count_by_what_they_are_called() -> None:
    made = verdict(broken({"screens": 5}), broken({"screens": 5}), broken({"walls": 2}))

    assert made.people == 7
    assert str(head_count_of(made.findings)) == "7 of 252 people"


def test_where_some_may_count_twice_the_number_is_a_bound() -> None:
    known, numbered = verdict(broken({"a": people(0, 4)})), verdict(broken({"screens": 5}))
    other = dataclasses.replace(numbered.findings[0], check="another")

    assert str(head_count_of([*known.findings, *numbered.findings])) == "at least 5 of 252 people"
    assert str(head_count_of([*numbered.findings, other])) == "at least 5 of 252 people"


def test_one_person_is_one_person() -> None:
    assert str(head_count_of(verdict(broken({"a": rows(3)}), everybody=1).findings)) == "1 of 1 person"
    assert str(head_count_of(verdict(broken({"a": rows(3)}), everybody=None).findings)) == "1 person"
    assert str(head_count_of([])) == "0 people"


# -------------------------------------------------------------------- on the way


@given(st.lists(st.tuples(st.sampled_from("abc"), ROWS, st.integers(0, 2)), max_size=12), st.booleans())
def test_a_verdict_crosses_to_another_process_and_back(given_: Any, is_family: bool) -> None:
    results = [
        (number if is_family else None, Result(broken=(broken({name: some, "x": 3}),), everybody=99))
        for name, some, number in given_
    ]
    made = verdict_of(*results)

    there = json.loads(json.dumps(made.plain()))

    assert ItemVerdict.from_plain(there) == made
    assert made.people == sum(
        max(len(union_of(some for _, some, of in given_ if not is_family or of == number)), 3)
        for number in {of if is_family else None for *_, of in given_}
    )


def test_the_same_people_are_handed_on_once() -> None:
    (part,) = Division([np.zeros(900, np.uint8)], np.arange(900)).parts
    sent = verdict(*(broken({"a": part}, subject=str(at)) for at in range(50))).plain()

    assert sent["crowds"] == [part.packed]


def test_a_finding_of_another_sort_is_told_after_any_number_of_others() -> None:
    """Beyond the limit, findings are told with one that is alike: nobody and no cause is lost."""
    many = MAX_FINDINGS + 50
    made = verdict(
        *(broken({"a": rows(at)}, about=("pool01",)) for at in range(many)),
        broken({"b": rows(many)}, about=("pool02",)),
        everybody=1000,
    )

    assert [each.alike for each in made.findings] == [50] + [0] * MAX_FINDINGS
    assert made.findings[-1].about == ("pool02",)
    assert (len(made.findings), made.more_findings) == (MAX_FINDINGS + 1, 50)
    assert made.people == many + 1
    assert str(head_count_of(made.findings)) == f"{many + 1} of 1000 people"


def test_where_findings_are_only_counted_the_people_are_a_bound() -> None:
    many = 1_200
    made = verdict(*(broken({"a": rows(at)}, about=(f"pool{at}",)) for at in range(many)), everybody=5000)

    assert len(made.findings) + made.more_findings == many
    assert made.people == many
    assert str(head_count_of(made.findings)) == f"at least {len(made.findings)} of 5000 people"


# -------------------------------------------------------------------- beside the bill


def asked(trial: Trial, *labels: str) -> Run:
    places = [place for place in trial.places if place.label in labels]
    items = [
        ItemVerdict.of(each, place, "contoso", [(None, trial.ask(each, place))])
        for place in places
        for each in checks()
        if each.applies_at(place) and not each.fixtures
    ]
    estate = EstateReport(
        name="contoso",
        kind="twin",
        checkpoints=tuple(place.label for place in places),
        inventory={"pools": [], "users": 1, "people": 1},
    )
    return Run(version="1", seed=7, as_of="", rerun="", deployments=1, estates=(estate,), items=tuple(items))


@pytest.fixture(scope="module")
def stranded() -> tuple[Trial, Run]:
    """Nobody downgrades clients on the way back; people of one pool have addresses in two domains."""
    blueprint = dataclasses.replace(SOME_OF_EVERYTHING, sip_domains=2)
    trial = Trial(
        build(blueprint, "test"),
        target=blueprint.target,
        rules=RULES,
        actions=frozenset(RollbackAction) - {RollbackAction.CLIENTS},
    )
    return trial, asked(trial, "pilot.rolled-back", "post-migration.rolled-back")


def test_whoever_is_stranded_by_a_rollback_is_on_the_bill(stranded: tuple[Trial, Run]) -> None:
    trial, run = stranded
    bills = {f"{place.label}.rolled-back": bill.clients for place, bill in trial.bills.items()}

    for label in ("pilot.rolled-back", "post-migration.rolled-back"):
        found = [each for each in run.findings() if each.checkpoint == label]
        assert len({each.subject for each in found}) > 1
        assert head_count_of(found).people == bills[label]
    assert sum(cause.people.people for cause in run.causes()) == bills["post-migration.rolled-back"] == 110


def test_text_and_json_say_the_same_number(stranded: tuple[Trial, Run]) -> None:
    """A cause hits everybody whom any of its findings hits, and not only those of the largest."""
    _, run = stranded
    report = plain_report(run)
    told = [line.text.strip() for line in render_text(run, width=100) if line.text.startswith("  Hit: ")]

    assert told == ["Hit: 30 of 120 people", "Hit: 80 of 120 people"]
    for number, (cause, line) in enumerate(zip(report["causes"], told, strict=True)):
        assert line == f"Hit: {cause['people']} of {cause['of_people']} people"
        assert cause["people_at_least"] is False
        mine = [each["people"] for each in report["findings"] if each["cause"] == number]
        assert max(mine) < cause["people"] < sum(mine)


def test_a_family_has_as_many_accounts_as_its_members() -> None:
    family = Family(7, 6)
    members = [family.deployment(member).population for member in range(6)]

    inventory = FamilyEstate(family, RULES).report([]).inventory

    assert any(site.crowded for member in range(6) for site in family.blueprint(member).sites)
    assert inventory["users"] == sum(len(each) for each in members if isinstance(each, Population))
    assert inventory["people"] == sum(len(each.people) for each in members if isinstance(each, Population))
