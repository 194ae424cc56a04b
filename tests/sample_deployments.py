"""The sample deployments in fixtures/, and how they are made.

``python tests/sample_deployments.py`` writes them again; a test fails when the files are stale.
"""

from __future__ import annotations

import shutil

from checkout import SAMPLES

from coexistence.checking.checkpoints import Place
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.family.builder import build
from coexistence.model.blueprint import (
    Blueprint,
    BranchBlueprint,
    Crowd,
    EdgeBlueprint,
    PoolBlueprint,
    SiteBlueprint,
)
from coexistence.model.clients import ClientGeneration
from coexistence.model.deployment import Deployment
from coexistence.model.vocabulary import Checkpoint, Edition, UserKind, Version
from coexistence.rehearsal.trial import Trial
from coexistence.simulation.state import deployment_of


def _enterprise(front_ends: int, people: int, **more: bool) -> PoolBlueprint:
    return PoolBlueprint(
        edition=Edition.ENTERPRISE,
        front_ends=front_ends,
        crowds=(
            Crowd(people=people, voice=True),
            Crowd(people=people // 3, client=ClientGeneration.MOBILE),
            Crowd(people=3, kind=UserKind.DISABLED),
        ),
        dial_in=True,
        voice=True,
        response_groups=2,
        monitoring=True,
        **more,
    )


def two_sites() -> Deployment:
    """Lync Server 2013 before its migration: two sites, two Enterprise pools, Edge, Director, a branch."""
    blueprint = Blueprint(
        legacy=Version.L13,
        target=Version.S19,
        sip_domains=2,
        sites=(
            SiteBlueprint(
                pools=(_enterprise(3, 120, call_park=True),),
                edge=EdgeBlueprint(servers=2),
                director=True,
                branches=(BranchBlueprint(crowds=(Crowd(people=12),)),),
            ),
            SiteBlueprint(pools=(_enterprise(3, 60),), mediation=1),
        ),
    )
    return build(blueprint, "two-sites")


def pilot() -> Deployment:
    """Skype for Business Server 2015 on its way to 2019: pilot users are moved, nobody else."""
    blueprint = Blueprint(
        legacy=Version.S15,
        target=Version.S19,
        sites=(
            SiteBlueprint(pools=(_enterprise(3, 90),), edge=EdgeBlueprint(servers=2), trusted_applications=1),
        ),
    )
    made = build(blueprint, "pilot")
    trial = Trial(made, target=Version.S19)
    state = trial.state_at(Place(Checkpoint.PILOT.value, Checkpoint.PILOT))
    return deployment_of(state, made.name)


def standard_edition() -> Deployment:
    """One Standard Edition server with Skype for Business Server 2015, and everything on it."""
    pool = PoolBlueprint(crowds=(Crowd(people=40, voice=True),), dial_in=True, voice=True)
    blueprint = Blueprint(legacy=Version.S15, target=Version.SE, sites=(SiteBlueprint(pools=(pool,)),))
    return build(blueprint, "standard-edition")


DEPLOYMENTS = {"two-sites": two_sites, "pilot": pilot, "standard-edition": standard_edition}


def main() -> None:
    """Write every sample again."""
    for name, make in DEPLOYMENTS.items():
        shutil.rmtree(SAMPLES / name, ignore_errors=True)
        write_exports(make(), SAMPLES / name)


if __name__ == "__main__":
    main()
