"""The machine-readable report.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import json

from coexistence.verdicts import Run

__all__ = ["render_json"]


def render_json(run: Run) -> bytes:
    """Return the JSON report: UTF-8, one line feed at the end, the same bytes for the same run."""
    return (json.dumps(run.plain(), indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")
