"""What a request demands of a host that may be older than its sender, and requests that are wrong.

Law of this room: supported combinations of clients and servers reject nothing. Here are the particular
causes that do: a kind of conferencing, a document, a command, an element or a resource that the host is
too old for, and the flaws that the focus names by their diagnostics.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coexistence.model.deployment import Pool
from coexistence.model.vocabulary import Confidence, Feature, PoolId, Version, version_name
from coexistence.observation.conferencing.hosting import MCU_TYPES, factory, hosting_pool
from coexistence.observation.facts.facts import Facts
from coexistence.observation.facts.outcomes import Outcome
from coexistence.observation.facts.routes import Leg, failed, passed, refused, travel, undecided
from coexistence.simulation.rules.diagnostics import DIAGNOSTICS
from coexistence.simulation.rules.registry import rule

__all__ = ["CLIENT_TEXTS", "NEWER_MCUS", "Demand", "Flaw", "demand", "shown"]


class Flaw(enum.IntEnum):
    """What is wrong with a request to the focus; the numbers are the diagnostics that name it."""

    FROM = 3000
    TO = 3001
    TARGET_USER = 3002
    CONFERENCE_ENTITY = 3003
    TARGETS_MCU = 3005
    BODY = 3006
    ADD_USER = 3007
    ACCESS_METHOD = 3008
    ENDPOINT = 3009
    NO_SESSION_TIMER = 3010
    MCU_CONTACT = 3011
    CONFERENCE_URI = 3012
    MCU_URI = 3013
    #: The person lacks the right for the command.
    NOT_AUTHORIZED = 3014
    #: An attendee wants a third party dialled, where the meeting does not let attendees.
    THIRD_PARTY_DIAL_OUT = 3015
    ROLE = 3016
    #: An attendee wants somebody dialled as presenter whom nobody knows.
    PRESENTER_DIAL_OUT = 3017
    JOINING_METHODS = 3018
    #: An anonymous participant wants what is forbidden to them, or something that is no conference.
    ANONYMOUS_DESTINATION = 3019
    ANONYMOUS_TARGET = 3020
    ANONYMOUS_NOT_A_CONFERENCE = 3021
    #: An attendee shares where only presenters may.
    ATTENDEE_SHARES = 21002


#: Kinds of conferencing that an MCU type has on some versions alone (assumption ``newer-mcu-types``).
NEWER_MCUS: Final = {
    "slides by Office Web Apps": ("DataConf", Feature.OFFICE_WEB_APPS),
    "sharing as video": ("AppSharingConf", Feature.VIDEO_SHARING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a request asks of the host, beside plain joining; versions tell since when hosts know it."""

    #: An MCU type, or one of :data:`NEWER_MCUS`.
    mcu: str = ""
    #: Version of the conference document, as ``capability-version`` orders them.
    document: Version | None = None
    #: A C3P command.
    command: Version | None = None
    #: An element in the body that is newer.
    element: Version | None = None
    #: The revision of a UCWA resource that the client insists on.
    resource: Version | None = None
    flaw: Flaw | None = None


def demand(facts: Facts, home: PoolId, asked: Demand) -> Outcome:
    """Return what becomes of a request about a meeting of people on a pool."""
    return facts.outcome(("demand", home, asked), lambda: travel(_demand(facts, home, asked)))


def _demand(facts: Facts, home: PoolId, asked: Demand) -> Iterator[Leg]:
    yield facts.in_topology(home)
    host = hosting_pool(facts, home)
    pool = facts.state.pools[host]
    yield facts.registrar(host)
    if asked.flaw is not None:
        yield _flawed(pool, asked.flaw)
    if _is_newer(asked.command, pool):
        yield _unknown_command(pool)
    if _is_newer(asked.element, pool):
        yield _unknown_element(facts, pool)
    if _is_newer(asked.document, pool):
        yield _newer_document(facts, pool)
    if _is_newer(asked.resource, pool):
        yield _newer_resource(pool)
    if asked.mcu:
        yield factory(facts, host)
        yield _mcu_type(facts, pool, asked.mcu)
    yield passed(pool.fqdn, "takes the request")


def _is_newer(since: Version | None, pool: Pool) -> bool:
    return since is not None and bool(pool.versions) and since > pool.versions[-1]


@rule(
    "focus-names-the-flaw",
    "The focus refuses a request that is malformed, not authorized or at the wrong place with the diagnostic "
    "of what is wrong.",
    source="[MS-OCER] conferencing tables; the statuses are our choice",
)
def _flawed(pool: Pool, flaw: Flaw) -> Leg:
    known = DIAGNOSTICS[flaw.value]
    return refused(pool.fqdn, known.reason, flaw.value)


@rule(
    "unknown-command-3004",
    "A C3P command that the focus does not know is answered with 3004.",
    source="[MS-OCER] conferencing tables; the status 501 is our choice",
)
def _unknown_command(pool: Pool) -> Leg:
    return refused(pool.fqdn, f"{version_name(pool.versions)} does not know the command", 3004)


@rule(
    "unknown-elements-ignored",
    "Elements that a host does not know are ignored.",
    source="Open content model of the conferencing schemas",
    confidence=Confidence.ASSUMED,
    switch="unknown-elements",
)
def _unknown_element(facts: Facts, pool: Pool) -> Leg:
    answer = facts.rules.value("unknown-elements")
    assumes = ("unknown-elements",)
    if answer == "ignored":
        return passed(pool.fqdn, "ignores what it does not know", *assumes)
    return refused(pool.fqdn, "the body holds an element of newer versions", int(answer), assumes=assumes)


@rule(
    "newer-document",
    "A host takes conference documents of newer versions, or answers invalidVersion.",
    source="UCMA: CommandFailureReasons; what brings it about is not stated",
    confidence=Confidence.ASSUMED,
    switch="newer-document-version",
)
def _newer_document(facts: Facts, pool: Pool) -> Leg:
    assumes = ("newer-document-version",)
    if facts.rules.value("newer-document-version") == "accepted":
        return Leg(assumes=assumes)
    reason = f"C3P failure invalidVersion: the document is newer than {version_name(pool.versions)}"
    return refused(pool.fqdn, reason, assumes=assumes)


@rule(
    "ucwa-revision-404",
    "A UCWA client that insists on a newer revision of a resource gets HTTP 404, code NotFound, subcode "
    "APIVersionNotSupported.",
    source="UCWA: Versioning",
)
def _newer_resource(pool: Pool) -> Leg:
    return failed(pool.fqdn, "HTTP 404 NotFound, APIVersionNotSupported: the resource is newer than the pool")


@rule(
    "mcu-type-603",
    "A kind of conferencing that the hosting pool does not know or has not enabled is refused with 603.",
    source="[MS-CONFBAS]: additional failure codes; which version brought which is our list",
    switch="newer-mcu-types",
)
def _mcu_type(facts: Facts, pool: Pool, asked: str) -> Leg:
    component, brought = NEWER_MCUS.get(asked, ("", None))
    if brought is not None and pool.has(brought) is False:
        assumes = ("newer-mcu-types",)
        if facts.rules.value("newer-mcu-types") == "older-form":
            return passed(pool.fqdn, f"takes the older form: {asked} is newer than the pool", *assumes)
        return refused(pool.fqdn, f"{version_name(pool.versions)} has no {asked}", sip=603, assumes=assumes)
    component = component or next((each for each, name in MCU_TYPES.items() if name == asked), "")
    if component and not pool.tells("mcus"):
        return undecided(pool.fqdn, f"nobody told whether it has {component}", "Get-CsTopology -AsXml")
    if not component or (pool.mcus and component not in pool.mcus):
        return refused(pool.fqdn, f"the MCU type {asked} is not enabled on this pool", sip=603)
    return Leg()


# -------------------------------------------------------------------- what people read

#: What a client tells its user who wanted into a conference, by status. Source: [MS-OCER] 9.2.
CLIENT_TEXTS: Final = {
    400: "their program does not support this kind of meeting",
    404: "the meeting has ended or does not exist",
    408: "conferencing did not answer",
    413: "the meeting is not found on the server; the identifier should be checked",
    415: "their program does not support this kind of meeting",
    480: "the other cannot be reached and may be offline",
    482: "the other cannot be reached because of a problem with conferencing",
}


def shown(outcome: Outcome) -> str:
    """Return what a client tells its user after a join; empty for a status without words of its own."""
    return "" if outcome.sip is None else CLIENT_TEXTS.get(outcome.sip, "")
