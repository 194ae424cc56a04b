"""What is collected in a coexistence run: checks, in place of the files that pytest would look for.

Law of this room: files have no part in it; arguments on the command line name modules, checks and nodes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from coexistence.plugin.inquiries import Inquiry, inquiries
from coexistence.plugin.items import CheckItem, CheckModule, Together, stub
from coexistence.plugin.qualification import NODE, FaultItem, FaultModule, Qualifying
from coexistence.plugin.session import Question

__all__ = ["Collecting"]


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
        modules: dict[str, list[Inquiry]] = {}
        for inquiry in inquiries(self.question):
            modules.setdefault(inquiry.check.module, []).append(inquiry)
        for module, asked in modules.items():
            node = CheckModule.from_parent(session, name=module, nodeid=module)
            node.items = lambda parent, asked=asked: (self._item(parent, each) for each in asked)  # type: ignore[misc]  # the default binds the loop's inquiries
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

    def _item(self, parent: CheckModule, inquiry: Inquiry) -> CheckItem:
        check = inquiry.check
        asking = stub(check.name, check.promise, check.fixtures, _marks(check.function))
        item: CheckItem = CheckItem.from_parent(
            # The original name is what pytest 9.2 makes the node id of, the name what 9.0 does.
            parent,
            name=inquiry.name,
            callobj=asking,
            originalname=inquiry.name,
        )
        asking.item = item  # type: ignore[attr-defined]  # the function that pytest calls finds its item here
        item.question, item.together = self.question, self._together
        item.check, item.place, item.estate, item.shard = check, inquiry.place, inquiry.estate, inquiry.shard
        item.elder = set()
        item.rank = (
            inquiry.estate_number,
            inquiry.shard or (0, 0),
            check.module,
            check.name,
            inquiry.position,
        )
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


def _names(item: CheckItem | FaultItem) -> tuple[str, ...]:
    """Return what an item may be asked for by: node id, check, module, and folders around that."""
    if isinstance(item, FaultItem):
        return item.nodeid, NODE
    module = item.check.module
    around = PurePosixPath(module).parents if module.endswith(".py") else ()
    return item.nodeid, item.check.id, module, *map(str, around)


def _marks(function: Callable[..., Any]) -> list[Any]:
    """Return the pytest marks of a check: its module's, then its own."""
    module = sys.modules.get(function.__module__)
    marks: list[Any] = []
    for marked in (module, function):
        found = getattr(marked, "pytestmark", [])
        marks += found if isinstance(found, list) else [found]
    return marks
