"""Files that an administrator exported, to a deployment; the way back is in ``write``, which no run imports.

Law of this room: what it reads was written by others, possibly by somebody who means harm. Whatever
cannot be used ends in one sentence with file, line and the way out (:class:`~coexistence.errors.InputError`)
or in a note of the file's account, never in a traceback, and nothing that a file says is ever carried out.
"""

from coexistence.inputs.exports.account.file_accounts import FileAccount
from coexistence.inputs.exports.read.folder import Imported, read_exports

__all__ = ["FileAccount", "Imported", "read_exports"]
