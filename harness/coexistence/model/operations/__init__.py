"""Operations: one frozen value for each thing that an administrator, or a person, can do.

Law of this room: a value says what is done, not what comes of it. Whether the product agrees, and what
is true afterwards, is the simulation's to say.
"""

from __future__ import annotations

from coexistence.model.operations import (
    applications,
    clients,
    cms_and_tools,
    custom,
    events,
    external_systems,
    meetings,
    operation,
    servers,
    topology,
    users,
)
from coexistence.model.operations.applications import *
from coexistence.model.operations.clients import *
from coexistence.model.operations.cms_and_tools import *
from coexistence.model.operations.custom import *
from coexistence.model.operations.events import *
from coexistence.model.operations.external_systems import *
from coexistence.model.operations.meetings import *
from coexistence.model.operations.operation import *
from coexistence.model.operations.servers import *
from coexistence.model.operations.topology import *
from coexistence.model.operations.users import *

__all__: list[str] = []
__all__ += applications.__all__
__all__ += clients.__all__
__all__ += cms_and_tools.__all__
__all__ += custom.__all__
__all__ += events.__all__
__all__ += external_systems.__all__
__all__ += meetings.__all__
__all__ += operation.__all__
__all__ += servers.__all__
__all__ += topology.__all__
__all__ += users.__all__
