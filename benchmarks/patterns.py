"""Every regular expression that reads files, against texts made to slow it down.

python benchmarks/patterns.py

Finds the expressions in the source of ``coexistence.inputs.exports`` and tries each with long repetitions of
what it is made of. The time may grow with the length of a text, and no faster.
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from coexistence.inputs import exports

#: A long cell. What grows with the square of the length is a hundred times slower on the longest one.
_LENGTH = 20_000
#: For that length; what grows with it takes a millisecond.
_SECONDS = 0.1
_COMMON = (
    " ",
    "a",
    "A",
    "0",
    "-",
    "_",
    ".",
    ",",
    ";",
    ":",
    "@",
    '"',
    "'",
    "\\",
    "<",
    "&",
    "{",
    "(",
    "\t",
    "\n",
    "x.",
    "a-",
    "1.",
    "$",
)


def patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes], set[str]]]:
    """Yield each expression with where it stands, and how it is used."""
    folder = Path(next(iter(exports.__path__)))
    sources = {path: path.read_text("utf-8") for path in sorted(folder.rglob("*.py"))}
    everything = "\n".join(sources.values())
    for path, source in sources.items():
        tree = ast.parse(source)
        called = {
            id(node.value): ast.unparse(node.target)
            for node in ast.walk(tree)
            if isinstance(node, ast.AnnAssign)
        }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args):
                continue
            first = node.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str | bytes)):
                continue
            flags = re.IGNORECASE | re.DOTALL if "DOTALL" in ast.unparse(node) else re.IGNORECASE
            used = {ast.unparse(node.func).removeprefix("re.")}
            if id(node) in called:
                used = set(re.findall(rf"\b{called[id(node)]}\.(\w+)\(", everything))
            methods = {each if each in ("match", "fullmatch") else "search" for each in used} - {"compile"}
            # One that is handed on is handed on to be compared with a whole cell.
            yield f"{path.name}:{node.lineno}", re.compile(first.value, flags), methods or {"fullmatch"}


def baits(pattern: str) -> Iterator[str]:
    """Yield texts that begin like a match, go on for long, and are none."""
    words = dict.fromkeys(
        [*_COMMON, *re.findall(r"[A-Za-z0-9]{2,}", pattern), *re.findall(r"[^\w\s\\]", pattern)]
    )
    starts = ["", *itertools.islice(words, 12)]
    for start, word in itertools.product(starts, words):
        yield f"{start}{word * (_LENGTH // len(word))}!\x00"


def main() -> int:
    """Try them all."""
    slow = 0
    tried = 0
    for place, pattern, methods in patterns():
        tried += 1
        text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
        for bait, method in itertools.product(baits(text), sorted(methods)):
            given = bait if isinstance(pattern.pattern, str) else bait.encode()
            started = time.process_time()
            getattr(pattern, method)(given)
            if (spent := time.process_time() - started) > _SECONDS:
                slow += 1
                sys.stdout.write(f"{place}: {method} {text[:60]!r} on {bait[:12]!r}... {spent:.1f} s\n")
                break
    sys.stdout.write(f"{tried} expressions, {slow} that are slow\n")
    return int(slow > 0)


if __name__ == "__main__":
    raise SystemExit(main())
