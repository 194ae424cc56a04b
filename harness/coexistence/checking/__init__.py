"""Checks: what they are, which there are, and what comes of asking one that may itself be wrong.

Law of this room: a check is a plain function that is handed subjects and asserts. Here it is decided
what its parameters mean, at which checkpoints it is asked, and what its answers amount to. A check that
crashes is named, and spoils no other.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from coexistence.checking.asking import Views, run_check
from coexistence.checking.places import LABELS, Place
from coexistence.checking.registry import Check, Registry, verified
from coexistence.checking.results import Broken, Finding, OpenQuestion, Result

__all__ = [
    "LABELS",
    "Broken",
    "Check",
    "Finding",
    "OpenQuestion",
    "Place",
    "Registry",
    "Result",
    "Views",
    "run_check",
    "verified",
]
