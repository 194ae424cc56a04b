"""Reports: pure functions from a run's verdicts to text, JSON, CSV and a runbook."""
