"""Whatever can be made up can be written and read back, as far as the files can hold it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from coexistence.deployment import Deployment
from coexistence.exports import projection, read_exports, write_exports
from coexistence.generation.strategies import deployments


@pytest.mark.parametrize("tbxml", [False, True])
@settings(max_examples=25)
@given(deployment=deployments(max_sites=2))
def test_write_then_read_gives_the_same_deployment(deployment: Deployment, tbxml: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_exports(deployment, Path(folder), tbxml=tbxml)

        assert read_exports(Path(folder)).deployment == projection(deployment, tbxml=tbxml)
