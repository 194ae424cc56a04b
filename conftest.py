"""What every test gets: pytester, how hard Hypothesis tries, and what is only tried thoroughly."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

pytest_plugins = ["pytester"]

# "ci" gives everybody the same examples, so that a failure on one machine is a failure on the next one;
# "thorough" is the same with more of them, for --thorough. "dev" looks for new ones: HYPOTHESIS_PROFILE=dev.
# No deadline: a slow machine is no broken promise.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=25)
settings.register_profile("thorough", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("dev", deadline=None, max_examples=200, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let somebody ask for the tests that take minutes."""
    parser.addoption(
        "--thorough",
        nargs="?",
        const="too",
        choices=("too", "alone"),
        help="more examples, and the tests that are marked thorough; alone: nothing but these",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have Hypothesis try harder before test modules take its settings."""
    if config.getoption("--thorough") and "HYPOTHESIS_PROFILE" not in os.environ:
        settings.load_profile("thorough")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for: the thorough part, or everything else."""
    wanted = config.getoption("--thorough")
    if wanted == "too":
        return
    chosen: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        is_drawn = hasattr(getattr(item, "function", None), "is_hypothesis_test")
        is_thorough = item.get_closest_marker("thorough") is not None
        takes_part = (is_thorough or is_drawn) if wanted == "alone" else not is_thorough
        (chosen if takes_part else left).append(item)
    if left:
        items[:] = chosen
        config.hook.pytest_deselected(items=left)
