"""Values packed for another process: the same when they arrive, and one clear error where they do not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pickle
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from checkout import SAMPLES
from helpers import built, one_pool
from hypothesis import given
from sample_deployments import DEPLOYMENTS
from strategies import deployments

from coexistence.errors import InputError
from coexistence.inputs.exports import read_exports
from coexistence.inputs.transport import columns_in, packed, unpacked
from coexistence.model.deployment import Deployment
from coexistence.model.population import Meetings, PackedText, Population, column
from coexistence.model.vocabulary import Edition, Origin, PoolId, PoolRole, Unknown, Version


def arrived(value: object) -> Any:
    """A value after its journey: its columns in a file, its head beside it."""
    parcel = packed(value)
    return unpacked(parcel.head, columns_in(b"".join(parcel.content()), parcel.sizes))


def plain(value: Any) -> Any:
    """All of a value that can be told apart, also what does not count when two are compared."""
    if isinstance(value, np.ndarray):
        return value.dtype, value.tolist()
    if isinstance(value, Mapping):
        return [(plain(key), plain(each)) for key, each in value.items()]
    if isinstance(value, tuple):
        return tuple(map(plain, value))
    if hasattr(value, "__getitem__") and not isinstance(value, str | bytes | memoryview):
        return [value[row] for row in range(len(value))]  # addresses, made up or not
    if dataclasses.is_dataclass(value):
        return type(value), [plain(getattr(value, each.name)) for each in dataclasses.fields(value)]
    return value


def same(one: object, other: object) -> bool:
    """Equal, and so in everything that does not count when two are compared: where a fact comes from."""
    return one == other and plain(one) == plain(other)


@given(deployments())
def test_a_deployment_arrives_as_it_was(deployment: Deployment) -> None:
    assert same(arrived(deployment), deployment)


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_an_import_arrives_with_the_account_of_its_files(name: str) -> None:
    imported = read_exports(SAMPLES / name)

    made = arrived((imported,))

    assert same(made, (imported,))
    assert [each.written for each in made[0].files] == [each.written for each in imported.files]


def test_people_are_called_what_they_were_called() -> None:
    imported = read_exports(SAMPLES / "pilot")
    before, after = imported.deployment.population, arrived(imported).deployment.population

    assert isinstance(before, Population)
    assert [*map(after.addresses.__getitem__, range(len(after)))] == [
        *map(before.addresses.__getitem__, range(len(before)))
    ]


def _kind(value: object) -> str:
    """What a value is called in a test's name; sets are written in another order in every process."""
    return type(value).__name__


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -(2**70),
        "",
        "ünï \ud83d\ude00 \udc00 \x00",  # surrogates that are two letters, and one alone
        dt.date(2026, 11, 23),
        dt.datetime(2026, 11, 23, 22, 5, 1, 7, dt.timezone(dt.timedelta(hours=-3))),
        Version.S15,
        PoolRole.EDGE,
        Unknown("Get-CsUser"),
        (),
        ((), (("a",), 1)),
        frozenset({Edition.STANDARD, None, "a", ("b", 2)}),
        {("home", 3, 1): Origin("users.csv", 7), "x": ()},
    ],
    ids=_kind,
)
def test_a_value_arrives_as_it_was(value: object) -> None:
    made = arrived(value)

    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.int32, np.uint32, np.int64, ">i4"])
@pytest.mark.parametrize("length", [0, 1, 200])
def test_a_column_arrives_as_it_was(dtype: Any, length: int) -> None:
    sent = column(range(length), dtype)
    made = arrived(("before", sent, "behind", sent[::2]))

    assert made[1].dtype == sent.dtype
    assert np.array_equal(made[1], sent)
    assert np.array_equal(made[3], sent[::2])


def test_columns_are_views_that_nobody_can_write_to() -> None:
    parcel = packed(column(range(100), np.uint16))
    content = bytearray(b"".join(parcel.content()))
    made = unpacked(parcel.head, columns_in(memoryview(content), parcel.sizes))

    assert np.shares_memory(made, np.frombuffer(content, np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        made[0] = 1


def test_nothing_is_copied_on_the_way_into_a_parcel() -> None:
    people = Population.of(
        [PoolId("a")], [0] * 1000, addresses=PackedText.of(["a@b"] * 1000), meetings=Meetings.none()
    )
    columns = [np.frombuffer(each, np.uint8) for each in packed(people).columns]

    for mine in (people.home, people.kind, np.frombuffer(people.addresses.blob, np.uint8)):  # type: ignore[attr-defined]  # packed above
        assert any(np.shares_memory(mine, each) for each in columns)


def test_a_column_that_is_used_twice_is_packed_once() -> None:
    people = Population.of(
        [PoolId("a")], [0] * 1000, addresses=PackedText.of(["a@b"] * 1000), meetings=Meetings.none()
    )
    made = arrived((people, people.changed(pin=people.home)))

    assert made[0].came_from is made[0].home
    assert made[1].pin is made[0].home
    assert sum(packed((people, people)).sizes) == sum(packed(people).sizes)


def test_what_a_value_worked_out_for_itself_stays_at_home() -> None:
    before = built(one_pool(people=30))
    size = len(packed(before).head)
    people = before.population
    assert isinstance(people, Population)
    _ = before.pool_by_id, people.people, people.meetings_alike(0)

    assert len(packed(before).head) == size


def test_addresses_that_are_made_up_when_asked_for_are_packed_as_texts() -> None:
    class Shouting:
        def __len__(self) -> int:
            return 3

        def __getitem__(self, row: int) -> str:
            return f"NUMBER{row}@EXAMPLE.COM"

    people = Population.of(
        [PoolId("a")], [0, 0, 0], addresses=Shouting(), meetings=Unknown("meetings export")
    )
    made = arrived(people).addresses

    assert [len(made), *(made[row] for row in range(3))] == [3, *map(Shouting().__getitem__, range(3))]


@pytest.mark.parametrize("value", [lambda: 1, np.array([lambda: 1])], ids=_kind)
def test_what_no_pickle_holds_is_refused_by_name(value: object) -> None:
    with pytest.raises(TypeError, match=r"cannot be handed to another process: .*lambda"):
        packed(("fine", value))


# ---------------------------------------------------------------- what does not arrive as it was sent


SENT = packed((Unknown("Get-CsUser"), column(range(100), np.uint16), column(range(100), np.int32)))
CONTENT = b"".join(SENT.content())


def test_a_head_that_is_cut_off_is_one_clear_error() -> None:
    for end in range(len(SENT.head)):
        with pytest.raises(InputError, match=r"cannot be read \(.*\)\. .* run without workers"):
            unpacked(SENT.head[:end], SENT.columns)


@pytest.mark.parametrize(
    "head",
    [b"", b"PK\x03\x04", b"pytest-coexistence 0.0.1\n" + SENT.head.partition(b"\n")[2], pickle.dumps(1)],
    ids=["nothing", "foreign", "another version", "a pickle of somebody else"],
)
def test_a_head_of_something_else_is_one_clear_error(head: bytes) -> None:
    with pytest.raises(InputError, match=r"runs another version of it.*Install the same version"):
        unpacked(head)


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"\0"], ids=["empty", "cut off", "longer"])
def test_a_file_of_another_length_is_one_clear_error(content: bytes) -> None:
    with pytest.raises(InputError, match=f"{len(content)} bytes of columns are there, not {len(CONTENT)}"):
        columns_in(content, SENT.sizes)


def test_columns_that_are_missing_are_one_clear_error() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        unpacked(SENT.head, SENT.columns[:1])
