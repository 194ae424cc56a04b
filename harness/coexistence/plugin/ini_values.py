"""What the configuration of pytest says for an option, and where it says it.

Law of this room: a file of texts (``pytest.ini``, ``-o``) and one of typed values (``pytest.toml``,
``[tool.pytest]``) say the same; whatever is wrong with a value is said with the place where it was set.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import pytest

from coexistence.errors import InputError
from coexistence.inputs.toml.document import Document, read_text

__all__ = ["IniFile", "IniValue", "key_of"]

#: The words that pytest takes for a boolean.
_BOOLEANS: Final = {
    **dict.fromkeys(("1", "on", "t", "true", "y", "yes"), True),
    **dict.fromkeys(("0", "f", "false", "n", "no", "off"), False),
}


def key_of(option: str) -> str:
    """Name in a configuration file of ``--coexistence-…``.

    >>> key_of("as-of")
    'coexistence_as_of'
    """
    return f"coexistence_{option.replace('-', '_')}"


@dataclass(frozen=True, slots=True)
class IniValue:
    """What was set for an option, as a text or as TOML has it, and where."""

    key: str
    value: object
    #: Name of the file, and the line where it is known; "" for ``-o``.
    file: str = ""
    line: int = 0
    #: Whether texts are divided as in a shell, as files of texts have it.
    is_divided: bool = False

    def complaint(self, text: str) -> InputError:
        """Complaint that begins with the value, or with part of it; its place is put before."""
        label = f"{self.key} = " if self.file else f"-o {self.key}="
        return InputError(f"{label}{text}", file=self.file or None, line=self.line)

    def wrong(self, why: str) -> InputError:
        """Complaint about the whole value."""
        return self.complaint(f"{self.value}: {why}")

    def text(self, join: Literal[",", ""] = "") -> str:
        """One value as the command line would have it; parts of a list are joined, where they may be."""
        if isinstance(self.value, list) and join:
            return join.join(map(str, self.value))
        if isinstance(self.value, list | dict):
            raise self.wrong("must be one value.")
        return str(self.value)

    def flag(self) -> bool:
        """A boolean."""
        found = self.value if isinstance(self.value, bool) else _BOOLEANS.get(str(self.value).strip().lower())
        if found is None:
            raise self.wrong("must be true or false.")
        return found

    def texts(self, *, as_paths: bool = False) -> tuple[str, ...]:
        """Several texts: a list, or lines; paths are divided as in a shell where texts are."""
        value = self.value
        if isinstance(value, str):
            if as_paths:
                return tuple(shlex.split(value)) if self.is_divided else (value,)
            return tuple(line.strip() for line in value.splitlines() if line.strip())
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.wrong("must be a list of texts.")
        return tuple(value)


class IniFile:
    """The configuration of one run of pytest."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @property
    def folder(self) -> Path:
        """What paths in it are relative to."""
        ini = self._config.inipath
        return self._config.invocation_params.dir if ini is None else ini.parent

    def __getitem__(self, option: str) -> IniValue | None:
        """What is set for ``--coexistence-…``; None for nothing."""
        key = key_of(option)
        for setting in reversed(self._config.getoption("override_ini") or ()):
            name, _, text = setting.partition("=")
            if name == key:
                return IniValue(key, text, is_divided=True)
        path = self._config.inipath
        if path is None:
            return None
        if path.suffix.lower() == ".toml":
            return self._typed(key)
        # All are declared as texts, and nothing is their default.
        value = self._config.getini(key)
        return None if value is None else IniValue(key, value, path.name, is_divided=True)

    def _typed(self, key: str) -> IniValue | None:
        document = self._document
        for path in _tables(document.file):
            table: Any = document.content
            for part in path:
                table = table.get(part, {})
            if key in table:
                # Texts in the older table are those of a file of texts.
                is_divided = path[-1] == "ini_options"
                return IniValue(key, table[key], document.file, document.line(*path, key), is_divided)
        return None

    @cached_property
    def _document(self) -> Document:
        path = self._config.inipath
        assert path is not None  # looked at by the only caller
        return Document(path.name, read_text(path, "-c"))


def _tables(file: str) -> Iterator[tuple[str, ...]]:
    """Yield the tables of a file in which pytest's options stand; pytest has read it, so they are tables."""
    if file != "pyproject.toml":
        yield ("pytest",)
    if file not in ("pytest.toml", ".pytest.toml"):
        yield from (("tool", "pytest", "ini_options"), ("tool", "pytest"))
