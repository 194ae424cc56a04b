"""Tries the one-line faults of ``mutants.toml``: does the everyday suite notice each of them?

python benchmarks/mutants.py [--only TEXT] [--near] [--again] [--results FILE] [--limit SECONDS]

Works in a copy of the checkout with an environment of its own, from an interpreter that has the tests'
dependencies, and touches nothing else. Of each fault first the test that noticed it last time is asked,
then the tests of its room, then all others; the first that fails ends it, if it passes without the fault.
What was found is written down after each, so that a run that was stopped goes on where it was, as long as
nothing of the checkout has changed. The exit status is 1 if a fault survives, 2 if one cannot be tried.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

__all__ = ["LIST", "ROOT", "Mutant", "mutants", "places_of"]

ROOT: Final = Path(__file__).resolve().parents[1]
LIST: Final = Path(__file__).with_suffix(".toml")
#: Folders of tests that a room's faults are likely to be noticed in; all others come later.
_NEAR: Final = {
    "simulation": ("simulation", "observation", "migration"),
    "migration": ("migration", "rehearsal"),
    "observation": ("observation", "checks"),
    "inputs": ("inputs",),
    "checking": ("checking", "plugin", "rehearsal"),
    "rehearsal": ("rehearsal", "checking", "plugin"),
    "reporting": ("reporting", "plugin"),
    "plugin": ("plugin",),
}
#: What a copy needs; what is built or cached in a checkout stays there.
_LEFT_OUT: Final = ("__pycache__", "*.egg-info", ".*", "build", "dist")
_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (\S.*?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """One line that is wrong."""

    room: str
    file: str
    old: str
    new: str
    why: str

    @property
    def key(self) -> str:
        """Name by which results remember it."""
        return f"{self.file}: {self.old}"


def mutants() -> list[Mutant]:
    """All recorded faults, in the order of the list."""
    return [Mutant(**each) for each in tomllib.loads(LIST.read_text("utf-8"))["mutants"]]


def places_of(mutant: Mutant, root: Path) -> list[int]:
    """Numbers, from 0, of the lines that the fault would replace: one, or the list is out of date."""
    lines = (root / mutant.file).read_text("utf-8").splitlines()
    return [at for at, line in enumerate(lines) if line.strip() == mutant.old]


# -------------------------------------------------------------------- a copy to work in


@dataclass
class Copy:
    """A copy of the checkout, and the interpreter that imports from it."""

    folder: Path
    limit: float

    @property
    def root(self) -> Path:
        """Where the copied checkout lies."""
        return self.folder / "checkout"

    @property
    def python(self) -> Path:
        """The interpreter that imports from the copy."""
        return self.folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def make(self) -> None:
        """Copy what is tested, and install it beside what this interpreter has installed."""
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        shutil.copytree(ROOT / ".ci", self.root / ".ci")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.folder / "venv"], check=True)
        ours = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
        asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
        theirs = subprocess.run([self.python, "-c", asked], capture_output=True, text=True, check=True).stdout
        # A path in a .pth file lends what is installed there, but none of its own .pth files.
        Path(theirs.strip(), "lent.pth").write_text("\n".join(ours), "utf-8")
        into = ["--python", str(self.python), "install", "--quiet", "--no-deps", "--no-build-isolation"]
        subprocess.run([sys.executable, "-m", "pip", *into, "--editable", str(self.root)], check=True)

    def write(self, file: str, text: str) -> None:
        """Write one source file so that no compiled form of an earlier one is taken for it."""
        path = self.root / file
        path.write_text(text, "utf-8")
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*"):
            compiled.unlink()

    def tests(self, *arguments: str) -> tuple[int, str]:
        """Run tests; returns pytest's status (-1 for too long) and the first that failed."""
        hidden = ("PYTHONPATH", "PYTEST_ADDOPTS", "PYTHONHOME", "VIRTUAL_ENV")
        process = subprocess.Popen(
            [self.python, "-m", "pytest", "-x", "-q", "-rfE", "-p", "no:cacheprovider", *arguments],
            cwd=self.root,
            env={name: value for name, value in os.environ.items() if name not in hidden},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
        )
        try:
            out, _ = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return -1, ""
        found = _FAILED.search(out)
        return process.returncode, found[1] if found else ""


# -------------------------------------------------------------------- trying


@dataclass
class Results:
    """What was found so far, kept in a file."""

    file: Path
    #: Of what the checkout consisted when it was found.
    tree: str
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def load(self) -> None:
        """Read what an earlier run wrote."""
        if self.file.is_file():
            self.found = json.loads(self.file.read_text("utf-8"))

    def noted(self, mutant: Mutant) -> dict[str, Any] | None:
        """What this very checkout made of a fault; None where it was not tried to the end yet."""
        earlier = self.found.get(mutant.key, {})
        is_same = earlier.get("tree") == self.tree and earlier.get("new") == mutant.new
        return earlier if is_same and earlier["end"] in ("killed", "survived") else None

    def note(self, mutant: Mutant, end: str, by: str, seconds: float) -> None:
        """Write down what became of a fault."""
        self.found[mutant.key] = {
            "tree": self.tree,
            "new": mutant.new,
            "end": end,
            "by": by or self.found.get(mutant.key, {}).get("by", ""),
            "seconds": round(seconds, 1),
        }
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.found, indent=1), "utf-8")


def _tree() -> str:
    """Fingerprint of everything that can decide a test."""
    digest = hashlib.sha256()
    for top in ("harness", "checks", "fixtures", "tests", "docs"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path):
                digest.update(f"{path.relative_to(ROOT)}\0".encode())
                digest.update(path.read_bytes())
    for name in ("pyproject.toml", "conftest.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:16]


@dataclass
class Trying:
    """Makes one fault after the other in a copy, and asks the tests."""

    copy: Copy
    #: Whether only the tests of a fault's room are asked.
    near: bool = False
    #: Whether a test passes where nothing is wrong.
    sound: dict[str, bool] = field(default_factory=dict)

    def try_one(self, mutant: Mutant, before: str) -> tuple[str, str]:
        """Make one fault; returns killed, survived, missed or untried, and the test that noticed it.

        Missed says that the tests of its room do not notice it; others were not asked. ``before`` is the
        test that noticed it last time.
        """
        original = (self.copy.root / mutant.file).read_text("utf-8")
        places = places_of(mutant, self.copy.root)
        if len(places) != 1:
            return "untried", f"the line stands in the file {len(places)} times"
        lines = original.splitlines(keepends=True)
        at = places[0]
        lines[at] = lines[at].replace(mutant.old, mutant.new)
        changed = "".join(lines)
        for chosen in self._rounds(mutant, before):
            while True:
                self.copy.write(mutant.file, changed)
                status, by = self.copy.tests(*chosen, *self._known_bad())
                self.copy.write(mutant.file, original)
                if status in (0, 4, 5):  # nothing failed, or the test of last time is gone
                    break
                if status == -1:
                    return "killed", "(it took too long)"
                if not by:
                    return "killed", f"(pytest ended with {status})"
                if self._is_sound(by):
                    return "killed", by
        return ("missed" if self.near else "survived"), ""

    def _rounds(self, mutant: Mutant, before: str) -> list[list[str]]:
        parts = Path(mutant.file).parts
        near = [f"tests/{name}" for name in _NEAR.get(parts[2] if len(parts) > 2 else "", ())]
        near = [name for name in near if (self.copy.root / name).is_dir()]
        rounds = [["-p", "no:randomly", name] for name in near]
        others = [argument for name in near for argument in ("--ignore", name)]
        last = [] if self.near else [["-n", "auto", "tests", *others]]
        return [*([[before]] if "::" in before else []), *rounds, *last]

    def _known_bad(self) -> list[str]:
        return [
            argument for test, good in self.sound.items() if not good for argument in ("--deselect", test)
        ]

    def _is_sound(self, test: str) -> bool:
        if test not in self.sound:
            self.sound[test] = self.copy.tests(test)[0] == 0
            if not self.sound[test]:
                print(f"         fails without any fault, and is left out: {test}", flush=True)
        return self.sound[test]


def main() -> int:
    """Try what was asked for, and say what survived."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--only", default="", help="faults whose file, line or room holds this text")
    options.add_argument("--near", action="store_true", help="ask the tests of each fault's room, no others")
    options.add_argument("--again", action="store_true", help="try again what was tried in this checkout")
    options.add_argument("--results", type=Path, default=ROOT / "build" / "mutants.json")
    options.add_argument("--limit", type=float, default=900, help="seconds that one run of tests may take")
    given = options.parse_args()
    results = Results(given.results, _tree())
    results.load()
    chosen = [each for each in mutants() if given.only in f"{each.room} {each.key}"]
    ends: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Copy(Path(folder), given.limit)
        trying = Trying(copy, given.near)
        for number, mutant in enumerate(chosen, start=1):
            noted = results.noted(mutant)
            if noted is None or given.again:
                if not copy.root.is_dir():
                    copy.make()
                started = time.monotonic()
                end, by = trying.try_one(mutant, results.found.get(mutant.key, {}).get("by", ""))
                seconds = time.monotonic() - started
                results.note(mutant, end, by, seconds)
                noted = results.found[mutant.key]
            ends[mutant.key] = noted["end"]
            said = f"{number:3}/{len(chosen)} {noted['end']:8} {noted['seconds']:6.1f} s  {mutant.key}"
            print(said, f"         {noted['by']}", sep="\n", flush=True)
    left = [mutant for mutant in chosen if ends[mutant.key] != "killed"]
    print(f"\n{len(chosen) - len(left)} of {len(chosen)} killed")
    for mutant in left:
        print(f"{ends[mutant.key].upper()}  {mutant.key}\n    {mutant.new}\n    {mutant.why}")
    return 2 if "untried" in ends.values() else 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
