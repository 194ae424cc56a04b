"""What is broken stays broken, or becomes a question: nothing turns green because a file is gone."""

from __future__ import annotations

from functools import cache
from typing import Final

import complete_export
import pytest
from export_forms import FORMS, columns_of, csv_of, rows_of, without_column
from looked_at import REGISTRY

from coexistence.errors import InputError
from coexistence.model.deployment import Deployment
from coexistence.rehearsal.trial import Trial

FILES: Final = complete_export.files()
TABLES: Final = [name for name in FILES if name.endswith(".csv")]


def _asked(deployment: Deployment) -> dict[tuple[str, str], str]:
    """Ask every check at every place; return what came of it."""
    trial = Trial(deployment, is_twin=True)
    found = {}
    for place in trial.places:
        for check in REGISTRY:
            if check.applies_at(place):
                result = trial.ask(check, place)
                assert result.crash is None, (check.name, place.label, result.crash)
                is_broken = any(each.severity.fails for each in result.broken)
                open_ones = "undecided" if result.undecided else "kept" if result.evaluations else "nothing"
                found[check.name, place.label] = "broken" if is_broken else open_ones
    return found


def _with(name: str, row: int, column: str, value: str) -> bytes:
    """Return a file of the complete export with another value in one cell."""
    rows = rows_of(FILES[name])
    assert rows[row][rows[0].index(column)] != value
    rows[row][rows[0].index(column)] = value
    return csv_of(rows)


#: The same deployment, and several things wrong in it; each in a file of its own.
WRONG: Final = {
    "windowsservices.csv": _with("windowsservices.csv", 1, "Status", "Stopped"),
    "replication.csv": _with("replication.csv", 2, "UpToDate", "False"),
    "certificates.csv": _with("certificates.csv", 1, "NotAfter", "2025-01-05"),
    "dns.csv": _with("dns.csv", 5, "Target", "elsewhere.example"),
    "conferencedirectories.csv": _with(
        "conferencedirectories.csv", 1, "ServiceId", "UserServer:gone.example"
    ),
    "clientversionrules.csv": _with("clientversionrules.csv", 1, "MajorVersion", "99"),
    "voiceroutes.csv": _with("voiceroutes.csv", 1, "PstnUsages", "Nowhere"),
    "serversettings.csv": _with("serversettings.csv", 1, "TlsVersions", "1.3"),
    "external-access-policies.csv": _with("external-access-policies.csv", 1, "EnableOutsideAccess", "False"),
}
BROKEN: Final = FILES | WRONG


@cache
def _broken_promises() -> set[tuple[str, str]]:
    """What is broken of it: check and place."""
    found = _asked(complete_export.read(BROKEN))
    return {key for key, status in found.items() if status == "broken"}


def test_much_is_broken() -> None:
    assert len({name for name, _ in _broken_promises()}) >= 10


#: What decides who stays on legacy pools: without it the plan from then on is about other pools and people.
WHO_STAYS: Final = {"users.csv", "clients.csv"}
FROM_THEN_ON: Final = {"production", "post-migration", "legacy-silent", "retired"}


def _turned_green(files: dict[str, bytes], gone: set[str]) -> set[tuple[str, str]]:
    """Return the broken promises that are neither broken nor open without these files."""
    now = _asked(complete_export.read(files))
    green = {key for key in _broken_promises() if now.get(key) not in ("broken", "undecided")}
    # Files agree or not with those that are there.
    green -= {("exported_files_agree", "now")}
    if gone & WHO_STAYS:
        green = {(name, place) for name, place in green if place not in FROM_THEN_ON}
    return green


@pytest.mark.parametrize("name", TABLES)
def test_without_a_file_nothing_turns_green(name: str) -> None:
    assert _turned_green({file: data for file, data in BROKEN.items() if file != name}, {name}) == set()


@pytest.mark.parametrize(
    ("name", "column"), [(name, column) for name in WRONG for column in columns_of(WRONG[name])]
)
def test_without_a_column_nothing_turns_green(name: str, column: str) -> None:
    assert _turned_green(BROKEN | {name: without_column(BROKEN[name], column)}, {name}) == set()


def test_without_any_table_nothing_turns_green() -> None:
    left = {file: data for file, data in BROKEN.items() if file not in TABLES}

    assert _turned_green(left, set(TABLES)) == set()


def test_without_the_topology_there_is_nothing_to_ask_about() -> None:
    files = {file: data for file, data in FILES.items() if not file.startswith("topology")}
    files = {file: data for file, data in files.items() if file not in ("pools.csv", "services.csv")}

    with pytest.raises(InputError, match="there is no topology among"):
        complete_export.read(files)


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"csv"}))
def test_a_complete_export_says_the_same_in_every_form(form: str) -> None:
    ending, made = FORMS[form]
    # No form but CSV can say that there is nothing.
    full = {name for name in TABLES if len(rows_of(FILES[name])) > 1}
    files = {name: data for name, data in FILES.items() if name not in full}
    files |= {name.removesuffix(".csv") + ending: made(FILES[name]) for name in full}

    assert complete_export.read(files) == complete_export.read(FILES)


@pytest.mark.parametrize("form", sorted(set(FORMS) - {"csv"}))
@pytest.mark.parametrize("name", [name for name in TABLES if len(rows_of(FILES[name])) > 1])
def test_without_a_property_no_form_says_more_than_another(name: str, form: str) -> None:
    ending, made = FORMS[form]
    others = {file: FILES[file] for file in ("topology.xml", "users.csv") if file != name}
    columns = columns_of(FILES[name])
    # One of them, and another one in every form.
    less = without_column(FILES[name], columns[len(form) % len(columns)])

    in_form = complete_export.read(others | {name.removesuffix(".csv") + ending: made(less)})

    assert in_form == complete_export.read(others | {name: less})
