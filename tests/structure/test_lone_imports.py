"""Each module can be the first one imported: no circle, and no order to know."""

from __future__ import annotations

import subprocess
import sys

from checkout import ROOT
from structure.source_tree import source_files

# One interpreter for all of them: before each import our own modules are forgotten, while numpy and the
# like stay. A circle among ours shows all the same, in a fraction of the time.
SCRIPT = """
import importlib, sys, traceback
failed = []
for name in sys.argv[1:]:
    for loaded in [m for m in sys.modules if m.partition(".")[0] == "coexistence"]:
        del sys.modules[loaded]
    try:
        importlib.import_module(name)
    except BaseException:
        failed.append(f"import {name}\\n{traceback.format_exc()}")
sys.exit("\\n".join(failed) or 0)
"""


def test_each_module_can_be_imported_first() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, *source_files()],
        capture_output=True,
        text=True,
        cwd=ROOT / "tests",  # not the root: from there the folders are importable by accident
        check=False,
    )

    assert done.returncode == 0, done.stderr
