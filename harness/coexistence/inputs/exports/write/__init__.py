"""A deployment written as the files that exports of it would be."""
