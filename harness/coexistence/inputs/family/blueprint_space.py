"""Which deployments we try: the one description that sampler and Hypothesis share.

Law of this room: bounds and shares, with the reason where a number was chosen. How the shapes come out
is described in ``docs/generated-deployments.md``, and a test measures the spread.
"""

from __future__ import annotations

from coexistence.inputs.family.builder import CONFERENCING_POLICIES
from coexistence.inputs.family.spaces import Choice, Flag, Many, Optional, Record, Whole
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    Crowd,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.clients import ClientGeneration
from coexistence.model.vocabulary import (
    ContactStore,
    Edition,
    Feature,
    MeetingKind,
    PathPair,
    UserKind,
    Version,
)
from coexistence.simulation.rules.clients import listed_clients

__all__ = ["blueprint_space", "clients_for"]


def clients_for(legacy: Version, target: Version) -> tuple[ClientGeneration, ...]:
    """Return the clients that may sign in before and after a migration, oldest first.

    What a list does not name is left out, because a made-up deployment must be sound.
    """
    return listed_clients(legacy, target)


def blueprint_space(path: PathPair, *, max_sites: int = 4, crowds: bool = True) -> Record:
    """Return the space of blueprints for one pair of versions; without ``crowds`` no site is crowded."""
    keeps = path.legacy.has(Feature.XMPP) and path.target.has(Feature.XMPP)
    crowd = Record(
        Crowd,
        {
            # From a handful to a few hundred: enough for every rounding of shares, little to compute.
            "people": Whole(1, 200, lean=3),
            "client": Choice(clients_for(path.legacy, path.target)),
            "kind": Choice([UserKind.PERSON] * 8 + [UserKind.DISABLED, UserKind.CLOUD, UserKind.RESOURCE]),
            "contacts": Choice([ContactStore.SERVER, ContactStore.SERVER, ContactStore.EXCHANGE]),
            "voice": Flag(0.4),
            # Both keep a pool from being retired on S19 and SE, so they are rare there; a version that has
            # them too takes them over, and that is a migration of its own.
            "xmpp": Flag(0.5 if keeps else 0.25),
            "chat": Flag(0.5 if keeps else 0.05),
            "meetings": Whole(0, 3),
            "meeting_kind": Choice([MeetingKind.ONCE, MeetingKind.RECURRING, MeetingKind.STATIC]),
            "content": Flag(0.3),
            "conferencing_policy": Choice(["", "", "", *CONFERENCING_POLICIES]),
        },
    )
    pool = Record(
        PoolBlueprint,
        {
            "edition": Choice([Edition.STANDARD, Edition.ENTERPRISE]),
            "front_ends": Whole(1, 6, lean=1.5),
            "crowds": Many(crowd, 0, 5),
            "dial_in": Flag(0.6),
            "voice": Flag(0.6),
            "response_groups": Whole(0, 3, lean=2),
            "call_park": Flag(0.3),
            "admission_control": Flag(0.3),
            "common_area_phones": Whole(0, 3, lean=2),
            "analog_devices": Whole(0, 2, lean=2),
            "exchange_um": Flag(0.5),
            "unassigned_numbers": Flag(0.3),
            "archiving": Flag(0.3),
            "monitoring": Flag(0.5),
            "paired": Flag(0.4),
        },
    )
    site = Record(
        SiteBlueprint,
        {
            "pools": Many(pool, 1, 3, lean=2),
            "branches": Many(Record(BranchBlueprint, {"crowds": Many(crowd, 0, 2)}), 0, 2, lean=2),
            "edge": Optional(
                Record(
                    EdgeBlueprint,
                    {
                        "servers": Whole(1, 3),
                        "federation": Flag(0.8),
                        "xmpp": Flag(0.9 if keeps else 0.7),
                        # It changes the order of the whole cut-over, so it is drawn now and then.
                        "single_name": Flag(0.1),
                    },
                ),
                0.9 if keeps else 0.6,
            ),
            "director": Flag(0.25),
            "mediation": Whole(0, 2, lean=2),
            "trusted_applications": Whole(0, 2, lean=2),
            "persistent_chat": Flag(0.6 if keeps else 0.2),
            "conferencing_policy": Flag(0.25),
            # Thousands of people: what is too small for them, and who could not take over from whom.
            "crowded": Flag(0.25) if crowds else Choice([False]),
        },
    )
    return Record(
        Blueprint,
        {
            "legacy": Choice([path.legacy]),
            "target": Choice([path.target]),
            "sites": Many(site, 1, max_sites, lean=1.5),
            "sip_domains": Whole(1, 3, lean=1.2),
            "partners": Whole(0, 2),
        },
    )
