"""What the pages about writing checks show is what happens."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from checkout import DOCS

if TYPE_CHECKING:
    from plugin_runs import Cold, Warm

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of a page: a file to be written, or a command with what it prints."""

    kind: str
    text: str

    @property
    def path(self) -> str:
        """The file that its first line names."""
        first = self.text.partition("\n")[0]
        assert first.startswith("# "), f"no file name on top of {first!r}"
        return first.removeprefix("# ")


def blocks(text: str) -> list[Block]:
    return [Block(*found.groups()) for found in _BLOCK.finditer(text)]


def sections(page: str) -> dict[str, str]:
    """The parts of a page by their headings."""
    parts = (DOCS / page).read_text("utf-8").split("\n## ")[1:]
    return {part.partition("\n")[0]: part for part in parts}


def carried_out(found: list[Block], folder: Path, start: Warm | Cold) -> int:
    """Write files and run commands, in the order of the page; returns how many commands were run."""
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    commands = 0
    for block in found:
        if block.kind != "console":
            path = folder / block.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
            continue
        command, *patterns = block.text.splitlines()
        words = shlex.split(command.removeprefix("$ "))
        assert words[0] == "pytest"
        ran = start(("-p", "no:cacheprovider", *words[1:]), folder, {"PYTHONDONTWRITEBYTECODE": "1"})
        assert "Traceback" not in ran.said, ran.said
        ran.shows(*patterns)
        if "failed" not in block.text:
            assert not {"failed", "errors"} & ran.outcomes.keys(), ran.said
        commands += 1
    return commands


def test_the_tutorial_works_step_by_step(tmp_path: Path, start: Warm | Cold) -> None:
    found = blocks((DOCS / "writing-checks.md").read_text("utf-8"))

    assert carried_out(found, tmp_path, start) == 7


@pytest.mark.parametrize("hook", [name for name in sections("hooks.md") if name != "Packs"])
def test_the_example_of_each_hook_runs(hook: str, tmp_path: Path, start: Warm | Cold) -> None:
    assert carried_out(blocks(sections("hooks.md")[hook]), tmp_path, start) == 1


def test_every_hook_has_its_example() -> None:
    from coexistence.plugin import hookspecs

    hooks = {name for name in vars(hookspecs) if name.startswith("pytest_coexistence_")}

    assert hooks <= set(sections("hooks.md"))
