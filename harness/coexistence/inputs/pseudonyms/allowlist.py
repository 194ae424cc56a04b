"""Words that are nobody's name: those of the product, of the Internet, and of our own sentences.

Law of this room: sets of words and nothing else. What is here stays in clear; whoever adds a word says
thereby that it tells nobody anything.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from coexistence.inputs.exports.kinds import CATALOGUE
from coexistence.inputs.exports.topology.roles_and_versions import ROLES
from coexistence.migration.custom_plan import AddedStep, MovedStep, OwnPlan, OwnPool, OwnWave, Statement
from coexistence.model.conditions.administrators import (
    CONFIG_REPLICATORS,
    DOMAIN_ADMINS,
    READ_ONLY_ADMINS,
    SERVER_ADMINS,
    USER_ADMINS,
)

__all__ = ["ENDS", "GROUPS", "KEPT", "KEYS", "PLAIN", "TERMS"]

#: Names that the product or the Internet gives a meaning to; the export script keeps the same ones.
KEPT: Final = frozenset(
    {
        "sip", "sipinternal", "sipexternal", "lyncdiscover", "lyncdiscoverinternal", "meet", "dialin",
        "admin", "autodiscover", "ucupdates-r2", "_sip", "_sipinternal", "_sipinternaltls",
        "_sipfederationtls", "_xmpp-server", "_ntp", "_tls", "_tcp", "_udp", "www",
    }
)  # fmt: skip
#: Well-known ends of domains, beside those of countries; the export script keeps the same ones. Any other
#: end may be a company's name.
ENDS: Final = frozenset(
    {
        "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "arpa", "local", "localdomain", "lan",
        "internal", "intern", "intra", "corp", "home", "test", "example", "invalid",
    }
)  # fmt: skip
#: Words of our own sentences and of file names that tell nobody's name where they stand alone.
PLAIN: Final = frozenset(
    {
        "a", "an", "the", "and", "or", "of", "on", "in", "at", "to", "is", "it", "as", "by", "be", "no",
        "not", "one", "two", "with", "without", "from", "for", "edge", "pool", "pools", "server", "servers",
        "user", "users", "web", "people", "front", "end", "file", "files", "line", "row", "rows", "column",
        "site", "sites", "domain", "domains", "topology", "services", "service", "replication", "meetings",
        "meeting", "clients", "client", "names", "name", "csv", "xml", "json", "txt", "zip", "table",
        "policies", "policy", "voice", "default", "global", "pilot", "production", "legacy", "new", "old",
        "main", "test", "dial", "accessnumbers", "alloweddomains", "analogdevices", "blockeddomains",
        "callparkorbits", "certificates", "clientversionconfig", "clientversionrules", "cmsconnection",
        "cmsstatus", "commonareaphones", "conferencedirectories", "conferencing", "configuration", "dns",
        "dialplans", "external", "access", "exumcontacts", "log", "meetingrooms", "mobility", "patchversion",
        "plan", "rgsworkflows", "serversettings", "simpleurls", "sipdomains", "tbxml", "toml",
        "trustedappendpoints", "trustedapppools", "trustedapps", "unassignednumbers", "userservices",
        "voiceroutes", "waivers", "webservice", "windowsservices", "clixml",
    }
)  # fmt: skip
#: Keys of plan files and waivers, and columns of tables, as complaints quote them.
KEYS: Final = frozenset(
    word
    for kind in (OwnPlan, OwnPool, OwnWave, AddedStep, MovedStep, Statement)
    for each in dataclasses.fields(kind)
    for word in each.name.split("_")
) | {alias for each in CATALOGUE.values() for aliases in each.columns.values() for alias in aliases} | {
    "steps", "rates", "check", "subject", "checkpoint", "owner", "approver", "reason", "expires", "waivers",
}  # fmt: skip
#: Terms of the product in cells that should hold nothing else, in lower case.
TERMS: Final = frozenset(map(str.lower, ROLES)) | frozenset(
    {
        "true", "false", "allow", "allowwithurl", "allowandupgrade", "block", "blockwithurl",
        "blockandupgrade", "eql", "neq", "gtr", "geq", "lss", "leq", "meet", "dialin", "cscp", "*", "a",
        "cname", "srv", "internal", "external", "default", "accessedgeexternal", "accessedgeinternal",
        "dataedgeexternal",
        "audiovideoauthentication", "webservicesinternal", "webservicesexternal", "oauthtokenissuer",
        "piccaccessedgeexternal", "xmppserver", "provisionservice", "imconf", "dataconf", "appsharingconf",
        "avconf", "testbot", "cas", "caa", "cps", "rgs", "pdp", "ats", "websearchonly", "filedownloadonly",
        "websearchandfiledownload", "branchsite", "remotesite", "centralsite",
    }
)  # fmt: skip
#: Groups that the product or Windows makes.
GROUPS: Final = frozenset({SERVER_ADMINS, USER_ADMINS, READ_ONLY_ADMINS, DOMAIN_ADMINS, CONFIG_REPLICATORS})
