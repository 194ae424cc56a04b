"""What the guide says about phases 6 to 8: into production, services, retirement.

Law of this room: facts, one entry for each step, each with its source. An id with a letter that the guide
does not have (P8.5b, P8.7b) is a step that follows from what it says but that it does not number.
"""

from __future__ import annotations

from typing import Final

from coexistence.migration.guide.schema import NOTHING_TO_UNDO, GuideStep, Tool, after, provided, rather_after

__all__ = ["RETIRING"]

_ROUTES: Final = "Configure federation routes and media traffic"
_REMAINING: Final = "Move remaining users"
_SITES: Final = "Migrating multiple sites and pools"
_CMS: Final = "Move the Central Management Server"


def _cut_over(letter: str, verify: str, before: str = "", caution: str = "") -> GuideStep:
    needed = (
        (after(f"P6.1{before}", "the sub-steps of the cut-over have a fixed order", _ROUTES),)
        if before
        else ()
    )
    return GuideStep(
        id=f"P6.1{letter}",
        tool=Tool.TOPOLOGY_BUILDER,
        verify=verify,
        verified_by="P6.2",
        undo_how="in reverse order of P6.1a to P6.1h; documented for failing over Edge pools only",
        requires=needed,
        source=_ROUTES,
        caution=caution,
    )


RETIRING: Final = (
    # ------------------------------------------------------------------------------------ phase 6
    _cut_over("a", "no site has a federation route", caution="federated access is down until P6.1h is done"),
    _cut_over("b", "federation of the legacy Edge pool is off", "a"),
    _cut_over("c", "the external certificate is assigned on every new Edge Server", "b"),
    _cut_over("d", "federation of the new Edge pool is on", "c"),
    _cut_over("e", "the next hop of the new Edge pool is a new pool", "d"),
    _cut_over("f", "every new pool names the new Edge for media", "e"),
    _cut_over(
        "g",
        "every site routes to the new Edge",
        "f",
        caution="a warning about a second federated Edge is expected and may be ignored",
    ),
    _cut_over(
        "h",
        "the new Edge answers on 443 and 5061; the legacy Access Edge is Disabled",
        "g",
        caution="firewall and load balancer rules for 443 and 5061 belong to it; lower the TTL before",
    ),
    GuideStep(
        id="P6.2",
        tool=Tool.TEST_USERS,
        verify="messages, presence, calls and sharing with partners and from outside; guests join meetings",
        undo_how=NOTHING_TO_UNDO,
        source="Verify federation and remote access for external users",
    ),
    GuideStep(
        id="P6.3",
        tool=Tool.DNS,
        verify="the simple URLs answer from a new pool",
        undo_how="set the records back (derived)",
        source="Change simple URLs after migration",
    ),
    GuideStep(
        id="P6.4",
        tool=Tool.SHELL,
        verify="Get-CsUser shows the new pool; the conferencing policy of each person is the same as before",
        undo_how="Move-CsUser back to the legacy pool (implied by the guide; no written procedure)",
        requires=(
            after("P2.4", "clients without updates would not sign in", _REMAINING),
            after("P4.3", "the pilot proves that moving works", _REMAINING),
            rather_after("P6.1h", "the guide cuts federation over first", "Phase 6"),
        ),
        source=_REMAINING,
        caution="partners on legacy pools join only where the organizer's policy admits anonymous people",
    ),
    # ------------------------------------------------------------------------------------ phase 7
    GuideStep(
        id="P7.1",
        tool=Tool.SHELL,
        source="Migrate existing meetings and meeting content",
        undo_how="moved back with its organizer (assumed)",
        requires=(
            provided(
                "the moves carry -MoveConferenceData",
                "slides and attachments stay behind otherwise",
                "Migrate existing meetings and meeting content",
            ),
        ),
    ),
    GuideStep(
        id="P7.2",
        tool=Tool.SHELL,
        verify="Get-CsDialInConferencingAccessNumber shows none on a legacy pool",
        undo_how="back with the same cmdlet",
        source="Migrate dial-in access numbers",
        caution="when few people call",
    ),
    GuideStep(
        id="P7.3",
        tool=Tool.SHELL,
        verify="Get-CsCallParkOrbit shows no legacy pool",
        undo_how="set back (derived)",
        source="Migrate Call Park application settings",
        caution="custom music is copied between the file stores by hand",
    ),
    GuideStep(
        id="P7.4",
        tool=Tool.SHELL,
        verify="Get-CsRgsAgentGroup, -Queue and -Workflow show everything",
        undo_how="move the contacts back with Move-CsApplicationEndpoint; the legacy copy is still there",
        requires=(
            provided(
                "the new pool has the Response Group application",
                "the move has no target otherwise",
                "Migrate Response Groups",
            ),
            rather_after("P6.4", "agents are moved first", "Migrate Response Groups"),
        ),
        source="Migrate Response Groups",
        caution="never delete the legacy copy: the new one stops working",
    ),
    GuideStep(
        id="P7.5",
        tool=Tool.SHELL,
        source="Migrate Address Book",
        caution="only where normalization rules were customized or switched off",
    ),
    GuideStep(
        id="P7.6",
        tool=Tool.SHELL,
        verify="Get-CsWebServiceConfiguration",
        undo_how="set back",
        source="Configure the meeting join page",
    ),
    GuideStep(
        id="P7.7",
        tool=Tool.BACKUP,
        undo_how="old data is not migrated: keep the backup",
        requires=(
            after(
                "P6.4",
                "nobody may be left on a legacy pool",
                "Remove legacy Archiving and Monitoring servers",
            ),
        ),
        source="Remove legacy Archiving and Monitoring servers",
    ),
    GuideStep(
        id="P7.8",
        tool=Tool.TOPOLOGY_BUILDER,
        verify="the trusted application pool has the right next hop",
        source="Configure trusted application servers",
        caution="a legacy next hop is offered, and not supported",
    ),
    GuideStep(
        id="P7.9",
        tool=Tool.ROLLOUT,
        undo_how="downgrade the clients",
        source="Deploy clients",
        caution="meetings that upgraded clients schedule from here on do not survive a rollback",
    ),
    GuideStep(
        id="P7.10",
        tool=Tool.TOPOLOGY_BUILDER,
        source="Connect a Survivable Branch Appliance",
        caution="people off first, then delete, add, and people back",
    ),
    GuideStep(id="P7.11", tool=Tool.MONITORING, source="Configure SCOM monitoring"),
    GuideStep(
        id="P7.12",
        tool=Tool.SHELL,
        verify="Get-CsCommonAreaPhone shows the new pool",
        undo_how="back with the same cmdlet",
        source="Migrate common area phones",
    ),
    GuideStep(
        id="P7.13",
        tool=Tool.SHELL,
        verify="Get-CsAnalogDevice shows the new pool",
        undo_how="back with the same cmdlet",
        source="Migrate analog devices",
    ),
    GuideStep(
        id="P7.14",
        tool=Tool.EXCHANGE,
        source="What's new in Skype for Business Server 2019; Plan UM migration",
        requires=(
            after(
                "P6.4",
                "mailboxes go to Exchange 2019 only after their owners moved, or voice mail is lost",
                "Plan UM migration",
            ),
        ),
    ),
    GuideStep(
        id="P7.15",
        tool=Tool.TOPOLOGY_BUILDER,
        source="Configure XMPP gateway on Lync Server 2013",
        requires=(after("P6.4", "everybody is moved before", "Configure XMPP gateway on Lync Server 2013"),),
    ),
    GuideStep(
        id="P7.16",
        tool=Tool.SHELL,
        verify="rooms and members in Control Panel or shell",
        requires=(
            after("P6.4", "last of all", "Migration process details (Group Chat)"),
            provided(
                "the chat services are stopped",
                "data is exported at rest",
                "Migration process details (Group Chat)",
            ),
        ),
        source="Migration process details (Group Chat)",
    ),
    # ------------------------------------------------------------------------------------ phase 8
    GuideStep(
        id="P8.1",
        tool=Tool.DNS,
        verify="nslookup of each sign-in record and of the pool it names",
        undo_how="set back",
        requires=(
            after("P6.4", "the records stay on legacy until everybody is moved", "Update DNS SRV records"),
        ),
        source="Update DNS SRV records",
    ),
    GuideStep(
        id="P8.2",
        tool=Tool.SHELL,
        verify="replication is True for every server",
        undo_how="Move-CsManagementServer on the old pool cancels the move while the old store exists",
        requires=(
            provided(
                "Enable-CsTopology succeeds on the new pool", "there may be no store at all otherwise", _CMS
            ),
            provided("the Front-End service runs on the new pool", "the move is refused otherwise", _CMS),
            provided("you work at a server of the new pool itself", "not in a remote session", _CMS),
        ),
        source=_CMS,
        caution="then local setup on every computer that the cmdlet lists, legacy ones too",
    ),
    GuideStep(
        id="P8.3",
        tool=Tool.SHELL,
        verify="Get-CsConferenceDirectory shows none on a legacy pool",
        undo_how="a failed move cannot be taken back, only tried again; export the directories first",
        requires=(
            provided(
                "the directories are exported (Export-CsUserData)",
                "a failed move cannot be taken back",
                "Move conference directories",
                is_hard=False,
            ),
        ),
        source="Move conference directories",
        caution="with the new shell only; never with -Force: dial-in codes are lost",
    ),
    GuideStep(
        id="P8.4",
        tool=Tool.TOPOLOGY_BUILDER,
        verify="replication",
        requires=(after("P7.7", "what the old stores hold is not migrated", "Remove the Archiving Server"),),
        source="Remove the Archiving Server association; Remove the Monitoring Server association",
    ),
    GuideStep(id="P8.5", tool=Tool.TOPOLOGY_BUILDER, source="Reset call admission control"),
    GuideStep(
        id="P8.5b",
        tool=Tool.TOPOLOGY_BUILDER,
        verify="nothing in the topology points at a pool that goes",
        undo_how="set back, publish (derived)",
        source="derived: nothing that stays may point at a pool that is removed",
    ),
    GuideStep(
        id="P8.6",
        tool=Tool.LEGACY_CONTROL_PANEL,
        verify="Topology, Status: no active sessions",
        undo_how="allow sessions again",
        source="Prevent sessions for services",
    ),
    GuideStep(
        id="P8.7",
        tool=Tool.LEGACY_CONTROL_PANEL,
        verify="every legacy service is Stopped",
        undo_how="start the services",
        requires=(rather_after("P8.6", "sessions are drained before", "Prevent sessions for services"),),
        source="Stop services",
        caution="faults of retirement show now or never: leave it like this for a while",
    ),
    GuideStep(
        id="P8.7b",
        tool=Tool.SHELL,
        undo_how="irreversible",
        requires=(
            after("P8.2", "the store must have moved, and be stable", _CMS),
            provided(
                "replication is complete and stable",
                "the new store is left in an unknown state otherwise",
                _CMS,
            ),
        ),
        source=_CMS,
    ),
    GuideStep(
        id="P8.8",
        tool=Tool.TOPOLOGY_BUILDER,
        verify="replication",
        requires=(
            *(
                after(step, why, _SITES)
                for step, why in (
                    ("P6.4", "no account may be left"),
                    ("P7.2", "no access number may be left: calls to it fail"),
                    ("P7.3", "no orbit may be left"),
                    ("P7.4", "no contact of a response group may be left"),
                    ("P7.10", "no branch appliance may have it as backup registrar"),
                    ("P7.12", "no common area phone may be left"),
                    ("P7.13", "no analog device may be left"),
                    ("P8.1", "sign-in records may not name it any more"),
                    ("P8.2", "it may not host the Central Management store"),
                    ("P8.3", "no conference directory may be left: dial-in codes stop working"),
                    ("P8.5", "it may not host call admission control"),
                )
            ),
            rather_after("P8.7", "the services are stopped before", "Stop services"),
        ),
        source="Remove Front End pool or Standard Edition server",
        caution="for a Standard Edition server delete the definition of its SQL store too",
    ),
    GuideStep(
        id="P8.9",
        tool=Tool.SHELL,
        undo_how="irreversible",
        requires=(
            after("P8.8", "the pool must have left the topology", "Remove the SQL Server database"),
            provided(
                "you are sysadmin of the SQL Server",
                "databases are dropped",
                "Remove the SQL Server database",
            ),
        ),
        source="Remove the SQL Server database for a Front End pool",
    ),
)
