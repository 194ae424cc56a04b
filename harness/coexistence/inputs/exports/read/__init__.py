"""Readers of each kind of exported table, and the deployment that these make together."""
