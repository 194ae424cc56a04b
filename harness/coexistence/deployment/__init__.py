"""The frozen inventory: whatever an administrator could say exists.

Law of this room: values only. Nothing here knows what the product does with these objects, what time
it is, or whether anybody is looking. Every object tells where it comes from (``origin``, which does
not count when two are compared), and a fact that nobody told is :class:`~coexistence.vocabulary.Unknown`.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from coexistence.deployment.applications import UNTOLD_APPLICATIONS, Application, ConferenceDirectory
from coexistence.deployment.names import ACCESS_EDGE_EXTERNAL, Certificate, DnsRecord, SimpleUrl, is_address
from coexistence.deployment.policies import ClientVersionRule, ClientVersionSettings, DialPlan, Policy
from coexistence.deployment.pools import EdgeNames, Pool, Site, generations, key_of
from coexistence.deployment.servers import Cms, Replica, Server, ServiceReading
from coexistence.deployment.ways import Block, Gateway, Partner, VoiceRoute
from coexistence.deployment.whole import Deployment

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
