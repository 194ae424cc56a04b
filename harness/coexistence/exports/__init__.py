"""Files that an administrator exported, to a deployment and back.

Law of this room: what it reads was written by others, possibly by somebody who means harm. Whatever
cannot be used ends in one sentence with file, line and the way out (:class:`~coexistence.errors.InputError`)
or in a note of the file's account, never in a traceback, and nothing that a file says is ever carried out.

PYTEST_DONT_REWRITE
"""

from coexistence.exports.accounts import FileAccount
from coexistence.exports.folder import Imported, read_exports
from coexistence.exports.projecting import projection
from coexistence.exports.writing import write_exports

__all__ = ["FileAccount", "Imported", "projection", "read_exports", "write_exports"]
