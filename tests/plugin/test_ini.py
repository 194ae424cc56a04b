"""Every option has a twin in pytest's configuration, in files of texts and of typed values."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from plugin_checks import BREAKS, HOLDS

from coexistence.errors import InputError
from coexistence.plugin import entry
from coexistence.plugin.ini_values import IniValue
from coexistence.plugin.options import discreet, settings_of
from coexistence.plugin.session import Question
from coexistence.rehearsal.settings import Settings

if TYPE_CHECKING:
    from plugin_runs import Ran, Run

TEXTS = """
coexistence = true
coexistence_deployments = 2
coexistence_seed = 11
coexistence_at = pilot, edge
coexistence_as_of = 2026-03-01
coexistence_strict = no
coexistence_checks = holds.py breaks.py
coexistence_json = out/report.json
"""
TYPED = """
coexistence = true
coexistence_deployments = 2
coexistence_seed = 11
coexistence_at = ["pilot", "edge"]
coexistence_as_of = 2026-03-01
coexistence_strict = false
coexistence_checks = ["holds.py", "breaks.py"]
coexistence_json = "out/report.json"
"""
OWN = {
    "holds.py": HOLDS,
    "breaks.py": BREAKS.format(severity="ERROR"),
    "test_mine.py": "def test_mine(): pass",
}


def asked(run: Run, *arguments: str, ini: str = "pytest.toml", head: str = "[pytest]", says: str) -> Ran:
    """A run whose whole question stands in a file, or does not."""
    return run(*arguments, files={"pytest.ini": None, **OWN, ini: f"{head}\n{says}"})


def test_the_whole_question_may_stand_in_a_file(run: Run) -> None:
    ran = asked(run, says=TYPED)

    assert ran.status == 1, ran.said
    ran.shows(
        "Again: pytest --coexistence --coexistence-deployments=2 --coexistence-seed=11 "
        "--coexistence-as-of=2026-03-01 --coexistence-at=pilot,edge --coexistence-checks=holds.py "
        "--coexistence-checks=breaks.py"
    )
    assert ran.report("out/report.json")["seed"] == 11


@pytest.mark.parametrize(
    ("ini", "head", "says"),
    [
        ("pytest.ini", "[pytest]", TEXTS),
        ("setup.cfg", "[tool:pytest]", TEXTS),
        ("pytest.toml", "[pytest]", TYPED),
        ("pyproject.toml", "[tool.pytest]", TYPED),
        ("pyproject.toml", "[tool.pytest.ini_options]", TYPED),
    ],
)
def test_texts_and_typed_values_say_the_same(
    pytester: pytest.Pytester, ini: str, head: str, says: str
) -> None:
    (pytester.path / ini).write_text(f"{head}\n{says}")
    config = pytester.parseconfig()

    assert entry.is_asked(config)
    assert settings_of(config) == Settings(
        deployments=2,
        seed=11,
        at=("pilot", "edge"),
        as_of=dt.date(2026, 3, 1),
        checks=(pytester.path / "holds.py", pytester.path / "breaks.py"),
        json=pytester.path / "out" / "report.json",
    )


def test_there_is_a_way_back_to_tests(run: Run) -> None:
    assert asked(run, "-o", "coexistence=false", says=TYPED).outcomes == {"passed": 1}

    ran = asked(run, "test_mine.py", says=TYPED)
    assert ran.status == 4
    assert "To run tests, add -o coexistence=false." in ran.said


def test_an_option_outweighs_its_twin_and_checks_add_to_it(run: Run) -> None:
    more = {"more.py": HOLDS.replace("every_pool_has_a_name", "every_pool_is_named"), **OWN}
    arguments = ("--coexistence-checks=more.py", "--coexistence-checks=holds.py", "--coexistence-seed=3")
    ran = run(
        *arguments, "-o", "coexistence_deployments=1", files={"pytest.toml": f"[pytest]\n{TYPED}", **more}
    )

    ran.shows("coexistence: 1 generated deployments, seed 3, *")
    checks = {each["check"] for each in ran.report("out/report.json")["findings"]}
    assert checks == {"breaks.py::every_pool_is_called_bob"}
    assert "--coexistence-checks=breaks.py --coexistence-checks=more.py" in ran.out


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("coexistence_seed = 11.5", "pytest.toml, line 3: coexistence_seed = 11.5: not a whole number."),
        ("coexistence_seed = true", "pytest.toml, line 3: coexistence_seed = True: not a whole number."),
        ("coexistence_seed = [1]", "pytest.toml, line 3: coexistence_seed = [1]: must be one value."),
        ('coexistence_strict = "so"', "pytest.toml, line 3: coexistence_strict = so: must be true or false."),
        ("coexistence_checks = 3", "pytest.toml, line 3: coexistence_checks = 3: must be a list of texts."),
        ('coexistence_at = ["pilots"]', "pytest.toml, line 3: coexistence_at = pilots: no such checkpoint."),
        (
            'coexistence_to = "L10"',
            "pytest.toml, line 3: coexistence_to = L10: no side-by-side path leads th",
        ),
        ('coexistence_plan = "none.toml"', "pytest.toml, line 3: coexistence_plan = "),
        ('coexistence_checks = ["none"]', "pytest.toml, line 3: coexistence_checks = "),
        (
            'coexistence_json = "holds.py/x"',
            "pytest.toml, line 3: coexistence_json = holds.py/x: cannot be wri",
        ),
    ],
)
def test_an_error_names_the_place_where_the_value_was_set(
    pytester: pytest.Pytester, value: str, sentence: str
) -> None:
    (pytester.path / "pytest.toml").write_text(f"[pytest]\naddopts = []\n{value}\n")
    (pytester.path / "holds.py").write_text(HOLDS)

    assert refused(pytester).startswith(sentence)


def refused(pytester: pytest.Pytester, *arguments: str) -> str:
    """What is said to a question, before it is put."""
    config = pytester.parseconfig("--coexistence", *arguments)
    with pytest.raises(InputError) as error:
        Question(config)
    return discreet(config, error.value)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("-o", "coexistence_seed=x"), "-o coexistence_seed=x: not a whole number."),
        (("--coexistence-seed=x",), "--coexistence-seed x: not a whole number."),
        ((), "pytest.ini: coexistence_seed = y: not a whole number."),
    ],
)
def test_it_names_the_one_that_counts(
    pytester: pytest.Pytester, arguments: tuple[str, ...], sentence: str
) -> None:
    (pytester.path / "pytest.ini").write_text("[pytest]\ncoexistence_seed = y\n")

    assert refused(pytester, *arguments) == sentence


@pytest.mark.parametrize(
    ("value", "is_path", "found"),
    [
        (IniValue("k", "a 'b c'\nd", is_divided=True), True, ("a", "b c", "d")),
        (IniValue("k", "a b"), True, ("a b",)),
        (IniValue("k", "a b\n c"), False, ("a b", "c")),
        (IniValue("k", ["a b", "c"]), True, ("a b", "c")),
    ],
)
def test_several_values_are_a_list_or_divided(value: IniValue, is_path: bool, found: tuple[str, ...]) -> None:
    assert value.texts(as_paths=is_path) == found


def test_every_option_has_a_twin(pytestconfig: pytest.Config) -> None:
    names = [each[0] for each in entry._OPTIONS] + [each[0] for each in entry._FLAGS]

    assert {pytestconfig.getini(f"coexistence_{name.replace('-', '_')}") for name in names} == {None}
    assert pytestconfig.getini("coexistence") is False
