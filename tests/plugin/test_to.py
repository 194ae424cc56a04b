"""``--coexistence-to``: only pairs of versions that lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plugin_checks import FOUR

if TYPE_CHECKING:
    from plugin_runs import Run


@pytest.mark.parametrize("wanted", ["SE", "se", "Skype for Business Server Subscription Edition"])
def test_a_version_may_be_named_in_full_or_short(run: Run, wanted: str) -> None:
    ran = run(*FOUR, f"--coexistence-to={wanted}", "--coexistence-json=report.json")

    assert ran.status == 0
    assert ran.report()["estates"][0]["inventory"]["pairs"] == {"S15 to SE": 2, "S19 to SE": 2}
    assert "--coexistence-to=SE" in ran.report()["rerun"]


def test_it_can_be_set_in_the_ini_file(run: Run) -> None:
    ini = "[pytest]\ncoexistence_to = L13\n"
    ran = run(*FOUR, "--coexistence-json=report.json", files={"pytest.ini": ini})

    assert ran.report()["estates"][0]["inventory"]["pairs"] == {"L10 to L13": 4}
