"""What each export decides is said of every kind of file that is read.

That it is said as it is, is held where files are taken away: ``test_missing_files``.
"""

from __future__ import annotations

from typing import Final

import pytest
from checkout import SAMPLES

from coexistence.inputs.exports import kinds, read_exports
from coexistence.inputs.exports.kinds import CATALOGUE, KINDS, missing

SAMPLE: Final = SAMPLES / "two-sites"
#: What a complete export has.
GIVEN: Final = [each.kind for each in read_exports(SAMPLE).files]


def test_every_kind_of_file_is_there() -> None:
    assert {*CATALOGUE, kinds.PUBLISHED, kinds.TOPOLOGY_BUILDER} <= set(KINDS)


def test_nothing_is_missing_from_a_complete_export() -> None:
    assert missing(GIVEN) == ()


@pytest.mark.parametrize("kind", GIVEN)
def test_what_decides_something_is_missed_and_nothing_else(kind: str) -> None:
    rest = [each for each in GIVEN if each != kind]

    assert missing(rest) == ((kind,) if KINDS[kind].undecided else ())


def test_a_file_of_topology_builder_stands_in_for_the_topology_and_its_simple_urls() -> None:
    of_a_draft = (kinds.PUBLISHED, kinds.SIMPLE_URLS)
    rest = [each for each in GIVEN if each not in of_a_draft]

    assert missing(rest) == of_a_draft
    assert missing([*rest, kinds.TOPOLOGY_BUILDER]) == ()
