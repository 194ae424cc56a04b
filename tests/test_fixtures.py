"""Sample deployments: what the writer makes of them is what lies in the folder, and it can be asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from checkout import SAMPLES
from sample_deployments import DEPLOYMENTS

from coexistence.inputs.exports import read_exports
from coexistence.inputs.exports.write.folder import write_exports
from coexistence.inputs.exports.write.projection import projection

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_the_files_in_the_folder_are_what_the_writer_makes(name: str, tmp_path: Path) -> None:
    write_exports(DEPLOYMENTS[name](), tmp_path)

    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in (SAMPLES / name).iterdir()}
    assert made == kept, "stale: run python tests/sample_deployments.py"


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_sample_reads_back_as_far_as_its_files_can_hold_it(name: str) -> None:
    imported = read_exports(SAMPLES / name)

    assert imported.deployment == projection(DEPLOYMENTS[name]())
    users = next(account for account in imported.files if account.kind == "Get-CsUser")
    assert users.used == users.rows > 0
