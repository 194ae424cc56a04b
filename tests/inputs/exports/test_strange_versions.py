"""A topology of a version that nobody knows, or with names that a plan would have chosen, is no trouble."""

from __future__ import annotations

from pathlib import Path

import pytest
from checkout import SAMPLES

from coexistence.inputs.exports import read_exports
from coexistence.model.vocabulary import Disposition, Unknown
from coexistence.observation import ServiceSubject
from coexistence.observation.listings import subjects
from coexistence.rehearsal.trial import Trial

PILOT = SAMPLES / "pilot"


def twin(folder: Path, old: str, new: str) -> Trial:
    """A twin of the pilot sample's topology with one version number for another."""
    text = (PILOT / "topology.xml").read_text("utf-8")
    number = f'ServiceVersion="{old}"'
    assert number in text
    (folder / "topology.xml").write_text(text.replace(number, f'ServiceVersion="{new}"'), "utf-8")
    return Trial(read_exports(folder).deployment, is_twin=True)


def test_a_new_pool_gets_a_name_that_nobody_has(tmp_path: Path) -> None:
    trial = twin(tmp_path, "8", "7")

    assert [each.reason for each in trial.refusals if not each.needs] == []
    assert any(name.startswith("new2-pool01.") for name in trial.plan.successor.values())


@pytest.mark.parametrize("number", ["9", "x"])
def test_with_a_pool_of_unknown_version_nothing_is_planned(tmp_path: Path, number: str) -> None:
    trial = twin(tmp_path, "8", number)

    assert trial.plan.steps == ()
    assert "is not known" in trial.plan.notes[0]
    assert [place.label for place in trial.places] == ["now"]


def test_what_a_server_of_unknown_version_should_run_is_undecided(tmp_path: Path) -> None:
    trial = twin(tmp_path, "8", "9")
    strangers = [
        service
        for service in subjects(trial.views_at(trial.places[0]).here, "service")
        if isinstance(service, ServiceSubject) and service.pool.versions == ()
    ]

    assert strangers
    for service in strangers:
        assert isinstance(service.state, Unknown)
        assert service.status().disposition is Disposition.UNDECIDED
