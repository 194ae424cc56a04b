"""Questions put to a state: how many in a second, the first time in a state and again."""

from __future__ import annotations

import time

from measuring import Measured, show

from coexistence.inputs.family.family import Family
from coexistence.observation import Conversation, MeetingSubject, Observer
from coexistence.observation.listings import subjects
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.state import State


def measure(members: int = 60) -> list[Measured]:
    """Ask about every conversation, meeting, service, pool, site and replica of a family's states."""
    states: list[State] = []
    family = Family(7, members)
    for member in range(members):
        trial = Trial(family.deployment(member), target=family.blueprint(member).target)
        states += [trial.state_at(place) for place in trial.places]
        rules = trial.rules
    observers = [Observer(state, rules) for state in states]
    for observer in observers:  # who may be asked about is not the question here
        for kind in ("conversation", "meeting", "service", "pool", "site", "replica"):
            subjects(observer, kind)
    cold, count = _asked(observers)
    warm, again = _asked(observers)
    assert count == again
    return [
        Measured("observations, first time in a state", count / cold, "/s", 20_000, at_least=True),
        Measured("observations, asked again", again / warm, "/s", 200_000, at_least=True),
    ]


def _asked(observers: list[Observer]) -> tuple[float, int]:
    """Ask everything; returns CPU seconds and the number of questions."""
    count = 0
    started = time.process_time()
    for observer in observers:
        for conversation in subjects(observer, "conversation"):
            assert isinstance(conversation, Conversation)
            conversation.message()
            count += 1
        for meeting in subjects(observer, "meeting"):
            assert isinstance(meeting, MeetingSubject)
            meeting.join()
            count += 1
        for kind in ("service", "replica"):
            for subject in subjects(observer, kind):
                subject.status()  # type: ignore[union-attr]  # both kinds have a status
                count += 1
        for kind in ("pool", "site"):
            for subject in subjects(observer, kind):
                subject.administer()  # type: ignore[union-attr]  # both kinds can be administered
                count += 1
    return time.process_time() - started, count


if __name__ == "__main__":
    raise SystemExit(show(measure()))
