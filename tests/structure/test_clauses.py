"""Clauses have one order, that of the enumeration: modules, reports, markers and pages follow it."""

from __future__ import annotations

import ast
import re

from checkout import ROOT
from structure.source_tree import trees

from coexistence.model.vocabulary import Clause

WORDS = {clause.value for clause in Clause}
#: So many of the words in one place are a list of clauses, and no choice among them.
MANY = 6


def words_of(node: ast.AST) -> set[str]:
    """Clauses that a tuple, list, set or table names."""
    if isinstance(node, ast.Dict):
        named = [each for each in node.keys if each is not None]
    elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        named = node.elts
    else:
        return set()
    texts = {each.value for each in named if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    members = {each.attr.lower() for each in named if isinstance(each, ast.Attribute)}
    found = (texts | members) & WORDS
    # A wide vocabulary may hold these words among a hundred others.
    return found if len(found) * 2 >= len(named) else set()


def test_checks_and_faults_have_a_module_for_each_clause_and_no_other() -> None:
    for folder in (ROOT / "checks", ROOT / "harness" / "coexistence" / "faults"):
        modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}

        assert modules == WORDS, folder


def test_clauses_are_listed_in_one_place() -> None:
    found = {
        f"{module}, line {getattr(node, 'lineno', 0)}"
        for module, tree in trees().items()
        for node in ast.walk(tree)
        if len(words_of(node)) >= MANY
    }

    assert found == set()


def test_the_page_of_checks_follows_the_order() -> None:
    headings = re.findall(r"^## (\w+)$", (ROOT / "docs" / "checks.md").read_text("utf-8"), re.MULTILINE)
    listed = [heading.lower() for heading in headings if heading.lower() in WORDS]

    assert listed == [clause.value for clause in Clause]
