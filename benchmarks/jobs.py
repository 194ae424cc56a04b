"""Jobs that are too long for the test suite, by name; the exit status is 1 if anything is not as it must be.

python benchmarks/jobs.py healthy [N]         N sound deployments, no check breaks or is undecided (10,000)
python benchmarks/jobs.py bill [N]            bills and healthy plans of N deployments (1,000)
python benchmarks/jobs.py interruptions [N]   every prefix of the plans of N deployments (100)
python benchmarks/jobs.py pairs [N]           every two faults at once in N deployments (2)
python benchmarks/jobs.py kills [N]           every fault in N deployments, all checks asked (20)
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# What tests share: helpers, and the oracles that a bill is held against.
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "docs")]

import fault_pairs  # noqa: E402  # found by the line above
import kill_matrix  # noqa: E402  # as above
from rehearsal.oracles import complaints  # noqa: E402  # as above

from coexistence.checking.registry import Check, Registry  # noqa: E402  # as above
from coexistence.inputs.family.family import Family  # noqa: E402  # as above
from coexistence.migration import Undo  # noqa: E402  # as above
from coexistence.plugin.loading import load_builtin  # noqa: E402  # as above
from coexistence.rehearsal.interruptions import Interruptions, Repeat, Way  # noqa: E402  # as above
from coexistence.rehearsal.qualification import score  # noqa: E402  # as above
from coexistence.rehearsal.trial import Trial  # noqa: E402  # as above

#: Another one than the tests', so that a job finds what they have not seen.
SEED = 2027


def interrupted(trial: Trial, checks: Iterable[Check]) -> Iterator[str]:
    """What is not as it must be when a healthy plan is interrupted anywhere."""
    found = Interruptions(trial.plan, trial.start, trial.rules, checks, trial.actions)
    if found.last_safe_step != trial.last_safe_step:
        yield f"the last safe step is {found.last_safe_step}, not {trial.last_safe_step}"
    for each in found.steps:
        free = each.step.undo is Undo.BILL and each.found is Undo.CLEAN
        if each.found not in (None, each.step.undo) and not free:
            yield f"{each.step.key}: declared {each.step.undo.value}, found {each.found.value}: {each.why}"
        if each.step.undo is not Undo.IRREVERSIBLE:
            for way in Way:
                if way is Way.RESUME and each.repeat is Repeat.CHANGES:
                    # A wave that is counted moves others as well when it is repeated: the table says so.
                    continue
                if lost := each.change(way).lost:
                    yield f"{each.step.key}, {way.value}: {', '.join(lost)}"


JOBS: dict[str, tuple[Callable[[Trial, Iterable[Check]], Iterator[str]], int]] = {
    "bill": (complaints, 1000),
    "interruptions": (interrupted, 100),
}


def pairs(number: int) -> Iterator[str]:
    """Pairs of faults of which one hides the other, and that no page tells of."""
    listed = fault_pairs.PAGE.read_text("utf-8").splitlines()
    _, counted = fault_pairs.found(number)
    for by, fault, how in sorted(counted):
        rows = [line for line in listed if line.startswith(f"| `{by}` |")]
        if how == "hidden" and not any(f"`{fault}`" in row for row in rows):
            yield f"{by} hides {fault}"


def kills(number: int) -> Iterator[str]:
    """Faults that no check of their clause notices, with nothing stopped early: the whole matrix."""
    family = Family(kill_matrix.FAMILY.seed, 100)
    trials: list[Trial] = []

    def sound() -> Iterator[Trial]:
        for member in range(family.size):
            if member == len(trials):
                trials.append(Trial(family.deployment(member), target=family.blueprint(member).target))
            yield trials[member]

    for fault in kill_matrix.faults():
        none: dict[str, dict[str, object]] = {check.id: {} for check in kill_matrix.checks()}
        scored = score(fault, sound(), kill_matrix.checks(), none, most=number)
        if not scored.is_killed:
            yield f"{fault.id}: made {scored.tried} times, noticed by no check of {scored.clause}"
        for crash in scored.crashes:
            yield f"{fault.id}: {crash}"


#: Jobs about the fault catalogue; how many deployments if nobody says.
FAULT_JOBS: dict[str, tuple[Callable[[int], Iterator[str]], int]] = {
    "pairs": (pairs, fault_pairs.DEPLOYMENTS),
    "kills": (kills, 20),
}


def healthy(number: int) -> int:
    """Ask everything about sound deployments, in shards on two processors: the verdict has to be go."""
    question = ("--coexistence", f"--coexistence-deployments={number}", f"--coexistence-seed={SEED}")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *question, "-q", "-n", "2"], check=False
    ).returncode


def main(arguments: list[str]) -> int:
    """Run one job and say what came of it."""
    if arguments[:1] == ["healthy"]:
        return healthy(int(arguments[1]) if len(arguments) > 1 else 10_000)
    if not arguments or arguments[0] not in {**JOBS, **FAULT_JOBS}:
        sys.stdout.write(__doc__ or "")
        return 2
    started = time.perf_counter()
    if arguments[0] in FAULT_JOBS:
        about, number = FAULT_JOBS[arguments[0]]
        number = int(arguments[1]) if len(arguments) > 1 else number
        wrong = 0
        for complaint in about(number):
            wrong += 1
            sys.stdout.write(f"{complaint}\n")
        spent = time.process_time()
        sys.stdout.write(f"{arguments[0]}: {number} deployments, {wrong} complaints, {spent:,.0f} s of CPU\n")
        return int(wrong > 0)
    work, number = JOBS[arguments[0]]
    number = int(arguments[1]) if len(arguments) > 1 else number
    registry = Registry()
    load_builtin(registry)
    family = Family(SEED, number)
    wrong = 0
    for member in range(number):
        trial = Trial(family.deployment(member), target=family.blueprint(member).target)
        for complaint in work(trial, registry):
            wrong += 1
            sys.stdout.write(f"deployment {member}: {complaint}\n")
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{arguments[0]}: {number} deployments, {wrong} complaints, {seconds:,.0f} s\n")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
