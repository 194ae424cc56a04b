"""Values carried to another process: the same when they arrive, and nothing but values."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import types
import typing
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from checkout import SAMPLES
from hypothesis import given
from sample_deployments import DEPLOYMENTS
from strategies import deployments

from coexistence.inputs.exports import read_exports
from coexistence.inputs.transport import KNOWN, ROOMS, carried, received
from coexistence.model.deployment import Deployment, Pool
from coexistence.model.population import Addresses, Meetings, PackedText, Population, column
from coexistence.model.vocabulary import Edition, Origin, PoolId, PoolRole, Unknown, Version

if TYPE_CHECKING:
    from collections.abc import Iterator


def arrived(value: object) -> Any:
    """A value after its journey."""
    return received(bytes(carried(value)))


def same(one: object, other: object) -> bool:
    """Equal, and so in everything that does not count when two are compared: where a fact comes from."""
    return one == other and bytes(carried(one)) == bytes(carried(other))


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
    data = bytearray(bytes(carried(column(range(100), np.uint16))))
    made = received(memoryview(data))

    assert np.shares_memory(made, np.frombuffer(data, np.uint8))
    with pytest.raises(ValueError, match="read-only"):
        made[0] = 1


def test_a_column_that_is_used_twice_is_carried_once() -> None:
    people = Population.of(
        [PoolId("a")], [0] * 1000, addresses=PackedText.of(["a@b"] * 1000), meetings=Meetings.none()
    )
    made = arrived((people, people.changed(pin=people.home)))

    assert made[0].came_from is made[0].home
    assert made[1].pin is made[0].home
    assert sum(each.nbytes for each in carried((people, people)).columns) == sum(
        each.nbytes for each in carried(people).columns
    )


def test_addresses_that_are_made_up_when_asked_for_are_carried_as_texts() -> None:
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


@dataclasses.dataclass(frozen=True)
class Stranger:
    name: str


@dataclasses.dataclass(frozen=True)
class Server:
    """Called as something else is."""

    name: str


@pytest.mark.parametrize(
    "value",
    [object(), [1], {1}, 1.5, Stranger("x"), Server("x"), np.array([object()]), np.uint8(3), Pool],
    ids=_kind,
)
def test_what_nobody_made_room_for_is_refused_by_name(value: object) -> None:
    with pytest.raises(TypeError, match=type(value).__qualname__):
        carried(("fine", value))


def test_bytes_name_nothing_but_what_is_known() -> None:
    # The same length: what stands in front of the head stays right.
    forged = bytes(carried(Unknown("x"))).replace(b'"Unknown"', b'"Popen12"')

    with pytest.raises(KeyError):
        received(forged)


# ---------------------------------------------------------------- every class of the inventory


def test_no_two_classes_have_one_name() -> None:
    shown = {
        each
        for room in ROOMS
        for each in vars(room).values()
        if isinstance(each, type) and f"{each.__module__}.".startswith(f"{room.__name__}.")
    }

    assert {each for each in shown if each.__name__ in KNOWN} == set(KNOWN.values())


def hints_of(made: Any) -> dict[str, Any]:
    """The types of a class's fields; a room may know another's class by name alone."""
    hints = typing.get_type_hints(made, localns=dict(KNOWN))
    return {each.name: hints[each.name] for each in dataclasses.fields(made)}


CLASSES = [each for each in KNOWN.values() if dataclasses.is_dataclass(each)]


def strangers(hint: Any) -> Iterator[Any]:
    """The parts of a type that cannot be carried."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, typing.NewType):
        yield from strangers(hint.__supertype__)
    elif origin is np.ndarray or hint is Addresses or hint is Ellipsis:
        return
    elif origin is typing.Literal:
        yield from (each for each in inner if type(each) is not str)
    elif origin in (typing.Union, types.UnionType, tuple, frozenset, Mapping):
        for each in inner:
            yield from strangers(each)
    elif hint not in (str, int, bool, bytes, memoryview, dt.date, dt.datetime, type(None), *KNOWN.values()):
        yield hint


@pytest.mark.parametrize("made", CLASSES)
def test_each_field_can_be_carried(made: type) -> None:
    found = {name: left for name, hint in hints_of(made).items() if (left := list(strangers(hint)))}

    assert found == {}, "add the rooms of these types to carrying.ROOMS"


def sample(hint: Any) -> Any:
    """A value of a type, with something in every collection and every field."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, typing.NewType):
        return sample(hint.__supertype__)
    if origin is np.ndarray:
        return column([1, 2, 3], np.uint8)
    if hint is Addresses:
        return PackedText.of(["ann@contoso.com", "bob@contoso.com"])
    if origin is typing.Literal:
        return inner[-1]
    if origin in (typing.Union, types.UnionType):
        return sample(inner[0])
    if origin is tuple:
        return tuple(sample(each) for each in inner if each is not Ellipsis)
    if origin is frozenset:
        return frozenset({sample(inner[0])})
    if origin is Mapping:
        return {sample(inner[0]): sample(inner[1])}
    if isinstance(hint, enum.EnumType):
        return list(hint)[-1]
    if dataclasses.is_dataclass(hint):
        made: Any = hint
        return made(**{name: sample(each) for name, each in hints_of(hint).items()})
    plain = {str: "ä", int: 7, bool: True, bytes: b"bytes", dt.date: dt.date(2026, 1, 2)}
    return plain[hint] if hint in plain else dt.datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001  # as files have it


@pytest.mark.parametrize("made", CLASSES)
def test_every_class_arrives_with_every_field(made: type) -> None:
    sent = sample(made)
    arriving = arrived(sent)

    assert type(arriving) is made
    assert bytes(carried(arriving)) == bytes(carried(sent))
    assert arriving == sent or made is PackedText  # texts are compared one by one
