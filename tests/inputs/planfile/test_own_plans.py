"""An administrator's own plan: what it changes, what is said about it, and how it is written out again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from helpers import built, crowd, front_end, meetings_of, new, one_pool, population_of, state_at, two_sites
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import deployments

from coexistence.errors import InputError
from coexistence.inputs.planfile.names import refuse_names, refuse_unknown
from coexistence.inputs.planfile.reader import PlanSource, parse_plan
from coexistence.inputs.planfile.writer import own_plan_of, write_own, write_plan
from coexistence.migration import Plan, RollbackAction, make_plan
from coexistence.migration.custom_plan import (
    AddedStep,
    LeftOutStep,
    MovedStep,
    OwnPlan,
    OwnPool,
    OwnWave,
    Statement,
    Window,
)
from coexistence.migration.guide import GUIDE
from coexistence.model import operations as op
from coexistence.model.blueprint import EdgeBlueprint
from coexistence.model.vocabulary import CHECKPOINT_ORDER, Checkpoint, Edition, Unknown, Version
from coexistence.rehearsal.plan_remarks import remarks_on
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import deployment_of

if TYPE_CHECKING:
    from coexistence.model.deployment import Deployment

START = dt.date(2026, 11, 23)
DEPLOYMENT = built(two_sites(people=40))
FIRST, SECOND = front_end(DEPLOYMENT), front_end(DEPLOYMENT, 1)
PLACES = [site.name for site in DEPLOYMENT.sites]


def own(text: str, **lists: tuple[str, ...]) -> OwnPlan:
    """A plan file's content, read."""
    return parse_plan(PlanSource("plan.toml", text, {f"{name}.csv": each for name, each in lists.items()}))


def tried(plan: OwnPlan, deployment: Deployment = DEPLOYMENT, **more: Any) -> Trial:
    """A trial of a plan file."""
    return Trial(deployment, own=plan, as_of=START, **more)


def keys(plan: Plan) -> list[str]:
    return [step.key for step in plan.steps]


def moves(plan: Plan, key: str) -> list[op.MoveUsers]:
    step = next(each for each in plan.steps if each.key == key)
    return [each for each in step.operations if isinstance(each, op.MoveUsers)]


def addresses(deployment: Deployment, *rows: int) -> tuple[str, ...]:
    known: Any = deployment.population
    return tuple(known.addresses[row] for row in rows)


# ---------------------------------------------------------------- waves


def test_by_default_the_pilot_goes_first_and_then_site_by_site() -> None:
    plan = make_plan(DEPLOYMENT)
    waves = [step for step in plan.steps if step.wave is not None]

    assert [(step.key, step.wave and step.wave.name) for step in waves] == [
        ("P4.3", "pilot"),
        ("P6.4/1", PLACES[0]),
        ("P6.4/2", PLACES[1]),
    ]
    assert [step.reaches for step in waves] == [Checkpoint.PILOT, None, Checkpoint.PRODUCTION]
    assert [move.users.on for move in moves(plan, "P6.4/2")] == [SECOND]


def test_a_wave_takes_who_stands_in_its_list_and_nobody_else() -> None:
    listed = addresses(DEPLOYMENT, 1, 41)
    text = f"[[waves]]\nname='pilot'\nlist='a.csv'\n[[waves]]\nname='one'\npool='{FIRST}'\n"
    trial = tried(own(text, a=(f"SIP:{listed[0].upper()}", listed[1], "who@else.example")))

    population = population_of(state_at(trial, "pilot"))

    assert population.home[[1, 41]].tolist() == [population.code(new(FIRST)), population.code(new(SECOND))]
    assert (population.home != population.came_from).sum() == 2
    assert [size.accounts for size in trial.waves.sizes] == [2, 39]
    assert dict(trial.waves.left) == {SECOND: 39}


@pytest.mark.parametrize(
    ("wave", "sizes"),
    [
        (f"pool='{FIRST}'", [40]),
        (f"pool='{FIRST.upper()}.'", [40]),
        (f"site='{PLACES[1]}'", [40]),
        ("count=3", [6]),
        (f"pool='{FIRST}'\ncount=3", [3]),
        (f"counts={{'{FIRST}'=3,'{SECOND}'=4}}", [7]),
    ],
)
def test_people_are_named_by_pool_site_or_number(wave: str, sizes: list[int]) -> None:
    trial = tried(own(f"[[waves]]\nname='one'\npilot=true\n{wave}\n"))

    assert [size.accounts for size in trial.waves.sizes][:1] == sizes


def test_a_wave_moves_as_it_says() -> None:
    text = "[[waves]]\nname='one'\ncount=1\n[[waves]]\nname='two'\ncount=1\nforce=true\n"
    plan = make_plan(DEPLOYMENT, own=own(f"{text}move_conference_data=false\nupgrade_clients=true\n"))

    assert {(each.force, each.with_content) for each in moves(plan, "P4.3")} == {(False, True)}
    assert {(each.force, each.with_content) for each in moves(plan, "P6.4")} == {(True, False)}
    step = next(each for each in plan.steps if each.key == "P6.4")
    assert any(isinstance(each, op.UpgradeClients) for each in step.operations)


def test_a_twin_whose_pilot_is_over_has_waves_for_whoever_is_left() -> None:
    pilot = state_at(Trial(DEPLOYMENT), "pilot")
    twin = deployment_of(pilot, "twin")
    moved = population_of(pilot).people_by_pool[new(FIRST)]

    plan = tried(own(f"[[waves]]\nname='one'\npool='{FIRST}'\n"), twin, is_twin=True)

    assert [(size.step.key, size.accounts) for size in plan.waves.sizes] == [("P6.4", 40 - moved)]


# ---------------------------------------------------------------- order and dates


def test_steps_are_left_out_moved_and_added() -> None:
    text = (
        "[steps]\nleave_out=['P7.6']\n[[steps.move]]\nstep='P8.1'\nbefore='P7.9'\n"
        "[[steps.add]]\ntitle='Tell them'\nafter='P4.3'\n"
    )
    plan = make_plan(DEPLOYMENT, own=own(text))
    order = keys(plan)

    assert "P7.6" not in order
    assert order.index("P8.1") == order.index("P7.9") - 1
    assert order.index("own.1") == order.index("P4.3") + 1
    reached = [step.reaches for step in plan.steps if step.reaches]
    assert reached == list(CHECKPOINT_ORDER)[1:]


def test_a_checkpoint_whose_last_step_is_left_out_is_reached_before() -> None:
    plan = make_plan(DEPLOYMENT, own=own("[steps]\nleave_out=['P8.9', 'P5.3']\n"))

    assert {step.reaches: step.key for step in plan.steps if step.reaches}[Checkpoint.RETIRED] == "P8.8"
    assert {step.reaches: step.key for step in plan.steps if step.reaches}[Checkpoint.EDGE] == "P5.2"


def test_steps_begin_on_their_days() -> None:
    text = (
        "[[waves]]\nname='pilot'\ncount=1\ndate=2026-12-01\n"
        f"[[waves]]\nname='one'\npool='{FIRST}'\ndate=2026-12-04\n"
        f"[[waves]]\nname='two'\npool='{SECOND}'\n[steps.dates]\n'P8.8'=2027-02-01\n"
    )
    trial = tried(own(text))
    begins = {step.key: date for step, date in trial.plan.dated()}

    assert begins["P4.3"] == dt.date(2026, 12, 1)
    # The pilot would have been watched for a week; its owner wants to go on after three days.
    assert begins["P6.4/1"] == dt.date(2026, 12, 4)
    assert begins["P6.4/2"] == dt.date(2026, 12, 5)
    assert begins["P8.8"] == dt.date(2027, 2, 1)
    assert remarks_on(trial) == ()


def test_the_simulated_calendar_is_that_of_the_plan() -> None:
    trial = tried(
        own("[[waves]]\nname='pilot'\ncount=1\ndate=2026-12-01\n[steps.dates]\n'P6.3'=2026-12-24\n")
    )
    days = dict(zip(keys(trial.plan), trial.plan.days, strict=True))

    assert state_at(trial, "pilot").day == (dt.date(2026, 12, 1) + dt.timedelta(days=7)).toordinal()
    assert START + dt.timedelta(days=days["P6.3"]) == dt.date(2026, 12, 24)
    end = sum(
        each.days for step in trial.plan.steps for each in step.operations if isinstance(each, op.LetDaysPass)
    )
    assert state_at(trial, "retired").day == START.toordinal() + end


def test_the_rollback_does_what_the_file_says() -> None:
    trial = tried(own("[rollback]\nactions=['users']\n"))

    assert trial.actions == {RollbackAction.USERS}
    assert not any(
        isinstance(each, op.DowngradeClients) for each in trial.plan.rollback(Checkpoint.PILOT, trial.actions)
    )


# ---------------------------------------------------------------- new pools and statements


def test_a_new_pool_is_as_the_file_says() -> None:
    text = (
        f"[[pools]]\nlegacy='{FIRST}'\nfqdn='Sfb01.contoso.com'\nedition='enterprise'\n"
        f"servers=['fe1.contoso.com','fe2.contoso.com']\nsite='{PLACES[1]}'\n"
    )
    trial = tried(own(text))
    state = state_at(trial, "production")

    assert trial.plan.successor[FIRST] == "sfb01.contoso.com"
    pool = state.pools[trial.plan.successor[FIRST]]
    assert (pool.fqdn, pool.edition, len(pool.servers)) == ("Sfb01.contoso.com", Edition.ENTERPRISE, 2)
    assert pool.site == DEPLOYMENT.sites[1].id
    assert trial.refusals == ()
    assert population_of(state).people_by_pool[pool.id] == 40


def test_two_legacy_pools_may_share_a_new_one() -> None:
    text = "".join(f"[[pools]]\nlegacy='{pool}'\nfqdn='big.contoso.com'\n" for pool in (FIRST, SECOND))
    trial = tried(own(text))

    assert trial.refusals == ()
    assert population_of(state_at(trial, "production")).people_by_pool == {"big.contoso.com": 80}


def test_a_statement_corrects_the_phase() -> None:
    text = (
        "[[statements]]\ntext='Nobody left, all done.'\nauthor='Ann'\ndate=2026-11-20\nphase='production'\n"
    )
    twin = deployment_of(state_at(Trial(DEPLOYMENT), "pilot"), "twin")

    assert make_plan(twin).phase is Checkpoint.EDGE or make_plan(twin).phase is Checkpoint.PILOT
    assert make_plan(twin, own=own(text)).phase is Checkpoint.PRODUCTION


def test_a_statement_tells_whose_clients_were_upgraded_and_where_people_came_from() -> None:
    twin = deployment_of(state_at(Trial(DEPLOYMENT), "pilot"), "twin")
    text = (
        f"[[statements]]\ntext='Pilot.'\nauthor='Ann'\ndate=2026-11-20\npool='{new(FIRST)}'\n"
        f"clients_upgraded=true\nmoved_from='{SECOND}'\n"
    )
    population = population_of(state_at(tried(own(text), twin, is_twin=True), "now"))
    there = population.home == population.code(new(FIRST))

    assert set(population.upgraded[there].tolist()) == {1}
    assert set(population.came_from[there].tolist()) == {population.code(SECOND)}


# ---------------------------------------------------------------- names that mean nothing


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[[waves]]\nname='a'\npool='pool99'",
            (
                "line 3: wave 'a' names pool 'pool99', which is not in the "
                f"deployment. Known: {FIRST}, {SECOND}."
            ),
        ),
        (
            f"[[waves]]\nname='a'\npool='{FIRST[:-1]}'",
            (
                f"line 3: wave 'a' names pool '{FIRST[:-1]}', which is not "
                f"in the deployment. Known: {FIRST}, {SECOND}. Did you mean '{FIRST}'?"
            ),
        ),
        ("[[waves]]\nname='a'\ncounts={x=1}", "line 3: wave 'a' names pool 'x', which is not"),
        ("[[waves]]\nname='a'\nsite='Atlantis'", "line 3: site 'Atlantis' is not in the deployment. Known: "),
        (
            "[[waves]]\nname='a'\nlist='l.csv'",
            (
                "line 3: wave 'a' names no one: none of the 1 addresses in l.csv "
                "is in the deployment (the first is 'no@body.example')."
            ),
        ),
        ("[[pools]]\nlegacy='pool99'\nfqdn='b'", "line 2: pool 'pool99' is not in the deployment. Known: "),
        (f"[[pools]]\nlegacy='{FIRST}'\nfqdn='{SECOND}'", f"line 3: '{SECOND}' is a legacy pool or server"),
        (f"[[pools]]\nlegacy='{FIRST}'\nfqdn='b'\nsite='x'", "line 4: site 'x' is not in the deployment."),
        ("[[statements]]\ntext='a'\nauthor='b'\ndate=2026-01-01\npool='x'", "line 5: pool 'x' is not in the"),
    ],
)
def test_a_name_that_means_nothing_is_named_with_its_line(text: str, sentence: str) -> None:
    asked = own(text, l=("no@body.example",))

    with pytest.raises(InputError) as caught:
        refuse_unknown(asked, make_plan(DEPLOYMENT, own=asked), DEPLOYMENT)
    (said,) = str(caught.value).splitlines()
    assert said.startswith(f"plan.toml, {sentence}"), said


def test_a_target_that_nothing_leads_to_is_named_where_it_stands() -> None:
    with pytest.raises(
        InputError, match=r"^plan\.toml, line 2: target = SE: no side-by-side path leads there"
    ):
        make_plan(DEPLOYMENT, own=own("\ntarget = 'SE'\n"))


def test_a_pool_without_anybody_is_a_wave_of_no_one() -> None:
    empty = built(one_pool(people=40, pool=None))
    deployment = dataclasses.replace(
        empty, population=population_of(state_at(Trial(built(one_pool(people=0))), "legacy"))
    )
    asked = own(f"[[waves]]\nname='a'\npool='{front_end(deployment)}'\n")

    with pytest.raises(InputError, match=r"line 3: wave 'a' names no one: nobody is homed on "):
        refuse_unknown(asked, make_plan(deployment, own=asked), deployment)


def test_a_list_says_nothing_where_nobody_told_who_is_there() -> None:
    blind = dataclasses.replace(DEPLOYMENT, population=Unknown("Get-CsUser"))
    asked = own("[[waves]]\nname='a'\nlist='l.csv'\n", l=("a@b.example",))

    with pytest.raises(InputError, match=r"Add the export of Get-CsUser, or take them by pool or site\.$"):
        refuse_unknown(asked, make_plan(blind, own=asked), blind)


@pytest.mark.parametrize(
    "text",
    ["[[waves]]\nname='a'\npool='p'", "[[waves]]\nname='a'\nsite='p'", "[[pools]]\nlegacy='p'\nfqdn='q'"],
)
def test_a_plan_for_made_up_deployments_names_nobody(text: str) -> None:
    with pytest.raises(InputError, match=r"^plan\.toml, line 1: names (pool|site) 'p', and made-up"):
        refuse_names(own(text))


def test_a_plan_by_numbers_serves_any_deployment() -> None:
    refuse_names(own("[[waves]]\nname='a'\ncount=5\n[steps]\nleave_out=['P7.11']\n"))


# ---------------------------------------------------------------- remarks


@pytest.mark.parametrize(
    ("text", "line", "remark"),
    [
        ("[steps]\nleave_out=['P4.2']", 2, "P4.2 is left out, and P4.3 needs it: a move before the first"),
        ("[steps]\nleave_out=['P3.6']", 2, "nobody verifies P3.5: P3.6 is left out"),
        (
            "[[steps.move]]\nstep='P8.1'\nbefore='P4.3'",
            1,
            "P8.1 comes before P6.4: the records stay on legacy",
        ),
        ("[[steps.move]]\nstep='P4.2'\nafter='P6.3'", 1, "P4.3 comes before P4.2: a move before the first"),
        (
            "[[steps.add]]\ntitle='x'\nafter='P4.3'",
            1,
            "nobody verifies own.1 (x): write verify = ... beside it",
        ),
        ("[steps.dates]\n'P7.16'=2027-01-01", 2, "P7.16 is no step of this plan: its date says nothing"),
        ("[steps.dates]\n'P6.4'=2027-01-01", 2, "P6.4 has several waves: give each its date in [[waves]]"),
        ("[steps.dates]\n'P6.3'=2026-01-01", 2, "P6.3 is dated 2026-01-01, and the question is asked as of"),
        (
            "[[statements]]\ntext='a'\nauthor='b'\ndate=2026-01-01\nphase='pilot'",
            1,
            "phase pilot is stated, and no pool of a new version is in the deployment",
        ),
        ("[[waves]]\nname='a'\ncount=2", 0, f"38 accounts on {FIRST} in no wave: the pool cannot be removed"),
    ],
)
def test_what_is_unwise_is_remarked_on(text: str, line: int, remark: str) -> None:
    found = [(each.line, each.text) for each in remarks_on(tried(own(text)))]

    assert [where for where, said in found if said.startswith(remark)] == [line], found


def test_the_guides_own_order_gives_no_remarks() -> None:
    assert remarks_on(tried(OwnPlan())) == ()


@given(deployments())
def test_no_plan_of_the_guide_breaks_its_own_requirements(deployment: Deployment) -> None:
    """Every step that another one needs comes before it, and is known to the guide."""
    plan = make_plan(deployment)
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for at, step in enumerate(plan.steps):
        assert step.id in GUIDE
        first.setdefault(step.id, at)
        last[step.id] = at
    for step in plan.steps:
        for need in step.requires:
            late = need.step in last and last[need.step] > first[step.id]
            # A single-name Edge hands over only after everybody has moved; that is advice, and noted.
            assert not late or not need.is_hard, (step.key, need.step)


def test_a_wave_that_takes_longer_than_its_window_is_remarked_on() -> None:
    text = "[[waves]]\nname='a'\ncount=30\nwindow='22:00-22:30'\n[rates]\nmoves_per_hour=60\n"
    trial = tried(own(text))

    assert [(size.minutes, size.fits) for size in trial.waves.sizes][:1] == [(60, False)]
    assert "wave 'a' takes about 1 h for 60 accounts, and its window 22:00-22:30 has 30 min" in [
        each.text for each in remarks_on(trial)
    ]


@pytest.mark.parametrize(("rate", "minutes"), [(60, 60), (240, 15), (10_000, 1)])
def test_a_wave_takes_as_long_as_its_people_at_the_rate(rate: int, minutes: int) -> None:
    trial = tried(own(f"[[waves]]\nname='a'\ncount=30\n[rates]\nmoves_per_hour={rate}\n"))

    assert trial.waves.sizes[0].minutes == minutes


# ---------------------------------------------------------------- written out again


def again(text: str, plan: OwnPlan) -> OwnPlan:
    lists = {wave.list_file: wave.addresses for wave in plan.waves if wave.list_file}
    return parse_plan(PlanSource("again.toml", text, lists))


@settings(max_examples=60)
@given(deployments())
def test_a_plan_written_and_read_again_is_the_same_plan(deployment: Deployment) -> None:
    plan = make_plan(deployment)
    text = write_plan(plan, deployment)

    assert make_plan(deployment, own=again(text, plan.own)) == plan


@pytest.mark.parametrize("label", ["side-by-side", "pilot", "edge", "production"])
def test_the_plan_of_a_twin_on_its_way_is_written_and_read_again(label: str) -> None:
    twin = deployment_of(state_at(Trial(DEPLOYMENT), label), "twin")
    plan = make_plan(twin)

    assert make_plan(twin, own=again(write_plan(plan, twin), plan.own)) == plan


def test_meetings_may_be_held_meanwhile() -> None:
    held = Trial(DEPLOYMENT, rules=Rules({"meetings-held-meanwhile": "yes"}))
    over = []
    for trial in (Trial(DEPLOYMENT), held):
        state = state_at(trial, "production")
        over.append(int((meetings_of(state).last < state.day).sum()))

    assert held.refusals == ()
    # Only single meetings end by being held, and those that people schedule afterwards are still to come.
    assert over[0] < over[1] < len(meetings_of(state_at(held, "production")))


@pytest.mark.parametrize(("name", "days"), [("pilot-days", 28), ("days-after-moves", 1)])
def test_the_calendar_is_an_assumption(name: str, days: int) -> None:
    label = {"pilot-days": "pilot", "days-after-moves": "production"}[name]
    longer = state_at(Trial(DEPLOYMENT, rules=Rules({name: str(days)})), label).day
    usual = state_at(Trial(DEPLOYMENT), label).day

    assert longer - usual == days - {"pilot-days": 7, "days-after-moves": 14}[name]


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).filter(
    lambda name: name.strip() == name and name.isprintable()
)
STEPS = st.sampled_from(sorted(GUIDE))
DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2028, 1, 1))
TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
WINDOWS = st.builds(Window, TIMES, TIMES).filter(lambda window: window.start != window.end)


@st.composite
def own_plans(draw: st.DrawFn) -> OwnPlan:
    """Plans that somebody could write; shrinks towards an empty one."""
    names = draw(st.lists(NAMES, unique_by=str.lower, max_size=4))
    dates = sorted(draw(st.lists(DAYS, min_size=len(names), max_size=len(names))))
    waves = []
    for number, (name, date) in enumerate(zip(names, dates, strict=True)):
        who: dict[str, Any] = draw(
            st.sampled_from(
                [
                    {"pool": f"pool{number}"},
                    {"pool": f"pool{number}", "count": 7},
                    {"site": f"site {number}"},
                    {"list_file": f"{number}.csv", "addresses": ("a@b.example",)},
                    {"counts": ((f"pool{number}.b", 3), ("x y", 1))},
                    {"count": number + 1},
                    {"everybody": True} if not number else {"count": 99},
                ]
            )
        )
        waves.append(
            OwnWave(
                name=name,
                is_pilot=draw(st.booleans()),
                date=date if draw(st.booleans()) else None,
                window=draw(st.none() | WINDOWS),
                force=draw(st.booleans()),
                move_conference_data=draw(st.booleans()),
                upgrade_clients=draw(st.none() | st.booleans()),
                **who,
            )
        )
    pools = draw(st.lists(NAMES, unique_by=str.lower, max_size=3))
    one, other = draw(st.tuples(STEPS, STEPS).filter(lambda pair: pair[0] != pair[1]))
    slugs = [action.slug for action in RollbackAction]
    chosen = draw(st.none() | st.sets(st.sampled_from(slugs)))
    return OwnPlan(
        target=draw(st.none() | st.sampled_from(Version)),
        pools=tuple(
            OwnPool(legacy=pool, fqdn=f"new-{pool}", edition=draw(st.none() | st.just(Edition.ENTERPRISE)))
            for pool in pools
        ),
        waves=tuple(waves),
        left_out=tuple(LeftOutStep(step=step) for step in draw(st.lists(STEPS, unique=True, max_size=2))),
        added=tuple(
            AddedStep(title=name, after=one, verify=draw(st.just("") | NAMES), date=draw(st.none() | DAYS))
            for name in draw(st.lists(NAMES, max_size=2))
        ),
        moved=(MovedStep(step=one, before=other),) if draw(st.booleans()) else (),
        rollback=None if chosen is None else tuple(slug for slug in slugs if slug in chosen),
        statements=tuple(
            Statement(
                text=name, author=name, date=draw(DAYS), phase=draw(st.none() | st.just(Checkpoint.PILOT))
            )
            for name in draw(st.lists(NAMES, max_size=2))
        ),
        moves_per_hour=draw(st.none() | st.integers(1, 10_000)),
    )


@given(own_plans())
def test_what_somebody_asks_for_is_written_and_read_again(plan: OwnPlan) -> None:
    assert again(write_own(plan), plan) == plan


def test_an_own_plan_keeps_what_was_asked_for() -> None:
    asked = own("[[waves]]\nname='a'\ncount=2\n[steps]\nleave_out=['P7.11']\n[rates]\nmoves_per_hour=7\n")
    plan = make_plan(DEPLOYMENT, own=asked)

    written = own_plan_of(plan, DEPLOYMENT)

    assert (written.waves, written.left_out, written.moves_per_hour) == (asked.waves, asked.left_out, 7)
    assert make_plan(DEPLOYMENT, own=again(write_own(written), written)) == plan


def test_people_who_stay_are_in_no_wave_and_not_missed() -> None:
    blueprint = one_pool(people=10, edge=EdgeBlueprint(xmpp=True))
    pool = dataclasses.replace(blueprint.sites[0].pools[0], crowds=(crowd(10), crowd(3, xmpp=True)))
    site = dataclasses.replace(blueprint.sites[0], pools=(pool,))
    trial = Trial(built(dataclasses.replace(blueprint, sites=(site,))), target=Version.S19)

    assert sum(size.accounts or 0 for size in trial.waves.sizes) == 10
    assert trial.waves.left == {}
