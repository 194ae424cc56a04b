"""Witnesses of the checks about clients: where they hold, and the faults that break them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from helpers import RULES, after, built, front_end, heads, new, place, state_at, tried

from coexistence import Severity
from coexistence.checking.registry import Registry
from coexistence.checking.results import Result
from coexistence.checking.runner import Views, run_check
from coexistence.migration import RollbackAction
from coexistence.model import operations as op
from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import ClientVersionRule
from coexistence.model.vocabulary import Origin, Unknown
from coexistence.observation import Observer
from coexistence.plugin.loading import load_builtin
from coexistence.simulation.state import State, frozen

SIGN_IN = "everybody_can_sign_in_with_their_client"
BACK = "no_upgraded_client_is_left_after_going_back"
OLD = front_end(built())
NEW = new(OLD)
TRIAL = tried()
PILOT = state_at(TRIAL, "pilot")
DOMAIN = PILOT.sip_domains[0]
REGISTRY = Registry()
load_builtin(REGISTRY)
CHECKS = {check.name: check for check in REGISTRY if check.name in (SIGN_IN, BACK)}
ON_LEGACY = f"38 people on {OLD} in {DOMAIN} with Lync 2013"
PILOTS = f"2 people on {NEW} in {DOMAIN} with Skype for Business 2016 or later, upgraded"


def ask(name: str, state: State) -> Result:
    """Ask a check about one moment."""
    here = Observer(state, RULES)
    result = run_check(CHECKS[name], Views(here=here, before=here, origin=here), {})
    assert result.crash is None
    return result


def blocking(version: str, compare: str) -> State:
    """The pilot with a client version rule that blocks."""
    rule = ClientVersionRule(
        scope="global",
        priority=0,
        user_agent="OC",
        compare=compare,
        version=version,
        action="Block",
        origin=Origin("test"),
    )
    return after(PILOT, op.SetClientRules(scope="global", rules=(rule,)))


def nameless(*labels: str) -> State:
    """The pilot without names that begin like this."""
    assert not isinstance(PILOT.records, Unknown)
    return PILOT.changed(
        records=frozen({key: each for key, each in PILOT.records.items() if not key[0].startswith(labels)})
    )


def with_old_clients() -> State:
    """The pilot, had its people kept Lync 2010, and been moved all the same."""
    moved = op.UpgradeClients(users=op.Selection(on=NEW), to=ClientGeneration.LYNC_2010)
    return after(PILOT, moved)


class Witness(NamedTuple):
    """A check, a fault that breaks it, and whom it names."""

    check: str
    fault: str
    make: Callable[[], State]
    kind: str
    subjects: tuple[str, ...]


WITNESSES = [
    Witness(
        SIGN_IN, "a rule blocks Lync 2013", lambda: blocking("15.0", "LEQ"), "client-refused", (ON_LEGACY,)
    ),
    Witness(
        SIGN_IN, "a rule blocks the new client", lambda: blocking("16.0", "GEQ"), "client-refused", (PILOTS,)
    ),
    Witness(
        SIGN_IN,
        "people with Lync 2010 were moved to 2019",
        with_old_clients,
        "client-refused",
        (f"2 people on {NEW} in {DOMAIN} with Lync 2010, upgraded",),
    ),
    Witness(
        SIGN_IN,
        "no sign-in name is left in DNS",
        lambda: nameless("lyncdiscover", "_sip", "sip"),
        "server-not-found",
        (ON_LEGACY, PILOTS),
    ),
    Witness(SIGN_IN, "the new pool has no A record", lambda: nameless(NEW), "sign-in-fails", (PILOTS,)),
    Witness(
        BACK,
        "people went back with their upgraded clients",
        lambda: state_at(tried(actions=frozenset({RollbackAction.USERS})), "pilot.rolled-back"),
        BACK,
        (f"2 people on {OLD} in {DOMAIN} with Skype for Business 2016 or later, upgraded",),
    ),
]


@pytest.mark.parametrize("label", [each.label for each in TRIAL.places])
def test_the_promises_about_clients_hold_at_every_checkpoint_of_a_sound_migration(label: str) -> None:
    where = place(TRIAL, label)
    for check in CHECKS.values():
        if check.applies_at(where):
            result = ask(check.name, TRIAL.state_at(where))
            assert (result.broken, result.undecided) == ((), ())


def test_after_going_back_the_promises_are_put_to_somebody() -> None:
    """The other side of the coin: neither check is quiet because it has nobody to ask about."""
    here = state_at(TRIAL, "pilot.rolled-back")

    assert ask(SIGN_IN, here).evaluations == 1
    assert ask(BACK, here).evaluations == 0
    assert ask(BACK, PILOT).evaluations == 1


@pytest.mark.parametrize("witness", WITNESSES, ids=[each.fault for each in WITNESSES])
def test_a_fault_breaks_the_promise_about_clients(witness: Witness) -> None:
    result = ask(witness.check, witness.make())

    assert {(each.finding.kind, each.severity) for each in result.broken} == {(witness.kind, Severity.ERROR)}
    assert tuple(each.subject for each in result.broken) == witness.subjects
    for broken in result.broken:
        assert broken.finding.outcome is not None
        assert broken.finding.outcome.reason
        assert broken.people >= 2


def test_unknown_clients_are_an_open_question_and_say_which_export_would_tell() -> None:
    population = PILOT.population
    assert not isinstance(population, Unknown)
    unknown = population.client.copy()
    unknown[:] = ClientGeneration.UNKNOWN
    result = ask(SIGN_IN, PILOT.changed(population=population.changed(client=unknown)))

    assert not result.broken
    assert {question.needs for question in result.undecided} == {("client versions",)}
    assert sum(sum(heads(question.hit).values()) for question in result.undecided) == 40
