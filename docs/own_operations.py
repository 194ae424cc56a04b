"""Operations that no plan, fault, mistake or way back of ours builds: what each is there for.

They are for plans, faults and tests of people's own. An operation that is neither built nor listed here has
no reason to be.
"""

from __future__ import annotations

from typing import Final

__all__ = ["FOR_YOUR_OWN"]

#: By the name of the operation: when somebody would use it.
FOR_YOUR_OWN: Final = {
    "BackUpLog": "the way out of a transaction log that is full",
    "ChangeMachine": "mending a machine that a fault spoiled: port, clock, disk, registry",
    "CopyStoreFiles": "announcements, music and address book rules that somebody copies by hand",
    "DeleteLegacyResponseGroups": "tidying the old pool up before its time",
    "DrainServers": "maintenance in the middle of a move",
    "EnableComputer": "the step that changed simple URLs still lack",
    "EnableTopology": "the step before the Central Management store moves, which may fail",
    "FailServer": "a machine that dies in the middle of a move",
    "ImportChatRooms": "rooms that follow to a new chat pool",
    "InstallUpdate": "updates, one server after the other, and what a half-updated pool does",
    "InvokeReplication": "one replica that is brought up to date by hand",
    "MoveUnassignedNumbers": "ranges of unassigned numbers that follow their announcements",
    "OpenShell": "an administrator whose rights or tools changed while a shell was open",
    "RepointExternalParty": "archives, recorders and the like that follow to a new pool",
    "ResetPoolRegistrarState": "the way out of a lost quorum",
    "RunLocalSetup": "servers that setup was not run on after the Central Management store moved",
    "SetAgentConsole": "the address of the agent console that agents are given",
    "SetClientRules": "client version rules that let nobody in, or too many",
    "SetContactStorePolicy": "keeping contact lists out of Exchange before people move back",
    "SetExchangeUm": "Exchange's script, with the pools that it was run for",
    "SetGatewayAnswers": "gateways that do not know a new trunk",
    "SetMeetingConfiguration": "meeting settings of a new site or pool",
    "SetOutsideBlocks": "what the outer firewall keeps shut",
    "SetParticulars": "DHCP options, filters and privacy mode of your company",
    "SetPartner": "a partner whose side changes while you move",
    "SetSimpleUrls": "simple URLs of a new site, and links of old invitations",
    "SetTenant": "a cloud tenant that comes, changes or goes",
    "SynchronizeUsers": "waiting for the user replicator before anybody is moved",
    "UpdateRuntime": "application runtimes that have to be newer before their pool moves",
}
