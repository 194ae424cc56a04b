"""The frozen inventory: whatever an administrator could say exists.

Law of this room: values only. Nothing here knows what the product does with these objects, what time it is,
or whether anybody is looking. Every object tells where it comes from (``origin``, which does not count when
two are compared), and a fact that nobody told is :class:`~coexistence.model.vocabulary.Unknown`.
"""

from __future__ import annotations

from coexistence.model.deployment.applications import UNTOLD_APPLICATIONS, Application, ConferenceDirectory
from coexistence.model.deployment.deployment import Deployment
from coexistence.model.deployment.dns_and_certificates import (
    ACCESS_EDGE_EXTERNAL,
    Certificate,
    DnsRecord,
    SimpleUrl,
    is_address,
)
from coexistence.model.deployment.federation import Block, Gateway, Partner, VoiceRoute
from coexistence.model.deployment.inventory import Inventory
from coexistence.model.deployment.policies import ClientVersionRule, ClientVersionSettings, DialPlan, Policy
from coexistence.model.deployment.pools import EdgeNames, Pool, Site, generations, key_of
from coexistence.model.deployment.servers import Cms, Replica, Server, ServiceReading

__all__ = [
    "ACCESS_EDGE_EXTERNAL",
    "UNTOLD_APPLICATIONS",
    "Application",
    "Block",
    "Certificate",
    "ClientVersionRule",
    "ClientVersionSettings",
    "Cms",
    "ConferenceDirectory",
    "Deployment",
    "DialPlan",
    "DnsRecord",
    "EdgeNames",
    "Gateway",
    "Inventory",
    "Partner",
    "Policy",
    "Pool",
    "Replica",
    "Server",
    "ServiceReading",
    "SimpleUrl",
    "Site",
    "VoiceRoute",
    "generations",
    "is_address",
    "key_of",
]
