"""Targets, norms and schemes, and the payouts that follow from them."""
