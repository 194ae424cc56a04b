"""A statement may stand for an assumption: then verdicts rest on it, and what it denies is felt."""

from __future__ import annotations

import datetime as dt

import pytest
from helpers import built, front_end, one_pool

from coexistence.checking.registry import Registry
from coexistence.errors import InputError
from coexistence.inputs.planfile.apply_statements import as_stated
from coexistence.inputs.planfile.reader import PlanSource, parse_plan
from coexistence.inputs.planfile.writer import write_own
from coexistence.migration.custom_plan import OwnPlan, Statement
from coexistence.migration.statements import under_statements
from coexistence.model.blueprint import EdgeBlueprint
from coexistence.model.vocabulary import Version
from coexistence.plugin.loading import load_builtin
from coexistence.rehearsal.trial import Trial
from coexistence.rehearsal.verdicts import ItemVerdict
from coexistence.simulation.rules.assumptions import ASSUMPTIONS, STATEABLE, About, Rules

FACTS = [name for name, may_be in STATEABLE.items() if may_be]
REGISTRY = Registry()
load_builtin(REGISTRY)


def told(*texts: str) -> OwnPlan:
    head = '[[statements]]\ntext = "t"\nauthor = "Ann"\ndate = 2026-01-05\n'
    return parse_plan(PlanSource("plan.toml", "\n".join(head + each for each in texts)), stateable=STATEABLE)


def test_facts_of_a_deployment_are_yes_or_no() -> None:
    assert len(FACTS) > 20
    for name in FACTS:
        assert set(ASSUMPTIONS[name].options) <= {"yes", "no", "undecided"}
        assert "yes" in STATEABLE[name]
    assert {each.about for each in ASSUMPTIONS.values()} == set(About)


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_may_be_confirmed(name: str) -> None:
    rules = under_statements(Rules(), told(f'assumption = "{name}"'))

    assert rules.value(name) == "yes"
    assert rules.stated == {name}


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_may_be_denied_where_something_follows_from_it(name: str) -> None:
    text = f'assumption = "{name}"\nholds = false'
    if "no" in STATEABLE[name]:
        assert under_statements(Rules(), told(text)).value(name) == "no"
    else:
        with pytest.raises(InputError, match=r"line 6: holds = false: nothing follows from it for"):
            told(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('assumption = "features-need-services"', r"line 5: assumption = .*: is no fact of a deployment"),
        ('assumption = "pilot-days"', r"line 5: .* Switch it in \[tool\.coexistence\.rules\]"),
        (
            'assumption = "port-open"',
            r"line 5: there is no assumption 'port-open'\. Did you mean 'ports-open'\?",
        ),
        ("holds = false", r"line 5: holds goes with assumption"),
        ("assumption = 3", r"line 5: assumption = 3: must be a text"),
        ('assumption = "ports-open"\nholds = "no"', r'line 6: holds = "no": must be true or false'),
    ],
)
def test_what_nobody_can_state_is_said_with_its_line(text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        told(text)


def test_a_switch_that_says_otherwise_is_named() -> None:
    own = told('assumption = "ports-open"')

    with pytest.raises(InputError, match=r"^plan\.toml, line 1: states ports-open = 'yes', and \[tool\."):
        under_statements(Rules({"ports-open": "no"}), own)
    assert under_statements(Rules({"ports-open": "yes"}), own).stated == {"ports-open"}


def test_a_statement_answers_who_switched_an_assumption_to_undecided() -> None:
    own = told('assumption = "names-resolve"')

    assert under_statements(Rules({"names-resolve": "undecided"}), own).value("names-resolve") == "yes"


def test_of_two_statements_the_earlier_one_is_kept_and_both_are_named() -> None:
    own = told('assumption = "ports-open"', 'assumption = "ports-open"\nholds = false')
    made = as_stated(built(), own)

    assert under_statements(Rules(), own).value("ports-open") == "yes"
    (found,) = made.contradictions
    assert (found.kind, found.one.line, found.other.line) == ("statements-differ", 1, 6)


def test_without_statements_the_rules_are_the_same() -> None:
    rules = Rules()

    assert under_statements(rules, told("")) is rules


# ---------------------------------------------------------------- what verdicts rest on


DEPLOYMENT = built(one_pool(edge=EdgeBlueprint(federation=True)))


def verdicts(own: OwnPlan) -> list[ItemVerdict]:
    rules = under_statements(Rules(), own)
    trial = Trial(as_stated(DEPLOYMENT, own), rules=rules, is_twin=True, own=own)
    return [
        ItemVerdict.of(check, place, "twin", [(None, trial.ask(check, place))], stated=rules.stated)
        for place in trial.places
        for check in REGISTRY
        if check.applies_at(place)
    ]


def test_a_confirmed_assumption_is_none_any_more_and_nothing_else_changes() -> None:
    before, after = verdicts(told("")), verdicts(told('assumption = "ports-open"'))

    assert [each.standing for each in before] == [each.standing for each in after]
    rested = [each for each in before if "ports-open" in each.assumes]
    assert rested
    for one, other in zip(before, after, strict=True):
        assert set(other.assumes) == set(one.assumes) - {"ports-open"}
        assert other.stated == (("ports-open",) if one in rested else ())
        assert ItemVerdict.from_plain(other.plain()) == other


def test_what_is_denied_is_felt_and_the_finding_rests_on_no_assumption() -> None:
    broken = [each for each in verdicts(told('assumption = "ports-open"\nholds = false')) if each.findings]

    assert any(finding.outcome for each in broken for finding in each.findings)
    assert not any("ports-open" in finding.assumes for each in broken for finding in each.findings)
    assert any("ports-open" in each.stated for each in broken)


def test_a_shut_port_towards_the_outside_is_felt() -> None:
    edge = next(pool.fqdn for pool in DEPLOYMENT.pools if pool.federation)
    broken = {
        each.check.rpartition("::")[2]
        for port in (5061, 443)
        for each in verdicts(told(f'blocked_port = {port}\nfrom_pool = "outside"\nto_pool = "{edge}"'))
        if each.fails
    }

    assert {"users_outside_reach_their_pool", "web_conferences_are_open_to_the_outside"} <= broken
    wall = as_stated(DEPLOYMENT, told(f'blocked_port = 443\nfrom_pool = "{edge}"\nto_pool = "outside"'))
    (found,) = wall.surroundings.outside_blocks
    assert (found.edge, found.port, found.inbound) == (edge.lower(), 443, False)
    assert wall.blocked == ()


def test_everything_that_can_be_stated_is_written_and_read_again() -> None:
    statement = Statement(
        text="t",
        author="Ann",
        date=dt.date(2026, 1, 1),
        pool=front_end(DEPLOYMENT),
        uses_xmpp=False,
        scheduled_on=Version.L13,
        trusts=("A CA", "B, Inc."),
        partner="partner.example",
        assumption="ports-open",
        holds=False,
        archiving_critical=True,
    )

    source = PlanSource("plan.toml", write_own(OwnPlan(statements=(statement,))))
    assert parse_plan(source, stateable=STATEABLE).statements == (statement,)
