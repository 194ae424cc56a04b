"""Where pools stand, by lists: pools with their servers and roles, and the sites that they are in.

Law of this room: what a list says is taken as it stands. A site is known by the id that ``Get-CsSite`` or
a service's id gives it; where neither does, its name stands for it. Source: cmdlet exports, sections 3.3,
3.4 and 3.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from coexistence.inputs.exports import kinds
from coexistence.inputs.exports.topology.document import SitePlace
from coexistence.inputs.exports.topology.roles_and_versions import XML_ROLES, site_kind
from coexistence.model.deployment import key_of
from coexistence.model.vocabulary import Origin, SiteKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from coexistence.inputs.exports.read.found_tables import Tables

__all__ = ["Place", "meant", "placed", "sited"]

#: ``1-WebServices-1``: the site's id is any text.
_SERVICE_ID: Final = re.compile(r"(.{1,200})-[A-Za-z]{1,60}-\d{1,9}")


@dataclass(slots=True)
class Place:
    """One row of the list of pools: a pool, or what is listed like one."""

    fqdn: str
    #: Name of its site.
    site: str
    machines: list[str]
    #: As the topology spells them.
    roles: list[str]
    origin: Origin
    #: Columns of which the list shows that something stands there, and not what.
    cut: frozenset[str] = frozenset()


def meant(text: str, default: str = "") -> tuple[str, str]:
    """Return the role, as the topology spells it, and the pool of an identity of a service.

    >>> meant("UserServer:Pool01.contoso.com")
    ('UserServices', 'pool01.contoso.com')
    """
    word, colon, name = text.strip().rpartition(":")
    role = XML_ROLES.get(word.strip().lower(), word.strip()) if colon else default
    return role, key_of(name)


def placed(tables: Tables) -> dict[str, Place]:
    """Return the rows of the lists of pools, by name; servers from the list of computers too."""
    found: dict[str, Place] = {}
    for account, _, record in tables.records(kinds.POOLS, again=True):
        fqdn = record["fqdn"] or record["identity"]
        if not key_of(fqdn):
            continue
        origin = Origin(account.file, record.line)
        place = found.setdefault(key_of(fqdn), Place(fqdn, "", [], [], origin))
        place.cut |= record.cut
        place.site = place.site or _bare(record["site"])
        place.machines += _new(_parts(record["computers"]), place.machines)
        roles = [meant(part)[0] for part in _parts(record["services"])]
        place.roles += _new([role for role in roles if role], place.roles)
    for _, _, record in tables.records(kinds.COMPUTERS, again=True):
        holder = found.get(meant(record["pool"])[1])
        if holder is not None:
            holder.machines += _new([record["fqdn"] or record["identity"]], holder.machines)
    return found


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _new(names: list[str], known: list[str]) -> list[str]:
    keys = {key_of(name) for name in known}
    return [name for name in dict.fromkeys(names) if key_of(name) not in keys]


def _bare(text: str) -> str:
    return text.strip().removeprefix("Site:").removeprefix("site:").strip()


def sited(tables: Tables, places: Mapping[str, Place]) -> tuple[tuple[SitePlace, ...], dict[str, str]]:
    """Return the sites, and the id of each place's site."""
    told: dict[str, tuple[str, str]] = {}
    by_name: dict[str, str] = {}
    for _, _, record in tables.records(kinds.SITES, again=True):
        name = _bare(record["name"]) or _bare(record["identity"])
        number = record["siteid"] or name
        told.setdefault(number, (name, record["kind"]))
        by_name.setdefault(name.lower(), number)
        by_name.setdefault(_bare(record["identity"]).lower(), number)
    of_pool: dict[str, str] = {}
    for _, _, record in tables.records(kinds.POOL_SERVICES, again=True):
        found = _SERVICE_ID.fullmatch(record["serviceid"])
        if found is not None:
            pool = key_of(record["pool"]) or meant(record["identity"])[1]
            of_pool.setdefault(pool, found[1])
            by_name.setdefault(_bare(record["site"]).lower(), found[1])
    site_of: dict[str, str] = {}
    for key, place in places.items():
        number = of_pool.get(key) or by_name.get(place.site.lower()) or place.site
        site_of[key] = number
        if number not in told:
            told[number] = (place.site, "")
    sites = [
        SitePlace(id=number, name=name, kind=kind or _kind(number, site_of, places), parent=None)
        for number, (name, kind) in told.items()
    ]
    centres = [site.id for site in sites if site_kind(site.kind) is SiteKind.CENTRAL]
    return tuple(_with_parents(sites, centres)), site_of


def _with_parents(sites: list[SitePlace], centres: list[str]) -> Iterator[SitePlace]:
    # Which central site a branch site hangs off stands in neither list: told only where there is one.
    for site in sites:
        is_branch = site_kind(site.kind) is SiteKind.BRANCH
        parent = centres[0] if is_branch and len(centres) == 1 else None
        yield SitePlace(id=site.id, name=site.name, kind=site.kind, parent=parent)


def _kind(number: str, site_of: Mapping[str, str], places: Mapping[str, Place]) -> str:
    """Return the kind of a site of which no list tells it: nothing but appliances makes a branch site."""
    roles = {role for key, place in places.items() if site_of.get(key) == number for role in place.roles}
    is_branch = {"Registrar", "MediationServer"} <= roles and not roles & {"UserServices", "EdgeServer"}
    return "BranchSite" if is_branch else "CentralSite"
