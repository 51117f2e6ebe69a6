"""Targets, norms, schemes, periods and statements."""
