"""A plan file, from bytes to what it asks for.

Law of this room: form, not sense: keys, types, dates. Whether the names in it exist is asked where the
deployment is known. Every complaint has its line, and all of them come together.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coexistence.errors import InputError
from coexistence.inputs.planfile.address_lists import read_list
from coexistence.inputs.planfile.consistency import compare
from coexistence.inputs.planfile.statements import read_statement
from coexistence.inputs.planfile.steps import check_step, step_of
from coexistence.inputs.toml.document import Document, read_text
from coexistence.inputs.toml.spelling import shown
from coexistence.inputs.toml.tables import Table, known_names
from coexistence.migration.custom_plan import (
    AddedStep,
    LeftOutStep,
    MovedStep,
    OwnPlan,
    OwnPool,
    OwnWave,
    Statement,
    Window,
)
from coexistence.migration.plan import RollbackAction
from coexistence.model.files import is_file
from coexistence.model.vocabulary import VERSION_NAMES, Edition
from coexistence.simulation.rules.assumptions import MOST_MOVES_AN_HOUR

__all__ = ["PlanSource", "parse_plan", "read_source"]

_WINDOW: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class PlanSource:
    """A plan file and its lists as texts."""

    file: str
    text: str
    #: Addresses by the name of the list, as the plan writes it.
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_source(path: Path) -> PlanSource:
    """Plan file and every list that it names, relative to its own folder.

    Raises :class:`~coexistence.errors.InputError` for a file that cannot be read, is no TOML, or names a
    list that is not there.
    """
    file = path.name
    document = Document(file, text := read_text(path, "--coexistence-plan"))
    lists: dict[str, tuple[str, ...]] = {}
    unreadable: list[str] = []
    waves = document.content.get("waves")
    for number, wave in enumerate(waves if isinstance(waves, list) else ()):
        name = wave.get("list") if isinstance(wave, dict) else None
        if not isinstance(name, str) or not name or name in lists:
            continue
        lists[name] = ()
        at = ("waves", str(number), "list")
        where = path.parent / name
        if not name.isprintable() or not where.resolve().is_relative_to(path.parent.resolve()):
            document.complain(
                at,
                f"list = {shown(name)}: leads out of the folder of {file}. "
                "Put the list beside the plan file.",
            )
        elif not is_file(where):
            document.complain(
                at,
                f"list = {shown(name)}: there is no such file beside {file}. "
                "Write its path relative to the plan file.",
            )
        else:
            try:
                lists[name] = read_list(where, where.name)
            except InputError as error:
                unreadable.append(str(error))
    document.raise_complaints(unreadable)
    return PlanSource(file, text, lists)


def parse_plan(source: PlanSource, *, stateable: Mapping[str, tuple[str, ...]] | None = None) -> OwnPlan:
    """Return what a plan file asks for.

    ``stateable`` are the assumptions that there are, each with what may be said of it; left out, any name
    will do here.

    Raises :class:`~coexistence.errors.InputError` that holds one sentence, on a line of its own, for
    everything that makes no sense.
    """
    document = Document(source.file, source.text)
    plan = _Reading(source, stateable, document).plan()
    document.raise_complaints()
    return plan


class _Reading:
    def __init__(
        self, source: PlanSource, stateable: Mapping[str, tuple[str, ...]] | None, document: Document
    ) -> None:
        self.source = source
        self.stateable = stateable
        self.document = document

    def plan(self) -> OwnPlan:
        """Read the whole document."""
        top = Table.of(self.document)
        target = top.one_of("target", VERSION_NAMES)
        out_of_scope = top.texts("out_of_scope") or ()
        pools = tuple(top.each("pools", self._pool))
        waves = tuple(top.each("waves", self._wave))
        statements = tuple(top.each("statements", self._statement))
        left_out: tuple[LeftOutStep, ...] = ()
        added: tuple[AddedStep, ...] = ()
        moved: tuple[MovedStep, ...] = ()
        dates: dict[str, dt.date] = {}
        if steps := top.table("steps"):
            left_out = tuple(self._left_out(steps))
            added = tuple(steps.each("add", self._added))
            moved = tuple(steps.each("move", self._moved))
            dates = self._dates(steps)
            steps.close()
        rollback = self._rollback(top)
        rate = None
        if rates := top.table("rates"):
            rate = rates.number("moves_per_hour", most=MOST_MOVES_AN_HOUR)
            rates.close()
        top.close()
        compare(self.document, waves, dates, left_out, pools)
        return OwnPlan(
            file=self.source.file,
            target=target,
            out_of_scope=out_of_scope,
            pools=pools,
            waves=waves,
            left_out=left_out,
            added=added,
            moved=moved,
            dates=dates,
            rollback=rollback,
            statements=statements,
            moves_per_hour=rate,
            lines=self.document.lines,
        )

    def _pool(self, table: Table) -> OwnPool | None:
        legacy, fqdn = table.text("legacy"), table.text("fqdn")
        edition = table.one_of("edition", {each.value.lower(): each for each in Edition})
        servers = table.texts("servers") or ()
        site = table.text("site")
        table.need("legacy", "the name of the legacy pool")
        table.need("fqdn", "the name of the new pool")
        if not legacy or not fqdn:
            return None
        if edition is Edition.STANDARD and len(servers) > 1:
            table.complain("servers", f"a Standard Edition pool has one server, and not {len(servers)}.")
        return OwnPool(legacy=legacy, fqdn=fqdn, edition=edition, servers=servers, site=site, line=table.line)

    def _wave(self, table: Table) -> OwnWave | None:
        name = table.text("name")
        table.need("name")
        pool, site, file = table.text("pool"), table.text("site"), table.text("list")
        count = table.number("count")
        counts = self._counts(table)
        everybody = bool(table.flag("everybody", otherwise=False))
        asked = [key for key in ("pool", "site", "list", "counts") if key in table.content]
        asked += ["everybody"] if everybody else []
        if len(asked) > 1:
            table.complain(
                asked[1], f"wave {name!r} names people by {' and by '.join(asked)}. Keep one of them."
            )
        if not asked and "count" not in table.content:
            table.complain(
                "name", f"wave {name!r} names no one. Add pool, site, list, counts, count or everybody."
            )
        if count is not None and (file or counts or everybody):
            table.wrong("count", "goes with pool or site, or stands alone.")
        if file and not self.source.lists.get(file):
            table.wrong("list", "names no one. Write one address on each line of it.")
        made = OwnWave(
            name=name,
            is_pilot=bool(table.flag("pilot", otherwise=False)),
            pool=pool,
            site=site,
            list_file=file,
            addresses=self.source.lists.get(file, ()),
            count=count or 0,
            everybody=everybody,
            counts=counts,
            date=table.date("date"),
            window=self._window(table),
            force=bool(table.flag("force", otherwise=False)),
            move_conference_data=bool(table.flag("move_conference_data", otherwise=True)),
            upgrade_clients=table.flag("upgrade_clients", otherwise=None),
            line=table.line,
        )
        return made if name else None

    def _counts(self, table: Table) -> tuple[tuple[str, int], ...]:
        given = table.table("counts")
        if given is None:
            return ()
        found = [(pool, given.number(pool)) for pool in given.content]
        if not found:
            table.complain("counts", "counts is empty, so the wave names no one.")
        return tuple((pool, number) for pool, number in found if number is not None)

    def _window(self, table: Table) -> Window | None:
        text = table.text("window")
        if not text:
            return None
        match = _WINDOW.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            hours = [int(part) for part in match.groups()]
            found = Window(dt.time(hours[0], hours[1]), dt.time(hours[2], hours[3]))
        except ValueError:
            table.wrong("window", 'must be like "22:00-02:00".')
            return None
        if found.start == found.end:
            table.wrong("window", "begins when it ends.")
        return found

    def _left_out(self, steps: Table) -> Iterable[LeftOutStep]:
        for number, name in enumerate(steps.texts("leave_out") or ()):
            path = ("steps", "leave_out", str(number))
            check_step(self.document, path, name)
            yield LeftOutStep(step=name, line=self.document.line(*path))

    def _added(self, table: Table) -> AddedStep | None:
        title, after = table.words("title"), step_of(table, "after")
        table.need("title")
        table.need("after")
        made = AddedStep(
            title=title,
            after=after,
            verify=table.words("verify"),
            tool=table.words("tool"),
            undo=table.words("undo"),
            date=table.date("date"),
            line=table.line,
        )
        return made if title and after else None

    def _moved(self, table: Table) -> MovedStep | None:
        step, before, after = (step_of(table, key) for key in ("step", "before", "after"))
        table.need("step")
        if bool(before) == bool(after):
            table.complain("step", f"[[steps.move]] of {step!r} needs either before or after.")
            return None
        if step and step in (before, after):
            table.complain("step", f"step {step} cannot be moved to beside itself.")
        return MovedStep(step=step, before=before, after=after, line=table.line) if step else None

    def _dates(self, steps: Table) -> dict[str, dt.date]:
        given = steps.table("dates")
        if given is None:
            return {}
        found = {}
        for key in given.content:
            check_step(self.document, (*given.path, key), key)
            if (date := given.date(key)) is not None:
                found[key] = date
        return found

    def _rollback(self, top: Table) -> tuple[str, ...] | None:
        table = top.table("rollback")
        if table is None:
            return None
        given = table.texts("actions")
        table.close()
        if given is None:
            return None
        names = {name: action for action in RollbackAction for name in (action.slug, action.value.lower())}
        chosen = set()
        for number, name in enumerate(given):
            action = names.get(name.lower())
            if action is None:
                slugs = [each.slug for each in RollbackAction]
                self.document.complain(
                    ("rollback", "actions", str(number)),
                    f"there is no rollback action {name!r}. {known_names(name, slugs)}",
                )
            else:
                chosen.add(action)
        return tuple(action.slug for action in RollbackAction if action in chosen)

    def _statement(self, table: Table) -> Statement | None:
        return read_statement(table, self.stateable)
