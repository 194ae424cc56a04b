"""A whole deployment from a blueprint: sites laid out first, then all that follows from them.

Law of this room: it says in which order; what each part looks like is said in the part's own room.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from coexistence.inputs.family.builder.dns_and_certificates import certificates, records, simple_urls
from coexistence.inputs.family.builder.edge import federation_partners, routed
from coexistence.inputs.family.builder.layout import Layout, origin
from coexistence.inputs.family.builder.policies import (
    client_rules,
    client_settings,
    dial_plans,
    policies,
    voice_routes,
)
from coexistence.inputs.family.builder.services import choose_cms, replicas, start_services
from coexistence.inputs.family.builder.sites import add_site
from coexistence.inputs.family.builder.users import population
from coexistence.inputs.family.fake_names import organisation
from coexistence.model.blueprint import Blueprint
from coexistence.model.deployment import Cms, ConferenceDirectory, Deployment
from coexistence.model.vocabulary import PoolRole

__all__ = ["DEFAULT_DATE", "build"]

#: The day on which made-up deployments are looked at, unless somebody asks for another. A Monday.
DEFAULT_DATE: Final = dt.date(2026, 1, 5)


def build(blueprint: Blueprint, seed: str, *, as_of: dt.date = DEFAULT_DATE, name: str = "") -> Deployment:
    """Build the deployment that ``blueprint`` describes, as it is before any migration.

    ``seed`` decides names and nothing else. Raises nothing: every blueprint can be built.
    """
    main = organisation(seed)
    label = main.split(".")[0]
    others = (f"{label}-{part}.example" for part in range(2, blueprint.sip_domains + 1))
    layout = Layout(version=blueprint.legacy, seed=seed, domains=(main, *others))
    for site in blueprint.sites:
        add_site(layout, site)
    cms = choose_cms(layout)
    start_services(layout, cms)
    directories = tuple(
        ConferenceDirectory(number=number, owner=pool.id, origin=origin("pools", pool.id))
        for number, pool in enumerate(layout.pools_of(PoolRole.FRONT_END), start=1)
    )
    return Deployment(
        name=name or label,
        sip_domains=layout.domains,
        sites=tuple(routed(layout, site) for site in layout.sites),
        pools=tuple(layout.pools),
        servers=tuple(layout.servers),
        cms=Cms(hosts=(cms,), masters=(cms,), scp=cms, origin=origin("cms")),
        replicas=tuple(replicas(layout, as_of)),
        population=population(
            layout,
            {entry.owner: entry.number for entry in directories if layout.has_dial_in(entry.owner)},
            as_of,
        ),
        directories=directories,
        applications=tuple(layout.applications),
        dial_plans=tuple(dial_plans(layout)),
        gateways=tuple(layout.gateways),
        voice_routes=tuple(voice_routes(layout)),
        records=tuple(records(layout)),
        certificates=tuple(certificates(layout, as_of)),
        policies=tuple(policies(layout)),
        client_rules=tuple(client_rules()),
        client_settings=tuple(client_settings()),
        simple_urls=tuple(simple_urls(layout)),
        partners=tuple(federation_partners(layout, blueprint.partners)),
        as_of=as_of,
    )
