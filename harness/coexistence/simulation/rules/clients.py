"""Clients as data: where each may sign in, how it finds a server, and whom the version filter lets in.

Law of this room: a table and the one rule that reads it. A row says what a client generation is like as
far as servers can tell; what comes of it in a deployment is for an observation to find out.

The version filter: rules are tried by priority, lowest number first; the first that matches decides, and
where none does, the default action. The rules of the narrowest scope that has any count, and they alone:
user, then registrar, then site, then global. It is no protection, because clients say themselves what
they are, and it does not apply to federated users. Source: New-CsClientVersionPolicyRule and
Set-CsClientVersionConfiguration (protocol facts, section 5.4).
"""

from __future__ import annotations

import enum
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from coexistence.model.deployment import ClientVersionRule, ClientVersionSettings, Pool
from coexistence.model.vocabulary import (
    ClientGeneration,
    Confidence,
    Scheme,
    Unknown,
    Version,
    by_version,
    matches,
)

__all__ = [
    "ALLOWING",
    "CLIENTS",
    "Client",
    "Discovery",
    "Listed",
    "Span",
    "decided",
    "knows_privacy_mode",
    "listed_clients",
    "may_sign_in",
    "rules_for",
    "settings_for",
]

#: Four numbers: major, minor, build, QFE.
Numbers: TypeAlias = tuple[int, int, int, int]
_ANY: Final = 2**31


class Listed(enum.Enum):
    """What the vendor's lists say about a client and a server version."""

    YES = "yes"
    NO = "no"
    #: An older client that the list of this version does not name any more.
    NOT_LISTED = "not listed"
    #: A client that came out after this server version: its lists could not name it.
    NEWER = "newer than the server"


class Discovery(enum.Enum):
    """In which order a client tries names."""

    #: lyncdiscoverinternal, lyncdiscover, then SRV and host names.
    AUTODISCOVER_FIRST = "Autodiscover, then SRV"
    SRV_FIRST = "SRV"
    #: Phones: SRV, then DHCP option 120.
    SRV_THEN_DHCP = "SRV, then DHCP"
    #: Mobile clients: lyncdiscover, and from there the external web name through the reverse proxy.
    EXTERNAL_WEB = "external web"


@dataclass(frozen=True, slots=True)
class Span:
    """The version numbers that a client may have, both ends included."""

    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One generation of clients."""

    generation: ClientGeneration
    #: What the lists say, by version of the home pool.
    listed: Mapping[Version, Listed]
    #: Tokens in the User-Agent header that the version filter may match: one for each kind of device.
    agents: tuple[str, ...]
    #: Version numbers that any installation of it has.
    versions: Span
    #: … and those of an installation with the update that brought TLS 1.2.
    updated: Span
    #: TLS versions that any installation of it speaks.
    tls: frozenset[str]
    #: … and with that update. The same where there is none.
    updated_tls: frozenset[str]
    discovery: Discovery
    confidence: Confidence
    source: str
    #: By which schemes it can prove who somebody is; those of web clients are not SIP's.
    schemes: frozenset[Scheme] = frozenset(Scheme)


def _listed(l10: Listed, l13: Listed, s15: Listed, s19: Listed) -> Mapping[Version, Listed]:
    """SE has no list yet."""
    return by_version("clients that may sign in", L10=l10, L13=l13, S15=s15, S19=s19)


def _from(low: Sequence[int], major: int, minor: int | None = None) -> Span:
    """Numbers from ``low`` up to the last of a major (and minor) version."""
    start = (*low, 0, 0, 0, 0)
    return Span(
        (start[0], start[1], start[2], start[3]), (major, _ANY if minor is None else minor, _ANY, _ANY)
    )


_YES, _NO, _OUT, _NEW = Listed.YES, Listed.NO, Listed.NOT_LISTED, Listed.NEWER
_OLD_TLS: Final = frozenset({"1.0"})
_NEW_TLS: Final = frozenset({"1.0", "1.1", "1.2"})
#: Tokens of mobile clients, one for each platform (Lync Server 2013: UserAgentDef table).
_MOBILE_AGENTS: Final = ("WPLync", "iPhoneLync", "AndroidLync", "iPadLync", "NokiaLync")
_C = ClientGeneration
_INTEROP = "Client interoperability in Lync 2013; Clients and devices (2015)"
_FEATURES = "feature comparison (2019)"
_TLS = "Disable TLS 1.0/1.1 in Skype for Business Server 2015"

#: Every generation but the unknown one. Sources: migration facts, section 4.3; protocol facts, sections
#: 2.1 (order of names), 5.1 to 5.3 (tokens and numbers) and 6.4 (which clients survive without TLS 1.0).
CLIENTS: Final[Mapping[ClientGeneration, Client]] = {
    row.generation: row
    for row in (
        Client(
            generation=_C.LYNC_2010,
            listed=_listed(_YES, _YES, _YES, _OUT),
            agents=("OC",),
            versions=Span((4, 0, 7577, 0), (4, 0, 7577, _ANY)),
            updated=Span((4, 0, 7577, 0), (4, 0, 7577, _ANY)),
            tls=_OLD_TLS,
            updated_tls=_OLD_TLS,
            discovery=Discovery.SRV_FIRST,
            confidence=Confidence.DOCUMENTED,
            source=f"{_INTEROP}; {_FEATURES}; {_TLS}",
        ),
        Client(
            generation=_C.LYNC_2010_MOBILE,
            # Mobility service MCX is gone from 2019.
            listed=_listed(_YES, _YES, _YES, _NO),
            agents=_MOBILE_AGENTS,
            # No source gives its numbers.
            versions=_from((0,), _ANY),
            updated=_from((0,), _ANY),
            tls=_OLD_TLS,
            updated_tls=_OLD_TLS,
            discovery=Discovery.EXTERNAL_WEB,
            confidence=Confidence.DOCUMENTED,
            source=f"Mobility (2015); features removed from 2019; {_TLS}",
        ),
        Client(
            generation=_C.PHONE_EDITION,
            listed=_listed(_YES, _YES, _YES, _OUT),
            agents=("OCPhone",),
            versions=_from((4, 0), 4, 0),
            updated=_from((4, 0), 4, 0),
            tls=_OLD_TLS,
            updated_tls=_OLD_TLS,
            discovery=Discovery.SRV_THEN_DHCP,
            schemes=frozenset({Scheme.CERTIFICATE}),
            confidence=Confidence.DOCUMENTED,
            source=f"{_INTEROP}; IP Phone Inventory Report; {_TLS}",
        ),
        Client(
            generation=_C.LYNC_2013,
            listed=_listed(_YES, _YES, _YES, _YES),
            agents=("OC",),
            versions=_from((15, 0), 15, 0),
            updated=_from((15, 0, 5023, 1000), 15, 0),
            tls=_OLD_TLS,
            updated_tls=_NEW_TLS,
            discovery=Discovery.AUTODISCOVER_FIRST,
            confidence=Confidence.DOCUMENTED,
            source=f"{_INTEROP}; {_FEATURES}; {_TLS}",
        ),
        Client(
            generation=_C.MOBILE,
            # It speaks UCWA, which servers have from 2013 on.
            listed=_listed(_NO, _YES, _YES, _YES),
            agents=_MOBILE_AGENTS,
            versions=_from((0,), 6),
            updated=_from((6, 19), 6),
            tls=_OLD_TLS,
            updated_tls=_NEW_TLS,
            discovery=Discovery.EXTERNAL_WEB,
            confidence=Confidence.DERIVED,
            source=f"Mobility (2015); {_TLS}",
        ),
        Client(
            generation=_C.SFB_2015,
            listed=_listed(_NEW, _NEW, _YES, _YES),
            agents=("OC",),
            versions=_from((15, 0), 15, 0),
            updated=_from((15, 0, 5023, 1000), 15, 0),
            tls=_OLD_TLS,
            updated_tls=_NEW_TLS,
            discovery=Discovery.AUTODISCOVER_FIRST,
            confidence=Confidence.DOCUMENTED,
            source=f"Clients and devices (2015); {_FEATURES}; {_TLS}",
        ),
        Client(
            generation=_C.SFB_2016,
            listed=_listed(_NEW, _NEW, _YES, _YES),
            agents=("OC",),
            versions=_from((16, 0), 16, 0),
            updated=_from((16, 0, 4678, 1000), 16, 0),
            tls=_OLD_TLS,
            updated_tls=_NEW_TLS,
            discovery=Discovery.AUTODISCOVER_FIRST,
            confidence=Confidence.DOCUMENTED,
            source=f"Clients and devices (2015); {_FEATURES}; {_TLS}",
        ),
    )
}


def may_sign_in(client: Client, home: Iterable[Version]) -> Listed | Unknown:
    """Return what the lists say about a client and a home pool.

    Unknown where the evidence leaves several versions of the pool, and they differ.
    """
    answers = {client.listed[version] for version in home}
    return answers.pop() if len(answers) == 1 else Unknown("Get-CsServerPatchVersion")


def listed_clients(*versions: Version) -> tuple[ClientGeneration, ...]:
    """Return the clients that the lists name for every one of these versions, oldest first."""
    return tuple(
        sorted(
            each.generation
            for each in CLIENTS.values()
            if all(each.listed[version] is Listed.YES for version in versions)
        )
    )


#: Clients by age, those of one time together; the desktop client of that time gives its name.
_AGES: Final[Mapping[ClientGeneration, str]] = {
    _C.LYNC_2010: "lync-2010",
    _C.LYNC_2010_MOBILE: "lync-2010",
    _C.PHONE_EDITION: "lync-2010",
    _C.LYNC_2013: "lync-2013",
    _C.MOBILE: "lync-2013",
    _C.SFB_2015: "sfb-2015",
    _C.SFB_2016: "sfb-2016",
}


def knows_privacy_mode(client: ClientGeneration, since: str) -> bool | Unknown:
    """Tell whether a client knows the privacy mode of presence, if those of ``since`` were the first."""
    if client not in _AGES:
        return Unknown("client versions")
    ages = tuple(dict.fromkeys(_AGES.values()))
    return ages.index(_AGES[client]) >= ages.index(since)


# -------------------------------------------------------------------- the version filter

#: Actions that let a client in; the others turn it away.
ALLOWING: Final = frozenset({"Allow", "AllowAndUpgrade", "AllowWithUrl"})

_COMPARE: Final[Mapping[str, Callable[[tuple[int, ...], tuple[int, ...]], bool]]] = {
    "EQL": operator.eq,
    "NEQ": operator.ne,
    "GTR": operator.gt,
    "GEQ": operator.ge,
    "LSS": operator.lt,
    "LEQ": operator.le,
}


def rules_for(
    rules: Iterable[ClientVersionRule], home: Pool, policy: str | None = None
) -> tuple[ClientVersionRule, ...]:
    """Return the rules that count for people homed on a pool, in the order in which they are tried.

    ``policy`` is the name of a policy granted to the people themselves.
    """
    by_scope: dict[str, list[ClientVersionRule]] = {}
    for rule in rules:
        by_scope.setdefault(rule.scope.lower(), []).append(rule)
    scopes = [] if policy is None else [f"tag:{policy}"]
    for scope in (*scopes, f"service:{home.id}", f"site:{home.site}", "global"):
        found = by_scope.get(scope.lower())
        if found:
            return tuple(sorted((each for each in found if each.enabled), key=lambda each: each.priority))
    return ()


def settings_for(settings: Iterable[ClientVersionSettings], home: Pool) -> ClientVersionSettings | None:
    """Return the filter's settings for people homed on a pool: the site's, or else the global ones."""
    by_scope = {each.scope.lower(): each for each in settings}
    return by_scope.get(f"site:{home.site}".lower()) or by_scope.get("global")


@lru_cache(maxsize=4096)  # asked for every pool and client of every state; the answers are few
def decided(
    rules: tuple[ClientVersionRule, ...], agents: tuple[str, ...], span: Span, otherwise: str | Unknown
) -> str | Unknown:
    """Return the action for clients with these tokens and numbers; ``otherwise`` where no rule matches.

    Unknown where it hangs on a number, or on a kind of device, that nobody told.
    """
    actions = {_decided(rules, agent, span, otherwise) for agent in agents}
    if len(actions) == 1:
        return actions.pop()
    return next((each for each in actions if isinstance(each, Unknown)), Unknown("client versions"))


def _decided(
    rules: Sequence[ClientVersionRule], agent: str, span: Span, otherwise: str | Unknown
) -> str | Unknown:
    for at, rule in enumerate(rules):
        if not matches(agent.lower(), rule.user_agent.lower()):
            continue
        covered = _matches(rule, span)
        if covered is True:
            return rule.action
        if covered is None:
            rest = _decided(rules[at + 1 :], agent, span, otherwise)
            return rest if rest == rule.action else Unknown("client versions")
    return otherwise


def _matches(rule: ClientVersionRule, span: Span) -> bool | None:
    """Compare the fields that a rule gives, major first; None where it hangs on a number nobody told."""
    wanted = _given(rule.version)
    compare = _COMPARE.get(rule.compare.upper())
    if compare is None:
        return None
    if not wanted:
        # Every field is empty: any version is equal to it.
        return compare((), ())
    low, high = span.low[: len(wanted)], span.high[: len(wanted)]
    if rule.compare.upper() in ("EQL", "NEQ") and low != high and low <= wanted <= high:
        return None
    ends = {compare(low, wanted), compare(high, wanted)}
    return ends.pop() if len(ends) == 1 else None


def _given(version: str) -> tuple[int, ...]:
    """Return the numbers up to the first that is left empty or is no number: from there on any will do."""
    numbers: list[int] = []
    for part in version.split("."):
        if not part.strip().isdecimal():
            break
        numbers.append(int(part))
    return tuple(numbers)
