"""The pytest plugin: options and hooks, a run's items on one process or many, and its exit status."""
