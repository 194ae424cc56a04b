"""What the vendor's guide says about each step, by its id.

Law of this room: nothing here is about a deployment. What a step does to named objects is planned elsewhere.
"""

from __future__ import annotations

from typing import Final

from coexistence.migration.guide.deploy_steps import DEPLOYING
from coexistence.migration.guide.retire_steps import RETIRING
from coexistence.migration.guide.schema import GuideStep, Requirement, Tool, tool_name

__all__ = ["GUIDE", "GuideStep", "Requirement", "Tool", "guide_of", "tool_name"]

#: Steps by id, in the guide's order.
GUIDE: Final = {step.id: step for step in (*DEPLOYING, *RETIRING)}
#: What an administrator added is not in the guide.
_OWN: Final = GuideStep(id="", tool=Tool.PAPER, source="the administrator's plan")


def guide_of(step: str) -> GuideStep:
    """Return what the guide says about a step; for a step of somebody's own, that it says nothing."""
    return GUIDE.get(step, _OWN)
