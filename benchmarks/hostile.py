"""Files that mean harm, one process each: how they end, in how much time and memory.

python benchmarks/hostile.py [PART OF A NAME ...]

Complains about every case that is not over soon, with little memory, in one sentence and without a traceback.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import hostile_archives  # noqa: F401  # each adds its cases
import hostile_folders  # noqa: F401  # as above
import hostile_markup  # noqa: F401  # as above
import hostile_objects  # noqa: F401  # as above
import hostile_tables  # noqa: F401  # as above
from hostile_cases import CASES, Case
from measuring import OTHERS_OFF

#: Seconds and MiB for one case, pytest's own start and (where a file is read after all) every check included.
SECONDS, PEAK = 5.0, 500.0
#: After this nobody waits any longer.
_PATIENCE = 120.0
#: The longest sentence that is still one sentence, the given path aside.
_LONGEST = 300
#: Writes the valid deployment into which a case puts its file.
_VALID = """
import sys
from pathlib import Path
from coexistence.model.blueprint import Blueprint, Crowd, EdgeBlueprint, PoolBlueprint, SiteBlueprint
from coexistence.inputs.family.builder import build
from coexistence.inputs.exports.write.folder import write_exports
crowd = Crowd(people=20, voice=True, meetings=2)
pool = PoolBlueprint(front_ends=3, crowds=(crowd,), dial_in=True, voice=True)
site = SiteBlueprint(pools=(pool,), edge=EdgeBlueprint())
write_exports(build(Blueprint(sites=(site,)), "x"), Path(sys.argv[1]))
"""


@dataclass
class Ended:
    """How one case ended."""

    status: int
    #: Processor time, and the time that passed: other work on the machine shows in the second alone.
    seconds: float
    passed: float
    peak: float
    said: str

    def complaints(self, case: Case, given: str) -> list[str]:
        """What is not as it must be."""
        found = []
        if self.seconds > SECONDS or self.passed > 4 * SECONDS:
            found.append(f"more than {SECONDS:g} s ({self.passed:.1f} s passed)")
        if self.peak > PEAK:
            found.append(f"more than {PEAK:g} MiB")
        if "Traceback" in self.said or "INTERNALERROR" in self.said or " crashed" in self.said:
            found.append("a traceback")
        if re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]", self.said):
            found.append("control characters")
        if self.status == 4:
            found += sentence_complaints(self.sentence, given)
        elif case.refused or self.status not in (0, 1, 8):
            found.append(f"ended with {self.status}")
        return found

    @property
    def sentence(self) -> str:
        """What was said where nothing was asked."""
        return self.said.strip()


def sentence_complaints(said: str, given: str) -> list[str]:
    """What is wrong with how a refusal was said."""
    lines = [line for line in said.splitlines() if line.strip()]
    if len(lines) != 1 or not lines[0].startswith("ERROR: "):
        return [f"{len(lines)} lines instead of one"]
    sentence = lines[0].removeprefix("ERROR: ")
    found = []
    if len(sentence.replace(given, "")) > _LONGEST:
        found.append(f"a sentence of {len(sentence)} characters")
    if not re.match(r"\S.*?(?:, line \d+)?: .*\. \S.*[.)]$", sentence):
        found.append("no file, or no way out")
    return found


def ended(given: str, folder: Path) -> Ended:
    """Ask about what is given, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *OTHERS_OFF,
        "--coexistence",
        "--coexistence-from",
        given,
    ]
    out, err = folder / "out", folder / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        started = time.monotonic()
        child = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
            env={**os.environ, "PYTEST_ADDOPTS": ""},
        )  # fmt: skip
        alarm = threading.Timer(_PATIENCE, child.kill)
        alarm.start()
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.monotonic() - started
        alarm.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    said = err.read_bytes() + out.read_bytes()
    return Ended(
        child.returncode,
        used.ru_utime + used.ru_stime,
        seconds,
        used.ru_maxrss / 1024,
        said.decode("utf-8", "surrogateescape"),
    )


def one(case: Case) -> tuple[Ended, list[str]]:
    """Make the files of a case, ask about them, and judge how it ended."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as name:
        folder = Path(name) / "twin"
        subprocess.run([sys.executable, "-c", _VALID, folder], check=True)
        made = case.make(folder)
        given = str(folder if made is None else made)
        stop = threading.Event()
        helper = threading.Thread(target=_disturb, args=(case, folder / "users.csv", stop))
        helper.start()
        (Path(name) / "pytest.ini").write_text("[pytest]\n")
        found = ended(given, Path(name))
        stop.set()
        helper.join()
        return found, found.complaints(case, given)


def _disturb(case: Case, path: Path, stop: threading.Event) -> None:
    turn = 0
    # Pytest needs half a second to come to the file.
    while case.meanwhile is not None and not stop.wait(0.6 if not turn else 0.1):
        try:
            case.meanwhile(path, turn)
        except OSError:
            return
        turn += 1


def main(words: list[str]) -> int:
    """Run the cases whose names hold one of the words; all without words."""
    wrong = 0
    for case in CASES:
        if words and not any(word in case.name for word in words):
            continue
        found, complaints = one(case)
        wrong += bool(complaints)
        mark = "; ".join(complaints) or "ok"
        print(
            f"{case.name[:60]:<60} {found.status:>3} {found.seconds:>6.1f} s {found.peak:>6.0f} MiB  {mark}",
            flush=True,
        )
        if found.status == 4 or complaints:
            print(f"    {found.sentence[-400:]!a}", flush=True)
    print(f"{len(CASES)} cases, {wrong} with complaints")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
