"""What each export decides is said of every kind of file that is read.

That it is said as it is, is held where files are taken away: ``test_missing_files``.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest
from checkout import SAMPLES

from coexistence.inputs.exports import kinds, read_exports
from coexistence.inputs.exports.kinds import CATALOGUE, KINDS, POLICY_EXPORTS, POLICY_SETTINGS, missing
from coexistence.model.vocabulary import APPLICATION_CMDLETS

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


def test_every_row_has_a_reader_and_every_column_that_a_reader_asks_for_is_in_a_row() -> None:
    named: set[str] = set()
    asked: set[str] = set()
    for room in ("read", "topology"):
        for path in (Path(kinds.__file__).parent / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                match node:
                    case ast.Attribute(value=ast.Name(id="kinds"), attr=name) | ast.Name(id=name):
                        named.add(name)
                    case ast.Subscript(value=ast.Name(id="record"), slice=ast.Constant(value=str(column))):
                        asked.add(column)
    names = {name: value for name, value in vars(kinds).items() if name.isupper() and isinstance(value, str)}
    by_vocabulary = {*APPLICATION_CMDLETS.values(), *(POLICY_EXPORTS[kind] for kind in POLICY_SETTINGS)}

    assert set(names.values()) | by_vocabulary == {*KINDS, kinds.NOT_UNDERSTOOD}
    # Kept for their account alone: nothing is decided by them.
    only_listed = {"EXPORT_LOG", "TESTS", "QUEUES", "AGENT_GROUPS"}
    assert set(names) - named <= only_listed
    assert not any(KINDS[names[name]].undecided for name in only_listed)
    assert asked <= {column for export in CATALOGUE.values() for column in export.columns}
