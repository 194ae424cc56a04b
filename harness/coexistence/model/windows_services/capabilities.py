"""What people and administrators can do, and which services have to run for it.

Law of this room: data; what becomes of somebody when a service is missing is a rule's to say.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from coexistence.model.vocabulary import Confidence

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CAPABILITIES", "Capability", "Need", "Place"]


class Place(enum.Enum):
    """Whose services a capability needs."""

    HOME_POOL = "the user's home pool"
    BOTH_HOME_POOLS = "both users' home pools"
    ORGANIZER_POOL = "the organizer's home pool"
    DIRECTORY_OWNER_POOL = "the pool that owns the conference directory"
    MEDIATION_POOL = "the Mediation pool"
    WORKFLOW_POOL = "the pool that owns the workflow"
    ORBIT_POOL = "the pool that owns the orbit"
    EDGE_POOL = "the Edge pool"
    FEDERATION_EDGE_POOL = "the Edge pool on the federation route"
    ASSOCIATED_EDGE_POOL = "the Edge pool associated for media"
    CMS_POOL = "the pool with the active Central Management master"
    EVERY_REPLICA = "every server with a replica"
    EVERY_MACHINE = "every server"
    BOTH_PAIRED_POOLS = "both pools of a pair"


class Need(NamedTuple):
    """Services, by their key, that must all run on at least one usable server of a place."""

    place: Place
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Capability:
    """What must run for something to work."""

    needs: tuple[Need, ...]
    #: Whether the home pool also needs a Windows Fabric quorum.
    needs_quorum: bool = False
    #: All rows follow from roles, ports and services; the vendor states none of them.
    confidence: Confidence = Confidence.DERIVED


def _needs(place: Place, *services: str) -> Capability:
    return Capability((Need(place, services),))


#: What people can do, and which services that takes.
CAPABILITIES: Final[Mapping[str, Capability]] = MappingProxyType(
    {
        "registration": Capability((Need(Place.HOME_POOL, ("front_end",)),), needs_quorum=True),
        "presence": _needs(Place.HOME_POOL, "front_end"),
        "im_peer_to_peer": _needs(Place.BOTH_HOME_POOLS, "front_end"),
        "conference_scheduling": _needs(Place.HOME_POOL, "front_end"),
        "im_conferencing": _needs(Place.ORGANIZER_POOL, "front_end", "im_mcu"),
        "av_conferencing": _needs(Place.ORGANIZER_POOL, "front_end", "av_mcu"),
        "web_conferencing": _needs(Place.ORGANIZER_POOL, "front_end", "data_mcu", "web_services"),
        "app_sharing_conferencing": _needs(Place.ORGANIZER_POOL, "front_end", "appsharing_mcu"),
        "web_join": _needs(Place.ORGANIZER_POOL, "web_services", "front_end"),
        "dialin_conferencing": Capability(
            (
                Need(Place.DIRECTORY_OWNER_POOL, ("front_end", "conferencing_attendant", "av_mcu")),
                Need(Place.MEDIATION_POOL, ("mediation",)),
            )
        ),
        "conference_announcements": _needs(Place.ORGANIZER_POOL, "conferencing_announcement"),
        "response_groups": _needs(Place.WORKFLOW_POOL, "response_group", "web_services"),
        "call_park": _needs(Place.ORBIT_POOL, "call_park"),
        "pstn": _needs(Place.MEDIATION_POOL, "mediation"),
        "test_call": _needs(Place.HOME_POOL, "audio_test"),
        "external_sip": _needs(Place.EDGE_POOL, "front_end"),
        "federation": _needs(Place.FEDERATION_EDGE_POOL, "front_end"),
        "external_media": _needs(Place.ASSOCIATED_EDGE_POOL, "av_auth_edge", "av_edge"),
        "external_web_conferencing": _needs(Place.ASSOCIATED_EDGE_POOL, "web_conf_edge"),
        "cms_write": _needs(Place.CMS_POOL, "master_replicator"),
        "cms_replication": Capability(
            (
                Need(Place.CMS_POOL, ("master_replicator", "file_transfer_agent")),
                Need(Place.EVERY_REPLICA, ("replica_replicator",)),
            )
        ),
        "central_logging": _needs(Place.EVERY_MACHINE, "cls_agent"),
        "pool_pairing_backup": _needs(Place.BOTH_PAIRED_POOLS, "backup"),
        "web_services": _needs(Place.HOME_POOL, "web_services"),
    }
)
