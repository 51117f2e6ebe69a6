"""Ratios, measured side by side in one run: the product, the limit, the peer."""
