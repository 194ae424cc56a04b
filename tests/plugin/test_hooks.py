"""Hooks: what they add lasts for their run, what clashes is one sentence, and workers add the same."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest
from plugin_checks import ALONE, FEW, HOLDS, MINE

if TYPE_CHECKING:
    from plugin_runs import Run

PILOT = (*FEW, "--coexistence-at=pilot,now")
ALONE_AND_TOGETHER = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "two workers"])

#: A subject, an operation, a fault, a check, a deployment and a witness of the verdict.
EVERYTHING = '''
import dataclasses

import pytest

from coexistence import Asked, Checkpoint, Injection, OwnOperation, Scene, check, fault
from coexistence.model.blueprint import Blueprint, Crowd, PoolBlueprint, SiteBlueprint
from coexistence.inputs.family.builder import build

@dataclasses.dataclass(frozen=True, kw_only=True)
class Screen(Asked):
    pool: str

    @property
    def label(self):
        return f"screen on {self.pool}"

    def hit(self):
        return self.observer.people_of([self.pool])

def screens(observer):
    for pool in observer.state.pools.values():
        yield Screen(observer=observer, pool=pool.id)

@dataclasses.dataclass(frozen=True, kw_only=True)
class Cover(OwnOperation):
    pool: str

def cover(state, operation):
    return state.changed(silenced=state.silenced | {operation.pool})

@fault(clause="data")
def screen_was_covered(scene: Scene):
    """Somebody covered a screen.

    Nobody sees it.
    """
    for pool in scene.leaving:
        yield Injection(target=pool.id, scene=scene.before(Checkpoint.PILOT, Cover(pool=pool.id)))

@check(clause="data", at="pilot, now")
def every_screen_is_seen(screen):
    """Every screen is seen."""
    assert screen.pool not in screen.observer.state.silenced

def pytest_coexistence_subjects(registry):
    registry.add_subject("screen", screens)

def pytest_coexistence_operations(operations):
    operations.add(Cover, cover)

def pytest_coexistence_checks(registry):
    registry.add(every_screen_is_seen, "conftest.py")

def pytest_coexistence_faults(faults):
    faults.add(screen_was_covered, "conftest.py")

def pytest_coexistence_deployments(deployments):
    pool = PoolBlueprint(crowds=(Crowd(people=25),))
    deployments.add("lobby", build(Blueprint(sites=(SiteBlueprint(pools=(pool,)),)), "lobby"))

def pytest_coexistence_verdict(report):
    with open("told.txt", "a") as file:
        file.write(f"{report['verdict']} {[each['name'] for each in report['estates']]}\\n")
'''


@ALONE_AND_TOGETHER
def test_everything_that_hooks_add_takes_part(run: Run, workers: tuple[str, ...]) -> None:
    ran = run(*PILOT, "-k", "every_screen", "-v", *workers, files={"conftest.py": EVERYTHING})

    assert ran.outcomes["passed"] == 3, ran.said
    for name in ("generated-0-0-pilot", "lobby-now", "lobby-pilot"):
        assert f"conftest.py::every_screen_is_seen[{name}]" in ran.out
    # Told once, whatever the number of workers.
    assert (ran.folder / "told.txt").read_text() == "not-proven ['generated', 'lobby']\n"


ASKED_ABOUT_A_SCREEN = '''
from coexistence import check

@check(clause="data")
def every_screen_is_seen(screen):
    """Every screen is seen."""
'''


def test_nothing_of_it_is_left_for_the_next_run_of_the_process(pytester: pytest.Pytester) -> None:
    """In one process: what one run registered, the next one does not know."""
    # What is imported before stays imported: both runs use the same modules.
    for name in ("plugin.run", "inputs.family.family", "faults"):
        importlib.import_module(f"coexistence.{name}")
    pytester.makeconftest(EVERYTHING)
    first = pytester.runpytest_inprocess("-p", "no:randomly", *PILOT, "-k", "every_screen")
    assert first.ret == 8

    pytester.makeconftest("")
    pytester.makepyfile(mine=ASKED_ABOUT_A_SCREEN)
    second = pytester.runpytest_inprocess("-p", "no:randomly", *PILOT, "--coexistence-checks=mine.py")

    assert second.ret == 4
    second.stderr.fnmatch_lines(["*mine.py::every_screen_is_seen: asks about nobody; name a subject *"])


ADD = {
    "a name that means something": (
        "def pytest_coexistence_subjects(registry): registry.add_subject('pool', print)",
        "subject 'pool': that name has a meaning already. Choose another.",
    ),
    "a name that no parameter can have": (
        "def pytest_coexistence_subjects(registry): registry.add_subject('my pool', print)",
        "subject 'my pool': no parameter can be called that.",
    ),
    "two subjects": (
        """def pytest_coexistence_subjects(registry):
    registry.add_subject('screen', print)
    registry.add_subject('screen', len)
""",
        "subject 'screen': registered twice, by two different functions. Rename one.",
    ),
    "no operation": (
        "def pytest_coexistence_operations(operations): operations.add(int, print)",
        "operation int: derive it from coexistence.OwnOperation.",
    ),
    "no fault": (
        "def pytest_coexistence_faults(faults): faults.add(print, 'conftest.py')",
        "conftest.py::print: not marked with @fault(clause=…), so it is no fault.",
    ),
    "a deployment's name that is taken": (
        EVERYTHING.replace('"lobby", build', '"generated", build'),
        "deployment 'generated': there is one of that name already. Rename it.",
    ),
    "a deployment's name that cannot be": (
        EVERYTHING.replace('"lobby", build', '"a[b]", build'),
        "deployment 'a[b]': no node id can hold that name. Leave out [, ] and ::.",
    ),
}


@pytest.mark.parametrize(("hook", "sentence"), ADD.values(), ids=list(ADD))
def test_what_clashes_is_refused_in_one_sentence(run: Run, hook: str, sentence: str) -> None:
    ran = run(*FEW, files={"conftest.py": hook})

    assert ran.status == 4
    assert [line for line in ran.said.splitlines() if line.strip()] == [f"ERROR: {sentence}"]


LISTINGS = {
    "raises": (
        "raise KeyError('oh dear')",
        "*: going through its subjects (screen) raised KeyError: 'oh dear'",
    ),
    "no subject": ("yield 3", "*: subject 3 (screen) has no label and no hit(); derive its class *"),
}


@pytest.mark.parametrize(("body", "sentence"), LISTINGS.values(), ids=list(LISTINGS))
def test_subjects_that_are_wrong_are_named_with_the_check(run: Run, body: str, sentence: str) -> None:
    conftest = f"""
def screens(observer):
    {body}

def pytest_coexistence_subjects(registry):
    registry.add_subject("screen", screens)
"""
    files = {"conftest.py": conftest, "mine.py": ASKED_ABOUT_A_SCREEN}
    ran = run(*PILOT, "--coexistence-checks=mine.py", "--coexistence-json=report.json", files=files)

    assert ran.status == 1
    (crash,) = ran.report()["crashes"]
    pytest.LineMatcher([crash["error"]]).fnmatch_lines(
        [f"CheckError: mine.py::every_screen_is_seen{sentence}"]
    )


def test_a_hook_that_crashes_on_the_verdict_is_named_and_the_run_ends_with_1(run: Run) -> None:
    hook = "def pytest_coexistence_verdict(report): raise KeyError('oh dear')"

    question = (*MINE, "--coexistence-json=report.json")
    ran = run(*question, files={"conftest.py": ALONE + hook, "mine.py": HOLDS})

    assert ran.status == 1
    ran.shows("What crashed", "  pytest_coexistence_verdict: KeyError: 'oh dear'", "*= NOT PROVEN =*")
    # The file was written before the hook was called, and says what the run ends with.
    assert ran.report()["verdict"] == "not-proven"
    assert ran.report()["crashes"] == [
        {
            "check": "pytest_coexistence_verdict",
            "checkpoint": "",
            "estate": "",
            "error": "KeyError: 'oh dear'",
        }
    ]


def test_hooks_cost_nothing_in_an_ordinary_run(run: Run) -> None:
    ran = run(files={"conftest.py": EVERYTHING, "test_mine.py": "def test_mine(): pass\n"})

    assert (ran.status, ran.outcomes) == (0, {"passed": 1})


def test_faults_beside_checks_are_found_with_them(run: Run) -> None:
    conftest = "def pytest_coexistence_faults(faults): print('known:', *(each.id for each in faults))"
    fault = '''
from coexistence import Injection, fault

@fault(clause="data")
def something_was_lost(scene):
    """Something was lost.

    Nobody finds it.
    """
    yield Injection(target="it", scene=scene)
'''
    files = {"conftest.py": conftest, "mine.py": HOLDS + fault}
    ran = run(*FEW, "--coexistence-checks=mine.py", "--co", "-q", "-s", files=files)

    assert "known: something-was-lost" in ran.lines


@pytest.mark.parametrize(
    "hook", ["checks(registry)", "faults(faults)", "subjects(registry)", "deployments(deployments)"]
)
def test_a_hook_that_crashes_while_it_registers_is_one_sentence(run: Run, hook: str) -> None:
    body = f"def pytest_coexistence_{hook}:\n    return {{}}['oh dear']\n"

    ran = run(*FEW, files={"conftest.py": body})

    assert ran.status == 4
    name = f"pytest_coexistence_{hook.partition('(')[0]}"
    sentence = f"the hook {name} raised KeyError: 'oh dear'. Mend it, or leave it out."
    assert f"conftest.py, line 2: {sentence}" in ran.said
    assert "INTERNALERROR" not in ran.said
