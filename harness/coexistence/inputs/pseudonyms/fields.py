"""What stands in which field of an import or of a plan file.

Law of this room: a table of values that hold names. A field that is not here holds none, and a test looks
at every field there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["KINDS"]

#: What stands in which field of what an import makes; what is not here holds no name.
KINDS: Final[Mapping[str, Mapping[str, str]]] = {
    "Deployment": {"name": "host", "sip_domains": "host"},
    "Site": {"id": "site", "name": "site", "kind": "term", "parent": "site", "federation_route": "host"},
    "Pool": dict.fromkeys(
        ("id", "fqdn", "servers", "media_edge", "next_hop", "backup", "office_web_apps", "external_web_fqdn"),
        "host",
    )
    | {"site": "site"}
    | dict.fromkeys(("roles", "mcus", "applications"), "term")
    | dict.fromkeys(("back_end", "file_store", "archiving_store", "monitoring_store"), "store"),
    "EdgeNames": dict.fromkeys(("access", "web_conferencing", "av"), "host"),
    "Server": {"id": "host", "fqdn": "host", "pool": "host", "roots": "name"}
    | {"build": "term", "tls": "term"},
    "ServiceReading": {"name": "service", "display_name": "service"},
    "Replica": {"server": "host", "product_version": "term"},
    "Cms": dict.fromkeys(("hosts", "masters", "scp"), "host"),
    "ConferenceDirectory": {"owner": "host"},
    "Application": {
        "id": "identity",
        "owner": "host",
        "uri": "address",
        "regions": "name",
        "runs_on": "host",
        "gateway": "host",
    },
    "DialPlan": {"scope": "scope", "region": "name"},
    "Gateway": {"fqdn": "host", "mediation": "host"},
    "VoiceRoute": {"name": "name", "usages": "name", "trunks": "host"},
    "DnsRecord": {"name": "host", "target": "host"},
    "Certificate": {"pool": "host", "use": "term", "names": "host", "issuer": "name"},
    "Partner": {
        "domain": "host",
        "access": "host",
        "roots": "name",
        "issuer": "name",
        "certificate_names": "host",
    },
    "Policy": {"scope": "scope", "settings": "settings"},
    "ClientVersionRule": {"scope": "scope", "compare": "term", "version": "term", "action": "term"},
    "ClientVersionSettings": {"scope": "scope", "default_action": "term"},
    "SimpleUrl": {"component": "term", "domain": "host", "url": "url", "scope": "scope"},
    "Contradiction": {"message": "text"},
    # What a plan file says; steps, dates, versions and clients are nobody's names.
    "OwnPlan": {"file": "familiar", "out_of_scope": "host"},
    "OwnPool": {"legacy": "host", "fqdn": "host", "servers": "host", "site": "site"},
    "OwnWave": {"name": "text", "pool": "host", "site": "site", "counts": "host"}
    | {"list_file": "familiar", "addresses": "address"},
    "AddedStep": dict.fromkeys(("title", "verify", "tool", "undo"), "text"),
    "Statement": dict.fromkeys(
        ("pool", "partner", "gateway", "moved_from", "from_pool", "to_pool", "access_edge"), "place"
    )
    | {"text": "text", "author": "name", "administrator": "name", "trusts": "name", "groups": "group"},
    "Origin": {"source": "text"},
}
