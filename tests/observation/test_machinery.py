"""Servers, names, certificates and steps of the plan, each asked about for itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from helpers import RULES, built, front_end, one_pool, place, state_at, tried

from coexistence.model.blueprint import EdgeBlueprint, SiteBlueprint
from coexistence.model.operations import StopServices
from coexistence.model.vocabulary import Disposition, PoolRole, ServiceState, Unknown
from coexistence.observation import Observer, StepSubject, Undecided
from coexistence.observation.listings import subjects
from coexistence.simulation.engine import apply
from coexistence.simulation.rules.assumptions import Rules
from coexistence.testing import SOME_OF_EVERYTHING

if TYPE_CHECKING:
    from coexistence.observation import CertificateSubject, NameSubject, Outcome, ServerSubject
    from coexistence.simulation.state import State

LEGACY = state_at(tried(SOME_OF_EVERYTHING), "legacy")
POOL = next(pool for pool in LEGACY.pools.values() if pool.role is PoolRole.FRONT_END)
EDGE = next(pool for pool in LEGACY.pools.values() if pool.role is PoolRole.EDGE)


def named(state: State, name: str, *, external: bool = False, rules: Rules = RULES) -> NameSubject:
    """One name of a side of DNS."""
    found = subjects(Observer(state, rules), "name")
    (subject,) = (each for each in found if each.name == name and each.is_external == external)  # type: ignore[union-attr]  # as asked for
    return subject  # type: ignore[return-value]  # as asked for


def shown(state: State, pool: str = POOL.id, use: str = "Default") -> CertificateSubject:
    found = subjects(Observer(state, RULES), "certificate")
    (subject,) = (
        each
        for each in found
        if (each.certificate.pool, each.certificate.use) == (pool, use)  # type: ignore[union-attr]  # as asked for
    )
    return subject  # type: ignore[return-value]  # as asked for


def server(state: State, of: str = POOL.id) -> ServerSubject:
    return next(each for each in subjects(Observer(state, RULES), "server") if each.pool.id == of)  # type: ignore[union-attr,return-value]  # as asked for


def with_record(state: State, name: str, target: str | None, side: str = "records") -> State:
    """The state with a record that leads elsewhere; None for a record that is gone."""
    records = getattr(state, side)
    made = {
        key: dataclasses.replace(record, target=target) if record.name == name and target else record
        for key, record in records.items()
        if record.name != name or target
    }
    return state.changed(**{side: made})


def with_certificate(state: State, pool: str, **facts: Any) -> State:
    assert not isinstance(state.certificates, Unknown)
    made = (
        dataclasses.replace(each, **facts) if each.pool == pool and each.use == "Default" else each
        for each in state.certificates
    )
    return state.changed(certificates=tuple(made))


def told(outcome: Outcome) -> tuple[str, str]:
    return outcome.disposition.value, outcome.reason


DAY = dt.date.fromordinal(LEGACY.day)
DOMAIN = LEGACY.sip_domains[0]


# -------------------------------------------------------------------- names


@pytest.mark.parametrize("label", ["legacy", "pilot", "post-migration", "legacy-silent", "retired"])
def test_every_name_of_a_sound_deployment_answers_unless_it_sleeps(label: str) -> None:
    state = state_at(tried(SOME_OF_EVERYTHING), label)
    names = subjects(Observer(state, RULES), "name")

    quiet = [
        (name.label, told(name.answer()))  # type: ignore[union-attr]  # as asked for
        for name in names
        if not (name.is_dormant or name.is_silenced) and name.answer().disposition is not Disposition.DONE  # type: ignore[union-attr]  # as asked for
    ]

    assert len(names) > 15
    assert quiet == []


@pytest.mark.parametrize(
    ("state", "name", "external", "reason"),
    [
        (apply(LEGACY, StopServices(pool=POOL.id), RULES).state, POOL.id, False, "no Front-End service"),
        (
            with_record(LEGACY, f"sip.{DOMAIN}", "nowhere.example"),
            f"sip.{DOMAIN}",
            False,
            "not in the topology",
        ),
        (
            with_certificate(LEGACY, POOL.id, not_after=DAY - dt.timedelta(days=1)),
            POOL.id,
            False,
            "expired on",
        ),
        (
            with_certificate(LEGACY, POOL.id, names=frozenset({"x"})),
            POOL.id,
            False,
            f"does not name {POOL.id}",
        ),
        (
            with_record(LEGACY, f"sip.{DOMAIN}", POOL.id, "outside"),
            f"sip.{DOMAIN}",
            True,
            "which is no Edge pool",
        ),
        (apply(LEGACY, StopServices(pool=EDGE.id), RULES).state, f"sip.{DOMAIN}", True, "does not answer"),
        (
            with_record(LEGACY, f"_sip._tls.{DOMAIN}", "gone.example", "outside"),
            f"_sip._tls.{DOMAIN}",
            True,
            "gone.example, which has no address",
        ),
    ],
)
def test_a_name_says_why_nobody_answers_there(state: State, name: str, external: bool, reason: str) -> None:
    outcome = named(state, name, external=external).answer()

    assert outcome.disposition is Disposition.FAILED
    assert reason in outcome.reason


def test_whose_address_it_is_nobody_can_tell() -> None:
    state = with_record(LEGACY, f"sip.{DOMAIN}", "192.0.2.7")

    outcome = named(state, f"sip.{DOMAIN}").answer()

    assert told(outcome) == ("undecided", "nobody told whose address 192.0.2.7 is")
    assert outcome.needs == ("DNS export",)


def test_a_name_that_leads_to_a_removed_pool_leads_nowhere() -> None:
    retired = state_at(tried(SOME_OF_EVERYTHING), "retired")
    state = with_record(retired, f"sip.{DOMAIN}", POOL.id)

    name = named(state, f"sip.{DOMAIN}")

    assert not name.is_dormant
    assert name.lead().reason.endswith("which is in the topology no more")
    assert named(state, POOL.id).is_dormant


def test_people_of_the_pool_are_hit_by_its_own_name_and_everybody_by_others() -> None:
    own, all_of = named(LEGACY, POOL.id).hit(), named(LEGACY, f"sip.{DOMAIN}").hit()

    assert set(own) == {POOL.id}
    assert set(own) < set(all_of)


@pytest.mark.parametrize("kind", ["name", "certificate"])
def test_what_no_export_tells_is_undecided_or_taken_for_granted(kind: str) -> None:
    state = LEGACY.changed(
        records=Unknown("DNS export"), outside=Unknown("x"), certificates=Unknown("certificate export")
    )

    assert subjects(Observer(state, Rules({"names-resolve": "yes"})), kind) == ()
    with pytest.raises(Undecided):
        subjects(Observer(state, RULES), kind)


# -------------------------------------------------------------------- certificates


@pytest.mark.parametrize(
    ("left", "ahead", "reason"),
    [(0, 0, ""), (-1, 0, "expired on"), (29, 30, "in 29 days"), (30, 30, "")],
)
def test_a_certificate_lasts_until_its_last_day(left: int, ahead: int, reason: str) -> None:
    state = with_certificate(LEGACY, POOL.id, not_after=DAY + dt.timedelta(days=left))

    outcome = shown(state).last(ahead)

    assert outcome.done is (not reason)
    assert reason in outcome.reason


def test_a_certificate_is_trusted_by_every_server_or_by_none_that_matters() -> None:
    state = with_certificate(LEGACY, POOL.id, issuer="somebody else")

    assert shown(LEGACY).be_trusted().done
    assert "does not trust somebody else" in shown(state).be_trusted().reason


def test_a_certificate_knows_the_names_that_it_is_shown_under() -> None:
    assert POOL.id in shown(LEGACY).names
    assert f"sip.{DOMAIN}" in shown(LEGACY, EDGE.id, "AccessEdgeExternal").names
    assert set(shown(LEGACY).hit()) == {POOL.id}
    assert set(shown(LEGACY, EDGE.id).hit()) > {POOL.id}


# -------------------------------------------------------------------- servers


def test_a_server_tells_what_it_runs_trusts_and_speaks() -> None:
    one = server(LEGACY)

    services = one.services
    assert not isinstance(services, Unknown)
    assert services["front_end"] is ServiceState.RUNNING
    assert one.speak("1.2").done
    assert not one.speak("1.9").done
    assert not one.trust("nobody").done
    assert one.hold_configuration().done
    assert set(one.hit()) == {POOL.id}


def test_a_server_of_which_nobody_told_leaves_it_open() -> None:
    bare = dataclasses.replace(
        LEGACY.servers[POOL.servers[0]], tls=Unknown("TLS settings"), roots=Unknown("certificate export")
    )
    one = dataclasses.replace(server(LEGACY), server=bare)

    assert one.speak("1.2").needs == ("TLS settings",)
    assert one.trust("internal CA").needs == ("certificate export",)


# -------------------------------------------------------------------- steps


def steps(trial: Any, label: str) -> list[StepSubject]:
    return list(trial.views_at(place(trial, label)).steps())


def test_steps_are_asked_about_where_they_lead_and_nowhere_else() -> None:
    trial = tried()
    asked = {each.label: [step.step.key for step in steps(trial, each.label)] for each in trial.places}

    assert asked["legacy"] == []
    assert not any(found for label, found in asked.items() if label.endswith(".rolled-back"))
    assert asked["pilot"] == ["P4.1", "P4.2", "P4.3"]
    line = [key for found in asked.values() for key in found]
    assert line == [step.key for step in trial.plan.steps]


def test_a_step_says_what_the_product_refused_of_it() -> None:
    trial = tried(one_pool(edge=EdgeBlueprint()))
    sound = [step.carry_out() for step in steps(trial, "pilot")]
    # Nothing can be moved to a pool whose services were never started.
    plan = dataclasses.replace(
        trial.plan, steps=tuple(step for step in trial.plan.steps if not step.id.startswith("P3"))
    )
    skipped = trial.varied(deployment=trial.deployment, plan=plan)
    (moved,) = (step for step in steps(skipped, "pilot") if step.step.id == "P4.3")

    assert all(each.done for each in sound)
    assert moved.carry_out().disposition is Disposition.REFUSED
    assert moved.carry_out().source == "MoveUsers"
    assert moved.label.startswith("P4.3 ")
    assert moved.verify == moved.step.verify


def test_a_deployment_without_an_edge_has_no_external_names() -> None:
    blueprint = dataclasses.replace(one_pool(), sites=(SiteBlueprint(),))
    trial = tried(blueprint)
    names = subjects(trial.views_at(trial.places[0]).here, "name")

    assert names
    assert not any(name.is_external for name in names)  # type: ignore[union-attr]  # as asked for
    assert front_end(built(blueprint)) in {name.name for name in names}  # type: ignore[union-attr]  # as asked for
