"""Columns of ``Get-CsService``: how services name each other, their applications' ports, what is read.

Source: cmdlet exports, section 3.4; topology format, sections 2.4, 2.6 and 2.7.
"""

from __future__ import annotations

from typing import Final

__all__ = ["APPLICATION_PORTS", "COLUMNS", "TIES"]

#: Properties by which a service names another: the role that is meant, and how it is used.
TIES: Final[dict[str, tuple[str, str]]] = {
    "registrar": ("Registrar", "Default"),
    "backupregistrar": ("Registrar", "Backup"),
    "userserver": ("UserServices", "Default"),
    "webserver": ("WebServices", "Default"),
    "edgeserver": ("EdgeServer", "Default"),
    "mediationserver": ("MediationServer", "Default"),
    "conferenceserver": ("ConfServices", "Default"),
    "userdatabase": ("UserStore", "Default"),
    "archivingdatabase": ("ArchivingStore", "Default"),
    "monitoringdatabase": ("MonitoringStore", "Default"),
    "filestore": ("FileStore", "Default"),
}
#: Properties of ``Get-CsService -ApplicationServer`` that are empty unless the application is enabled.
APPLICATION_PORTS: Final[dict[str, str]] = {
    "AtsSipPort": "testbot",
    "CaaSipPort": "Caa",
    "CasSipPort": "Cas",
    "CpsSipPort": "Cps",
    "PdpSipPort": "PDP",
    "RgsSipPort": "RGS",
}
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    **{name: (name,) for name in ("identity", "role", "version", "active", "serviceid", *TIES)},
    **{name.lower(): (name.lower(),) for name in APPLICATION_PORTS},
    "pool": ("poolfqdn",),
    "site": ("siteid",),
    "dependents": ("dependentservicelist",),
    "instance": ("sqlinstancename",),
    "share": ("sharename", "uncpath"),
    "web": ("externalfqdn",),
    "access": ("accessedgeexternalfqdn",),
    "conferencing": ("dataedgeexternalfqdn",),
    "av": ("avedgeexternalfqdn",),
    "federation": ("accessedgeexternalsipport",),
    "xmpp": ("xmpplisteningport", "xmppinternalport"),
}
