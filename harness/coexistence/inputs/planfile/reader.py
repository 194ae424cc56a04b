"""A plan file, from bytes to what it asks for.

Law of this room: form, not sense: keys, types, dates. Whether the names in it exist is asked where the
deployment is known. Every complaint has its line, and all of them come together.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from coexistence.errors import InputError
from coexistence.inputs.exports.formats.encoding import encoding_of, open_text
from coexistence.inputs.planfile.address_lists import read_list
from coexistence.inputs.planfile.consistency import compare
from coexistence.inputs.planfile.statements import read_statement
from coexistence.inputs.planfile.tables import Complaints, Table, known_names, shown
from coexistence.inputs.toml.lines import lines_of
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

__all__ = ["PlanSource", "parse_plan", "read_source"]

_MOST_BYTES: Final = 1 << 22
_WINDOW: Final = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class PlanSource:
    """A plan file and its lists as texts: what travels to other processes."""

    file: str
    text: str
    #: Addresses by the name of the list, as the plan writes it.
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return JSON types."""
        return {
            "file": self.file,
            "text": self.text,
            "lists": {name: list(addresses) for name, addresses in self.lists.items()},
        }

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> PlanSource:
        """Read back what :meth:`plain` wrote."""
        lists = {name: tuple(addresses) for name, addresses in data["lists"].items()}
        return cls(data["file"], data["text"], lists)


def read_source(path: Path) -> PlanSource:
    """Read a plan file and every list that it names, relative to its own folder.

    Raises :class:`~coexistence.errors.InputError` for a file that cannot be read, is no TOML, or names a
    list that is not there.
    """
    file = path.name
    if not is_file(path):
        raise InputError(f"--coexistence-plan {path}: no such file.")
    encoding = encoding_of(path, file, most_bytes=_MOST_BYTES)
    with open_text(path, encoding, file) as opened:
        text = opened.read().replace("\r\n", "\n")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}.", file=file) from None
    except RecursionError:
        raise InputError("not a plan: its lists are nested too deeply.", file=file) from None
    lines = lines_of(text)
    lists: dict[str, tuple[str, ...]] = {}
    complaints: list[str] = []
    waves = document.get("waves")
    for number, wave in enumerate(waves if isinstance(waves, list) else ()):
        name = wave.get("list") if isinstance(wave, dict) else None
        if not isinstance(name, str) or not name or name in lists:
            continue
        where = path.parent / name
        line = lines.get(("waves", str(number), "list"), 0)
        if not name.isprintable() or not where.resolve().is_relative_to(path.parent.resolve()):
            complaints.append(
                f"{file}, line {line}: list = {shown(name)}: leads out of the folder of {file}. "
                "Put the list beside the plan file."
            )
            lists[name] = ()
            continue
        if not is_file(where):
            complaints.append(
                f"{file}, line {line}: list = {name!r}: there is no such file beside {file}. "
                "Write its path relative to the plan file."
            )
            lists[name] = ()
            continue
        try:
            lists[name] = read_list(where, where.name)
        except InputError as error:
            complaints.append(str(error))
            lists[name] = ()
    if complaints:
        raise InputError("\n".join(complaints))
    return PlanSource(file, text, lists)


def parse_plan(source: PlanSource, *, stateable: Mapping[str, tuple[str, ...]] | None = None) -> OwnPlan:
    """Return what a plan file asks for.

    ``stateable`` are the assumptions that there are, each with what may be said of it; left out, any name
    will do here.

    Raises :class:`~coexistence.errors.InputError` that holds one sentence, on a line of its own, for
    everything that makes no sense.
    """
    try:
        document = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}.", file=source.file) from None
    reading = _Reading(source, stateable)
    plan = reading.plan(document)
    if reading.complaints.found:
        ordered = sorted(reading.complaints.found, key=lambda each: each[0])
        raise InputError("\n".join(dict.fromkeys(text for _, text in ordered)))
    return plan


class _Reading:
    def __init__(self, source: PlanSource, stateable: Mapping[str, tuple[str, ...]] | None) -> None:
        self.source = source
        self.stateable = stateable
        self.complaints = Complaints(source.file, source.text)

    def plan(self, document: Mapping[str, Any]) -> OwnPlan:
        """Read the whole document."""
        top = Table(self.complaints, (), document)
        target = top.one_of("target", VERSION_NAMES)
        out_of_scope = top.texts("out_of_scope") or ()
        pools = tuple(self._each(top, "pools", self._pool))
        waves = tuple(self._each(top, "waves", self._wave))
        statements = tuple(self._each(top, "statements", self._statement))
        left_out: tuple[LeftOutStep, ...] = ()
        added: tuple[AddedStep, ...] = ()
        moved: tuple[MovedStep, ...] = ()
        dates: dict[str, dt.date] = {}
        if steps := self._table(top, "steps"):
            left_out = tuple(self._left_out(steps))
            added = tuple(self._each(steps, "add", self._added))
            moved = tuple(self._each(steps, "move", self._moved))
            dates = self._dates(steps)
            steps.close()
        rollback = self._rollback(top)
        rate = None
        if rates := self._table(top, "rates"):
            rate = rates.number("moves_per_hour")
            rates.close()
        top.close()
        compare(self.complaints, waves, dates, left_out, pools)
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
            lines=self.complaints.lines,
        )

    def _table(self, parent: Table, key: str) -> Table | None:
        found = parent.take(key, dict, f"a table: write [{'.'.join((*parent.path, key))}]", None)
        return None if found is None else Table(self.complaints, (*parent.path, key), found)

    def _each(self, parent: Table, key: str, read: Callable[[Table], Any]) -> Iterable[Any]:
        name = ".".join((*parent.path, key))
        found = parent.take(key, list, f"tables: write [[{name}]] above each", ())
        for number, each in enumerate(found):
            path = (*parent.path, key, str(number))
            if not isinstance(each, dict):
                self.complaints.add(path, f"{key} has {shown(each)} in it: must be a table, [[{name}]].")
                continue
            table = Table(self.complaints, path, each)
            value = read(table)
            table.close()
            if value is not None:
                yield value

    def _pool(self, table: Table) -> OwnPool | None:
        legacy, fqdn = table.text("legacy"), table.text("fqdn")
        edition = table.one_of("edition", {each.value.lower(): each for each in Edition})
        servers = table.texts("servers") or ()
        site = table.text("site")
        for key, value in (("legacy", legacy), ("fqdn", fqdn)):
            if not value and key not in table.data:
                table.complain(key, f"[[pools]] needs {key}: the name of the {_WHICH[key]} pool.")
        if not legacy or not fqdn:
            return None
        if edition is Edition.STANDARD and len(servers) > 1:
            table.complain("servers", f"a Standard Edition pool has one server, and not {len(servers)}.")
        return OwnPool(legacy=legacy, fqdn=fqdn, edition=edition, servers=servers, site=site, line=table.line)

    def _wave(self, table: Table) -> OwnWave | None:
        name = table.text("name")
        if not name and "name" not in table.data:
            table.complain("name", "[[waves]] needs a name.")
        pool, site, file = table.text("pool"), table.text("site"), table.text("list")
        count = table.number("count")
        counts = self._counts(table)
        everybody = bool(table.flag("everybody", otherwise=False))
        asked = [key for key in ("pool", "site", "list", "counts") if key in table.data]
        asked += ["everybody"] if everybody else []
        if len(asked) > 1:
            table.complain(
                asked[1], f"wave {name!r} names people by {' and by '.join(asked)}. Keep one of them."
            )
        if not asked and "count" not in table.data:
            table.complain(
                "name", f"wave {name!r} names no one. Add pool, site, list, counts, count or everybody."
            )
        if count is not None and (file or counts or everybody):
            table.complain("count", f"count = {count}: goes with pool or site, or stands alone.")
        if file and not self.source.lists.get(file):
            table.complain("list", f"list = {file!r}: names no one. Write one address on each line of it.")
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
        given = self._table(table, "counts")
        if given is None:
            return ()
        found = [(pool, given.number(pool)) for pool in given.data]
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
            table.complain("window", f'window = {text!r}: must be like "22:00-02:00".')
            return None
        if found.start == found.end:
            table.complain("window", f"window = {text!r}: begins when it ends.")
        return found

    def _left_out(self, steps: Table) -> Iterable[LeftOutStep]:
        for number, name in enumerate(steps.texts("leave_out") or ()):
            path = ("steps", "leave_out", str(number))
            self.complaints.check_step(path, name)
            yield LeftOutStep(step=name, line=self.complaints.line(*path))

    def _added(self, table: Table) -> AddedStep | None:
        title, after = table.text("title"), table.step("after")
        for key in ("title", "after"):
            if key not in table.data:
                table.complain(key, f"[[steps.add]] needs {key}.")
        made = AddedStep(
            title=title,
            after=after,
            verify=table.text("verify"),
            tool=table.text("tool"),
            undo=table.text("undo"),
            date=table.date("date"),
            line=table.line,
        )
        return made if title and after else None

    def _moved(self, table: Table) -> MovedStep | None:
        step, before, after = table.step("step"), table.step("before"), table.step("after")
        if "step" not in table.data:
            table.complain("step", "[[steps.move]] needs step.")
        if bool(before) == bool(after):
            table.complain("step", f"[[steps.move]] of {step!r} needs either before or after.")
            return None
        if step and step in (before, after):
            table.complain("step", f"step {step} cannot be moved to beside itself.")
        return MovedStep(step=step, before=before, after=after, line=table.line) if step else None

    def _dates(self, steps: Table) -> dict[str, dt.date]:
        given = self._table(steps, "dates")
        if given is None:
            return {}
        found = {}
        for key in given.data:
            self.complaints.check_step((*given.path, key), key)
            if (date := given.date(key)) is not None:
                found[key] = date
        return found

    def _rollback(self, top: Table) -> tuple[str, ...] | None:
        table = self._table(top, "rollback")
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
                self.complaints.add(
                    ("rollback", "actions", str(number)),
                    f"there is no rollback action {name!r}. {known_names(name, slugs)}",
                )
            else:
                chosen.add(action)
        return tuple(action.slug for action in RollbackAction if action in chosen)

    def _statement(self, table: Table) -> Statement | None:
        return read_statement(table, self.stateable)


_WHICH: Final = {"legacy": "legacy", "fqdn": "new"}
