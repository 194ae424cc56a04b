"""Facts about the product, compared with a second reading of the guide; and what may be switched."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import version_sets

from coexistence.errors import InputError
from coexistence.model.vocabulary import Confidence, Maybe, Unknown, Version
from coexistence.simulation.rules.assumptions import ASSUMPTIONS, Rules, meeting_survives

TOLD = Unknown("meetings export")
RULES = Rules()
PAIRS = list(itertools.product(Version, Version))


def written_down_again(scheduled_on: Version, by_upgraded: bool, host: Version) -> bool:
    """The guide in other words: only *new* meetings of *upgraded* clients are at risk, and only on the
    *original* servers ("Migration process")."""
    ages = [Version.L10, Version.L13, Version.S15, Version.S19, Version.SE]
    is_original_server = ages.index(host) < ages.index(scheduled_on)
    return not (by_upgraded and is_original_server)


@pytest.mark.parametrize(("scheduled_on", "host"), PAIRS, ids=lambda version: version.name)
def test_a_meeting_fails_only_if_an_upgraded_client_made_it_on_a_newer_server(
    scheduled_on: Version, host: Version
) -> None:
    for by_upgraded in (True, False):
        expected = written_down_again(scheduled_on, by_upgraded, host)
        assert meeting_survives(scheduled_on, by_upgraded, (host,), RULES) is expected


def test_a_meeting_survives_where_it_was_made() -> None:
    assert all(meeting_survives(each, True, (each,), RULES) is True for each in Version)


def test_without_a_known_client_only_the_way_back_is_open() -> None:
    for scheduled_on, host in PAIRS:
        answer = meeting_survives(scheduled_on, TOLD, (host,), RULES)

        assert answer is True if host >= scheduled_on else answer == TOLD


@pytest.mark.parametrize("host", Version)
def test_without_a_known_server_only_old_clients_are_safe(host: Version) -> None:
    assert meeting_survives(TOLD, False, (host,), RULES) is True
    assert meeting_survives(TOLD, True, (host,), RULES) == TOLD
    assert meeting_survives(TOLD, TOLD, (host,), RULES) == TOLD


@given(st.sampled_from(Version), st.sampled_from([True, False, TOLD]), version_sets())
def test_evidence_that_disagrees_decides_nothing(
    scheduled_on: Version, by_upgraded: Maybe[bool], host: tuple[Version, ...]
) -> None:
    """Whatever is decided for a pool of several possible versions holds for each of them."""
    answer = meeting_survives(scheduled_on, by_upgraded, host, RULES)
    alone = [meeting_survives(scheduled_on, by_upgraded, (version,), RULES) for version in host]

    if not isinstance(answer, Unknown):
        assert all(each is answer for each in alone)
    else:
        assert len(set(map(str, alone))) > 1 or isinstance(alone[0], Unknown)


def test_a_pool_that_is_2019_or_newer_leaves_the_answer_to_its_build() -> None:
    answer = meeting_survives(Version.SE, True, (Version.S19, Version.SE), RULES)

    assert answer == Unknown("Get-CsServerPatchVersion")


@pytest.mark.parametrize(("scheduled_on", "host"), PAIRS, ids=lambda version: version.name)
def test_switched_off_every_meeting_survives(scheduled_on: Version, host: Version) -> None:
    rules = Rules({"upgraded-meeting-fails-on": "nothing"})

    for by_upgraded in (True, False, TOLD):
        assert meeting_survives(scheduled_on, by_upgraded, (host,), rules) is True


# ---------------------------------------------------------------- assumptions


@pytest.mark.parametrize("assumption", ASSUMPTIONS.values(), ids=lambda assumption: assumption.id)
def test_every_assumption_says_what_it_is_and_whose_word_it_is(assumption: object) -> None:
    each = ASSUMPTIONS[assumption.id]  # type: ignore[attr-defined]  # an Assumption

    assert each.allows(each.default)
    assert each.possible
    assert each.statement.endswith(".")
    assert each.source.endswith(".")
    assert isinstance(each.confidence, Confidence)


def test_an_assumption_has_its_default_until_switched() -> None:
    assert Rules().value("ports-open") == "yes"
    assert Rules({"ports-open": "no"}).value("ports-open") == "no"
    assert Rules({"ports-open": "no"}).value("newest-tools") == "yes"


def test_an_unknown_assumption_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match=r"^There is no assumption 'ports'\. Known: ports-open, "):
        Rules({"ports": "no"})


def test_a_value_that_an_assumption_cannot_have_is_refused_in_one_sentence() -> None:
    with pytest.raises(
        InputError, match=r"^Assumption 'ports-open' cannot be 'maybe'\. Possible: yes, no\.$"
    ):
        Rules({"ports-open": "maybe"})
