"""Rehearse a Lync / Skype for Business side-by-side migration.

This is the window: what it names is promised, to the built-in checks and to everybody's own code alike,
and does not move when files do. Names are imported when they are first used: an idle plugin costs nothing.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # What is promised, and where it lives, stands here and nowhere else. Type checkers read these statements
    # (``X as X`` is how a typed package says that a name is public), and so does _homes.
    from coexistence.checking.decorators import (
        check as check,
        fault as fault,
    )
    from coexistence.checking.fault_registry import (
        Injection as Injection,
        Scene as Scene,
    )
    from coexistence.checking.results import (
        Finding as Finding,
    )
    from coexistence.inputs.exports import (
        read_exports as read_exports,
    )
    from coexistence.inputs.family.blueprint_of_twin import (
        blueprint_of as blueprint_of,
    )
    from coexistence.inputs.family.builder import (
        build as build,
    )
    from coexistence.inputs.family.neighbours import (
        neighbours as neighbours,
    )
    from coexistence.model import (
        operations as operations,
    )
    from coexistence.model.blueprint import (
        Blueprint as Blueprint,
        BranchBlueprint as BranchBlueprint,
        Crowd as Crowd,
        EdgeBlueprint as EdgeBlueprint,
        PoolBlueprint as PoolBlueprint,
        SiteBlueprint as SiteBlueprint,
    )
    from coexistence.model.clients import (
        ClientGeneration as ClientGeneration,
        MeetingClient as MeetingClient,
    )
    from coexistence.model.conditions.administrators import (
        Administrator as Administrator,
        AdminRole as AdminRole,
        AdminTask as AdminTask,
        AdminTool as AdminTool,
        AdminWay as AdminWay,
    )
    from coexistence.model.deployment import (
        Deployment as Deployment,
    )
    from coexistence.model.operations.custom import (
        OwnOperation as OwnOperation,
    )
    from coexistence.model.population import (
        Heads as Heads,
    )
    from coexistence.model.vocabulary import (
        ApplicationKind as ApplicationKind,
        Checkpoint as Checkpoint,
        Clause as Clause,
        ContactStore as ContactStore,
        Content as Content,
        Credentials as Credentials,
        Deregistration as Deregistration,
        Disposition as Disposition,
        Edition as Edition,
        Guest as Guest,
        MeetingKind as MeetingKind,
        Modality as Modality,
        PoolId as PoolId,
        PoolRole as PoolRole,
        Recipient as Recipient,
        ServiceState as ServiceState,
        Severity as Severity,
        Unknown as Unknown,
        UserKind as UserKind,
        Version as Version,
        is_known as is_known,
    )
    from coexistence.observation import (
        ApplicationSubject as ApplicationSubject,
        Asked as Asked,
        CertificateSubject as CertificateSubject,
        ClientSubject as ClientSubject,
        Cohort as Cohort,
        Conversation as Conversation,
        DeploymentSubject as DeploymentSubject,
        DirectorySubject as DirectorySubject,
        Hop as Hop,
        Loss as Loss,
        MeetingSubject as MeetingSubject,
        NameSubject as NameSubject,
        Observer as Observer,
        Organizer as Organizer,
        Outcome as Outcome,
        PartnerSubject as PartnerSubject,
        PartySubject as PartySubject,
        PoolSubject as PoolSubject,
        Reference as Reference,
        ReplicaSubject as ReplicaSubject,
        ServerSubject as ServerSubject,
        ServiceSubject as ServiceSubject,
        SiteSubject as SiteSubject,
        StepSubject as StepSubject,
        User as User,
        not_applicable as not_applicable,
    )
    from coexistence.observation.identity import (
        same_at as same_at,
    )
    from coexistence.observation.listings import (
        subjects as subjects,
    )
    from coexistence.observation.service_losses import (
        losses as losses,
    )
    from coexistence.simulation.state import (
        State as State,
    )
else:
    # Out of their sight: for a name that is not there they complain, instead of taking it for anything.

    def __getattr__(name: str) -> object:
        if name == "__all__":
            return sorted(_homes())
        if name not in _homes():
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        # As ``from home import name``: a module that was not imported yet is imported.
        return getattr(__import__(_homes()[name], fromlist=(name,)), name)

    def __dir__() -> list[str]:
        return sorted([*globals(), *_homes()])

    @cache
    def _homes() -> dict[str, str]:
        """Modules of the promised names, read from the statements above when one is used for the first time.

        That takes half a millisecond, and nothing where no name is used. A literal list besides would save it
        and say everything twice; and no list of texts can tell a type checker what a name is.
        """
        import ast
        import pkgutil

        # All that any loader can do is to hand out data: pytest's, which rewrites plugins, knows no source.
        source = pkgutil.get_data(__name__, "__init__.py")
        return {
            each.name: node.module
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.ImportFrom) and node.module.startswith(f"{__name__}.")
            for each in node.names
        }
