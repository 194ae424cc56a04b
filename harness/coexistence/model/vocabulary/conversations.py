"""Words for what people do with each other: messages, calls and meetings.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard library.
"""

from __future__ import annotations

import enum
from typing import Final

from coexistence.model.vocabulary.facts import Word

__all__ = ["Access", "Content", "Guest", "MeetingKind", "Modality", "PhoneEntry", "Recipient"]


class MeetingKind(enum.IntEnum):
    """How often a meeting takes place; the numbers are codes of a column."""

    ONCE = 0
    RECURRING = 1
    #: A person's own meeting: the same identifier every time, no end.
    STATIC = 2


class Access(enum.IntEnum):
    """Whom a meeting lets in past the lobby; the numbers are codes of a column.

    As C3P has it: ``anonymous``, ``openAuthenticated``, ``closedAuthenticated``; Locked is UCWA's.
    """

    EVERYONE = 0
    COMPANY = 1
    INVITED = 2
    #: Everybody but the organizer waits.
    LOCKED = 3

    @property
    def label(self) -> str:
        """Whom it lets in, in words."""
        return _ACCESS[self]


_ACCESS: Final = {
    Access.EVERYONE: "for everybody",
    Access.COMPANY: "for the company",
    Access.INVITED: "for the invited",
    Access.LOCKED: "locked",
}


class PhoneEntry(enum.IntEnum):
    """What becomes of callers who dial into a meeting; the numbers are codes of a column."""

    #: They get past the lobby.
    BYPASS = 0
    LOBBY = 1
    #: Phones are not admitted at all.
    NOT_ADMITTED = 2
    #: Phones would be admitted, but the meeting has no passcode.
    NO_PASSCODE = 3


class Modality(Word):
    """What two people may do with each other."""

    MESSAGE = "message"
    PRESENCE = "presence"
    AUDIO = "audio"
    VIDEO = "video"
    SHARING = "sharing"
    FILE = "file transfer"
    #: PowerPoint slides, shown through Office Web Apps.
    CONTENT = "presented content"


class Guest(Word):
    """Who may join a meeting without being homed on a pool of the deployment, or without being inside."""

    #: Through the join link, without an account.
    ANONYMOUS = "anonymous participant"
    #: With an account of a partner's deployment.
    FEDERATED = "federated user"
    #: With an account of ours, but from outside.
    OUTSIDE = "user outside"


class Recipient(Word):
    """What somebody is like at the moment when another person wants something of them."""

    REACHABLE = "signed in"
    OFFLINE = "signed in nowhere"
    BUSY = "does not want to be disturbed"
    DECLINES = "declines"
    NO_ANSWER = "does not answer"
    #: The registration has not run out yet, but the connection to the device is gone.
    CONNECTION_LOST = "lost the connection"
    UNKNOWN = "nobody has this address"
    DISABLED = "the account is disabled"
    #: Enabled, but the pool that is asked has not heard of it yet.
    NOT_REPLICATED = "not replicated yet"
    #: A move stopped half-way: the pool that the directory names has no record of them.
    HALF_MOVED = "moved half-way"
    #: They were moved after the conversation had begun.
    MOVED_SINCE = "moved since"
    #: Called by a telephone number that somebody else has too.
    SHARES_NUMBER = "shares a telephone number"
    #: Shows a presence state that only newer servers list.
    NEWER_STATE = "shows a state of newer servers"


class Content(Word):
    """What is sent in a message."""

    TEXT = "plain text"
    LINK = "a link"
    #: A content type that the recipient's client does not take.
    RICH = "a content type of newer clients"
