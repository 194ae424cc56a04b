"""Descriptions: plain data both ways, and one sentence for data that describes nothing."""

from __future__ import annotations

import dataclasses
import json

import pytest
from helpers import crowd, one_pool
from hypothesis import given
from strategies import blueprints

from coexistence.errors import BlueprintError
from coexistence.model.blueprint import Blueprint, Crowd, PoolBlueprint, SiteBlueprint, from_plain, to_plain
from coexistence.model.clients import ClientGeneration
from coexistence.model.vocabulary import UserKind


@given(blueprints())
def test_plain_data_comes_back_as_the_same_blueprint(blueprint: Blueprint) -> None:
    plain = to_plain(blueprint)

    assert from_plain(json.loads(json.dumps(plain))) == blueprint


def test_values_at_their_default_are_left_out() -> None:
    assert to_plain(Crowd()) == {}
    assert to_plain(Crowd(people=3, kind=UserKind.RESOURCE)) == {"people": 3, "kind": "RESOURCE"}
    assert to_plain(PoolBlueprint(dial_in=True)) == {"dial_in": True}


def test_a_blueprint_is_frozen_and_can_be_a_key() -> None:
    blueprint = one_pool()

    with pytest.raises(dataclasses.FrozenInstanceError):
        blueprint.sip_domains = 2  # type: ignore[misc]  # that it cannot be done is the point
    assert {blueprint: 1}[one_pool()] == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], r"^blueprint: expected a table of fields, found \[\]\.$"),
        (
            {"site": []},
            r"^blueprint: unknown field 'site'\. Known: legacy, target, sites, sip_domains, partners\.$",
        ),
        ({"sites": {}}, r"^blueprint\.sites: expected a list, found \{\}\.$"),
        ({"legacy": "L14"}, r"^blueprint\.legacy: 'L14' is none of L10, L13, S15, S19, SE\.$"),
        ({"sip_domains": "two"}, r"^blueprint\.sip_domains: expected int, found 'two'\.$"),
        ({"sip_domains": True}, r"^blueprint\.sip_domains: expected int, found True\.$"),
        (
            {"sites": [{"pools": [{}, {"crowds": [{"people": 1.5}]}]}]},
            r"^blueprint\.sites\[0\]\.pools\[1\]\.crowds\[0\]\.people: expected int, found 1\.5\.$",
        ),
        (
            {"sites": [{"edge": {"xmpp": 1}}]},
            r"^blueprint\.sites\[0\]\.edge\.xmpp: expected bool, found 1\.$",
        ),
        ({"sites": [7]}, r"^blueprint\.sites\[0\]: expected a table of fields, found 7\.$"),
        (
            {"sites": [{"pools": [{"edition": None}]}]},
            r"^blueprint\.sites\[0\]\.pools\[0\]\.edition: None is none of ENTERPRISE, STANDARD\.$",
        ),
    ],
)
def test_wrong_data_is_named_with_its_place_in_one_sentence(data: object, sentence: str) -> None:
    with pytest.raises(BlueprintError, match=sentence):
        from_plain(data)


def test_data_that_cannot_be_looked_up_is_refused_in_one_sentence_too() -> None:
    with pytest.raises(BlueprintError, match=r"^blueprint\.legacy: .* is none of L10, "):
        from_plain({"legacy": ["L13"]})


def test_nothing_where_something_may_be_missing_is_nothing() -> None:
    assert from_plain({"sites": [{"edge": None}]}) == Blueprint(sites=(SiteBlueprint(),))


def test_a_part_can_be_read_alone() -> None:
    read = from_plain({"people": 2, "client": "SFB_2016"}, Crowd, "crowd")

    assert read == Crowd(people=2, client=ClientGeneration.SFB_2016)
    assert to_plain(crowd(2)) == {"people": 2, "meetings": 1}
