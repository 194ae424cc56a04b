from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import pytest

from coexistence.inputs.exports import FileAccount, Imported
from coexistence.inputs.exports.read.replication import date_of
from coexistence.model.vocabulary import Unknown

Read = Callable[[Mapping[str, str | bytes]], Imported]
Account = Callable[[str | bytes], FileAccount]

_HEADER = "ReplicaFqdn,UpToDate,ProductVersion,LastStatusReport,LastUpdateCreation\n"


def test_replicas_are_read_and_date_the_deployment(imported: Read) -> None:
    text = _HEADER + (
        "FE1.contoso.com,True,5.0.8308.0,2026-03-01T08:00:00,2026-02-28T23:00:00\n"
        "edge1.contoso.com,False,,,2026-03-02T01:00:00\n"
        "fe2.contoso.com,,,,\n"
    )
    deployment = imported({"replication.csv": text}).deployment
    replicas = deployment.replicas
    assert not isinstance(replicas, Unknown)

    assert [replica.server for replica in replicas] == [
        "fe1.contoso.com",
        "edge1.contoso.com",
        "fe2.contoso.com",
    ]
    assert [replica.up_to_date for replica in replicas] == [
        True,
        False,
        Unknown("Get-CsManagementStoreReplicationStatus"),
    ]
    assert replicas[0].product_version == "5.0.8308.0"
    assert replicas[0].last_status_report == dt.datetime(2026, 3, 1, 8)  # noqa: DTZ001  # exports carry no zone
    assert deployment.as_of == dt.date(2026, 3, 2)


def test_without_dates_the_deployment_has_none(imported: Read) -> None:
    assert imported({}).deployment.as_of is None
    assert imported({}).deployment.replicas == Unknown("Get-CsManagementStoreReplicationStatus")
    assert imported({"r.csv": "UpToDate,ReplicaFqdn\nTrue,fe1.contoso.com\n"}).deployment.as_of is None


def test_the_version_of_a_replica_does_not_tell_one_product_from_another(imported: Read) -> None:
    text = _HEADER + "se19.contoso.com,True,7.0.2046.0,,\n"
    pool = next(pool for pool in imported({"r.csv": text}).deployment.pools if pool.id.startswith("se19"))

    assert len(pool.versions) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2018-08-11T20:00:00", "2018-08-11T20:00"),
        ("2018-08-11 20:00:00", "2018-08-11T20:00"),
        ("2018-08-11T20:00:00+02:00", "2018-08-11T20:00"),
        ("11.08.2018 20:00:00", "2018-08-11T20:00"),
        ("8/31/2018 8:00:00 PM", "2018-08-31T20:00"),
        ("31/8/2018 08:00", "2018-08-31T08:00"),
        ("8/8/2018 12:00:00 AM", "2018-08-08T00:00"),
        ("8/11/2018 8:00:00 PM", None),
        ("31/31/2018 8:00", None),
        ("yesterday", None),
        ("٨/٣١/٢٠١٨ 8:00", None),
    ],
)
def test_only_a_date_that_cannot_be_another_is_taken(text: str, told: str | None) -> None:
    found = date_of(text)

    assert (None if found is None else found.isoformat(timespec="minutes")) == told


def test_doubtful_cells_are_noted(account_of: Account) -> None:
    account = account_of(_HEADER + "fe1.contoso.com,perhaps,,8/11/2018 8:00:00 PM,\n")

    assert account.used == 1
    assert account.notes[0].startswith("line 2: the column UpToDate holds neither True nor False")
    assert account.notes[1].startswith("line 2: the column LastStatusReport holds no date that can be told")


def test_of_two_rows_the_one_that_reported_last_is_kept(imported: Read) -> None:
    text = _HEADER + (
        "fe1.contoso.com,False,,2026-03-01T08:00:00,\n"
        "fe1.contoso.com,True,,2026-03-03T08:00:00,\n"
        "fe1.contoso.com,False,,2026-03-02T08:00:00,\n"
    )
    read = imported({"r.csv": text})
    replicas = read.deployment.replicas
    assert not isinstance(replicas, Unknown)

    assert [replica.up_to_date for replica in replicas] == [True]
    assert next(each for each in read.files if each.file == "r.csv").used == 1
