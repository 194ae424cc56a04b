"""Plan files: an administrator's own plan as TOML, read, judged and written out again.

Law of this room: a file is untrusted. What cannot be used is named with file, line, value and way out,
everything in a file at once, and nothing in it is ever executed.
"""

from __future__ import annotations
