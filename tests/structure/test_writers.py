"""Writers of exports stand together, and nothing that a run imports needs them."""

from __future__ import annotations

import ast

from structure.source_tree import FOLDERS

WRITERS = "coexistence.inputs.exports.write"


def test_nothing_imports_the_writers_but_writers() -> None:
    room = FOLDERS["coexistence"] / "inputs" / "exports" / "write"
    others = [path for path in FOLDERS["coexistence"].rglob("*.py") if not path.is_relative_to(room)]
    found = [
        str(path)
        for path in others
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        if f"{node.module}.".startswith(f"{WRITERS}.")
        or (node.module == "coexistence.inputs.exports" and any(each.name == "write" for each in node.names))
    ]

    assert list(room.glob("*.py"))
    assert len(others) > 300
    assert found == []
