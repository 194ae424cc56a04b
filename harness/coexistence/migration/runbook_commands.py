"""What an administrator types or clicks, step by step, on the objects of one deployment.

Law of this room: a cmdlet is written out only where the migration facts name it; everything else is said
in words, with the tool. Texts are made when somebody asks, from operations that stay what they are, and
whatever came from a file is quoted so that PowerShell takes it for a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from coexistence.errors import printable
from coexistence.migration.plan import Plan, PlanStep
from coexistence.model import operations as op
from coexistence.model.deployment import Application, Deployment
from coexistence.model.vocabulary import ApplicationKind, Feature, Unknown, have

__all__ = ["Instruction", "instructions", "quoted", "rollback_instructions"]

#: PowerShell ends a single-quoted text at any of these, and takes two of them for one.
_QUOTES: Final = (
    "'\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
    "\N{SINGLE LOW-9 QUOTATION MARK}\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}"
)
#: Operations of one kind that are told one by one; of more, the first and their number.
_TOLD: Final = 20


@dataclass(frozen=True, slots=True)
class Instruction:
    """One thing to do: a line for the shell, or words about a tool."""

    text: str
    is_command: bool = False


def quoted(text: str) -> str:
    """Return a PowerShell text that stands for exactly these characters, on one line.

    Control characters have no business in a name or address; they become question marks.

    >>> quoted("o'neill@contoso.com")
    "'o''neill@contoso.com'"
    """
    return "'" + "".join(each * 2 if each in _QUOTES else each for each in printable(text)) + "'"


def instructions(step: PlanStep, plan: Plan, deployment: Deployment) -> tuple[Instruction, ...]:
    """Return what is typed or clicked in a step of a plan."""
    made = list(_STANDING.get(step.id, ()))
    made += _told(step.operations, _Telling(plan, deployment, step))
    return tuple(made)


def rollback_instructions(
    operations: Iterable[op.Operation], plan: Plan, deployment: Deployment
) -> tuple[Instruction, ...]:
    """Return what is typed or clicked to go back."""
    return tuple(_told(operations, _Telling(plan, deployment, None)))


def _told(operations: Iterable[op.Operation], telling: _Telling) -> Iterator[Instruction]:
    counts: dict[type, int] = {}
    hidden: dict[type, int] = {}
    for operation in operations:
        kind = type(operation)
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] > _TOLD:
            hidden[kind] = hidden.get(kind, 0) + 1
            continue
        yield from telling.tell(operation)
    for number in hidden.values():
        yield Instruction(f"... and {number} more of the last kind")


def _say(text: str) -> Instruction:
    return Instruction(text)


def _type(text: str) -> Instruction:
    return Instruction(text, is_command=True)


#: What belongs to a step whatever the deployment is like, and no operation of the model says.
_STANDING: Final[dict[str, tuple[Instruction, ...]]] = {
    "P3.3": (_say("Define the pools that are published in the next step; clear their Edge association"),),
    "P5.3": (_type("Get-CsManagementStoreReplicationStatus"),),
    "P7.6": (
        _type("Set-CsWebServiceConfiguration -ShowJoinUsingLegacyClientLink $true"),
        _say("or -ShowAlternateJoinOptionsExpanded; both are off unless somebody sets them"),
    ),
    "P7.5": (_say("Copy the rules file to the new share; then:"), _type("Update-CsAddressBook")),
    "P7.16": (_type("Export-CsPersistentChatData"), _type("Import-CsPersistentChatData -WhatIf")),
    "P8.2": (
        _say("Create the new Central Management database (Install-CsDatabase), then on the new pool:"),
        _type("Enable-CsTopology"),
    ),
    "P8.9": (
        _type("Uninstall-CsDatabase -DatabaseType User"),
        _type("Uninstall-CsDatabase -DatabaseType Application"),
        _say("for each SQL Server that only removed pools used, which leaves the topology first"),
    ),
}


class _Telling:
    """Turns operations into words for one deployment and plan."""

    def __init__(self, plan: Plan, deployment: Deployment, step: PlanStep | None) -> None:
        self.plan = plan
        self.deployment = deployment
        self.step = step

    def tell(self, operation: op.Operation) -> Iterator[Instruction]:
        """Return the words for one operation."""
        tell = _WORDS.get(type(operation))
        if tell is None:
            name = type(operation).__name__
            words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
            yield _say(words.strip().capitalize())
        else:
            yield from tell(self, operation)

    # ------------------------------------------------------------ people

    def _homed_on(self, selection: op.Selection) -> str:
        # As the export page reads the property: it is an object, not a text.
        return f'Get-CsUser | Where-Object {{ "$($_.RegistrarPool)" -eq {quoted(selection.on)} }}'

    def move_users(self, move: op.MoveUsers) -> Iterator[Instruction]:
        """Say how people are moved."""
        users = move.users
        how = f"Move-CsUser -Target {quoted(move.to)}"
        how += " -MoveConferenceData" if move.with_content else ""
        how += " -Force" if move.force else ""
        if users.listed is not None:
            wish = self._wish()
            file = quoted(wish) if wish else "<file with the addresses, one a line>"
            if have(self.plan.target, Feature.MOVE_BY_LIST) is True:
                yield _type(f"{how} -UserList {file} -Report 'moved.csv'")
            else:
                yield _type(f"Get-Content {file} | Get-CsUser | {how}")
            yield _say(f"{len(users.listed)} of that list are on {users.on}")
        else:
            some = f" | Select-Object -First {users.first}" if users.first is not None else ""
            yield _type(f"{self._homed_on(users)}{some} | {how}")
        if (users.without_xmpp or users.without_chat) and self._some_stay:
            yield _say("leave out people who use XMPP or Persistent Chat")
        if users.first is not None:
            yield _say("any people will do; take those who agreed to it")

    @property
    def _some_stay(self) -> bool:
        """Whether anybody is known to need, or may need, what the new version lacks."""
        people = self.deployment.population
        return isinstance(people, Unknown) or bool((people.xmpp != 0).any() or (people.chat != 0).any())

    def _wish(self) -> str:
        wave = self.step.wave if self.step else None
        return next((each.list_file for each in self.plan.own.waves if wave and each.name == wave.name), "")

    def upgrade(self, change: op.UpgradeClients) -> Iterator[Instruction]:
        """Say who gets which client."""
        yield _say(f"Software deployment: {_client(change.to)} to those who came to {change.users.on}")

    def downgrade(self, change: op.DowngradeClients) -> Iterator[Instruction]:
        """Say whose client goes back."""
        yield _say(f"Software deployment: the earlier client to upgraded people on {change.users.on}")

    def reschedule(self, change: op.RescheduleMeetings) -> Iterator[Instruction]:
        """Say whose meetings are made again."""
        yield _say(f"Organizers on {change.by.on}: schedule meetings again that an upgraded client scheduled")

    def contact_store(self, change: op.RollBackContactStore) -> Iterator[Instruction]:
        """Say how contact lists come back from Exchange."""
        yield _say("Take unified contact store out of the policy first (UcsAllowed), then:")
        yield _type(f"{self._homed_on(change.users)} | Invoke-CsUcsRollback")

    # ------------------------------------------------------------ objects

    def _owned(self, pool: str, kind: ApplicationKind) -> list[Application] | None:
        known = self.deployment.applications
        if isinstance(known, Unknown):
            return None
        return [each for each in known if each.owner == pool and each.kind is kind]

    def move_applications(self, move: op.MoveApplications) -> Iterator[Instruction]:
        """Say how objects of each kind are moved."""
        wanted = move.kinds or frozenset(ApplicationKind)
        for kind in ApplicationKind:
            if kind not in wanted:
                continue
            owned = self._owned(move.source, kind)
            if owned == []:
                continue
            yield from self._objects(kind, owned, move.source, move.to)

    def _objects(
        self, kind: ApplicationKind, owned: list[Application] | None, source: str, to: str
    ) -> Iterator[Instruction]:
        whole = _WHOLE_POOL.get(kind)
        if whole:
            yield _type(
                f"Get-Cs{whole} -Filter {{RegistrarPool -eq {quoted(source)}}} | "
                f"Move-Cs{whole} -Target {quoted(to)}"
            )
            return
        if kind in _ENDPOINTS and owned is not None and all(each.uri for each in owned):
            for each in owned[:_TOLD]:
                uri = each.uri if each.uri.lower().startswith("sip:") else f"sip:{each.uri}"
                yield _type(f"Move-CsApplicationEndpoint -Identity {quoted(uri)} -Target {quoted(to)}")
            if len(owned) > _TOLD:
                yield _say(f"... and {len(owned) - _TOLD} more")
            return
        if kind is ApplicationKind.CALL_PARK_ORBIT:
            for orbit in owned or ():
                yield _type(
                    f"Set-CsCallParkOrbit -Identity {quoted(orbit.id)} "
                    f"-CallParkService {quoted(f'service:ApplicationServer:{to}')}"
                )
        if kind is ApplicationKind.CALL_PARK_ORBIT and owned:
            return
        number = "every" if owned is None else f"{len(owned)}"
        yield _say(f"{_OBJECT_WORDS.get(kind, kind.value)}: {number} from {source} to {to}")

    def response_groups(self, move: op.MoveResponseGroups) -> Iterator[Instruction]:
        """Say how response groups are copied."""
        yield _type(f"Move-CsRgsConfiguration -Source {quoted(move.source)} -Destination {quoted(move.to)}")

    def directories(self, move: op.MoveConferenceDirectories) -> Iterator[Instruction]:
        """Say how conference directories are moved."""
        known = self.deployment.directories
        numbers = [] if isinstance(known, Unknown) else [x.number for x in known if x.owner == move.source]
        force = " -Force" if move.force else ""
        for number in numbers:
            yield _type(f"Move-CsConferenceDirectory -Identity {number} -TargetPool {quoted(move.to)}{force}")
        if isinstance(known, Unknown):
            yield _type("Get-CsConferenceDirectory")
            yield _say(
                f"each one of {move.source}: Move-CsConferenceDirectory -Identity <n> "
                f"-TargetPool {quoted(move.to)}"
            )

    def cms(self, _move: op.MoveCms) -> Iterator[Instruction]:
        """Say how the Central Management store is moved."""
        yield _type("Move-CsManagementServer")
        yield _say("Deployment Wizard, step 2, on every computer that it lists; restart the new server")
        yield _type("Get-CsManagementStoreReplicationStatus")

    def old_store(self, change: op.RemoveCmsDatabase) -> Iterator[Instruction]:
        """Say how the old Central Management database is removed."""
        yield _say(f"On a server of {change.pool}, once replication is complete and stable:")
        yield _type("Uninstall-CsDatabase -CentralManagementDatabase")

    # ------------------------------------------------------------ topology and names

    def publish(self, change: op.PublishTopology) -> Iterator[Instruction]:
        """Say what is published."""
        for pool in change.pools:
            edition = f" {pool.edition.value}" if pool.edition else ""
            servers = f"{len(pool.servers)} server" + ("s" if len(pool.servers) != 1 else "")
            site = self.deployment.site_by_id.get(pool.site)
            place = site.name if site else pool.site
            yield _say(f"{pool.fqdn}:{edition} {pool.role.value}, {servers}, site {place}")
        yield _say("Publish")

    def databases(self, change: op.RemoveDatabases) -> Iterator[Instruction]:
        """Name the SQL Server instances whose databases go."""
        yield _say(f"SQL Server: {', '.join(change.stores)}")

    def remove(self, change: op.RemovePool) -> Iterator[Instruction]:
        """Say what is deleted."""
        yield _say(f"Delete {change.pool} and publish")

    def records(self, change: op.SetDnsRecords) -> Iterator[Instruction]:
        """Say which names lead where."""
        # Going back restores every record; a pool's own name never led elsewhere.
        told = [each for each in change.records if self.step or each.name != each.target]
        for record in told[:_TOLD]:
            yield _say(f"DNS, {record.side}: {record.kind} {record.name} to {record.target}")
        if len(told) > _TOLD:
            yield _say(f"... and {len(told) - _TOLD} more")

    def start(self, change: op.StartServices) -> Iterator[Instruction]:
        """Say what is installed and started."""
        known = self.deployment.pool_by_id.get(change.pool)
        yield _say(f"{known.fqdn if known else change.pool}: install on every server; then there:")
        yield _type("Start-CsWindowsService")

    def stop(self, change: op.StopServices) -> Iterator[Instruction]:
        """Say what is stopped."""
        yield _say(f"Topology, Status: stop all services of {change.pool}")

    def media(self, change: op.AssociateMediaEdge) -> Iterator[Instruction]:
        """Say which Edge relays media for which pool."""
        yield _say(f"{change.pool}: Associate Edge pool (for media) = {change.edge or 'none'}")

    def route(self, change: op.SwitchFederationRoute) -> Iterator[Instruction]:
        """Say which way federation takes from a site."""
        to = "as before" if isinstance(change.to, Unknown) else change.to or "off"
        site = self.deployment.site_by_id.get(change.site)
        yield _say(f"Site {site.name if site else change.site}: Enable SIP federation = {to}")

    def federation(self, change: op.SetEdgeFederation) -> Iterator[Instruction]:
        """Say whether an Edge federates."""
        yield _say(f"{change.edge}: Enable federation (port 5061) {'on' if change.enabled else 'off'}")

    def xmpp(self, change: op.SetEdgeXmpp) -> Iterator[Instruction]:
        """Say whether an Edge has XMPP."""
        yield _say(f"{change.edge}: Enable XMPP federation (port 5269) {'on' if change.enabled else 'off'}")

    def next_hop(self, change: op.SetNextHop) -> Iterator[Instruction]:
        """Say where a pool hands traffic to."""
        yield _say(f"{change.pool}: next hop = {change.to}")

    def disable(self, change: op.DisableService) -> Iterator[Instruction]:
        """Say which service is disabled."""
        yield _say(f"{change.pool}: stop {change.service} on every server, startup type Disabled")

    def enable(self, change: op.EnableService) -> Iterator[Instruction]:
        """Say which service starts again."""
        yield _say(f"{change.pool}: {change.service} on every server: startup type Automatic, start it")

    def certificates(self, change: op.AssignCertificates) -> Iterator[Instruction]:
        """Say which certificates are assigned."""
        for each in change.certificates[:_TOLD]:
            yield _say(f"{each.pool}: certificate for {each.use}, issued by {each.issuer}")

    def routes(self, change: op.SetVoiceRoutes) -> Iterator[Instruction]:
        """Say which voice routes name new trunks."""
        names = ", ".join(route.name for route in change.routes[:5])
        more = f" and {len(change.routes) - 5} more" if len(change.routes) > 5 else ""
        yield _say(f"Voice routes: add the new trunks to {names}{more}")

    def admission(self, change: op.MoveCallAdmissionControl) -> Iterator[Instruction]:
        """Say where call admission control goes."""
        yield _say(f"Call admission control: from {change.source} to {change.to}")

    def stores(self, change: op.RemoveArchivingMonitoring) -> Iterator[Instruction]:
        """Say which associations are cleared."""
        yield _say(f"{change.pool}: clear Archiving and Monitoring associations")

    def directory(self, change: op.PrepareDirectory) -> Iterator[Instruction]:
        """Say what is prepared."""
        yield _say(f"Prepare schema, forest and domain for {change.version.product}")

    def tools(self, change: op.InstallTools) -> Iterator[Instruction]:
        """Say which tools are installed."""
        yield _say(f"Install the administrative tools of {change.version.product}")
        yield _say("Topology Builder: Download topology from existing deployment")

    def replicate(self, _change: op.Replicate) -> Iterator[Instruction]:
        """Say how replication is waited for."""
        if self.step is None or self.step.id not in _STANDING:
            yield _type("Get-CsManagementStoreReplicationStatus")
        yield _say("wait until UpToDate is True everywhere")

    def nothing(self, _change: object) -> Iterator[Instruction]:
        """Say nothing: it is done by people, or by the calendar."""
        yield from ()


def _client(client: Any) -> str:
    name = client.label
    return f"the {name} client"


#: Objects that are fetched and moved by the pool that they are on.
_WHOLE_POOL: Final = {
    ApplicationKind.COMMON_AREA_PHONE: "CommonAreaPhone",
    ApplicationKind.ANALOG_DEVICE: "AnalogDevice",
}
#: Contact objects that ``Move-CsApplicationEndpoint`` moves.
_ENDPOINTS: Final = (
    ApplicationKind.ACCESS_NUMBER,
    ApplicationKind.TRUSTED_ENDPOINT,
    ApplicationKind.RESPONSE_GROUP,
)
_OBJECT_WORDS: Final = {
    ApplicationKind.ACCESS_NUMBER: "Dial-in access numbers (Move-CsApplicationEndpoint)",
    ApplicationKind.TRUSTED_ENDPOINT: "Application endpoints (Move-CsApplicationEndpoint)",
    ApplicationKind.RESPONSE_GROUP: "Contacts of response groups (Move-CsApplicationEndpoint)",
    ApplicationKind.CALL_PARK_ORBIT: "Call park orbits (Set-CsCallParkOrbit)",
    ApplicationKind.UNASSIGNED_NUMBERS: "Announcements and ranges of unassigned numbers",
    ApplicationKind.EXCHANGE_UM: "Exchange UM contacts",
}
_WORDS: Final[dict[type, Callable[[_Telling, Any], Iterator[Instruction]]]] = {
    op.MoveUsers: _Telling.move_users,
    op.UpgradeClients: _Telling.upgrade,
    op.DowngradeClients: _Telling.downgrade,
    op.RescheduleMeetings: _Telling.reschedule,
    op.RollBackContactStore: _Telling.contact_store,
    op.MoveApplications: _Telling.move_applications,
    op.MoveResponseGroups: _Telling.response_groups,
    op.MoveConferenceDirectories: _Telling.directories,
    op.MoveCms: _Telling.cms,
    op.PublishTopology: _Telling.publish,
    op.RemovePool: _Telling.remove,
    op.SetDnsRecords: _Telling.records,
    op.StartServices: _Telling.start,
    op.StopServices: _Telling.stop,
    op.AssociateMediaEdge: _Telling.media,
    op.SwitchFederationRoute: _Telling.route,
    op.SetEdgeFederation: _Telling.federation,
    op.SetEdgeXmpp: _Telling.xmpp,
    op.SetNextHop: _Telling.next_hop,
    op.DisableService: _Telling.disable,
    op.EnableService: _Telling.enable,
    op.AssignCertificates: _Telling.certificates,
    op.SetVoiceRoutes: _Telling.routes,
    op.MoveCallAdmissionControl: _Telling.admission,
    op.RemoveArchivingMonitoring: _Telling.stores,
    op.PrepareDirectory: _Telling.directory,
    op.InstallTools: _Telling.tools,
    op.Replicate: _Telling.replicate,
    op.RemoveCmsDatabase: _Telling.old_store,
    op.RemoveDatabases: _Telling.databases,
    op.HoldMeetings: _Telling.nothing,
    op.ScheduleMeetings: _Telling.nothing,
    op.LetDaysPass: _Telling.nothing,
}
