"""A healthy deployment keeps every promise on its way and back; what a bill lists is what breaks.

``benchmarks/jobs.py bill`` asks the same of a thousand deployments.
"""

from __future__ import annotations

from functools import cache

import pytest
from helpers import one_pool, tried
from rehearsal.oracles import complaints
from rehearsal.shared import checks

from coexistence.inputs.family.family import Family
from coexistence.migration.rollback_cost import Bill
from coexistence.rehearsal.trial import Trial

FAMILY = Family(11, 30)


@pytest.mark.parametrize("member", range(FAMILY.size))
def test_promises_are_kept_and_the_bill_is_what_breaks(member: int) -> None:
    trial = Trial(FAMILY.deployment(member), target=FAMILY.blueprint(member).target)

    assert list(complaints(trial, checks())) == []


@cache
def of_a_wrong_bill(**wrong: object) -> tuple[str, ...]:
    """What the oracles say of bills in which something was changed."""
    with pytest.MonkeyPatch.context() as patch:
        honest = Bill.__init__

        def dishonest(bill: Bill, **amounts: object) -> None:
            honest(bill, **{**amounts, **wrong})  # type: ignore[arg-type]  # amounts of a bill

        patch.setattr(Bill, "__init__", dishonest)
        return tuple(complaints(tried(one_pool(people=40)), ()))


@pytest.mark.parametrize(
    ("name", "amount", "said"),
    [
        ("clients", 77, "upgraded clients, 77 on the bill"),
        ("contact_lists", 5, "contact lists in the wrong place, 5 on the bill"),
        ("freeze", 3, "meetings are left after the freeze"),
        ("freeze", 5000, "the freeze could be shorter"),
    ],
)
def test_the_oracles_notice_a_wrong_bill(name: str, amount: int, said: str) -> None:
    assert any(said in each for each in of_a_wrong_bill(**{name: amount}))
