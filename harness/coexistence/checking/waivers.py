"""Accepted findings: who accepted what, why, and until when.

Law of this room: a waiver takes a finding's weight, never its place in the report; and a waiver that has
run out, or that nothing matches any more, is itself worth a finding. Nothing is waived by default.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from coexistence.inputs.pseudonyms import Pseudonyms
from coexistence.inputs.toml.tables import Table, read_toml
from coexistence.model.vocabulary import matches

__all__ = ["NO_WAIVERS", "Waiver", "Waivers", "read_waivers"]

_MUST_SAY: Final = ("check", "owner", "approver", "reason", "expires")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One accepted finding, or several alike."""

    #: Name or id of a check; ``*`` and ``?`` stand for others.
    check: str
    #: Subject as the report names it, likewise.
    subject: str = "*"
    #: Name of a checkpoint, likewise.
    checkpoint: str = "*"
    owner: str
    approver: str
    reason: str
    #: Last day, in UTC, on which it holds.
    expires: dt.date
    #: Where it stands.
    line: int = 0

    def covers(self, check: str, subject: str, checkpoint: str) -> bool:
        """Tell whether a finding of a check (by its id) about a subject at a checkpoint is accepted."""
        return (
            self.is_about(check) and matches(subject, self.subject) and matches(checkpoint, self.checkpoint)
        )

    def is_about(self, check: str) -> bool:
        """Tell whether a check (by its id) is the waiver's."""
        return matches(check, self.check) or matches(check.rpartition("::")[2], self.check)

    def plain(self) -> dict[str, str]:
        """Return what a report says of the one who accepted a finding."""
        return {
            "owner": self.owner,
            "approver": self.approver,
            "reason": self.reason,
            "expires": self.expires.isoformat(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivers:
    """The waivers of one run, on the day that the question is about."""

    file: str = ""
    waivers: tuple[Waiver, ...] = ()
    as_of: dt.date = dt.date.max
    #: Where findings come under pseudonyms: the waivers as they were written, and what a name stands for.
    written: tuple[Waiver, ...] = ()
    revealed: Callable[[str], str] | None = None

    def under(self, pseudonyms: Pseudonyms) -> Waivers:
        """Return the same waivers for a run under pseudonyms; what they say of people is replaced too."""
        pseudonyms.learn(text for each in self.waivers for text in (each.subject, each.reason))
        return replace(
            self,
            file=pseudonyms.familiar(self.file),
            waivers=tuple(
                replace(
                    each,
                    subject=pseudonyms.text(each.subject),
                    owner=pseudonyms.name(each.owner),
                    approver=pseudonyms.name(each.approver),
                    reason=pseudonyms.text(each.reason),
                )
                for each in self.waivers
            ),
            # Real names are compared in lower case, as hosts are revealed.
            written=tuple(replace(each, subject=each.subject.lower()) for each in self.waivers),
            revealed=pseudonyms.revealed,
        )

    def __len__(self) -> int:
        return len(self.waivers)

    def find(self, check: str, subject: str, checkpoint: str) -> int | None:
        """Return the number of the first waiver that accepts a finding and has not run out."""
        if self.revealed is not None:
            subject = self.revealed(subject).lower()
        for number, waiver in enumerate(self.written or self.waivers):
            if waiver.expires >= self.as_of and waiver.covers(check, subject, checkpoint):
                return number
        return None

    def complaints(self, used: Iterable[int], *, is_whole_run: bool) -> Iterator[tuple[str, Waiver, str]]:
        """Say which waivers need attention: kind, waiver, and why.

        Whether one is still needed can only be told of a run in which everything was asked.
        """
        needed = set(used)
        for number, waiver in enumerate(self.waivers):
            where = f"{self.file}, line {waiver.line}: {waiver.check} for {waiver.subject}"
            if waiver.expires < self.as_of:
                yield "waiver-expired", waiver, f"{where}: ran out on {waiver.expires}"
            elif is_whole_run and number not in needed:
                yield "waiver-not-needed", waiver, f"{where}: no finding matches it any more"


NO_WAIVERS: Final = Waivers()


def read_waivers(path: Path, known_checks: Iterable[str], as_of: dt.date) -> Waivers:
    """Read a waivers file (TOML, ``[[waivers]]``).

    Raises :class:`~coexistence.errors.InputError` with file and line for anything that makes no sense,
    and for a waiver of a check that does not exist: such a one would never be noticed.
    """
    top = read_toml(path, "--coexistence-waivers")
    names = tuple(known_checks)
    waivers = tuple(top.each("waivers", lambda table: _waiver(table, names)))
    top.close()
    top.document.raise_complaints()
    return Waivers(file=path.name, waivers=waivers, as_of=as_of)


def _waiver(table: Table, names: tuple[str, ...]) -> Waiver:
    for key in _MUST_SAY:
        table.need(key)
    waiver = Waiver(
        check=table.text("check"),
        subject=table.text("subject", "*"),
        checkpoint=table.text("checkpoint", "*"),
        owner=table.words("owner"),
        approver=table.words("approver"),
        reason=table.words("reason"),
        expires=table.day("expires") or dt.date.min,
        line=table.line,
    )
    if waiver.check and not any(map(waiver.is_about, names)):
        table.wrong("check", f"there is no check {waiver.check!r}. `pytest --coexistence --co -q` lists all.")
    return waiver
