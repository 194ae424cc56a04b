"""What somebody stated of a deployment in place of an assumption.

Law of this room: whoever knows a fact of a deployment counts more than what we would take to be so, and a
switch is for trying out what if: where both speak of one thing and differ, nobody decides here who is right.
"""

from __future__ import annotations

import dataclasses

from coexistence.errors import InputError
from coexistence.migration.custom_plan import OwnPlan, Statement
from coexistence.simulation.rules.assumptions import STATEABLE, Rules

__all__ = ["under_statements"]


def under_statements(rules: Rules, own: OwnPlan) -> Rules:
    """Return rules in which stated assumptions are what the statements say.

    Of two statements about one assumption the earlier one is kept.

    Raises :class:`~coexistence.errors.InputError` for an assumption that nobody can settle by stating it, and
    for one that is switched to something else.
    """
    told: dict[str, Statement] = {}
    for each in own.statements:
        if each.assumption:
            told.setdefault(each.assumption, each)
    if not told:
        return rules
    values = {}
    for name, statement in told.items():
        value = "yes" if statement.holds else "no"
        if value not in STATEABLE.get(name, ()):
            raise InputError(
                f"{name} = {value} cannot be stated of a deployment.", file=own.file, line=statement.line
            )
        switched = rules.switched.get(name, value)
        # Who switches one to undecided asks to be told, and is.
        if switched not in (value, "undecided"):
            raise InputError(
                f"states {name} = {value!r}, and [tool.coexistence.rules] switches it to {switched!r}. "
                "Leave one of them out.",
                file=own.file,
                line=statement.line,
            )
        values[name] = value
    return dataclasses.replace(
        rules, switched={**rules.switched, **values}, stated=rules.stated | frozenset(values)
    )
