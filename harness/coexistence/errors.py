"""Whose fault it is when something goes wrong.

CoexistenceError
├── InputError          the administrator's files or options cannot be used
├── OutputError         a file that was asked for cannot be written
├── CheckError          a check module is wrong: found when it registers
├── FaultError          a fault is wrong: found when it registers, or when it is injected
│   └── NotHereError    what it would change is not there, so it cannot be made here
├── OperationError      an operation of somebody's own is wrong, or nobody said how to carry it out
├── BlueprintError      a description contradicts itself
└── EngineError         our own mistake: please report it

What the *product* refuses is no exception at all: it is an outcome of the step.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "BlueprintError",
    "CheckError",
    "CoexistenceError",
    "EngineError",
    "FaultError",
    "InputError",
    "NotHereError",
    "OperationError",
    "OutputError",
    "did_you_mean",
    "nearest",
    "printable",
]


class CoexistenceError(Exception):
    """Base of all our errors; its text is one sentence with value, place and way out."""


class InputError(CoexistenceError):
    """A file or an option that cannot be used.

    The text names file, line and value, and says what to do instead. Names come from elsewhere, so whatever
    a terminal would obey is left out.
    """

    def __init__(self, message: str, *, file: str | None = None, line: int = 0) -> None:
        place = "" if file is None else f"{file}, line {line}: " if line else f"{file}: "
        # Several complaints about one file are one error with a line for each.
        super().__init__(printable(place) + "\n".join(map(printable, message.split("\n"))))
        self.file = file
        self.line = line


class OutputError(CoexistenceError):
    """A file that was asked for and cannot be written, and why; what was there before is as it was."""

    def __init__(self, path: object, why: str) -> None:
        super().__init__(printable(f"{path}: cannot be written: {why}. Nothing was changed."))
        self.why = printable(why)


class CheckError(CoexistenceError):
    """A check function or module that cannot be registered, and why."""


class FaultError(CoexistenceError):
    """A fault that cannot be registered or injected, and why."""


class NotHereError(FaultError):
    """What a fault would change is not there: in this deployment, with this plan, it cannot be made."""


class OperationError(CoexistenceError):
    """An operation of somebody's own that cannot be registered or carried out, and why."""


class BlueprintError(CoexistenceError):
    """A description of a deployment that no deployment can have."""


class EngineError(CoexistenceError):
    """Something this project promised itself did not hold."""


def printable(text: str) -> str:
    r"""Return a text with a question mark for whatever a terminal or a report cannot show, or would obey.

    >>> printable("users\x1b[2J.csv")
    'users?[2J.csv'
    """
    if text.isprintable():
        return text
    import unicodedata  # hardly ever: this room is imported in every run of pytest

    # Blanks of other widths are no letters to Python, and harm nobody.
    return "".join(
        letter if letter.isprintable() or unicodedata.category(letter) == "Zs" else "?" for letter in text
    )


def nearest(word: str, names: Iterable[str], *, ignoring_case: bool = False) -> str:
    """Return the name that somebody probably meant by a word; "" where none is near."""
    import difflib  # only for somebody who mistyped: this room is imported in every run of pytest

    known = list(names)
    if not ignoring_case:
        return next(iter(difflib.get_close_matches(word, known, 1)), "")
    near = difflib.get_close_matches(word.lower(), [each.lower() for each in known], 1)
    return next((each for each in known if near and each.lower() == near[0]), "")


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return a sentence with the nearest name, after a blank; "" where none is near."""
    meant = nearest(word, names)
    return f" Did you mean {meant!r}?" if meant else ""
