"""How items are dealt to xdist workers: a shard of deployments, or one phase of a twin, stays on one of them.

Law of this room: node ids tell the group; nothing else is known about items here. Groups are handed out
whole, because each worker builds the deployments of its groups, and observes what it is asked about;
``xdist_group`` marks cannot be used, pytest 9.2 drops the suffix by which xdist 3.8 finds them.
"""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any, Final

from xdist.scheduler import LoadScheduling

from coexistence.checking.checkpoints import LABELS

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

__all__ = ["GroupScheduling", "group_of"]

ROLLED_BACK: Final = ".rolled-back"


def group_of(nodeid: str, twins: Container[str] = ()) -> str:
    """Return what an item belongs to: estate and shard, or one of ``twins`` and a phase of it.

    A way back belongs to the phase that it leads back from, because it begins there.

    >>> group_of("coexistence.checks.messaging::somebody_answers[contoso-0-24-pilot.rolled-back]")
    'contoso-0-24'
    >>> group_of("coexistence.checks.messaging::somebody_answers[contoso-pilot.rolled-back]", {"contoso"})
    'contoso-pilot'
    """
    inside = nodeid.rpartition("[")[2].removesuffix("]")
    label = max((each for each in LABELS if inside.endswith(f"-{each}")), key=len, default="")
    estate = inside.removesuffix(f"-{label}") if label else inside
    return f"{estate}-{label.removesuffix(ROLLED_BACK)}" if estate in twins else estate


class GroupScheduling(LoadScheduling):
    """Deals whole groups, in the order in which they were collected."""

    def __init__(self, config: Any, log: Any, twins: Container[str] = ()) -> None:
        super().__init__(config, log)
        self._twins = twins

    def schedule(self) -> None:
        """Deal a first group to every worker; called when all have collected the same items."""
        if self.collection is not None:
            for node in self.nodes:
                self.check_schedule(node)
            return
        if not self._check_nodes_have_same_collection():
            return
        self.collection = next(iter(self.node2collection.values()))
        groups: dict[str, list[int]] = {}
        for index, nodeid in enumerate(self.collection):
            groups.setdefault(group_of(nodeid, self._twins), []).append(index)
        self.pending[:] = [index for group in groups.values() for index in group]
        self._ends = {group[-1] for group in groups.values()}
        for node in self.nodes:
            self._deal(node)
        for node in self.nodes:
            self.check_schedule(node)

    def check_schedule(self, node: WorkerController, duration: float = 0) -> None:
        """Deal another group to a worker that is about to run out of items."""
        del duration
        if node.shutting_down or self.collection is None:
            return
        # A worker runs an item only when it knows the next one, so two is running out.
        while self.pending and len(self.node2pending[node]) < 2:
            self._deal(node)
        if not self.pending:
            node.shutdown()

    def _deal(self, node: WorkerController) -> None:
        """Send the pending items up to the end of their group."""
        end = next((at for at, index in enumerate(self.pending, 1) if index in self._ends), len(self.pending))
        self._send_tests(node, end)

    def out(self) -> list[str]:
        """Say which item each worker is at: the first that it has not reported yet."""
        if self.collection is None:
            return []
        return [
            f"{node.gateway.id} was at {self.collection[pending[0]]}"
            for node, pending in self.node2pending.items()
            if pending
        ]
