"""What people may do: policies, dial plans, voice routes, and the filter of client versions.

Law of this room: settings that hold wherever the layout gives a reason for them, and no person's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coexistence.inputs.family.builder.layout import Layout, origin, region
from coexistence.model.deployment import (
    ClientVersionRule,
    ClientVersionSettings,
    DialPlan,
    Policy,
    VoiceRoute,
)
from coexistence.model.vocabulary import PoolRole

__all__ = [
    "CONFERENCING_POLICIES",
    "client_rules",
    "client_settings",
    "dial_plans",
    "policies",
    "voice_routes",
]

_ANONYMOUS: Final = "AllowAnonymousParticipantsInMeetings"
#: Conferencing policies that people may be given in person, with their settings. Where there is
#: federation, nobody is kept from having guests: the guide asks for that ("Move remaining users").
CONFERENCING_POLICIES: Final = {
    "Large Meetings": ((_ANONYMOUS, "True"), ("MaxMeetingSize", "250")),
    "No Guests": ((_ANONYMOUS, "False"), ("MaxMeetingSize", "100")),
}
#: The one usage that a made-up organisation's voice policy and its voice route have in common.
_PSTN_USAGE: Final = "Long Distance"


def policies(layout: Layout) -> Iterator[Policy]:
    """Global policies, a conferencing policy for each site that has its own, and those given in person."""
    has_edge = bool(layout.pools_of(PoolRole.EDGE))
    settings = {
        "conferencing": ((_ANONYMOUS, "True"),),
        "external-access": (
            ("EnableFederationAccess", str(layout.route is not None)),
            ("EnableOutsideAccess", str(has_edge)),
            ("EnableXmppAccess", str(any(pool.xmpp for pool in layout.pools))),
        ),
        "voice": (("PstnUsages", _PSTN_USAGE if layout.gateways else ""),),
    }
    # Nobody ever set anything about meetings: the configuration is there, with every default.
    for kind, setting in {**settings, "meeting": ()}.items():
        yield Policy(kind=kind, scope="global", settings=setting, origin=origin("policies", kind))
    for site in layout.own_policies:
        yield Policy(
            kind="conferencing",
            scope=f"site:{site}",
            settings=((_ANONYMOUS, "True"), ("MaxMeetingSize", "125")),
            origin=origin("policies", "conferencing", site),
        )
    for tag, given in CONFERENCING_POLICIES.items():
        yield Policy(kind="conferencing", scope=f"tag:{tag}", settings=given, origin=origin("policies", tag))


def dial_plans(layout: Layout) -> Iterator[DialPlan]:
    """One region for each site with an access number; everybody else's dial plan names none."""
    yield DialPlan(scope="global", origin=origin("dial_plans", "global"))
    for site in layout.sites:
        own = region(site)
        if any(own in each.regions for each in layout.applications):
            yield DialPlan(scope=f"site:{site.id}", region=own, origin=origin("dial_plans", site.id))


def voice_routes(layout: Layout) -> Iterator[VoiceRoute]:
    """One route for everybody with Enterprise Voice, over every trunk of the topology."""
    if layout.gateways:
        trunks = tuple((gateway.fqdn, gateway.mediation) for gateway in layout.gateways)
        yield VoiceRoute(
            name="LocalRoute", usages=(_PSTN_USAGE,), trunks=trunks, origin=origin("voice_routes")
        )


def client_rules() -> Iterator[ClientVersionRule]:
    """The filter as it was installed: one rule, about clients that nobody has any more."""
    yield ClientVersionRule(
        scope="global",
        priority=0,
        user_agent="OC",
        compare="LSS",
        version="2.0",
        action="Block",
        origin=origin("client_rules"),
    )


def client_settings() -> Iterator[ClientVersionSettings]:
    """The filter is on."""
    yield ClientVersionSettings(scope="global", origin=origin("client_settings"))
