"""Targets, norms, schemes, closed periods."""
