"""Operations on people: which of them, and where they, their contacts and mailboxes are moved.

Law of this room: as in :mod:`coexistence.model.operations`, which hands these on: what is done, not what
comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from coexistence.model.operations.operation import Operation
from coexistence.model.vocabulary import Mailbox, PoolId, Version

__all__ = ["MoveMailboxes", "MoveUsers", "RollBackContactStore", "Selection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which accounts an operation is about, without listing a million of them."""

    #: Homed on this pool now.
    on: PoolId
    #: … and on that one when the estate was described.
    came_from: PoolId | None = None
    #: … and only so many of them, in the order of the inventory.
    first: int | None = None
    #: Leave out people who need a feature that the target has no counterpart for.
    without_xmpp: bool = False
    without_chat: bool = False
    #: Only people, not resource or disabled accounts.
    people_only: bool = False
    #: Only these rows of the inventory, ascending; None for all.
    listed: tuple[int, ...] | None = None
    #: Only the first half of what all this leaves: somebody stopped in the middle.
    is_half: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveUsers(Operation):
    """``Move-CsUser``: give accounts a new home pool."""

    users: Selection
    to: PoolId
    tools: Version
    #: ``-MoveConferenceData``: slides and attachments of meetings come along.
    with_content: bool = False
    #: ``-Force``: the account alone moves; contacts and meetings are lost.
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RollBackContactStore(Operation):
    """Take contact lists back from Exchange to the server (``Invoke-CsUcsRollback``)."""

    users: Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMailboxes(Operation):
    """The Exchange team moves mailboxes; nobody asks where contact lists are kept."""

    users: Selection
    to: Mailbox
