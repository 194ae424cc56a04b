"""What speaks against a statement: another one, the dates, what was scheduled since.

Law of this room: whoever contradicts is heard, with both places; nobody decides here who is right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from coexistence.inputs.planfile.statement_keys import facts_of, object_of
from coexistence.migration.custom_plan import OwnPlan, Statement
from coexistence.model.deployment import Deployment, key_of
from coexistence.model.population import Population
from coexistence.model.vocabulary import Contradiction, Origin, PoolId, Unknown

__all__ = ["OLD", "differing", "out_of_time"]

#: A migration goes on from week to week: what somebody said longer ago may not be so any more.
OLD: Final = dt.timedelta(days=31)


def differing(own: OwnPlan) -> Iterator[Contradiction]:
    """Go through the statements that say of one thing what an earlier one does not."""
    said: dict[tuple[object, ...], tuple[Statement, object]] = {}
    for told in own.statements:
        for subject in facts_of(told):
            if subject.key == "blocked_port":
                continue  # several ports may be shut
            value = getattr(told, subject.key)
            key: tuple[object, ...] = (subject.key, object_of(told))
            if subject.key == "assumption":
                key, value = (subject.key, told.assumption), told.holds
            earlier, first = said.setdefault(key, (told, value))
            if first != value:
                yield Contradiction(
                    kind="statements-differ",
                    message=f"two statements about {subject.key} differ; the earlier one is kept",
                    one=Origin(own.file, earlier.line),
                    other=Origin(own.file, told.line),
                )


def out_of_time(own: OwnPlan, deployment: Deployment, as_of: dt.date | None) -> Iterator[Contradiction]:
    """Go through the statements that speak of another time than the files do.

    One that is later than the day of the question, one that is much older, and one about meetings on a pool
    where something was scheduled since. Statements of words alone decide nothing, so their date does not
    matter.
    """
    dated = _dated(deployment)
    asked = as_of or deployment.as_of
    where = dated if as_of is None or deployment.as_of == as_of else Origin(f"the question as of {as_of}")
    for told in own.statements:
        if not any(facts_of(told)):
            continue
        place = Origin(own.file, told.line)
        if asked is not None and where is not None and told.date > asked:
            yield _warning(
                "statement-after-question",
                f"a statement is dated {told.date}, and the question is asked as of {asked}",
                place,
                where,
            )
        elif asked is not None and where is not None and asked - told.date > OLD:
            yield _warning(
                "old-statement",
                f"a statement of {told.date} is {(asked - told.date).days} days older than what the question "
                f"is asked about ({asked})",
                place,
                where,
            )
        since = _scheduled_since(told, deployment)
        if since is not None:
            yield _warning(
                "meeting-after-statement",
                f"people on the pool scheduled meetings after {told.date}, which the statement cannot cover",
                place,
                since,
            )


def _warning(kind: str, message: str, one: Origin, other: Origin) -> Contradiction:
    return Contradiction(kind=kind, message=message, one=one, other=other, is_serious=False)


def _dated(deployment: Deployment) -> Origin | None:
    """Return where the newest date in the files stands."""
    replicas = deployment.replicas
    if isinstance(replicas, Unknown):
        return None
    dated = [each for each in replicas if each.last_status_report or each.last_update_creation]
    newest = max(
        dated,
        key=lambda each: max(filter(None, (each.last_status_report, each.last_update_creation))),
        default=None,
    )
    return None if newest is None else newest.origin


def _scheduled_since(told: Statement, deployment: Deployment) -> Origin | None:
    """Return where a meeting stands that was scheduled after somebody spoke of all of them."""
    population = deployment.population
    if told.scheduled_with_upgraded is None and told.scheduled_on is None:
        return None
    if not isinstance(population, Population) or isinstance(population.meetings, Unknown):
        return None
    code = population.code(PoolId(key_of(told.pool)))
    meetings = population.meetings
    theirs = (population.home == code)[meetings.organizer]
    if not bool((meetings.created[theirs] > told.date.toordinal()).any()):
        return None
    return population.told_at.get(("created", code, 0), Origin("the exported files"))
