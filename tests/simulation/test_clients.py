"""Clients as data, and the version filter: who may sign in where, and whom a rule turns away."""

from __future__ import annotations

import pytest
from helpers import after, built, one_pool, state_at, tried

from coexistence.model import operations as op
from coexistence.model.clients import CLIENTS, Client, ClientGeneration, Listed, Span
from coexistence.model.deployment import ClientVersionRule, ClientVersionSettings, Pool
from coexistence.model.vocabulary import Origin, PoolRole, SiteId, Unknown, Version
from coexistence.simulation.rules.clients import decided, listed_clients, may_sign_in, rules_for, settings_for

C, V = ClientGeneration, Version
HERE = Origin("test")
UNTOLD = Unknown("client versions")
BLOCKED = "Block"


def rule(compare: str, version: str, *, agent: str = "OC", **facts: object) -> ClientVersionRule:
    made: dict[str, object] = {"scope": "global", "priority": 0, "action": BLOCKED, **facts}
    return ClientVersionRule(user_agent=agent, compare=compare, version=version, origin=HERE, **made)  # type: ignore[arg-type]  # fields of the rule


def action(
    *rules: ClientVersionRule, client: Client = CLIENTS[C.LYNC_2010], otherwise: str = "Allow"
) -> object:
    return decided(rules, client.agents, client.versions, otherwise)


# ---------------------------------------------------------------- the table


@pytest.mark.parametrize(
    ("client", "server", "listed"),
    [
        (C.LYNC_2010, V.L13, Listed.YES),
        (C.LYNC_2010, V.S15, Listed.YES),
        (C.LYNC_2010, V.S19, Listed.NOT_LISTED),
        # Its mobility service is gone from 2019: a documented no, not a gap in a list.
        (C.LYNC_2010_MOBILE, V.S15, Listed.YES),
        (C.LYNC_2010_MOBILE, V.S19, Listed.NO),
        (C.PHONE_EDITION, V.S19, Listed.NOT_LISTED),
        (C.LYNC_2013, V.L10, Listed.YES),
        (C.LYNC_2013, V.S19, Listed.YES),
        (C.MOBILE, V.L10, Listed.NO),
        (C.SFB_2015, V.L13, Listed.NEWER),
        (C.SFB_2016, V.S15, Listed.YES),
    ],
)
def test_the_table_says_what_the_vendors_lists_say(
    client: ClientGeneration, server: Version, listed: Listed
) -> None:
    assert may_sign_in(CLIENTS[client], (server,)) is listed


def test_every_client_but_the_unknown_one_has_a_row() -> None:
    assert set(CLIENTS) == set(C) - {C.UNKNOWN}
    assert all(set(row.listed) == set(V) for row in CLIENTS.values())
    assert all(row.source and row.agents and row.tls <= row.updated_tls for row in CLIENTS.values())


def test_two_possible_versions_decide_nothing_where_they_differ() -> None:
    assert may_sign_in(CLIENTS[C.LYNC_2010], (V.S15, V.S19)) == Unknown("Get-CsServerPatchVersion")
    assert may_sign_in(CLIENTS[C.LYNC_2013], (V.S19, V.SE)) is Listed.YES


def test_a_made_up_deployment_has_only_clients_that_both_versions_list() -> None:
    assert listed_clients(V.L10, V.L13) == (C.LYNC_2010, C.LYNC_2010_MOBILE, C.PHONE_EDITION, C.LYNC_2013)
    assert listed_clients(V.L13, V.S19) == (C.LYNC_2013, C.MOBILE)


# ---------------------------------------------------------------- one rule


@pytest.mark.parametrize(
    ("compare", "version", "matches"),
    [
        # Lync 2010 is 4.0.7577.<anything>.
        ("EQL", "4", True),
        ("EQL", "4.0.7577", True),
        ("EQL", "4.0.7576", False),
        ("NEQ", "4.0.7576", True),
        ("NEQ", "4.0", False),
        ("LSS", "4.0.7578", True),
        ("LSS", "4.0.7577", False),
        ("LEQ", "4.0.7577", True),
        ("GTR", "4.0.7577", False),
        ("GTR", "3.5.6907.0", True),
        ("GEQ", "4.0.7577.0", True),
        ("GEQ", "15.0", False),
        # An empty field, and all behind it, means any.
        ("EQL", "4..7577.4", True),
        ("EQL", "", True),
        ("LSS", "", False),
    ],
)
def test_a_rule_compares_the_fields_that_it_gives(compare: str, version: str, matches: bool) -> None:
    assert action(rule(compare, version)) == (BLOCKED if matches else "Allow")


@pytest.mark.parametrize(
    ("compare", "version"), [("LSS", "4.0.7577.380"), ("EQL", "4.0.7577.4"), ("NEQ", "4.0.7577.4")]
)
def test_a_rule_about_a_number_that_nobody_told_decides_nothing(compare: str, version: str) -> None:
    assert action(rule(compare, version)) == UNTOLD


def test_an_unknown_number_does_not_matter_where_everything_behind_it_agrees() -> None:
    both = rule("LSS", "4.0.7577.380"), rule("GEQ", "4.0.7577", priority=1)

    assert action(*both) == BLOCKED
    assert action(rule("LSS", "4.0.7577.380", action="Allow")) == "Allow"


@pytest.mark.parametrize(
    ("agent", "matches"),
    [("OC", True), ("oc", True), ("O*", True), ("*", True), ("OCPhone", False), ("UCCP", False)],
)
def test_a_rule_is_about_its_user_agent_alone(agent: str, matches: bool) -> None:
    assert action(rule("GEQ", "0", agent=agent)) == (BLOCKED if matches else "Allow")


def test_a_rule_about_one_kind_of_telephone_leaves_mobile_clients_undecided() -> None:
    mobile = CLIENTS[C.MOBILE]

    assert action(rule("GEQ", "0", agent="iPhoneLync"), client=mobile) == UNTOLD
    assert action(rule("GEQ", "0", agent="*Lync"), rule("GEQ", "0", agent="WPLync"), client=mobile) == BLOCKED


# ---------------------------------------------------------------- many rules


def test_the_first_rule_that_matches_decides() -> None:
    home = built().pools_of(PoolRole.FRONT_END)[0]
    allow, block = rule("GEQ", "4.0", action="AllowAndUpgrade", priority=1), rule("GEQ", "4.0", priority=2)

    assert action(*rules_for([block, allow], home)) == "AllowAndUpgrade"


def test_a_rule_that_is_switched_off_is_not_tried() -> None:
    home = built().pools_of(PoolRole.FRONT_END)[0]

    assert rules_for([rule("GEQ", "4.0", enabled=False)], home) == ()


def test_where_no_rule_matches_the_default_action_counts() -> None:
    assert action(rule("EQL", "2.0"), otherwise="BlockWithUrl") == "BlockWithUrl"
    unknown = Unknown("Get-CsClientVersionConfiguration")
    assert decided((), ("OC",), Span((4, 0, 0, 0), (4, 0, 0, 0)), unknown) == unknown


@pytest.mark.parametrize(
    ("scopes", "policy", "wins"),
    [
        (["global"], None, "global"),
        (["global", "site:1"], None, "site:1"),
        (["global", "site:2"], None, "global"),
        (["global", "site:1", "service:{home}"], None, "service:{home}"),
        (["global", "site:1", "service:{home}", "tag:Field"], None, "service:{home}"),
        (["global", "service:{home}", "tag:Field"], "Field", "tag:Field"),
        (["global", "tag:Field"], "Office", "global"),
    ],
)
def test_rules_of_the_narrowest_scope_count_alone(scopes: list[str], policy: str | None, wins: str) -> None:
    home = built().pools_of(PoolRole.FRONT_END)[0]
    rules = [rule("GEQ", "0", scope=scope.format(home=home.id)) for scope in scopes]

    assert [each.scope for each in rules_for(rules, home, policy)] == [wins.format(home=home.id)]


def test_settings_of_a_site_win_over_the_global_ones() -> None:
    home: Pool = built().pools_of(PoolRole.FRONT_END)[0]
    everywhere = ClientVersionSettings(scope="global", origin=HERE)
    here = ClientVersionSettings(scope=f"site:{home.site}", enabled=False, origin=HERE)
    elsewhere = ClientVersionSettings(scope=f"site:{SiteId('9')}", enabled=False, origin=HERE)

    assert settings_for([everywhere, here], home) is here
    assert settings_for([everywhere, elsewhere], home) is everywhere
    assert settings_for([], home) is None


# ---------------------------------------------------------------- the operation


def test_setting_client_rules_replaces_those_of_one_scope() -> None:
    state = state_at(tried(one_pool()), "legacy")
    mine = rule("LSS", "15.0", scope="site:1")
    off = ClientVersionSettings(scope="global", enabled=False, origin=HERE)

    once = after(state, op.SetClientRules(scope="site:1", rules=(mine,), settings=off))
    twice = after(once, op.SetClientRules(scope="site:1", rules=()))

    assert once.client_rules == (*state.client_rules, mine)  # type: ignore[misc]  # a built deployment's are known
    assert once.client_settings == (off,)
    assert (twice.client_rules, twice.client_settings) == (state.client_rules, (off,))


def test_setting_client_rules_does_not_tell_what_nobody_exported() -> None:
    untold = Unknown("Get-CsClientVersionPolicyRule")
    state = state_at(tried(one_pool()), "legacy").changed(client_rules=untold)

    assert after(state, op.SetClientRules(scope="global", rules=(rule("LSS", "4"),))).client_rules == untold
