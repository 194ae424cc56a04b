"""What the product does, as tables with their sources; and what we assume where no source speaks.

Law of this room: a rule is a fact about the product, never a promise to people. Each names its source;
what is an assumption of ours is listed in :data:`ASSUMPTIONS`, has a default, and can be switched.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from coexistence.errors import InputError
from coexistence.vocabulary import ClientGeneration, Confidence, Maybe, Unknown, Version

__all__ = ["ASSUMPTIONS", "DESKTOP", "Assumption", "Rules", "meeting_survives"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something nobody documents and no export can hold, and what we take it to be."""

    id: str
    statement: str
    default: str
    #: Other values it may be switched to.
    options: tuple[str, ...]
    confidence: Confidence
    source: str


def _assumption(
    identity: str, statement: str, default: str, options: tuple[str, ...], confidence: Confidence, source: str
) -> Assumption:
    return Assumption(
        id=identity,
        statement=statement,
        default=default,
        options=options,
        confidence=confidence,
        source=source,
    )


ASSUMPTIONS: Final[Mapping[str, Assumption]] = {
    each.id: each
    for each in (
        _assumption(
            "ports-open",
            "Nothing between two pools blocks ports 5061 and 444, nor 445 and 4443 from the CMS pool to its "
            "replicas, nor what pools need of an Edge (5062, 8057, 23456 for XMPP; 3478 or 443).",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export holds firewall rules; the flows are in 'Ports and protocols for internal servers'.",
        ),
        _assumption(
            "names-resolve",
            "Names and certificates of pools that were there before lead to these pools, where no export of "
            "them was given.",
            "yes",
            ("yes", "undecided"),
            Confidence.ASSUMED,
            "DNS and certificates are in none of the files that are read so far.",
        ),
        _assumption(
            "outside-reaches-edge",
            "Firewalls let the outside reach the Edge pool that external names lead to, and the other way "
            "round.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export holds firewall rules; 'Configure federation routes and media traffic' asks for 443 "
            "and 5061.",
        ),
        _assumption(
            "partner-side-works",
            "Federated partners' servers answer; where nobody told, they are allowed here, publish their "
            "records and accept this organisation's certificate.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "What a partner's side looks like is in nobody's export.",
        ),
        _assumption(
            "external-access-granted",
            "External access policies grant federation, XMPP and access from outside, where no export of "
            "them was given.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "Policies are in none of the files that are read so far.",
        ),
        _assumption(
            "director-hands-to-its-edge",
            "A Director that a site's federation route names hands to the federated Edge pool whose next hop "
            "it is; switched off, to any federated one.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Connect pilot pool to legacy Edge Servers' routes to a Director; how that finds an Edge is not "
            "said.",
        ),
        _assumption(
            "appliance-media-of-registrar",
            "Media of people on a branch appliance without an Edge of its own is relayed by the Edge of its "
            "backup registrar's pool.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "The ports page has branch appliances ask an Edge for media credentials; which one is not said.",
        ),
        _assumption(
            "web-conferencing-with-media",
            "Web conferences of a pool reach the outside through the Edge pool that relays its media; "
            "switched off, through any.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "Topologies carry one Edge association of a pool, called the one for media.",
        ),
        _assumption(
            "xmpp-across-generations",
            "The XMPP gateway of a pool works with the proxy on an Edge pool of another generation.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Migrating XMPP federation' leaves it open for versions that both have XMPP.",
        ),
        _assumption(
            "next-name-after-silence",
            "A client that finds silence, or Autodiscover with a wrong certificate, under one sign-in name "
            "tries the next.",
            "yes",
            ("yes", "no"),
            Confidence.THIRD_PARTY,
            "'Lync client sign in process' (third party) lists the order; what ends the search is our "
            "reading.",
        ),
        _assumption(
            "dhcp-names-registrar",
            "DHCP option 120 names the registrar of whoever finds none in DNS.",
            "no",
            ("no", "yes"),
            Confidence.ASSUMED,
            "Phones and desktop clients ask for it ('Log on to the Lync Server'); no export holds DHCP "
            "options.",
        ),
        _assumption(
            "clients-reach-pools",
            "Nothing keeps clients from ports 443 and 5061 of the pools, nor from the external web services, "
            "and clients trust whoever issued the certificates there.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export holds firewall rules, reverse proxies or the trusted roots of clients.",
        ),
        _assumption(
            "clients-updated",
            "Every client has the update of its generation that brought TLS 1.2.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Apply updates' asks for current clients before the migration; no export lists client builds. "
            "The builds are in 'Disable TLS 1.0/1.1 in Skype for Business Server 2015'.",
        ),
        _assumption(
            "unlisted-client-signs-in",
            "An older client that the list of a server version does not name any more can still sign in.",
            "no",
            ("no", "yes"),
            Confidence.ASSUMED,
            "'Clients and devices' (2015) and the feature comparison (2019) do not say that it is refused.",
        ),
        _assumption(
            "newer-client-signs-in",
            "A client that came out after a server version can sign in to it.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "'Client interoperability in Lync 2013' allows new clients on the previous server; for Skype for "
            "Business clients on Lync Server it is documented nowhere.",
        ),
        _assumption(
            "autodiscover-2010",
            "Autodiscover of Lync Server 2010 answers for people on 2010 pools alone.",
            "own-version",
            ("own-version", "every-version"),
            Confidence.DERIVED,
            "UCWA, 'Root URL': a 2010 pool can answer only for itself, so the names must lead to the newer "
            "pool. That it answers for other 2010 pools is our reading.",
        ),
        _assumption(
            "newest-tools",
            "Administrators work with the tools of the newest generation in the topology.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Administering servers after migration' demands it; no export shows which tools are in use.",
        ),
        _assumption(
            "meetings-follow-organizer",
            "A meeting moves with its organizer, back to an older pool too, and keeps its identifier.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Move remaining users' says so for the way forward; the way back is documented nowhere.",
        ),
        _assumption(
            "content-moves-back",
            "Content that was made on a newer server comes along when its organizer is moved to an older one "
            "with -MoveConferenceData.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Migrate existing meetings and meeting content' speaks of the way forward alone.",
        ),
        _assumption(
            "features-need-services",
            "A feature needs the services that its name and ports point to: a conferencing service for each "
            "modality, web services for links, the attendant, A/V Conferencing and Mediation for phones.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "Derived from roles, ports and services; the vendor states no list of what a feature needs.",
        ),
        _assumption(
            "focus-interpool",
            "Joining a meeting on another pool takes port 444 of that pool, beside SIP on 5061.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "The ports page names 444 for the conference focus; that joiners' pools use it is inferred.",
        ),
        _assumption(
            "join-page-asks-host",
            "The pool that answers a join link asks the pool that hosts the meeting, by SIP and HTTPS.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No page describes how the join page finds the organizer.",
        ),
        _assumption(
            "orphaned-directory-stops",
            "One conference directory whose pool is gone keeps MCU Factories everywhere from starting.",
            "every-pool",
            ("every-pool", "nothing"),
            Confidence.THIRD_PARTY,
            "Third party: conferencing fails with 3062 after migration; which pools are hit is our reading.",
        ),
        _assumption(
            "site-policy-follows-home",
            "Without a policy of their own, people get that of the site of the pool that they are homed on.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "Whether a move between sites changes the policy that counts is documented nowhere.",
        ),
        _assumption(
            "missing-policy-falls-back",
            "Somebody who was given a policy that no longer exists gets the site's or the global one.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "The references do not say what an assignment to a deleted policy means.",
        ),
        _assumption(
            "agents-anywhere",
            "Agents of a response group may be homed on any pool, so the group's pool must reach them all.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export that is read so far lists agents.",
        ),
        _assumption(
            "announcements-recreated",
            "Announcements of unassigned number ranges are recreated on the pool that a range is moved to.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "The guide has no step for it, and 2019 ships no tool that carries them over.",
        ),
        _assumption(
            "applications-run",
            "The machines of a trusted application run it, with a runtime that fits its next hop.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "They run no service of the product that an export could show.",
        ),
        _assumption(
            "calls-cross-generations",
            "A Mediation pool takes outgoing calls of people homed on another generation.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "Trunks and gateways between versions are documented nowhere.",
        ),
        _assumption(
            "chat-across-generations",
            "People homed on a version that has Persistent Chat reach a chat pool of another one.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Coexistence considerations' speaks of people and pools of one version.",
        ),
        _assumption(
            "exchange-answers",
            "Exchange is up, and serves the voice mail and contact lists of every pool.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export of this product shows Exchange.",
        ),
        _assumption(
            "gateways-answer",
            "Gateways and trunks beyond the Mediation Servers work, from new Mediation pools too.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export shows their state; whether two versions may share one is documented nowhere.",
        ),
        _assumption(
            "rgs-copy-goes-with-pool",
            "Response groups survive when the pool with their legacy copy is removed as a whole.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Migrate response groups' forbids to delete the copy before, and is silent on the removal.",
        ),
        _assumption(
            "um-contacts-work-on-2019",
            "Exchange UM contacts work on a pool of 2019 or later that is on current updates.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "A support article names calls to them that fail there; whether an update helps is not stated.",
        ),
        _assumption(
            "contacts-refused-as",
            "Lync Server 2010 refuses a contact list that is kept in Exchange as 2013 does: 488 and 2165.",
            "2165",
            ("2165", "silence"),
            Confidence.ASSUMED,
            "[MS-PRES] shows the answer of Lync Server 2013; of 2010 only that it cannot serve such a list.",
        ),
        _assumption(
            "upgraded-meeting-fails-on",
            "A meeting scheduled with an upgraded client fails on a host of an older generation than the one "
            "it was scheduled on.",
            "older-generation",
            ("older-generation", "nothing"),
            Confidence.DOCUMENTED,
            "'Migration process': after shifting back, new meetings scheduled with upgraded clients do not "
            "work. The pairs of generations are our reading.",
        ),
        _assumption(
            "rollback-home",
            "People found on a new pool came from the legacy pool that this pool takes over from.",
            "yes",
            ("yes",),
            Confidence.ASSUMED,
            "No export tells where somebody was homed before a move.",
        ),
        _assumption(
            "plan-as-written",
            "The new pools are installed as planned: their services run, and replication is waited for.",
            "yes",
            ("yes",),
            Confidence.ASSUMED,
            "Nobody can export what is not there yet; each step of the guide ends with its verification.",
        ),
        _assumption(
            "needs-told",
            "People about whom no file says that they use XMPP or Persistent Chat do not.",
            "yes",
            ("yes",),
            Confidence.ASSUMED,
            "No export that is read so far tells.",
        ),
        _assumption(
            "one-meeting-each",
            "Everybody who is moved schedules so many new meetings before the next step.",
            "1",
            ("0", "1", "2", "5"),
            Confidence.ASSUMED,
            "A stated rate; the real one is in nobody's export.",
        ),
        _assumption(
            "pilot-one-in-twenty",
            "One person in twenty of each pool, at least two and at most fifty, move first.",
            "yes",
            ("yes",),
            Confidence.ASSUMED,
            "'User migration' asks for test users, then pilot users; it gives no number.",
        ),
    )
}

#: Clients that a rollout replaces. Phones and mobile clients are left as they are.
DESKTOP: Final = frozenset(
    {
        ClientGeneration.LYNC_2010,
        ClientGeneration.LYNC_2013,
        ClientGeneration.SFB_2015,
        ClientGeneration.SFB_2016,
        ClientGeneration.UNKNOWN,
    }
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The assumptions of one run: defaults, with what somebody switched."""

    switched: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.switched.items():
            known = ASSUMPTIONS.get(name)
            if known is None:
                raise InputError(f"There is no assumption {name!r}. Known: {', '.join(ASSUMPTIONS)}.")
            if value not in known.options:
                raise InputError(
                    f"Assumption {name!r} cannot be {value!r}. Possible: {', '.join(known.options)}."
                )

    def value(self, name: str) -> str:
        """Return what an assumption is taken to be in this run."""
        return self.switched.get(name, ASSUMPTIONS[name].default)


def meeting_survives(
    scheduled_on: Maybe[Version], by_upgraded: Maybe[bool], host: Iterable[Version], rules: Rules
) -> Maybe[bool]:
    """Tell whether a host of generation ``host`` can serve a meeting.

    It cannot when an upgraded client scheduled the meeting on a newer generation than the host's
    (source: "Migration process"; its only condition is the upgraded client). ``host`` are the versions
    that the evidence leaves; where they disagree, or the scheduling client is unknown and matters, the
    answer is unknown.
    """
    if rules.value("upgraded-meeting-fails-on") == "nothing" or by_upgraded is False:
        return True
    if isinstance(scheduled_on, Unknown):
        return scheduled_on
    older = {version < scheduled_on for version in host}
    if older == {False}:
        return True
    if isinstance(by_upgraded, Unknown):
        return by_upgraded
    return False if older == {True} else Unknown("Get-CsServerPatchVersion")
