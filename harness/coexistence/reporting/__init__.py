"""Reports: pure functions from a run's verdicts to text and JSON."""
