"""Enough of PowerShell to run functions that only shape text: those of the export script that hide names.

What is here follows the language's documentation: comparisons ignore case, ``-match`` fills ``$matches``, a
function gives what its statements leave behind. No PowerShell was at hand to compare with.
"""

from __future__ import annotations

import contextlib
import hmac
import re
from collections.abc import Iterator
from typing import Any

import tree_sitter
import tree_sitter_powershell

__all__ = ["Script"]


class _Return(Exception):  # noqa: N818  # flow, and no error
    """A function was left."""


class Script:
    """The functions of a script, with its own variables set from outside."""

    def __init__(self, text: str, **variables: Any) -> None:
        language = tree_sitter.Language(tree_sitter_powershell.language())
        self._tree = tree_sitter.Parser(language).parse(text.encode())
        self._functions = {_name(node): node for node in _all(self._tree.root_node, "function_statement")}
        self._own = variables

    def call(self, name: str, *arguments: Any) -> Any:
        """Return what a function leaves behind: nothing, one value, or a list."""
        node = self._functions[name]
        parameters = [_text(each)[1:] for each in _all(node, "variable") if _within(each, "script_parameter")]
        scope: dict[str, Any] = dict.fromkeys(parameters, "") | dict(zip(parameters, arguments, strict=False))
        left: list[Any] = []
        with contextlib.suppress(_Return):
            self._run(next(_all(node, "script_block_body")), scope, left)
        return None if not left else left[0] if len(left) == 1 else left

    # ------------------------------------------------------------------------- statements

    def _run(self, node: tree_sitter.Node, scope: dict[str, Any], left: list[Any]) -> None:
        kind, inner = node.type, _inner(node)
        match kind:
            case "script_block_body" | "statement_list" | "statement_block":
                for each in inner:
                    self._run(each, scope, left)
            case "empty_statement":
                pass
            case "string_literal" | "integer_literal" | "variable":
                left.append(self._value(node, scope))
            case "if_statement" | "elseif_clause":
                self._choose(node, scope, left)
            case "for_statement":
                start, test, step, body = inner
                self._run(start.named_children[0], scope, [])
                while self._value(test.named_children[0], scope):
                    self._run(body, scope, left)
                    self._run(step.named_children[0], scope, [])
            case "foreach_statement":
                variable, source, body = inner[-3:]
                for each in self._value(source, scope):
                    scope[_text(variable)[1:]] = each
                    self._run(body, scope, left)
            case "flow_control_statement":
                if inner:
                    left.append(self._value(inner[0], scope))
                raise _Return
            case "pipeline" if len(node.named_children) == 1:
                self._run(node.named_children[0], scope, left)
            case "pipeline_chain" if len(node.named_children) == 1:
                self._run(node.named_children[0], scope, left)
            case "assignment_expression" | "post_increment_expression":
                self._value(node, scope)
            case _ if len(node.named_children) == 1 and _text(node.named_children[0]) == _text(node):
                self._run(node.named_children[0], scope, left)
            case _:
                left.append(self._value(node, scope))

    def _choose(self, node: tree_sitter.Node, scope: dict[str, Any], left: list[Any]) -> None:
        condition, body, *others = _inner(node)
        if self._value(condition, scope):
            self._run(body, scope, left)
            return
        for clause in others:
            if clause.type == "elseif_clauses":
                for each in _inner(clause):
                    test, then = _inner(each)
                    if self._value(test, scope):
                        self._run(then, scope, left)
                        return
            else:
                self._run(_inner(clause)[0], scope, left)

    # ------------------------------------------------------------------------ expressions

    def _value(self, node: tree_sitter.Node, scope: dict[str, Any]) -> Any:
        inner = _inner(node)
        match node.type:
            case "variable":
                return self._variable(_text(node)[1:], scope)
            case "string_literal":
                return _text(node)[1:-1].replace("''", "'")
            case "integer_literal":
                return int(_text(node))
            case "array_expression":
                values = [self._value(each, scope) for each in inner]
                return values[0] if len(values) == 1 and isinstance(values[0], list) else values
            case "assignment_expression":
                return self._assign(node, scope)
            case "post_increment_expression":
                scope[_text(inner[0])[1:]] += 1
                return None
            case "command":
                return self._command(node, scope)
            case "element_access":
                return self._value(inner[0], scope)[self._value(inner[1], scope)]
            case "member_access":
                return self._member(inner, scope)
            case "invokation_expression":
                return self._method(inner, scope)
            case "cast_expression":
                return str(self._value(inner[-1], scope))
            case "expression_with_unary_operator" if inner[0].type != "cast_expression":
                value = self._value(inner[0], scope)
                return value if _text(node).startswith(",") else not value
            case "array_literal_expression" if len(inner) > 1:
                return [self._value(each, scope) for each in inner]
        if len(inner) == 1:
            return self._value(inner[0], scope)
        return self._binary(node, scope)

    def _variable(self, name: str, scope: dict[str, Any]) -> Any:
        return self._own[name.removeprefix("script:")] if name.startswith("script:") else scope[name]

    def _assign(self, node: tree_sitter.Node, scope: dict[str, Any]) -> None:
        target, operator, source = _inner(node)
        value, name = self._value(source, scope), _text(target)[1:]
        if _text(operator) == "+=":
            before = scope[name]
            value = [*before, value] if isinstance(before, list) else before + _shown(value)
        scope[name] = value

    def _command(self, node: tree_sitter.Node, scope: dict[str, Any]) -> Any:
        name, *elements = _inner(node)
        words = [each for each in (_inner(elements[0]) if elements else ()) if "_sep" not in each.type]
        return self.call(_text(name), *(self._value(each, scope) for each in words))

    def _binary(self, node: tree_sitter.Node, scope: dict[str, Any]) -> Any:
        first, operator, second = node.children
        one = self._value(first, scope)
        word = _text(operator).lower()
        if word in ("-and", "-or"):
            is_settled = bool(one) is (word == "-or")
            return bool(one) if is_settled else bool(self._value(second, scope))
        other = self._value(second, scope)
        match word:
            case "+":
                return one + (_shown(other) if isinstance(one, str) else other)
            case "-":
                return one - other
            case "%":
                return one % other
            case "-eq":
                return _folded(one) == _folded(other)
            case "-lt":
                return one < other
            case "-gt":
                return one > other
            case "-ge":
                return one >= other
            case "-le":
                return one <= other
            case "-contains":
                return _folded(other) in map(_folded, one)
            case "-split":
                return re.split(other, one, flags=re.IGNORECASE)
            case "-match" | "-notmatch":
                found = re.search(other, one, re.IGNORECASE)
                if found:
                    scope["matches"] = [found[0], *found.groups()]
                return (found is None) is (word == "-notmatch")
        raise NotImplementedError(word)

    def _member(self, inner: list[tree_sitter.Node], scope: dict[str, Any]) -> Any:
        if inner[0].type == "type_literal":
            return _text(inner[0]) + "::" + _text(inner[1])
        assert _text(inner[1]) == "Length"
        return len(self._value(inner[0], scope))

    def _method(self, inner: list[tree_sitter.Node], scope: dict[str, Any]) -> Any:
        holder, name, given = inner
        arguments = [
            self._value(each, scope)
            for each in _all(given, "argument_expression")
            if each.parent is not None and each.parent.parent == given
        ]
        if holder.type == "type_literal":
            match _text(holder) + "::" + _text(name), arguments:
                case "[string]::Join", [between, parts]:
                    return between.join(parts)
                case "[BitConverter]::ToString", [data, first, count]:
                    return data[first : first + count].hex("-").upper()
            raise NotImplementedError(_text(holder))
        value = self._value(holder, scope)
        match _text(name), arguments:
            case "GetBytes", [text]:
                return text.encode("utf-8", "replace")
            case "ComputeHash", [data]:
                return hmac.digest(value, data, "sha256")
            case "ToLowerInvariant", []:
                return value.lower()
            case "TrimEnd", [letters]:
                return value.rstrip(letters)
            case "Split", [letter]:
                return value.split(letter)
            case "Replace", [old, new]:
                return value.replace(old, new)
            case "Substring", [first]:
                return value[first:]
            case "Substring", [first, count]:
                assert first + count <= len(value)
                return value[first : first + count]
            case "IndexOf", [what]:
                return value.find(what)
            case "LastIndexOf", [what]:
                return value.rfind(what)
            case "IndexOfAny", [letters]:
                return min((at for at in map(value.find, letters) if at >= 0), default=-1)
            case "ToCharArray", []:
                return list(value)
        raise NotImplementedError(_text(name))


def _all(node: tree_sitter.Node, kind: str) -> Iterator[tree_sitter.Node]:
    for child in node.children:
        if child.type == kind:
            yield child
        yield from _all(child, kind)


def _inner(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    return [each for each in node.named_children if each.type != "comment"]


def _text(node: tree_sitter.Node) -> str:
    return (node.text or b"").decode()


def _name(node: tree_sitter.Node) -> str:
    return _text(next(_all(node, "function_name")))


def _within(node: tree_sitter.Node, kind: str) -> bool:
    return node.parent is not None and node.parent.type == kind


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
