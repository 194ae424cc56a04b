"""Deployments to try: a family from a seed, and strategies for Hypothesis, from one description."""
