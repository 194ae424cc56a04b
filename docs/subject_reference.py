"""The page about subjects: what each can be asked, read from its class."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from typing import TYPE_CHECKING

from coexistence.observation import Observer
from coexistence.observation.listings import SUBJECTS, subject_class
from coexistence.observation.subjects import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEAD = """\
# Subjects

Made by `docs/generate.py` from the classes themselves; edit their docstrings.

The name of a check's parameter says whom it is asked about, once for each; the annotation is the class.
What returns an `Outcome` is a question: its answer has `done`, `disposition`, `reason`, `hops`. Each subject
has `label`, what a report calls it, and `hit()`, who is hit when a promise about it is broken. The same one
at another checkpoint is `same_at(subject, before)`; see [writing a check](writing-checks.md).
"""


def page() -> str:
    """Return the page on subjects: their fields, properties and methods, and what these return."""
    classes = {kind: found for kind, it in SUBJECTS.items() if (found := subject_class(it)) is not None}
    assert classes.keys() == SUBJECTS.keys(), "a listing does not say what it goes through"
    lines = [_HEAD, "| parameter | class | what it is |", "| --- | --- | --- |"]
    for kind, found in classes.items():
        lines.append(f"| [`{kind}`](#{kind}) | `{found.__name__}` | {_first(found)} |")
    lines.append(
        "| `before`, `after`, `origin` | `Observer` | the previous checkpoint, this one, the first |"
    )
    for kind, found in classes.items():
        lines += ["", f"## {kind}", "", f"`{kind}: {found.__name__}`. {_first(found)}", ""]
        lines += _table(found, _fields(found))
    lines += ["", "## Observers", "", _first(Observer), "", *_table(Observer, iter(()))]
    return "\n".join(lines) + "\n"


def _first(found: object) -> str:
    return (inspect.getdoc(found) or "").partition("\n")[0]


def _table(found: type, fields: Iterator[tuple[str, str, str]]) -> list[str]:
    rows = [*fields, *_questions(found)]
    cells = (
        "| " + " | ".join(cell.replace("|", "\\|") for cell in (f"`{name}`", f"`{returned}`", text)) + " |"
        for name, returned, text in rows
    )
    return ["| what | returns | |", "| --- | --- | --- |", *cells]


def _fields(found: type) -> Iterator[tuple[str, str, str]]:
    """The fields of a class, each with the comment that stands above it."""
    source = textwrap.dedent(inspect.getsource(found))
    texts = source.splitlines()
    (body,) = ast.parse(source).body
    assert isinstance(body, ast.ClassDef)
    for node in body.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            above = node.lineno - 2
            said: list[str] = []
            while texts[above].strip().startswith("#:"):
                said.insert(0, texts[above].strip().removeprefix("#: "))
                above -= 1
            yield node.target.id, ast.unparse(node.annotation), _plain(" ".join(said))


def _questions(found: type) -> Iterator[tuple[str, str, str]]:
    """Properties, then methods, in the order in which they stand; what every subject has is left out."""
    own = {
        name: it for name, it in vars(found).items() if not name.startswith("_") and name not in vars(Asked)
    }
    fields = {each.name for each in dataclasses.fields(found)} if dataclasses.is_dataclass(found) else set()
    for name, it in own.items():
        getter = getattr(it, "fget", None) or getattr(it, "func", None)
        if getter is not None and name not in fields:
            yield name, str(inspect.signature(getter).return_annotation), _plain(_first(getter))
    for name, it in own.items():
        if inspect.isfunction(it):
            signature = inspect.signature(it)
            given = [str(each) for each in signature.parameters.values()][1:]
            keywords = [each.kind is each.KEYWORD_ONLY for each in signature.parameters.values()][1:]
            if True in keywords:
                given.insert(keywords.index(True), "*")
            called = f"{name}({', '.join(given)})".replace("'", "")
            yield called, str(signature.return_annotation), _plain(_first(it))


def _plain(text: str) -> str:
    """Markdown of what a docstring says."""
    for role in (":meth:", ":class:", ":data:", ":func:"):
        text = text.replace(role, "")
    return text.replace("``", "`").replace("`~coexistence.", "`")
