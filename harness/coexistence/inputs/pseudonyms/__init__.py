"""Real names replaced at the door: keyed, the same every time, in the same form.

Law of this room: behind it nobody has a real name. It says nothing to whoever does not have the key; who has
it can only try names out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from coexistence.inputs.exports import Imported
from coexistence.inputs.exports.account.file_accounts import FileAccount
from coexistence.inputs.pseudonyms.fields import KINDS
from coexistence.inputs.pseudonyms.key import read_key
from coexistence.inputs.pseudonyms.pseudonymizer import Names
from coexistence.migration.custom_plan import OwnPlan
from coexistence.model.deployment import Deployment
from coexistence.model.population import Addresses, Assignment, Population
from coexistence.model.vocabulary import Origin

__all__ = ["PseudonymousAddresses", "Pseudonyms", "read_key"]


@dataclass(frozen=True, slots=True)
class PseudonymousAddresses:
    """Addresses under their pseudonyms, made when somebody is shown."""

    real: Addresses = field(repr=False)
    pseudonyms: Pseudonyms

    def __len__(self) -> int:
        return len(self.real)

    def __getitem__(self, row: int) -> str:
        return self.pseudonyms.address(self.real[row])


@dataclass
class Pseudonyms(Names):
    """Pseudonyms under one key, for everything that an import or a plan file holds."""

    def imported(self, imported: Imported) -> Imported:
        """Return an import under pseudonyms: the deployment, and what is said about the files."""
        deployment = imported.deployment
        # Contradictions and places speak of everything else, so that has to be known before.
        for account in imported.files:
            self._made[account.file.lower()] = self.familiar(account.file)
        made = self._mapped(replace(deployment, contradictions=()))
        assert isinstance(made, Deployment)
        made = self._placed(replace(made, contradictions=self._mapped(deployment.contradictions)))
        return Imported(deployment=made, files=tuple(self._account(each) for each in imported.files))

    def _account(self, account: FileAccount) -> FileAccount:
        return replace(
            account, file=self.familiar(account.file), notes=tuple(map(self.complaint, account.notes))
        )

    def _mapped(self, value: Any) -> Any:
        """Return a value with everything in it replaced but the places it comes from."""
        if isinstance(value, Population):
            return self._population(value)
        if isinstance(value, tuple):
            return tuple(self._mapped(each) for each in value)
        if isinstance(value, Origin) or not dataclasses.is_dataclass(value) or isinstance(value, type):
            return value
        kinds = KINDS.get(type(value).__name__, {})
        changes = {}
        for each in dataclasses.fields(value):
            before = getattr(value, each.name)
            if kind := kinds.get(each.name):
                after = self._settings(before) if kind == "settings" else _each(before, getattr(self, kind))
            else:
                after = self._mapped(before)
            if after is not before:
                changes[each.name] = after
        return replace(value, **changes) if changes else value

    def _settings(self, settings: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple(
            (name, ",".join(map(self.name, value.split(","))))
            if name == "PstnUsages"
            else (name, self.term(value))
            for name, value in settings
        )

    def _placed(self, value: Any) -> Any:
        """Return a value whose places name files as the accounts do."""
        if isinstance(value, Origin):
            return replace(value, source=self.familiar(value.source))
        if isinstance(value, tuple):
            # Places do not count when values are compared, so only identity tells what changed.
            made = tuple(map(self._placed, value))
            return made if any(one is not other for one, other in zip(made, value, strict=True)) else value
        if isinstance(value, Population):
            return value.changed(told_at={key: self._placed(at) for key, at in value.told_at.items()})
        if not dataclasses.is_dataclass(value) or isinstance(value, type):
            return value
        changes = {}
        for each in dataclasses.fields(value):
            before = getattr(value, each.name)
            after = self._placed(before)
            if after is not before:
                changes[each.name] = after
        return replace(value, **changes) if changes else value

    def _population(self, population: Population) -> Population:
        self._people.append(population.addresses)
        return population.changed(
            pools=tuple(map(self.host, population.pools)),
            domains=tuple(map(self.host, population.domains)),
            assigned={
                kind: Assignment(tuple(map(self.name, each.tags)), each.code)
                for kind, each in population.assigned.items()
            },
            addresses=PseudonymousAddresses(population.addresses, self),
        )

    def own_plan(self, own: OwnPlan) -> OwnPlan:
        """Return a plan file whose names are replaced in the same way; call it when the twins are known."""
        self.learn(_texts(own))
        hidden = self._mapped(own)
        assert isinstance(hidden, OwnPlan)
        return replace(hidden, lines={self._path(path): line for path, line in own.lines.items()})

    def _path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Return a place in a plan file; the keys of counts are pools."""
        return (*path[:3], *map(self.host, path[3:])) if "counts" in path else path


def _each(value: Any, made: Callable[[str], str]) -> Any:
    """Apply to a text, or to every text in a collection; what is no text stays."""
    if type(value) is str:
        return made(value)
    if isinstance(value, tuple):
        return tuple(_each(each, made) for each in value)
    if isinstance(value, frozenset):
        return frozenset(_each(each, made) for each in value)
    return value


def _texts(value: Any) -> Iterator[str]:
    """Yield every text that somebody wrote into a plan; addresses are known by their form."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for each in dataclasses.fields(value):
            if each.name not in ("addresses", "lines"):
                yield from _texts(getattr(value, each.name))
