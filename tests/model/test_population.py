"""Columns: counted right, shared between forks, and closed to writing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from helpers import built, crowd, one_pool, population_of, state_at, tried
from hypothesis import given
from hypothesis import strategies as st

from coexistence.model.blueprint import PoolBlueprint
from coexistence.model.clients import ClientGeneration
from coexistence.model.population import NOWHERE, UNTOLD, Meetings, PackedText, Population, column, grouped
from coexistence.model.vocabulary import ContactStore, PoolId, UserKind

POOLS = (PoolId("one.example"), PoolId("two.example"), PoolId("three.example"))

#: Rows of up to three columns with few values, so that groups arise.
ROWS = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.tuples(*[st.integers(0, 4)] * width), min_size=1, max_size=40)
)


def people(homes: list[int], **columns: Any) -> Population:
    """A population on the three pools."""
    return Population.of(
        POOLS,
        homes,
        addresses=PackedText.of(f"user{row}@contoso.example" for row in range(len(homes))),
        meetings=Meetings.none(),
        **columns,
    )


@given(ROWS)
def test_groups_are_those_that_a_plain_count_finds(rows: list[tuple[int, ...]]) -> None:
    columns = [np.array(part, dtype=np.uint8) for part in zip(*rows, strict=True)]

    groups = grouped(columns)

    assert {group.values: group.count for group in groups} == Counter(rows)
    assert [group.values for group in groups] == sorted(set(rows))
    assert all(rows.index(group.values) == group.first for group in groups)


@given(ROWS, st.data())
def test_groups_of_some_rows_count_these_alone(rows: list[tuple[int, ...]], data: st.DataObject) -> None:
    chosen = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1))))
    columns = [np.array(part, dtype=np.uint8) for part in zip(*rows, strict=True)]

    groups = grouped(columns, np.array(chosen, dtype=np.int64))

    assert {group.values: group.count for group in groups} == Counter(rows[at] for at in chosen)
    assert all(group.first in chosen and rows[group.first] == group.values for group in groups)


def test_wide_values_do_not_run_into_each_other() -> None:
    wide = np.array([0, 2**31 - 1, 2**31 - 1], dtype=np.int32)
    narrow = np.array([1, 0, 255], dtype=np.uint8)

    assert [group.values for group in grouped([wide, narrow])] == [(0, 1), (2**31 - 1, 0), (2**31 - 1, 255)]


def test_nobody_makes_no_group() -> None:
    assert grouped([np.empty(0, dtype=np.uint8)]) == ()


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=8), max_size=12))
def test_packed_texts_come_back_as_they_were(texts: list[str]) -> None:
    packed = PackedText.of(texts)

    assert [packed[row] for row in range(len(packed))] == texts


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert PackedText.of(["a\ud800b"])[0] == "a?b"


@pytest.mark.parametrize(
    "name",
    [
        *("home", "came_from", "client", "first_client", "kind", "contacts"),
        *("voice", "xmpp", "chat", "upgraded", "domain"),
    ],
)
def test_a_column_cannot_be_written_to(name: str) -> None:
    population = people([0, 1, 2])

    with pytest.raises(ValueError, match="read-only"):
        getattr(population, name)[0] = 1


def test_columns_stay_read_only_through_a_whole_plan() -> None:
    trial = tried()
    for label in ("legacy", "pilot", "pilot.rolled-back", "production", "post-migration.rolled-back"):
        population = population_of(state_at(trial, label))
        columns = [part for part in vars(population).values() if isinstance(part, np.ndarray)]
        columns += [part for part in vars(population.meetings).values() if isinstance(part, np.ndarray)]

        assert columns
        assert not any(part.flags.writeable for part in columns), label


def test_a_fork_shares_every_column_but_the_one_that_changed() -> None:
    population = people([0, 1, 2])

    fork = population.changed(home=column([0, 0, 0], np.uint16))

    assert fork.client is population.client
    assert fork.came_from is population.came_from
    assert population.home.tolist() == [0, 1, 2]


def test_two_tables_with_the_same_content_are_equal() -> None:
    assert people([0, 1]) == people([0, 1])
    assert people([0, 1]) != people([0, 2])
    assert people([0, 1]) != "people"
    assert Meetings.of([(0, 0, 1, 2, 13, 0, 1)]) == Meetings.of([(0, 0, 1, 2, 13, 0, 1)])


def test_what_nobody_told_is_a_code_of_its_own() -> None:
    population = people([0])

    assert population.client.tolist() == [ClientGeneration.UNKNOWN]
    assert population.contacts.tolist() == [ContactStore.UNKNOWN]
    assert population.kind.tolist() == [UserKind.PERSON]
    assert {int(getattr(population, name)[0]) for name in ("voice", "xmpp", "chat", "upgraded")} == {UNTOLD}


def test_promises_are_made_to_enabled_people_with_a_pool() -> None:
    population = people(
        [0, 0, 1, NOWHERE, 1],
        kind=[UserKind.PERSON, UserKind.DISABLED, UserKind.PERSON, UserKind.CLOUD, UserKind.RESOURCE],
    )

    assert population.people.tolist() == [0, 2]
    assert population.people_by_pool == {POOLS[0]: 1, POOLS[1]: 1}
    assert population.accounts_by_pool == {POOLS[0]: 2, POOLS[1]: 2}


def test_a_pool_that_nobody_was_ever_on_is_nowhere() -> None:
    population = people([0])
    stranger = PoolId("four.example")

    assert population.code(stranger) == NOWHERE
    assert population.with_pool(stranger).code(stranger) == 3
    assert population.with_pool(POOLS[0]) is population


def test_a_number_fills_a_column_of_meetings_and_what_is_left_out_is_0() -> None:
    organizers = np.array([4, 7])

    made = Meetings.from_columns(organizers, kind=np.array([0, 1]), last=90)

    assert made == Meetings.of([(4, 0, 0, 90, 0, 0, 0, 0, 0), (7, 1, 0, 90, 0, 0, 0, 0, 0)])
    assert made.organizer.dtype == np.uint32
    with pytest.raises(TypeError, match="no columns \\['lats'\\]"):
        Meetings.from_columns(organizers, lats=90)


def test_meetings_are_appended_in_order() -> None:
    one, other = Meetings.of([(0, 0, 1, 2, 13, 0, 1)]), Meetings.of([(7, 1, 3, 4, 19, 1, -1)])

    both = one.appended(other)

    assert (len(one), len(both)) == (1, 2)
    assert both.organizer.tolist() == [0, 7]
    assert both.directory.tolist() == [1, -1]


def test_a_built_population_counts_what_the_blueprint_says() -> None:
    rooms = crowd(3, kind=UserKind.RESOURCE)
    population = built(one_pool(7, pool=PoolBlueprint(crowds=(rooms,)))).population
    assert isinstance(population, Population)

    assert len(population) == 10
    assert list(population.people_by_pool.values()) == [7]
