"""The recorded one-line faults are about lines that there are."""

from __future__ import annotations

import tomllib
from collections import Counter

from checkout import ROOT


def test_every_recorded_fault_is_about_one_line_of_its_file() -> None:
    """Whoever changes such a line says in benchmarks/mutants.toml what it is now."""
    recorded = tomllib.loads((ROOT / "benchmarks" / "mutants.toml").read_text("utf-8"))["mutants"]
    texts = {each["file"]: (ROOT / each["file"]) for each in recorded}
    lines = {
        file: Counter(line.strip() for line in path.read_text("utf-8").splitlines()) if path.is_file() else {}
        for file, path in texts.items()
    }
    stale = [
        f"{each['file']}: {each['old']}" for each in recorded if lines[each["file"]].get(each["old"]) != 1
    ]

    assert not stale, "these lines of benchmarks/mutants.toml are not exactly once in their file"


def test_the_recorded_faults_are_spread_over_the_house() -> None:
    recorded = tomllib.loads((ROOT / "benchmarks" / "mutants.toml").read_text("utf-8"))["mutants"]
    rooms = Counter(each["room"] for each in recorded)

    assert len(recorded) >= 60
    assert set(rooms) == {"engine", "questions", "readers", "verdicts"}
    assert min(rooms.values()) >= 12
    assert all(each["why"] and each["old"] != each["new"] for each in recorded)
    assert len({(each["file"], each["old"]) for each in recorded}) == len(recorded)
