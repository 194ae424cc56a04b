"""Topologies: published, drafted, embedded in other text, or made of lists."""
