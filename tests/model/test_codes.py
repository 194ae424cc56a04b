"""Columns of codes: as many names as there are, each with a code of its own, and no sentinel among them."""

from __future__ import annotations

import enum
import shutil
from dataclasses import replace

import numpy as np
import pytest
from checkout import SAMPLES
from helpers import after, one_pool, population_of, state_at, tried
from hypothesis import given
from hypothesis import strategies as st

from coexistence.inputs.exports import read_exports
from coexistence.inputs.transport import packed, unpacked
from coexistence.migration.rollback_cost import bill_of
from coexistence.model import vocabulary
from coexistence.model.conditions.machines_and_databases import RoutingGroup
from coexistence.model.deployment import SimpleUrl
from coexistence.model.operations import MoveUsers, Selection
from coexistence.model.population import (
    LINK_GONE,
    LINK_IS_CURRENT,
    LINK_OF_POOL,
    NOWHERE,
    UNTOLD,
    Meetings,
    PackedText,
    Population,
    code_type,
    column,
    grouped,
    numbered,
    with_value,
)
from coexistence.model.vocabulary import Origin, PoolId, ServerId, Unknown, Version
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.user_replicas import group_column
from coexistence.simulation.state import State

#: On either side of what one byte holds, and of what two bytes hold.
AROUND = (254, 255, 256, 257, 65_534, 65_535, 65_536, 65_537)
SMALL = [number for number in AROUND if number < 1000]


def of_pools(many: int, *homes: int) -> Population:
    """People of pools with these places among ``many`` pools, one person each."""
    pools = numbered((PoolId(f"pool{at}.example") for at in range(many)), NOWHERE, PoolId(""))
    codes = [at + (at >= NOWHERE) for at in homes]
    addresses = PackedText.of(f"user{at}@contoso.example" for at in range(len(homes)))
    meetings = Meetings.from_columns(
        np.arange(len(homes)), last=2**30, scheduled_on=Version.S19, by_upgraded=1, directory=-1
    )
    return Population.of(pools, codes, addresses=addresses, meetings=meetings, upgraded=[0] * len(homes))


def meetings_of(population: Population) -> Meetings:
    assert not isinstance(population.meetings, Unknown)
    return population.meetings


def url(address: str, scope: str) -> SimpleUrl:
    return SimpleUrl(component="Meet", domain="*", url=address, scope=scope, origin=Origin("test"))


def home_of(population: Population, row: int) -> str:
    return population.pools[int(population.home[row])]


# -------------------------------------------------------------------- types and sentinels


@given(st.sampled_from(AROUND), st.sampled_from([UNTOLD, NOWHERE]))
def test_no_name_has_the_code_of_a_sentinel(many: int, sentinel: int) -> None:
    names = [f"name{at}" for at in range(many)]

    made = numbered(names, sentinel, "")

    assert [name for name in made if name] == names
    assert len(made) <= sentinel or not made[sentinel]
    assert column(range(len(made)), code_type(len(made) - 1, sentinel)).tolist() == list(range(len(made)))


@pytest.mark.parametrize(("most", "bytes_"), [(0, 1), (255, 1), (256, 2), (65_535, 2), (65_536, 4)])
def test_few_codes_take_one_byte_each(most: int, bytes_: int) -> None:
    assert code_type(most).itemsize == bytes_


@given(st.integers(-(2**40), 2**40), st.sampled_from([np.uint8, np.uint16, np.int16, np.int32, np.uint32]))
def test_no_column_lets_a_number_wrap_around(number: int, kind: type) -> None:
    holds = np.iinfo(kind)
    for values in ([number, 0], np.array([number, 0], np.int64)):
        if holds.min <= number <= holds.max:
            assert column(values, kind).tolist() == [number, 0]
        else:
            with pytest.raises(OverflowError, match=f"cannot hold numbers from .*{number}"):
                column(values, kind)


@given(st.integers(0, 2**31), st.sampled_from([np.uint8, np.uint16, np.int32]))
def test_a_value_that_does_not_fit_widens_the_column(value: int, kind: type) -> None:
    before = column([1, 2, 3], kind)

    made = with_value(before, np.array([1]), value)

    assert made.tolist() == [1, value, 3]
    assert (made.dtype == before.dtype) == (value <= np.iinfo(kind).max)
    assert not made.flags.writeable


def test_words_that_stand_in_columns_fit_into_a_byte_and_are_no_sentinel() -> None:
    """Columns of words have one byte; the only word that may be told from no other is the unknown one."""
    words = [
        each
        for each in vars(vocabulary).values()
        if isinstance(each, type) and issubclass(each, enum.IntEnum)
    ]

    assert words
    for word in [word for kind in words for word in kind]:
        assert 0 <= word < UNTOLD or (word == UNTOLD and word.name == "UNKNOWN"), word


# -------------------------------------------------------------------- grouping


@given(st.lists(st.sampled_from([0, 1, 2**16, 2**31, 2**32 - 1]), min_size=1, max_size=6), st.integers(2, 8))
def test_groups_of_wide_codes_do_not_run_into_each_other(values: list[int], width: int) -> None:
    """Multiplied, these codes are larger than any number of the machine."""
    columns = [np.roll(np.array(values, np.uint32), shift) for shift in range(width)]
    rows = list(zip(*(part.tolist() for part in columns), strict=True))

    groups = grouped(columns)

    assert [each.values for each in groups] == sorted(set(rows))
    assert all(rows.count(each.values) == each.count for each in groups)
    assert all(rows.index(each.values) == each.first for each in groups)


# -------------------------------------------------------------------- import and transport


@pytest.fixture(scope="module", params=[*SMALL, 65_537])
def people(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Population:
    """As many policies, SIP domains and strange pools as asked for: one of each for each person."""
    many = request.param
    rows = [f"u{at}@d{at}.example,pool{at % 300}.example,Tag:Policy{at},True,SRV:" for at in range(many)]
    header = "SipAddress,RegistrarPool,ConferencingPolicy,Enabled,HostingProvider"
    folder = tmp_path_factory.mktemp("export")
    (folder / "users.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    shutil.copy(SAMPLES / "standard-edition" / "topology.xml", folder)
    read = read_exports(folder).deployment.population
    assert not isinstance(read, Unknown)
    return read


def test_everybody_keeps_policy_domain_and_pool(people: Population) -> None:
    parcel = packed(people)
    for made in (people, unpacked(parcel.head, parcel.columns)):
        given_ = made.assigned["conferencing"]
        for row in {0, 253, 254, 255, 256, len(made) - 1} & set(range(len(made))):
            assert given_.tag(int(given_.code[row])) == f"Policy{row}"
            assert made.domain_of(int(made.domain[row])) == f"d{row}.example"
            assert home_of(made, row) == f"pool{row % 300}.example"
        groups = grouped([made.home, given_.code, made.domain], made.people)
        assert len(groups) == len(made)


# -------------------------------------------------------------------- moves


@pytest.mark.parametrize("many", AROUND)
def test_a_move_to_one_pool_more_leads_there_and_back(many: int) -> None:
    """People with the two last codes: one on a pool that the topology does not know, one on a legacy pool."""
    trial = tried()
    old, target = trial.plan.legacy[0], next(iter(trial.plan.successor.values()))
    strange = PoolId(f"pool{many - 2}.example")
    people = of_pools(many, many - 2, many - 1)
    people = people.changed(pools=(*people.pools[:-1], old))
    urls = (url("https://meet.example", "global"), url("https://meet.elsewhere.example", "site:elsewhere"))
    start = state_at(trial, "side-by-side").changed(population=people, simple_urls=urls)

    def move(state: State, source: PoolId, to: PoolId) -> State:
        return after(state, MoveUsers(users=Selection(on=source), to=to, tools=trial.plan.target[0]))

    moved = move(move(start, strange, target), old, target)
    there, bill = population_of(moved), bill_of(moved, trial.plan, Rules(), start)
    back = population_of(after(move(moved, target, old)))

    assert [home_of(there, row) for row in (0, 1)] == [target, target]
    assert there.people_by_pool == {target: 2}
    assert meetings_of(there).link.tolist() == [LINK_OF_POOL + int(people.home[0]), LINK_IS_CURRENT]
    # The one who came from a legacy pool has a meeting that would not survive there.
    assert bill.rows is not None
    assert (bill.users, bill.meetings, bill.organizers, bill.rows.tolist()) == (2, 1, 1, [1])
    assert [(each["users"], each["meetings"]) for each in bill.by_site.values()] == [(1, 1)]
    assert [home_of(back, row) for row in (0, 1)] == [old, old]
    assert [back.pools[code] for code in back.came_from] == [strange, old]


def test_a_link_that_is_gone_is_no_pool() -> None:
    assert len({LINK_GONE, LINK_IS_CURRENT, LINK_OF_POOL}) == 3
    assert max(LINK_GONE, LINK_IS_CURRENT) < LINK_OF_POOL


@pytest.mark.parametrize("many", SMALL)
def test_everybody_has_a_routing_group_of_his_own(many: int) -> None:
    trial = tried(one_pool(people=many))
    state = state_at(trial, "legacy")
    population = population_of(state)
    groups = tuple(
        RoutingGroup(
            pool=trial.plan.legacy[0],
            number=number,
            of=len(population),
            replicas=(ServerId("fe.example"),),
            origin=Origin("test"),
        )
        for number in range(many)
    )

    codes = group_column(state.changed(backing=replace(state.backing, routing_groups=groups)), population)

    assert codes is not None
    assert sorted(codes[population.people].tolist()) == list(range(1, many + 1))
