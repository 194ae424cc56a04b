"""What its owner should know about a plan: order, gaps, people in no wave, waves that take too long.

Law of this room: remarks, never a verdict; everything in it follows from a trial's plan and people.
"""

from __future__ import annotations

from typing import Any

from coexistence.errors import printable
from coexistence.inputs.planfile.lint import Remark, lint
from coexistence.inputs.planfile.statement_keys import facts_of, said_by
from coexistence.migration.custom_plan import Statement
from coexistence.migration.waves import WaveSize
from coexistence.model.vocabulary import Checkpoint, Version
from coexistence.rehearsal.trial import Trial

__all__ = ["hours", "plan_report", "remarks_on"]

_SHOWN = 3


def remarks_on(trial: Trial) -> tuple[Remark, ...]:
    """Return all remarks on a trial's plan, in the order of the file's lines where it has some."""
    plan, own = trial.plan, trial.plan.own
    found = list(lint(plan))
    for size in trial.waves.sizes:
        wave = size.step.wave
        if size.fits is False and wave is not None and wave.window is not None and size.minutes is not None:
            line = next((each.line for each in own.waves if each.name == wave.name), 0)
            found.append(
                Remark(
                    size.step.key,
                    f"wave {wave.name!r} takes about {hours(size.minutes)} for {size.accounts} accounts, and "
                    f"its window {wave.window} has {hours(wave.window.minutes)}",
                    line,
                )
            )
        if size.accounts == 0 and own.waves and wave is not None:
            line = next((each.line for each in own.waves if each.name == wave.name), 0)
            found.append(Remark(size.step.key, f"wave {wave.name!r} has nobody left to move", line))
    for name, unknown in trial.waves.strangers.items():
        number, wish = next((at, each) for at, each in enumerate(own.waves) if each.name == name)
        shown = ", ".join(printable(each[:100]) for each in unknown[:_SHOWN]) + (
            ", ..." if len(unknown) > _SHOWN else ""
        )
        found.append(
            Remark(
                "",
                f"{len(unknown)} of {len(wish.addresses)} addresses of wave {name!r} are not in the "
                f"deployment: {shown}",
                own.line_of("waves", number, "list"),
            )
        )
    if own.waves:
        for pool, number in trial.waves.left.items():
            accounts = "1 account" if number == 1 else f"{number} accounts"
            found.append(Remark("", f"{accounts} on {pool} in no wave: the pool cannot be removed"))
    return tuple(sorted(found, key=lambda each: (each.line == 0, each.line)))


def hours(minutes: int) -> str:
    """Return a duration as people say it.

    >>> hours(95), hours(0)
    ('1 h 35 min', 'under a minute')
    """
    if minutes < 1:
        return "under a minute"
    whole, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{whole} h" if whole else "", f"{rest} min" if rest else "") if part)


def plan_report(trial: Trial, *, is_example: bool = False) -> dict[str, Any]:
    """Return what a report shows of the plan, as JSON types; for an example without numbers of people."""
    own = trial.plan.own
    dates = {step.key: date for step, date in trial.plan.dated()}
    return {
        "file": own.file or None,
        "waves": [] if is_example else [_plain_wave(size, dates) for size in trial.waves.sizes],
        "remarks": [remark.plain() for remark in remarks_on(trial)],
        "rollback": sorted(action.slug for action in trial.plan.actions),
        "statements": [_plain_statement(each) for each in own.statements],
    }


def _plain_statement(told: Statement) -> dict[str, Any]:
    """Return who says what, what it is about, and which assumptions and open questions it settles."""
    facts = list(facts_of(told))
    answers = [] if told.assumption else [need for each in facts for need in each.supplies]
    known = [told.assumption] if told.assumption else [name for each in facts for name in each.instead_of]
    return {
        "text": told.text,
        "author": told.author,
        "date": told.date.isoformat(),
        "line": told.line or None,
        "says": {key: _plain(value) for key, value in said_by(told).items()},
        "answers": list(dict.fromkeys(answers)),
        "instead_of": list(dict.fromkeys(known)),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (Checkpoint, Version)):
        return value.value if isinstance(value, Checkpoint) else value.name
    return list(value) if isinstance(value, tuple) else value


def _plain_wave(size: WaveSize, dates: dict[str, Any]) -> dict[str, Any]:
    wave = size.step.wave
    assert wave is not None  # only waves have sizes
    date = dates[size.step.key]
    return {
        "step": size.step.key,
        "name": wave.name,
        "date": date and date.isoformat(),
        "accounts": size.accounts,
        "minutes": size.minutes,
        "window": wave.window and str(wave.window),
        "fits": size.fits,
    }
