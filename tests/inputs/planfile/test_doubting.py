"""What speaks against a statement is heard, and both places are named down to the line."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import built, front_end, one_pool

from coexistence.checking.registry import Registry
from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.read.first_rows import first_rows, newest_rows
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.planfile.apply_statements import as_stated
from coexistence.inputs.planfile.reader import PlanSource, parse_plan
from coexistence.inputs.planfile.statement_lint import OLD
from coexistence.migration.custom_plan import OwnPlan
from coexistence.model.deployment import Deployment
from coexistence.model.population import NOWHERE, Meetings, Population
from coexistence.model.vocabulary import Contradiction, Version
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

MADE = built(one_pool(people=12))
POOL = front_end(MADE)
REGISTRY = Registry()
load_builtin(REGISTRY)
(AGREE,) = [check for check in REGISTRY if check.name == "exported_files_agree"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("twin")
    write_exports(MADE, made)
    return made


@pytest.fixture(scope="module")
def twin(folder: Path) -> Deployment:
    return read_exports(folder).deployment


def told(text: str, date: dt.date | str = "2026-01-05") -> OwnPlan:
    head = f'\n[[statements]]\ntext = "t"\nauthor = "Ann"\ndate = {date}\n'
    return parse_plan(PlanSource("plan.toml", head + text))


def found_in(
    deployment: Deployment, own: OwnPlan, as_of: dt.date | None = None
) -> list[tuple[str, str, str]]:
    known = len(deployment.contradictions)
    found: tuple[Contradiction, ...] = as_stated(deployment, own, as_of=as_of).contradictions[known:]
    return [(each.kind, str(each.one), str(each.other)) for each in found]


def line_of(folder: Path, name: str, column: str, value: str) -> int:
    """The first line of a table that has a value in a column."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as text:
        return next(at for at, row in enumerate(csv.DictReader(text), start=2) if row[column] == value)


@pytest.mark.parametrize(
    ("text", "file", "column", "value"),
    [
        ('clients = "lync2010"', "clients.csv", "Client", "lync2013"),
        ("clients_upgraded = true", "clients.csv", "ClientUpgraded", "False"),
        ('contacts = "exchange"', "clients.csv", "ContactStore", "server"),
        ("uses_xmpp = true", "clients.csv", "HasXmppContacts", "False"),
        ("uses_persistent_chat = true", "clients.csv", "UsesPersistentChat", "False"),
        ("scheduled_with_upgraded = true", "meetings.csv", "by_upgraded_client", "False"),
        ('scheduled_on = "S15"', "meetings.csv", "scheduled_on", "L13"),
    ],
)
def test_a_file_that_says_otherwise_is_named_with_its_line(
    folder: Path, twin: Deployment, text: str, file: str, column: str, value: str
) -> None:
    at = line_of(folder, file, column, value)

    assert found_in(twin, told(f'pool = "{POOL}"\n{text}')) == [
        ("statement-and-file", "plan.toml, line 2", f"{file}, line {at}")
    ]
    # The file is kept.
    stated = as_stated(twin, told(f'pool = "{POOL}"\n{text}'))
    assert stated.population == twin.population


@pytest.mark.parametrize(
    "text",
    [
        'clients = "lync2013"',
        "clients_upgraded = false",
        'contacts = "server"',
        "uses_xmpp = false",
        "scheduled_with_upgraded = false",
        'scheduled_on = "L13"',
        'version = "L13"',
    ],
)
def test_a_file_that_says_the_same_contradicts_nothing(twin: Deployment, text: str) -> None:
    assert found_in(twin, told(f'pool = "{POOL}"\n{text}')) == []


def test_a_version_that_the_topology_rules_out_weighs(twin: Deployment) -> None:
    stated = as_stated(twin, told(f'pool = "{POOL}"\nversion = "SE"'))

    (found,) = stated.contradictions
    assert (found.kind, found.is_serious) == ("statement-and-file", True)
    assert str(found.other).startswith("topology.xml, line ")
    assert stated.pool_by_id[POOL].versions == (Version.L13,)


def test_a_pool_of_which_two_versions_are_left_is_what_is_stated(twin: Deployment) -> None:
    pools = tuple(replace(pool, versions=(Version.S19, Version.SE)) for pool in twin.pools)
    stated = as_stated(replace(twin, pools=pools), told(f'pool = "{POOL}"\nversion = "SE"'))

    assert stated.contradictions == ()
    assert {pool.version for pool in stated.pools if pool.id == POOL} == {Version.SE}
    assert {pool.version for pool in stated.pools if pool.id != POOL} == {None}


def test_meetings_scheduled_since_are_pointed_at(folder: Path, twin: Deployment) -> None:
    people = twin.population
    assert isinstance(people, Population)
    assert isinstance(people.meetings, Meetings)
    newest = dt.date.fromordinal(int(people.meetings.created.max()))
    text = f'pool = "{POOL}"\nscheduled_with_upgraded = false'
    at = line_of(folder, "meetings.csv", "created", newest.isoformat())

    assert ("meeting-after-statement", "plan.toml, line 2", f"meetings.csv, line {at}") in found_in(
        twin, told(text, newest - dt.timedelta(1))
    )
    assert not [kind for kind, *_ in found_in(twin, told(text, newest)) if kind == "meeting-after-statement"]


@pytest.mark.parametrize(
    ("days", "kind"),
    [
        (0, None),
        (-OLD.days, None),
        (-OLD.days - 1, "old-statement"),
        (1, "statement-after-question"),
    ],
)
def test_a_statement_of_another_time_is_seen(twin: Deployment, days: int, kind: str | None) -> None:
    assert twin.as_of is not None
    date = twin.as_of + dt.timedelta(days)

    found = found_in(twin, told("blocked_port = 5999", date))

    assert [each for each, *_ in found] == ([kind] if kind else [])
    if kind:
        assert found[0][2].startswith("replication.csv, line ")
    assert found_in(twin, told("", date)) == []


def test_the_day_of_the_question_counts_where_somebody_names_one(twin: Deployment) -> None:
    assert twin.as_of is not None
    later = twin.as_of + dt.timedelta(10)

    assert found_in(twin, told("blocked_port = 5999", later), as_of=later) == []
    assert found_in(twin, told("blocked_port = 5999", later), as_of=twin.as_of)
    asked = found_in(twin, told("blocked_port = 5999", twin.as_of), as_of=later + OLD)
    assert [(kind, other) for kind, _, other in asked] == [
        ("old-statement", f"the question as of {later + OLD}")
    ]


def test_the_check_tells_it(twin: Deployment) -> None:
    trial = Trial(as_stated(twin, told(f'pool = "{POOL}"\nclients = "lync2010"')), is_twin=True)

    (broken,) = trial.ask(AGREE, trial.places[0]).broken
    assert not broken.severity.fails
    assert "plan.toml, line 2 against clients.csv, line 2" in broken.finding.message


# ---------------------------------------------------------------- where rows stand


def test_the_first_row_of_each_pool_and_value_is_found() -> None:
    homes = np.array([1, 0, NOWHERE, 1, 0, 1], np.uint16)
    values = np.array([7, 7, 7, 7, 255, 0], np.uint8)

    assert list(first_rows(homes, values)) == [(0, 7, 1), (0, 255, 4), (1, 0, 5), (1, 7, 0)]
    assert list(first_rows(homes[2:3], values[2:3])) == []


def test_the_newest_row_of_each_pool_is_found() -> None:
    homes = np.array([1, 0, NOWHERE, 1, 0, 1], np.uint16)
    days = np.array([5, 9, 99, 8, 9, 8], np.int32)

    assert list(newest_rows(homes, days)) == [(0, 1), (1, 3)]
    assert list(newest_rows(homes[:0], days[:0])) == []
