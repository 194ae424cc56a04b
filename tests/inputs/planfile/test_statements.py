"""Statements: they fill what no export tells, and what cannot all be so is a contradiction."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from helpers import built, one_pool

from coexistence.errors import InputError
from coexistence.inputs.planfile.apply_statements import as_stated
from coexistence.inputs.planfile.reader import PlanSource, parse_plan
from coexistence.inputs.planfile.writer import write_own
from coexistence.migration.custom_plan import OwnPlan, Statement
from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import Deployment
from coexistence.model.population import UNTOLD, Meetings, Population, column
from coexistence.rehearsal.trial import Trial

HEAD = '[[statements]]\ntext = "t"\nauthor = "Ann"\ndate = 2026-01-05\n'


def untold() -> Deployment:
    """A deployment of whose clients and meetings nobody told."""
    made = built(one_pool(people=20))
    people = made.population
    assert isinstance(people, Population)
    assert isinstance(people.meetings, Meetings)
    nobody = column(np.full(len(people), ClientGeneration.UNKNOWN), np.uint8)
    flags = column(np.full(len(people.meetings), UNTOLD), np.uint8)
    meetings = replace(people.meetings, by_upgraded=flags)
    return replace(made, population=people.changed(client=nobody, first_client=nobody, meetings=meetings))


def told(*statements: str) -> OwnPlan:
    return parse_plan(PlanSource("plan.toml", "\n".join(HEAD + each for each in statements)))


def people_of(made: Deployment) -> Population:
    assert isinstance(made.population, Population)
    return made.population


def test_clients_are_taken_from_a_statement_where_no_file_tells() -> None:
    made = untold()
    stated = as_stated(made, told(f'pool = "{made.pools[0].fqdn}"\nclients = "OC/15.0.4420.1017"'))

    assert set(people_of(stated).client.tolist()) == {ClientGeneration.LYNC_2013}
    assert set(people_of(stated).first_client.tolist()) == {ClientGeneration.LYNC_2013}
    assert stated.contradictions == ()


def test_who_scheduled_with_what_is_taken_for_meetings_until_that_day() -> None:
    made = untold()
    own = told(f'pool = "{made.pools[0].fqdn}"\nscheduled_with_upgraded = false')
    early = replace(own, statements=(replace(own.statements[0], date=dt.date(1990, 1, 1)),))

    def flags(deployment: Deployment) -> set[int]:
        meetings = people_of(deployment).meetings
        assert isinstance(meetings, Meetings)
        return set(meetings.by_upgraded.tolist())

    assert flags(as_stated(made, own)) == {0}
    assert flags(as_stated(made, early)) == {UNTOLD}


def test_a_shut_port_is_felt() -> None:
    made = built(one_pool(people=20))
    own = told("blocked_port = 5061")
    stated = as_stated(made, own)

    assert [(each.source, each.target, each.port) for each in stated.blocked] == [(None, None, 5061)]
    assert stated.blocked[0].origin.line == own.statements[0].line
    assert Trial(stated, is_twin=True).deployment.blocked


def test_a_statement_overrules_no_file() -> None:
    made = built(one_pool(people=20))
    before = people_of(made).client.tolist()
    stated = as_stated(made, told(f'pool = "{made.pools[0].fqdn}"\nclients = "phone-edition"'))

    assert people_of(stated).client.tolist() == before
    (found,) = stated.contradictions
    assert found.kind == "statement-and-file"
    assert found.one.source == "plan.toml"
    assert not found.is_serious


def test_two_statements_that_differ_are_a_contradiction_with_both_places() -> None:
    made = untold()
    pool = f'pool = "{made.pools[0].fqdn}"\n'
    own = told(pool + "scheduled_with_upgraded = false", pool + "scheduled_with_upgraded = true")

    found = next(each for each in as_stated(made, own).contradictions if each.kind == "statements-differ")

    assert [found.one.line, found.other.line] == [each.line for each in own.statements]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('clients = "lync2010"', "needs pool"),
        ("scheduled_with_upgraded = true", "needs pool"),
        ('pool = "p"\nclients = "typewriter"', "no known client"),
        ('to_pool = "p"', "to_pool goes with blocked_port"),
        ("blocked_port = 70000", "must be from 1 to 65535"),
    ],
)
def test_what_makes_no_sense_is_said(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        told(text)


def test_writing_and_reading_again_gives_the_same() -> None:
    statement = Statement(
        text="t",
        author="Ann",
        date=dt.date(2026, 1, 1),
        pool="a.b.c",
        clients="lync2010",
        scheduled_with_upgraded=False,
        blocked_port=443,
        from_pool="a.b.c",
        to_pool="d.b.c",
    )

    assert parse_plan(PlanSource("plan.toml", write_own(OwnPlan(statements=(statement,))))).statements == (
        statement,
    )
