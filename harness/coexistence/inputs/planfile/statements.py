"""One statement of a plan file, read key by key as the table of subjects says.

Law of this room: form, not sense, as in all of reading; whether a name is known is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from coexistence.inputs.exports.read.client_versions import client_of
from coexistence.inputs.planfile.statement_keys import OBJECTS, SUBJECTS, Takes
from coexistence.inputs.toml.tables import Table, known_names
from coexistence.migration.custom_plan import Statement
from coexistence.model.clients import ClientGeneration
from coexistence.model.vocabulary import CHECKPOINT_ORDER, VERSION_NAMES, Checkpoint

__all__ = ["read_statement"]

_PHASES: Final = {each.value: each for each in CHECKPOINT_ORDER if each is not Checkpoint.LEGACY}
_STORES: Final = {"server": "server", "exchange": "exchange"}


def read_statement(table: Table, stateable: Mapping[str, tuple[str, ...]] | None) -> Statement | None:
    """Read a statement; None, and complaints, where it cannot be one.

    ``stateable`` are the known assumptions with what may be said of each: ``yes``, ``no``, or nothing.
    """
    text, author, date = table.words("text"), table.words("author"), table.date("date")
    for key in ("text", "author", "date"):
        table.need(key, "who says what, and since when")
    made = {key: _TAKEN[takes](table, key) for key, takes in OBJECTS.items()}
    made |= {key: _TAKEN[subject.takes](table, key) for key, subject in SUBJECTS.items()}
    made["holds"] = bool(table.flag("holds", otherwise=True))
    for key, subject in SUBJECTS.items():
        if key in table.content and subject.of and not any(each in table.content for each in subject.of):
            needed = " or ".join(subject.of)
            table.complain(key, f"{key} needs {needed}: what the statement is about.")
    for key in ("from_pool", "to_pool"):
        if key in table.content and "blocked_port" not in table.content:
            table.complain(key, f"{key} goes with blocked_port: the port that is shut.")
    if "holds" in table.content and "assumption" not in table.content:
        table.complain("holds", "holds goes with assumption: what is so, or is not.")
    if made["assumption"] and stateable is not None:
        _check_assumption(table, made["assumption"], stateable, holds=made["holds"])
    if not text or not author or date is None:
        return None
    return Statement(text=text, author=author, date=date, line=table.line, **made)


def _check_assumption(
    table: Table, name: str, stateable: Mapping[str, tuple[str, ...]], *, holds: bool
) -> None:
    may_be = stateable.get(name)
    facts = [each for each, answers in stateable.items() if answers]
    if may_be is None:
        hint = known_names(name, facts, whole=False) or f"Known: {', '.join(facts)}."
        table.complain("assumption", f"there is no assumption {name!r}. {hint}")
    elif not may_be:
        table.wrong(
            "assumption",
            "is no fact of a deployment, so nobody's word settles it. Switch it in "
            "[tool.coexistence.rules] of pyproject.toml.",
        )
    elif ("yes" if holds else "no") not in may_be:
        table.wrong(
            "holds",
            f"nothing follows from it for {name}. Add the file that tells what is so (docs/exports.md).",
        )


def _client(table: Table, key: str) -> str:
    name = table.text(key)
    if name and client_of(name) is ClientGeneration.UNKNOWN:
        table.wrong(key, "no known client or user agent.")
        return ""
    return name


def _denial(table: Table, key: str) -> bool | None:
    said: bool | None = table.flag(key, otherwise=None)
    if said:
        table.wrong(
            key,
            "is taken for granted. Leave it out, or confirm the assumption as a whole: "
            'assumption = "partner-side-works" or "gateways-answer".',
        )
        return None
    return said


#: How the value of a key is taken out of its table.
_TAKEN: Final[Mapping[Takes, Callable[[Table, str], Any]]] = {
    Takes.PHASE: lambda table, key: table.one_of(key, _PHASES),
    Takes.FLAG: lambda table, key: table.flag(key, otherwise=None),
    Takes.DENIAL: _denial,
    Takes.PORT: lambda table, key: table.number(key, most=65_535),
    Takes.CLIENT: _client,
    Takes.STORE: lambda table, key: table.one_of(key, _STORES) or "",
    Takes.VERSION: lambda table, key: table.one_of(key, VERSION_NAMES),
    Takes.NAMES: lambda table, key: table.texts(key) or (),
    **dict.fromkeys(
        (
            Takes.POOL,
            Takes.PLACE,
            Takes.PARTNER,
            Takes.GATEWAY,
            Takes.PERSON,
            Takes.HOST,
            Takes.ASSUMPTION,
        ),
        Table.text,
    ),
}
