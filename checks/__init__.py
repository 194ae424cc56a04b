"""The built-in checks: promises made to people, as plain functions.

Law of this room: it sees the window ``coexistence`` and the standard library, as a user's own check
does. What the product does is not said here but asked for: a check that repeats a rule cannot fail.

The folder is called ``checks`` and the package ``coexistence.checks``. Under the folder's name every
check would be registered a second time, so that name is refused. No asserts in this file: pytest
does not rewrite it in an editable install.

PYTEST_DONT_REWRITE: there is nothing to rewrite here, and pytest warns of what was imported before.
"""

from __future__ import annotations

if __name__ != "coexistence.checks":
    raise ImportError(
        f"this folder is the package 'coexistence.checks': import it as that, not as {__name__!r}"
    )
