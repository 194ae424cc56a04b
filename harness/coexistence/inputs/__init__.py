"""Everything that becomes a deployment or a plan: exports, families, plan files; the way to workers."""
