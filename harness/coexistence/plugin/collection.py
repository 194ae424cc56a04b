"""What is collected in a coexistence run: checks, in place of the files that pytest would look for.

Law of this room: node ids hang on the question alone, not on files, workers or order; arguments on the
command line name modules, checks and nodes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import pytest

from coexistence.checking.checkpoints import Place
from coexistence.checking.registry import Check
from coexistence.plugin.items import CheckItem, CheckModule, Together, stub
from coexistence.plugin.qualification import NODE, FaultItem, FaultModule, Qualifying
from coexistence.plugin.session import Question
from coexistence.rehearsal.estates import Estate, FamilyEstate
from coexistence.rehearsal.verdicts import item_name

__all__ = ["Collecting"]

#: Items of a run, in all; a large family is divided into as many shards as fit, and into two at least.
MAX_ITEMS: Final = 1500


class Collecting:
    """The plugin that makes, chooses and orders the items of one run."""

    def __init__(
        self, config: pytest.Config, question: Question, arguments: tuple[str, ...] | None = None
    ) -> None:
        self.config = config
        self.question = question
        #: Node ids that were asked for; a worker is given those of its controller.
        self.arguments = self._arguments() if arguments is None else arguments
        self._together = Together()

    def pytest_collection(self, session: pytest.Session) -> None:
        """Keep pytest from looking for files: what is collected does not depend on them."""
        del session
        self.config.args = [str(self.config.rootpath)]

    def _arguments(self) -> tuple[str, ...]:
        """Return the node ids that were asked for; a folder around us asks for everything."""
        if self.config.args_source is not pytest.Config.ArgsSource.ARGS:
            return ()
        here = self.config.invocation_params.dir
        around = {here, *here.parents}
        return tuple(each for each in self.config.args if here / each not in around)

    @pytest.hookimpl(tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> pytest.CollectReport | None:
        """Collect checks in place of the files that a session would collect."""
        if not isinstance(collector, pytest.Session):
            return None
        return pytest.CollectReport(
            nodeid=collector.nodeid, outcome="passed", longrepr=None, result=list(self._modules(collector))
        )

    def _modules(self, session: pytest.Session) -> Iterator[CheckModule | FaultModule]:
        by_module: dict[str, list[Check]] = {}
        for check in self.question.registry:
            by_module.setdefault(check.module, []).append(check)
        plan = [
            (estate, shard, place)
            for estate in self.question.estates
            for shard in self._shards(estate)
            for place in estate.places
            if self.question.settings.wants(place)
        ]
        for module, checks in by_module.items():
            node = CheckModule.from_parent(session, name=module, nodeid=module)
            node.items = lambda parent, checks=checks: self._items(parent, checks, plan)  # type: ignore[misc]  # the default binds the loop's checks
            yield node
        if self.question.qualifying is not None:
            yield self._faults(session, self.question.qualifying)

    def _faults(self, session: pytest.Session, qualifying: Qualifying) -> FaultModule:
        """Return the node with one item for each fault, after everything else."""
        node: FaultModule = FaultModule.from_parent(session, name=NODE, nodeid=NODE)

        def items(parent: FaultModule) -> Iterator[FaultItem]:
            for aim in qualifying.aims:
                asking = stub(aim.fault.id, aim.fault.cause, qualifying.fixtures)
                item: FaultItem = FaultItem.from_parent(
                    parent, name=aim.fault.id, callobj=asking, originalname=aim.fault.id
                )
                asking.item = item  # type: ignore[attr-defined]  # as below
                item.aim, item.qualifying = aim, qualifying
                item.rank = (len(self.question.estates), (0, 0), NODE, aim.fault.id, 0)
                item.add_marker(aim.fault.severity.name.lower())
                item.add_marker(aim.fault.clause.value)
                yield item

        node.items = items
        return node

    def _shards(self, estate: Estate) -> tuple[tuple[int, int] | None, ...]:
        if not isinstance(estate, FamilyEstate):
            return (None,)
        places = [place for place in estate.places if self.question.settings.wants(place)]
        questions = sum(check.applies_at(place) for check in self.question.registry for place in places)
        return estate.shards(max(2, MAX_ITEMS // max(questions, 1)))

    def _items(
        self,
        parent: CheckModule,
        checks: list[Check],
        plan: list[tuple[Estate, tuple[int, int] | None, Place]],
    ) -> Iterator[CheckItem]:
        for position, (estate, shard, place) in enumerate(plan):
            for check in checks:
                if check.applies_at(place):
                    yield self._item(parent, check, estate, shard, place, position)

    def _item(
        self,
        parent: CheckModule,
        check: Check,
        estate: Estate,
        shard: tuple[int, int] | None,
        place: Place,
        position: int,
    ) -> CheckItem:
        name = f"{check.name}[{item_name(estate.name, shard, place.label)}]"
        asking = stub(check.name, check.promise, check.fixtures)
        item: CheckItem = CheckItem.from_parent(
            # The original name is what pytest 9.2 makes the node id of, the name what 9.0 does.
            parent,
            name=name,
            callobj=asking,
            originalname=name,
        )
        asking.item = item  # type: ignore[attr-defined]  # the function that pytest calls finds its item here
        item.question, item.together = self.question, self._together
        item.check, item.place, item.estate, item.shard = check, place, estate, shard
        item.elder = set()
        item.rank = (self.question.estates.index(estate), shard or (0, 0), check.module, check.name, position)
        item.add_marker(check.severity.name.lower())
        item.add_marker(check.clause.value)
        return item

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Order items so that a shard's deployments are used up before the next ones are built."""
        ours = [item for item in items if isinstance(item, (CheckItem, FaultItem))]
        wanted = self._selected(ours)
        if len(wanted) < len(ours):
            kept = set(wanted)
            self.config.hook.pytest_deselected(items=[item for item in ours if item not in kept])
        wanted.sort(key=lambda item: item.rank)
        items[:] = wanted

    def _selected(self, items: list[CheckItem | FaultItem]) -> list[CheckItem | FaultItem]:
        if not self.arguments:
            return items
        chosen: dict[CheckItem | FaultItem, None] = {}
        for argument in self.arguments:
            wanted = self._spellings(argument)
            found = [item for item in items if not wanted.isdisjoint(_names(item))]
            if not found:
                raise pytest.UsageError(
                    f"not found: {argument}: in a coexistence run, arguments are check modules, folders of "
                    "them, checks or node ids as --collect-only prints them. To add checks, write "
                    f"--coexistence-checks={argument}. To run tests, {self._way_back}."
                )
            chosen.update(dict.fromkeys(found))
        return [item for item in items if item in chosen]

    def _spellings(self, argument: str) -> set[str]:
        """Return what an argument may mean: a name, or a path from the folder that it was typed in.

        pytest shows node ids from there too, those of installed modules included.
        """
        config = self.config
        path, colons, rest = argument.partition("::")
        place = Path(os.path.normpath(config.invocation_params.dir / path))
        spelt = {Path(path), place}
        if place.is_relative_to(config.rootpath):
            spelt.add(place.relative_to(config.rootpath))
        return {f"{each.as_posix()}{colons}{rest}" for each in spelt}

    @property
    def _way_back(self) -> str:
        return (
            "leave --coexistence out"
            if self.config.getoption("--coexistence")
            else "add -o coexistence=false"
        )

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which items are about the same shard of a family."""
        self._together.expect(session.items)

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """Remember that part of the checks was left out: such a run is never go."""
        if items:
            self.question.narrowed.append("only some checks were asked for")


def _names(item: CheckItem | FaultItem) -> tuple[str, ...]:
    """Return what an item may be asked for by: node id, check, module, and folders around that."""
    if isinstance(item, FaultItem):
        return item.nodeid, NODE
    module = item.check.module
    around = PurePosixPath(module).parents if module.endswith(".py") else ()
    return item.nodeid, item.check.id, module, *map(str, around)
