"""The rooms of the package: on which floor each stands, and what it may see besides.

``ARCHITECTURE.md`` is drawn from this table, and ``tests/structure/test_rooms.py`` holds every import to it.
What a room owns stands in its own docstring and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["FLOORS", "GUESTS", "LATERAL", "LINES", "OUTSIDE"]

#: What lies in ``harness/coexistence``, from the ground up. Imports point down; rooms of one floor do not see
#: each other. The window is ``coexistence/__init__.py``.
FLOORS: Final[tuple[tuple[str, ...], ...]] = (
    ("errors",),
    ("model",),
    ("simulation",),
    ("migration",),
    ("inputs", "observation"),
    ("checking",),
    ("faults", "rehearsal"),
    ("reporting", "testing"),
    ("plugin",),
    ("__init__",),
)
#: Imports between two rooms of one floor, by who imports whom: the reason. There is none.
LATERAL: Final[Mapping[tuple[str, str], str]] = {}
#: Packages of other folders, and the little that they see of ours.
OUTSIDE: Final[Mapping[str, tuple[str, ...]]] = {
    # As a user's own check does.
    "checks": ("__init__",),
    "fixtures": (),
}
#: Third parties, and the rooms or modules of rooms that may import them.
GUESTS: Final[Mapping[str, tuple[str, ...]]] = {
    # An idle run reads words, decorators and hookspecs, and none of these pays for columns.
    "numpy": (
        "model.population",
        "simulation",
        "migration",
        "observation",
        "inputs.exports",
        "inputs.family",
        "inputs.planfile",
        "checking.fault_scene",
        "checking.mutation_guard",
        "faults",
        "rehearsal",
    ),
    "hypothesis": ("inputs.family",),
    "faker": ("inputs.family.fake_names",),
    # Where pytest would have looked for settings is said by nothing public.
    "_pytest": ("plugin.project_root",),
    "pytest": ("plugin",),
    "xdist": ("plugin",),
}
#: Where a new line goes: what it says, its home; paths start in ``harness/coexistence`` or in the project.
LINES: Final[tuple[tuple[str, str], ...]] = (
    (
        "what the product does, with a source",
        "where it is carried out (`simulation/`) or looked at (`observation/`), marked with `@rule`",
    ),
    (
        "what nobody documents and we take to be so",
        "`simulation/rules/assumptions.py`: switchable, and printed with the verdict",
    ),
    ("what people were promised, and what to do when it breaks", "`checks/`"),
    ("what is known to go wrong", "`faults/`"),
    (
        "which step, in which order, on which objects",
        "`migration/planner/`; what the vendor says about it: `migration/guide/`",
    ),
    ("what an administrator types for it", "`migration/runbook_commands.py`"),
    ("which key of a plan file means what, and what is said about it", "`inputs/planfile/`"),
    (
        "what somebody may state of a deployment, and what that settles",
        "a row in `inputs/planfile/statement_keys.py`; for an assumption, its row's `about`",
    ),
    (
        "what is looked at between two pools, or at one",
        "a *leg* in `observation/facts/facts.py`; a route is a row of legs",
    ),
    (
        "what tells pools apart on a route between two of them",
        "`observation/people/routing_classes.py`: one conversation of each sort is asked, not a million",
    ),
    ("which column of which file means what", "`inputs/exports/read/`"),
    ("how large, how many, how often in made-up deployments", "`inputs/family/blueprint_space.py`"),
    ("opening, writing, replacing a file", "`model/files.py`"),
    (
        "go, no-go or not proven",
        "`rehearsal/verdicts/run.py`; the shape of the JSON report: `reporting/json_report.py`",
    ),
    (
        "this finding explains that one",
        "`rehearsal/verdicts/causes.py`; what an outcome points at: `observation/facts/blame.py`",
    ),
    ("width, colour, wording of the report", "`reporting/text_report.py`"),
    ("option default", "`plugin/entry.py`; what it means: `plugin/options.py`"),
    ("node id, which items there are, in which order", "`plugin/collection.py`"),
    ("what ends with which exit status", "`plugin/run.py`"),
    (
        '"am I a worker?", what a worker is given',
        "`plugin/xdist_handover.py`; as bytes: `inputs/transport.py`",
    ),
    ("what only tests share", "`tests/helpers.py`; what users want of it: `testing.py`"),
)
