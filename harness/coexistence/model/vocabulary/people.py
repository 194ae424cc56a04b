"""Words for people: what they are, what they sign in with, and where their things are kept.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard library.
"""

from __future__ import annotations

import enum
from typing import Final

from coexistence.model.vocabulary.facts import Word

__all__ = [
    "ClientGeneration",
    "ContactStore",
    "Credentials",
    "Deregistration",
    "Mailbox",
    "Scheme",
    "UserKind",
]


class ClientGeneration(enum.IntEnum):
    """Clients as far as servers tell them apart; the numbers are codes of a column."""

    LYNC_2010 = 0
    LYNC_2010_MOBILE = 1
    PHONE_EDITION = 2
    LYNC_2013 = 3
    MOBILE = 4
    SFB_2015 = 5
    SFB_2016 = 6
    UNKNOWN = 255

    @property
    def label(self) -> str:
        """The client's name as people know it."""
        return _CLIENTS[self]


_CLIENTS: Final = {
    ClientGeneration.LYNC_2010: "Lync 2010",
    ClientGeneration.LYNC_2010_MOBILE: "Lync 2010 Mobile",
    ClientGeneration.PHONE_EDITION: "Lync Phone Edition",
    ClientGeneration.LYNC_2013: "Lync 2013",
    ClientGeneration.MOBILE: "Lync 2013 or Skype for Business mobile",
    ClientGeneration.SFB_2015: "Skype for Business 2015",
    ClientGeneration.SFB_2016: "Skype for Business 2016 or later",
    ClientGeneration.UNKNOWN: "unknown client",
}


class UserKind(enum.IntEnum):
    """Who may be promised something; the numbers are codes of a column."""

    PERSON = 0
    #: Listed with a SIP address, but not enabled.
    DISABLED = 1
    #: Homed online: this deployment neither serves nor moves the account.
    CLOUD = 2
    #: Rooms and other accounts nobody signs in to in person.
    RESOURCE = 3


class ContactStore(enum.IntEnum):
    """Where a person's contact list is kept; the numbers are codes of a column."""

    SERVER = 0
    #: Unified contact store in Exchange, from L13 on.
    EXCHANGE = 1
    #: Nowhere any more: a move with ``-Force`` left it behind.
    LOST = 2
    UNKNOWN = 255


class Mailbox(enum.IntEnum):
    """Where a person's mailbox is; the numbers are codes of a column, in the order of generations."""

    E2007 = 7
    E2010 = 10
    E2013 = 13
    E2016 = 16
    E2019 = 19
    ONLINE = 30
    UNKNOWN = 255

    @property
    def product(self) -> str:
        """The product's name as people know it."""
        named = {Mailbox.ONLINE: "Exchange Online", Mailbox.UNKNOWN: "an unknown Exchange"}
        return named.get(self, f"Exchange {2000 + self}")


class Scheme(Word):
    """How somebody may prove who they are."""

    NTLM = "NTLM"
    KERBEROS = "Kerberos"
    #: With a certificate that the pool issued before.
    CERTIFICATE = "TLS-DSK"


class Credentials(Word):
    """What somebody proves who they are with."""

    VALID = "valid credentials"
    WRONG_PASSWORD = "a wrong password"  # noqa: S105  # a situation, no secret
    #: On a device whose clock is wrong.
    SKEWED_CLOCK = "a clock that is off"
    OTHER_ACCOUNT = "those of another account"


class Deregistration(Word):
    """Why a server signs somebody out, with the words of its notification."""

    QUOTA = "unregistered"
    DISABLED = "deregistered;event=rejected"
    MOVED = "deactivated"
    REGISTRAR_CHANGED = "preferred-registrar-change"
