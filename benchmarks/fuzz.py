"""Exports that are changed at random, many of them: each is read, or refused in one sentence.

python benchmarks/fuzz.py [--examples N] [--seed N] [--deep PERCENT] [--only NAME]

Every kind of file in every form, changed as tables, as trees and as bytes. Of some that were read the whole
question is asked, because an odd deployment must not stop the engine either. Prints what went wrong with
the number of the example; ``--seed`` and ``--start`` make it again.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "tests")]

from export_fuzz import complaint, mutated, samples, twin  # noqa: E402  # found by the line above

from coexistence.checking.registry import Registry  # noqa: E402  # as above
from coexistence.inputs.exports import Imported  # noqa: E402  # as above
from coexistence.plugin.loading import load_builtin  # noqa: E402  # as above
from coexistence.rehearsal.trial import Trial  # noqa: E402  # as above


def asked(registry: Registry, read: Imported) -> None:
    """Ask every check at every place; raises what a check or the engine raises."""
    trial = Trial(read.deployment, is_twin=True)
    for place in trial.places:
        for check in registry:
            if check.applies_at(place):
                result = trial.ask(check, place)
                if result.crash is not None:
                    raise result.crash


def main() -> int:
    """Run, and say what was found."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=20_000)
    options.add_argument("--start", type=int, default=0)
    options.add_argument("--seed", type=int, default=2027)
    options.add_argument("--deep", type=float, default=2.0)
    options.add_argument("--only", default="")
    given = options.parse_args()
    registry = Registry()
    load_builtin(registry)
    names = sorted(each for each in samples() if given.only in each)
    ends: Counter[str] = Counter()
    known: Counter[str] = Counter()
    slowest = (0.0, 0, "")
    started = time.process_time()
    for number in range(given.start, given.start + given.examples):
        choose = random.Random(f"{given.seed}/{number}")
        name = choose.choice(names)
        files = twin(choose, name, mutated(choose, name))
        is_deep = choose.random() * 100 < given.deep
        before = time.process_time()
        end, wrong = complaint(files, (lambda read: asked(registry, read)) if is_deep else None)
        slowest = max(slowest, (time.process_time() - before, number, name))
        ends[end] += 1
        if wrong is not None:
            # The place of a crash, or the sentence: each is shown once.
            key = wrong.strip().splitlines()[-3] if end == "crashed" else wrong[:80]
            known[key] += 1
            if known[key] == 1:
                sys.stdout.write(f"example {number} ({name}): {wrong}\n")
                sys.stdout.flush()
    told = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
    sys.stdout.write(
        f"{given.examples} examples, {told}; {sum(known.values())} complaints of {len(known)} sorts; "
        f"slowest {slowest[0]:.1f} s (example {slowest[1]}, {slowest[2]}); "
        f"{time.process_time() - started:,.0f} s of CPU\n"
    )
    return int(bool(known))


if __name__ == "__main__":
    raise SystemExit(main())
