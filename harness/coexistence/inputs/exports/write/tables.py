"""A deployment as the rows of every table that is read.

Law of this room: the mirror of the readers. What is unknown is no table, what is known to be nothing is a
table without rows, and nothing is written that no reader reads, least of all about people.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.kinds import POLICY_EXPORTS, POLICY_SETTINGS
from coexistence.inputs.exports.write.applications import owned
from coexistence.inputs.exports.write.pools import inventory
from coexistence.inputs.exports.write.rows import Listed, cell
from coexistence.inputs.exports.write.topology_document import clean
from coexistence.inputs.exports.write.users import meeting_rows, people_rows, user_header, user_rows
from coexistence.model.vocabulary import POLICY_CMDLETS, Unknown

if TYPE_CHECKING:
    from coexistence.model.deployment import Deployment

__all__ = ["listed"]


def listed(deployment: Deployment) -> Iterator[Listed]:
    """Yield the tables that an administrator would have exported, in the order of the documentation."""
    yield from inventory(deployment)
    yield from _people(deployment)
    yield from owned(deployment)
    yield from _configured(deployment)
    yield from _around(deployment)


# ------------------------------------------------------------------------------------- people


def _people(deployment: Deployment) -> Iterator[Listed]:
    population = deployment.population
    if isinstance(population, Unknown):
        return
    yield Listed("users.csv", kinds.USERS, user_header(population), user_rows(population))
    header, rows = people_rows(population)
    if len(header) > 1:
        yield Listed("clients.csv", kinds.PEOPLE, header, rows)
    if not isinstance(population.meetings, Unknown):
        header, rows = meeting_rows(population, population.meetings)
        yield Listed("meetings.csv", kinds.MEETINGS, header, rows)


# --------------------------------------------------------------------------------- configured


def _scope(deployment: Deployment, scope: str) -> str:
    """Return an Identity for a scope; a site by its name where only one has it."""
    head, colon, rest = scope.partition(":")
    if not colon:
        return scope.capitalize()
    if head == "site":
        names = [site.name for site in deployment.sites if site.id == rest]
        known = [site.name for site in deployment.sites]
        name = names[0] if len(names) == 1 and known.count(names[0]) == 1 else rest
        return cell(f"Site:{name}")
    return cell(f"Service:Registrar:{rest}" if head == "service" else f"Tag:{rest}")


def _configured(deployment: Deployment) -> Iterator[Listed]:
    if not isinstance(deployment.policies, Unknown):
        for kind, names in POLICY_SETTINGS.items():
            mine = [policy for policy in deployment.policies if policy.kind == kind]
            if not mine:
                continue
            used = [name for name in names if any(name in dict(policy.settings) for policy in mine)] or names
            rows = [
                (
                    _scope(deployment, policy.scope),
                    *(cell(dict(policy.settings).get(name, "")) for name in used),
                )
                for policy in mine
            ]
            what = "policies" if kind in POLICY_CMDLETS else "configuration"
            yield Listed(f"{kind}-{what}.csv", POLICY_EXPORTS[kind], ("Identity", *used), rows)
    if not isinstance(deployment.dial_plans, Unknown):
        yield Listed(
            "dialplans.csv",
            kinds.DIAL_PLANS,
            ("Identity", "DialinConferencingRegion"),
            [(_scope(deployment, each.scope), cell(each.region or "")) for each in deployment.dial_plans],
        )
    if not isinstance(deployment.voice_routes, Unknown):
        yield Listed(
            "voiceroutes.csv",
            kinds.VOICE_ROUTES,
            ("Identity", "Name", "NumberPattern", "PstnUsages", "PstnGatewayList"),
            [
                (
                    cell(each.name),
                    cell(each.name),
                    "",
                    ";".join(map(clean, each.usages)),
                    ";".join(dict.fromkeys(f"PstnGateway:{clean(fqdn)}" for fqdn, _ in each.trunks)),
                )
                for each in deployment.voice_routes
            ],
        )
    yield from _client_filter(deployment)
    if not isinstance(deployment.simple_urls, Unknown):
        rows = [
            (_scope(deployment, url.scope), cell(url.component), cell(url.domain), cell(url.url))
            for url in deployment.simple_urls
        ]
        columns = ("Identity", "Component", "Domain", "ActiveUrl")
        yield Listed("simpleurls.csv", kinds.SIMPLE_URLS, columns, rows)
    if not isinstance(deployment.partners, Unknown):
        partners = deployment.partners
        yield Listed(
            "alloweddomains.csv",
            kinds.ALLOWED,
            ("Domain", "ProxyFqdn"),
            [(cell(each.domain), "") for each in partners],
        )
        if all(isinstance(each.allowed, bool) for each in partners):
            rows = [(cell(each.domain), "") for each in partners if each.allowed is False]
            yield Listed("blockeddomains.csv", kinds.BLOCKED, ("Domain", "Comment"), rows)


def _client_filter(deployment: Deployment) -> Iterator[Listed]:
    if not isinstance(deployment.client_rules, Unknown):
        header = ("Identity", "Priority", "UserAgent", "CompareOp", "Action", "Enabled")
        numbers = ("MajorVersion", "MinorVersion", "BuildNumber", "QfeNumber")
        rows = [
            (
                f"{_scope(deployment, rule.scope)}/{place}",
                str(rule.priority),
                cell(rule.user_agent),
                rule.compare,
                rule.action,
                str(rule.enabled),
                *(*rule.version.split("."), "", "", "", "")[:4],
            )
            for place, rule in enumerate(deployment.client_rules, 1)
        ]
        yield Listed("clientversionrules.csv", kinds.CLIENT_RULES, (*header, *numbers), rows)
    if not isinstance(deployment.client_settings, Unknown):
        yield Listed(
            "clientversionconfig.csv",
            kinds.CLIENT_SETTINGS,
            ("Identity", "Enabled", "DefaultAction"),
            [
                (_scope(deployment, each.scope), str(each.enabled), each.default_action)
                for each in deployment.client_settings
            ],
        )


# --------------------------------------------------------------------------------- around it


def _around(deployment: Deployment) -> Iterator[Listed]:
    if not isinstance(deployment.records, Unknown):
        yield Listed(
            "dns.csv",
            kinds.NAMES,
            ("Name", "Type", "Target", "Side"),
            [(cell(each.name), each.kind, cell(each.target), each.side) for each in deployment.records],
        )
    if not isinstance(deployment.certificates, Unknown):
        yield Listed(
            "certificates.csv",
            kinds.CERTIFICATES,
            ("ComputerName", "Use", "AlternativeNames", "Issuer", "NotAfter"),
            [
                (
                    cell(each.pool),
                    each.use,
                    ";".join(sorted(map(clean, each.names))),
                    cell(each.issuer),
                    each.not_after.isoformat(),
                )
                for each in deployment.certificates
            ],
        )
    rows = [
        (
            cell(server.fqdn),
            "" if isinstance(server.tls, Unknown) else ";".join(sorted(server.tls)),
            "" if isinstance(server.roots, Unknown) else ";".join(sorted(map(clean, server.roots))),
        )
        for server in deployment.servers
    ]
    if any(tls or roots for _, tls, roots in rows):
        header = ("ComputerName", "TlsVersions", "TrustedRoots")
        yield Listed("serversettings.csv", kinds.SERVER_SETTINGS, header, rows)
