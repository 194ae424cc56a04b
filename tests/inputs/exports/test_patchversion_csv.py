from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from coexistence.inputs.exports import FileAccount, Imported
from coexistence.model.vocabulary import PoolId, ServerId, Unknown, Version

Read = Callable[[Mapping[str, str | bytes]], Imported]
Account = Callable[[str | bytes], FileAccount]

_CORE = '"Skype for Business Server 2019, Core Components"'


@pytest.mark.parametrize(
    ("build", "versions"),
    [
        ("7.0.2046.252", (Version.S19,)),
        ("7.0.2046.553", (Version.S19,)),
        ("7.0.2046.819", (Version.S19,)),
        ("7.0.2046.820", (Version.SE,)),
        ("7.0.2046.1000", (Version.SE,)),
        ("6.0.9319.619", (Version.S19, Version.SE)),
        ("7.0.2046", (Version.S19, Version.SE)),
    ],
)
def test_a_build_tells_2019_from_subscription_edition(
    imported: Read, build: str, versions: tuple[Version, ...]
) -> None:
    text = f"ComponentName,Version,ComputerName\n{_CORE},{build},SE19.contoso.com\n"
    deployment = imported({"p.csv": text}).deployment

    assert deployment.pool_by_id[PoolId("se19.contoso.com")].versions == versions


def test_only_core_components_give_a_server_its_build(imported: Read) -> None:
    text = (
        "ComponentName,Version,ComputerName\n"
        '"Lync Server 2013, Web Components Server",5.0.8308.1,fe1.contoso.com\n'
        '"Lync Server 2013, Core Components",5.0.8308.1200,fe1.contoso.com\n'
    )
    deployment = imported({"p.csv": text}).deployment

    assert deployment.server_by_id[ServerId("fe1.contoso.com")].build == "5.0.8308.1200"
    assert deployment.server_by_id[ServerId("fe2.contoso.com")].build == Unknown("Get-CsServerPatchVersion")


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        (f"ComponentName,Version\n{_CORE},7.0.2046.252\n", "there is no column ComputerName"),
        (
            f"ComponentName,Version,ComputerName\n{_CORE},new,fe1.contoso.com\n",
            "line 2: the column Version holds no build",
        ),
        (
            f"ComponentName,Version,ComputerName\n{_CORE},7.0.2046.1,x.contoso.com\n",
            "line 2: the column ComputerName names a server that the topology does not know 'x.contoso.com'",
        ),
        (
            f"ComponentName,Version,ComputerName\n{_CORE},7.0.2046.1,fe1\n{_CORE},7.0.2046.2,fe1\n",
            "line 3: the row repeats a server with another build",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_noted(account_of: Account, rows: str, note: str) -> None:
    account = account_of(rows)

    assert account.kind == "Get-CsServerPatchVersion"
    assert account.notes[0].startswith(note)
