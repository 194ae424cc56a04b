"""Do meetings work, and which ones would a rollback cost?"""

from __future__ import annotations

from coexistence import MeetingSubject, Severity, check


@check(
    clause="meetings",
    severity=Severity.BLOCKER,
    at="legacy..retired",
    source="Move remaining users; Migrate existing meetings and meeting content",
    remedy="Look at the pool that hosts the meetings: its Front-End service and conferencing services.",
)
def every_scheduled_meeting_can_be_joined(meeting: MeetingSubject) -> None:
    """Every meeting in somebody's calendar can be joined, whoever moved in the meantime."""
    outcome = meeting.join()
    assert outcome.done, outcome


@check(
    clause="meetings",
    severity=Severity.BLOCKER,
    at="*.rolled-back",
    source="Migration process",
    remedy="Downgrade the upgraded clients, then let the organizers schedule these meetings again.",
)
def no_meeting_is_lost_by_going_back(meeting: MeetingSubject) -> None:
    """After a rollback every meeting works, those scheduled with upgraded clients too."""
    outcome = meeting.join()
    assert outcome.done, outcome
