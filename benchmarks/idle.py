"""Not used means not felt: what the installed plugin costs a run without ``--coexistence``."""

from __future__ import annotations

from measuring import Measured, interleaved, pytest_seconds, show

ONE_TEST = {"test_one.py": "def test_one():\n    pass\n"}


def measure(times: int = 15) -> list[Measured]:
    """Compare runs with the plugin and with ``-p no:coexistence``, one after the other."""
    without, with_it = interleaved(
        times,
        lambda: pytest_seconds("-p", "no:coexistence", files=ONE_TEST),
        lambda: pytest_seconds(files=ONE_TEST),
    )
    return [
        Measured("idle: CPU time over -p no:coexistence", (with_it - without) * 1000, "ms", 5),
    ]


if __name__ == "__main__":
    raise SystemExit(show(measure()))
