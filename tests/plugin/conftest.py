"""Coexistence runs, each of them made once for all tests that look at it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

import pytest
from plugin_runs import Cold, Ran, Run, Warm, started


@pytest.fixture(scope="session")
def start() -> Iterator[Warm | Cold]:
    """Runs pytest in a given folder."""
    runner = Warm() if hasattr(os, "fork") else Cold()
    yield runner
    runner.close()


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, start: Warm | Cold) -> Run:
    """Run pytest in a fresh folder with these files; the same question is asked only once."""
    known: dict[object, Ran] = {}

    def runs(
        *arguments: str, files: Mapping[str, str | None] | None = None, env: Mapping[str, str] | None = None
    ) -> Ran:
        wanted = {"pytest.ini": "[pytest]\n", **(files or {})}
        content = {name: text for name, text in wanted.items() if text is not None}
        key = (arguments, tuple(content.items()), tuple((env or {}).items()))
        if key not in known:
            folder = tmp_path_factory.mktemp("run")
            for name, text in content.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
            # The hash seed is read when an interpreter starts.
            make = started if env and "PYTHONHASHSEED" in env else start
            known[key] = make(arguments, folder, env or {})
        return known[key]

    return runs
