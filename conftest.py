"""What every test gets: pytester, and how hard Hypothesis tries."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ["pytester"]

# "ci" gives everybody the same examples, so that a failure on one machine is a failure on the next one.
# "dev" looks for new ones: HYPOTHESIS_PROFILE=dev. No deadline: a slow machine is no broken promise.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("dev", deadline=None, max_examples=200, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
