"""Targets, norms, schemes, settled periods."""
