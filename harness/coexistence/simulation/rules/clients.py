"""What follows from the rows of clients: where each may sign in, and whom the version filter lets in.

Law of this room: what comes of it in a deployment is for an observation to find out.

The version filter: rules are tried by priority, lowest number first; the first that matches decides, and
where none does, the default action. The rules of the narrowest scope that has any count, and they alone:
user, then registrar, then site, then global. It is no protection, because clients say themselves what
they are, and it does not apply to federated users. Source: New-CsClientVersionPolicyRule and
Set-CsClientVersionConfiguration (protocol facts, section 5.4).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from coexistence.model.clients import CLIENTS, Client, ClientGeneration, Listed, Span
from coexistence.model.deployment import ClientVersionRule, ClientVersionSettings, Pool
from coexistence.model.vocabulary import Unknown, Version, matches

__all__ = [
    "ALLOWING",
    "decided",
    "knows_privacy_mode",
    "listed_clients",
    "may_sign_in",
    "rules_for",
    "settings_for",
]


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


def knows_privacy_mode(client: ClientGeneration, since: str) -> bool | Unknown:
    """Tell whether a client knows the privacy mode of presence, if those of ``since`` were the first.

    ``since`` is a desktop client in words, as assumption ``privacy-honoured-from`` has it.
    """
    if client not in CLIENTS:
        return Unknown("client versions")
    first = CLIENTS[ClientGeneration[since.replace("-", "_").upper()]]
    return CLIENTS[client].goes_with >= first.goes_with


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
