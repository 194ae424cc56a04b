"""What was configured: policies, dial plans, voice routes, the client version filter, links, federation.

Law of this room: a setting is kept as it was written; what it allows is decided where it is asked about.
A scope names a site by its name, and the topology knows the site's id. Source: cmdlet exports, sections
3.9, 3.10, 3.13 and 3.16.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.account import file_accounts
from coexistence.inputs.exports.formats.booleans import truth_of
from coexistence.inputs.exports.kinds import POLICY_EXPORTS, POLICY_SETTINGS
from coexistence.model.deployment import (
    ClientVersionRule,
    ClientVersionSettings,
    DialPlan,
    Gateway,
    Partner,
    Policy,
    SimpleUrl,
    Site,
    VoiceRoute,
    key_of,
)
from coexistence.model.vocabulary import POLICY_CMDLETS, Maybe, Origin, PoolId, SiteId, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coexistence.inputs.exports.account.file_accounts import Account
    from coexistence.inputs.exports.read.found_tables import Tables
    from coexistence.inputs.exports.read.name_lookup import Bearings

__all__ = [
    "client_rules_of",
    "client_settings_of",
    "dial_plans_of",
    "partners_of",
    "policies_of",
    "routed",
    "simple_urls_of",
    "tags_of",
    "voice_routes_of",
]

_ACTIONS: Final = {
    name.lower(): name
    for name in ("Allow", "AllowWithUrl", "AllowAndUpgrade", "Block", "BlockWithUrl", "BlockAndUpgrade")
}
#: Digits of the largest number in any version, and a few more.
_LONGEST_NUMBER: Final = 10
#: Settings whose empty value says something: no usage at all.
_MAY_BE_EMPTY: Final = frozenset({"PstnUsages"})
_LISTS: Final = frozenset({"PstnUsages"})


def _scope(text: str, bearings: Bearings) -> str:
    """Return the scope that an Identity names; a site by its id, a name of one's own as a tag."""
    whole = text.strip()
    head, colon, rest = whole.partition(":")
    match head.lower():
        case "global" if not colon:
            return "global"
        case "site":
            return f"site:{bearings.site(rest) or rest}"
        case "service":
            return f"service:{bearings.pool(rest) or key_of(rest.rpartition(':')[2])}"
        case "registrar" | "pstngateway" | "userserver":
            return f"service:{bearings.pool(rest) or key_of(rest)}"
        case "tag":
            return f"tag:{rest}"
    return f"tag:{whole}"


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace(",", ";").split(";") if part.strip()]


def policies_of(tables: Tables, bearings: Bearings) -> Maybe[tuple[Policy, ...]]:
    """Return the policies of every kind that was exported; unknown where none was."""
    found: dict[object, Policy] = {}
    told = [kind for kind in POLICY_SETTINGS if tables.told(POLICY_EXPORTS[kind])]
    for kind in told:
        for account, has, record in tables.records(POLICY_EXPORTS[kind]):
            made = Policy(
                kind=kind,
                scope=_scope(record["identity"], bearings),
                settings=tuple(
                    (name, ",".join(_parts(record[name])) if name in _LISTS else record[name])
                    for name in POLICY_SETTINGS[kind]
                    if name in has and (record[name] or (name in _MAY_BE_EMPTY and name not in record.cut))
                ),
                origin=Origin(account.file, record.line),
            )
            _keep(found, (kind, made.scope.lower()), made, account, bearings, f"a {kind} policy")
    return tuple(found.values()) if told else Unknown(POLICY_CMDLETS["conferencing"])


def tags_of(policies: Maybe[tuple[Policy, ...]]) -> dict[str, list[str]]:
    """Return the names of policies that people may be given in person, by kind."""
    found: dict[str, list[str]] = {}
    for policy in () if isinstance(policies, Unknown) else policies:
        if policy.scope.startswith("tag:"):
            found.setdefault(policy.kind, []).append(policy.scope[len("tag:") :])
    return found


class _Placed(Protocol):
    """Something that says where it was read."""

    @property
    def origin(self) -> Origin: ...


_P = TypeVar("_P", bound=_Placed)


def _keep(
    found: dict[object, _P], key: object, made: _P, account: Account, bearings: Bearings, what: str
) -> None:
    """Keep the first of several rows about one thing; those that say something else are disputed."""
    earlier = found.setdefault(key, made)
    if earlier is made:
        account.used += 1
    elif earlier == made:
        account.note(f"the row repeats {what}; merged", line=made.origin.line, key="repeated")
    else:
        said = f"two rows about {what} differ; the earlier one is kept"
        account.note(said, line=made.origin.line, key=("differ", what))
        bearings.disputes.add("two-values", said, made.origin, earlier.origin, key=what)


def dial_plans_of(tables: Tables, bearings: Bearings) -> tuple[DialPlan, ...]:
    """Return the dial plans with their dial-in regions."""
    found: dict[object, DialPlan] = {}
    for account, _, record in tables.records(kinds.DIAL_PLANS):
        made = DialPlan(
            scope=_scope(record["identity"], bearings),
            region=record["region"] or None,
            origin=Origin(account.file, record.line),
        )
        _keep(found, made.scope.lower(), made, account, bearings, "a dial plan")
    return tuple(found.values())


def voice_routes_of(tables: Tables, bearings: Bearings) -> Maybe[tuple[VoiceRoute, ...]]:
    """Return the voice routes with the trunks of the topology that they name.

    Unknown where a route names a trunk that the topology does not know by its gateway: trunks have names
    of their own, and which gateway is meant is not for guessing.
    """
    by_gateway: dict[str, list[Gateway]] = {}
    for gateway in bearings.topology.gateways:
        by_gateway.setdefault(key_of(gateway.fqdn), []).append(gateway)
    found: dict[object, VoiceRoute] = {}
    is_clear = True
    for account, _, record in tables.records(kinds.VOICE_ROUTES):
        trunks: list[tuple[str, PoolId]] = []
        for part in _parts(record["trunks"]):
            known = by_gateway.get(key_of(part.rpartition(":")[2]))
            if known is None:
                is_clear = False
                account.note(
                    "the column PstnGatewayList names a trunk that is none of the topology's gateways: where "
                    "calls go stays unknown",
                    line=record.line,
                    key="trunk",
                )
            trunks += [(each.fqdn, each.mediation) for each in known or ()]
        is_clear = is_clear and record.cut.isdisjoint({"trunks", "usages"})
        made = VoiceRoute(
            name=record["name"] or record["identity"],
            usages=tuple(_parts(record["usages"])),
            trunks=tuple(trunks),
            origin=Origin(account.file, record.line),
        )
        _keep(found, made.name.lower(), made, account, bearings, "a voice route")
    return tuple(found.values()) if is_clear else Unknown(kinds.VOICE_ROUTES)


def client_rules_of(tables: Tables, bearings: Bearings) -> tuple[ClientVersionRule, ...]:
    """Return the rules of the client version filter."""
    found = []
    for account, _, record in tables.records(kinds.CLIENT_RULES):
        priority = record["priority"]
        action = _ACTIONS.get(record["action"].lower())
        if action is None:
            account.note(
                f"the action {file_accounts.shown_word(record['action'])} is not known; "
                "the rule was not used",
                line=record.line,
                key="action",
            )
            continue
        numbers: list[str] = []
        for part in ("major", "minor", "build", "qfe"):
            # Empty stands for any number, and ends what is compared.
            if not record[part]:
                break
            numbers.append(record[part])
        if any(number.isdecimal() and not _is_number(number) for number in numbers):
            account.note(
                "a part of the version is a number that no version has; the rule was not used",
                line=record.line,
                key="version",
            )
            continue
        account.used += 1
        found.append(
            ClientVersionRule(
                # The rule's own number follows the scope.
                scope=_scope(record["identity"].rpartition("/")[0] or record["identity"], bearings),
                priority=int(priority) if _is_number(priority) else 0,
                user_agent=record["useragent"],
                compare=record["compare"].upper(),
                version=".".join(numbers),
                action=action,
                enabled=truth_of(record["enabled"]) is not False,
                origin=Origin(account.file, record.line),
            )
        )
    return tuple(found)


def _is_number(text: str) -> bool:
    """Whether a text is a number that a version or a priority may be; others may take minutes to work out."""
    return text.isascii() and text.isdecimal() and len(text) < _LONGEST_NUMBER


def client_settings_of(tables: Tables, bearings: Bearings) -> tuple[ClientVersionSettings, ...]:
    """Return whether the client version filter is on, and what becomes of clients without a rule."""
    found: dict[object, ClientVersionSettings] = {}
    for account, _, record in tables.records(kinds.CLIENT_SETTINGS):
        made = ClientVersionSettings(
            scope=_scope(record["identity"], bearings),
            enabled=truth_of(record["enabled"]) is not False,
            default_action=_ACTIONS.get(record["action"].lower(), record["action"]),
            origin=Origin(account.file, record.line),
        )
        _keep(found, made.scope.lower(), made, account, bearings, "the client version configuration")
    return tuple(found.values())


def simple_urls_of(tables: Tables, bearings: Bearings) -> Maybe[tuple[SimpleUrl, ...]]:
    """Return the simple URLs; those of a draft of Topology Builder where no table lists any."""
    if not tables.told(kinds.SIMPLE_URLS):
        return bearings.topology.simple_urls
    found: dict[object, SimpleUrl] = {}
    for account, _, record in tables.records(kinds.SIMPLE_URLS):
        address = record["url"] or record["entry"]
        if not address:
            account.note(
                "there is no URL: export with ConvertTo-Json -Depth 5 or Export-Clixml -Depth 5",
                line=record.line,
                key="url",
            )
            continue
        made = SimpleUrl(
            component=record["component"],
            domain=record["domain"] or "*",
            url=address,
            scope=_scope(record["scope"] or "Global", bearings),
            origin=Origin(account.file, record.line),
        )
        key = (record["scope"].lower(), made.component.lower(), made.domain.lower())
        _keep(found, key, made, account, bearings, "a simple URL")
    return tuple(found.values())


def routed(tables: Tables, bearings: Bearings) -> tuple[Site, ...]:
    """Return the sites with their federation routes, where an export of sites tells them."""
    routes: dict[SiteId, tuple[PoolId | None, Origin]] = {}
    for account, has, record in tables.records(kinds.SITES):
        site = bearings.site_of(record["identity"] or record["name"], record["siteid"])
        place = Origin(account.file, record.line)
        if site is None:
            account.note("the row names a site that the topology does not know", line=record.line, key="site")
            bearings.disputes.add(
                "unknown-site",
                "an export of sites names a site that the topology does not know",
                place,
                bearings.topology.cms.origin,
                key="site",
            )
            continue
        if "route" not in has:
            account.note(
                "there is no column FederationRoute: where federation goes stays unknown", key="route"
            )
            continue
        if "route" in record.cut:
            continue
        route = None
        if record["route"]:
            route = bearings.owner(record["route"], "FederationRoute", account, record.line)
            if route is None:
                continue
        account.used += 1
        earlier = routes.setdefault(site, (route, place))
        if earlier[0] != route:
            said = "two rows tell different federation routes of one site; the earlier one is kept"
            account.note(said, line=record.line)
            bearings.disputes.add("two-values", said, place, earlier[1])
    return tuple(
        replace(site, federation_route=routes[site.id][0]) if site.id in routes else site
        for site in bearings.topology.sites
    )


def partners_of(tables: Tables, bearings: Bearings) -> Maybe[tuple[Partner, ...]]:
    """Return the partners that are allowed or blocked by name; unknown where no list of allowed ones is.

    Whether an allowed domain is not blocked as well takes the list of blocked ones.
    """
    if not tables.told(kinds.ALLOWED):
        for account, _, _ in tables.records(kinds.BLOCKED):
            account.note("without the allowed domains nobody knows who the partners are", key="allowed")
        return Unknown(kinds.ALLOWED)
    blocked = dict(_domains(tables, kinds.BLOCKED))
    found: dict[str, Partner] = {}
    for domain, place in _domains(tables, kinds.ALLOWED):
        allowed: Maybe[bool] = True
        if not tables.told(kinds.BLOCKED):
            allowed = Unknown(kinds.BLOCKED)
        elif domain in blocked:
            allowed = False
            bearings.disputes.add(
                "allowed-and-blocked",
                "a domain is among the allowed ones and among the blocked ones: it is blocked",
                place,
                blocked[domain],
                is_serious=False,
                key=place.source,
            )
        found.setdefault(domain, Partner(domain=domain, allowed=allowed, origin=place))
    return tuple(found.values())


def _domains(tables: Tables, kind: str) -> Iterator[tuple[str, Origin]]:
    for account, _, record in tables.records(kind):
        domain = key_of(record["domain"])
        if domain:
            account.used += 1
            yield domain, Origin(account.file, record.line)
