"""Who and what may be asked about at one moment: how its people and objects become subjects.

Law of this room: a listing goes through one kind, and divides no further than outcomes do. What nobody told
is raised as undecided, where it is not taken for granted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias, cast, get_args, get_type_hints

import numpy as np

from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import Application, Partner
from coexistence.model.population import (
    PIN_UNKNOWN,
    UNTOLD,
    UNTOLD_DIRECTORY,
    Division,
    Meetings,
    Part,
    Population,
    grouped,
)
from coexistence.model.vocabulary import (
    Access,
    ContactStore,
    Disposition,
    Feature,
    Mailbox,
    Maybe,
    MeetingKind,
    Origin,
    PhoneEntry,
    PoolId,
    PoolRole,
    Unknown,
    Version,
)
from coexistence.observation.conferencing import OPEN, Terms
from coexistence.observation.facts.outcomes import Outcome, Undecided, untold
from coexistence.observation.observer import Observer
from coexistence.observation.servers.cms_replication import apart
from coexistence.observation.servers.services import alike, reported
from coexistence.observation.sign_in.sign_in import CLIENT_VERSIONS
from coexistence.observation.subjects import (
    ApplicationSubject,
    Asked,
    CertificateSubject,
    ClientSubject,
    Cohort,
    Conversations,
    DeploymentSubject,
    DirectorySubject,
    MeetingSubject,
    NameSubject,
    Organizer,
    PartnerSubject,
    PartySubject,
    PoolSubject,
    ReplicaSubject,
    ServerSubject,
    ServiceSubject,
    SiteSubject,
    StepSubject,
    Subject,
    User,
)
from coexistence.simulation.rules.user_replicas import group_column

__all__ = ["SUBJECTS", "Listing", "conversations", "subject_class", "subjects"]


def _services(observer: Observer) -> Iterator[ServiceSubject]:
    for pool in observer.state.pools.values():
        for service, evidence, servers, state in reported(observer.facts, pool):
            yield ServiceSubject(
                observer=observer, pool=pool, service=service, evidence=evidence, servers=servers, state=state
            )


def _pools(observer: Observer) -> Iterator[PoolSubject]:
    for pool in observer.state.pools.values():
        yield PoolSubject(observer=observer, pool=pool)


def _servers(observer: Observer) -> Iterator[ServerSubject]:
    state = observer.state
    for server in state.servers.values():
        yield ServerSubject(observer=observer, server=server, pool=state.pools[server.pool])


def _names(observer: Observer) -> Iterator[NameSubject]:
    """Go through both sides of DNS; the outer one matters where there is an Edge pool."""
    for side in (observer.state.records, observer.state.outside):
        if isinstance(side, Unknown):
            if side is observer.state.outside and not observer.has_edge:
                continue
            _untold_names(observer, side)
            continue
        for record in side.values():
            yield NameSubject(observer=observer, record=record)


def _certificates(observer: Observer) -> Iterator[CertificateSubject]:
    certificates = observer.state.certificates
    if isinstance(certificates, Unknown):
        _untold_names(observer, certificates)
        return
    for certificate in certificates:
        if certificate.pool in observer.state.pools:
            yield CertificateSubject(observer=observer, certificate=certificate)


def _untold_names(observer: Observer, unknown: Unknown) -> None:
    """Say that nobody told, where that is not taken for granted."""
    if observer.rules.value("names-resolve") == "undecided":
        raise untold("nobody told about names and certificates", unknown.needs)


def _sites(observer: Observer) -> Iterator[SiteSubject]:
    for site in observer.state.sites.values():
        yield SiteSubject(observer=observer, site=site.id, name=site.name)


def _replicas(observer: Observer) -> Iterator[ReplicaSubject]:
    state = observer.state
    for pool in state.pools.values():
        if pool.role is PoolRole.TRUSTED_APPLICATION:
            continue
        for _, servers in alike(pool.servers, lambda server: apart(observer.facts, server)):
            current = state.is_current(servers[0])
            yield ReplicaSubject(observer=observer, pool=pool, servers=tuple(servers), current=current)


def _population(observer: Observer) -> Population:
    population = observer.state.population
    if isinstance(population, Unknown):
        raise Undecided(
            Outcome(
                disposition=Disposition.UNDECIDED,
                needs=(population.needs,),
                reason="nobody told who is homed where",
            )
        )
    return population


def _cohorts(observer: Observer) -> Iterator[Cohort]:
    population = _population(observer)
    groups = group_column(observer.state, population)
    if groups is not None:
        for part in Division((population.home, groups), population.people).parts:
            yield _cohort(observer, population, part, part.group.values[1])
        return
    for part in population.people_by_home.values():
        yield _cohort(observer, population, part)


def _cohort(observer: Observer, population: Population, part: Part, group: int = 0) -> Cohort:
    """A part of the people, the first of whose columns is their home."""
    pool = population.pools[part.group.values[0]]
    known = observer.state.pools.get(pool)
    return Cohort(pool, part.count, known.versions if known else (), group, part)


def _users(observer: Observer) -> Iterator[User]:
    """Divide people by home, policies given in person, XMPP contacts, voice and chat.

    Where contact lists are kept divides them only where it matters: beside Lync Server 2010, which reads
    one store alone, and where lists were lost.
    """
    population = _population(observer)
    people = population.people
    policies = {
        kind: population.assigned[kind]
        for kind in ("external-access", "voice")
        if kind in population.assigned and population.assigned[kind].tags
    }
    automatic: dict[str, Maybe[str | None]] = {
        kind: None if kind in population.assigned else Unknown("Get-CsUser")
        for kind in ("external-access", "voice")
    }
    silence_is_no = observer.rules.value("needs-told") == "yes"
    columns = {
        "xmpp": population.xmpp == 1 if silence_is_no else population.xmpp,
        "voice": population.voice,
        "chat": population.chat,
        **{kind: given.code for kind, given in policies.items()},
    }
    kept: dict[int, list[ContactStore]] = {}
    for group in grouped((population.home, population.contacts), people):
        kept.setdefault(group.values[0], []).append(ContactStore(group.values[1]))
    if population.mailbox is not None:
        columns["mailbox"] = population.mailbox
        columns["contacts"] = population.contacts
    pools = observer.state.pools.values()
    some_cannot_read = any(pool.has(Feature.UNIFIED_CONTACTS) is False for pool in pools)
    if some_cannot_read or any(ContactStore.LOST in each for each in kept.values()):
        columns["contacts"] = population.contacts
    groups = group_column(observer.state, population)
    if groups is not None:
        columns["group"] = groups
    for part in Division((population.home, *columns.values()), people).parts:
        home, *values = part.group.values
        of = dict(zip(columns, values, strict=True))
        own = {
            kind: policies[kind].tag(of[kind]) if kind in policies else automatic[kind] for kind in automatic
        }
        yield User(
            observer=observer,
            cohort=_cohort(observer, population, part, of.get("group", 0)),
            access_policy=own["external-access"],
            has_xmpp=_needed(of["xmpp"], silence_is_no=silence_is_no),
            has_voice=_told(of["voice"]),
            voice_policy=own["voice"],
            has_chat=_needed(of["chat"], silence_is_no=silence_is_no),
            contacts=(ContactStore(of["contacts"]),) if "contacts" in of else tuple(kept[home]),
            mailbox=Mailbox(of["mailbox"]) if "mailbox" in of else Mailbox.UNKNOWN,
        )


def _needed(code: int, *, silence_is_no: bool) -> Maybe[bool]:
    """Tell whether people need a feature that newer versions lack (assumption ``needs-told``)."""
    if code == UNTOLD:
        return False if silence_is_no else Unknown("a statement of who uses XMPP and Persistent Chat")
    return bool(code)


def _told(code: int) -> Maybe[bool]:
    return Unknown("Get-CsUser") if code == UNTOLD else bool(code)


#: Origin of an object that stands for all of a kind that nobody told about.
_NOBODY: Final = "nobody told"


def _applications(observer: Observer) -> Iterator[ApplicationSubject]:
    """Put objects together that no rule tells apart: of one kind, on one pool, with one history.

    A kind that nobody told about has one subject, whose every answer is undecided.
    """
    found = observer.state.applications
    for kind in observer.state.untold_kinds:
        stands_for_all = Application(id="", kind=kind, owner=PoolId(""), origin=Origin(_NOBODY))
        yield ApplicationSubject(observer=observer, application=stands_for_all, count=0)
    if isinstance(found, Unknown):
        return
    for _, items in alike(
        found,
        lambda each: (
            (each.kind, each.owner, each.runs_on, each.copies, each.copy_deleted),
            (each.agents, each.formal, each.console, each.plays, each.gateway),
        ),
    ):
        ids = tuple(each.id for each in items)
        yield ApplicationSubject(observer=observer, application=items[0], count=len(items), ids=ids)


def _by_access(observer: Observer) -> Iterator[tuple[Cohort, Maybe[str | None]]]:
    """Divide people by home and by the external access policy given in person."""
    population = _population(observer)
    given = population.assigned.get("external-access")
    if given is None or not given.tags:
        policy: Maybe[str | None] = Unknown("Get-CsUser") if given is None else None
        for cohort in _cohorts(observer):
            yield cohort, policy
        return
    for part in Division((population.home, given.code), population.people).parts:
        yield _cohort(observer, population, part), given.tag(part.group.values[1])


#: Stands for every partner where nobody told who they are.
_ANY_PARTNER: Final = Partner(domain="any partner", origin=Origin("assumption partner-side-works"))


def _partners(observer: Observer) -> Iterator[PartnerSubject]:
    """Pair people by home and policy with partners; where nobody told any, with one that stands for all."""
    partners = observer.state.partners
    if isinstance(partners, Unknown):
        partners = (_ANY_PARTNER,) if observer.has_edge else ()
    if not partners:
        return
    for cohort, policy in _by_access(observer):
        for partner in partners:
            yield PartnerSubject(observer=observer, cohort=cohort, partner=partner, access_policy=policy)


def _parties(observer: Observer) -> Iterator[PartySubject]:
    for party in observer.state.surroundings.parties:
        yield PartySubject(observer=observer, party=party)


def _clients(observer: Observer) -> Iterator[ClientSubject]:
    """Divide people by home, client, SIP domain, upgrade, and client version policy given in person."""
    population = _population(observer)
    given = population.assigned.get("client-version")
    groups = group_column(observer.state, population)
    divided = population.people_by_client if groups is None else population.people_by_client_and(groups)
    for part in divided.parts:
        home, *others = part.group.values
        routing = others.pop(0) if groups is not None else 0
        client, domain, upgraded, policy, *record = others
        if home >= len(population.pools):
            continue
        yield ClientSubject(
            observer=observer,
            home=population.pools[home],
            client=ClientGeneration(client),
            domain=population.domain_of(domain),
            people=part.count,
            part=part,
            upgraded=CLIENT_VERSIONS if upgraded == UNTOLD else bool(upgraded),
            policy=Unknown("Get-CsUser") if given is None else given.tag(policy),
            record=Version(record[0]) if record and record[0] else None,
            group=routing,
        )


def conversations(observer: Observer) -> Conversations:
    """Everybody's conversations with everybody, made when they are asked for.

    Raises :class:`Undecided` where nobody stated who is homed where.
    """
    return observer.once(("conversations",), lambda: Conversations(observer, tuple(_cohorts(observer))))


def _meetings(observer: Observer) -> Iterator[MeetingSubject]:
    population = _population(observer)
    meetings = population.meetings
    if isinstance(meetings, Unknown):
        raise Undecided(
            Outcome(
                disposition=Disposition.UNDECIDED,
                needs=(meetings.needs,),
                reason="nobody told which meetings are scheduled",
            )
        )
    given = population.assigned.get("conferencing")
    for group, organizers in population.meetings_alike(observer.state.day):
        home, tag, scheduled_on, by_upgraded, kind, directory, content, lost, *particular = group.values
        access, phones, old_link, pin = particular or (0, 0, 0, PIN_UNKNOWN)
        if home >= len(population.pools):
            continue
        yield MeetingSubject(
            observer=observer,
            host=population.pools[home],
            meetings=group.count,
            organizers=organizers,
            kind=MeetingKind(kind),
            scheduled_on=Unknown("meetings export") if scheduled_on == UNTOLD else Version(scheduled_on),
            by_upgraded=Unknown("meetings export") if by_upgraded == UNTOLD else bool(by_upgraded),
            example=group.first,
            policy=Unknown("Get-CsUser") if given is None else given.tag(tag),
            directory=directory - 1,
            stored=content,
            lost=lost,
            terms=Terms(Access(access), PhoneEntry(phones)) if access or phones else OPEN,
            old_link=bool(old_link),
            pin=pin,
            alike=group.values,
        )


def _organizers(observer: Observer) -> Iterator[Organizer]:
    population = _population(observer)
    given = population.assigned.get("conferencing")
    columns = [population.home] if given is None else [population.home, given.code]
    groups = group_column(observer.state, population)
    if groups is not None:
        columns.append(groups)
    for part in Division(columns, population.people).parts:
        code = 0 if given is None else part.group.values[1]
        routing = 0 if groups is None else part.group.values[-1]
        yield Organizer(
            observer=observer,
            cohort=_cohort(observer, population, part, routing),
            policy=Unknown("Get-CsUser") if given is None else given.tag(code),
            code=code,
        )


def _directories(observer: Observer) -> Iterator[DirectorySubject]:
    directories = observer.state.directories
    if isinstance(directories, Unknown):
        raise untold("nobody told which pools own the conference directories", directories.needs)
    population = observer.state.population
    meetings = None if isinstance(population, Unknown) else population.meetings
    if isinstance(meetings, Meetings) and np.any(meetings.directory == UNTOLD_DIRECTORY):
        meetings = None
    ahead: dict[int, int] = {}
    if isinstance(meetings, Meetings):
        codes, numbers = np.unique(
            meetings.directory[meetings.last >= observer.state.day], return_counts=True
        )
        ahead = dict(zip(codes.tolist(), numbers.tolist(), strict=True))
    for each in directories:
        number = ahead.get(each.number, 0) if isinstance(meetings, Meetings) else None
        yield DirectorySubject(observer=observer, directory=each, meetings=number)


def _deployment(observer: Observer) -> Iterator[DeploymentSubject]:
    yield DeploymentSubject(observer=observer)


def _steps(_observer: Observer) -> Iterator[StepSubject]:
    """Steps belong to a plan, which a state knows nothing about: whoever carries it out hands them over."""
    return iter(())


#: Goes through the subjects of one kind.
Listing: TypeAlias = Callable[[Observer], Iterable[Asked]]

#: Parameter names of checks that stand for a kind of subject.
SUBJECTS: Final[Mapping[str, Listing]] = {
    "service": _services,
    "server": _servers,
    "name": _names,
    "certificate": _certificates,
    "step": _steps,
    "pool": _pools,
    "site": _sites,
    "replica": _replicas,
    "user": _users,
    "client": _clients,
    "application": _applications,
    "partner": _partners,
    "party": _parties,
    "conversation": conversations,
    "meeting": _meetings,
    "organizer": _organizers,
    "directory": _directories,
    "deployment": _deployment,
}


def subject_class(listing: Callable[..., object]) -> type | None:
    """Return the class of what a listing goes through, by its annotation; None where that says nothing."""
    try:
        returned = get_type_hints(listing).get("return")
    except Exception:  # noqa: BLE001  # somebody else's annotation: a name that is not there when it runs
        return None
    if isinstance(returned, type) and not get_args(returned) and hasattr(returned, "__iter__"):
        return subject_class(returned.__iter__)
    yielded = next(iter(get_args(returned)), None)
    return yielded if isinstance(yielded, type) else None


def subjects(observer: Observer, kind: str, listing: Listing | None = None) -> tuple[Subject, ...]:
    """Everybody and everything of a kind (a parameter's name of checks), listed once for each observer.

    ``listing`` goes through the subjects of a kind that is not ours.

    Raises :class:`Undecided` where nobody stated who or what there is.
    """
    # Whatever somebody else's listing yields stands in for one of ours.
    return observer.once(
        ("subjects", kind), lambda: tuple(cast("Iterable[Subject]", (listing or SUBJECTS[kind])(observer)))
    )
