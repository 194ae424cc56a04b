from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from coexistence.inputs.exports import FileAccount, Imported
from coexistence.inputs.exports.account.file_accounts import Account

Read = Callable[[Mapping[str, str | bytes]], Imported]


def test_an_account_stops_after_a_screenful_of_notes() -> None:
    account = Account("a.csv", "Get-CsUser")
    for line in range(1, 31):
        account.note("something", line=line)
    notes = account.finished().notes

    assert notes[0] == "line 1: something"
    assert len(notes) == 21
    assert notes[-1] == "and 10 more"


def test_notes_alike_become_one_with_a_count() -> None:
    account = Account("a.csv", "Get-CsUser")
    for line in (4, 7, 9):
        account.note("the same", line=line, key="same")

    assert account.finished().notes == ("line 4: the same (2 more like it)",)


_PEOPLE = (
    "ken.myer",
    "Ken Myer",
    "Myer",
    "+14255551297",
    "kens-laptop",
)
_SHIFTED = "ken.myer@contoso.com,Ken Myer,tel:+14255551297,ken.myer,Ken Myer,kens-laptop"


@pytest.mark.parametrize(
    "header",
    [
        "SipAddress,RegistrarPool,Enabled,HostingProvider,EnterpriseVoiceEnabled,TargetRegistrarPool",
        "RegistrarPool,SipAddress,HomeServer,Enabled,EnterpriseVoiceEnabled,HostingProvider",
        "Status,Name,DisplayName,ComputerName,RoleName,x",
        "ComputerName,Status,Name,DisplayName,RoleName,x",
        "ReplicaFqdn,UpToDate,ProductVersion,LastStatusReport,LastUpdateCreation,x",
        "x,LastStatusReport,y,ReplicaFqdn,UpToDate,z",
        "ComputerName,ComponentName,Version,a,b,c",
        "Version,x,y,z,ComponentName,ComputerName",
        "FirstName,LastName,Phone,a,b,c",
    ],
)
@pytest.mark.parametrize("row", [_SHIFTED, _SHIFTED + ",Ken Myer", "ken.myer@contoso.com", ",Ken Myer,,,,"])
def test_no_person_is_named_whatever_column_they_slipped_into(imported: Read, header: str, row: str) -> None:
    read = imported({"table.csv": f"{header}\n{row}\n{row}\n"})
    told = repr(read.files)

    assert len(read.files) == 2
    assert not [secret for secret in _PEOPLE if secret in told]


def test_every_file_has_its_account_with_rows_and_used_rows(imported: Read) -> None:
    rows = ",x,,\na@contoso.com,se19.contoso.com,True,\n"
    read = imported({"users.csv": "SipAddress,RegistrarPool,Enabled,VoiceEnabled\n" + rows})
    account = next(each for each in read.files if each.file == "users.csv")

    assert account == FileAccount(
        file="users.csv",
        kind="Get-CsUser",
        rows=2,
        used=1,
        notes=("line 2: the column SipAddress holds no address; the row was not used",),
    )


def test_a_row_about_two_things_is_told_once(imported: Read, published: str) -> None:
    settings = "ComputerName,TlsVersions,TrustedRoots\r\ngone.contoso.com,1.2,Contoso Root\r\n"

    read = imported({"topology.xml": published, "serversettings.csv": settings})

    (account,) = (each for each in read.files if each.file == "serversettings.csv")
    assert account.notes == ("line 2: a row names a server that the topology does not know",)
    (dispute,) = read.deployment.contradictions
    assert (dispute.kind, "rows" in dispute.message) == ("unknown-server", False)
