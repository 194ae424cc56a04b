"""Check modules of a made-up user, as texts: what plugin tests put into folders."""

from __future__ import annotations

#: The smallest run that asks the whole question, the same with checks of a user's own, and one with a
#: little more variety.
FEW = ("--coexistence", "--coexistence-deployments=1")
FOUR = ("--coexistence", "--coexistence-deployments=4")
MINE = (*FEW, "--coexistence-checks=mine.py")

#: A conftest that leaves out the built-in checks: the whole question is then what a test adds, and is quick.
ALONE = """
from coexistence.plugin import loading

loading.Clause = ()
"""

HOLDS = '''
from coexistence import PoolSubject, check

@check(clause="data")
def every_pool_has_a_name(pool: PoolSubject) -> None:
    """Every pool has a name."""
    assert pool.label
'''

#: Breaks at one checkpoint only.
BREAKS = '''
from coexistence import PoolSubject, Severity, check

@check(clause="data", severity=Severity.{severity}, at="pilot", remedy="Rename it.", source="a book")
def every_pool_is_called_bob(pool: PoolSubject) -> None:
    """Every pool is called Bob."""
    wanted = "bob"
    assert pool.label == wanted
'''

CRASHES = '''
from coexistence import PoolSubject, check

@check(clause="data", at="pilot")
def nothing_goes_wrong(pool: PoolSubject) -> None:
    """Nothing goes wrong."""
    raise KeyError("oh dear")
'''

UNDECIDED = '''
from coexistence import Disposition, Finding, Outcome, PoolSubject, Severity, check

@check(clause="data", severity=Severity.{severity}, at="pilot")
def every_pool_is_understood(pool: PoolSubject):
    """Every pool is understood."""
    outcome = Outcome(disposition=Disposition.UNDECIDED, needs=("Get-CsWisdom",), reason="nobody told")
    assert outcome.done, outcome
'''

NOT_APPLICABLE = '''
from coexistence import PoolSubject, check, not_applicable

@check(clause="data", at="pilot")
def nobody_is_concerned(pool: PoolSubject) -> None:
    """Nobody is concerned."""
    not_applicable("nobody at all")
'''
