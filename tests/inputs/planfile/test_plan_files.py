"""Plan files: what they ask for, and one clear sentence for everything that makes no sense in them."""

from __future__ import annotations

import codecs
import datetime as dt
from typing import TYPE_CHECKING

import pytest

from coexistence.errors import InputError
from coexistence.inputs.planfile.reader import PlanSource, parse_plan, read_source
from coexistence.migration.custom_plan import OwnPlan, Window
from coexistence.model.vocabulary import Checkpoint, Edition, Version

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """\
# our plan
target = "S19"

[[pools]]
legacy = "pool01.contoso.com"
fqdn = "sfb01.contoso.com"
edition = "Standard"
servers = ["sfb01.contoso.com"]
site = "Redmond"

[[waves]]
name = "pilot"
pilot = true
list = "pilot.csv"
date = 2026-12-01
window = "22:00-02:00"

[[waves]]
name = "everybody"
pool = "pool01.contoso.com"
date = 2026-12-08
force = true
move_conference_data = false
upgrade_clients = true

[steps]
leave_out = ["P7.11"]

[[steps.add]]
title = "Tell the help desk"
after = "P4.3"
verify = "they know"

[[steps.move]]
step = "P7.4"
before = "P6.4"

[steps.dates]
"P8.8" = 2027-01-15

[rollback]
actions = ["users", "downgrade clients"]

[rates]
moves_per_hour = 9000

[[statements]]
text = "The pilot has begun."
author = "Ann"
date = 2026-11-20
phase = "pilot"
"""


def parsed(text: str, **lists: tuple[str, ...]) -> OwnPlan:
    """A plan file's content, read."""
    return parse_plan(PlanSource("plan.toml", text, {f"{name}.csv": each for name, each in lists.items()}))


def complaints(text: str, **lists: tuple[str, ...]) -> list[str]:
    """What is said about a plan file that cannot be used."""
    with pytest.raises(InputError) as caught:
        parsed(text, **lists)
    return str(caught.value).splitlines()


def test_every_part_is_read() -> None:
    plan = parsed(WHOLE, pilot=("ann@contoso.com",))

    assert plan.target is Version.S19
    (pool,) = plan.pools
    assert (pool.edition, pool.servers, pool.site) == (Edition.STANDARD, ("sfb01.contoso.com",), "Redmond")
    pilot, rest = plan.waves
    assert (pilot.is_pilot, pilot.addresses, pilot.date) == (True, ("ann@contoso.com",), dt.date(2026, 12, 1))
    assert pilot.window == Window(dt.time(22), dt.time(2))
    assert (rest.force, rest.move_conference_data, rest.upgrade_clients) == (True, False, True)
    assert [each.step for each in plan.left_out] == ["P7.11"]
    assert [(each.title, each.after) for each in plan.added] == [("Tell the help desk", "P4.3")]
    assert [(each.step, each.before) for each in plan.moved] == [("P7.4", "P6.4")]
    assert plan.dates == {"P8.8": dt.date(2027, 1, 15)}
    assert plan.rollback == ("users", "clients")
    assert plan.moves_per_hour == 9000
    assert [(each.author, each.phase) for each in plan.statements] == [("Ann", Checkpoint.PILOT)]


def test_lines_are_kept() -> None:
    plan = parsed(WHOLE, pilot=("ann@contoso.com",))

    assert [wave.line for wave in plan.waves] == [11, 18]
    assert plan.line_of("waves", 1, "pool") == 20
    assert plan.left_out[0].line == 27
    assert plan.line_of("steps", "dates", "P8.8") == 39


WAVE = '[[waves]]\nname = "one"\npool = "a"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "wavs = 1",
            (
                "line 1: the file has no key 'wavs'. Known: target, out_of_scope, pools, waves, "
                "statements, steps, rollback, rates. Did you mean 'waves'?"
            ),
        ),
        (
            WAVE + "sight = 1",
            (
                "line 4: [[waves]] has no key 'sight'. Known: name, pool, site, list, count, counts, "
                "everybody, pilot, date, window, force, move_conference_data, upgrade_clients. "
                "Did you mean 'site'?"
            ),
        ),
        ('target = "S18"', 'line 1: target = "S18": Known: '),
        ("target = 19", 'line 1: target = 19: must be a text in quotes, like "pilot".'),
        ("waves = 3", "line 1: waves = 3: must be tables: write [[waves]] above each."),
        ("waves = [3]", "line 1: waves has 3 in it: must be a table, [[waves]]."),
        ("[waves]\nname = 'a'", 'line 1: waves = {name = "a"}: must be tables: write [[waves]] above each.'),
        ("steps = 1", "line 1: steps = 1: must be a table: write [steps]."),
        (
            WAVE + "date = 'December'",
            'line 4: date = "December": must be a date, like 2026-12-01.',
        ),
        (WAVE + "date = 2026-12-01T22:00:00", "line 4: date = 2026-12-01T22:00:00: must be a date, like"),
        (WAVE + "force = 'yes'", 'line 4: force = "yes": must be true or false.'),
        (WAVE + "count = true", "line 4: count = true: must be a whole number from 1."),
        (WAVE + "count = 0", "line 4: count = 0: must be from 1 to 100000000."),
        (WAVE + "window = '22-02'", 'line 4: window = "22-02": must be like "22:00-02:00".'),
        (WAVE + "window = '22:00-25:00'", 'line 4: window = "22:00-25:00": must be like "22:00-02:00".'),
        (WAVE + "window = '22:00-22:00'", 'line 4: window = "22:00-22:00": begins when it ends.'),
        (WAVE + "site = 'x'", "line 4: wave 'one' names people by pool and by site. Keep one of them."),
        (
            "[[waves]]\nname = 'one'",
            "line 2: wave 'one' names no one. Add pool, site, list, counts, count or everybody.",
        ),
        ("[[waves]]\npool = 'a'", "line 1: [[waves]] needs name."),
        ("[[waves]]\nname = ' '\npool = 'a'", 'line 2: name = " ": is empty. '),
        ("[[waves]]\nname = 'one'\nlist = 'none.csv'", 'line 3: list = "none.csv": names no one. '),
        ("[[waves]]\nname = 'one'\nlist = 'one.csv'\ncount = 2", "line 4: count = 2: goes with pool or site"),
        ("[[waves]]\nname = 'one'\ncounts = {}", "line 3: counts is empty, so the wave names no one."),
        (
            "[[waves]]\nname = 'one'\n[waves.counts]\na = 'x'",
            'line 4: a = "x": must be a whole number from 1.',
        ),
        (WAVE + WAVE.replace('"a"', '"b"'), "line 4: wave 'one' has the name of the wave on line 1."),
        (
            WAVE + '[[waves]]\nname = "two"\npool = "A"',
            "line 4: wave 'two' has the people of the wave on line 1",
        ),
        (
            WAVE + "date = 2026-12-02\n[[waves]]\nname = 'two'\npool = 'b'\ndate = 2026-12-01",
            "line 8: wave 'two' is on 2026-12-01, before wave 'one' on 2026-12-02 that stands above it.",
        ),
        ("[steps]\nleave_out = 'P7.11'", 'line 2: leave_out = "P7.11": must be a list of texts'),
        ("[steps]\nleave_out = [\n'P7.11',\n'P9.1']", "line 4: there is no step 'P9.1'."),
        ("[steps]\nleave_out = [1]", "line 2: leave_out has 1 in it: must be a text that can be printed."),
        (
            '[[waves]]\nname = "\\u001b[2J"\npool = "a"',
            'line 2: name = "\\u001b[2J": has a character in it that cannot be printed.',
        ),
        (
            "[steps.dates]\n'P8.8' = 2027-01-02\n'P8.9' = 2027-01-01",
            "line 3: step P8.9 is on 2027-01-01, before step P8.8 on 2027-01-02.",
        ),
        (
            "[steps]\nleave_out = ['P8.8']\n[steps.dates]\n'P8.8' = 2027-01-02",
            "line 4: step P8.8 has a date, and is left out.",
        ),
        ("[[steps.move]]\nstep = 'P7.4'", "line 2: [[steps.move]] of 'P7.4' needs either before or after."),
        (
            "[[steps.move]]\nstep = 'P7.4'\nafter = 'P7.4'",
            "line 2: step P7.4 cannot be moved to beside itself.",
        ),
        ("[[steps.add]]\nafter = 'P7.4'", "line 1: [[steps.add]] needs title."),
        ("[rollback]\nactions = ['user']", "line 2: there is no rollback action 'user'. Known: users, "),
        ("[rates]\nmoves_per_hour = -4", "line 2: moves_per_hour = -4: must be from 1 to 100000000."),
        ("[[pools]]\nlegacy = 'a'", "line 1: [[pools]] needs fqdn: the name of the new pool."),
        ("[[pools]]\nlegacy = 'a'\nfqdn = 'b'\nedition = 'Gold'", 'line 4: edition = "Gold": Known: '),
        (
            "[[pools]]\nlegacy = 'a'\nfqdn = 'b'\nedition = 'standard'\nservers = ['b', 'c']",
            "line 5: a Standard Edition pool has one server, and not 2.",
        ),
        ("[[statements]]\ntext = 'x'\nauthor = 'y'", "line 1: [[statements]] needs date: who says what, and"),
        (
            "[[statements]]\ntext = 'x'\nauthor = 'y'\ndate = 2026-01-01\nclients_upgraded = true",
            "line 5: clients_upgraded needs pool: what the statement is about.",
        ),
    ],
)
def test_what_makes_no_sense_is_named_in_one_sentence(text: str, sentence: str) -> None:
    (said,) = complaints(text, one=("ann@contoso.com",))

    assert said.startswith(f"plan.toml, {sentence}"), said


def test_all_complaints_of_a_file_come_together_in_the_order_of_lines() -> None:
    said = complaints("target = 1\n[rates]\nmoves_per_hour = 'x'\nspeed = 2\n[rollback]\nactions = ['y']")

    assert [each.split(":")[0] for each in said] == [f"plan.toml, line {line}" for line in (1, 3, 4, 6)]


def test_so_many_of_the_same_pool_may_go_in_several_waves() -> None:
    counted = '[[waves]]\nname = "{}"\npool = "a"\ncount = 5\n'

    assert len(parsed(counted.format("one") + counted.format("two")).waves) == 2


# ---------------------------------------------------------------- from the disk

LIST = "[[waves]]\nname = 'one'\nlist = 'people.csv'\n"


@pytest.mark.parametrize(
    "content",
    [
        b"ann@contoso.com\nsip:Bob@contoso.com\n",
        b"ann@contoso.com\r\n\r\n# who else?\r\nsip:Bob@contoso.com",
        codecs.BOM_UTF8 + b"ann@contoso.com\nsip:Bob@contoso.com\n",
        codecs.BOM_UTF16_LE + "ann@contoso.com\r\nsip:Bob@contoso.com\r\n".encode("utf-16-le"),
        b'#TYPE Selected.User\n"Name","SipAddress"\n"Ann","ann@contoso.com"\n"B","sip:Bob@contoso.com"\n',
        b"Name;Identity\nAnn;ann@contoso.com\nBob;sip:Bob@contoso.com\n",
        b"ann@contoso.com,Ann\nsip:Bob@contoso.com,Bob\n",
    ],
)
def test_a_list_is_read_as_windows_writes_it(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "plan.toml").write_text(LIST)
    (tmp_path / "people.csv").write_bytes(content)

    plan = parse_plan(read_source(tmp_path / "plan.toml"))

    assert plan.waves[0].addresses == ("ann@contoso.com", "sip:Bob@contoso.com")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_plan_file_is_read_as_windows_writes_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "plan.toml").write_bytes("[rates]\r\nmoves_per_hour = 5\r\n".encode(encoding))

    assert parse_plan(read_source(tmp_path / "plan.toml")).moves_per_hour == 5


def test_a_list_that_is_not_there_is_named_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(LIST)

    with pytest.raises(InputError, match=r'^plan\.toml, line 3: list = "people\.csv": there is no such file'):
        read_source(tmp_path / "plan.toml")


@pytest.mark.parametrize("name", ["../people.csv", "/etc/hostname"])
def test_a_list_lies_beside_its_plan(tmp_path: Path, name: str) -> None:
    (tmp_path / "people.csv").write_text("ann@contoso.com")
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "plan.toml").write_text(LIST.replace("people.csv", name))

    with pytest.raises(InputError, match=r'^plan\.toml, line 3: list = ".*": leads out of the folder'):
        read_source(tmp_path / "plans" / "plan.toml")


def test_a_list_with_nobody_in_it_names_no_one(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(LIST)
    (tmp_path / "people.csv").write_text("SipAddress\n")

    with pytest.raises(InputError, match=r'^plan\.toml, line 3: list = "people\.csv": names no one\.'):
        parse_plan(read_source(tmp_path / "plan.toml"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"= 1", "plan.toml: not valid TOML: "),
        (b"a = 1\x00", "plan.toml, line 1: "),
        (b"a = " + b"[" * 20_000, "plan.toml, line 1: brackets are nested"),
    ],
)
def test_what_is_no_toml_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "plan.toml").write_bytes(content)

    with pytest.raises(InputError) as caught:
        read_source(tmp_path / "plan.toml")
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


def test_no_file_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml: the file cannot be read \(No such file"):
        read_source(tmp_path / "none.toml")
