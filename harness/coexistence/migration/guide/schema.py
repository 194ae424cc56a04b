"""What can be said about a step of the guide: tools, requirements, how to verify and undo.

Law of this room: words only; which step has which is said in the two rooms of facts beside it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

from coexistence.model.vocabulary import Version

__all__ = [
    "NOTHING_TO_UNDO",
    "NOT_DOCUMENTED",
    "GuideStep",
    "Requirement",
    "Tool",
    "after",
    "provided",
    "rather_after",
    "tool_name",
]

NOT_DOCUMENTED: Final = "not documented"


class Tool(enum.Enum):
    """What carries a step out; which version of it, the name says."""

    PAPER = "on paper"
    UPDATES = "update installer"
    DNS = "DNS console"
    BACKUP = "backup software"
    SERVICES = "services applet"
    EVENTS = "event viewer"
    DIRECTORY_SETUP = "setup"
    TOPOLOGY_BUILDER = "Topology Builder"
    WIZARD = "Deployment Wizard"
    SHELL = "Management Shell"
    CONTROL_PANEL = "Control Panel"
    LEGACY_CONTROL_PANEL = "Control Panel (legacy)"
    TEST_USERS = "test users"
    ROLLOUT = "software deployment"
    MONITORING = "System Center Operations Manager"
    EXCHANGE = "Exchange"


_VERSIONED: Final = {
    Tool.DIRECTORY_SETUP: "Setup",
    Tool.TOPOLOGY_BUILDER: "Topology Builder",
    Tool.WIZARD: "Deployment Wizard",
    Tool.SHELL: "Management Shell",
    Tool.CONTROL_PANEL: "Control Panel",
}


def tool_name(tool: Tool, new: Version | None, legacy: Version | None) -> str:
    """Return a tool's name with its version: only tools of the new one may touch a mixed topology.

    Source: "Administering servers after migration", "Verify pilot pool coexistence with legacy pool".

    >>> tool_name(Tool.SHELL, Version.S19, Version.L13)
    'Skype for Business Server 2019 Management Shell'
    """
    if tool is Tool.LEGACY_CONTROL_PANEL:
        return f"{legacy.product if legacy else 'legacy'} Control Panel"
    name = _VERSIONED.get(tool)
    return tool.value if name is None else f"{new.product if new else 'new'} {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What must be so before a step begins."""

    #: Another step that comes first; "" where it is a condition on what is true.
    step: str = ""
    #: The condition in words; "" where it is a step.
    condition: str = ""
    #: Whether the step fails or loses data otherwise; advice where not.
    is_hard: bool = True
    why: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideStep:
    """One step as the guide has it."""

    id: str
    tool: Tool
    #: How the guide verifies it; "" where it does not say.
    verify: str = ""
    #: A later step that is there to verify this one.
    verified_by: str = ""
    undo_how: str = NOT_DOCUMENTED
    requires: tuple[Requirement, ...] = ()
    source: str
    #: What else the one who does it should know.
    caution: str = ""


#: Undoing a step that changed nothing.
NOTHING_TO_UNDO: Final = "nothing to undo"


def after(step: str, why: str, source: str) -> Requirement:
    """Return that a step comes after another one, or fails or loses data."""
    return Requirement(step=step, why=why, source=source)


def rather_after(step: str, why: str, source: str) -> Requirement:
    """Return that the guide does a step after another one."""
    return Requirement(step=step, is_hard=False, why=why, source=source)


def provided(condition: str, why: str, source: str, *, is_hard: bool = True) -> Requirement:
    """Return that something must be so."""
    return Requirement(condition=condition, is_hard=is_hard, why=why, source=source)
