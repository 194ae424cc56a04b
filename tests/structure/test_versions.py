"""One table of versions, one of clients: whoever depends on a version answers for a new one, or refuses it.

Consumers are found by walking the source and the tables that it makes, not by a list of them here.
"""

from __future__ import annotations

import ast
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import EnumMeta
from pathlib import Path
from typing import Any

import pytest
from checkout import ROOT
from structure.source_tree import FOLDERS, source_files, trees

from coexistence.model.clients import (
    CLIENTS,
    DESKTOP,
    JOINERS,
    SCHEDULERS,
    ClientGeneration,
    Listed,
    MeetingClient,
    Scheduler,
)
from coexistence.model.vocabulary import PATHS, Feature, Version, by_version, have

#: Where a version or a client is named outside the tables, and why.
NAMED: dict[str, dict[str, str]] = {
    "coexistence.model.clients": {
        "Version": "the table of clients says which version a client goes with",
        "ClientGeneration": "the table itself",
    },
    "coexistence.model.blueprint": {
        "Version": "what somebody gets who asks for a made-up deployment and names no versions",
        "ClientGeneration": "the same for people",
    },
}
TABLES = {"Version": "coexistence.model.vocabulary.versions", "ClientGeneration": "coexistence.model.clients"}
#: What is no version, no client, but the lack of one.
NONE_OF_THEM = {"UNKNOWN"}
MODULES = source_files()


def named_members(tree: ast.AST, enumeration: str, members: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Every place that names a member: as an attribute, by subscription, or as a text of its own."""
    aliases = {enumeration}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            aliases |= {each.asname for each in node.names if each.name == enumeration and each.asname}
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            aliases |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in members:
            if isinstance(node.value, ast.Name) and node.value.id in aliases:
                yield node.lineno, node.attr
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in aliases:
            yield from (
                (node.lineno, str(each.value)) for each in node.args if isinstance(each, ast.Constant)
            )
        elif isinstance(node, ast.Constant) and node.value in members:
            yield node.lineno, str(node.value)


@pytest.mark.parametrize("enumeration", [Version, ClientGeneration], ids=lambda each: each.__name__)
def test_a_version_or_client_is_named_in_its_table_alone(enumeration: EnumMeta) -> None:
    name = enumeration.__name__
    members = frozenset(enumeration.__members__) - NONE_OF_THEM
    if enumeration is Version:
        members |= {version.product for version in Version}
    found = {
        module: places
        for module, tree in trees().items()
        if module != TABLES[name] and (places := list(named_members(tree, name, members)))
    }
    # A row of versions names the client that goes with it.
    found.pop(TABLES["Version"], None)

    assert set(found) == {module for module, why in NAMED.items() if name in why and module != TABLES[name]}


def test_a_table_of_versions_is_made_in_one_way() -> None:
    """Nobody deals answers to versions by their place: a version put in between would shift them."""
    dealt = [
        f"{module}, line {node.lineno}"
        for module, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("zip", "enumerate")
        and any(isinstance(each, ast.Name) and each.id == "Version" for each in node.args)
    ]

    assert dealt == []


def tables(value: object, seen: set[int]) -> Iterator[Mapping[Any, Any]]:
    """Every mapping that can be reached from a value of a module."""
    if id(value) in seen or isinstance(value, (str, bytes, type)):
        return
    seen.add(id(value))
    if isinstance(value, Mapping):
        yield value
        for each in value.values():
            yield from tables(each, seen)
    elif isinstance(value, (tuple, list, set, frozenset)):
        for each in value:
            yield from tables(each, seen)
    elif is_dataclass(value):
        for field in fields(value):
            yield from tables(getattr(value, field.name, None), seen)


def keyed_by(kind: type) -> Iterator[tuple[str, Mapping[Any, Any]]]:
    seen: set[int] = set()
    for module in MODULES:
        for name, value in vars(importlib.import_module(module)).items():
            for table in tables(value, seen):
                if any(isinstance(key, kind) for key in table):
                    yield f"{module}.{name}", table


def test_every_table_of_versions_answers_for_every_version() -> None:
    found = list(keyed_by(Version))

    assert len(found) > 20, "the walk finds the tables that there are"
    assert {where for where, table in found if set(table) != set(Version)} == set()


def test_every_table_of_clients_answers_for_every_client() -> None:
    found = list(keyed_by(ClientGeneration))

    assert [where for where, _ in found]
    assert {where for where, table in found if set(table) != set(CLIENTS)} == set()
    assert set(CLIENTS) == set(ClientGeneration) - {ClientGeneration.UNKNOWN}
    assert set(JOINERS) == set(MeetingClient)
    assert set(SCHEDULERS) == set(Scheduler)


def test_rows_agree_with_each_other() -> None:
    assert list(Version) == sorted(Version)
    for version in Version:
        own = ClientGeneration[version.facts.client]
        assert own in DESKTOP
        assert CLIENTS[own].goes_with <= version
        assert CLIENTS[own].listed[version] is Listed.YES
        assert {Version[name] for name in version.facts.paths_from} <= {
            each for each in Version if each < version
        }
    for client in DESKTOP:
        assert CLIENTS[client].goes_with.facts.client == client.name
    for row in CLIENTS.values():
        assert row.older_beside is None or row.older_beside > row.goes_with
        assert row.told_by.low <= row.told_by.high
    words = [word.lower() for each in ClientGeneration for word in (each.word, each.label)]
    assert len(words) == len(set(words))


def test_no_two_clients_are_told_by_the_same_numbers() -> None:
    rows = list(CLIENTS.values())
    for at, one in enumerate(rows):
        for other in rows[at + 1 :]:
            apart = one.told_by.high < other.told_by.low or other.told_by.high < one.told_by.low
            assert apart or not set(one.agents) & set(other.agents), (one.label, other.label)


def test_every_feature_tells_versions_apart_and_says_who_says_so() -> None:
    for feature in Feature:
        assert feature.words
        assert feature.source
        assert {version.has(feature) for version in Version} == {True, False}, feature


def test_what_a_pool_may_run_has_a_feature_only_if_all_of_it_has() -> None:
    assert have((Version.L13, Version.S15), Feature.XMPP) is True
    assert have((Version.S19, Version.SE), Feature.XMPP) is False
    for open_ in ((), (Version.S15, Version.S19)):
        assert have(open_, Feature.XMPP) is not True
        assert have(open_, Feature.XMPP) is not False


def test_a_version_without_an_answer_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^The table of hats has no answer for Skype for Business Server 2019 \("
    ):
        by_version("hats", L10=1, L13=2, S15=3)
    with pytest.raises(
        ValueError, match=r"^The table of hats answers for L14, of which there is no version\.$"
    ):
        by_version("hats", L10=1, L13=2, L14=2, S15=3, S19=4)


def test_the_option_names_every_version_that_somebody_may_go_to() -> None:
    """The plugin's entry imports nothing, so its help is a text of its own."""
    *names, last = [version.name for version in sorted({path.target for path in PATHS})]

    assert f"migrate to: {', '.join(names)} or {last} (" in MODULES["coexistence.plugin.entry"].read_text(
        "utf-8"
    )
    assert f"migrate to: {', '.join(names)} or {last}\n" in (ROOT / "docs" / "plan-file.md").read_text(
        "utf-8"
    )


# -------------------------------------------------------------------- a new row

VERSIONS = "coexistence.model.vocabulary.versions"
BEFORE_THE_END = "    # fmt: on\n\n    def has("


def row_like_the_last(**changed: str) -> str:
    """A row with all that the newest version's says but its names and numbers."""
    text = MODULES[VERSIONS].read_text("utf-8")
    row = text[text.rindex("    SE = 25, ") : text.rindex("    # fmt: on")]
    for old, new in {
        "SE = 25": "V30 = 30",
        'release="Subscription Edition"': 'release="Next Edition"',
        'service_version=8, build="7.0.2046"': 'service_version=9, build="8.0.1000"',
        "first_update=820": "first_update=0",
        '"S15": Path': '"SE": Path',
        **changed,
    }.items():
        assert old in row, old
        row = row.replace(old, new)
    return row


def with_a_row(
    folder: Path, script: str, row: str, also: str = "", *, module: str = VERSIONS, mark: str = BEFORE_THE_END
) -> str:
    """What a script prints, both ways, beside a copy of the package whose table has one row more."""
    for package, source in FOLDERS.items():
        # Times are kept, so that what was compiled is not compiled again.
        shutil.copytree(source, folder.joinpath(*package.split(".")))
    path = folder.joinpath(*module.split(".")).with_suffix(".py")
    before, found, after = path.read_text("utf-8").partition(mark)
    assert found
    path.write_text(before + row + mark + after + also, "utf-8")
    done = subprocess.run(  # our own interpreter and script
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "tests")])},
    )
    return done.stdout + done.stderr


def test_a_row_that_leaves_a_feature_open_is_refused(tmp_path: Path) -> None:
    row = row_like_the_last(**{" _F.MCX,": "", "_F.XMPP, ": ""})

    said = with_a_row(tmp_path, "import coexistence.model.vocabulary", row)

    assert said.splitlines()[-1] == "ValueError: The row of version 30 does not say whether it has MCX, XMPP."


def test_a_version_that_is_taken_as_no_other_is_refused_by_every_table(tmp_path: Path) -> None:
    """The tables are those that the source makes; every one of them says by itself that it has no answer."""
    made = {
        str(node.args[0].value)
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "by_version"
        for _ in node.args[:1]
        if isinstance(node.args[0], ast.Constant)
    }
    # Each table is asked, though the first that refuses ends an import.
    also = """
_made, REFUSED = by_version, []
def by_version(what, **answers):
    try:
        return _made(what, **answers)
    except ValueError as refusal:
        REFUSED.append(str(refusal))
        return {Version[name]: answer for name, answer in answers.items()}
"""
    script = """
import importlib
from structure.source_tree import source_files
for module in source_files():
    importlib.import_module(module)
from coexistence.model.vocabulary import versions
print(*sorted(set(versions.REFUSED)), sep="\\n")
"""

    said = with_a_row(tmp_path, script, row_like_the_last(**{'taken_as="S19"': "taken_as=None"}), also)

    assert said.splitlines() == sorted(
        f"The table of {what} has no answer for Skype for Business Server Next Edition (V30): add one, or "
        "say in its row which older version it is taken as."
        for what in made
    )


def test_a_new_version_is_answered_for_by_whoever_depends_on_versions(tmp_path: Path) -> None:
    """One row does: for tables, exports and their readers, names, and a rehearsal all the way to it."""
    script = """
import contextlib, io, pathlib, tempfile
import pytest
said = io.StringIO()
with contextlib.redirect_stdout(said):
    status = pytest.main([
        "--coexistence", "--coexistence-to=V30", "--coexistence-deployments=1", "-q", "--assert=plain",
        "-p", "no:cacheprovider", "-p", "no:randomly",
    ])
assert status == 0, said.getvalue()
print("GO" if "passed" in said.getvalue() else said.getvalue())

from structure import test_versions
from coexistence.model.vocabulary import PATHS, Feature, Version, version_name
from coexistence.model.clients import ClientGeneration

new = Version["V30"]
assert max(Version) is new
assert new.product == "Skype for Business Server Next Edition"
assert {where for where, table in test_versions.keyed_by(Version) if set(table) != set(Version)} == set()
assert [(each.legacy.name, each.target.name) for each in PATHS][-2:] == [("S19", "V30"), ("SE", "V30")]

from coexistence.inputs.exports.topology.roles_and_versions import narrowed, versions_of
assert versions_of("9") == (new,)
assert narrowed((Version.S19, Version.SE), ["7.0.2046.820"]) == (Version.SE,)

from coexistence.rehearsal.settings import parse_version
assert parse_version("v30") is parse_version("Skype for Business Server Next Edition") is new

from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import Blueprint, Crowd, EdgeBlueprint, PoolBlueprint, SiteBlueprint
pools = (PoolBlueprint(crowds=(Crowd(people=5, client=ClientGeneration.SFB_2016),)),)
site = SiteBlueprint(pools=pools, edge=EdgeBlueprint())
made = build(Blueprint(legacy=new, target=new, sites=(site,)), "7")
with tempfile.TemporaryDirectory() as folder:
    write_exports(made, pathlib.Path(folder))
    read = read_exports(pathlib.Path(folder))
assert {pool.versions for pool in read.deployment.pools} == {(new,)}, read.deployment.pools
assert not read.deployment.contradictions

from coexistence.errors import InputError
try:
    parse_version("L14")
except InputError as refusal:
    print(refusal)
"""

    said = with_a_row(tmp_path, script, row_like_the_last(**{'taken_as="S19"': 'taken_as="SE"'}))

    assert said.splitlines() == [
        "GO",
        "--coexistence-to L14: no such version. Known: L10, L13, S15, S19, SE, V30.",
    ]


def test_a_client_without_a_row_is_refused(tmp_path: Path) -> None:
    said = with_a_row(
        tmp_path,
        "import coexistence.model.clients",
        "    NEXT = 7\n",
        module="coexistence.model.clients",
        mark="    UNKNOWN = 255\n",
    )

    assert said.splitlines()[-1] == "ValueError: The table of clients has no row for NEXT."
