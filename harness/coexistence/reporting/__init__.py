"""Reports: pure functions from a run's verdicts to text and JSON.

PYTEST_DONT_REWRITE
"""
