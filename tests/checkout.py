"""Where this checkout keeps what tests look at."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
SAMPLES: Final = ROOT / "fixtures"
