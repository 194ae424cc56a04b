"""What holds for every built-in fault: it can be aimed, on a deployment at any phase, and spoils no trial."""

from __future__ import annotations

import functools

import pytest
from checkout import SAMPLES
from fault_scores import FAULTS, able
from kill_matrix import sound as sound_deployments

from coexistence.faults import EXCLUDED
from coexistence.inputs.exports import read_exports
from coexistence.rehearsal.fault_injection import Aim, injected, scene_of
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.state import deployment_of

IDS = [fault.id for fault in FAULTS]
LATER = ("side-by-side", "production", "post-migration", "legacy-silent", "retired")
NAMES = ("two-sites", "pilot", "standard-edition")


@functools.cache
def twin(sample: str) -> Trial:
    return Trial(read_exports(SAMPLES / sample).deployment, is_twin=True)


@functools.cache
def later(label: str) -> Trial:
    """A twin of a made-up deployment in the middle of its migration."""
    sound = list(sound_deployments())[3]
    place = next(each for each in sound.places if each.label == label)

    state = sound.state_at(place)
    return Trial(deployment_of(state, label), is_twin=True)


@pytest.mark.parametrize("identity", IDS)
def test_a_fault_hits_what_it_is_aimed_at(identity: str) -> None:
    sound = next(able(FAULTS[identity]))
    targets = [each.target for each in FAULTS[identity].injections(scene_of(sound))]

    for target in targets:
        _, (made,) = injected(sound, [Aim(FAULTS[identity], target)])
        assert made is not None
        assert made.target == target


@pytest.mark.parametrize("identity", IDS)
def test_what_is_not_there_is_not_hit(identity: str) -> None:
    _, (made,) = injected(next(sound_deployments()), [Aim(FAULTS[identity], "nowhere.example")])

    assert made is None


@pytest.mark.parametrize("sample", NAMES)
@pytest.mark.parametrize("identity", IDS)
def test_a_twin_with_a_fault_goes_through_all_checkpoints(identity: str, sample: str) -> None:
    _through(twin(sample), identity)


@pytest.mark.parametrize("label", LATER)
@pytest.mark.parametrize("identity", IDS)
def test_a_twin_in_the_middle_of_its_way_does_too(identity: str, label: str) -> None:
    _through(later(label), identity)


def _through(sound: Trial, identity: str) -> None:
    faulty, (made,) = injected(sound, [Aim(FAULTS[identity])])
    if made is not None:
        assert all(faulty.state_at(place) for place in faulty.places)
        assert made.target


def test_what_is_left_out_has_a_reason_and_no_fault() -> None:
    assert not set(EXCLUDED) & set(IDS)
    assert all(EXCLUDED.values())
    assert FAULTS.excluded == EXCLUDED
