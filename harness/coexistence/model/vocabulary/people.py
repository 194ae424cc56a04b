"""Words for people: what they are, what they prove it with, and where their things are kept.

Law of this room: plain names, no behaviour of the product, and nothing imported but the standard library.
"""

from __future__ import annotations

import enum

from coexistence.model.vocabulary.facts import Word

__all__ = [
    "ContactStore",
    "Credentials",
    "Deregistration",
    "Mailbox",
    "Scheme",
    "UserKind",
]


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
