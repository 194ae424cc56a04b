"""What a statement may be about: one row for each key of ``[[statements]]``.

Law of this room: a table. What a key takes, what it goes with, which open question it settles and which
assumption it speaks of stand here once; reading, writing, checking names, comparing, pseudonyms and the
documentation all go by it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from coexistence.migration.custom_plan import Statement
from coexistence.model.vocabulary import Version

__all__ = [
    "OBJECTS",
    "OUTSIDE",
    "SETTLED_BY",
    "SUBJECTS",
    "SUPPLIED",
    "Subject",
    "Takes",
    "facts_of",
    "object_of",
    "said_by",
]

#: In place of a pool: everybody beyond the outer firewall.
OUTSIDE: Final = "outside"


class Takes(enum.Enum):
    """What may stand behind a key; the value says it in the words of the documentation."""

    POOL = "a pool"
    PLACE = 'a pool, or `"outside"`'
    PARTNER = "a partner's domain"
    GATEWAY = "a gateway"
    PERSON = "a name"
    PHASE = "a checkpoint"
    FLAG = "`true` or `false`"
    DENIAL = "`false`"
    PORT = "a port"
    CLIENT = "a client, by name or user agent"
    STORE = '`"server"` or `"exchange"`'
    VERSION = f"a version, `{min(Version).name}` to `{max(Version).name}`"
    HOST = "a host name"
    NAMES = "a list of names"
    ASSUMPTION = "an assumption, by its id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One key of a statement."""

    #: The key, which is also the field of :class:`~coexistence.migration.custom_plan.Statement`.
    key: str
    takes: Takes
    #: Keys of which one must be there too: what the statement is about.
    of: tuple[str, ...] = ()
    #: Exports or questions, as open ones name them, that it answers.
    supplies: tuple[str, ...] = ()
    #: Assumptions that it makes unnecessary, or sets right in part.
    instead_of: tuple[str, ...] = ()
    #: What it does, for an administrator.
    effect: str


#: What statements are about: these keys say nothing by themselves.
OBJECTS: Final = MappingProxyType(
    {
        "pool": Takes.POOL,
        "partner": Takes.PARTNER,
        "gateway": Takes.GATEWAY,
        "administrator": Takes.PERSON,
        "from_pool": Takes.PLACE,
        "to_pool": Takes.PLACE,
    }
)

#: By what an open question needs: the assumption that may be stated instead of giving it.
SETTLED_BY: Final = MappingProxyType(
    {
        "DHCP options": "dhcp-names-registrar",
        "Get-CsAddressBookConfiguration": "address-book-as-shipped",
        "Get-CsManagementConnection": "scp-names-master",
        "Get-CsMeetingConfiguration": "meeting-settings-default",
        "TLS settings": "names-resolve",
        "certificate export": "names-resolve",
    }
)
_ALL: Final = (
    Subject(
        key="phase",
        takes=Takes.PHASE,
        effect="how far the migration has come, whatever the exports look like",
    ),
    Subject(
        key="version",
        takes=Takes.VERSION,
        of=("pool",),
        supplies=("Get-CsServerPatchVersion",),
        effect="which of the versions that the topology leaves open the pool runs",
    ),
    Subject(
        key="moved_from",
        takes=Takes.POOL,
        of=("pool",),
        instead_of=("rollback-home",),
        effect="people on this new pool were on that legacy pool before",
    ),
    Subject(
        key="clients_upgraded",
        takes=Takes.FLAG,
        of=("pool",),
        supplies=("client versions", "meetings export"),
        effect="the clients of people on this new pool were upgraded, or were not",
    ),
    Subject(
        key="clients",
        takes=Takes.CLIENT,
        of=("pool",),
        supplies=("client versions",),
        effect="people there sign in with this client",
    ),
    Subject(
        key="contacts",
        takes=Takes.STORE,
        of=("pool",),
        supplies=("Test-CsUnifiedContactStore",),
        effect="where contact lists of people there are kept",
    ),
    Subject(
        key="uses_xmpp",
        takes=Takes.FLAG,
        of=("pool",),
        supplies=("a statement of who uses XMPP and Persistent Chat",),
        instead_of=("needs-told",),
        effect="whether people there have contacts by XMPP",
    ),
    Subject(
        key="uses_persistent_chat",
        takes=Takes.FLAG,
        of=("pool",),
        supplies=("a statement of who uses XMPP and Persistent Chat",),
        instead_of=("needs-told",),
        effect="whether people there use Persistent Chat",
    ),
    Subject(
        key="pins_valid",
        takes=Takes.FLAG,
        of=("pool",),
        supplies=("Get-CsClientPinInfo",),
        effect="whether organizers there have a PIN that is still valid",
    ),
    Subject(
        key="scheduled_with_upgraded",
        takes=Takes.FLAG,
        of=("pool",),
        supplies=("meetings export",),
        effect="whether people there used upgraded clients for what they scheduled until that date",
    ),
    Subject(
        key="scheduled_on",
        takes=Takes.VERSION,
        of=("pool",),
        supplies=("meetings export",),
        effect="which version hosted people there when they scheduled what they scheduled until that date",
    ),
    Subject(
        key="blocked_port",
        takes=Takes.PORT,
        instead_of=("ports-open", "outside-reaches-edge"),
        effect="something keeps this port shut, from one place to another; without `from_pool` or `to_pool`, "
        "for every pool",
    ),
    Subject(
        key="answers",
        takes=Takes.DENIAL,
        of=("partner", "gateway"),
        instead_of=("partner-side-works", "gateways-answer"),
        effect="the partner's Access Edge, or the gateway, does not answer",
    ),
    Subject(
        key="access_edge",
        takes=Takes.HOST,
        of=("partner",),
        supplies=("the partner's DNS",),
        effect="the host that the partner's federation record names",
    ),
    Subject(
        key="trusts",
        takes=Takes.NAMES,
        of=("partner",),
        supplies=("the partner's trusted roots",),
        effect="issuers whose certificates the partner's Access Edge accepts",
    ),
    Subject(
        key="groups",
        takes=Takes.NAMES,
        of=("administrator",),
        supplies=("Get-ADPrincipalGroupMembership",),
        effect="groups of Active Directory that whoever administers is a member of",
    ),
    Subject(
        key="roles",
        takes=Takes.NAMES,
        of=("administrator",),
        supplies=("Get-CsAdminRoleAssignment",),
        effect="roles that he or she holds, for every site and everybody",
    ),
    Subject(
        key="archiving_critical",
        takes=Takes.FLAG,
        supplies=("Get-CsArchivingConfiguration",),
        effect="whether messages and conferences are blocked while the archive does not answer",
    ),
    Subject(
        key="assumption",
        takes=Takes.ASSUMPTION,
        supplies=tuple(SETTLED_BY),
        effect="what this assumption says is so; with `holds = false` it is not, and the rehearsal follows",
    ),
)
#: Every key that says something, in the order of the documentation.
SUBJECTS: Final = MappingProxyType({each.key: each for each in _ALL})
#: By what an open question needs: the keys of statements that answer it, an assumption with its id.
SUPPLIED: Final = MappingProxyType(
    {
        need: tuple(
            f"assumption {SETTLED_BY[need]}" if each.key == "assumption" else each.key
            for each in _ALL
            if need in each.supplies
        )
        for need in dict.fromkeys(need for each in _ALL for need in each.supplies)
    }
)


def said_by(statement: Statement) -> dict[str, Any]:
    """Return the keys that a statement has beside text, author and date, in the order of the table."""
    found = {
        key: value
        for key in (*OBJECTS, *SUBJECTS)
        if (value := getattr(statement, key)) is not None and value not in ("", ())
    }
    if statement.assumption:
        found["holds"] = statement.holds
    return found


def facts_of(statement: Statement) -> Iterator[Subject]:
    """Go through the subjects that a statement speaks of."""
    for key in said_by(statement):
        if key in SUBJECTS:
            yield SUBJECTS[key]


def object_of(statement: Statement) -> tuple[str, ...]:
    """Return what a statement is about, so that two about the same thing can be compared."""
    return tuple(getattr(statement, key).strip().rstrip(".").lower() for key in OBJECTS)
