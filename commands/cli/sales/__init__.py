"""Deals, offers and the funnel."""
