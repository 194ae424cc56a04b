"""Deployments of which an export tells everything, and their files."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from coexistence.inputs.exports import Imported, read_exports
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
from coexistence.model.vocabulary import Edition, MeetingKind, UserKind, Version

__all__ = ["everything", "files", "files_of", "kinds", "read", "scattered"]


def everything() -> Deployment:
    """Return one site with everything that an export can tell of."""
    pool = PoolBlueprint(
        edition=Edition.ENTERPRISE,
        front_ends=3,
        crowds=(
            Crowd(people=20, voice=True, meetings=2, content=True),
            Crowd(people=5, client=ClientGeneration.MOBILE),
            Crowd(people=3, xmpp=True, voice=True),
            Crowd(people=2, kind=UserKind.DISABLED),
            Crowd(people=2, kind=UserKind.RESOURCE),
        ),
        dial_in=True,
        voice=True,
        response_groups=2,
        monitoring=True,
        archiving=True,
        call_park=True,
        unassigned_numbers=True,
        common_area_phones=1,
        analog_devices=1,
        exchange_um=True,
    )
    site = SiteBlueprint(
        pools=(pool,),
        edge=EdgeBlueprint(servers=2, federation=True, xmpp=True),
        director=True,
        trusted_applications=1,
    )
    blueprint = Blueprint(legacy=Version.L13, target=Version.S15, sip_domains=2, partners=2, sites=(site,))
    return build(blueprint, "everything")


def scattered() -> Deployment:
    """Return the oldest generation on two sites with a branch, two SIP domains, and an Edge with one name."""
    old = ClientGeneration.LYNC_2010
    near = SiteBlueprint(
        pools=(
            PoolBlueprint(
                crowds=(
                    Crowd(people=6, client=old, voice=True, meetings=1),
                    Crowd(
                        people=4,
                        meetings=1,
                        meeting_kind=MeetingKind.RECURRING,
                        conferencing_policy="Large Meetings",
                    ),
                    Crowd(people=1, kind=UserKind.CLOUD),
                ),
                dial_in=True,
                voice=True,
                monitoring=True,
                archiving=True,
                admission_control=True,
                response_groups=1,
                exchange_um=True,
            ),
        ),
        branches=(BranchBlueprint(crowds=(Crowd(people=2, voice=True),)),),
        edge=EdgeBlueprint(single_name=True),
        director=True,
        mediation=1,
        trusted_applications=1,
        conferencing_policy=True,
    )
    far = SiteBlueprint(
        pools=(
            PoolBlueprint(
                edition=Edition.ENTERPRISE,
                front_ends=2,
                crowds=(
                    Crowd(people=5, client=ClientGeneration.PHONE_EDITION),
                    Crowd(people=3, client=old, voice=True),
                ),
                voice=True,
                call_park=True,
                common_area_phones=1,
            ),
        )
    )
    blueprint = Blueprint(
        legacy=Version.L10, target=Version.S15, sip_domains=2, partners=1, sites=(near, far)
    )
    return build(blueprint, "scattered")


@functools.cache
def files() -> dict[str, bytes]:
    """Return the exported files of :func:`everything`, by name."""
    return files_of(everything())


def files_of(deployment: Deployment) -> dict[str, bytes]:
    """Return the exported files of a deployment, by name."""
    with tempfile.TemporaryDirectory() as folder:
        return {path.name: path.read_bytes() for path in write_exports(deployment, Path(folder))}


def read(files: dict[str, bytes]) -> Deployment:
    """Return the twin that files of these names and contents make."""
    return _imported(files).deployment


def kinds(files: dict[str, bytes]) -> dict[str, str]:
    """Return what each of these files is taken for, by name."""
    return {each.file: each.kind for each in _imported(files).files}


def _imported(files: dict[str, bytes]) -> Imported:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        return read_exports(Path(folder))
