"""TOML that people write by hand, read by tables that complain with file and line."""
