"""Without a topology the lists leave questions where they tell less, and never another answer."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Final

import pytest

from coexistence.checking.registry import Registry
from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import Blueprint, Crowd, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.deployment import Deployment
from coexistence.model.vocabulary import Edition, Version
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial

REGISTRY = Registry()
load_builtin(REGISTRY)

Statuses = dict[tuple[str, str], tuple[str, frozenset[str]]]

#: Columns of the list of services, and a promise that is open without each.
OPENS: Final = {
    "SqlInstanceName": "user_stores_have_an_instance_of_their_own",
    "ExternalFqdn": "external_web_names_are_published",
    "AccessEdgeExternalSipPort": "partners_reach_users_of_both_generations",
    "Active": "exactly_one_master_takes_changes",
    "DependentServiceList": "meetings_have_every_modality",
    "RgsSipPort": "call_admission_control_decides",
}


def _deployment() -> Deployment:
    pool = PoolBlueprint(
        edition=Edition.ENTERPRISE,
        front_ends=3,
        crowds=(Crowd(people=20, voice=True, meetings=2, content=True),),
        dial_in=True,
        voice=True,
        response_groups=1,
        monitoring=True,
    )
    site = SiteBlueprint(pools=(pool,), edge=EdgeBlueprint(servers=2, federation=True), director=True)
    return build(Blueprint(legacy=Version.L13, target=Version.S15, partners=1, sites=(site,)), "listed")


def _files() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return {path.name: path.read_bytes() for path in write_exports(_deployment(), Path(folder))}


FILES: Final = _files()


def _asked(files: dict[str, bytes]) -> Statuses:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        trial = Trial(read_exports(Path(folder)).deployment, is_twin=True)
    found: Statuses = {}
    for place in trial.places:
        for check in REGISTRY:
            if not check.applies_at(place):
                continue
            result = trial.ask(check, place)
            assert result.crash is None, (check.name, place.label, result.crash)
            needs = frozenset(need for question in result.undecided for need in question.needs)
            status = "kept" if result.evaluations else "not applicable"
            status = "undecided" if result.undecided else status
            status = "broken" if any(each.severity.fails for each in result.broken) else status
            found[check.name, place.label] = (status, needs)
    return found


@pytest.fixture(scope="module")
def full() -> Statuses:
    """What is said with the topology."""
    return _asked(FILES)


LISTED: Final = {name: data for name, data in FILES.items() if name != "topology.xml"}


def test_the_lists_alone_are_judged_as_the_topology_is(full: Statuses) -> None:
    assert _asked(LISTED) == full


@pytest.mark.parametrize("column", OPENS)
def test_without_a_column_there_are_questions_and_no_other_answers(full: Statuses, column: str) -> None:
    rows = list(csv.reader(io.StringIO(LISTED["services.csv"].decode("utf-8-sig"), newline="")))
    at = rows[0].index(column)
    made = io.StringIO(newline="")
    csv.writer(made).writerows([*row[:at], *row[at + 1 :]] for row in rows)

    now = _asked(LISTED | {"services.csv": made.getvalue().encode()})

    changed = {key: said for key, said in now.items() if said != full[key]}
    assert {status for status, _ in changed.values()} <= {"undecided", "not applicable"}
    assert {need for status, needs in changed.values() for need in needs} == {"Get-CsTopology -AsXml"}
    assert OPENS[column] in {name for (name, _), (status, _) in changed.items() if status == "undecided"}
