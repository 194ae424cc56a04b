"""What the product does, as tables with their sources; and what we assume where no source speaks.

Law of this room: a rule is a fact about the product, never a promise to people. Each names its source;
what is an assumption of ours is listed in :data:`ASSUMPTIONS`, has a default, and can be switched.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from coexistence.errors import InputError
from coexistence.model.vocabulary import Confidence, Maybe, Unknown, Version

__all__ = [
    "ASSUMPTIONS",
    "MOST_MOVES_AN_HOUR",
    "STATEABLE",
    "About",
    "Assumption",
    "Rules",
    "meeting_survives",
]


#: How a number is written: as it is counted, with nothing before it.
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,8}")
#: Ten years: no migration takes longer, and every day of it is in the calendar.
_MOST_DAYS: Final = 3_650
#: Of each account on the move: every one of them is a row.
_MOST_MEETINGS: Final = 100
_MINUTES_A_DAY: Final = 24 * 60
_MOST_PEOPLE: Final = 1_000_000
#: A rate is never higher, here as in a plan file.
MOST_MOVES_AN_HOUR: Final = 100_000_000


class About(enum.Enum):
    """What an assumption is about, and so who could settle it."""

    #: What the product does: documented nowhere, so nobody's word settles it.
    PRODUCT = "product"
    #: A fact of one deployment: whoever runs it may know, and state it.
    DEPLOYMENT = "deployment"
    #: What the rehearsal supposes of the migration itself: a plan file says otherwise, if anybody does.
    REHEARSAL = "rehearsal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """Something nobody documents and no export can hold, and what we take it to be."""

    id: str
    statement: str
    default: str
    #: Words that it may be switched to, or the whole numbers.
    options: tuple[str, ...] | range
    confidence: Confidence
    source: str
    about: About = About.PRODUCT

    def allows(self, value: str) -> bool:
        """Whether it may be this."""
        if isinstance(self.options, tuple):
            return value in self.options
        return _NUMBER.fullmatch(value) is not None and int(value) in self.options

    @property
    def possible(self) -> str:
        """What it may be, in words."""
        if isinstance(self.options, tuple):
            return ", ".join(self.options)
        return f"a whole number from {self.options[0]:,} to {self.options[-1]:,}"


def _assumption(
    identity: str,
    statement: str,
    default: str,
    options: tuple[str, ...] | range,
    confidence: Confidence,
    source: str,
    about: About = About.PRODUCT,
) -> Assumption:
    return Assumption(
        id=identity,
        statement=statement,
        default=default,
        options=options,
        confidence=confidence,
        source=source,
        about=about,
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
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "names-resolve",
            "Names lead to the pools that they should lead to, and certificates, roots and TLS versions are "
            "in order, where no table of them was given.",
            "undecided",
            ("undecided", "yes"),
            Confidence.ASSUMED,
            "Tables of DNS, certificates and settings of servers tell; without them it is undecided unless "
            "somebody says so.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "administrators-entitled",
            "Whoever administers has a role or membership for it, and opened the session after getting it, "
            "where nobody was described.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "Groups and roles are in none of the files that are read so far.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "scope-covers-branches",
            "An administrative role whose scope is a central site does not hold for that site's branches.",
            "no",
            ("no", "yes"),
            Confidence.ASSUMED,
            "'New-CsAdminRole' has scopes by SiteId, and does not speak of branch sites.",
        ),
        _assumption(
            "scp-names-master",
            "The service control point in Active Directory leads to the store of the active master, where "
            "nobody told.",
            "undecided",
            ("undecided", "yes"),
            Confidence.ASSUMED,
            "'Move the Central Management Server' describes it; Get-CsManagementConnection shows it.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "cms-move-without-enable",
            "A Central Management store that is moved although Enable-CsTopology fails on the target is "
            "lost; switched, the move is refused and everything stays.",
            "no-store",
            ("no-store", "refused"),
            Confidence.DOCUMENTED,
            "'Move the Central Management Server' cautions that there may be no store at all then.",
        ),
        _assumption(
            "old-store-dropped-early",
            "A Central Management store whose predecessor was dropped before replication was complete takes "
            "and spreads no changes.",
            "unsettled",
            ("unsettled", "nothing"),
            Confidence.DOCUMENTED,
            "'Move the Central Management Server' calls it an unknown state; what that means is our reading.",
        ),
        _assumption(
            "old-shell-loses-codes",
            "Conference directories that are moved to a newer pool with an older shell lose their entries.",
            "yes",
            ("yes", "no"),
            Confidence.DOCUMENTED,
            "Skype for Business Server 2015, plan for upgrade: data can be lost; how much is our reading.",
        ),
        _assumption(
            "old-tools-strip-fields",
            "Tools older than a setting drop it from a policy that they save.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "Older tools must not be used for newer objects; what they do to a policy is stated nowhere.",
        ),
        _assumption(
            "moves-over-dcom",
            "People are moved over DCOM, port 135, from the administrator's machine to both pools, and "
            "nothing blocks it that nobody told of.",
            "yes",
            ("yes", "no"),
            Confidence.DOCUMENTED,
            "The ports page says so; updates of 2019 may use HTTPS instead.",
        ),
        _assumption(
            "remote-shell-as-old-as-pool",
            "A remote shell has the version of the pool that it was opened to, whatever the administrator's "
            "machine has.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "The rule that newest tools manage all versions, applied to remote endpoints.",
        ),
        _assumption(
            "macp-after-release",
            "A Front End of 2019 with any build later than the release has the new Control Panel.",
            "yes",
            ("yes", "undecided"),
            Confidence.ASSUMED,
            "'Control panel overview' names the update of July 2019, and no build number.",
        ),
        _assumption(
            "silverlight-at-hand",
            "Administrators have a browser that still runs Silverlight 5, where nobody said otherwise.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Control panel overview': it ended in October 2021; what browsers still have is in no export.",
            about=About.DEPLOYMENT,
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
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "partner-side-works",
            "Federated partners' servers answer; where nobody told, they publish their records and accept "
            "this organisation's certificate.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "What a partner's side looks like is in nobody's export.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "external-access-granted",
            "External access policies grant federation, XMPP and access from outside, where no export of "
            "them was given.",
            "undecided",
            ("undecided", "yes", "no"),
            Confidence.ASSUMED,
            "Get-CsExternalAccessPolicy tells; an Edge pool that nobody may use is possible.",
            about=About.DEPLOYMENT,
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
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "clients-reach-pools",
            "Nothing keeps clients from ports 443 and 5061 of the pools, nor from the external web services, "
            "and clients trust whoever issued the certificates there.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export holds firewall rules, reverse proxies or the trusted roots of clients.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "clients-updated",
            "Every client has the update of its generation that brought TLS 1.2.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Apply updates' asks for current clients before the migration; no export lists client builds. "
            "The builds are in 'Disable TLS 1.0/1.1 in Skype for Business Server 2015'.",
            about=About.DEPLOYMENT,
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
            "redirects-followed",
            "A client follows so many redirects (301) to its home server, and gives up at the next.",
            "3",
            range(6),
            Confidence.DERIVED,
            "'MaximumRegisterRedirectionAttempts' of an application endpoint: 3, at most 5. That people's "
            "clients do the same is our reading.",
        ),
        _assumption(
            "dead-registrar-forgotten",
            "A client whose remembered registrar does not answer looks for a server as on the first day.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Log on to the Lync Server' has phones remember the last registrar; what they do when it is "
            "gone is not said.",
        ),
        _assumption(
            "trust-prompt-accepted",
            "People who are asked whether they trust the server that Autodiscover names say yes.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Lync 2010 pool / Lync 2013 client coexistence' (third party) reports the question; the answer "
            "is the person's.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "records-read-by-older",
            "The record of somebody who was on a newer pool can be read by an older one after a move back.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Roll back migrated users' moves people back and says nothing of formats.",
        ),
        _assumption(
            "page-mode-refused",
            "A message outside a session is answered like one of an unknown session, with 481.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "Desktop clients send none; no specification that was read shows the answer.",
        ),
        _assumption(
            "im-filter-at",
            "Whose site's filter decides about links and files in messages: the sender's, the recipient's, "
            "or both.",
            "sender",
            ("sender", "recipient", "both"),
            Confidence.DERIVED,
            "Differing filters block one direction alone, so one side must decide; 'Configuring file "
            "transfer and URL filtering' does not say which.",
        ),
        _assumption(
            "newer-states-ignored",
            "An older server passes over a presence state that only newer ones list.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No specification says what a server does with a value that it does not list.",
        ),
        _assumption(
            "privacy-honoured-from",
            "The oldest desktop client that knows the privacy mode of presence.",
            "lync-2013",
            ("lync-2010", "lync-2013", "sfb-2015"),
            Confidence.ASSUMED,
            "'Presence privacy mode update' speaks of older clients that do not know it, and names none.",
        ),
        _assumption(
            "delegates-across-generations",
            "People may name a delegate who is homed on another server generation.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "A trace shows 4268 for delegates in different deployments; whether two generations side by "
            "side are two deployments is not said.",
        ),
        _assumption(
            "newest-tools",
            "Administrators work with the tools of the newest generation in the topology.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Administering servers after migration' demands it; no export shows which tools are in use.",
            about=About.DEPLOYMENT,
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
            "first-start-of-two",
            "A pool of two Front Ends finishes its first start with so many of them.",
            "one",
            ("one", "all"),
            Confidence.DOCUMENTED,
            "The table for Front End pools says one, the text of the event all.",
        ),
        _assumption(
            "cold-start-threshold",
            "A pool of which every Front End was stopped takes as many to start as at its first start.",
            "first-start",
            ("first-start", "functional-minimum"),
            Confidence.ASSUMED,
            "The table speaks of the first start; what a later cold start takes is not said.",
        ),
        _assumption(
            "quorum-voters",
            "In pools of eight Front Ends and more only the first ones count towards the quorum.",
            "first-servers",
            ("first-servers", "all-servers"),
            Confidence.DOCUMENTED,
            "The table's notes count the first seven or nine; that the order is the topology's is our "
            "reading.",
        ),
        _assumption(
            "replicas-placed",
            "Routing groups of which nobody told otherwise keep enough replicas while their pool has a "
            "quorum; switched off, nothing can be changed while a Front End is down.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "Get-CsPoolFabricState prints text that no file holds; where groups go is not documented.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "stores-answer",
            "SQL Server instances of which nobody told otherwise answer and have room.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export of this product shows the state of its databases.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "file-store-serves",
            "Address book files and content of meetings need the pool's file share.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "Inferred from the UNC path in the topology; the ports page does not name the share.",
        ),
        _assumption(
            "balancer-sees-foreign-web",
            "A load balancer notices when another program answers on a Front End's web port.",
            "no",
            ("no", "yes"),
            Confidence.ASSUMED,
            "The requirements of 2019 warn of the port; what a load balancer asks for is in no export.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "clock-tolerance",
            "Minutes by which the clocks of two pools may differ before one refuses the other's web tickets.",
            "5",
            range(_MINUTES_A_DAY + 1),
            Confidence.ASSUMED,
            "No page gives a figure; five minutes is the usual limit between clocks in a Windows domain.",
        ),
        _assumption(
            "mixed-builds-work",
            "Front Ends of one pool on different builds of a version work with other pools alike.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "Updates go from upgrade domain to upgrade domain; what a pause between them breaks is not said.",
        ),
        _assumption(
            "domains-told-by-sip",
            "Domains of the directory are told apart by the SIP domains of their people.",
            "sip-domain",
            ("sip-domain", "whole-pool"),
            Confidence.ASSUMED,
            "User replicators go by domains of the directory; exports of people carry SIP addresses.",
        ),
        _assumption(
            "three-generations",
            "Three server generations in one topology are supported with no version.",
            "unsupported",
            ("unsupported", "supported"),
            Confidence.DERIVED,
            "Stated for 2013 and 2015; of 2019 and later the guide says 'or' of the legacy versions.",
        ),
        _assumption(
            "capacity-of-lync",
            "Pools of Lync Server hold as many people as those of Skype for Business Server 2015.",
            "as-2015",
            ("as-2015", "any-number"),
            Confidence.ASSUMED,
            "The user model of 2015 was tested on the same hardware; its figures for Lync were not found.",
        ),
        _assumption(
            "front-ends-of-2019",
            "A pool of 2019 or later has at most so many Front Ends.",
            "16",
            ("12", "16"),
            Confidence.DOCUMENTED,
            "The capacity page of 2019 says sixteen, its topology page twelve.",
        ),
        _assumption(
            "cold-start-ends",
            "A large pool whose Front Ends are all starting, and are enough for it, is taken to answer: its "
            "databases fill for up to an hour.",
            "yes",
            ("yes", "no"),
            Confidence.THIRD_PARTY,
            "Reported by administrators; an export does not tell since when they have been starting.",
        ),
        _assumption(
            "capacity-without-one",
            "A pool is large enough if it holds its people with one Front End out of service.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "The user model gives figures for each Front End; that one may be down is our reading.",
        ),
        _assumption(
            "meeting-settings-default",
            "Meeting settings are at the defaults of the pool's version, where no export of them was given.",
            "undecided",
            ("undecided", "yes"),
            Confidence.ASSUMED,
            "The defaults stand in the cmdlet's help; Get-CsMeetingConfiguration tells what was set.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "scheduled-meetings-of-2010",
            "Where nobody set it, scheduled meetings of Lync Server 2010 let in anonymous participants "
            "(everyone), or let them wait in the lobby (company).",
            "everyone",
            ("everyone", "company"),
            Confidence.ASSUMED,
            "The reference of Set-CsMeetingConfiguration and the help of Lync Server 2010 contradict each "
            "other.",
        ),
        _assumption(
            "unlisted-client-joins",
            "A client that no list names for a host can join its meetings.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "'Client interoperability in Lync 2013' rejects no supported pair; for newer servers there is no "
            "such list.",
        ),
        _assumption(
            "unlisted-addin-schedules",
            "A scheduling add-in that no list names for a host can schedule there.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "As for joining; an add-in offers only what the pool lists ([MS-CONFPRO]).",
        ),
        _assumption(
            "web-scheduler-own-version",
            "The web scheduler of a pool schedules for people on pools of its own version alone.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "Stated of the web scheduler of 2013 and hosts of 2010; later versions are silent.",
        ),
        _assumption(
            "upgraded-meeting-answer",
            "A host too old for a meeting answers as for one that it does not know (404), or with the C3P "
            "failure invalidVersion.",
            "404",
            ("404", "invalidVersion"),
            Confidence.ASSUMED,
            "'Migration process' says that such meetings do not work, and gives no answer.",
        ),
        _assumption(
            "newer-mcu-types",
            "A host that is older than a kind of conferencing (slides by Office Web Apps: 2013, sharing as "
            "video: 2015) refuses it with 603; else it takes the older form.",
            "refused",
            ("refused", "older-form"),
            Confidence.ASSUMED,
            "603 for a type that is not enabled is in [MS-CONFBAS]; which version brought which is our list.",
        ),
        _assumption(
            "newer-document-version",
            "A host takes a conference document of a newer version than its own; else it answers with the "
            "C3P failure invalidVersion.",
            "accepted",
            ("accepted", "invalidVersion"),
            Confidence.ASSUMED,
            "The failure is among the constants of UCMA; what brings it about is stated nowhere.",
        ),
        _assumption(
            "unknown-elements",
            "A host ignores elements of requests that it does not know; a strict one refuses them with 3006 "
            "(any request) or 3007 (joining).",
            "ignored",
            ("ignored", "3006", "3007"),
            Confidence.ASSUMED,
            "The ids are in [MS-OCER]; the content model is open.",
        ),
        _assumption(
            "dropped-lobby-options",
            "Of a meeting that was scheduled with an add-in that knows no lobby, phones are not admitted; or "
            "they get in as the pool's settings say.",
            "not-admitted",
            ("not-admitted", "as-configured"),
            Confidence.ASSUMED,
            "The 2007 generation knows the admission policy alone; what becomes of the rest is not said.",
        ),
        _assumption(
            "old-page-shows-new-meeting",
            "A join page on an older Front End pool opens meetings that are hosted on a newer one.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Change simple URLs after migration' says so of a legacy Director alone.",
        ),
        _assumption(
            "joiners-not-filtered",
            "The client version filter of the hosting pool does not look at joiners from other pools.",
            "yes",
            ("yes", "no"),
            Confidence.DERIVED,
            "New-CsClientVersionPolicyRule: rules belong to registrars, and leave federated users alone.",
        ),
        _assumption(
            "partner-falls-back",
            "A partner's client joins as anonymous participant after 404 or 504, and not after 403; later "
            "updates do after 403 too.",
            "not-after-403",
            ("not-after-403", "always"),
            Confidence.THIRD_PARTY,
            "'Anonymous meeting join fails in Lync 2013'; third party reports of the update of August 2016.",
        ),
        _assumption(
            "reverse-proxy-publishes",
            "The reverse proxy publishes every simple URL and every pool's external web name, under their "
            "own names, where nobody stated its rules.",
            "yes",
            ("yes", "undecided"),
            Confidence.ASSUMED,
            "No export of the product shows a reverse proxy.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "split-directory-answers",
            "Of two pools that both hold a conference directory, the one that is called answers by itself; "
            "else the one that held it first.",
            "called-pool",
            ("called-pool", "first-owner"),
            Confidence.ASSUMED,
            "An interrupted move may leave two owners ('Move-CsConferenceDirectory'); who answers is open.",
        ),
        _assumption(
            "pin-after-forced-move",
            "Dial-in PINs are lost in a move with -Force; else they stay valid until they expire.",
            "lost",
            ("lost", "kept"),
            Confidence.ASSUMED,
            "Move-CsUser says that contacts and meetings are lost, and is silent on the PIN.",
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
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "announcements-recreated",
            "Announcements of unassigned number ranges are recreated on the pool that a range is moved to.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "The guide has no step for it, and 2019 ships no tool that carries them over.",
            about=About.REHEARSAL,
        ),
        _assumption(
            "applications-run",
            "The machines of a trusted application run it, with a runtime that fits its next hop.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "They run no service of the product that an export could show.",
            about=About.DEPLOYMENT,
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
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "gateways-answer",
            "Gateways and trunks beyond the Mediation Servers work, from new Mediation pools too.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export shows their state; whether two versions may share one is documented nowhere.",
            about=About.DEPLOYMENT,
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
            "cloud-voicemail-works",
            "A cloud tenant takes voice mail for people of 2019 and later whose mailboxes have none here.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Plan for UM migration' asks for a hybrid deployment; no export of this product shows a tenant.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "contact-store-policy-off",
            "Whose contact list was rolled back may not keep it in Exchange any more, where no user services "
            "policy was told.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Roll back migrated users' asks to turn the policy off first; Get-CsUserServicesPolicy tells.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "address-book-as-shipped",
            "Address books use number rules, and these are the product's own, where nobody told otherwise.",
            "yes",
            ("yes", "undecided"),
            Confidence.ASSUMED,
            "The product's defaults; their settings are in none of the files that are read so far.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "address-book-per-pool",
            "Settings of the address book can be made for a single pool.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Migrate Address Book' asks for it; the New-CsAddressBookConfiguration reference allows sites "
            "alone.",
        ),
        _assumption(
            "silent-admission-admits",
            "A call over a full link is admitted while the Bandwidth Policy services of its site are silent.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "What becomes of calls without call admission control is documented nowhere.",
        ),
        _assumption(
            "call-park-across-generations",
            "People of one generation fetch calls that were parked on another.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "[MS-OCER] has an id for a version that is not understood (35008), and no word of when.",
        ),
        _assumption(
            "older-runtime-works",
            "An application whose runtime is known to be older than its next hop works all the same.",
            "no",
            ("no", "yes"),
            Confidence.ASSUMED,
            "'Configure trusted application servers' asks to update the runtime; what happens otherwise is "
            "not said.",
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
            "schema-preparation-harmless",
            "A schema that was prepared for a newer version harms nobody after going back; switched off, "
            "preparing it counts as the first step without a way back.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "'Prepare Active Directory' gives no way back, and names no harm in staying prepared.",
        ),
        _assumption(
            "rollback-home",
            "People found on a new pool came from the legacy pool that this pool takes over from; switched "
            "off, they are at home there, and going back leaves them.",
            "yes",
            ("yes", "no"),
            Confidence.ASSUMED,
            "No export tells where somebody was homed before a move.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "plan-as-written",
            "The new pools are installed as planned: their services run, and replication is waited for.",
            "yes",
            ("yes", "undecided"),
            Confidence.ASSUMED,
            "Nobody can export what is not there yet; each step of the guide ends with its verification.",
            about=About.REHEARSAL,
        ),
        _assumption(
            "needs-told",
            "People about whom no file says that they use XMPP or Persistent Chat do not.",
            "undecided",
            ("undecided", "yes"),
            Confidence.ASSUMED,
            "No cmdlet tells; a table of people may (client versions, with columns of their own for it). "
            "Where a topology of Lync Server 2013 or later offers neither, nobody does.",
            about=About.DEPLOYMENT,
        ),
        _assumption(
            "one-meeting-each",
            "Everybody who is moved schedules so many new meetings before the next step.",
            "1",
            range(_MOST_MEETINGS + 1),
            Confidence.ASSUMED,
            "A stated rate; the real one is in nobody's export.",
            about=About.REHEARSAL,
        ),
        _assumption(
            "pilot-days",
            "The pilot is watched for so many days before the next step, where no plan gives dates.",
            "7",
            range(_MOST_DAYS + 1),
            Confidence.ASSUMED,
            "'User migration' asks to validate the pilot; it gives no time.",
            about=About.REHEARSAL,
        ),
        _assumption(
            "days-between-waves",
            "From one wave of moves to the next pass so many days, where no plan gives dates.",
            "1",
            range(_MOST_DAYS + 1),
            Confidence.ASSUMED,
            "The guide moves the remaining users without saying in which nights.",
            about=About.REHEARSAL,
        ),
        _assumption(
            "days-after-moves",
            "From the last wave until services move pass so many days, where no plan gives dates.",
            "14",
            range(_MOST_DAYS + 1),
            Confidence.ASSUMED,
            "The guide gives no time.",
            about=About.REHEARSAL,
        ),
        _assumption(
            "meetings-held-meanwhile",
            "People who were moved hold each meeting that they have once before the next step; single ones "
            "are "
            "over then, and nobody asks about them any more.",
            "no",
            ("no", "yes"),
            Confidence.ASSUMED,
            "When meetings are held is in everybody's calendar; taking them all for still to come asks most.",
            about=About.REHEARSAL,
        ),
        _assumption(
            "user-moves-an-hour",
            "So many accounts are moved in an hour, where no plan gives a rate.",
            "4400",
            range(1, MOST_MOVES_AN_HOUR + 1),
            Confidence.THIRD_PARTY,
            "'Move Your Lync/Skype Users Faster' (third party): 35,000 in 8 hours one after the other, in 2 "
            "with 6 servers of 4 threads each. No official rate.",
            about=About.REHEARSAL,
        ),
        _assumption(
            "pilot-one-in",
            "One person in so many of each pool, at least two and at most fifty, moves first.",
            "20",
            range(1, _MOST_PEOPLE + 1),
            Confidence.ASSUMED,
            "'User migration' asks for test users, then pilot users; it gives no number.",
            about=About.REHEARSAL,
        ),
    )
}

#: What an administrator may state of each assumption: ``yes``, ``no``, or nothing for what is no fact of a
#: deployment.
STATEABLE: Final[Mapping[str, tuple[str, ...]]] = {
    each.id: tuple(answer for answer in ("yes", "no") if each.allows(answer))
    if each.about is About.DEPLOYMENT
    else ()
    for each in ASSUMPTIONS.values()
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The assumptions of one run: defaults, with what somebody switched."""

    switched: Mapping[str, str] = field(default_factory=dict)
    #: How operations of somebody's own are carried out in this run, by their type.
    own: Mapping[type, Callable[[Any, Any], Any]] = field(default_factory=dict, compare=False, repr=False)
    #: What somebody stated of this deployment: evidence, and no assumption any more.
    stated: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name, value in self.switched.items():
            known = ASSUMPTIONS.get(name)
            if known is None:
                raise InputError(f"There is no assumption {name!r}. Known: {', '.join(ASSUMPTIONS)}.")
            if not known.allows(value):
                raise InputError(f"Assumption {name!r} cannot be {value!r}. Possible: {known.possible}.")

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
