"""Files are touched in one place: whatever else opens, lists, makes or removes something says why."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from structure.source_tree import FOLDERS

HERE = "model/files.py"
#: Methods and functions that touch files, by their own name.
CALLS = {
    *("open", "FileIO", "read_text", "read_bytes", "write_text", "write_bytes", "fdopen"),
    *("mkdir", "makedirs", "unlink", "rmdir", "removedirs", "rename", "renames", "touch"),
    *("chmod", "symlink_to", "hardlink_to", "utime", "truncate", "mkstemp", "mkdtemp"),
    *("iterdir", "glob", "rglob", "scandir", "listdir"),
    *("NamedTemporaryFile", "TemporaryDirectory", "TemporaryFile", "copyfile", "copytree", "rmtree"),
}
#: Modules that do nothing else.
MODULES = {"tempfile", "shutil", "mmap", "glob", "fileinput", "linecache"}
#: Who may, and why.
ALLOWED = {
    ("inputs/exports/formats/zip_archive.py", "open"): "into a folder of our own, looked at before",
    ("inputs/exports/formats/zip_archive.py", "mkdir"): "as above",
    ("inputs/exports/formats/zip_archive.py", "utime"): "as above: the age of an export counts",
    ("inputs/exports/export_script.py", "read_text"): "data of the package, which may lie in an archive",
    ("inputs/exports/write/topology_xml.py", "open"): "an element, and no file",
    ("plugin/loading.py", "rglob"): "modules, which Python itself reads",
    ("plugin/code_digests.py", "rglob"): "as above: the modules of the package",
    ("plugin/show.py", "shutil"): "the width of a terminal",
    ("testing.py", "iterdir"): "data of the package, which may lie in an archive",
}


def uses() -> Iterator[tuple[str, str]]:
    """Every place that touches files: file and call."""
    for path in sorted(FOLDERS["coexistence"].rglob("*.py")):
        file = path.relative_to(FOLDERS["coexistence"]).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in CALLS:
                    # What is called by its bare name is either the built-in or one of the place's own.
                    if isinstance(node.func, ast.Attribute) or name == "open":
                        yield file, name
                case ast.Import(names=names):
                    yield from ((file, each.name) for each in names if each.name in MODULES)
                case ast.ImportFrom(module=module) if module in MODULES:
                    yield file, str(module)


def test_files_are_touched_in_one_place() -> None:
    found = {use for use in uses() if use[0] != HERE}

    assert found == set(ALLOWED)
