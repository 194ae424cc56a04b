"""Whoever is hit by several findings counts once, however they come."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coexistence.rehearsal.verdicts.item import _united

ROWS = st.lists(st.integers(0, 30), max_size=12).map(lambda rows: np.array(rows, np.int64))


@given(ROWS, ROWS)
def test_rows_are_united_as_sets_are(known: np.ndarray, more: np.ndarray) -> None:
    assert _united(known, more).tolist() == sorted({*known.tolist(), *more.tolist()})
