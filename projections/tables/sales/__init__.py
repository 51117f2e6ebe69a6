"""Offers, deals and purchases."""
