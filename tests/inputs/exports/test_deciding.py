"""What each export decides is said of every kind of file that is read.

That it is said as it is, is held where files are taken away: ``test_missing_files``.
"""

from __future__ import annotations

from typing import Final

import pytest
from checkout import SAMPLES

from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.account import file_accounts
from coexistence.inputs.exports.account.evidence import DECIDES, missing
from coexistence.inputs.exports.read.catalogue import CATALOGUE

SAMPLE: Final = SAMPLES / "two-sites"
#: What a complete export has.
KINDS: Final = [each.kind for each in read_exports(SAMPLE).files]


def test_every_kind_of_file_is_there() -> None:
    assert {*CATALOGUE, file_accounts.PUBLISHED, file_accounts.TOPOLOGY_BUILDER} <= set(DECIDES)


def test_nothing_is_missing_from_a_complete_export() -> None:
    assert missing(KINDS) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_what_decides_something_is_missed_and_nothing_else(kind: str) -> None:
    rest = [each for each in KINDS if each != kind]

    assert missing(rest) == ((kind,) if DECIDES[kind].otherwise else ())


def test_a_file_of_topology_builder_stands_in_for_the_topology_and_its_simple_urls() -> None:
    of_a_draft = (file_accounts.PUBLISHED, file_accounts.SIMPLE_URLS)
    kinds = [each for each in KINDS if each not in of_a_draft]

    assert missing(kinds) == of_a_draft
    assert missing([*kinds, file_accounts.TOPOLOGY_BUILDER]) == ()
