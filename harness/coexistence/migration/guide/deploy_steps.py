"""What the guide says about phases 1 to 5: plan, prepare, pilot pool, pilot users, pilot Edge.

Law of this room: facts, one entry for each step, each with its source.
"""

from __future__ import annotations

from typing import Final

from coexistence.migration.guide.schema import NOTHING_TO_UNDO, GuideStep, Tool, after, provided

__all__ = ["DEPLOYING"]

_DEPLOY: Final = "Deploy pilot pool"
_SITES: Final = "Migrating multiple sites and pools"

DEPLOYING: Final = (
    # ------------------------------------------------------------------------------------ phase 1
    GuideStep(
        id="P1.1",
        tool=Tool.PAPER,
        undo_how=NOTHING_TO_UNDO,
        source="User migration",
        caution="test users first, then pilot users of production with validation, then everybody else",
    ),
    GuideStep(
        id="P1.2",
        tool=Tool.PAPER,
        undo_how=NOTHING_TO_UNDO,
        source="Migrating Archiving and Monitoring servers",
        caution="legacy Archiving and Monitoring capture nothing from the new pools",
    ),
    GuideStep(
        id="P1.3",
        tool=Tool.PAPER,
        undo_how=NOTHING_TO_UNDO,
        source="Administering servers after migration",
        caution="tools of two versions cannot be installed on one computer",
    ),
    GuideStep(id="P1.4", tool=Tool.PAPER, undo_how=NOTHING_TO_UNDO, source=_SITES),
    GuideStep(
        id="P1.5",
        tool=Tool.PAPER,
        undo_how=NOTHING_TO_UNDO,
        source="Migrating XMPP federation",
        caution="people who need what the new version lacks stay on legacy pools",
    ),
    # ------------------------------------------------------------------------------------ phase 2
    GuideStep(
        id="P2.1",
        tool=Tool.UPDATES,
        verify="compare the installed versions with the current updates",
        source="Apply updates",
    ),
    GuideStep(
        id="P2.2",
        tool=Tool.DNS,
        verify="every new pool name resolves",
        undo_how="delete the records (derived)",
        requires=(
            provided(
                "you are in Domain Admins or DnsAdmins",
                "records cannot be created otherwise",
                "Configure DNS records for pilot pool deployment",
            ),
        ),
        source="Configure DNS records for pilot pool deployment",
    ),
    GuideStep(
        id="P2.3",
        tool=Tool.BACKUP,
        verify="the backup exists, and a list of who is homed where",
        undo_how="nothing to undo: going back rests on it",
        source="Back up systems and data",
    ),
    GuideStep(
        id="P2.4",
        tool=Tool.LEGACY_CONTROL_PANEL,
        verify="the client version policy admits only clients with current updates",
        undo_how="remove the rule",
        requires=(
            after("P2.1", "the filter turns away clients without updates", "Configure clients for migration"),
        ),
        source="Configure clients for migration",
    ),
    GuideStep(
        id="P2.5",
        tool=Tool.SERVICES,
        verify="services run; servers are listed; routes, media associations and next hops are written down",
        undo_how=NOTHING_TO_UNDO,
        source="Verify environment",
    ),
    # ------------------------------------------------------------------------------------ phase 3
    GuideStep(
        id="P3.1",
        tool=Tool.DIRECTORY_SETUP,
        undo_how="not documented (the schema cannot be taken back)",
        source="Prepare Active Directory",
    ),
    GuideStep(
        id="P3.2",
        tool=Tool.TOPOLOGY_BUILDER,
        verify="the legacy servers appear under their own node",
        undo_how=NOTHING_TO_UNDO,
        requires=(
            after("P3.1", "no coexistence without prepared directory", "Prepare Active Directory"),
            provided(
                "the machine carries no tools of another version",
                "tools of two versions cannot be installed on one computer",
                "Administering servers after migration",
            ),
        ),
        source="Download topology from existing deployment",
    ),
    GuideStep(
        id="P3.3",
        tool=Tool.TOPOLOGY_BUILDER,
        verified_by="P3.4",
        undo_how="discard the draft",
        requires=(
            after("P3.2", "the draft starts from the downloaded topology", _DEPLOY),
            after("P2.2", "the name of the new pool must resolve", _DEPLOY),
            provided(
                "legacy Mediation Servers are collocated with their Front Ends",
                "they must be before the versions are merged; they may stand alone again later",
                _DEPLOY,
            ),
            provided(
                "new pools use SQL instances of their own",
                "Topology Builder refuses an instance that a legacy pool uses",
                "Supported server migration paths and coexistence scenarios",
            ),
        ),
        source=_DEPLOY,
        caution="leave the association with an Edge pool for media off",
    ),
    GuideStep(
        id="P3.4",
        tool=Tool.TOPOLOGY_BUILDER,
        verify="the replication status is current",
        undo_how="keep the old topology file; otherwise not documented",
        requires=(after("P3.3", "there is nothing new to publish before", _DEPLOY),),
        source=_DEPLOY,
        caution="the legacy pool is still the master of the Central Management store",
    ),
    GuideStep(
        id="P3.5",
        tool=Tool.WIZARD,
        verified_by="P3.6",
        requires=(after("P3.4", "servers install what the topology says of them", _DEPLOY),),
        source=_DEPLOY,
    ),
    GuideStep(
        id="P3.6",
        tool=Tool.CONTROL_PANEL,
        verify="every service of the new pools runs; the new Control Panel opens legacy and new pools",
        undo_how=NOTHING_TO_UNDO,
        requires=(after("P3.5", "nothing runs before", "Verify pilot pool coexistence with legacy pool"),),
        source="Verify pilot pool coexistence with legacy pool",
        caution="from here on do not open the topology with the legacy Topology Builder",
    ),
    GuideStep(
        id="P3.7",
        tool=Tool.TOPOLOGY_BUILDER,
        verify="external tests through the legacy Edge",
        undo_how="clear route and association, publish (derived)",
        requires=(after("P3.6", "only a pool that runs is connected", "Connect pilot pool to legacy Edge"),),
        source="Connect pilot pool to legacy Edge Servers",
    ),
    GuideStep(
        id="P3.8",
        tool=Tool.LEGACY_CONTROL_PANEL,
        source="Configure XMPP gateway access policies and certificates",
        requires=(
            provided(
                "a legacy XMPP gateway is deployed",
                "the policy is for people who stay with it",
                "Configure XMPP gateway access policies and certificates",
            ),
        ),
    ),
    # ------------------------------------------------------------------------------------ phase 4
    GuideStep(
        id="P4.1",
        tool=Tool.LEGACY_CONTROL_PANEL,
        verify="the Registrar pool column",
        undo_how=NOTHING_TO_UNDO,
        source="View current users in legacy pool",
    ),
    GuideStep(
        id="P4.2",
        tool=Tool.EVENTS,
        verify="event 30024 of LS User Replicator is in the log of every new Front End",
        undo_how=NOTHING_TO_UNDO,
        requires=(after("P3.5", "the new Front Ends must run", "Verify user replication has completed"),),
        source="Verify user replication has completed",
        caution="the first replication may take up to two hours",
    ),
    GuideStep(
        id="P4.3",
        tool=Tool.SHELL,
        verify="Get-CsUser shows the new pool",
        undo_how="Move-CsUser back to the legacy pool (implied by the guide; no written procedure)",
        requires=(after("P4.2", "a move before the first replication can fail", "Verify user replication"),),
        source="Move a single user to the pilot pool; Move multiple users to the pilot pool",
        caution="legacy tools cannot move people to the new version",
    ),
    # ------------------------------------------------------------------------------------ phase 5
    GuideStep(
        id="P5.1",
        tool=Tool.TOPOLOGY_BUILDER,
        verified_by="P5.3",
        undo_how="delete the pool, publish (derived)",
        requires=(after("P3.6", "the pilot pool comes before its Edge", "Deploy pilot Edge Server"),),
        source="Deploy pilot Edge Server",
        caution="federation and XMPP off; the next hop of the legacy Edge; no pool associated",
    ),
    GuideStep(
        id="P5.2",
        tool=Tool.WIZARD,
        verified_by="P5.3",
        requires=(after("P5.1", "servers install what the topology says", "Deploy pilot Edge Server"),),
        source="Deploy pilot Edge Server",
    ),
    GuideStep(
        id="P5.3",
        tool=Tool.SHELL,
        verify="UpToDate is True for every server",
        undo_how=NOTHING_TO_UNDO,
        source="Verify configuration settings",
        caution="where it is False: Invoke-CsManagementStoreReplication, wait, look again",
    ),
)
