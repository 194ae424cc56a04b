"""``--coexistence-checks``, and every other way in which somebody's own checks take part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plugin_checks import BREAKS, FEW, HOLDS, MINE

if TYPE_CHECKING:
    from plugin_runs import Run

ONE_PLACE = "--coexistence-at=pilot"


def test_a_module_of_checks_joins_the_built_in_ones(run: Run) -> None:
    ran = run(*MINE, "--co", "-q", files={"mine.py": HOLDS})

    assert "mine.py::every_pool_has_a_name[generated-0-0-pilot]" in ran.lines
    assert any(line.startswith("coexistence.checks.messaging::") for line in ran.lines)


def test_a_folder_is_read_with_everything_below_it_but_pytests_own_files(run: Run) -> None:
    files = {
        "promises/one.py": HOLDS,
        "promises/deeper/two.py": HOLDS,
        "promises/test_three.py": "raise RuntimeError('a test module')",
        "promises/conftest.py": "",
        "promises/_private.py": "raise RuntimeError('private')",
        "promises/.hidden/four.py": "raise RuntimeError('hidden')",
    }

    ran = run(*FEW, "--coexistence-checks=promises", ONE_PLACE, "--co", "-q", files=files)

    assert [line for line in ran.lines if line.startswith("promises")] == [
        "promises/deeper/two.py::every_pool_has_a_name[generated-0-0-pilot]",
        "promises/one.py::every_pool_has_a_name[generated-0-0-pilot]",
    ]


def test_several_paths_may_be_given(run: Run) -> None:
    both = ("--coexistence-checks=mine.py", "--coexistence-checks=other.py")
    ran = run(*FEW, *both, ONE_PLACE, "--co", "-q", files={"mine.py": HOLDS, "other.py": HOLDS})

    assert {line.partition("::")[0] for line in ran.lines if "has_a_name" in line} == {"mine.py", "other.py"}


def test_checks_can_be_named_in_the_ini_file(run: Run) -> None:
    ini = "[pytest]\ncoexistence_checks = mine.py\n"
    ran = run(*FEW, ONE_PLACE, "--co", "-q", files={"pytest.ini": ini, "mine.py": HOLDS})

    assert "mine.py::every_pool_has_a_name[generated-0-0-pilot]" in ran.lines


USERS_OWN = {
    "checks/__init__.py": "",
    "checks/mine.py": BREAKS.format(severity="BLOCKER"),
    "fixtures/__init__.py": "OWNER = 'user'\n",
    "harness/__init__.py": "raise RuntimeError('nobody imports this')\n",
    "harness/coexistence/__init__.py": "raise RuntimeError('nor this')\n",
}


@pytest.mark.parametrize("mode", ["prepend", "append", "importlib"])
def test_a_project_with_folders_of_the_same_names_keeps_them(run: Run, mode: str) -> None:
    ran = run(*FEW, "--coexistence-checks=checks", f"--import-mode={mode}", ONE_PLACE, files=USERS_OWN)

    assert ran.status == 1, ran.said
    assert "checks/mine.py::every_pool_is_called_bob[generated-0-0-pilot]" in ran.out
    # Asserts are rewritten: what was compared is shown.
    ran.shows("E * assert '*' == 'bob'*", "E * - bob*")


def test_a_users_asserts_are_rewritten_on_workers_too(run: Run) -> None:
    ran = run(*FEW, "--coexistence-checks=checks", "-n", "2", ONE_PLACE, files=USERS_OWN)

    ran.shows("E * assert '*' == 'bob'*", "E * - bob*")


def test_a_check_may_take_a_fixture_of_a_conftest(run: Run) -> None:
    files = {
        "conftest.py": """
import pytest

@pytest.fixture
def longest():
    print("set up once")
    return 3
""",
        "mine.py": '''
from coexistence import PoolSubject, check

@check(clause="data", at="pilot")
def names_are_short(pool: PoolSubject, longest: int) -> None:
    """Names are short."""
    assert len(pool.label) <= longest
''',
    }

    ran = run(*MINE, ONE_PLACE, "-l", files=files)

    assert ran.status == 1
    ran.shows("longest    = 3")
    assert ran.out.count("set up once") == 1


def test_a_fixture_that_is_not_there_is_an_error_of_that_check(run: Run) -> None:
    mine = HOLDS.replace("pool: PoolSubject", "pool: PoolSubject, nowhere: int")

    ran = run(*MINE, ONE_PLACE, files={"mine.py": mine})

    assert ran.status == 1
    assert "fixture 'nowhere' not found" in ran.out
    ran.shows("Checks that crashed", "  mine.py::every_pool_has_a_name at pilot: *")


def test_a_hook_of_a_conftest_may_add_checks(run: Run) -> None:
    hook = """
from coexistence import check

@check(clause="data", at="pilot")
def every_pool_has_a_name(pool):
    '''Every pool has a name.'''
    assert pool.label

def pytest_coexistence_checks(registry):
    registry.add(every_pool_has_a_name, "conftest.py")
"""
    ran = run(*FEW, ONE_PLACE, "--co", "-q", files={"conftest.py": hook})

    assert "conftest.py::every_pool_has_a_name[generated-0-0-pilot]" in ran.lines


def test_a_check_in_a_conftest_only_tags_in_an_ordinary_run(run: Run) -> None:
    wrong = '''
from coexistence import check

@check(clause="no such clause", at="nowhere")
def never_looked_at(nobody):
    """Never looked at."""
'''
    ran = run(files={"conftest.py": wrong, "test_mine.py": "def test_mine(): pass\n"})

    assert (ran.status, ran.outcomes) == (0, {"passed": 1})


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "--coexistence-checks *mine.py: no such file or folder."),
        (
            {"mine.py": ""},
            "--coexistence-checks *mine.py: defines no check. Mark functions with @check(clause=…), *",
        ),
        ({"mine.py": "def broken(:\n"}, "mine.py, line 1: cannot be imported: SyntaxError: *"),
        (
            {"mine.py": "import math\nimport no_such_module\n"},
            "mine.py, line 2: cannot be imported: ModuleNotFoundError: No module named 'no_such_module'",
        ),
        (
            {"mine.py": "\n\n1 / 0\n"},
            "mine.py, line 3: cannot be imported: ZeroDivisionError: division by zero",
        ),
        (
            {"mine.py": HOLDS.replace('"data"', '"dada"')},
            "mine.py::every_pool_has_a_name: clause 'dada' is none of services, sites, *",
        ),
        (
            {"mine.py": HOLDS.replace("pool: PoolSubject", "pool: PoolSubject, certificate")},
            "mine.py::every_pool_has_a_name: asks about pool and certificate; one kind of subject each*",
        ),
    ],
    ids=["missing", "empty", "syntax error", "import error", "crash", "unknown clause", "two subjects"],
)
def test_a_module_that_cannot_be_used_is_one_sentence(run: Run, files: dict[str, str], sentence: str) -> None:
    ran = run(*MINE, files=files)

    assert ran.status == 4
    pytest.LineMatcher(ran.said.splitlines()).fnmatch_lines([f"ERROR: {sentence}"])
    assert "Traceback" not in ran.said
    assert "INTERNALERROR" not in ran.said
    assert len([line for line in ran.said.splitlines() if line.strip()]) == 1
