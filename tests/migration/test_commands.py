"""What an administrator types, on real names, and how it is quoted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from helpers import built, front_end, new, one_pool
from hypothesis import given
from hypothesis import strategies as st
from strategies import deployments

from coexistence.errors import printable
from coexistence.migration import Plan, make_plan
from coexistence.migration.runbook_commands import Instruction, instructions, quoted, rollback_instructions
from coexistence.model import operations as op
from coexistence.model.blueprint import BranchBlueprint, PoolBlueprint
from coexistence.model.vocabulary import Checkpoint, Version

if TYPE_CHECKING:
    from coexistence.model.deployment import Deployment

RICH = built(
    one_pool(
        pool=PoolBlueprint(
            dial_in=True,
            voice=True,
            response_groups=1,
            call_park=True,
            common_area_phones=1,
            analog_devices=1,
        ),
        branches=(BranchBlueprint(),),
        trusted_applications=1,
    )
)
OLD = front_end(RICH)
PLAN = make_plan(RICH)
#: Cmdlets that the migration facts name, and what PowerShell itself brings along.
KNOWN = {
    "Enable-CsTopology", "Export-CsPersistentChatData", "Get-CsAnalogDevice", "Get-CsCommonAreaPhone",
    "Get-CsConferenceDirectory", "Get-CsManagementStoreReplicationStatus", "Get-CsUser",
    "Import-CsPersistentChatData", "Invoke-CsUcsRollback", "Move-CsAnalogDevice",
    "Move-CsApplicationEndpoint", "Move-CsCommonAreaPhone", "Move-CsConferenceDirectory",
    "Move-CsManagementServer", "Move-CsRgsConfiguration", "Move-CsUser", "Set-CsCallParkOrbit",
    "Set-CsWebServiceConfiguration", "Start-CsWindowsService",
    "Uninstall-CsDatabase", "Update-CsAddressBook", "Where-Object", "Select-Object", "Get-Content",
}  # fmt: skip


def typed(step: str, plan: Plan = PLAN, deployment: Deployment = RICH) -> list[str]:
    found = next(each for each in plan.steps if each.key == step)
    return [each.text for each in instructions(found, plan, deployment) if each.is_command]


@pytest.mark.parametrize(
    ("step", "command"),
    [
        ("P7.4", f"Move-CsRgsConfiguration -Source '{OLD}' -Destination '{new(OLD)}'"),
        (
            "P7.12",
            (
                f"Get-CsCommonAreaPhone -Filter {{RegistrarPool -eq '{OLD}'}} | "
                f"Move-CsCommonAreaPhone -Target '{new(OLD)}'"
            ),
        ),
        ("P8.3", f"Move-CsConferenceDirectory -Identity 1 -TargetPool '{new(OLD)}'"),
        ("P8.2", "Move-CsManagementServer"),
        (
            "P6.4",
            (
                f"Get-CsUser | Where-Object {{ \"$($_.RegistrarPool)\" -eq '{OLD}' }} | "
                f"Move-CsUser -Target '{new(OLD)}' -MoveConferenceData"
            ),
        ),
    ],
)
def test_cmdlets_are_on_real_names(step: str, command: str) -> None:
    assert command in typed(step)


def test_the_pilot_is_so_many_of_a_pool() -> None:
    (command,) = typed("P4.3")

    assert "| Select-Object -First 2 | Move-CsUser" in command


def test_access_numbers_are_moved_one_by_one() -> None:
    assert typed("P7.2")
    assert all(
        re.fullmatch(rf"Move-CsApplicationEndpoint -Identity 'sip:[^']+' -Target '{new(OLD)}'", each)
        for each in typed("P7.2")
    )


@given(deployments())
def test_no_cmdlet_is_invented(deployment: Deployment) -> None:
    plan = make_plan(deployment)
    made: list[Instruction] = []
    for step in plan.steps:
        made += instructions(step, plan, deployment)
    made += rollback_instructions(plan.rollback(Checkpoint.POST_MIGRATION), plan, deployment)

    used = {
        name for each in made if each.is_command for name in re.findall(r"(?:^|\| )([A-Z]\w+-\w+)", each.text)
    }
    assert used <= KNOWN
    assert all(each.text and "\n" not in each.text for each in made)


def test_every_operation_of_a_plan_is_said_in_words_or_commands() -> None:
    for step in PLAN.steps:
        silent = (op.ScheduleMeetings, op.LetDaysPass)
        loud = [each for each in step.operations if not isinstance(each, silent)]
        if loud:
            assert instructions(step, PLAN, RICH), step.key


@given(st.text())
def test_a_name_stays_one_text_for_powershell(name: str) -> None:
    made = quoted(name)

    assert (made[0], made[-1]) == ("'", "'")
    assert printable(made) == made
    # Inside, every sign that would end the text stands twice.
    assert not re.sub(r"(['\u2018\u2019\u201a\u201b])\1", "", made[1:-1]).strip(
        "".join(set(made) - set("'\u2018\u2019\u201a\u201b"))
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ann@contoso.com", "'ann@contoso.com'"),
        ("o'neill@contoso.com", "'o''neill@contoso.com'"),
        ("x'; Remove-Item *; '", "'x''; Remove-Item *; '''"),
        ("x\u2019; y", "'x\u2019\u2019; y'"),
        ("$(whoami)`n\n", "'$(whoami)`n?'"),
    ],
)
def test_names_are_quoted(name: str, text: str) -> None:
    assert quoted(name) == text


def test_a_2010_pool_moves_with_what_2013_has() -> None:
    deployment = built(one_pool(legacy=Version.L10, target=Version.L13))
    plan = make_plan(deployment, Version.L13)

    assert typed("P6.4", plan, deployment)
