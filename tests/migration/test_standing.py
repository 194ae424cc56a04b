"""Where a deployment stands is worked out from its data, and whoever knows better says so with one key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from helpers import built, front_end, new, one_pool, two_sites

from coexistence.checking.registry import Registry
from coexistence.errors import InputError
from coexistence.inputs.exports import Imported
from coexistence.inputs.planfile.apply_statements import as_stated
from coexistence.inputs.planfile.names import refuse_names, refuse_unknown
from coexistence.inputs.planfile.reader import PlanSource, parse_plan
from coexistence.inputs.planfile.writer import write_own
from coexistence.migration import NOTHING_ASKED, OwnPlan, make_plan
from coexistence.model.blueprint import Blueprint, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.model.deployment import Deployment
from coexistence.model.population import Population, column
from coexistence.model.vocabulary import (
    Checkpoint,
    PoolId,
    PoolRole,
    ServerId,
    ServiceState,
    Unknown,
    Version,
)
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.estates import TwinEstate
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.state import deployment_of

REGISTRY = Registry()
load_builtin(REGISTRY)


def blueprint(legacy: Version, target: Version) -> Blueprint:
    """Two sites with federation, in which there is something of everything that moves."""
    home = PoolBlueprint(dial_in=True, voice=True, response_groups=1, call_park=True)
    made = two_sites(people=12, legacy=legacy, target=target)
    edge = EdgeBlueprint(federation=True)
    sites = tuple(
        replace(
            site,
            edge=edge if site.edge else None,
            pools=tuple(replace(home, crowds=pool.crowds) for pool in site.pools),
        )
        for site in made.sites
    )
    return replace(made, partners=1, sites=sites)


PAIRS = ((Version.L13, Version.S19), (Version.L10, Version.S15))
TRIALS = {pair: Trial(built(blueprint(*pair)), target=pair[1]) for pair in PAIRS}
PHASES = [place.phase for place in TRIALS[PAIRS[0]].places if not place.is_rolled_back]


def twin_at(phase: Checkpoint, pair: tuple[Version, Version] = PAIRS[0]) -> Deployment:
    """What an export shows at a checkpoint: what was done on purpose is in no file."""
    trial = TRIALS[pair]
    place = next(each for each in trial.places if each.phase is phase and not each.is_rolled_back)
    return deployment_of(trial.state_at(place), "twin")


def own(text: str) -> OwnPlan:
    return parse_plan(PlanSource("plan.toml", text))


def stated(text: str) -> OwnPlan:
    return own(f'[[statements]]\ntext = "t"\nauthor = "Ann"\ndate = 2026-01-05\n{text}\n')


def standing(deployment: Deployment, asked: OwnPlan = NOTHING_ASKED) -> str:
    made = as_stated(deployment, asked)
    trial = Trial(made, is_twin=True, own=asked)
    return TwinEstate("twin", Imported(deployment=made, files=()), trial).report().standing


def weighty(deployment: Deployment, asked: OwnPlan = NOTHING_ASKED) -> set[tuple[str, str]]:
    """Everything that is broken about a twin on its way, and weighs."""
    trial = Trial(deployment, is_twin=True, own=asked)
    assert trial.refusals == ()
    return {
        (check.name, place.label)
        for place in trial.places
        for check in REGISTRY
        if check.applies_at(place)
        for broken in trial.ask(check, place).broken
        if broken.severity.fails
    }


# ---------------------------------------------------------------- phases


@pytest.mark.parametrize("pair", PAIRS, ids=str)
@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.value)
def test_a_twin_stands_where_it_was_exported_and_nothing_is_wrong_with_it(
    phase: Checkpoint, pair: tuple[Version, Version]
) -> None:
    twin = twin_at(phase, pair)
    wanted = Checkpoint.LEGACY if phase is Checkpoint.RETIRED else phase

    assert make_plan(twin).phase is wanted
    assert standing(twin).startswith(f"phase {wanted.value}, on the way to ")
    assert weighty(twin) == set()


def without_people(twin: Deployment) -> Deployment:
    return replace(twin, population=Unknown("Get-CsUser"))


def untold_services(twin: Deployment) -> Deployment:
    servers = tuple(replace(each, services=Unknown("Get-CsWindowsService")) for each in twin.servers)
    return replace(twin, servers=servers)


def one_still_runs(twin: Deployment) -> Deployment:
    """One Front End of the first legacy pool is still up."""
    old = front_end(TRIALS[PAIRS[0]].deployment)
    first = twin.server_by_id[twin.pool_by_id[old].servers[0]]
    assert not isinstance(first.services, Unknown)
    running = tuple(replace(reading, state=ServiceState.RUNNING) for reading in first.services)
    up = replace(first, services=running)
    return replace(twin, servers=tuple(up if each is first else each for each in twin.servers))


def untold_objects(twin: Deployment) -> Deployment:
    return replace(twin, applications=Unknown("Get-CsRgsWorkflow"))


def one_left_behind(twin: Deployment) -> Deployment:
    """Somebody of many is still on a legacy pool."""
    people = twin.population
    assert isinstance(people, Population)
    old = front_end(TRIALS[PAIRS[0]].deployment)
    people = people.with_pool(old)
    homes = people.home.copy()
    homes[people.people[0]] = people.code(old)
    return replace(twin, population=people.changed(home=column(homes, np.uint16)))


def nobody_yet(twin: Deployment) -> Deployment:
    """Everybody is where they came from: the new pools are empty."""
    people = twin.population
    assert isinstance(people, Population)
    return replace(twin, population=people.changed(home=people.came_from))


@pytest.mark.parametrize(
    ("phase", "change", "found"),
    [
        (Checkpoint.PILOT, without_people, Checkpoint.SIDE_BY_SIDE),
        (Checkpoint.PILOT, nobody_yet, Checkpoint.SIDE_BY_SIDE),
        (Checkpoint.EDGE, nobody_yet, Checkpoint.SIDE_BY_SIDE),
        (Checkpoint.PRODUCTION, one_left_behind, Checkpoint.EDGE),
        (Checkpoint.POST_MIGRATION, untold_objects, Checkpoint.PRODUCTION),
        (Checkpoint.POST_MIGRATION, untold_services, Checkpoint.POST_MIGRATION),
        (Checkpoint.LEGACY_SILENT, untold_services, Checkpoint.POST_MIGRATION),
        (Checkpoint.LEGACY_SILENT, one_still_runs, Checkpoint.POST_MIGRATION),
    ],
)
def test_a_twin_stands_no_further_than_its_data_shows(
    phase: Checkpoint, change: Callable[[Deployment], Deployment], found: Checkpoint
) -> None:
    assert make_plan(change(twin_at(phase))).phase is found


def test_without_people_that_is_said() -> None:
    assert standing(without_people(twin_at(Checkpoint.PILOT))).startswith(
        "phase side-by-side or later (nobody told who is homed where), on the way to"
    )


# ---------------------------------------------------------------- generations and pools


def with_another(versions: tuple[Version, ...], name: str = "old-lab.example") -> Deployment:
    """The pilot, and beside it a pool that has nothing to do with it."""
    twin = twin_at(Checkpoint.PILOT)
    model = twin.pool_by_id[front_end(TRIALS[PAIRS[0]].deployment)]
    servers = {server: ServerId(f"fe-{name}") for server in model.servers[:1]}
    pool = replace(
        model, id=PoolId(name), fqdn=name, versions=versions, servers=tuple(servers.values()), back_end=None
    )
    more = tuple(
        replace(twin.server_by_id[old], id=made, fqdn=made, pool=pool.id) for old, made in servers.items()
    )
    return replace(twin, pools=(*twin.pools, pool), servers=(*twin.servers, *more))


def test_three_generations_at_once_are_named_and_the_newest_is_the_target() -> None:
    said = standing(with_another((Version.L10,)))

    assert said.startswith("phase pilot, on the way to Skype for Business Server 2019; legacy: ")
    assert "old-lab.example (Lync Server 2013 and Lync Server 2010)" in said


def test_pools_at_different_phases_stand_where_the_slowest_does() -> None:
    twin = twin_at(Checkpoint.PRODUCTION)
    people = twin.population
    assert isinstance(people, Population)
    second = front_end(TRIALS[PAIRS[0]].deployment, 1)
    back = np.where(people.home == people.code(new(second)), people.code(second), people.home)
    half = replace(twin, population=people.changed(home=column(back, np.uint16)))

    assert make_plan(half).phase is Checkpoint.EDGE
    assert "; 12 of 24 people are on new pools" in standing(half)


def test_a_pool_that_the_migration_is_not_about_is_left_alone() -> None:
    twin = with_another((Version.L10,))
    asked = own('out_of_scope = ["Old-Lab.example"]\n')
    plan = make_plan(twin, own=asked)

    said = standing(twin, asked)
    assert "; out of scope: old-lab.example (Lync Server 2010)" in said
    assert "legacy: se01" in said
    assert "(Lync Server 2013); new: " in said
    assert "old-lab.example" not in plan.legacy
    assert plan.staying == {"old-lab.example": "the plan file leaves it out of scope"}
    assert not [step for step in plan.steps if "old-lab" in str(step.operations)]
    assert "old-lab" in str([step.operations for step in make_plan(twin).steps])


def test_a_newer_pool_that_the_migration_is_not_about_does_not_make_the_target() -> None:
    twin = with_another((Version.SE,), "lab.example")

    assert make_plan(twin).target == (Version.SE,)
    assert make_plan(twin, own=own('out_of_scope = ["lab.example"]\n')).target == (Version.S19,)


def test_a_generation_that_is_told_apart_by_nobody_is_stated() -> None:
    twin = twin_at(Checkpoint.PILOT)
    both = (Version.S19, Version.SE)
    pools = tuple(
        replace(pool, versions=both) if pool.versions == (Version.S19,) else pool for pool in twin.pools
    )
    unclear = replace(twin, pools=pools)
    newest = [pool.fqdn for pool in pools if pool.versions == both]

    assert "2019 or Subscription Edition" in standing(unclear).replace("Skype for Business Server ", "")
    asked = own(
        "".join(
            f'[[statements]]\ntext="t"\nauthor="A"\ndate=2026-01-05\npool="{name}"\nversion="se"\n'
            for name in newest
        )
    )
    assert standing(unclear, asked).startswith(
        "phase pilot, on the way to Skype for Business Server Subscription Edition"
    )


def test_new_pools_with_test_users_alone_are_no_pilot_if_somebody_says_so() -> None:
    twin = twin_at(Checkpoint.PILOT)
    said = standing(twin, stated('phase = "side-by-side"'))

    assert said.startswith("phase side-by-side (as the plan file states), on the way to")
    assert any(step.id == "P4.3" for step in make_plan(twin, own=stated('phase="side-by-side"')).steps)


def test_nothing_legacy_left_is_the_beginning_of_another_migration_or_the_end_of_this_one() -> None:
    twin = twin_at(Checkpoint.RETIRED)

    assert "on the way to Skype for Business Server Subscription Edition; legacy: new-" in standing(twin)
    over = stated('phase = "retired"')
    assert standing(twin, over).startswith("nothing is planned: the plan file states that the legacy pools")
    plan = make_plan(twin, own=over)
    assert (plan.phase, plan.steps) == (Checkpoint.RETIRED, ())
    refuse_unknown(over, plan, twin)


def test_where_it_stands_is_there_for_programs_too() -> None:
    def where(deployment: Deployment, asked: OwnPlan = NOTHING_ASKED) -> dict[str, object]:
        trial = Trial(deployment, is_twin=True, own=asked)
        estate = TwinEstate("twin", Imported(deployment=deployment, files=()), trial).report()
        return dict(estate.where)

    left_alone = own('out_of_scope = ["old-lab.example"]\n')
    assert where(with_another((Version.L10,)), left_alone) == {
        "phase": "pilot",
        "stated": False,
        "target": ["S19"],
        "legacy": {
            pool.fqdn: ["L13"]
            for pool in TRIALS[PAIRS[0]].deployment.pools
            if pool.role is PoolRole.FRONT_END
        },
        "new": {
            pool.fqdn: ["S19"]
            for pool in twin_at(Checkpoint.PILOT).pools
            if pool.role is PoolRole.FRONT_END and pool.versions == (Version.S19,)
        },
        "out_of_scope": {"old-lab.example": ["L10"]},
        "people_on_new": 4,
    }
    over = where(twin_at(Checkpoint.RETIRED), stated('phase = "retired"'))
    assert over == {
        "phase": "retired",
        "stated": True,
        "target": [],
        "legacy": {},
        "new": {},
        "out_of_scope": {},
        "people_on_new": None,
    }


def test_of_two_stated_phases_the_earlier_one_counts() -> None:
    both = own(
        "".join(
            f'[[statements]]\ntext="t"\nauthor="A"\ndate=2026-01-05\nphase="{phase}"\n'
            for phase in ("edge", "pilot")
        )
    )
    twin = twin_at(Checkpoint.PILOT)

    assert make_plan(twin, own=both).phase is Checkpoint.EDGE
    assert [each.kind for each in as_stated(twin, both).contradictions] == ["statements-differ"]


# ---------------------------------------------------------------- what cannot be


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            'out_of_scope = ["pool99"]\n',
            r"^plan\.toml, line 1: pool 'pool99' is not in the deployment\. Known",
        ),
        ("out_of_scope = 3\n", r"^plan\.toml, line 1: out_of_scope = 3: must be a list of texts"),
        (
            '[[statements]]\ntext="t"\nauthor="A"\ndate=2026-01-05\nphase="pilots"\n',
            r"""^plan\.toml, line 5: phase = "pilots": Known: .* Did you mean 'pilot'\?""",
        ),
        ('target = "S18"\n', r'^plan\.toml, line 1: target = "S18": Known: '),
        (
            '[[statements]]\ntext="t"\nauthor="A"\ndate=2026-01-05\npool="se01.lang-olson.example"\nversion="S18"\n',
            r'^plan\.toml, line 6: version = "S18": Known: ',
        ),
        (
            '[[statements]]\ntext="t"\nauthor="A"\ndate=2026-01-05\npool="se09"\nmoved_from="x"\n',
            r"^plan\.toml, line 5: pool 'se09' is not in the deployment\.",
        ),
    ],
)
def test_a_correction_that_makes_no_sense_is_named_with_its_line(text: str, complaint: str) -> None:
    twin = twin_at(Checkpoint.PILOT)

    def corrected() -> None:
        asked = own(text)
        refuse_unknown(asked, make_plan(twin, own=asked), twin)

    with pytest.raises(InputError, match=complaint):
        corrected()


def test_something_has_to_be_in_scope() -> None:
    twin = twin_at(Checkpoint.PILOT)
    names = ", ".join(f'"{pool.fqdn}"' for pool in twin.pools)
    asked = own(f"out_of_scope = [{names}]\n")

    with pytest.raises(InputError, match=r"^plan\.toml, line 1: out_of_scope names every Front End pool"):
        refuse_unknown(asked, make_plan(twin, own=asked), twin)


def test_made_up_deployments_have_no_pool_to_leave_out() -> None:
    with pytest.raises(InputError, match=r"^plan\.toml, line 1: names pool 'p', and made-up"):
        refuse_names(own('out_of_scope = ["p"]\n'))


def test_what_is_left_out_is_written_and_read_again() -> None:
    asked = own('target = "S19"\nout_of_scope = ["old-lab.example"]\n')

    assert own(write_own(asked)) == replace(asked, lines={})


# ---------------------------------------------------------------- what rests on purpose


def test_an_old_edge_that_rests_too_early_is_still_a_finding() -> None:
    trial = TRIALS[PAIRS[0]]
    twin = twin_at(Checkpoint.EDGE)
    late = {server.id: server.services for server in twin_at(Checkpoint.PRODUCTION).servers}
    legacy = {server.id for server in trial.deployment.servers}
    servers = tuple(
        replace(server, services=late[server.id]) if server.id in legacy else server
        for server in twin.servers
    )

    assert ("every_expected_service_runs", "now") in weighty(replace(twin, servers=servers))


def test_a_small_deployment_has_a_standing_too() -> None:
    made = built(Blueprint(sites=(SiteBlueprint(pools=(PoolBlueprint(),)),)))

    assert standing(made).startswith("phase legacy, on the way to")
    assert standing(built(one_pool())).startswith("phase legacy, on the way to")
