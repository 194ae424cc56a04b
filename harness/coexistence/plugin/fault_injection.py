"""Faults that were asked for: put into what a run is about, and told in its report.

Law of this room: it translates, as the rest of this floor does. What a fault does is decided where it is
written; who noticed is decided by the checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from coexistence.checking.fault_registry import Faults
from coexistence.checking.results import Broken
from coexistence.errors import InputError
from coexistence.inputs.pseudonyms import Pseudonyms
from coexistence.rehearsal.estates import Estate, FamilyEstate
from coexistence.rehearsal.fault_injection import Aim, parse_aim, scene_of
from coexistence.rehearsal.qualification import is_about
from coexistence.rehearsal.verdicts import FaultRecord, Hit, ItemVerdict

__all__ = ["aims_of", "blamed", "hits", "make_faults", "records"]

#: Deployments of a family in which a fault has to be possible: looking through more would take minutes.
_LOOKED_AT = 200
#: Possible targets that are named where one is wrong.
_NAMED = 6


def aims_of(texts: Iterable[str], faults: Faults, names: Pseudonyms | None = None) -> tuple[Aim, ...]:
    """Read what was asked for, each once; raises :class:`~coexistence.errors.InputError`.

    Under pseudonyms a target may go by its real name or by its pseudonym.
    """
    aims = [parse_aim(text, faults) for text in texts]
    if names is not None:
        aims = [
            aim if names.revealed(aim.target) != aim.target else replace(aim, target=names.text(aim.target))
            for aim in aims
        ]
    return tuple(dict.fromkeys(aims))


def make_faults(estates: Sequence[Estate], aims: tuple[Aim, ...], *, is_worker: bool) -> None:
    """Make faults in every twin, and in every member of a family, that can have them.

    Raises :class:`~coexistence.errors.InputError` for a fault that nothing here can have; a worker is
    told nothing that its controller was not.
    """
    if not aims:
        return
    for estate in estates:
        if isinstance(estate, FamilyEstate):
            estate.forget()
            estate.aims = aims
        else:
            estate.inject(aims)
    if is_worker:
        return
    for at, aim in enumerate(aims):
        if not any(_is_made(estate, at) for estate in estates):
            raise InputError(f"--coexistence-fault {aim}: {_why_not(estates, aim)}")


def _is_made(estate: Estate, at: int) -> bool:
    for member in range(min(estate.size, _LOOKED_AT)):
        estate.trial(member)
        if estate.injections[member][at] is not None:
            return True
    return estate.size > _LOOKED_AT


def _why_not(estates: Sequence[Estate], aim: Aim) -> str:
    names = " or ".join(estate.name for estate in estates)
    for estate in estates:
        for member in range(min(estate.size, _LOOKED_AT)):
            scene = scene_of(estate.sound(member))
            targets = list(dict.fromkeys(each.target for each in aim.fault.injections(scene)))
            if aim.target and targets:
                is_family = isinstance(estate, FamilyEstate)
                where = f"{estate.name}, deployment {member}" if is_family else estate.name
                more = f" and {len(targets) - _NAMED} more" if len(targets) > _NAMED else ""
                possible = ", ".join(targets[:_NAMED]) + more
                return f"{aim.target!r} is nothing that it can hit. Possible targets in {where}: {possible}."
    return f"cannot be made in {names}: there is nothing that it could hit."


def hits(estate: Estate, members: Iterable[int]) -> tuple[Hit, ...]:
    """Return what each fault hit in some deployments: the fault as asked for, deployment, target."""
    return tuple(
        (str(aim), member if isinstance(estate, FamilyEstate) else None, injection.target)
        for member in members
        for aim, injection in zip(estate.aims, estate.injections.get(member, ()), strict=False)
        if injection is not None
    )


def blamed(estate: Estate, member: int | None, broken: Broken) -> tuple[str, ...]:
    """Return the faults that caused a finding which the sound deployment does not have.

    Those that it speaks of; the only one that was made, whatever it speaks of.
    """
    made = [
        (str(aim), injection)
        for aim, injection in zip(estate.aims, estate.injections.get(member or 0, ()), strict=False)
        if injection is not None
    ]
    spoken_of = tuple(asked for asked, injection in made if is_about(broken, injection))
    if spoken_of or len(made) != 1:
        return spoken_of
    return (made[0][0],)


def records(
    estates: Sequence[Estate], aims: Iterable[Aim], items: Iterable[ItemVerdict]
) -> list[FaultRecord]:
    """Return what the report says of each fault that was made."""
    made: dict[tuple[str, str, int | None], str] = {}
    for item in items:
        for asked, number, target in item.injected:
            made[asked, item.estate, number] = target
    order = {estate.name: at for at, estate in enumerate(estates)}
    return [
        FaultRecord(
            asked=str(aim),
            id=aim.fault.id,
            clause=aim.fault.clause.value,
            severity=aim.fault.severity.name.lower(),
            phase=aim.fault.phase,
            evidence=aim.fault.evidence,
            cause=aim.fault.cause,
            seen=aim.fault.seen,
            remedy=aim.fault.remedy,
            document=aim.fault.source,
            made=tuple(
                sorted(
                    (
                        (estate, number, target)
                        for (asked, estate, number), target in made.items()
                        if asked == str(aim)
                    ),
                    key=lambda hit: (order[hit[0]], -1 if hit[1] is None else hit[1]),
                )
            ),
        )
        for aim in aims
    ]
