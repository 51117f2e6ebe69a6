"""Targets, norms, schemes, and what is paid by them."""
