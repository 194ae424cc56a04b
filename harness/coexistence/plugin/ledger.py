"""What was collected, and what came back: every item by its node id.

Law of this room: nothing is judged by what came back alone. An item that was collected and has no answer is
known here by name, whoever lost it; what failed and is no check of ours is known too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from coexistence.plugin.report_outcomes import (
    Effect,
    Outcome,
    Phase,
    effect_of,
    outcome_of,
    own_outcome,
    phase_of,
    reason_of,
)
from coexistence.rehearsal.qualification import FaultScore
from coexistence.rehearsal.verdicts import ItemVerdict

__all__ = ["CARRIED", "SCORE", "Ledger", "Settled", "is_about_nobody"]

#: Attributes of a report under which a verdict, or the score of a fault, travels as plain data.
CARRIED: Final = "coexistence"
SCORE: Final = "coexistence_score"
#: What weighs most, where one item was answered on several machines (``--dist=each``).
_WEIGHT: Final = {"broken": 3, "undecided": 2, "kept": 1, "not-applicable": 0}


@dataclass
class _Account:
    """What came back about one item, from the attempt that counts."""

    answers: list[ItemVerdict] = field(default_factory=list)
    scores: list[FaultScore] = field(default_factory=list)
    #: What happened instead of an answer, or beside it.
    effects: list[tuple[Effect, str]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.answers or self.scores or self.effects)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Everything that came back, and what did not."""

    #: By estate, shard, checkpoint and check; among them those that nobody answered.
    verdicts: Sequence[ItemVerdict]
    scores: Sequence[FaultScore]
    #: How many items were collected, and node ids of those without an answer.
    collected: int
    left_out: tuple[str, ...]
    #: What failed and is no check, by node id.
    errors: tuple[tuple[str, str], ...]
    #: Whether part of what could be asked was not collected.
    is_selection: bool


class Ledger:
    """The items of a run and the reports about them, as they come in."""

    def __init__(
        self, unanswered: Mapping[str, ItemVerdict], faults: Iterable[str], *, strict: bool = False
    ) -> None:
        #: The verdict on every item that the question can have as long as nobody answered, in order.
        self._unanswered = unanswered
        self._faults = set(faults)
        self._strict = strict
        self._collected: dict[str, None] | None = None
        self._reports: list[pytest.TestReport | pytest.CollectReport] = []

    def collect(self, node_ids: Iterable[str]) -> None:
        """Note which items there are to be; workers report the same ones, each for itself."""
        if self._collected is None:
            self._collected = dict.fromkeys(node_ids)

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Note a report; what it says is looked at in the end, when nobody changes it any more."""
        self._reports.append(report)

    def knows(self, report: pytest.TestReport) -> bool:
        """Whether a report speaks for one of our items, and not for a part of it."""
        return phase_of(report) is not Phase.SUBTEST and (
            report.nodeid in self._unanswered or report.nodeid in self._faults
        )

    @property
    def saw_failures(self) -> bool:
        """Whether a report says that something failed."""
        return any(report.failed for report in self._reports)

    def settle(self) -> Settled:
        """Compare what was collected with what came back."""
        accounts: dict[str, _Account] = {}
        errors: list[tuple[str, str]] = []
        for report in self._reports:
            if isinstance(report, pytest.TestReport):
                _enter(accounts.setdefault(report.nodeid, _Account()), report, strict=self._strict)
            elif report.failed:
                errors.append((report.nodeid, _last_line(report)))
        collected = self._collected or {}
        verdicts: dict[str, ItemVerdict] = {}
        scores: list[FaultScore] = []
        left_out: list[str] = []
        for node_id in [*collected, *(each for each in accounts if each not in collected)]:
            account = accounts.get(node_id, _Account())
            if account.is_empty:
                left_out.append(node_id)
            if node_id in self._unanswered:
                verdicts[node_id] = _verdict(self._unanswered[node_id], account)
                continue
            scores += account.scores
            errors += [(node_id, why) for effect, why in account.effects if effect is Effect.CRASH]
            if node_id in self._faults and not account.scores and not account.is_empty:
                left_out.append(node_id)
        possible = {*self._unanswered, *self._faults}
        return Settled(
            verdicts=[verdicts[each] for each in self._unanswered if each in verdicts],
            scores=scores,
            collected=len(collected),
            left_out=tuple(left_out),
            errors=tuple(errors),
            is_selection=bool(collected) and not possible <= set(collected),
        )


def is_about_nobody(report: pytest.TestReport) -> bool:
    """Whether an item was skipped because it found nothing that it could be about."""
    answer = getattr(report, CARRIED, None)
    if answer is not None:
        return answer["undecided"] is None and not answer["evaluations"]
    return getattr(report, SCORE, None) is not None


def _enter(account: _Account, report: pytest.TestReport, *, strict: bool) -> None:
    effect = effect_of(report)
    if effect is Effect.WITHDRAWN:
        account.answers.clear()
        account.scores.clear()
        account.effects.clear()
        return
    outcome = outcome_of(report)
    explained = False
    if data := getattr(report, CARRIED, None):
        answer = ItemVerdict.from_plain(data)
        account.answers.append(answer)
        explained = own_outcome(answer, strict=strict) is outcome
    if data := getattr(report, SCORE, None):
        score = FaultScore.from_plain(data)
        account.scores.append(score)
        explained = _own_outcome(score) is outcome
    if explained or effect is Effect.NOTHING:
        return
    if effect is not Effect.ANSWER:
        account.effects.append((effect, reason_of(report)))
    elif not (account.answers or account.scores):
        account.effects.append((Effect.OPEN, "it passed, and its check was not asked"))


def _own_outcome(score: FaultScore) -> Outcome:
    if score.crashes or (score.tried and not score.is_killed):
        return Outcome.FAILED
    return Outcome.PASSED if score.tried else Outcome.SKIPPED


def _verdict(unanswered: ItemVerdict, account: _Account) -> ItemVerdict:
    if account.is_empty:
        return dataclasses.replace(unanswered, left_out=True)
    verdict = max(account.answers, key=lambda each: _WEIGHT[each.standing], default=unanswered)
    for effect, why in account.effects:
        if effect is Effect.CRASH:
            verdict = verdict.crashed(why)
        elif effect is Effect.EXPECTED:
            verdict = verdict.expected_to_fail(why)
        else:
            verdict = verdict.opened(why)
    return verdict


def _last_line(report: Any) -> str:
    lines = str(report.longrepr or "").strip().splitlines()
    return lines[-1].strip() if lines else "failed without a word"
