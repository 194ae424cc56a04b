"""Which check notices which of the built-in faults: the page about it, and what a test holds it against."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from coexistence.checking.fault_registry import Faults
from coexistence.checking.registry import Registry
from coexistence.faults import load_builtin_faults
from coexistence.inputs.family.family import Family
from coexistence.model.vocabulary import Clause
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.qualification import FaultScore, score
from coexistence.rehearsal.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.checking.fault_registry import Fault
    from coexistence.checking.registry import Check

#: The deployments that a fault has to be noticed in.
FAMILY: Final = Family(7, 20)
#: Checks that a row names; further ones are counted.
_SHOWN: Final = 3


@lru_cache(maxsize=1)
def checks() -> tuple[Check, ...]:
    """The built-in checks."""
    registry = Registry()
    load_builtin(registry)
    return tuple(registry)


@lru_cache(maxsize=1)
def faults() -> Faults:
    """The built-in faults."""
    made = Faults()
    load_builtin_faults(made)
    return made


@lru_cache(maxsize=FAMILY.size)
def _sound(member: int) -> Trial:
    return Trial(FAMILY.deployment(member), target=FAMILY.blueprint(member).target)


def sound() -> Iterator[Trial]:
    """The members of the family one after the other, each made once."""
    return (_sound(member) for member in range(FAMILY.size))


@cache
def score_of(fault: Fault) -> FaultScore:
    """Make a fault in one member after the other, until a check of its own clause speaks of it."""
    none: dict[str, dict[str, Any]] = {check.id: {} for check in checks()}
    return score(fault, sound(), checks(), none, is_over_when_killed=True)


def row_of(fault: Fault) -> str:
    """Return the fault's row of the page."""
    scored = score_of(fault)
    notices = [each for each in scored.notices if each.is_about]
    own = sorted((each for each in notices if each.clause == scored.clause), key=lambda each: each.after)
    names = [f"`{each.check.rpartition('::')[2]}`" for each in own]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    others = len(notices) - len(own)
    also = f"{others} of other clauses" if others else ""
    first = own[0].checkpoint if own else "never"
    cells = (f"`{fault.id}`", fault.severity.name.lower(), fault.evidence, fault.cause, shown, also, first)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} | {scored.tried} |"


def page() -> str:
    """Return the page, made anew: that takes a while."""
    made = faults()
    killed = sum(score_of(fault).is_killed for fault in made)
    lines = [
        "# Which check notices which fault",
        "",
        "Made by `docs/generate.py` by trying every built-in fault; nothing here was written by hand.",
        "",
        (
            "Each fault is made in one generated deployment after the other "
            f"(seed {FAMILY.seed}, at most {FAMILY.size}), until a check of its own clause breaks that the "
            "sound deployment keeps, and speaks of what was set wrong or of people hit by it. The columns on "
            "the right say who that is, how many checks of other clauses notice too, where on the path it is "
            "first, and in how many deployments it was made until then. "
            "`pytest --coexistence --coexistence-qualify` makes the whole matrix, with your own checks and "
            "faults in it."
        ),
        "",
        f"{killed} of {len(made)} faults are noticed; {len(made.excluded)} known ones are left out.",
    ]
    for clause in Clause:
        rows = [fault for fault in made if fault.clause is clause]
        if rows:
            lines += [
                "",
                f"## {clause.value.capitalize()}",
                "",
                "| fault | severity | evidence | set wrong | noticed by | also by | first at | after |",
                "| --- | --- | --- | --- | --- | --- | --- | --- |",
                *map(row_of, rows),
            ]
    lines += ["", "## Left out", "", "| fault | because |", "| --- | --- |"]
    lines += [f"| `{identity}` | {why} |" for identity, why in sorted(made.excluded.items())]
    return "\n".join(lines) + "\n"
