"""What belongs to a pool and serves callers.

Law of this room: values only; every object tells where it comes from, and what nobody told is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from coexistence.model.vocabulary import APPLICATION_CMDLETS, ApplicationKind, Maybe, Origin, PoolId, Unknown

__all__ = ["UNTOLD_APPLICATIONS", "Application", "ConferenceDirectory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceDirectory:
    """A numbered mapping from dial-in codes to meetings, owned by one pool."""

    number: int
    owner: PoolId
    #: ``ready``; ``moving`` while a move was begun and did not end.
    state: str = "ready"
    origin: Origin = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Something that belongs to a pool and answers callers: a number, a group, a phone, an endpoint."""

    id: str
    kind: ApplicationKind
    owner: PoolId
    uri: str = ""
    #: Access numbers: the dial-in regions that they are offered for.
    regions: tuple[str, ...] = ()
    #: Trusted application endpoints: the trusted application pool that runs the application.
    runs_on: Maybe[PoolId | None] = None
    #: Response groups: other pools that hold their configuration too, since it was copied from there.
    copies: tuple[PoolId, ...] = ()
    #: Response groups: somebody deleted the copy that they were migrated from.
    copy_deleted: bool = False
    #: Response groups: home pools of its agents, where anybody told (else ``agents-anywhere`` speaks).
    agents: tuple[PoolId, ...] = ()
    #: Response groups: whether agents sign in to it, in the agent console.
    formal: bool = False
    #: Response groups: the pool whose agent console agents were told to use; None for the group's own.
    console: PoolId | None = None
    #: The file that callers hear, by its name in the pool's file store; empty for the product's own sound.
    plays: str = ""
    #: Analog devices: the gateway that they hang off, where anybody told.
    gateway: str = ""
    origin: Origin = field(compare=False)


#: One collection holds what these tell; where there is none of them, all of them are missing.
UNTOLD_APPLICATIONS: Final = Unknown(", ".join(APPLICATION_CMDLETS.values()))
