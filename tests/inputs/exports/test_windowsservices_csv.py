from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest

from coexistence.inputs.exports import FileAccount, Imported
from coexistence.model.vocabulary import ServerId, ServiceState, Unknown

if TYPE_CHECKING:
    from coexistence.model.deployment import Server

Read = Callable[[Mapping[str, str | bytes]], Imported]
Account = Callable[[str | bytes], FileAccount]

_HEADER = "ComputerName,Name,DisplayName,Status,RoleName\n"


def _server(read: Imported, name: str) -> Server:
    return read.deployment.server_by_id[ServerId(name)]


def _states(server: Server) -> dict[str, object]:
    assert not isinstance(server.services, Unknown)
    return {reading.name: reading.state for reading in server.services}


def test_states_are_words_or_numbers_in_any_case(imported: Read) -> None:
    text = _HEADER + (
        "fe1.contoso.com,RTCSRV,Front-End,running,\n"
        "FE1.contoso.com.,W3SVC,Web,4,\n"
        "fe1.contoso.com,REPLICA,Replica,StartPending,\n"
        "fe1.contoso.com,RTCCLSAGT,Logging,1,\n"
    )
    states = _states(_server(imported({"w.csv": text}), "fe1.contoso.com"))

    assert states == {
        "RTCSRV": ServiceState.RUNNING,
        "W3SVC": ServiceState.RUNNING,
        "REPLICA": ServiceState.START_PENDING,
        "RTCCLSAGT": ServiceState.STOPPED,
    }


def test_a_status_that_nobody_described_is_unknown_not_stopped(imported: Read) -> None:
    text = _HEADER + "fe1.contoso.com,RTCSRV,Front-End,Sleeping,\nfe1.contoso.com,W3SVC,Web,,\n"
    read = imported({"w.csv": text})
    states = _states(_server(read, "fe1.contoso.com"))

    assert states == dict.fromkeys(("RTCSRV", "W3SVC"), Unknown("Get-CsWindowsService"))
    notes = next(each for each in read.files if each.file == "w.csv").notes
    assert notes[0].startswith("line 2: the status 'Sleeping' is not known")
    assert notes[1].startswith("line 3: the column Status is empty")


def test_a_server_that_could_not_be_asked_stays_unknown(imported: Read) -> None:
    text = _HEADER + "edge1.contoso.com,,,NotCollected,\nfe1.contoso.com,RTCSRV,Front-End,Running,\n"
    read = imported({"w.csv": text})

    assert _server(read, "edge1.contoso.com").services == Unknown("Get-CsWindowsService")
    assert _server(read, "fe2.contoso.com").services == Unknown("Get-CsWindowsService")


def test_one_file_per_server_adds_up(imported: Read) -> None:
    read = imported(
        {
            "all.csv": _HEADER + "edge1.contoso.com,,,NotCollected,\nfe1.contoso.com,RTCSRV,F,Running,\n",
            "edge.csv": _HEADER + "EDGE1,RTCSRV,Access Edge,Stopped,\n",
        }
    )

    assert _states(_server(read, "edge1.contoso.com")) == {"RTCSRV": ServiceState.STOPPED}
    assert _states(_server(read, "fe1.contoso.com")) == {"RTCSRV": ServiceState.RUNNING}


def test_the_first_of_two_readings_is_kept_and_the_difference_noted(imported: Read) -> None:
    text = _HEADER + "fe1.contoso.com,RTCSRV,F,Running,\nfe1.contoso.com,rtcsrv,F,Stopped,\n"
    read = imported({"w.csv": text})
    account = next(each for each in read.files if each.file == "w.csv")

    assert _states(_server(read, "fe1.contoso.com")) == {"RTCSRV": ServiceState.RUNNING}
    assert account.notes == (
        "line 3: the row repeats a service of w.csv, line 2 with another status; the earlier one is kept",
    )
    assert (account.rows, account.used) == (2, 1)


@pytest.mark.parametrize(
    ("computer", "told"),
    [("old.contoso.com", " 'old.contoso.com'"), ("kens-laptop", ""), ("ken@contoso.com", "")],
)
def test_a_server_of_no_topology_is_noted(account_of: Account, computer: str, told: str) -> None:
    account = account_of(_HEADER + f"{computer},RTCSRV,F,Running,\n")

    assert account.notes == (
        f"line 2: the column ComputerName names a server that the topology does not know{told}",
    )


def test_a_merged_file_without_computers_decides_nothing(imported: Read) -> None:
    read = imported({"w.csv": "Status,Name,DisplayName,RoleName\nRunning,RTCSRV,F,System.String[]\n"})
    account = next(each for each in read.files if each.file == "w.csv")

    assert all(isinstance(server.services, Unknown) for server in read.deployment.servers)
    assert account.kind == "Get-CsWindowsService"
    assert account.used == 0
    assert "there is no column ComputerName" in account.notes[0]


def test_a_row_without_a_name_leaves_its_server_unknown(imported: Read) -> None:
    text = _HEADER + "fe1.contoso.com,RTCSRV,Front-End,Running,\nfe1.contoso.com,,,Running,\n"
    read = imported({"w.csv": text})

    # What the list of a server lacks is not missing there, where a row of it names nothing.
    assert _server(read, "fe1.contoso.com").services == Unknown("Get-CsWindowsService")
    notes = next(each for each in read.files if each.file == "w.csv").notes
    assert notes[0].startswith("line 3: the column Name is empty; the row was not used")
