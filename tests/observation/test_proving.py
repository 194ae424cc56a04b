"""Signing in when something is not as it is every day: credentials, caches, DHCP, redirects, formats."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from helpers import RULES, after, crowd, new, observer, one_pool, population_of, state_at, tried, with_service

from coexistence.model import operations as op
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.clients import ClientGeneration
from coexistence.model.conditions.messaging import DhcpScope, OfferedSchemes, Particulars
from coexistence.model.deployment import DnsRecord
from coexistence.model.vocabulary import (
    Credentials,
    Deregistration,
    Disposition,
    Edition,
    Origin,
    PoolId,
    PoolRole,
    Scheme,
    SiteId,
    Unknown,
    Version,
)
from coexistence.observation import ClientSubject, Observer
from coexistence.observation.listings import subjects
from coexistence.observation.people.presenting import present
from coexistence.observation.sign_in.deregistration import keep_endpoints, signed_out
from coexistence.observation.sign_in.sign_in import Attempt, sign_in
from coexistence.simulation.rules.assumptions import Rules
from coexistence.simulation.state import State, frozen

if TYPE_CHECKING:
    from coexistence.observation import Outcome

C = ClientGeneration
DONE, REFUSED, FAILED, UNDECIDED = Disposition
HERE = Origin("test")
DESKTOPS = (C.LYNC_2010, C.LYNC_2013, C.SFB_2015, C.SFB_2016)


def pilot(legacy: Version = Version.L13, target: Version = Version.S15) -> State:
    """An Enterprise pool of three and a Standard Edition server; phones may sign in to both generations."""
    large = PoolBlueprint(edition=Edition.ENTERPRISE, front_ends=3, crowds=(crowd(40),))
    small = PoolBlueprint(edition=Edition.STANDARD, crowds=(crowd(20),))
    site = SiteBlueprint(
        pools=(large, small), edge=EdgeBlueprint(), branches=(BranchBlueprint(crowds=(crowd(10),)),)
    )
    other = SiteBlueprint(pools=(small,))
    trial = tried(Blueprint(legacy=legacy, target=target, sites=(site, other), sip_domains=2))
    return state_at(trial, "pilot")


PILOT = pilot()
FRONT_ENDS = [pool for pool in PILOT.pools.values() if pool.role is PoolRole.FRONT_END]
LARGE = next(pool.id for pool in FRONT_ENDS if pool.edition is Edition.ENTERPRISE)
SMALL = next(pool.id for pool in FRONT_ENDS if pool.edition is Edition.STANDARD)
FAR = next(pool.id for pool in FRONT_ENDS if pool.site != PILOT.pools[LARGE].site)
NEW = new(LARGE)
FIRST, SECOND = PILOT.sip_domains


def signs_in(
    state: State, home: PoolId, client: C = C.LYNC_2013, *, rules: Rules = RULES, **how: Any
) -> Outcome:
    """Sign in from inside, with an empty cache unless said otherwise."""
    cache = how.pop("cache", "empty")
    domain = how.pop("domain", FIRST)
    outside = how.pop("outside", False)
    attempt = Attempt(**how)
    return sign_in(
        Observer(state, rules).facts, home, client, domain, cache=cache, outside=outside, attempt=attempt
    )


def particular(state: State, **facts: Any) -> State:
    """The state with something that deviates."""
    return after(state, op.SetParticulars(to=Particulars(**facts)))


def silent(state: State, *pools: PoolId) -> State:
    """The state with everything stopped on some pools."""
    return after(state, *(op.StopServices(pool=pool) for pool in pools))


def story(outcome: Outcome) -> str:
    """Every hop, on a line of its own."""
    return "\n".join(map(str, outcome.hops))


def nameless(state: State) -> State:
    """The state without any sign-in name in DNS."""
    assert not isinstance(state.records, Unknown)
    labels = ("lyncdiscover", "_sip", "sip.", "sipinternal")
    return state.changed(
        records=frozen({key: each for key, each in state.records.items() if not key[0].startswith(labels)})
    )


def without(state: State, pool: PoolId) -> State:
    """The state as if a pool had been removed."""
    left = {key: each for key, each in state.pools.items() if key != pool}
    return state.changed(pools=frozen(left), defined=frozen({**state.defined}))


# ---------------------------------------------------------------- proof


@pytest.mark.parametrize(
    ("client", "cache", "credentials", "sip", "diagnostic"),
    [
        (C.LYNC_2010, "empty", Credentials.WRONG_PASSWORD, 401, 1000),
        (C.LYNC_2010, "empty", Credentials.SKEWED_CLOCK, 401, 1013),
        (C.LYNC_2010, "empty", Credentials.OTHER_ACCOUNT, 403, 4004),
        (C.PHONE_EDITION, "warm", Credentials.WRONG_PASSWORD, 401, 1000),
        (C.SFB_2016, "warm", Credentials.WRONG_PASSWORD, 401, 1000),
        (C.SFB_2016, "warm", Credentials.SKEWED_CLOCK, 401, 1013),
        (C.SFB_2016, "empty", Credentials.WRONG_PASSWORD, 401, 28020),
        (C.SFB_2016, "empty", Credentials.SKEWED_CLOCK, 401, 28020),
        (C.SFB_2016, "empty", Credentials.OTHER_ACCOUNT, 403, 4004),
        (C.MOBILE, "empty", Credentials.WRONG_PASSWORD, 401, 28020),
        (C.MOBILE, "warm", Credentials.SKEWED_CLOCK, 401, 28020),
    ],
)
def test_wrong_credentials_end_with_their_own_diagnostic(
    client: C, cache: str, credentials: Credentials, sip: int, diagnostic: int
) -> None:
    for home in (LARGE, NEW):
        outcome = signs_in(PILOT, home, client, cache=cache, credentials=credentials)
        assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (REFUSED, sip, diagnostic)


def test_proof_is_asked_for_before_anybody_is_sent_home() -> None:
    """The first server authenticates, and only then answers 301 (trace)."""
    outcome = signs_in(PILOT, FAR, C.LYNC_2010, credentials=Credentials.WRONG_PASSWORD)

    assert outcome.source != FAR
    assert "301" not in story(outcome)


def test_from_outside_proof_is_asked_for_too() -> None:
    outcome = signs_in(PILOT, LARGE, outside=True, credentials=Credentials.WRONG_PASSWORD)
    assert (outcome.sip, outcome.diagnostic) == (401, 1000)


def test_a_client_needs_a_scheme_that_the_pool_offers() -> None:
    def offering(*schemes: Scheme) -> State:
        return particular(PILOT, offered_schemes=(OfferedSchemes(pool=LARGE, schemes=frozenset(schemes)),))

    windows = offering(Scheme.NTLM, Scheme.KERBEROS)
    assert signs_in(windows, LARGE, C.PHONE_EDITION, cache="warm").sip == 401
    assert signs_in(windows, LARGE, C.LYNC_2010, cache="warm").disposition is DONE
    assert signs_in(windows, SMALL, C.PHONE_EDITION, cache="warm").disposition is DONE
    tickets = offering(Scheme.KERBEROS)
    assert signs_in(tickets, LARGE, cache="warm").disposition is DONE
    assert signs_in(tickets, LARGE, outside=True).sip == 401
    assert "offers Kerberos" in signs_in(tickets, LARGE, outside=True).reason
    assert signs_in(offering(Scheme.CERTIFICATE), LARGE, outside=True).disposition is DONE


# ---------------------------------------------------------------- caches


def test_an_old_registrar_sends_people_on_while_it_answers() -> None:
    outcome = signs_in(PILOT, NEW, C.SFB_2016, cache="warm", remembered=SMALL)

    assert outcome.disposition is DONE
    assert f"{SMALL}: 301 Redirect request to Home Server {NEW}" in story(outcome)


@pytest.mark.parametrize("gone", [silent(PILOT, SMALL), without(PILOT, SMALL)], ids=["silent", "removed"])
def test_a_remembered_registrar_that_is_gone_makes_a_client_look_again(gone: State) -> None:
    forgetful = signs_in(gone, NEW, C.PHONE_EDITION, cache="warm", remembered=SMALL)
    stubborn = signs_in(
        gone,
        NEW,
        C.PHONE_EDITION,
        cache="warm",
        remembered=SMALL,
        rules=Rules({"dead-registrar-forgotten": "no"}),
    )

    assert forgetful.disposition is DONE
    assert "it looks for another" in story(forgetful)
    assert "dead-registrar-forgotten" in forgetful.assumes
    assert stubborn.disposition is FAILED
    assert (
        signs_in(nameless(gone), NEW, C.PHONE_EDITION, cache="warm", remembered=SMALL).disposition is FAILED
    )
    assert signs_in(nameless(gone), NEW, C.PHONE_EDITION, cache="warm").disposition is DONE


# ---------------------------------------------------------------- phones


def scopes(registrar: str | None, certificates: str | None, site: SiteId | None = None) -> State:
    """A network whose DNS has no sign-in names, and whose DHCP says this."""
    told = (DhcpScope(site=site, registrar=registrar, certificates=certificates),)
    return particular(nameless(PILOT), dhcp=told)


def test_a_phone_finds_its_registrar_and_certificate_by_dhcp() -> None:
    outcome = signs_in(scopes(SMALL, SMALL), LARGE, C.PHONE_EDITION)

    assert outcome.disposition is DONE, str(outcome)
    assert f"DHCP: option 120 names {SMALL}" in story(outcome)
    assert f"DHCP: option 43 names {SMALL} for certificates" in story(outcome)
    assert f"{SMALL}: 301 " in story(outcome)
    assert "dhcp-names-registrar" not in outcome.assumes


@pytest.mark.parametrize(
    ("registrar", "certificates", "says"),
    [
        (None, SMALL, "no sign-in name"),
        (SMALL, None, "option 43 names no web service"),
        ("old.example", SMALL, "no DNS A record of old.example"),
        (SMALL, "old.example", "no DNS record of old.example"),
    ],
)
def test_an_option_that_leads_nowhere_keeps_a_phone_that_was_reset_out(
    registrar: str | None, certificates: str | None, says: str
) -> None:
    state = scopes(registrar, certificates)

    outcome = signs_in(state, LARGE, C.PHONE_EDITION)
    assert outcome.disposition is FAILED
    assert says in outcome.reason
    assert signs_in(state, LARGE, C.PHONE_EDITION, cache="warm").disposition is DONE


def test_a_retired_pool_in_the_options_is_noticed_by_phones_that_were_reset_alone() -> None:
    state = silent(scopes(LARGE, SMALL), SMALL)

    assert signs_in(state, LARGE, C.PHONE_EDITION).disposition is FAILED
    assert signs_in(state, LARGE, C.PHONE_EDITION, cache="warm").disposition is DONE
    assert signs_in(state, LARGE, C.LYNC_2010).disposition is DONE


def test_a_scope_of_a_site_counts_for_devices_there() -> None:
    near, far = PILOT.pools[LARGE].site, PILOT.pools[FAR].site
    state = scopes(SMALL, SMALL, near)

    assert signs_in(state, LARGE, C.PHONE_EDITION).disposition is DONE
    assert signs_in(state, LARGE, C.PHONE_EDITION, site=far).disposition is FAILED
    assert signs_in(state, FAR, C.PHONE_EDITION).disposition is FAILED
    assert signs_in(state, FAR, C.PHONE_EDITION, site=near).disposition is DONE


def test_a_stray_chain_spoils_the_pin_of_phones_that_were_reset() -> None:
    state = particular(PILOT, stray_chains=frozenset(PILOT.pools[LARGE].servers[:1]))

    outcome = signs_in(state, LARGE, C.PHONE_EDITION)
    assert outcome.disposition is FAILED
    assert "asks for the PIN again and again" in outcome.reason
    assert signs_in(state, LARGE, C.PHONE_EDITION, cache="warm").disposition is DONE
    assert signs_in(state, LARGE, C.LYNC_2013).disposition is DONE
    assert signs_in(state, SMALL, C.PHONE_EDITION).disposition is DONE


# ---------------------------------------------------------------- redirects and prompts


@pytest.mark.parametrize(
    ("home", "client", "redirects"),
    [(SMALL, C.LYNC_2010, 1), (NEW, C.LYNC_2010, 2), (NEW, C.LYNC_2013, 1), (NEW, C.MOBILE, 0)],
)
def test_a_client_follows_so_many_redirects(home: PoolId, client: C, redirects: int) -> None:
    state = PILOT
    record = DnsRecord(name=f"_sipinternaltls._tcp.{FIRST}", kind="SRV", target=LARGE, origin=HERE)
    state = after(state, op.SetDnsRecords(records=(record,)))
    outcome = signs_in(state, home, client)

    assert story(outcome).count(": 301 Redirect request to Home Server") == redirects
    for limit in (0, 1, 2, 3):
        ends = signs_in(state, home, client, rules=Rules({"redirects-followed": str(limit)})).disposition
        assert ends is (DONE if redirects <= limit else FAILED)


def test_autodiscover_of_a_foreign_domain_asks_whether_to_trust() -> None:
    foreign = signs_in(PILOT, LARGE, domain=SECOND)
    strict = Rules({"trust-prompt-accepted": "no"})

    assert "asks whether to trust" in story(foreign)
    assert "trust-prompt-accepted" in foreign.assumes
    assert "asks whether to trust" not in story(signs_in(PILOT, LARGE))
    assert signs_in(PILOT, LARGE, domain=SECOND, rules=strict).disposition is REFUSED
    assert signs_in(PILOT, LARGE, domain=SECOND, rules=strict, cache="warm").disposition is DONE
    assert signs_in(PILOT, LARGE, C.LYNC_2010, domain=SECOND, rules=strict).disposition is DONE
    trusting = particular(PILOT, trusted_domains=frozenset({FIRST}))
    assert signs_in(trusting, LARGE, domain=SECOND, rules=strict).disposition is DONE


# ---------------------------------------------------------------- signed out by a server


@pytest.mark.parametrize(
    ("why", "ends", "diagnostic", "says"),
    [
        (Deregistration.MOVED, DONE, None, "NOTIFY, deactivated"),
        (Deregistration.REGISTRAR_CHANGED, DONE, None, "NOTIFY, preferred-registrar-change, P-Preferred-Reg"),
        (Deregistration.QUOTA, REFUSED, None, "NOTIFY, unregistered"),
        (Deregistration.DISABLED, REFUSED, 4141, "NOTIFY, deregistered;event=rejected"),
    ],
)
def test_why_a_server_signs_somebody_out_decides_what_follows(
    why: Deregistration, ends: Disposition, diagnostic: int | None, says: str
) -> None:
    outcome = signed_out(Observer(PILOT, RULES).facts, NEW, C.LYNC_2010, FIRST, why, from_pool=LARGE)

    assert (outcome.disposition, outcome.sip, outcome.diagnostic) == (ends, None, diagnostic)
    assert outcome.hops[0].found.startswith(says)


def test_after_a_move_the_client_looks_again_and_is_sent_home() -> None:
    def moved(state: State) -> Outcome:
        look = Observer(state, RULES)
        return signed_out(look.facts, NEW, C.LYNC_2010, FIRST, Deregistration.MOVED, from_pool=LARGE)

    outcome = moved(PILOT)
    assert outcome.hops[0].at == LARGE
    assert f"301 Redirect request to Home Server {NEW}" in story(outcome)
    assert moved(nameless(PILOT)).disposition is FAILED


@pytest.mark.parametrize(
    ("told", "devices", "ends"),
    [
        ((), 8, DONE),
        ((), 9, REFUSED),
        ((("global", 2),), 3, REFUSED),
        ((("global", 2), (f"site:{PILOT.pools[LARGE].site}", 64)), 9, DONE),
    ],
)
def test_only_so_many_devices_stay_signed_in(
    told: tuple[tuple[str, int], ...], devices: int, ends: Disposition
) -> None:
    state = particular(PILOT, most_endpoints=told)
    assert keep_endpoints(Observer(state, RULES).facts, LARGE, devices).disposition is ends


# ---------------------------------------------------------------- formats


def test_records_that_a_newer_pool_rewrote_may_be_unreadable_after_the_way_back() -> None:
    def clients(rules: Rules, label: str) -> dict[PoolId, set[tuple[Disposition, int | None, int]]]:
        look = observer(state_at(tried(one_pool(), rules=rules), label), rules)
        found: dict[PoolId, set[tuple[Disposition, int | None, int]]] = {}
        for each in subjects(look, "client"):
            assert isinstance(each, ClientSubject)
            outcome = each.sign_in()
            found.setdefault(each.home, set()).add((outcome.disposition, outcome.diagnostic, each.people))
        return found

    unreadable = Rules({"records-read-by-older": "no"})
    usual, switched = clients(RULES, "pilot.rolled-back"), clients(unreadable, "pilot.rolled-back")
    (old,) = usual
    assert usual[old] == {(DONE, None, 40)}
    # Two were in the pilot and came back; the others never left.
    assert switched[old] == {(DONE, None, 38), (FAILED, 4000, 2)}
    assert all(ends is DONE for ends, _, _ in set().union(*clients(unreadable, "pilot").values()))


def test_a_move_rewrites_records_only_where_that_is_looked_at() -> None:
    assert population_of(state_at(tried(), "pilot")).records is None


# ---------------------------------------------------------------- presenting


@pytest.mark.parametrize(
    ("client", "updated", "ends"),
    [
        (C.LYNC_2010, "yes", FAILED),
        (C.LYNC_2013, "yes", DONE),
        (C.LYNC_2013, "no", FAILED),
        (C.UNKNOWN, "yes", UNDECIDED),
    ],
)
def test_an_update_of_the_servers_keeps_old_clients_from_presenting(
    client: C, updated: str, ends: Disposition
) -> None:
    rules = Rules({"clients-updated": updated})
    state = particular(PILOT, net_updated=frozenset(PILOT.pools[NEW].servers[-1:]))

    assert present(Observer(state, rules).facts, LARGE, client, NEW).disposition is ends
    assert present(Observer(state, rules).facts, LARGE, client, LARGE).disposition is DONE
    assert present(Observer(PILOT, rules).facts, LARGE, client, NEW).disposition is DONE


# ---------------------------------------------------------------- subjects


def test_a_client_subject_passes_every_question_on() -> None:
    look = observer(PILOT)
    clients = [each for each in subjects(look, "client") if isinstance(each, ClientSubject)]
    subject = next(each for each in clients if each.home == NEW and each.domain == FIRST)

    assert subject.former_homes == (LARGE,)
    assert subject.sign_in().disposition is DONE
    assert subject.sign_in(Credentials.WRONG_PASSWORD).diagnostic == 28020
    assert subject.sign_in_again(Credentials.WRONG_PASSWORD).diagnostic == 1000
    assert "301" in story(subject.sign_in_again(remembered=LARGE))
    assert subject.sign_in_after(Deregistration.DISABLED).diagnostic == 4141
    assert subject.sign_in_after(Deregistration.MOVED, former=LARGE).hops[0].at == LARGE
    assert subject.keep_signed_in(9).disposition is REFUSED
    assert subject.be_seen().disposition is DONE
    assert subject.present(LARGE).disposition is DONE
    bare = dataclasses.replace(subject, client=C.UNKNOWN)
    assert bare.sign_in().disposition is UNDECIDED


def test_a_silent_pool_registers_nobody_whatever_the_cache_says() -> None:
    state = with_service(PILOT, SMALL, "RTCSRV")

    assert signs_in(state, SMALL, cache="warm", remembered=LARGE).disposition is FAILED
