"""Signing in: situation by situation, what a client finds, and with which answer it ends.

Literally asserted are only statuses, ids and phrases that a document or a trace shows.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from helpers import RULES, after, crowd, new, state_at, tried, with_service

from coexistence.model import operations as op
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import (
    Block,
    Certificate,
    ClientVersionRule,
    ClientVersionSettings,
    DnsRecord,
)
from coexistence.model.vocabulary import (
    Confidence,
    Disposition,
    Edition,
    Origin,
    PoolId,
    PoolRole,
    Unknown,
    UserKind,
    Version,
)
from coexistence.observation import Observer
from coexistence.observation.sign_in.sign_in import downgraded, sign_in
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.rules.diagnostics import DIAGNOSTICS, PHRASES
from coexistence.simulation.state import State, frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from coexistence.observation import Outcome

C = ClientGeneration
HERE = Origin("test")
DONE, REFUSED, FAILED, UNDECIDED = Disposition


def deployment_from(legacy: Version, target: Version, **site: Any) -> State:
    """A pilot: a pair of Standard Edition servers, a branch appliance, a Director, an Edge; two domains."""
    pool = PoolBlueprint(edition=Edition.STANDARD, crowds=(crowd(40),), paired=True)
    branch = BranchBlueprint(crowds=(crowd(10),))
    described = {
        "pools": (pool, pool),
        "edge": EdgeBlueprint(),
        "branches": (branch,),
        "director": True,
        **site,
    }
    trial = tried(Blueprint(legacy=legacy, target=target, sites=(SiteBlueprint(**described),), sip_domains=2))
    return state_at(trial, "pilot")


PILOT = deployment_from(Version.L13, Version.S19)
FRONT_ENDS = [pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.FRONT_END]
OLD, OTHER = FRONT_ENDS[0], FRONT_ENDS[1]
NEW = new(OLD)
(DIRECTOR, NEW_DIRECTOR) = (pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.DIRECTOR)
(BRANCH,) = (pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.BRANCH_APPLIANCE)
FIRST, SECOND = PILOT.sip_domains
#: What only the names of Autodiscover and of SIP lead to.
WEB = ("lyncdiscoverinternal", "lyncdiscover")


def signs_in(
    state: State, home: PoolId = NEW, client: C = C.LYNC_2013, *, rules: Rules = RULES, **how: Any
) -> Outcome:
    """Sign in, by default somebody of the new pool with Lync 2013."""
    domain = how.pop("domain", FIRST)
    return sign_in(Observer(state, rules).facts, home, client, domain, **how)


def story(outcome: Outcome) -> str:
    """Every hop, on a line of its own."""
    return "\n".join(map(str, outcome.hops))


def without(state: State, *labels: str) -> State:
    """The state without names that begin like this."""
    assert not isinstance(state.records, Unknown)
    return state.changed(
        records=frozen({key: each for key, each in state.records.items() if not key[0].startswith(labels)})
    )


def pointing(state: State, label: str, target: str, kind: str = "A") -> State:
    """The state with a name of the first domain that leads elsewhere."""
    record = DnsRecord(name=f"{label}.{FIRST}", kind=kind, target=target, origin=HERE)
    return after(state, op.SetDnsRecords(records=(record,)))


def showing(state: State, pool: PoolId, **changes: Any) -> State:
    """The state with another certificate on a pool."""
    assert not isinstance(state.certificates, Unknown)
    (shown,) = (each for each in state.certificates if each.pool == pool and each.use == "Default")
    return after(state, op.AssignCertificates(certificates=(dataclasses.replace(shown, **changes),)))


def names_of(state: State, pool: PoolId) -> frozenset[str]:
    """The names in a pool's certificate."""
    assert not isinstance(state.certificates, Unknown)
    found: Certificate = next(
        each for each in state.certificates if (each.pool, each.use) == (pool, "Default")
    )
    return found.names


def speaking(state: State, pool: PoolId, *versions: str) -> State:
    """The state with only these TLS versions on a pool's servers."""
    made = dict(state.servers)
    for server in state.pools[pool].servers:
        made[server] = dataclasses.replace(made[server], tls=frozenset(versions))
    return state.changed(servers=frozen(made))


def silent(state: State, *pools: PoolId) -> State:
    """The state with everything stopped on some pools."""
    return after(state, *(op.StopServices(pool=pool) for pool in pools))


def lagging(state: State, pool: PoolId) -> State:
    """The state with replicas that stopped before the new pools were defined."""
    return state.changed(replicas=frozen({**state.replicas, **dict.fromkeys(state.pools[pool].servers, 0)}))


def filtering(state: State, action: str, version: str = "15.0", scope: str = "global", **facts: Any) -> State:
    """The state with one rule about Office Communicator's successors."""
    rule = ClientVersionRule(
        scope=scope,
        priority=0,
        user_agent="OC",
        compare="LEQ",
        version=version,
        action=action,
        origin=HERE,
        **facts,
    )
    return after(state, op.SetClientRules(scope=scope, rules=(rule,)))


# ---------------------------------------------------------------- the table


class Case(NamedTuple):
    """A situation, who signs in how, and how it ends."""

    situation: str
    make: Callable[[], State]
    how: dict[str, Any]
    ends: Disposition
    sip: int | None = None
    diagnostic: int | None = None
    says: str = ""


CASES = [
    Case("sound, new pool", lambda: PILOT, {}, DONE),
    Case("sound, legacy pool", lambda: PILOT, {"home": OLD}, DONE),
    Case("sound, branch appliance", lambda: PILOT, {"home": BRANCH}, DONE),
    Case("sound, second SIP domain", lambda: PILOT, {"domain": SECOND}, DONE),
    Case("sound, Lync 2010 on legacy", lambda: PILOT, {"home": OLD, "client": C.LYNC_2010}, DONE),
    Case("sound, phone on legacy", lambda: PILOT, {"home": OLD, "client": C.PHONE_EDITION}, DONE),
    Case("sound, mobile", lambda: PILOT, {"client": C.MOBILE}, DONE),
    Case("a disabled account", lambda: PILOT, {"kind": UserKind.DISABLED}, FAILED, 404, 4005),
    Case("an account online", lambda: PILOT, {"kind": UserKind.CLOUD}, REFUSED, says="homed online"),
    Case(
        "2010 client on 2019", lambda: PILOT, {"client": C.LYNC_2010}, REFUSED, says="not among the clients"
    ),
    Case("MCX client on 2019", lambda: PILOT, {"client": C.LYNC_2010_MOBILE}, REFUSED, says="cannot sign in"),
    Case("nobody knows the client", lambda: PILOT, {"client": C.UNKNOWN}, UNDECIDED, says="which client"),
    Case(
        "nobody knows the domain", lambda: PILOT, {"domain": Unknown("Get-CsUser")}, UNDECIDED, says="domain"
    ),
    Case("no name at all", lambda: without(PILOT, *WEB, "_sip", "sip."), {}, FAILED, says="no sign-in name"),
    Case(
        "the home pool has no A record",
        lambda: without(PILOT, NEW),
        {},
        FAILED,
        says=f"no DNS A record of {NEW}",
    ),
    Case(
        "the pool that answers has not heard of the new one",
        lambda: lagging(PILOT, OLD),
        {},
        FAILED,
        says=f"has not heard of {NEW}",
    ),
    Case(
        "the home pool is silent",
        lambda: silent(PILOT, BRANCH, OLD, OTHER),
        {"home": OLD, "cache": "warm"},
        FAILED,
        504,
        2,
    ),
    Case(
        "the certificate of the home pool has run out",
        lambda: showing(PILOT, NEW, not_after=dt.date(2026, 1, 1)),
        {},
        FAILED,
        says="expired on 2026-01-01",
    ),
    Case(
        "the home pool has no certificate",
        lambda: PILOT.changed(certificates=()),
        {"cache": "warm"},
        FAILED,
        says="no certificate",
    ),
    Case(
        "2010 client, TLS 1.2 alone on its pool",
        lambda: speaking(PILOT, OLD, "1.2"),
        {"home": OLD, "client": C.LYNC_2010},
        FAILED,
        says="no TLS version in common",
    ),
    Case("2013 client with updates, TLS 1.2 alone", lambda: speaking(PILOT, OLD, "1.2"), {"home": OLD}, DONE),
    Case(
        "a block at the home pool",
        lambda: PILOT.changed(blocked=(Block(source=None, target=NEW, port=5061, origin=HERE),)),
        {},
        FAILED,
        says="port 5061",
    ),
    Case("a rule blocks", lambda: filtering(PILOT, "Block"), {}, REFUSED, 403, 17002),
    Case("a rule blocks and upgrades", lambda: filtering(PILOT, "BlockAndUpgrade"), {}, REFUSED, 403, 17002),
    Case("a rule blocks with an address", lambda: filtering(PILOT, "BlockWithUrl"), {}, REFUSED, 403, 17003),
    Case("a rule allows with an address", lambda: filtering(PILOT, "AllowWithUrl"), {}, DONE),
    Case("a rule of another pool", lambda: filtering(PILOT, "Block", scope=f"service:{OLD}"), {}, DONE),
    Case("a rule of the pool", lambda: filtering(PILOT, "Block", scope=f"service:{NEW}"), {}, REFUSED, 403),
    Case("a rule about newer builds", lambda: filtering(PILOT, "Block", "15.0.4000"), {}, DONE),
    Case(
        "a rule about builds nobody told",
        lambda: filtering(PILOT, "Block", "15.0.6000"),
        {},
        UNDECIDED,
        says="may turn",
    ),
    Case("a policy that they were not granted", lambda: filtering(PILOT, "Block", scope="tag:X"), {}, DONE),
    Case(
        "a policy that they were granted",
        lambda: filtering(PILOT, "Block", scope="tag:X"),
        {"policy": "X"},
        REFUSED,
        403,
    ),
    Case(
        "a policy that they may have been granted",
        lambda: filtering(PILOT, "Block", scope="tag:X"),
        {"policy": Unknown("Get-CsUser")},
        UNDECIDED,
        says="may have been granted",
    ),
    Case(
        "nobody told the rules",
        lambda: PILOT.changed(client_rules=Unknown("Get-CsClientVersionPolicyRule")),
        {},
        UNDECIDED,
        says="client version rules",
    ),
    Case(
        "a rule blocks, if the filter is on",
        lambda: filtering(PILOT, "Block").changed(
            client_settings=Unknown("Get-CsClientVersionConfiguration")
        ),
        {},
        UNDECIDED,
        says="if the client version filter is on",
    ),
    Case(
        "nobody lists the home pool",
        lambda: PILOT,
        {"home": PoolId("gone.example")},
        UNDECIDED,
        says="no topology",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.situation for case in CASES])
def test_signing_in_ends_as_documented(case: Case) -> None:
    outcome = signs_in(case.make(), **case.how)

    assert outcome.disposition is case.ends, str(outcome)
    # A status or an id is only compared where the case names one: the others are nobody's word.
    assert case.sip in (None, outcome.sip)
    assert case.diagnostic in (None, outcome.diagnostic)
    assert case.says in outcome.reason


@pytest.mark.parametrize("state", [PILOT, without(PILOT, *WEB), silent(PILOT, OLD)])
def test_an_undecided_or_failed_answer_names_what_is_missing_and_where(state: State) -> None:
    for client in C:
        for home in (OLD, OTHER, NEW, BRANCH):
            outcome = signs_in(state, home, client)
            assert outcome.disposition is DONE or (outcome.reason and outcome.hops)
            assert outcome.disposition is not UNDECIDED or outcome.needs


# ---------------------------------------------------------------- finding a server


def test_each_client_begins_with_its_own_name() -> None:
    begins = {client: signs_in(PILOT, OLD, client).hops[0].at for client in C if client is not C.UNKNOWN}

    assert begins == {
        C.LYNC_2010: f"_sipinternaltls._tcp.{FIRST}",
        C.PHONE_EDITION: f"_sipinternaltls._tcp.{FIRST}",
        C.LYNC_2010_MOBILE: f"lyncdiscover.{FIRST}",
        C.MOBILE: f"lyncdiscover.{FIRST}",
        C.LYNC_2013: f"lyncdiscoverinternal.{FIRST}",
        C.SFB_2015: f"lyncdiscoverinternal.{FIRST}",
        C.SFB_2016: f"lyncdiscoverinternal.{FIRST}",
    }


def test_the_auto_logon_pool_redirects_to_the_home_pool() -> None:
    outcome = signs_in(PILOT, OTHER, C.LYNC_2010)

    assert f"{DIRECTOR}: 301 {PHRASES[301]} {OTHER}" in story(outcome)


def test_autodiscover_names_the_home_pool_of_legacy_and_new_people() -> None:
    for home in (OTHER, NEW):
        assert f"{OLD}: Autodiscover names the home pool {home}" in story(signs_in(PILOT, home))


def test_a_client_passes_over_names_that_lead_to_silence() -> None:
    stopped = with_service(PILOT, OLD, "W3SVC")
    gone = pointing(pointing(PILOT, WEB[0], "old.example"), WEB[1], "old.example")
    for state in (stopped, gone, without(PILOT, *WEB)):
        assert f"{DIRECTOR}: 301 " in story(signs_in(state))
    assert "its web services do not run" in story(signs_in(stopped))
    assert "is no pool of the topology" in story(signs_in(gone))


def test_without_autodiscover_mobile_clients_find_nothing() -> None:
    state = without(PILOT, *WEB)

    assert signs_in(state, client=C.MOBILE).disposition is FAILED
    assert signs_in(state, client=C.LYNC_2013).disposition is DONE


def test_a_removed_director_ends_what_begins_with_it() -> None:
    state = after(silent(PILOT, DIRECTOR), op.RemovePool(pool=DIRECTOR, tools=Version.S19))
    assert not isinstance(state.records, Unknown)
    assert state.records[f"sip.{FIRST}", "A"].target == DIRECTOR

    outcome = signs_in(state, OLD, C.LYNC_2010)

    assert outcome.disposition is FAILED
    assert f"{DIRECTOR}: is in the topology no more" in story(outcome)
    assert signs_in(state, OLD, C.LYNC_2010, cache="warm").disposition is DONE
    assert signs_in(state, OLD, C.LYNC_2013).disposition is DONE


def test_a_warm_cache_survives_broken_discovery() -> None:
    for state in (without(PILOT, *WEB, "_sip", "sip."), silent(PILOT, DIRECTOR, OLD)):
        assert signs_in(state, client=C.SFB_2016).disposition is FAILED
        assert signs_in(state, client=C.SFB_2016, cache="warm").disposition is DONE


def test_an_srv_target_in_another_domain_needs_the_sip_name_in_the_certificate() -> None:
    """Strict name matching: "DNS requirements for automatic client sign-in"."""
    bare = showing(PILOT, DIRECTOR, names=names_of(PILOT, DIRECTOR) - {f"sip.{FIRST}", f"sip.{SECOND}"})

    assert signs_in(bare, OLD, C.LYNC_2010, domain=FIRST).disposition is DONE
    outcome = signs_in(bare, OLD, C.LYNC_2010, domain=SECOND)
    assert outcome.disposition is FAILED
    assert outcome.reason == f"the certificate of {DIRECTOR} does not name sip.{SECOND}"


def test_an_srv_record_may_name_the_sip_host() -> None:
    state = pointing(PILOT, "_sipinternaltls._tcp", f"sip.{FIRST}", "SRV")
    assert signs_in(state, OLD, C.LYNC_2010).disposition is DONE

    bare = showing(state, DIRECTOR, names=names_of(PILOT, DIRECTOR) - {f"sip.{FIRST}"})
    assert signs_in(bare, OLD, C.LYNC_2010).disposition is FAILED


def test_an_alias_and_a_servers_name_lead_to_their_pool() -> None:
    state = pointing(without(PILOT, *WEB), WEB[0], f"alias.{FIRST}", "CNAME")
    state = pointing(state, "alias", PILOT.pools[OTHER].servers[0])

    assert f"{WEB[0]}.{FIRST}: leads to {OTHER}" in story(signs_in(state))


def test_names_that_lead_to_each_other_lead_nowhere() -> None:
    state = pointing(without(PILOT, *WEB), WEB[0], f"one.{FIRST}", "CNAME")
    state = pointing(pointing(state, "one", f"two.{FIRST}"), "two", f"one.{FIRST}")

    assert signs_in(state).disposition is DONE


def test_a_pool_that_registers_nobody_does_not_answer() -> None:
    (edge,) = (pool.id for pool in PILOT.pools.values() if pool.role is PoolRole.EDGE)
    state = pointing(without(PILOT, *WEB), "_sipinternaltls._tcp", edge, "SRV")

    assert f"{edge}: is no registrar but edge" in story(signs_in(state))


def test_a_2010_pool_answers_only_for_2010_pools() -> None:
    """UCWA, "Root URL": during coexistence the Autodiscover names must lead to the newer pool."""
    pilot = deployment_from(Version.L10, Version.L13, director=False)
    old = next(iter(pilot.pools))
    domain = pilot.sip_domains[0]
    repointed = signs_in(pilot, new(old), C.LYNC_2010_MOBILE, domain=domain)
    records = tuple(DnsRecord(name=f"{label}.{domain}", kind="A", target=old, origin=HERE) for label in WEB)
    left = after(pilot, op.SetDnsRecords(records=records))

    assert repointed.disposition is DONE
    assert signs_in(pilot, old, C.LYNC_2010_MOBILE, domain=domain).disposition is DONE
    outcome = signs_in(left, new(old), C.LYNC_2010_MOBILE, domain=domain)
    assert outcome.disposition is FAILED
    assert "autodiscover-2010" in outcome.assumes
    assert signs_in(left, old, C.LYNC_2010_MOBILE, domain=domain).disposition is DONE


# ---------------------------------------------------------------- at home


def test_the_backup_registrar_takes_over_in_survivable_mode() -> None:
    outcome = signs_in(silent(PILOT, OTHER), OTHER)

    assert PILOT.pools[OTHER].backup == OLD
    assert outcome.disposition is DONE
    assert f"{OLD}: the backup registrar takes over; survivable mode" in story(outcome)
    assert "survivable" not in story(signs_in(PILOT, OTHER))


def test_a_branch_appliance_and_its_registrar_stand_in_for_each_other() -> None:
    registrar = PILOT.pools[BRANCH].backup
    assert registrar is not None

    without_appliance = signs_in(silent(PILOT, BRANCH), BRANCH)
    alone = signs_in(silent(PILOT, registrar), BRANCH, cache="warm")

    assert without_appliance.disposition is DONE
    assert "takes over" in story(without_appliance)
    assert "survivable" not in story(without_appliance)
    assert alone.disposition is DONE
    assert "survivable mode" in story(alone)


def test_the_filter_is_off_where_its_settings_say_so() -> None:
    off = ClientVersionSettings(scope="global", enabled=False, origin=HERE)
    state = after(filtering(PILOT, "Block"), op.SetClientRules(scope="site:9", rules=(), settings=off))

    assert signs_in(state).disposition is DONE


def test_a_default_action_may_block_too() -> None:
    for action, diagnostic in (("Block", 17002), ("BlockWithUrl", 17003)):
        strict = ClientVersionSettings(scope="global", default_action=action, origin=HERE)
        state = after(PILOT, op.SetClientRules(scope="global", rules=(), settings=strict))
        assert (signs_in(state).sip, signs_in(state).diagnostic) == (403, diagnostic)


def test_a_block_bites_after_the_move_alone() -> None:
    """The old client signs in to the legacy pool, and is turned away by the new pool's filter."""
    state = filtering(PILOT, "Block", scope=f"service:{NEW}")

    assert signs_in(state, OLD).disposition is DONE
    assert signs_in(state, NEW).disposition is REFUSED


def test_a_pool_without_an_external_web_name_serves_no_mobile_client() -> None:
    bare = dataclasses.replace(PILOT.pools[NEW], external_web_fqdn=None)
    state = PILOT.changed(pools=frozen({**PILOT.pools, NEW: bare}))

    assert signs_in(state, client=C.MOBILE).disposition is FAILED
    assert signs_in(state, client=C.LYNC_2013).disposition is DONE


def test_from_outside_the_home_pool_has_the_last_word() -> None:
    assert signs_in(PILOT, OLD, outside=True).disposition is DONE
    blocked = signs_in(filtering(PILOT, "Block"), OLD, outside=True)
    assert (blocked.sip, blocked.diagnostic) == (403, 17002)


@pytest.mark.parametrize(
    ("upgraded", "ends"), [(False, DONE), (True, FAILED), (Unknown("client versions"), UNDECIDED)]
)
def test_who_was_upgraded_is_not_back(upgraded: Any, ends: Disposition) -> None:
    assert downgraded(Observer(PILOT, RULES).facts, OLD, C.SFB_2016, upgraded).disposition is ends


# ---------------------------------------------------------------- what is assumed


class Switch(NamedTuple):
    """An assumption, a situation in which it decides, and how that ends when it is switched."""

    assumption: str
    to: str
    make: Callable[[], State]
    how: dict[str, Any]
    default: Disposition
    switched: Disposition


BLIND = PILOT.changed(records=Unknown("DNS export"), certificates=Unknown("certificate export"))
SWITCHES = [
    Switch("names-resolve", "yes", lambda: BLIND, {}, UNDECIDED, DONE),
    Switch("next-name-after-silence", "no", lambda: with_service(PILOT, OLD, "W3SVC"), {}, DONE, FAILED),
    Switch("dhcp-names-registrar", "yes", lambda: without(PILOT, *WEB, "_sip", "sip."), {}, FAILED, DONE),
    Switch("clients-reach-pools", "no", lambda: PILOT, {}, DONE, FAILED),
    Switch("clients-updated", "no", lambda: speaking(PILOT, OLD, "1.2"), {"home": OLD}, DONE, FAILED),
    Switch("clients-updated", "no", lambda: filtering(PILOT, "Block", "15.0.4000"), {}, DONE, UNDECIDED),
    Switch("unlisted-client-signs-in", "yes", lambda: PILOT, {"client": C.PHONE_EDITION}, REFUSED, DONE),
    Switch("newer-client-signs-in", "no", lambda: PILOT, {"client": C.SFB_2016, "home": OLD}, DONE, REFUSED),
]


@pytest.mark.parametrize("switch", SWITCHES, ids=[f"{each.assumption}={each.to}" for each in SWITCHES])
def test_an_assumption_decides_and_is_named(switch: Switch) -> None:
    state = switch.make()
    usual = signs_in(state, **switch.how)
    other = signs_in(state, rules=Rules({switch.assumption: switch.to}), **switch.how)

    assert (usual.disposition, other.disposition) == (switch.default, switch.switched)
    for each in (usual, other):
        assert switch.assumption in each.assumes or each.disposition is UNDECIDED


def test_statuses_that_nobody_documents_are_marked_so() -> None:
    assert DIAGNOSTICS[4005].status_confidence is Confidence.DOCUMENTED
    assert {DIAGNOSTICS[each].status_confidence for each in (17002, 17003)} == {Confidence.ASSUMED}
