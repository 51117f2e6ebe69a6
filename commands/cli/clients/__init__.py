"""Clients and their cards."""
