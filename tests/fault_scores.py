"""What tests of faults share: trials in which a fault can be made, and who notices it."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, NamedTuple

from coexistence.checking import Check, Registry
from coexistence.faulting import Fault, Faults
from coexistence.faults import load_builtin_faults
from coexistence.generation.families import Family
from coexistence.injecting import scene_of
from coexistence.loading import load_builtin
from coexistence.qualifying import FaultScore, score
from coexistence.trial import Trial
from coexistence.vocabulary import Clause

if TYPE_CHECKING:
    from collections.abc import Iterator

#: As many as a fault may take until it can be made, or is noticed.
MOST = 20
#: How many of them a fault is really made in here; all are, where the catalogue is qualified.
TRIED = 3
FAMILY = Family(seed=7, size=MOST)
REGISTRY = Registry()
load_builtin(REGISTRY)
FAULTS = Faults()
load_builtin_faults(FAULTS)


class Noticed(NamedTuple):
    """A fault, the check of its own clause that is to notice it, and at which checkpoint first."""

    fault: str
    check: str
    checkpoint: str


@functools.cache
def trial(member: int) -> Trial:
    """A sound deployment of the family."""
    return Trial(FAMILY.deployment(member), target=FAMILY.blueprint(member).target, as_of=FAMILY.as_of)


def faults_of(clause: Clause) -> list[str]:
    """Ids of the built-in faults of a clause."""
    return [fault.id for fault in FAULTS if fault.clause is clause]


def able(fault: Fault) -> Iterator[Trial]:
    """Sound deployments in which a fault can be made."""
    return (each for each in map(trial, range(MOST)) if any(True for _ in fault.injections(scene_of(each))))


def scored(identity: str) -> FaultScore:
    """Make a fault in the first deployments that can have it, and ask the checks of its clause."""
    fault = FAULTS[identity]
    checks: list[Check] = [each for each in REGISTRY if each.clause is fault.clause]
    fixtures: dict[str, dict[str, object]] = {each.id: {} for each in checks}
    return score(fault, itertools.islice(able(fault), TRIED), checks, fixtures)


def assert_noticed(expected: Noticed) -> None:
    """A fault is noticed wherever it is made, by the check that is about it, which speaks of it."""
    result = scored(expected.fault)

    assert result.tried, f"no deployment of {MOST} can have {expected.fault}"
    by_check = {each.check.split("::")[-1]: each for each in result.notices}
    assert expected.check in by_check, f"noticed by {sorted(by_check)}"
    notice = by_check[expected.check]
    assert notice.is_about, notice.subject
    assert notice.checkpoint == expected.checkpoint
    assert notice.deployments == result.tried
