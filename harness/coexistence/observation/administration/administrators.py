"""One administrator and one way: names, web sites, roles, tools, and what they can do with which object.

Law of this room: "is it allowed, and would it work", hop by hop and in the order in which it fails; nothing
is changed. Whoever is not described has every right (assumption ``administrators-entitled``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from coexistence.model.conditions.administrators import Administrator, AdminTask, AdminTool, AdminWay
from coexistence.model.deployment import Pool, key_of
from coexistence.model.vocabulary import Feature, PoolId, PoolRole, SiteId, Unknown, Version
from coexistence.model.vocabulary.ends import name_of
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.routes import Leg, failed, passed, refused, undecided
from coexistence.observation.sign_in.discovery import certificate_trouble, leads_to
from coexistence.simulation.rules.admin_rights import not_entitled, too_old_for
from coexistence.simulation.rules.registry import rule
from coexistence.simulation.rules.simple_urls import host_of

__all__ = ["LOCALLY", "Errand", "approach"]

#: The default way: a shell on a machine with the tools.
LOCALLY = AdminWay(tool=AdminTool.SHELL)
_HTTPS = 443
_WHO = "administrator"
_WITH_SITES = (PoolRole.FRONT_END, PoolRole.DIRECTOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What somebody wants to do to which objects."""

    task: AdminTask
    #: Sites that the role has to cover; none for what is about no site in particular.
    sites: tuple[SiteId, ...] = ()
    #: Pools whose objects are looked at or changed.
    pools: tuple[PoolId, ...] = ()


def approach(facts: Facts, who: Administrator | None, way: AdminWay, errand: Errand) -> Iterator[Leg]:
    """Follow an administrator up to the store: the endpoint, rights, and what the tools can do."""
    tools = (who.tools if who is not None else None) or facts.state.tools
    assumes: tuple[str, ...] = ()
    if way.tool.is_remote:
        found: list[PoolId] = []
        yield from _endpoint(facts, who, way, found)
        pool = facts.state.pools[found[0]]
        if way.tool is AdminTool.REMOTE_SHELL:
            assumes = ("remote-shell-as-old-as-pool",)
        if not assumes or facts.rules.value(assumes[0]) == "yes":
            if not pool.versions:
                needs = "Get-CsServerPatchVersion"
                yield undecided(pool.fqdn, "nobody told which version the pool runs", needs, assumes=assumes)
            tools = pool.versions[0]
    yield from _rights(who, way, errand, facts)
    yield _fit(facts, way, tools, errand, assumes)


def _fit(facts: Facts, way: AdminWay, tools: Version | None, errand: Errand, assumes: tuple[str, ...]) -> Leg:
    """Ask whether tools of a version can do this to these objects."""
    if way.tool is AdminTool.TOPOLOGY_BUILDER and errand.task not in (AdminTask.LOOK, AdminTask.TOPOLOGY):
        return refused(_WHO, f"Topology Builder is not for this: to {errand.task.value} takes other tools")
    if tools is None:
        return refused(_WHO, "tools of no product are installed")
    newest = facts.newest
    if newest is not None and facts.state.document is not None:
        newest = max(newest, facts.state.document)
    versions = [facts.state.pools[pool].versions for pool in errand.pools]
    reason = too_old_for(way.tool, tools, errand.task, (each[0] for each in versions if each), newest)
    if reason:
        return refused(_WHO, reason, assumes=assumes)
    return passed(_WHO, f"{way.tool.value} of {tools.product}", *assumes)


# -------------------------------------------------------------------- rights


def _rights(who: Administrator | None, way: AdminWay, errand: Errand, facts: Facts) -> Iterator[Leg]:
    if who is None:
        assumed = ("administrators-entitled",)
        if facts.rules.value(assumed[0]) == "no":
            yield refused(_WHO, "nobody told that whoever administers may do this", assumes=assumed)
        yield Leg(assumes=assumed)
        return
    if way.tool.is_remote and not who.has_domain_account:
        yield refused(_WHO, f"{who.name} has no account of the domain: {way.tool.value} knows no others")
    assumes: tuple[str, ...] = ()
    for site in errand.sites or (None,):
        reason = not_entitled(who, errand.task, site=site, remote=way.tool.is_remote)
        parent = None if site is None else facts.state.sites[site].parent
        if reason is not None and parent is not None and way.tool.is_remote:
            assumes = ("scope-covers-branches",)
            if facts.rules.value(assumes[0]) == "yes":
                reason = not_entitled(who, errand.task, site=parent, remote=True)
        if isinstance(reason, Unknown):
            what = "which roles" if way.tool.is_remote else "which groups"
            yield undecided(_WHO, f"nobody told {what} let {who.name} {errand.task.value}", reason.needs)
        if isinstance(reason, str):
            yield refused(_WHO, reason, assumes=assumes)
    yield passed(_WHO, f"{who.name} may {errand.task.value}", *assumes)


# -------------------------------------------------------------------- endpoints


def _endpoint(facts: Facts, who: Administrator | None, way: AdminWay, found: list[PoolId]) -> Iterator[Leg]:
    """Follow a remote session to the pool that answers, which is put into ``found``."""
    host = _host(facts, way)
    if isinstance(host, Leg):
        yield host
        host = ""
    at = way.at or _newest_pool(facts)
    if host:
        name = _named(facts, host, at)
        yield name[0]
        at = name[1]
    if at is None or at not in facts.state.pools:
        yield failed(at or "", f"{at or 'nothing'} is no pool of the topology")
        return
    pool = facts.state.pools[at]
    if pool.role not in _WITH_SITES:
        yield failed(pool.fqdn, f"{pool.fqdn} has no {way.tool.value}: it is no Front End pool")
    yield facts.leg(("web to administer", pool.id), lambda: _web(facts, pool))
    if host and (trouble := certificate_trouble(facts, pool.id, host, "WebServicesInternal")):
        yield failed(pool.fqdn, trouble)
    if isinstance(facts.state.certificates, Unknown):
        yield facts.untold_names(_WHO, facts.state.certificates)
    if way.tool is AdminTool.CONTROL_PANEL:
        yield _silverlight(facts, who)
    if way.tool is AdminTool.NEW_CONTROL_PANEL:
        yield _new_control_panel(facts, pool)
    found.append(pool.id)


def _host(facts: Facts, way: AdminWay) -> str | Leg:
    """Return the name that is called; a leg where nobody told one, or there is none."""
    if way.at is not None or way.tool is not AdminTool.CONTROL_PANEL:
        return key_of(way.at or _newest_pool(facts) or "")
    urls = facts.state.simple_urls
    if isinstance(urls, Unknown):
        return facts.untold_names(_WHO, urls)
    admin = next((each.url for each in urls if each.component.lower() == "cscp"), None)
    if admin is None:
        return failed(_WHO, "there is no Admin simple URL")
    return host_of(admin)


def _named(facts: Facts, host: str, at: PoolId | None) -> tuple[Leg, PoolId | None]:
    """Return whether a name resolves, and the pool that it leads to."""
    records = facts.state.records
    if isinstance(records, Unknown):
        return facts.untold_names(_WHO, records), at
    target = leads_to(facts, host, "A")
    if target is None:
        return failed(_WHO, f"no DNS record of {host}", on=name_of(host)), None
    if target not in facts.state.pools:
        return failed(_WHO, f"{host} leads to {target}, which is no pool of the topology"), None
    return passed(host, f"leads to {target}"), PoolId(target)


def _newest_pool(facts: Facts) -> PoolId | None:
    """Return a Front End pool of the newest generation: the tools of the newest version are there."""
    pools = list(facts.pools(PoolRole.FRONT_END))
    return max(pools, key=lambda pool: pool.versions[:1]).id if pools else None


@rule(
    "control-panel-needs-web-services",
    "Control Panel and remote shell are web sites of a Front End pool: its name resolves, port 443 is open "
    "and answered by the product's own site, the certificate names it.",
    source="Troubleshooting Lync Server 2013 Control Panel; Skype for Business Server 2019: system "
    "requirements",
)
def _web(facts: Facts, pool: Pool) -> Leg:
    blocked = any(
        each.source is None and each.target in (None, pool.id) and each.port == _HTTPS
        for each in facts.state.blocked
    )
    assumed = ("clients-reach-pools",)
    if blocked or facts.rules.value(assumed[0]) == "no":
        return failed(_WHO, f"port {_HTTPS} of {pool.fqdn} cannot be reached", assumes=assumed)
    states = [facts.state_of(server, "web_services") for server in pool.servers]
    if all(each is None for each in states):
        # A list that does not name the web service: whoever runs the Front-End service runs it, too.
        answer = facts.registrar(pool.id)
    else:
        answer = facts.service(pool.id, "web_services")
    return Leg(answer.hops, answer.stop, (*answer.assumes, *assumed))


@rule(
    "old-control-panel-needs-silverlight",
    "The Control Panel of all versions up to 2015, and the older one of 2019, runs in Silverlight 5 alone.",
    source="Control panel overview",
    switch="silverlight-at-hand",
)
def _silverlight(facts: Facts, who: Administrator | None) -> Leg:
    told = who.has_silverlight if who is not None else None
    assumed = ("silverlight-at-hand",) if told is None else ()
    if told is False or (told is None and facts.rules.value("silverlight-at-hand") == "no"):
        return failed(_WHO, "the Control Panel needs Silverlight 5 in the browser", assumes=assumed)
    return Leg(assumes=assumed)


@rule(
    "new-control-panel-since-2019-update",
    "The Control Panel at /macp exists on Front Ends of 2019 from the update of July 2019 on, and later.",
    source="Control panel overview",
    switch="macp-after-release",
)
def _new_control_panel(facts: Facts, pool: Pool) -> Leg:
    if pool.has(Feature.NEW_CONTROL_PANEL) is False:
        return failed(pool.fqdn, f"{pool.versions[-1].product} has no new Control Panel")
    if pool.has(Feature.NEW_CONTROL_PANEL_AT_RELEASE) is True:
        return passed(pool.fqdn, "has the new Control Panel; what it lacks is done by cmdlet")
    for server in pool.servers:
        build = facts.state.servers[server].build
        if isinstance(build, Unknown):
            return undecided(pool.fqdn, f"nobody told the build of {server}", build.needs)
        last = build.rpartition(".")[2]
        if not last.isdigit() or int(last) == 0:
            return failed(
                pool.fqdn,
                f"{server} has build {build}: the new Control Panel came with an update in July 2019",
            )
    if facts.rules.value("macp-after-release") == "undecided":
        reason = "nobody documents from which build on there is a new Control Panel"
        return undecided(pool.fqdn, reason, "Get-CsServerPatchVersion", assumes=("macp-after-release",))
    return passed(
        pool.fqdn, "has the new Control Panel; what it lacks is done by cmdlet", "macp-after-release"
    )
